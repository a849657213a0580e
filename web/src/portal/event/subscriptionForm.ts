import type { EventSubscription } from '../api/portal';

export const schemas = ['EventGridSchema', 'CloudEventSchemaV1_0'] as const;

/** An event subscription as its form holds it: texts as they are typed. */
export interface EventForm {
  name: string;
  schema: string;
  topicName: string;
  types: string[];
  endpoint: string;
  subjectBeginsWith: string;
  subjectEndsWith: string;
  caseSensitive: boolean;
  entra: boolean;
  tenantId: string;
  appId: string;
  attempts: string;
  minutes: string;
  /** Local time as a date field has it; empty for never. */
  expires: string;
}

export type EventField = keyof EventForm;

/** The tabs of the form, and which of them a field is on. */
export const tabs = ['basic', 'filters', 'features'] as const;
export type FormTab = (typeof tabs)[number];

const tabOf: Partial<Record<EventField, FormTab>> = {
  subjectBeginsWith: 'filters',
  subjectEndsWith: 'filters',
  caseSensitive: 'filters',
  entra: 'features',
  tenantId: 'features',
  appId: 'features',
  attempts: 'features',
  minutes: 'features',
  expires: 'features',
};

/** The fields that are wrong, each with the name of the sentence that says why. */
export type Wrong = Partial<Record<EventField, string>>;

/** The first tab on which something is wrong. */
export function tabWith(wrong: Wrong): FormTab | undefined {
  const found = new Set(Object.keys(wrong).map((field) => tabOf[field as EventField] ?? 'basic'));
  return tabs.find((tab) => found.has(tab));
}

export const emptyForm: EventForm = {
  name: '',
  schema: 'EventGridSchema',
  topicName: '',
  types: [],
  endpoint: '',
  subjectBeginsWith: '',
  subjectEndsWith: '',
  caseSensitive: false,
  entra: false,
  tenantId: '',
  appId: '',
  attempts: '30',
  minutes: '1440',
  expires: '',
};

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Azure delivers by https alone; the local cloud by http too, to this machine. */
export function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  if (!url?.host) return false;
  if (url.protocol === 'https:') return true;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'http:' && local;
}

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}

/** What Azure would refuse, as far as it can be told before asking. `taken` are the names that others have. */
export function wrongOf(form: EventForm, taken: string[], now: Date): Wrong {
  const wrong: Wrong = {};
  if (!/^[A-Za-z0-9-]{3,64}$/.test(form.name)) wrong.name = 'name';
  else if (taken.some((each) => each.toLowerCase() === form.name.toLowerCase())) {
    wrong.name = 'taken';
  }
  if (!/^[A-Za-z0-9-]{3,128}$/.test(form.topicName)) wrong.topicName = 'topicName';
  if (form.types.length === 0) wrong.types = 'types';
  if (form.endpoint === '') wrong.endpoint = 'noEndpoint';
  else if (!isEndpoint(form.endpoint)) wrong.endpoint = 'endpoint';
  if (form.entra) {
    if (!guid.test(form.tenantId.trim())) wrong.tenantId = 'tenantId';
    const app = form.appId.trim();
    if (!guid.test(app) && !URL.canParse(app)) wrong.appId = 'appId';
  }
  if (!isWhole(form.attempts, 1, 30)) wrong.attempts = 'attempts';
  if (!isWhole(form.minutes, 1, 1440)) wrong.minutes = 'minutes';
  if (form.expires !== '' && !(new Date(form.expires) > now)) wrong.expires = 'expires';
  return wrong;
}

/** A header of every delivery, which the form keeps as it is. */
export type DeliveryAttribute = Record<string, unknown>;

/**
 * The properties that ARM is asked to write. What the form does not show stays as `base` has it; `attributes` are its headers with
 * their secret values, which reading leaves out.
 */
export function propertiesOf(
  form: EventForm,
  base?: EventSubscription,
  attributes?: DeliveryAttribute[],
) {
  const {
    endpointBaseUrl: _,
    azureActiveDirectoryTenantId: _tenant,
    azureActiveDirectoryApplicationIdOrUri: _app,
    ...hook
  } = base?.destination.properties ?? {};
  return {
    destination: {
      endpointType: 'WebHook',
      properties: {
        ...hook,
        ...(attributes?.length ? { deliveryAttributeMappings: attributes } : {}),
        endpointUrl: form.endpoint,
        ...(form.entra
          ? {
              azureActiveDirectoryTenantId: form.tenantId.trim(),
              azureActiveDirectoryApplicationIdOrUri: form.appId.trim(),
            }
          : {}),
      },
    },
    filter: {
      ...base?.filter,
      includedEventTypes: form.types,
      subjectBeginsWith: form.subjectBeginsWith,
      subjectEndsWith: form.subjectEndsWith,
      isSubjectCaseSensitive: form.caseSensitive,
    },
    eventDeliverySchema: form.schema,
    retryPolicy: {
      maxDeliveryAttempts: Number(form.attempts),
      eventTimeToLiveInMinutes: Number(form.minutes),
    },
    ...(form.expires === '' ? {} : { expirationTimeUtc: new Date(form.expires).toISOString() }),
    ...(base?.deadLetterDestination ? { deadLetterDestination: base.deadLetterDestination } : {}),
    ...(base?.labels ? { labels: base.labels } : {}),
  };
}

/** The form of a subscription that exists; the endpoint is asked for apart, as reading leaves it out. */
export function formOf(subscription: EventSubscription, endpoint: string): EventForm {
  const { filter, retryPolicy, expirationTimeUtc, destination } = subscription;
  const { azureActiveDirectoryTenantId: tenantId, azureActiveDirectoryApplicationIdOrUri: appId } =
    destination.properties;
  return {
    name: subscription.name,
    schema: subscription.eventDeliverySchema,
    topicName: subscription.topicName,
    types: filter.includedEventTypes ?? [],
    endpoint,
    subjectBeginsWith: filter.subjectBeginsWith,
    subjectEndsWith: filter.subjectEndsWith,
    caseSensitive: filter.isSubjectCaseSensitive ?? false,
    entra: Boolean(tenantId),
    tenantId: tenantId ?? '',
    appId: appId ?? '',
    attempts: String(retryPolicy.maxDeliveryAttempts),
    minutes: String(retryPolicy.eventTimeToLiveInMinutes),
    expires: expirationTimeUtc ? localTime(new Date(expirationTimeUtc)) : '',
  };
}

/** A moment as a date field has it, to the minute. */
function localTime(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
