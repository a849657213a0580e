// @azure/identity against the local cloud: the credentials that need no person.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  ChainedTokenCredential,
  ClientAssertionCredential,
  ClientCertificateCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
} from '@azure/identity';
import { clientId, clientSecret, startCloud, tenant } from './cloud.mjs';
import { refuses, sdk, works } from './proof.mjs';

const scope = 'https://management.azure.com/.default';
const name = sdk('@azure/identity');
let cloud;
let options;
let folder;

before(async () => {
  cloud = await startCloud();
  options = { ...cloud.options, authorityHost: cloud.url, disableInstanceDiscovery: true };
  folder = await mkdtemp(join(tmpdir(), 'guichet-certificate-'));
});
after(async () => {
  await cloud?.stop();
  await rm(folder, { recursive: true, force: true });
});

const claims = (token) => JSON.parse(Buffer.from(token.token.split('.')[1], 'base64url'));

async function proves(credential, client = clientId) {
  const token = await credential.getToken(scope);
  assert.equal(claims(token).appid, client);
  assert.equal(claims(token).tid, tenant);
  assert.ok(token.expiresOnTimestamp > Date.now());
  works(name, `${credential.constructor.name}.getToken`);
  return claims(token);
}

async function isRefused(credential, code) {
  await assert.rejects(credential.getToken(scope), (error) => {
    assert.match(error.message, new RegExp(`${code}\\b`));
    return true;
  });
  refuses(name, `${credential.constructor.name}.getToken`, code);
}

test('a secret', async () => {
  assert.equal((await proves(cloud.credential())).appidacr, '1');
  await isRefused(cloud.credential(clientId, 'wrong'), 'AADSTS7000215');
  await isRefused(cloud.credential(randomUUID()), 'AADSTS700016');
  await isRefused(
    cloud.credential(clientId, clientSecret, randomUUID()),
    'endpoints_resolution_error',
  );
});

test('a certificate, and an assertion of its own', async () => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=client', '-days', '1'].concat([
      '-keyout',
      key,
      '-out',
      certificate,
    ]),
    { stdio: 'ignore' },
  );
  const [keyText, text] = [await readFile(key, 'utf8'), await readFile(certificate, 'utf8')];
  const both = join(folder, 'both.pem');
  await writeFile(both, keyText + text);
  const app = await cloud.control('POST', '/_guichet/entra/applications', {
    tenantId: tenant,
    displayName: 'client',
  });
  const byCertificate = () =>
    new ClientCertificateCredential(tenant, app.appId, { certificatePath: both }, options);
  await isRefused(byCertificate(), 'AADSTS700027');
  const path = `/_guichet/entra/applications/${app.appId}/certificates`;
  await cloud.control('POST', path, { pem: text });
  assert.equal((await proves(byCertificate(), app.appId)).appidacr, '2');

  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const thumbprint = createHash('sha256').update(new X509Certificate(text).raw).digest('base64url');
  const signed = [
    encode({ alg: 'RS256', typ: 'JWT', 'x5t#S256': thumbprint }),
    encode({
      aud: `${cloud.url}/${tenant}/oauth2/v2.0/token`,
      iss: app.appId,
      sub: app.appId,
      jti: randomUUID(),
      nbf: now,
      exp: now + 300,
    }),
  ].join('.');
  const signature = sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(keyText));
  const assertion = async () => `${signed}.${signature.toString('base64url')}`;
  await proves(new ClientAssertionCredential(tenant, app.appId, assertion, options), app.appId);
});

test('values of the environment, alone and in a chain', async () => {
  Object.assign(process.env, {
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
    AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
  });
  const environment = new EnvironmentCredential(options);
  await proves(environment);
  await proves(new ChainedTokenCredential(environment));
  await proves(new DefaultAzureCredential(options));
});
