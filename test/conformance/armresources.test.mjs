// @azure/arm-resources and @azure/arm-resources-subscriptions against the local cloud.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ResourceManagementClient } from '@azure/arm-resources';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import { all, group, resource, restError, startCloud, subscription, tenant } from './cloud.mjs';
import { watch } from './proof.mjs';

let cloud;
let client;

before(async () => {
  cloud = await startCloud();
  client = watch(
    '@azure/arm-resources',
    new ResourceManagementClient(cloud.credential(), subscription, cloud.arm),
  );
});
after(() => cloud?.stop());

test('tenants and subscriptions', async () => {
  const { tenants, subscriptions } = watch(
    '@azure/arm-resources-subscriptions',
    new SubscriptionClient(cloud.credential(), cloud.arm),
  );
  assert.deepEqual(
    (await all(tenants.list())).map((item) => item.tenantId),
    [tenant],
  );
  assert.deepEqual(
    (await all(subscriptions.list())).map((item) => item.subscriptionId),
    [subscription],
  );
  const one = await subscriptions.get(subscription);
  assert.equal(one.tenantId, tenant);
  assert.equal(one.state, 'Enabled');
  assert.equal(one.subscriptionPolicies.quotaId, 'PayAsYouGo_2014-09-01');
  await assert.rejects(
    subscriptions.get('00000000-0000-0000-0000-000000000009'),
    restError(404, 'SubscriptionNotFound'),
  );
});

test('resource groups', async () => {
  const { resourceGroups } = client;
  const made = await resourceGroups.createOrUpdate('Second-RG', { location: 'West Europe' });
  assert.deepEqual([made.name, made.location], ['Second-RG', 'westeurope']);
  await assert.rejects(
    resourceGroups.createOrUpdate('second-rg', { location: 'northeurope' }),
    restError(409, 'InvalidResourceGroupLocation'),
  );
  await resourceGroups.update('second-rg', { tags: { a: 'b' } });
  assert.deepEqual((await resourceGroups.get('SECOND-RG')).tags, { a: 'b' });
  assert.equal((await resourceGroups.checkExistence('second-rg')).body, true);

  const pages = [];
  for await (const page of resourceGroups.list({ top: 1 }).byPage()) {
    pages.push(page.map((item) => item.name));
  }
  assert.deepEqual(pages, [[group], ['Second-RG']]);

  await resourceGroups.beginDeleteAndWait('second-rg');
  assert.equal((await resourceGroups.checkExistence('second-rg')).body, false);
  await assert.rejects(resourceGroups.get('second-rg'), restError(404, 'ResourceGroupNotFound'));
});

test('resources of any type', async () => {
  const { resources } = client;
  const [provider, type, version] = [
    'Microsoft.Communication',
    'communicationServices',
    '2025-09-01',
  ];
  const body = { location: 'global', properties: { dataLocation: 'France' } };
  const parts = [group, provider, '', type, 'by-parts', version];
  const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/${provider}/${type}/by-id`;
  await resources.beginCreateOrUpdateAndWait(...parts, body);
  await resources.beginCreateOrUpdateByIdAndWait(id, version, body);
  await resources.beginUpdateAndWait(...parts, { tags: { a: 'b' } });
  await resources.beginUpdateByIdAndWait(id, version, { tags: { a: 'b' } });
  assert.deepEqual((await resources.get(...parts)).tags, { a: 'b' });
  assert.deepEqual((await resources.getById(id, version)).properties.dataLocation, 'France');
  assert.equal((await resources.checkExistence(...parts)).body, true);
  assert.equal((await resources.checkExistenceById(id, version)).body, true);

  const filter = "resourceType eq 'Microsoft.Communication/CommunicationServices'";
  const names = (list) => list.map((item) => item.name).sort();
  const wanted = ['by-id', 'by-parts', resource];
  assert.deepEqual(names(await all(resources.list({ filter }))), wanted);
  assert.deepEqual(names(await all(resources.listByResourceGroup(group, { top: 2 }))), wanted);
  assert.deepEqual(await all(resources.list({ filter: "resourceType eq 'Contoso/None'" })), []);

  await resources.beginDeleteAndWait(...parts);
  await resources.beginDeleteByIdAndWait(id, version);
  assert.equal((await resources.checkExistenceById(id, version)).body, false);
  await assert.rejects(resources.get(...parts), restError(404, 'ResourceNotFound'));
});

test('providers', async () => {
  const { providers, resources } = client;
  assert.ok((await all(providers.list())).some((item) => item.namespace === 'Microsoft.EventGrid'));
  const away = await providers.unregister('Microsoft.EventGrid');
  assert.equal(away.registrationState, 'Unregistering');
  const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.EventGrid/topics/topic`;
  await assert.rejects(
    resources.beginCreateOrUpdateById(id, '2025-02-15', { location: 'westeurope' }),
    restError(409, 'MissingSubscriptionRegistration'),
  );
  const back = await providers.register('Microsoft.EventGrid');
  assert.equal(back.registrationState, 'Registering');
  assert.equal((await providers.get('microsoft.eventgrid')).registrationState, 'Registered');
  await assert.rejects(providers.get('Contoso.None'), restError(404, 'InvalidResourceNamespace'));
});
