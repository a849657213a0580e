// What events go to: a webhook of the test, and a customer's text that makes one.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tollFree } from './handset.mjs';

const customer = '+14255550123';

// A text of the customer, which makes an event.
export async function text(origin) {
  const path = [customer, 'threads', tollFree].map(encodeURIComponent).join('/');
  const response = await fetch(`${origin}/_guichet/handset/customers/${path}/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id: randomUUID(), text: 'Is the blue kettle in stock?' }),
  });
  assert.equal(response.status, 201);
}

// A webhook that consents to the handshake, unless it is not ready, and answers deliveries with these statuses, the last one for ever.
export async function webhook(statuses) {
  let deliveries = 0;
  const hook = { ready: true };
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    if (!hook.ready) {
      response.statusCode = 503;
      response.end();
      return;
    }
    if (request.headers['aeg-event-type'] === 'SubscriptionValidation') {
      const [{ data }] = JSON.parse(Buffer.concat(chunks));
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ validationResponse: data.validationCode }));
      return;
    }
    response.statusCode = statuses[Math.min(deliveries++, statuses.length - 1)];
    response.end();
  }).listen(0, 'localhost');
  await once(server, 'listening');
  return Object.assign(hook, {
    url: `http://localhost:${server.address().port}/hook`,
    close: () => {
      server.closeAllConnections();
      return once(server.close(), 'close');
    },
  });
}
