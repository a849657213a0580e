import { beforeEach, describe, expect, it } from 'vitest';
import { SignInNeeded } from '../session/session';
import { Azure, AzureError, versioned } from './azure';

interface Said {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}

let asked: string[];
let answers: Said[];
let waits: number[];
let forgotten: string[];
let azure: Azure;

beforeEach(() => {
  asked = [];
  answers = [];
  waits = [];
  forgotten = [];
  azure = new Azure({
    fetch: async (url, init) => {
      asked.push(`${init?.method} ${url}`);
      const { status = 200, body, headers } = answers.shift() ?? { status: 500 };
      return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
    },
    token: async (resource) => `${resource}-token`,
    forget: (_, token) => void forgotten.push(token),
    wait: async (milliseconds) => void waits.push(milliseconds),
  });
});

const topic = '/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/systemTopics/t';

describe('the version of a call', () => {
  it.each([
    ['/subscriptions', '/subscriptions?api-version=2022-12-01'],
    [topic, `${topic}?api-version=2025-02-15`],
    [`${topic}?$top=3`, `${topic}?$top=3&api-version=2025-02-15`],
    [`${topic}?api-version=1`, `${topic}?api-version=1`],
    // A provider that is read itself belongs to Resource Manager.
    [
      '/subscriptions/s/providers/Microsoft.EventGrid',
      '/subscriptions/s/providers/Microsoft.EventGrid?api-version=2022-12-01',
    ],
    [
      '/subscriptions/s/providers/Microsoft.EventGrid/register',
      '/subscriptions/s/providers/Microsoft.EventGrid/register?api-version=2022-12-01',
    ],
    [
      `${topic}/providers/Microsoft.Authorization/permissions`,
      `${topic}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`,
    ],
  ])('%s', (path, url) => expect(versioned(path)).toBe(url));
});

describe('a call', () => {
  it('reads the error envelope', async () => {
    const details = [{ code: 'D', message: 'detail' }];
    answers.push({
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message: 'No.', details } },
    });
    const error = await azure.arm('GET', '/subscriptions').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AzureError);
    expect(error).toMatchObject({
      plane: 'arm',
      status: 403,
      code: 'AuthorizationFailed',
      message: 'No.',
      details,
    });
  });

  it('tries once more with a new token, then asks to sign in', async () => {
    answers.push({ status: 401 }, { body: { id: 1 } });
    expect(await azure.graph('GET', '/me')).toEqual({ id: 1 });
    expect(forgotten).toEqual(['graph-token']);
    answers.push({ status: 401 }, { status: 401 });
    await expect(azure.graph('GET', '/me')).rejects.toBeInstanceOf(SignInNeeded);
  });

  it('reads lists to the last page, on the own origin whatever the link says', async () => {
    answers.push(
      {
        body: {
          value: [1, 2],
          '@odata.nextLink': 'https://elsewhere.example/v1.0/users?$skiptoken=x',
        },
      },
      { body: { value: [3] } },
    );
    expect(await azure.graphList('/users')).toEqual([1, 2, 3]);
    expect(asked).toEqual(['GET /v1.0/users', 'GET /v1.0/users?$skiptoken=x']);
  });
});

describe('a long-running operation', () => {
  const operation = 'http://localhost:1/subscriptions/s/operationsStatus/o?api-version=1';

  it('is followed by its status, then the resource is read', async () => {
    answers.push(
      {
        status: 201,
        body: { properties: { provisioningState: 'Creating' } },
        headers: { 'Azure-AsyncOperation': operation, 'Retry-After': '2' },
      },
      { body: { status: 'InProgress' }, headers: { 'Retry-After': '3' } },
      { body: { status: 'Succeeded' } },
      { body: { name: 't' } },
    );
    const told: string[] = [];
    const made = await azure.arm('PUT', topic, {}, { onProgress: (state) => told.push(state) });
    expect(made).toEqual({ name: 't' });
    expect(told).toEqual(['InProgress', 'Succeeded']);
    expect(waits).toEqual([2000, 3000]);
    expect(asked[1]).toBe('GET /subscriptions/s/operationsStatus/o?api-version=1');
    expect(asked.at(-1)).toBe(`GET ${topic}?api-version=2025-02-15`);
  });

  it('fails with the error of the operation', async () => {
    answers.push(
      { status: 201, headers: { 'Azure-AsyncOperation': operation } },
      { body: { status: 'Failed', error: { code: 'Url validation', message: 'No handshake.' } } },
    );
    await expect(azure.arm('PUT', topic, {})).rejects.toMatchObject({
      code: 'Url validation',
      message: 'No handshake.',
    });
  });

  it('is followed by its location', async () => {
    answers.push(
      { status: 202, headers: { Location: operation, 'Retry-After': '0' } },
      { status: 202 },
      { status: 204 },
    );
    expect(await azure.arm('DELETE', topic)).toBeUndefined();
    expect(asked).toHaveLength(3);
  });

  it('is followed by the state of the resource when nothing else is said', async () => {
    const state = (provisioningState: string) => ({ body: { properties: { provisioningState } } });
    answers.push(state('Updating'), state('Updating'), state('Succeeded'));
    expect(await azure.arm('PATCH', topic, {})).toEqual(state('Succeeded').body);
    answers.push(state('Updating'), state('Failed'));
    await expect(azure.arm('PATCH', topic, {})).rejects.toMatchObject({ code: 'Failed' });
  });
});
