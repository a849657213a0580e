// @azure/arm-authorization against the local cloud: roles, who holds them, and what they allow.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { CommunicationServiceManagementClient } from '@azure/arm-communication';
import {
  all,
  clientId,
  group,
  resource,
  restError,
  startCloud,
  subscription,
  tenant,
} from './cloud.mjs';
import { watch } from './proof.mjs';

const scope = `/subscriptions/${subscription}`;
const reader = `${scope}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
let cloud;
let contributor;
let owner;
let stranger;

const authorization = (credential) =>
  watch(
    '@azure/arm-authorization',
    new AuthorizationManagementClient(credential, subscription, cloud.arm),
  );

// A new service principal, with its credential.
async function principal(displayName) {
  const app = await cloud.control('POST', '/_guichet/entra/applications', {
    tenantId: tenant,
    displayName,
  });
  const path = `/_guichet/entra/applications/${app.appId}/secrets`;
  const { secretText } = await cloud.control('POST', path, {});
  return { id: app.servicePrincipalId, credential: cloud.credential(app.appId, secretText) };
}

before(async () => {
  cloud = await startCloud();
  contributor = authorization(cloud.credential());
  const { id, credential } = await principal('owner');
  const grant = { scope, role: 'Owner', principalId: id };
  await cloud.control('POST', '/_guichet/arm/roleAssignments', grant);
  owner = authorization(credential);
  stranger = await principal('stranger');
});
after(() => cloud?.stop());

test('role definitions', async () => {
  const { roleDefinitions } = contributor;
  const named = await all(roleDefinitions.list(scope, { filter: "roleName eq 'Reader'" }));
  assert.deepEqual(
    named.map((role) => [role.roleName, role.roleType]),
    [['Reader', 'BuiltInRole']],
  );
  assert.equal((await roleDefinitions.get(scope, named[0].name)).id, reader);
  assert.deepEqual((await roleDefinitions.getById(reader)).permissions[0].actions, ['*/read']);
  await assert.rejects(
    roleDefinitions.get(scope, crypto.randomUUID()),
    restError(404, 'RoleDefinitionDoesNotExist'),
  );
});

test('permissions', async () => {
  const { permissions } = contributor;
  const [mine] = await all(permissions.listForResourceGroup(group));
  assert.deepEqual(mine.actions, ['*']);
  assert.ok(mine.notActions.includes('Microsoft.Authorization/*/Write'));
  const parts = [group, 'Microsoft.Communication', '', 'communicationServices', resource];
  assert.equal((await all(permissions.listForResource(...parts))).length, 1);
});

test('grant a role and take it away', async () => {
  const { roleAssignments } = owner;
  const services = new CommunicationServiceManagementClient(
    stranger.credential,
    subscription,
    cloud.arm,
  ).communicationServices;
  await assert.rejects(services.get(group, resource), restError(403, 'AuthorizationFailed'));

  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  const grant = { roleDefinitionId: reader, principalId: stranger.id };
  await assert.rejects(
    contributor.roleAssignments.create(scope, first, grant),
    restError(403, 'AuthorizationFailed'),
  );
  const made = await roleAssignments.create(scope, first, grant);
  assert.equal(made.principalType, 'ServicePrincipal');
  await assert.rejects(
    roleAssignments.create(scope, second, grant),
    restError(409, 'RoleAssignmentExists'),
  );
  assert.equal((await services.get(group, resource)).name, resource);
  await assert.rejects(services.listKeys(group, resource), restError(403, 'AuthorizationFailed'));

  assert.equal((await roleAssignments.get(scope, first)).roleDefinitionId, reader);
  assert.equal((await roleAssignments.getById(made.id)).principalId, stranger.id);
  const mine = { filter: `principalId eq '${stranger.id}'` };
  const parts = [group, 'Microsoft.Communication', 'communicationServices', resource];
  for (const list of [
    roleAssignments.listForSubscription(mine),
    roleAssignments.listForResourceGroup(group, mine),
    roleAssignments.listForResource(...parts, mine),
    roleAssignments.listForScope(scope, mine),
  ]) {
    assert.deepEqual(
      (await all(list)).map((item) => item.name),
      [first],
    );
  }

  await roleAssignments.delete(scope, first);
  await assert.rejects(roleAssignments.get(scope, first), restError(404, 'RoleAssignmentNotFound'));
  await assert.rejects(services.get(group, resource), restError(403, 'AuthorizationFailed'));

  const id = `${scope}/resourceGroups/${group}/providers/Microsoft.Authorization/roleAssignments/${second}`;
  await roleAssignments.createById(id, grant);
  assert.equal((await services.get(group, resource)).name, resource);
  await roleAssignments.deleteById(id);
  await assert.rejects(services.get(group, resource), restError(403, 'AuthorizationFailed'));
});

test('the service principal for tools is a Contributor', async () => {
  const list = await all(contributor.roleAssignments.listForSubscription({ filter: 'atScope()' }));
  const definition = list.find((item) => item.roleDefinitionId.includes('b24988ac'));
  assert.ok(definition, `${clientId} holds no role`);
});
