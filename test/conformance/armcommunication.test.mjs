// @azure/arm-communication against the local cloud: every operation on communication services.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CommunicationServiceManagementClient } from '@azure/arm-communication';
import { SmsClient } from '@azure/communication-sms';
import {
  accessKey,
  all,
  customer,
  group,
  resource,
  restError,
  startCloud,
  subscription,
  tollFree,
} from './cloud.mjs';
import { watch } from './proof.mjs';

let cloud;
let services;

before(async () => {
  cloud = await startCloud();
  services = watch(
    '@azure/arm-communication',
    new CommunicationServiceManagementClient(cloud.credential(), subscription, cloud.arm),
  ).communicationServices;
});
after(() => cloud?.stop());

const body = { location: 'global', dataLocation: 'France', tags: { a: 'b' } };

test('create, change, delete', async () => {
  const name = 'second-acs';
  const check = () =>
    services.checkNameAvailability({ name, type: 'Microsoft.Communication/CommunicationServices' });
  assert.equal((await check()).nameAvailable, true);
  await assert.rejects(services.get(group, name), restError(404, 'ResourceNotFound'));

  const poller = await services.beginCreateOrUpdate(group, name, body);
  assert.equal((await services.get(group, name)).provisioningState, 'Accepted');
  const made = await poller.pollUntilDone();
  assert.equal(made.provisioningState, 'Succeeded');
  assert.equal(made.dataLocation, 'France');
  assert.equal(made.hostName, new URL(cloud.url).host);
  assert.deepEqual(
    [(await check()).nameAvailable, (await check()).reason],
    [false, 'AlreadyExists'],
  );
  await assert.rejects(
    services.beginCreateOrUpdateAndWait(group, name, { ...body, dataLocation: 'Germany' }),
    restError(400, 'BadRequest'),
  );

  const changed = await services.update(group, name.toUpperCase(), { tags: { c: 'd' } });
  assert.deepEqual(changed.tags, { c: 'd' });
  const names = async (pager) => (await all(pager)).map((item) => item.name);
  assert.deepEqual(await names(services.listByResourceGroup(group)), [resource, name]);
  assert.deepEqual(await names(services.listBySubscription()), [resource, name]);

  await services.beginDeleteAndWait(group, name);
  assert.deepEqual(await names(services.listBySubscription()), [resource]);
  await services.beginDeleteAndWait(group, name);
});

test('what cannot be made', async () => {
  await assert.rejects(
    services.beginCreateOrUpdate('nowhere', 'x-acs', body),
    restError(404, 'ResourceGroupNotFound'),
  );
  await assert.rejects(
    services.beginCreateOrUpdate(group, 'x-acs', { location: 'global', dataLocation: 'Atlantis' }),
    restError(400, 'BadRequest'),
  );
  const invalid = await services.checkNameAvailability({
    name: 'no good',
    type: 'Microsoft.Communication/CommunicationServices',
  });
  assert.equal(invalid.reason, 'Invalid');
});

test('a key that was regenerated opens, and the one before does not', async () => {
  const before = await services.listKeys(group, resource);
  assert.equal(before.primaryKey, accessKey);
  assert.equal(before.primaryConnectionString, cloud.connectionString);
  const send = async (connectionString) => {
    const [result] = await new SmsClient(connectionString, cloud.options).send({
      from: tollFree,
      to: [customer],
      message: 'key',
    });
    return result.successful;
  };
  assert.equal(await send(before.secondaryConnectionString), true);
  const changed = await services.regenerateKey(group, resource, { keyType: 'Secondary' });
  assert.equal(changed.primaryKey, undefined);
  await assert.rejects(send(before.secondaryConnectionString), restError(401, 'Denied'));
  assert.equal(await send(changed.secondaryConnectionString), true);
  await assert.rejects(
    services.regenerateKey(group, 'none-acs', { keyType: 'Primary' }),
    restError(404, 'ResourceNotFound'),
  );

  await services.update(group, resource, { disableLocalAuth: true });
  await assert.rejects(send(before.primaryConnectionString), restError(401, 'Denied'));
  await services.update(group, resource, { disableLocalAuth: false });
  assert.equal(await send(before.primaryConnectionString), true);
});

test('link a notification hub', async () => {
  const linkNotificationHubParameters = {
    resourceId: `/subscriptions/${subscription}/resourceGroups/x/providers/Microsoft.NotificationHubs/namespaces/n/notificationHubs/h`,
    connectionString: 'Endpoint=sb://n/',
  };
  const linked = await services.linkNotificationHub(group, resource, {
    linkNotificationHubParameters,
  });
  assert.equal(linked.resourceId, linkNotificationHubParameters.resourceId);
  const { notificationHubId } = await services.get(group, resource);
  assert.equal(notificationHubId, linkNotificationHubParameters.resourceId);
});
