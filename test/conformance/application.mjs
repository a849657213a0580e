// An application of Call Automation on the loopback address: it takes callbacks, serves files to play and is the
// other end of a media stream. What arrives is read by the official parsers.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { parseCallAutomationEvent, StreamingData } from '@azure/communication-call-automation';
import { until } from './cloud.mjs';

const rate = 16_000;

// A WAV file with a tone of that many milliseconds.
export function tone(hertz, ms) {
  const samples = (rate * ms) / 1000;
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
  for (let i = 0; i < samples; i++) {
    file.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hertz * i) / rate)), 44 + 2 * i);
  }
  return file;
}

// How much of a sound (16-bit samples) is a tone of that frequency: 0 to 1, the best of all stretches of 100 ms.
export function loudness(pcm, hertz) {
  const window = rate / 10;
  let best = 0;
  for (let start = 0; start + window <= pcm.length / 2; start += window) {
    let [re, im, energy] = [0, 0, 0];
    for (let i = 0; i < window; i++) {
      const x = pcm.readInt16LE(2 * (start + i));
      const angle = (2 * Math.PI * hertz * i) / rate;
      re += x * Math.cos(angle);
      im += x * Math.sin(angle);
      energy += x * x;
    }
    if (energy > 1e6) {
      best = Math.max(best, (2 * (re * re + im * im)) / (window * energy));
    }
  }
  return best;
}

// The messages in the frames of a WebSocket client, which are masked.
function* messages(state, chunk) {
  state.rest = Buffer.concat([state.rest, chunk]);
  for (;;) {
    const { rest } = state;
    if (rest.length < 2) {
      return;
    }
    let [length, at] = [rest[1] & 127, 2];
    if (length === 126 && rest.length >= 4) {
      [length, at] = [rest.readUInt16BE(2), 4];
    }
    if (rest.length < at + 4 + length) {
      return;
    }
    const mask = rest.subarray(at, at + 4);
    const body = rest.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i % 4]);
    state.rest = rest.subarray(at + 4 + length);
    yield { opcode: rest[0] & 15, text: Buffer.from(body).toString() };
  }
}

function frame(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x81, body.length])
      : Buffer.from([0x81, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}

// Returns the application's addresses, next(kind) for its callbacks, its stream and stop().
export async function startApplication(files) {
  const events = [];
  const stream = { headers: null, data: [], socket: null, closed: 0 };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) {
      text += chunk;
    }
    if (request.method === 'GET') {
      const file = files[request.url];
      response.statusCode = file ? 200 : 404;
      response.end(file);
      return;
    }
    events.push({ ...parseCallAutomationEvent(JSON.parse(text)[0]), url: request.url });
    response.end();
  });
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    Object.assign(stream, { headers: request.headers, data: [], socket });
    const state = { rest: Buffer.alloc(0) };
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const { opcode, text } of messages(state, chunk)) {
        if (opcode === 1) {
          stream.data.push({
            ...StreamingData.parse(text),
            kind: StreamingData.getStreamingKind(),
          });
        } else if (opcode === 8) {
          stream.closed += 1;
          socket.end();
        }
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`,
    callbacks: `http://127.0.0.1:${port}/callbacks`,
    socket: `ws://127.0.0.1:${port}/stream`,
    stream,
    send: (text) => stream.socket.write(frame(text)),
    // Waits for the next callback, which must be of that kind.
    async next(kind) {
      await until(
        `${kind} arrives`,
        () => events.length,
        (n) => n > 0,
      );
      const event = events.shift();
      if (event.kind !== kind) {
        throw new Error(`${event.kind} arrived, not ${kind}: ${JSON.stringify(event)}`);
      }
      return event;
    },
    // Waits for the next callback of any kind.
    async any() {
      await until(
        'a callback arrives',
        () => events.length,
        (n) => n > 0,
      );
      return events.shift();
    },
    async stop() {
      server.closeAllConnections();
      stream.socket?.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
