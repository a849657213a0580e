// A local cloud for the tests of one file, and the official clients connected to it.
//
// GUICHET_CLOUD_HTTPS, GUICHET_CLOUD_HTTP and NODE_EXTRA_CA_CERTS name one that runs already; without
// them bin/guichet is started on free ports.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ClientSecretCredential } from '@azure/identity';

const binary = fileURLToPath(new URL('../../bin/guichet', import.meta.url));

export const tenant = '7e0a0000-0000-4000-8000-000000000001';
export const clientId = 'a9900000-0000-4000-8000-000000000001';
export const clientSecret = 'guichet-local-secret';
export const subscription = '5b500000-0000-4000-8000-000000000001';
export const group = 'contoso-rg';
export const resource = 'contoso-acs';
export const resourceId = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Communication/CommunicationServices/${resource}`;
export const accessKey =
  'Z3VpY2hldCBsb2NhbCBjbG91ZDogYSB3ZWxsLWtub3duIGtleSwgd29ydGggbm90aGluZyBlbHNld2hlcmUhIQ==';
export const tollFree = '+18335550100';
export const geographic = '+33199000001';
export const customer = '+14255550123';

// Returns the cloud's addresses, the options with which a client trusts it, and stop(). flags are further ones of
// the command.
export async function startCloud(flags = []) {
  const {
    GUICHET_CLOUD_HTTPS: https,
    GUICHET_CLOUD_HTTP: http,
    NODE_EXTRA_CA_CERTS: file,
  } = process.env;
  if (https && http && file) {
    return connect({ cloud: https, pages: http, ca: file }, async () => {});
  }
  const child = spawn(
    binary,
    [
      'cloud',
      '--ephemeral',
      '--json',
      '--cloud-https',
      'localhost:0',
      '--cloud-http',
      'localhost:0',
      ...flags,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
  const line = new Promise((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  );
  const first = await Promise.race([line, ended]);
  if (typeof first !== 'string') {
    throw new Error(`${binary} cloud ended with status ${first}`);
  }
  return connect(JSON.parse(first), async () => {
    child.kill('SIGTERM');
    await ended;
  });
}

async function connect({ cloud, pages, ca }, stop) {
  const options = { tlsOptions: { ca: await readFile(ca, 'utf8') } };
  return {
    url: cloud,
    pages,
    stop,
    options,
    connectionString: `endpoint=${cloud}/;accesskey=${accessKey}`,
    // A credential of the service principal for tools, through the cloud's own Entra.
    credential: (id = clientId, secret = clientSecret, directory = tenant) =>
      new ClientSecretCredential(directory, id, secret, {
        ...options,
        authorityHost: cloud,
        disableInstanceDiscovery: true,
      }),
    // What a client of the resource managers needs.
    arm: { ...options, endpoint: cloud },
    // Calls the cloud's control API; path begins with /_guichet/.
    async control(method, path, body) {
      const response = await fetch(pages + path, {
        method,
        body: body && JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      });
      if (!response.ok) {
        throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      }
      return response.status === 204 ? undefined : response.json();
    },
  };
}

// Reads until met(value) holds, for at most 10 s, and returns that value.
export async function until(what, read, met) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (met(value)) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`never: ${what}; last seen ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Collects a paged list.
export async function all(pages) {
  const items = [];
  for await (const item of pages) {
    items.push(item);
  }
  return items;
}

// An assert.rejects matcher for a service error.
export const restError = (statusCode, code) => (error) =>
  error.name === 'RestError' && error.statusCode === statusCode && error.code === code;
