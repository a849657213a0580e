// @azure/communication-sms against the local cloud, the stable client and the preview with opt-outs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SmsClient } from '@azure/communication-sms';
import { SmsClient as PreviewSmsClient } from 'communication-sms-preview';
import {
  accessKey,
  customer,
  geographic,
  restError,
  startCloud,
  tollFree,
  until,
} from './cloud.mjs';
import { watch } from './proof.mjs';

let cloud;
let sms;

before(async () => {
  cloud = await startCloud();
  sms = watch('@azure/communication-sms', new SmsClient(cloud.connectionString, cloud.options));
});
after(() => cloud?.stop());

const thread = `/_guichet/handset/customers/${encodeURIComponent(customer)}/threads/${encodeURIComponent(tollFree)}/messages`;
const messages = async () => (await cloud.control('GET', thread)).items;
const shown = (id, status) =>
  until(
    `${id} is ${status}`,
    async () => (await messages()).find((message) => message.id === id),
    (message) => message?.status === status,
  );

test('send: a text reaches the handset', async () => {
  const message = 'Bonjour 👋 ~!*()';
  const results = await sms.send(
    { from: tollFree, to: [customer], message },
    { enableDeliveryReport: true, tag: 'conformance' },
  );
  assert.equal(results.length, 1);
  assert.equal(results[0].successful, true);
  assert.equal(results[0].httpStatusCode, 202);
  assert.equal(results[0].to, customer);
  assert.equal(results[0].repeatabilityResult, 'accepted');
  assert.match(results[0].messageId, /^Outgoing_\d{14}[0-9a-f-]{36}_/);
  const text = await shown(results[0].messageId, 'delivered');
  assert.equal(text.text, message);
  assert.equal(text.direction, 'toCustomer');
});

test('send: each recipient has an outcome of its own', async () => {
  const results = await sms.send({ from: tollFree, to: ['4255550123', customer], message: 'two' });
  assert.deepEqual(
    results.map((result) => [result.to, result.httpStatusCode, result.successful]),
    [
      ['4255550123', 400, false],
      [customer, 202, true],
    ],
  );
  assert.equal(results[0].errorMessage, 'Invalid To phone number format.');
});

test('send: by key, by token and over http', async () => {
  const clients = [
    watch('@azure/communication-sms', new SmsClient(cloud.url, { key: accessKey }, cloud.options)),
    watch('@azure/communication-sms', new SmsClient(cloud.url, cloud.credential(), cloud.options)),
    watch(
      '@azure/communication-sms',
      new SmsClient(`endpoint=${cloud.pages}/;accesskey=${accessKey}`, {
        allowInsecureConnection: true,
      }),
    ),
  ];
  for (const client of clients) {
    const [result] = await client.send({ from: tollFree, to: [customer], message: 'hello' });
    assert.equal(result.successful, true);
  }
});

test('send: refused without a good key, and the portal says why', async () => {
  const stranger = watch(
    '@azure/communication-sms',
    new SmsClient(cloud.url, { key: Buffer.from('another').toString('base64') }, cloud.options),
  );
  await assert.rejects(
    stranger.send({ from: tollFree, to: [customer], message: 'x' }),
    restError(401, 'Denied'),
  );
  const { items } = await cloud.control('GET', '/_guichet/requests');
  assert.match(items.findLast((item) => item.status === 401).note, /^signature: /);
});

test('send: from a number that is not owned or cannot text', async () => {
  for (const from of ['+18335550199', geographic]) {
    await assert.rejects(
      sms.send({ from, to: [customer], message: 'x' }),
      (error) => error.statusCode === 401,
    );
  }
});

test('send: a body that does not validate', async () => {
  await assert.rejects(sms.send({ from: '+0', to: [], message: 'x' }), (error) => {
    assert.equal(error.statusCode, 400);
    assert.match(error.message, /Invalid From phone number format/);
    return true;
  });
});

test('send: the customer cannot be reached', async () => {
  const path = `/_guichet/handset/customers/${encodeURIComponent(customer)}/delivery`;
  await cloud.control('PUT', path, { mode: 'failed', code: '4006' });
  try {
    const [result] = await sms.send({ from: tollFree, to: [customer], message: 'lost' });
    assert.equal(result.successful, true);
    const text = await shown(result.messageId, 'failed');
    assert.match(text.statusDetail, /^4006: /);
  } finally {
    await cloud.control('PUT', path, { mode: 'delivered' });
  }
});

test('opt-outs: add, check, remove', async () => {
  const { optOuts } = watch(
    'communication-sms-preview',
    new PreviewSmsClient(cloud.connectionString, cloud.options),
  );
  const other = '+14255550177';
  assert.equal((await optOuts.check(tollFree, [other]))[0].isOptedOut, false);
  assert.equal((await optOuts.add(tollFree, [other]))[0].httpStatusCode, 200);
  assert.equal((await optOuts.check(tollFree, [other]))[0].isOptedOut, true);
  assert.equal((await optOuts.remove(tollFree, [other]))[0].httpStatusCode, 200);
  assert.equal((await optOuts.check(tollFree, [other]))[0].isOptedOut, false);
  await assert.rejects(optOuts.add('+18335550199', [other]), (error) => error.statusCode === 401);
});

test('opt-outs: STOP from the handset blocks, START lets through', async () => {
  const text = (body) => cloud.control('POST', thread, { id: crypto.randomUUID(), text: body });
  await text('STOP');
  const preview = watch(
    'communication-sms-preview',
    new PreviewSmsClient(cloud.connectionString, cloud.options),
  );
  assert.equal((await preview.optOuts.check(tollFree, [customer]))[0].isOptedOut, true);
  const [result] = await sms.send({ from: tollFree, to: [customer], message: 'blocked' });
  assert.equal(result.successful, true);
  assert.match(
    (await shown(result.messageId, 'failed')).statusDetail,
    /Sender blocked for given recipient/,
  );
  await text('START');
  const [again] = await preview.send({ from: tollFree, to: [customer], message: 'back' });
  await shown(again.messageId, 'delivered');
});
