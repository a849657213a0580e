// @azure/eventgrid against the local cloud: publishing to custom topics, every credential and schema.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventGridManagementClient } from '@azure/arm-eventgrid';
import {
  AzureKeyCredential,
  AzureSASCredential,
  EventGridPublisherClient,
  generateSharedAccessSignature,
} from '@azure/eventgrid';
import { clientId, group, restError, startCloud, subscription } from './cloud.mjs';
import { watch } from './proof.mjs';
import { startWebhook } from './webhook.mjs';

let cloud;
let hook;
let grid;

before(async () => {
  [cloud, hook] = await Promise.all([startCloud(), startWebhook()]);
  grid = new EventGridManagementClient(cloud.credential(), subscription, cloud.arm);
});
after(async () => {
  await cloud?.stop();
  await hook?.stop();
});

// A topic with a subscription on the webhook, and its first key.
async function topic(name, inputSchema, eventDeliverySchema) {
  const { id, endpoint } = await grid.topics.beginCreateOrUpdateAndWait(group, name, {
    location: 'westeurope',
    inputSchema,
  });
  await grid.topicEventSubscriptions.beginCreateOrUpdateAndWait(group, name, 'custom-sub', {
    destination: { endpointType: 'WebHook', endpointUrl: hook.url },
    eventDeliverySchema,
  });
  const { key1 } = await grid.topics.listSharedAccessKeys(group, name);
  return { id, endpoint, key: new AzureKeyCredential(key1) };
}

const publisher = (endpoint, schema, credential) =>
  watch(
    '@azure/eventgrid',
    new EventGridPublisherClient(endpoint, schema, credential, cloud.options),
  );

const event = (id) => ({
  id,
  eventType: 'Contoso.Thing',
  subject: 's',
  dataVersion: '2',
  data: { x: 1 },
});

test("Event Grid's schema: by key, by signature, by token", async () => {
  const { id, endpoint, key } = await topic('grid', 'EventGridSchema', 'EventGridSchema');
  await publisher(endpoint, 'EventGrid', key).send([event('by-key')]);
  const [got] = (await hook.next('Notification')).body;
  assert.deepEqual(
    [got.id, got.topic, got.dataVersion, got.metadataVersion, got.data],
    ['by-key', id, '2', '1', { x: 1 }],
  );

  const signature = (from) =>
    generateSharedAccessSignature(endpoint, key, new Date(Date.now() + from)).then(
      (text) => new AzureSASCredential(text),
    );
  await publisher(endpoint, 'EventGrid', await signature(3_600_000)).send([event('by-sas')]);
  assert.equal((await hook.next('Notification')).body[0].id, 'by-sas');

  const byToken = publisher(endpoint, 'EventGrid', cloud.credential());
  await assert.rejects(byToken.send([event('no')]), restError(403, 'Forbidden'));
  const { items } = await cloud.control('GET', '/_guichet/entra/applications');
  const tools = items.find((app) => app.appId === clientId);
  assert.ok(tools, 'the service principal for tools is not in the directory');
  await cloud.control('POST', '/_guichet/arm/roleAssignments', {
    scope: id,
    role: 'EventGrid Data Sender',
    principalId: '0b1e0000-0000-4000-8000-000000000001',
  });
  await byToken.send([event('by-token')]);
  assert.equal((await hook.next('Notification')).body[0].id, 'by-token');

  await assert.rejects(
    publisher(endpoint, 'EventGrid', await signature(-3_600_000)).send([event('late')]),
    restError(401, 'Unauthorized'),
  );
  await assert.rejects(
    publisher(endpoint, 'EventGrid', new AzureKeyCredential('AAAA')).send([event('no')]),
    restError(401, 'Unauthorized'),
  );
  await assert.rejects(
    publisher(endpoint, 'EventGrid', key).send([{ ...event('no'), subject: '' }]),
    restError(400, 'BadRequest'),
  );
  await assert.rejects(
    publisher(endpoint, 'EventGrid', key).send([
      { ...event('big'), data: { x: 'x'.repeat(1 << 20) } },
    ]),
    restError(413, 'RequestEntityTooLarge'),
  );
});

test('CloudEvents', async () => {
  const schema = 'CloudEventSchemaV1_0';
  const { endpoint, key } = await topic('cloud', schema, schema);
  await publisher(endpoint, 'CloudEvent', key).send([
    {
      id: 'one',
      source: '/contoso/source',
      type: 'Contoso.Thing',
      data: { x: 1 },
      extensionAttributes: { color: 'red' },
    },
  ]);
  const { body } = await hook.next('Notification');
  assert.deepEqual(
    [body.id, body.source, body.type, body.specversion, body.color, body.data],
    ['one', '/contoso/source', 'Contoso.Thing', '1.0', 'red', { x: 1 }],
  );
});

test('the other schema than the one of the topic', async () => {
  const { endpoint, key } = await topic('strict', 'EventGridSchema', 'CloudEventSchemaV1_0');
  await assert.rejects(
    publisher(endpoint, 'CloudEvent', key).send([{ source: '/s', type: 'T', data: {} }]),
    restError(400, 'BadRequest'),
  );
  await publisher(endpoint, 'EventGrid', key).send([event('turned')]);
  const { body } = await hook.next('Notification');
  assert.deepEqual([body.id, body.specversion], ['turned', '1.0']);
});
