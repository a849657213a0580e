// An endpoint for events on the loopback address, which consents to both handshakes.
import { createServer } from 'node:http';
import { until } from './cloud.mjs';

// Returns its address, what it got ({ method, headers, body }), next(kind) and stop().
export async function startWebhook() {
  const got = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) {
      text += chunk;
    }
    const { method, headers } = request;
    if (method === 'OPTIONS') {
      response.setHeader('WebHook-Allowed-Origin', headers['webhook-request-origin']);
      response.end();
      return;
    }
    const body = JSON.parse(text);
    got.push({ headers, body });
    if (headers['aeg-event-type'] === 'SubscriptionValidation') {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ validationResponse: body[0].data.validationCode }));
      return;
    }
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    // Waits for a request of that aeg-event-type and takes it.
    async next(kind) {
      const find = () => got.findIndex(({ headers }) => headers['aeg-event-type'] === kind);
      const index = await until(`${kind} arrives`, find, (at) => at >= 0);
      return got.splice(index, 1)[0];
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
