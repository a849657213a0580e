/** The parts of an ARM id that the pages need; ids ignore case. */
export interface ResourceName {
  subscription: string;
  group: string;
  /** The last segment. */
  name: string;
}

/** Reads the subscription, the resource group and the name from an ARM id. */
export function readId(id: string): ResourceName {
  const segments = id.split('/').filter(Boolean);
  const after = (word: string) => {
    const at = segments.findIndex((segment) => segment.toLowerCase() === word);
    return at < 0 ? '' : (segments[at + 1] ?? '');
  };
  return {
    subscription: after('subscriptions'),
    group: after('resourcegroups'),
    name: segments.at(-1) ?? '',
  };
}

/** The ARM id of a resource group. */
export const groupId = (subscription: string, group: string) =>
  `/subscriptions/${subscription}/resourceGroups/${group}`;

const serviceProvider = 'providers/Microsoft.Communication/CommunicationServices';

/** The ARM id of a communication resource. */
export const serviceId = (subscription: string, group: string, name: string) =>
  `${groupId(subscription, group)}/${serviceProvider}/${name}`;

/** The address of a resource's page within the portal. */
export const resourcePath = (id: string) => `/resource${id}`;

/** The address of an event subscription's page: its id has too many shapes for a path. */
export const subscriptionPath = (id: string) => `/event-subscription?id=${encodeURIComponent(id)}`;

/** The address at which an event subscription is changed. */
export const editSubscriptionPath = (id: string) =>
  `/event-subscription/edit?id=${encodeURIComponent(id)}`;

/** The address at which an event subscription on a resource is created. */
export const createSubscriptionPath = (source: string) =>
  `/event-subscription/create?source=${encodeURIComponent(source)}`;
