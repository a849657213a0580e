import { type AzureOptions, azure } from '../api/azure';
import { groupId } from '../resource/ids';
import { communicationTopicType } from './sources';
import type { DeliveryAttribute, propertiesOf } from './subscriptionForm';

/** A kind of source, as Resource Manager lists it. */
export interface TopicType {
  name: string;
  properties: { displayName: string };
}

/** A type of event that a source publishes. */
export interface EventType {
  name: string;
  properties: { displayName: string };
}

const types = '/providers/Microsoft.EventGrid/topicTypes';

/** What the pages ask of Microsoft.EventGrid as the signed-in user. */
export const grid = {
  topicTypes: (signal?: AbortSignal) => azure.armList<TopicType>(types, signal),
  eventTypes: (topicType: string, signal?: AbortSignal) =>
    azure.armList<EventType>(`${types}/${topicType}/eventTypes`, signal),
  createTopic: (id: string, source: string, options?: AzureOptions) =>
    azure.arm<unknown>(
      'PUT',
      id,
      { location: 'global', properties: { source, topicType: communicationTopicType } },
      options,
    ),
  writeSubscription: (
    id: string,
    properties: ReturnType<typeof propertiesOf>,
    options?: AzureOptions,
  ) => azure.arm<unknown>('PUT', id, { properties }, options),
  /** The endpoint with its query, which reading a subscription leaves out. */
  fullUrl: (id: string) => azure.arm<{ endpointUrl: string }>('POST', `${id}/getFullUrl`),
  /** The headers of deliveries with their secret values, which reading leaves out too. */
  attributes: (id: string) =>
    azure.arm<{ value: DeliveryAttribute[] }>('POST', `${id}/getDeliveryAttributes`),
  remove: (id: string, options?: AzureOptions) => azure.arm<void>('DELETE', id, undefined, options),
};

/** The keys under which the page caches what was answered. */
export const gridKeys = {
  topicTypes: ['azure', 'topicTypes'] as const,
  eventTypes: (topicType: string) => ['azure', 'eventTypes', topicType.toLowerCase()] as const,
  settings: (id: string) => ['azure', 'eventSubscription', id.toLowerCase()] as const,
};

/** The ARM id of a system topic. */
export const systemTopicId = (subscription: string, group: string, name: string) =>
  `${groupId(subscription, group)}/providers/Microsoft.EventGrid/systemTopics/${name}`;

/** The ARM id of an event subscription on a topic. */
export const eventSubscriptionId = (topic: string, name: string) =>
  `${topic}/eventSubscriptions/${name}`;
