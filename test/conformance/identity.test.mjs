// @azure/communication-identity against the local cloud: every operation of CommunicationIdentityClient.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CommunicationIdentityClient } from '@azure/communication-identity';
import { restError, startCloud } from './cloud.mjs';
import { watch } from './proof.mjs';

let cloud;
let client;

before(async () => {
  cloud = await startCloud();
  client = watch(
    '@azure/communication-identity',
    new CommunicationIdentityClient(cloud.connectionString, cloud.options),
  );
});
after(() => cloud?.stop());

const minutesLeft = (token) => (token.expiresOn.getTime() - Date.now()) / 60_000;

test('users and their tokens', async () => {
  const user = await client.createUser();
  assert.match(
    user.communicationUserId,
    /^8:acs:ac500000-0000-4000-8000-000000000001_[0-9a-f-]{36}$/,
  );
  const token = await client.getToken(user, ['chat', 'voip']);
  assert.equal(token.token.split('.').length, 3);
  assert.ok(Math.abs(minutesLeft(token) - 1440) < 2);
  const short = await client.getToken(user, ['voip'], { tokenExpiresInMinutes: 60 });
  assert.ok(Math.abs(minutesLeft(short) - 60) < 2);
  await client.revokeTokens(user);
  await client.deleteUser(user);
  await assert.rejects(client.getToken(user, ['voip']), restError(401, 'IdentityNotOwned'));
});

test('a user with a token, by Entra', async () => {
  const other = watch(
    '@azure/communication-identity',
    new CommunicationIdentityClient(cloud.url, cloud.credential(), cloud.options),
  );
  const { user, token } = await other.createUserAndToken(['voip']);
  assert.ok(user.communicationUserId && token);
  await other.deleteUser(user);
});

test('what is not valid', async () => {
  const user = await client.createUser();
  await assert.rejects(client.getToken(user, []), restError(400, 'ValidationError'));
  await assert.rejects(
    client.getToken(user, ['voip'], { tokenExpiresInMinutes: 59 }),
    restError(400, 'ValidationError'),
  );
  const stranger = { communicationUserId: '8:acs:ac500000-0000-4000-8000-000000000009_1' };
  await assert.rejects(client.deleteUser(stranger), restError(401, 'IdentityNotOwned'));
  await assert.rejects(
    client.getTokenForTeamsUser({ teamsUserAadToken: 'x', clientId: 'y', userObjectId: 'z' }),
    restError(401, 'InvalidToken'),
  );
});
