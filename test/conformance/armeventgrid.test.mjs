// @azure/arm-eventgrid against the local cloud: topics and event subscriptions.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventGridManagementClient } from '@azure/arm-eventgrid';
import {
  all,
  customer,
  group,
  resource,
  resourceId,
  restError,
  startCloud,
  subscription,
  tollFree,
} from './cloud.mjs';
import { watch } from './proof.mjs';
import { startWebhook } from './webhook.mjs';

const topicType = 'Microsoft.Communication.CommunicationServices';
const received = 'Microsoft.Communication.SMSReceived';
let cloud;
let hook;
let grid;

before(async () => {
  [cloud, hook] = await Promise.all([startCloud(), startWebhook()]);
  grid = watch(
    '@azure/arm-eventgrid',
    new EventGridManagementClient(cloud.credential(), subscription, cloud.arm),
  );
});
after(async () => {
  await cloud?.stop();
  await hook?.stop();
});

const names = async (pager) => (await all(pager)).map((item) => item.name).sort();

// The body of a subscription on the webhook.
const to = (url, more = {}) => ({
  destination: { endpointType: 'WebHook', endpointUrl: url },
  filter: { includedEventTypes: [received] },
  ...more,
});

const text = (message) => {
  const [from, number] = [customer, tollFree].map(encodeURIComponent);
  const path = `/_guichet/handset/customers/${from}/threads/${number}/messages`;
  return cloud.control('POST', path, { id: crypto.randomUUID(), text: message });
};

const secret = { type: 'Static', name: 'x-secret', value: 'hush', isSecret: true };

test('a system topic and its subscriptions', async () => {
  const { systemTopics, systemTopicEventSubscriptions: subscriptions } = grid;
  const body = { location: 'global', source: resourceId, topicType };
  const topic = await systemTopics.beginCreateOrUpdateAndWait(group, 'topic', body);
  assert.equal(topic.provisioningState, 'Succeeded');
  await assert.rejects(
    systemTopics.beginCreateOrUpdateAndWait(group, 'another', body),
    restError(409, 'ResourceConflict'),
  );
  await systemTopics.beginUpdateAndWait(group, 'topic', { tags: { a: 'b' } });
  assert.deepEqual((await systemTopics.get(group, 'topic')).tags, { a: 'b' });
  assert.deepEqual(await names(systemTopics.listByResourceGroup(group)), ['topic']);
  assert.deepEqual(await names(systemTopics.listBySubscription()), ['topic']);

  const url = `${hook.url}?code=x`;
  const at = [group, 'topic', 'texts'];
  const poller = await subscriptions.beginCreateOrUpdate(...at, to(url));
  assert.equal((await poller.pollUntilDone()).provisioningState, 'Succeeded');
  const read = await subscriptions.get(...at);
  assert.deepEqual(
    [read.destination.endpointUrl ?? null, read.destination.endpointBaseUrl],
    [null, hook.url],
  );
  assert.equal(read.destination.maxEventsPerBatch, 1);
  assert.equal((await subscriptions.getFullUrl(...at)).endpointUrl, url);
  assert.deepEqual(await names(subscriptions.listBySystemTopic(group, 'topic')), ['texts']);
  const changed = await subscriptions.beginUpdateAndWait(...at, {
    destination: {
      endpointType: 'WebHook',
      endpointUrl: url,
      deliveryAttributeMappings: [secret],
    },
  });
  assert.deepEqual(changed.filter.includedEventTypes, [received]);
  const attributes = await subscriptions.getDeliveryAttributes(...at);
  assert.equal(attributes.value[0].value, 'hush');

  await text('Grüße');
  const { headers, body: events } = await hook.next('Notification');
  assert.equal(headers['x-secret'], 'hush');
  assert.deepEqual([events[0].eventType, events[0].data.message], [received, 'Grüße']);

  await subscriptions.beginDeleteAndWait(...at);
  await assert.rejects(subscriptions.get(...at), restError(404, 'ResourceNotFound'));
  await systemTopics.beginDeleteAndWait(group, 'topic');
  await assert.rejects(systemTopics.get(group, 'topic'), restError(404, 'ResourceNotFound'));
});

test('a subscription on the resource itself', async () => {
  const { eventSubscriptions: subscriptions } = grid;
  const cloudEvents = { eventDeliverySchema: 'CloudEventSchemaV1_0' };
  const at = [resourceId, 'on-resource'];
  await subscriptions.beginCreateOrUpdateAndWait(...at, to(hook.url, cloudEvents));
  const automatic = await names(grid.systemTopics.listByResourceGroup(group));
  assert.match(automatic[0], new RegExp(`^${resource}-`));
  await subscriptions.beginUpdateAndWait(...at, { labels: ['blue'] });
  assert.deepEqual((await subscriptions.get(...at)).labels, ['blue']);
  assert.equal((await subscriptions.getFullUrl(...at)).endpointUrl, hook.url);
  assert.deepEqual((await subscriptions.getDeliveryAttributes(...at)).value, []);

  await text('as a CloudEvent');
  const { body: event } = await hook.next('Notification');
  assert.deepEqual([event.type, event.specversion], [received, '1.0']);
  assert.equal(event.source.toLowerCase(), resourceId.toLowerCase());

  const parts = [group, 'Microsoft.Communication', 'CommunicationServices', resource];
  for (const list of [
    subscriptions.listByResource(...parts),
    subscriptions.listGlobalBySubscription(),
    subscriptions.listGlobalBySubscriptionForTopicType(topicType),
    subscriptions.listGlobalByResourceGroup(group),
    subscriptions.listGlobalByResourceGroupForTopicType(group, topicType),
  ]) {
    assert.deepEqual(await names(list), ['on-resource']);
  }
  await subscriptions.beginDeleteAndWait(...at);
  await assert.rejects(subscriptions.get(...at), restError(404, 'ResourceNotFound'));
  assert.deepEqual(await names(grid.systemTopics.listBySubscription()), []);
});

test('what is refused', async () => {
  const { eventSubscriptions: subscriptions } = grid;
  const at = [resourceId, 'refused'];
  const deaf = await startWebhook();
  await deaf.stop();
  await assert.rejects(
    subscriptions.beginCreateOrUpdateAndWait(...at, to(deaf.url)),
    /Url validation|handshake failed/,
  );
  assert.equal((await subscriptions.get(...at)).provisioningState, 'Failed');
  await subscriptions.beginDeleteAndWait(...at);
  for (const body of [
    to('http://example.com/'),
    to(hook.url, { retryPolicy: { maxDeliveryAttempts: 31 } }),
    to(hook.url, { filter: { includedEventTypes: ['Contoso.Nothing'] } }),
    to(hook.url, { eventDeliverySchema: 'CustomInputSchema' }),
    { destination: { endpointType: 'StorageQueue', resourceId: '/x', queueName: 'q' } },
  ]) {
    await assert.rejects(
      subscriptions.beginCreateOrUpdateAndWait(...at, body),
      restError(400, 'InvalidRequest'),
    );
  }
});

test('custom topics and their subscriptions', async () => {
  const { topics, topicEventSubscriptions: subscriptions, eventSubscriptions } = grid;
  const made = await topics.beginCreateOrUpdateAndWait(group, 'custom', { location: 'westeurope' });
  assert.equal(made.inputSchema, 'EventGridSchema');
  assert.match(made.endpoint, /\/api\/events$/);
  await assert.rejects(
    topics.beginCreateOrUpdateAndWait(group, 'custom', {
      location: 'westeurope',
      inputSchema: 'CloudEventSchemaV1_0',
    }),
    restError(400, 'InvalidRequest'),
  );
  await topics.beginCreateOrUpdateAndWait(group, 'custom2', { location: 'westeurope' });
  await topics.beginUpdateAndWait(group, 'custom', { tags: { a: 'b' } });
  assert.deepEqual((await topics.get(group, 'custom')).tags, { a: 'b' });
  assert.deepEqual(await names(topics.listByResourceGroup(group, { top: 1 })), [
    'custom',
    'custom2',
  ]);
  assert.deepEqual(await names(topics.listBySubscription()), ['custom', 'custom2']);
  const before = await topics.listSharedAccessKeys(group, 'custom');
  const after = await topics.beginRegenerateKeyAndWait(group, 'custom', { keyName: 'key1' });
  assert.ok(after.key1 !== before.key1 && after.key2 === before.key2);
  await assert.rejects(
    topics.beginRegenerateKeyAndWait(group, 'custom', { keyName: 'key3' }),
    restError(400, 'InvalidRequest'),
  );

  const at = [group, 'custom', 'custom-sub'];
  await subscriptions.beginCreateOrUpdateAndWait(...at, { ...to(hook.url), filter: {} });
  await subscriptions.beginUpdateAndWait(...at, { labels: ['blue'] });
  assert.deepEqual((await subscriptions.get(...at)).labels, ['blue']);
  assert.deepEqual(await names(subscriptions.list(group, 'custom')), ['custom-sub']);
  assert.equal((await subscriptions.getFullUrl(...at)).endpointUrl, hook.url);
  assert.deepEqual((await subscriptions.getDeliveryAttributes(...at)).value, []);
  const [region, type] = ['westeurope', 'Microsoft.EventGrid.Topics'];
  for (const list of [
    eventSubscriptions.listRegionalBySubscription(region),
    eventSubscriptions.listRegionalBySubscriptionForTopicType(region, type),
    eventSubscriptions.listRegionalByResourceGroup(group, region),
    eventSubscriptions.listRegionalByResourceGroupForTopicType(group, region, type),
  ]) {
    assert.deepEqual(await names(list), ['custom-sub']);
  }
  await subscriptions.beginDeleteAndWait(...at);
  await assert.rejects(subscriptions.get(...at), restError(404, 'ResourceNotFound'));
  await topics.beginDeleteAndWait(group, 'custom');
  await assert.rejects(topics.get(group, 'custom'), restError(404, 'ResourceNotFound'));
});

test('topic types and their events', async () => {
  const { topicTypes, topics } = grid;
  assert.ok((await names(topicTypes.list())).includes(topicType));
  const one = await topicTypes.get(topicType.toLowerCase());
  assert.equal(one.provider, 'Microsoft.Communication');
  await assert.rejects(topicTypes.get('Contoso.None'), restError(404, 'ResourceNotFound'));
  const events = await all(topicTypes.listEventTypes(topicType));
  const sms = events.find((event) => event.name === received);
  assert.deepEqual([sms.displayName, sms.isInDefaultSet], ['SMS Received', true]);
  const parts = [group, 'Microsoft.Communication', 'CommunicationServices', resource];
  assert.equal((await all(topics.listEventTypes(...parts))).length, events.length);
});
