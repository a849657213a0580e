// The other end of a handset's calls: an application of Call Automation, virtual phones, and sound.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tollFree } from './handset.mjs';

const tenant = '7e0a0000-0000-4000-8000-000000000001';
const group =
  '/subscriptions/5b500000-0000-4000-8000-000000000001/resourceGroups/contoso-rg/providers';
const key = Buffer.from(
  'Z3VpY2hldCBsb2NhbCBjbG91ZDogYSB3ZWxsLWtub3duIGtleSwgd29ydGggbm90aGluZyBlbHNld2hlcmUhIQ==',
  'base64',
);
const rate = 16_000;

// A tone as a WAV file of 16 kHz, mono, 16 bits.
export function tone(hertz, seconds) {
  const samples = Math.round(rate * seconds);
  const file = Buffer.alloc(44 + 2 * samples);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + 2 * samples, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(2 * samples, 40);
  for (let at = 0; at < samples; at++) {
    file.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hertz * at) / rate)), 44 + 2 * at);
  }
  return file;
}

// How much of the loudest quarter second of a WAV file is a tone of that frequency, 0 to 1; 0 when all of it is quiet.
export function share(file, hertz) {
  const window = rate / 4;
  let best = 0;
  for (let from = 44; from + 2 * window <= file.length; from += window) {
    let energy = 0;
    let cosine = 0;
    let sine = 0;
    for (let at = 0; at < window; at++) {
      const sample = file.readInt16LE(from + 2 * at);
      energy += sample * sample;
      cosine += sample * Math.cos((2 * Math.PI * hertz * at) / rate);
      sine += sample * Math.sin((2 * Math.PI * hertz * at) / rate);
    }
    if (energy / window > 1e4)
      best = Math.max(best, (2 * (cosine ** 2 + sine ** 2)) / (window * energy));
  }
  return best;
}

// The control API of calls, and the signed requests of an application.
export class Cloud {
  constructor(origin) {
    this.origin = origin;
  }

  async control(method, path, body) {
    const response = await fetch(`${this.origin}/_guichet/calls${path}`, {
      method,
      body: body instanceof Buffer ? body : body && JSON.stringify(body),
    });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    const data = Buffer.from(await response.arrayBuffer());
    return response.headers.get('content-type')?.startsWith('audio/')
      ? data
      : data.length && JSON.parse(data);
  }

  async leg(phone, state) {
    const { items } = await this.control('GET', '/legs');
    return items.findLast((leg) => leg.phone === `4:${phone}` && leg.state === state);
  }

  async calling(method, path, body) {
    const url = new URL(`/calling/${path}?api-version=2026-03-12`, this.origin);
    const text = body ? JSON.stringify(body) : '';
    const date = new Date().toUTCString();
    const hash = createHash('sha256').update(text).digest('base64');
    const signature = createHmac('sha256', key)
      .update(`${method}\n${url.pathname}${url.search}\n${date};${url.host};${hash}`)
      .digest('base64');
    const response = await fetch(url, {
      method,
      headers: {
        'x-ms-date': date,
        'x-ms-content-sha256': hash,
        'Content-Type': 'application/json',
        Authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
      },
      body: text || undefined,
    });
    const answer = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${answer}`);
    return answer ? JSON.parse(answer) : undefined;
  }

  // Has incoming calls announced to a webhook.
  async announce(hook) {
    const answer = await fetch(`${this.origin}/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'a9900000-0000-4000-8000-000000000001',
        client_secret: 'guichet-local-secret',
        scope: 'https://management.azure.com/.default',
      }),
    });
    const { access_token: token } = await answer.json();
    const put = async (path, body) => {
      const response = await fetch(
        `${this.origin}${group}/Microsoft.EventGrid/systemTopics/calls${path}?api-version=2022-06-15`,
        {
          method: 'PUT',
          headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        },
      );
      assert.ok(response.ok, `${path}: ${response.status} ${await response.text()}`);
    };
    await put('', {
      location: 'global',
      properties: {
        source: `${group}/Microsoft.Communication/CommunicationServices/contoso-acs`,
        topicType: 'Microsoft.Communication.CommunicationServices',
      },
    });
    await put('/eventSubscriptions/calls', {
      properties: {
        destination: { endpointType: 'WebHook', properties: { endpointUrl: hook } },
        filter: { includedEventTypes: ['Microsoft.Communication.IncomingCall'] },
      },
    });
  }
}

// An application that answers every call to it and remembers what it is told.
export async function application(cloud) {
  const told = [];
  const server = createServer(async (request, response) => {
    const events = JSON.parse(Buffer.concat(await request.toArray()));
    response.setHeader('Content-Type', 'application/json');
    for (const event of events) {
      if (event.eventType === 'Microsoft.EventGrid.SubscriptionValidationEvent') {
        response.end(JSON.stringify({ validationResponse: event.data.validationCode }));
        return;
      }
      if (event.eventType !== 'Microsoft.Communication.IncomingCall') told.push(event);
      else if (event.data.to.phoneNumber.value === tollFree) {
        void cloud.calling('POST', 'callConnections:answer', {
          incomingCallContext: event.data.incomingCallContext,
          callbackUri: url,
        });
      }
    }
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  await cloud.announce(url);
  return {
    told: (kind) => told.filter(({ type }) => type === `Microsoft.Communication.${kind}`),
    close: () => {
      server.closeAllConnections();
      return once(server.close(), 'close');
    },
  };
}
