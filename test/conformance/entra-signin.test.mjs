// @azure/msal-node against the local cloud: users who sign in, by a device's code and by an authorization code.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { after, before, test } from 'node:test';
import { DeviceCodeCredential, ManagedIdentityCredential } from '@azure/identity';
import {
  ConfidentialClientApplication,
  CryptoProvider,
  PublicClientApplication,
} from '@azure/msal-node';
import { startCloud, tenant } from './cloud.mjs';
import { sdk, works } from './proof.mjs';

const cli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';
const arm = 'https://management.azure.com/.default';
const name = sdk('@azure/identity');
let cloud;

const decode = (text) =>
  text
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#43;', '+')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

before(async () => {
  cloud = await startCloud();
});
after(() => cloud?.stop());

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

const configuration = (clientId, more) => ({
  auth: {
    clientId,
    authority: `${cloud.url}/${tenant}`,
    knownAuthorities: [new URL(cloud.url).host],
    ...more,
  },
  system: { networkClient: network(cloud.options.tlsOptions) },
});

test('a device code, and a silent renewal', async () => {
  const app = new PublicClientApplication(configuration(cli));
  const result = await app.acquireTokenByDeviceCode({
    scopes: [arm],
    deviceCodeCallback: ({ verificationUri, userCode }) =>
      person(cloud.url, cloud.options.tlsOptions).enter(verificationUri, userCode),
  });
  assert.equal(result.account.username, 'admin@contoso.onmicrosoft.com');
  assert.equal(claims(result.accessToken).scp, 'user_impersonation');
  const silent = await app.acquireTokenSilent({ account: result.account, scopes: [arm] });
  assert.equal(silent.fromCache, true);
  const renewed = await app.acquireTokenSilent({
    account: result.account,
    scopes: [arm],
    forceRefresh: true,
  });
  assert.equal(renewed.fromCache, false);
  assert.notEqual(renewed.accessToken, result.accessToken);
  const graph = await app.acquireTokenSilent({
    account: result.account,
    scopes: ['https://graph.microsoft.com/.default'],
  });
  assert.match(claims(graph.accessToken).scp, /\bDirectory\.AccessAsUser\.All\b/);
});

test('an authorization code with PKCE', async () => {
  const redirectUri = 'http://localhost:8080/signed-in';
  const made = await cloud.control('POST', '/_guichet/entra/applications', {
    tenantId: tenant,
    displayName: 'web',
    web: { redirectUris: [redirectUri] },
  });
  const { secretText } = await cloud.control(
    'POST',
    `/_guichet/entra/applications/${made.appId}/secrets`,
    {},
  );
  const app = new ConfidentialClientApplication(
    configuration(made.appId, { clientSecret: secretText }),
  );
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const scopes = ['User.Read'];
  const address = await app.getAuthCodeUrl({
    scopes,
    redirectUri,
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    state: 'state',
    nonce: 'nonce',
    responseMode: 'query',
  });
  const back = await person(cloud.url, cloud.options.tlsOptions).authorize(address);
  assert.equal(back.get('state'), 'state');
  const request = { scopes, redirectUri, code: back.get('code'), codeVerifier: verifier };
  await assert.rejects(app.acquireTokenByCode({ ...request, codeVerifier: challenge }), (error) => {
    assert.match(error.message, /\b501481\b/);
    return true;
  });
  const result = await app.acquireTokenByCode(request);
  assert.equal(result.idTokenClaims.nonce, 'nonce');
  assert.equal(result.account.tenantId, tenant);
  assert.match(claims(result.accessToken).scp, /\bUser\.Read\b/);
  const renewed = await app.acquireTokenSilent({
    account: result.account,
    scopes,
    forceRefresh: true,
  });
  assert.equal(renewed.account.homeAccountId, result.account.homeAccountId);
  await assert.rejects(app.acquireTokenByCode(request), (error) => {
    assert.match(error.message, /\b54005\b/);
    return true;
  });
});

test('the credentials of @azure/identity', async () => {
  const options = { ...cloud.options, authorityHost: cloud.url, disableInstanceDiscovery: true };
  const device = new DeviceCodeCredential({
    ...options,
    tenantId: tenant,
    clientId: cli,
    userPromptCallback: ({ verificationUri, userCode }) =>
      person(cloud.url, cloud.options.tlsOptions).enter(verificationUri, userCode),
  });
  assert.equal(claims((await device.getToken(arm)).token).upn, 'admin@contoso.onmicrosoft.com');
  works(name, 'DeviceCodeCredential.getToken');

  process.env.IDENTITY_ENDPOINT = `${cloud.pages}/_guichet/msi/token`;
  process.env.IDENTITY_HEADER = 'guichet-local';
  const managed = await new ManagedIdentityCredential().getToken(arm);
  assert.equal(claims(managed.token).oid, '0b1e0000-0000-4000-8000-000000000001');
  works(name, 'ManagedIdentityCredential.getToken');
});

// A network client for @azure/msal-node that trusts the local cloud: msal-node has no setting for an authority of
// certificates, and NODE_EXTRA_CA_CERTS is read at the start of the process only.

function network({ ca }) {
  const agent = new Agent({ ca });
  const send = (method, url, { headers, body } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () =>
          resolve({
            headers: response.headers,
            body: text ? JSON.parse(text) : {},
            status: response.statusCode,
          }),
        );
      });
      sent.once('error', reject);
      sent.end(body);
    });
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}

// Someone before a browser: opens the local cloud's sign-in pages and fills in their forms.

function person(url, https) {
  const cookies = new Map();

  async function read(address, body) {
    const agent = new Agent({ ca: https.ca });
    return new Promise((resolve, reject) => {
      const headers = {
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      };
      if (body) {
        headers['Content-Type'] = 'application/x-www-form-urlencoded';
      }
      const sent = request(
        new URL(address, url),
        { method: body ? 'POST' : 'GET', agent, headers },
        (response) => {
          for (const line of response.headers['set-cookie'] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            cookies.set(name, value);
          }
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part) => {
            text += part;
          });
          response.on('end', () => resolve({ text, location: response.headers.location }));
        },
      );
      sent.once('error', reject);
      sent.end(body);
    });
  }

  const submit = (page, fields) => {
    const form = new URLSearchParams();
    for (const [, name, value] of page.text.matchAll(
      /<input type="hidden" name="([^"]*)" value="([^"]*)">/g,
    )) {
      form.set(decode(name), decode(value));
    }
    for (const [name, value] of Object.entries(fields)) {
      form.set(name, value);
    }
    const [, action] = /<form method="post" action="([^"]*)">/.exec(page.text) ?? [];
    if (!action) {
      throw new Error(`no form in ${page.text}`);
    }
    return read(decode(action), form.toString());
  };

  const signIn = (page) =>
    submit(page, {
      loginfmt: 'admin@contoso.onmicrosoft.com',
      passwd: 'guichet-local-password',
      action: 'signin',
    });

  return {
    // Signs in at an authorization address and returns what the client gets back.
    async authorize(address) {
      let page = await signIn(await read(address));
      if (!page.location) {
        page = await submit(page, { action: 'accept' });
      }
      return new URL(page.location).searchParams;
    },
    // Enters a device's code and lets it in.
    async enter(address, code) {
      const asked = await submit(await read(address), { otc: code, action: 'code' });
      return submit(await signIn(asked), { action: 'accept' });
    },
  };
}
