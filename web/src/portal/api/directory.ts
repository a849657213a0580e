import { azure } from './azure';

/** The directory as Microsoft Graph shows it to the signed-in user. Moments are RFC 3339 texts. */

export interface GraphApplication {
  id: string;
  appId: string;
  displayName: string;
  signInAudience: string;
  createdDateTime: string;
  appRoles: GraphRole[];
  passwordCredentials: Secret[];
  keyCredentials: { keyId: string; customKeyIdentifier: string }[];
}

export interface GraphRole {
  id: string;
  displayName: string;
  description: string;
  value: string | null;
  allowedMemberTypes: string[];
  isEnabled: boolean;
}

/** A client secret. */
export interface Secret {
  keyId: string;
  displayName: string | null;
  /** Its first three characters. */
  hint: string;
  endDateTime: string;
  /** In the answer that made it, and never again. */
  secretText: string | null;
}

/** A user or a service principal. */
export interface DirectoryObject {
  '@odata.type': string;
  id: string;
  displayName: string;
  userPrincipalName?: string;
  appId?: string;
}

export interface User {
  id: string;
  displayName: string;
  userPrincipalName: string;
}

export const audiences = [
  'AzureADMyOrg',
  'AzureADMultipleOrgs',
  'AzureADandPersonalMicrosoftAccount',
  'PersonalMicrosoftAccount',
] as const;
export type Audience = (typeof audiences)[number];

/** What Graph takes for a new registration. Personal accounts know tokens of the second generation only. */
export function registration(displayName: string, signInAudience: Audience): object {
  const personal = signInAudience.includes('PersonalMicrosoftAccount');
  return {
    displayName,
    signInAudience,
    ...(personal ? { api: { requestedAccessTokenVersion: 2 } } : {}),
  };
}

const at = (appId: string) => `/applications(appId='${encodeURIComponent(appId)}')`;
const reference = (id: string) => ({
  '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id}`,
});

/** One function for each operation; each rejects as `azure.graph` does. */
export const directory = {
  organization: async (signal?: AbortSignal) =>
    (await azure.graphList<{ id: string; displayName: string }>('/organization', signal))[0],
  owned: async (signal?: AbortSignal) => {
    const objects = await azure.graphList<GraphApplication & { '@odata.type': string }>(
      '/me/ownedObjects',
      signal,
    );
    return objects.filter((one) => one['@odata.type'] === '#microsoft.graph.application');
  },
  application: (appId: string, signal?: AbortSignal) =>
    azure.graph<GraphApplication>('GET', at(appId), undefined, { signal }),
  register: (name: string, audience: Audience) =>
    azure.graph<GraphApplication>('POST', '/applications', registration(name, audience)),
  change: (appId: string, change: { appRoles: GraphRole[] }) =>
    azure.graph<void>('PATCH', at(appId), change),
  remove: (appId: string) => azure.graph<void>('DELETE', at(appId)),
  /** The application's service principal; null without one. */
  principal: async (appId: string, signal?: AbortSignal) => {
    const filter = encodeURIComponent(`appId eq '${appId}'`);
    const path = `/servicePrincipals?$filter=${filter}`;
    return (await azure.graphList<DirectoryObject>(path, signal))[0] ?? null;
  },
  createPrincipal: (appId: string) =>
    azure.graph<DirectoryObject>('POST', '/servicePrincipals', { appId }),
  addSecret: (appId: string, displayName: string, endDateTime: string) =>
    azure.graph<Secret>('POST', `${at(appId)}/addPassword`, {
      passwordCredential: { displayName: displayName || null, endDateTime },
    }),
  removeSecret: (appId: string, keyId: string) =>
    azure.graph<void>('POST', `${at(appId)}/removePassword`, { keyId }),
  owners: (appId: string, signal?: AbortSignal) =>
    azure.graphList<DirectoryObject>(`${at(appId)}/owners`, signal),
  addOwner: (appId: string, id: string) =>
    azure.graph<void>('POST', `${at(appId)}/owners/$ref`, reference(id)),
  removeOwner: (appId: string, id: string) =>
    azure.graph<void>('DELETE', `${at(appId)}/owners/${encodeURIComponent(id)}/$ref`),
  users: (signal?: AbortSignal) => azure.graphList<User>('/users', signal),
};

/** The keys under which the page caches what Graph answered to a user. */
export const directoryKeys = {
  organization: (user: string) => ['graph', user, 'organization'] as const,
  owned: (user: string) => ['graph', user, 'owned'] as const,
  users: (user: string) => ['graph', user, 'users'] as const,
  application: (user: string, appId: string) => ['graph', user, 'application', appId] as const,
  owners: (user: string, appId: string) => ['graph', user, 'application', appId, 'owners'] as const,
  principal: (user: string, appId: string) => ['graph', user, 'principal', appId] as const,
};
