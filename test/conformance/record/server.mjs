// A throw-away http server that answers requests from a list and keeps what it was sent, in the form of the golden
// files: what differs from run to run is checked and replaced by a word in angle brackets.
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

export const accessKey = 'ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI=';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

// Headers that say nothing about the protocol, or that follow from the rest of the request.
const dropped = new Set([
  'user-agent',
  'accept-encoding',
  'connection',
  'content-length',
  'transfer-encoding',
]);

// Starts a server on a free port, runs a function against it and returns the exchanges.
export async function record(answers, run) {
  const exchanges = [];
  const faults = [];
  const server = createServer(async (request, response) => {
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const answer = answers[exchanges.length];
      if (!answer) throw new Error(`unexpected request: ${request.method} ${request.url}`);
      exchanges.push({ request: describe(request, body), response: answer });
      const text = (answer.body === undefined ? '' : JSON.stringify(answer.body)).replaceAll(
        '<endpoint>',
        `http://${request.headers.host}`,
      );
      const headers = { ...answer.headers };
      if (text) headers['content-type'] = 'application/json; charset=utf-8';
      response.writeHead(answer.status, headers);
      response.end(text);
    } catch (error) {
      faults.push(error);
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const endpoint = `http://127.0.0.1:${server.address().port}`;
    await run({ endpoint, connectionString: `endpoint=${endpoint}/;accesskey=${accessKey}` });
  } catch (error) {
    faults.push(error);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  if (faults.length > 0) throw faults[0];
  if (exchanges.length !== answers.length) {
    throw new Error(`${exchanges.length} requests came, ${answers.length} were expected`);
  }
  return exchanges;
}

function describe(request, body) {
  const [path, query = ''] = request.url.split(/\?(.*)/s);
  const described = {
    method: request.method,
    path,
    query: [...new URLSearchParams(query)].map(([name, value]) => `${name}=${value}`),
    headers: describeHeaders(request, path, query, body),
  };
  if (body.length > 0) described.body = describeBody(JSON.parse(body.toString('utf8')));
  return described;
}

function describeHeaders(request, path, query, body) {
  const headers = {};
  for (const [name, value] of Object.entries(request.headers).sort()) {
    if (!dropped.has(name)) headers[name] = value;
  }
  const hash = createHash('sha256').update(body).digest('base64');
  const date = headers['x-ms-date'];
  // A request to another host is signed for the endpoint, which it names, without the query.
  const elsewhere = headers['x-ms-host'] !== undefined;
  const signedHost = headers['x-ms-host'] ?? headers.host;
  replace(headers, 'x-ms-content-sha256', (value) => value === hash, '<hash of the body>');
  replace(headers, 'x-ms-date', (value) => httpDate.test(value), '<date>');
  replace(headers, 'x-ms-client-request-id', (value) => uuid.test(value), '<uuid>');
  // Official JavaScript clients sign the query as a form writes it.
  const target = query && !elsewhere ? `${path}?${new URLSearchParams(query)}` : path;
  const signature = createHmac('sha256', Buffer.from(accessKey, 'base64'))
    .update(`${request.method}\n${target}\n${date};${signedHost};${hash}`)
    .digest('base64');
  const prefix = 'HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=';
  replace(
    headers,
    'authorization',
    (value) => value === prefix + signature,
    `${prefix}<signature>`,
  );
  if (elsewhere) {
    const location = new URL(headers.originalurl);
    replace(headers, 'host', (value) => value === location.host, '<host of the location>');
    replace(headers, 'x-ms-host', () => true, '<host>');
  } else {
    replace(headers, 'host', () => true, '<host>');
  }
  replace(headers, 'repeatability-request-id', (value) => uuid.test(value), '<uuid>');
  replace(headers, 'repeatability-first-sent', (value) => httpDate.test(value), '<date>');
  return headers;
}

function describeBody(value, name = '') {
  if (Array.isArray(value)) return value.map((item) => describeBody(item));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, describeBody(item, key)]),
    );
  }
  if (name === 'repeatabilityRequestId' && uuid.test(value)) return '<uuid>';
  if (name === 'repeatabilityFirstSent' && httpDate.test(value)) return '<date>';
  return value;
}

function replace(headers, name, good, word) {
  if (headers[name] === undefined) return;
  if (!good(headers[name])) throw new Error(`header ${name} has the wrong value: ${headers[name]}`);
  headers[name] = word;
}
