import { expect, it } from 'vitest';
import type { EventSubscription } from '../api/portal';
import {
  type EventForm,
  emptyForm,
  formOf,
  isEndpoint,
  propertiesOf,
  tabWith,
  wrongOf,
} from './subscriptionForm';

const now = new Date('2026-11-22T12:00:00Z');
const tenant = '7e0a0000-0000-4000-8000-000000000001';
const good: EventForm = {
  ...emptyForm,
  name: 'sms-events',
  topicName: 'contoso-topic',
  types: ['Microsoft.Communication.SMSReceived'],
  endpoint: 'https://desk.contoso.example/webhooks/sms/1?code=x',
};
const subscription: EventSubscription = {
  id: '/s/eventSubscriptions/sms-events',
  name: 'sms-events',
  topic: '/s',
  topicName: 'contoso-topic',
  source: '/r',
  state: 'Succeeded',
  eventDeliverySchema: 'EventGridSchema',
  destination: {
    endpointType: 'WebHook',
    properties: {
      endpointBaseUrl: 'https://desk.contoso.example/webhooks/sms/1',
      maxEventsPerBatch: 5,
      azureActiveDirectoryTenantId: tenant,
      azureActiveDirectoryApplicationIdOrUri: 'api://desk',
    },
  },
  filter: {
    includedEventTypes: ['Microsoft.Communication.SMSReceived'],
    subjectBeginsWith: '',
    subjectEndsWith: '0100',
    advancedFilters: [{ operatorType: 'IsNotNull', key: 'data.from' }],
  },
  retryPolicy: { maxDeliveryAttempts: 3, eventTimeToLiveInMinutes: 60 },
  deadLetterDestination: { properties: { blobContainerName: 'dead' } },
  labels: ['desk'],
  metrics: { matched: 0, delivered: 0, failed: 0, deadLettered: 0, dropped: 0, pending: 0 },
};

it('finds nothing wrong with a complete form', () => {
  expect(wrongOf(good, ['other'], now)).toEqual({});
});

it.each<[Partial<EventForm>, object]>([
  [{ name: 'ab' }, { name: 'name' }],
  [{ name: 'no blanks' }, { name: 'name' }],
  [{ name: 'OTHER' }, { name: 'taken' }],
  [{ topicName: '' }, { topicName: 'topicName' }],
  [{ types: [] }, { types: 'types' }],
  [{ endpoint: '' }, { endpoint: 'noEndpoint' }],
  [{ endpoint: 'http://desk.contoso.example/' }, { endpoint: 'endpoint' }],
  [{ entra: true }, { tenantId: 'tenantId', appId: 'appId' }],
  [{ entra: true, tenantId: tenant, appId: 'desk' }, { appId: 'appId' }],
  [{ entra: true, tenantId: ` ${tenant} `, appId: 'api://desk' }, {}],
  [{ tenantId: 'not asked for' }, {}],
  [{ attempts: '31' }, { attempts: 'attempts' }],
  [{ minutes: '1.5' }, { minutes: 'minutes' }],
  [{ expires: '2001-01-01T00:00' }, { expires: 'expires' }],
  [{ expires: '2031-01-01T00:00' }, {}],
])('%j is %j', (change, wrong) => {
  expect(wrongOf({ ...good, ...change }, ['other'], now)).toEqual(wrong);
});

it.each([
  ['https://desk.contoso.example/hook', true],
  ['http://localhost:8080/hook', true],
  ['http://127.0.0.1/hook', true],
  ['http://[::1]:8080/hook', true],
  ['http://desk.contoso.example/hook', false],
  ['ftp://localhost/hook', false],
  ['localhost:8080', false],
  ['hook', false],
])('an endpoint %s: %s', (text, is) => {
  expect(isEndpoint(text)).toBe(is);
});

it('leads to the first tab on which something is wrong', () => {
  expect(tabWith({})).toBeUndefined();
  expect(tabWith({ appId: 'appId', types: 'types' })).toBe('basic');
  expect(tabWith({ appId: 'appId' })).toBe('features');
});

it('asks for what was typed, and for no authentication unless it was ticked', () => {
  const sent = propertiesOf({ ...good, tenantId: tenant, appId: 'api://desk' });
  expect(sent.destination.properties).toEqual({ endpointUrl: good.endpoint });
  expect(sent).not.toHaveProperty('expirationTimeUtc');
  const ticked = propertiesOf({
    ...good,
    entra: true,
    tenantId: `${tenant} `,
    appId: 'api://desk',
  });
  expect(ticked.destination.properties).toEqual({
    endpointUrl: good.endpoint,
    azureActiveDirectoryTenantId: tenant,
    azureActiveDirectoryApplicationIdOrUri: 'api://desk',
  });
});

it('keeps what an existing subscription has and the form does not show', () => {
  const form = formOf(subscription, good.endpoint);
  expect(form).toEqual({
    ...good,
    subjectEndsWith: '0100',
    entra: true,
    tenantId: tenant,
    appId: 'api://desk',
    attempts: '3',
    minutes: '60',
  });
  const attributes = [{ name: 'x', properties: { value: 'secret', isSecret: true } }];
  const sent = propertiesOf(
    { ...form, entra: false, subjectEndsWith: '' },
    subscription,
    attributes,
  );
  expect(sent.destination.properties).toEqual({
    endpointUrl: good.endpoint,
    maxEventsPerBatch: 5,
    deliveryAttributeMappings: attributes,
  });
  expect(sent.filter).toMatchObject({
    subjectEndsWith: '',
    advancedFilters: subscription.filter.advancedFilters,
  });
  expect(sent).toMatchObject({
    labels: ['desk'],
    deadLetterDestination: subscription.deadLetterDestination,
    retryPolicy: { maxDeliveryAttempts: 3, eventTimeToLiveInMinutes: 60 },
  });
});

it('keeps an expiration to the minute', () => {
  const form = formOf(
    { ...subscription, expirationTimeUtc: '2031-05-06T07:08:09Z' },
    good.endpoint,
  );
  expect(propertiesOf(form)).toMatchObject({ expirationTimeUtc: '2031-05-06T07:08:00.000Z' });
});
