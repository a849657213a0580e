import { SipRoutingClient } from '@azure/communication-phone-numbers';
import { drain, options } from './options.mjs';

const folder = 'acs/siprouting/testdata/wire';

const trunks = {
  'sbc1.contoso.com': { sipSignalingPort: 5061 },
  'sbc2.contoso.com': { sipSignalingPort: 5062 },
};
const routes = [
  {
    name: 'france',
    description: 'calls to France',
    numberPattern: '^\\+33',
    trunks: ['sbc1.contoso.com'],
  },
];
const ok = (body) => ({ status: 200, body });

const one = (name, call, answers, run) => ({
  file: `${folder}/${name}.json`,
  call: `SipRoutingClient.${call} of @azure/communication-phone-numbers 1.5.0`,
  answers,
  run: ({ connectionString }) => run(new SipRoutingClient(connectionString, options)),
});

export const scenarios = [
  one('list-trunks', 'listTrunks', [ok({ trunks, routes })], (client) =>
    drain(client.listTrunks()),
  ),
  one('list-routes', 'listRoutes', [ok({ trunks, routes })], (client) =>
    drain(client.listRoutes()),
  ),
  one('get-trunk', 'getTrunk', [ok({ trunks, routes })], (client) =>
    client.getTrunk('sbc1.contoso.com'),
  ),
  one('set-trunk', 'setTrunk', [ok({ trunks, routes })], (client) =>
    client.setTrunk({ fqdn: 'sbc1.contoso.com', sipSignalingPort: 5061 }),
  ),
  one(
    'set-trunks',
    'setTrunks',
    [
      ok({ trunks, routes }),
      ok({ trunks: { 'sbc3.contoso.com': { sipSignalingPort: 5063 } }, routes }),
    ],
    (client) => client.setTrunks([{ fqdn: 'sbc3.contoso.com', sipSignalingPort: 5063 }]),
  ),
  one(
    'set-trunks-none',
    'setTrunks, with nothing to do,',
    [ok({ trunks: {}, routes: [] })],
    (client) => client.setTrunks([]),
  ),
  one('delete-trunk', 'deleteTrunk', [ok({ trunks: {}, routes: [] })], (client) =>
    client.deleteTrunk('sbc1.contoso.com'),
  ),
  one('set-routes', 'setRoutes', [ok({ trunks, routes })], (client) => client.setRoutes(routes)),
  one('set-routes-none', 'setRoutes, with none,', [ok({ trunks, routes: [] })], (client) =>
    client.setRoutes([]),
  ),
];
