import type { Group, Resource } from '../api/portal';

/** The topic type of communication resources, the one that the local cloud has. */
export const communicationTopicType = 'Microsoft.Communication.CommunicationServices';

/** The resource whose events are meant, as the forms of Event Grid choose it step by step. */
export interface Source {
  topicType: string;
  /** The id of the Azure subscription. */
  subscription: string;
  /** The name of the resource group. */
  group: string;
  /** The ARM id of the resource, empty when there is none to choose. */
  resource: string;
}

const isService = ({ type }: Resource) =>
  type.toLowerCase() === 'microsoft.communication/communicationservices';

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The Azure subscriptions that have a resource group. */
export function subscriptionsOf(groups: Group[]): { id: string; name: string }[] {
  const names = new Map(groups.map((group) => [group.subscriptionId, group.subscriptionName]));
  return [...names].map(([id, name]) => ({ id, name }));
}

/** The resource groups of a subscription. */
export const groupsOf = (groups: Group[], subscription: string) =>
  groups.filter((each) => same(each.subscriptionId, subscription));

/** The communication resources of a resource group. */
export const servicesOf = (groups: Group[], { subscription, group }: Source) =>
  groupsOf(groups, subscription)
    .filter(({ name }) => same(name, group))
    .flatMap(({ resources }) => resources.filter(isService));

/** The system topics of a resource: one at most, unless Azure's rule was got round. */
export const topicsOf = (groups: Group[], resource: string) =>
  groups
    .flatMap(({ resources }) => resources)
    .filter(({ source }) => source !== undefined && same(source, resource));

/** What a form starts with: the wanted resource, else the first one that is found. */
export function startSource(groups: Group[], wanted: string): Source {
  const holder =
    groups.find(({ resources }) => resources.some(({ id }) => same(id, wanted))) ??
    groups.find(({ resources }) => resources.some(isService)) ??
    groups[0];
  const services = holder?.resources.filter(isService) ?? [];
  return {
    topicType: communicationTopicType,
    subscription: holder?.subscriptionId ?? '',
    group: holder?.name ?? '',
    resource: (services.find(({ id }) => same(id, wanted)) ?? services[0])?.id ?? '',
  };
}

/** A choice that was changed, with what hangs on it chosen anew. */
export function changeSource(groups: Group[], source: Source, change: Partial<Source>): Source {
  const next = { ...source, ...change };
  if (change.subscription !== undefined) {
    next.group = groupsOf(groups, next.subscription)[0]?.name ?? '';
  }
  if (change.subscription !== undefined || change.group !== undefined) {
    next.resource = servicesOf(groups, next)[0]?.id ?? '';
  }
  return next;
}

/** Whether a name may be a system topic's. */
export const isTopicName = (name: string) => /^[A-Za-z0-9-]{3,128}$/.test(name);
