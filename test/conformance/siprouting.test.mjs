// @azure/communication-phone-numbers against the local cloud: every operation of SipRoutingClient.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SipRoutingClient } from '@azure/communication-phone-numbers';
import { all, restError, startCloud } from './cloud.mjs';
import { watch } from './proof.mjs';

let cloud;
let client;

before(async () => {
  cloud = await startCloud();
  client = watch(
    '@azure/communication-phone-numbers',
    new SipRoutingClient(cloud.connectionString, cloud.options),
  );
});
after(() => cloud?.stop());

const first = { fqdn: 'one.example.com', sipSignalingPort: 5061 };
const second = { fqdn: 'two.example.com', sipSignalingPort: 5062 };
const route = {
  name: 'all',
  description: 'everything',
  numberPattern: '.*',
  trunks: [second.fqdn, first.fqdn],
};

test('trunks and routes', async () => {
  assert.deepEqual(await all(client.listTrunks()), []);
  assert.deepEqual(await client.setTrunks([first, second]), [first, second]);
  assert.deepEqual(await client.setTrunk({ ...first, sipSignalingPort: 5070 }), {
    ...first,
    sipSignalingPort: 5070,
  });
  assert.equal((await client.getTrunk(first.fqdn)).sipSignalingPort, 5070);
  await assert.rejects(client.getTrunk('none.example.com'), { code: 'NotFound' });

  assert.deepEqual(await client.setRoutes([route]), [route]);
  assert.deepEqual(await all(client.listRoutes()), [route]);
  await assert.rejects(
    client.deleteTrunk(first.fqdn),
    restError(422, 'UnprocessableConfiguration'),
  );
  assert.deepEqual(await client.setRoutes([]), []);
  await client.deleteTrunk(first.fqdn);
  await client.deleteTrunk('none.example.com');
  assert.deepEqual(await client.setTrunks([second]), [second]);
  assert.deepEqual(await client.setTrunks([]), []);
});

test('what is not valid', async () => {
  const refused = restError(422, 'UnprocessableConfiguration');
  await assert.rejects(client.setTrunk({ fqdn: '_bad', sipSignalingPort: 5061 }), refused);
  await assert.rejects(client.setTrunk({ ...first, sipSignalingPort: 0 }), refused);
  await assert.rejects(client.setRoutes([{ ...route, trunks: ['none.example.com'] }]), refused);
  await assert.rejects(client.setRoutes([{ ...route, trunks: [], numberPattern: '(' }]), refused);
});
