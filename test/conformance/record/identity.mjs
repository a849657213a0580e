import { CommunicationIdentityClient } from '@azure/communication-identity';
import { options } from './options.mjs';

const folder = 'acs/identity/testdata/wire';

const id = '8:acs:ac500000-0000-4000-8000-000000000001_00000000-0000-4000-8000-00000000000a';
const user = { communicationUserId: id };
const token = { token: 'header.payload.signature', expiresOn: '2025-01-03T03:04:05.1234567+00:00' };

const one = (name, call, answers, run) => ({
  file: `${folder}/${name}.json`,
  call: `CommunicationIdentityClient.${call} of @azure/communication-identity 1.3.1`,
  answers,
  run: ({ connectionString }) => run(new CommunicationIdentityClient(connectionString, options)),
});

export const scenarios = [
  one('create-user', 'createUser', [{ status: 201, body: { identity: { id } } }], (client) =>
    client.createUser(),
  ),
  one(
    'create-user-and-token',
    'createUserAndToken',
    [{ status: 201, body: { identity: { id }, accessToken: token } }],
    (client) => client.createUserAndToken(['voip', 'chat'], { tokenExpiresInMinutes: 60 }),
  ),
  one('get-token', 'getToken', [{ status: 200, body: token }], (client) =>
    client.getToken(user, ['voip']),
  ),
  one('revoke-tokens', 'revokeTokens', [{ status: 204 }], (client) => client.revokeTokens(user)),
  one('delete-user', 'deleteUser', [{ status: 204 }], (client) => client.deleteUser(user)),
  one('exchange-teams-token', 'getTokenForTeamsUser', [{ status: 200, body: token }], (client) =>
    client.getTokenForTeamsUser({
      teamsUserAadToken: 'entra-token',
      clientId: 'c11e0000-0000-4000-8000-000000000001',
      userObjectId: '05e70000-0000-4000-8000-000000000001',
    }),
  ),
];
