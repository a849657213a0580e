// @microsoft/microsoft-graph-client against the local cloud: an application from its registration to its deletion.
import assert from 'node:assert/strict';
import { Agent, request as send } from 'node:https';
import { after, before, test } from 'node:test';
import { Client } from '@microsoft/microsoft-graph-client';
import { startCloud } from './cloud.mjs';

let cloud;
let graph;

before(async () => {
  cloud = await startCloud();
  const credential = cloud.credential();
  const agent = new Agent(cloud.options.tlsOptions);
  graph = Client.init({
    baseUrl: cloud.url,
    customHosts: new Set([new URL(cloud.url).hostname]),
    authProvider: async (done) => {
      try {
        done(null, (await credential.getToken('https://graph.microsoft.com/.default')).token);
      } catch (error) {
        done(error, null);
      }
    },
    fetchOptions: { agent },
  });
  // The client calls the global fetch, which cannot be told of an authority of certificates.
  globalThis.fetch = fetchTrusting(agent);
});
after(() => cloud?.stop());

const real = globalThis.fetch;

const fetchTrusting = (agent) => async (input, init) => {
  const asked = new Request(input, init);
  if (!asked.url.startsWith('https:')) {
    return real(input, init);
  }
  const body = Buffer.from(await asked.arrayBuffer());
  return new Promise((resolve, reject) => {
    const headers = { ...Object.fromEntries(asked.headers), 'content-length': body.length };
    const sent = send(asked.url, { method: asked.method, agent, headers }, async (response) => {
      const parts = [];
      for await (const part of response) {
        parts.push(part);
      }
      const empty = response.statusCode === 204;
      resolve(
        new Response(empty ? null : Buffer.concat(parts), {
          status: response.statusCode,
          headers: response.headers,
        }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
};

test('an application', async () => {
  const app = await graph
    .api('/applications')
    .post({ displayName: 'by the client', signInAudience: 'AzureADMultipleOrgs' });
  const principal = await graph.api('/servicePrincipals').post({ appId: app.appId });
  await assert.rejects(graph.api('/servicePrincipals').post({ appId: app.appId }), (error) => {
    assert.equal(error.statusCode, 409);
    assert.equal(error.code, 'Request_MultipleObjectsWithSameKeyValue');
    return true;
  });
  const found = await graph
    .api('/applications')
    .filter(`appId eq '${app.appId}'`)
    .select(['id', 'displayName'])
    .get();
  assert.deepEqual(found.value, [{ id: app.id, displayName: 'by the client' }]);
  const { secretText } = await graph
    .api(`/applications/${app.id}/addPassword`)
    .post({ passwordCredential: { displayName: 'one' } });
  assert.ok(
    (
      await cloud
        .credential(app.appId, secretText)
        .getToken('https://management.azure.com/.default')
    ).token,
  );
  const role = {
    id: '00000000-0000-4000-8000-00000000000a',
    allowedMemberTypes: ['Application', 'User'],
    description: 'May subscribe',
    displayName: 'AzureEventGridSecureWebhookSubscriber',
    isEnabled: true,
    value: 'AzureEventGridSecureWebhookSubscriber',
  };
  await graph.api(`/applications/${app.id}`).patch({ appRoles: [role] });
  const eventGrid = await graph
    .api('/servicePrincipals')
    .filter("appId eq '4962773b-9cdb-44cf-a8bf-237846a00ab7'")
    .get();
  const given = {
    principalId: eventGrid.value[0].id,
    resourceId: principal.id,
    appRoleId: role.id,
  };
  const path = `/servicePrincipals/${principal.id}/appRoleAssignedTo`;
  assert.equal((await graph.api(path).post(given)).principalType, 'ServicePrincipal');
  await assert.rejects(
    graph.api(path).post(given),
    /Permission being assigned already exists on the object/,
  );
  assert.equal((await graph.api(path).get()).value.length, 1);
  await graph.api(`/applications/${app.id}`).delete();
  await assert.rejects(
    graph.api(`/applications/${app.id}`).get(),
    (error) => error.statusCode === 404,
  );
});
