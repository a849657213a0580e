import { expect, it } from 'vitest';
import type { Group, Resource } from '../api/portal';
import { changeSource, startSource, subscriptionsOf, topicsOf } from './sources';

const base = (subscription: string, name: string) =>
  `/subscriptions/${subscription}/resourceGroups/${name}`;
const service = (subscription: string, group: string, name: string): Resource => ({
  id: `${base(subscription, group)}/providers/Microsoft.Communication/CommunicationServices/${name}`,
  name,
  type: 'Microsoft.Communication/CommunicationServices',
  location: 'global',
});
const topic = (name: string, source: string): Resource => ({
  id: `${base('s1', 'empty')}/providers/Microsoft.EventGrid/systemTopics/${name}`,
  name,
  type: 'Microsoft.EventGrid/systemTopics',
  location: 'global',
  source,
});
const group = (subscription: string, name: string, resources: Resource[]): Group => ({
  id: base(subscription, name),
  name,
  location: 'westeurope',
  subscriptionId: subscription,
  subscriptionName: `Subscription ${subscription}`,
  tenantId: 't',
  resources,
});
const first = service('s1', 'here', 'first');
const second = service('s1', 'here', 'second');
const far = service('s2', 'there', 'far');
const groups = [
  group('s1', 'empty', [topic('first-topic', first.id.toUpperCase())]),
  group('s1', 'here', [first, second]),
  group('s2', 'there', [far]),
];
const topicType = 'Microsoft.Communication.CommunicationServices';

it('starts with the wanted resource, whatever the case of its id', () => {
  expect(startSource(groups, second.id.toUpperCase())).toEqual({
    topicType,
    subscription: 's1',
    group: 'here',
    resource: second.id,
  });
});

it('starts with the first resource when none is wanted, and with nothing in an empty cloud', () => {
  expect(startSource(groups, '').resource).toBe(first.id);
  expect(startSource([], '')).toEqual({ topicType, subscription: '', group: '', resource: '' });
});

it('chooses anew what hangs on a choice', () => {
  const start = startSource(groups, '');
  expect(changeSource(groups, start, { subscription: 's2' })).toEqual({
    topicType,
    subscription: 's2',
    group: 'there',
    resource: far.id,
  });
  expect(changeSource(groups, start, { group: 'empty' }).resource).toBe('');
  expect(changeSource(groups, start, { resource: second.id })).toEqual({
    ...start,
    resource: second.id,
  });
});

it('names each subscription once', () => {
  expect(subscriptionsOf(groups)).toEqual([
    { id: 's1', name: 'Subscription s1' },
    { id: 's2', name: 'Subscription s2' },
  ]);
});

it('finds the system topic of a resource', () => {
  expect(topicsOf(groups, first.id).map(({ name }) => name)).toEqual(['first-topic']);
  expect(topicsOf(groups, second.id)).toEqual([]);
});
