import { request } from '../../shared/api/request';

/** The local cloud's control API as the portal uses it. Moments are RFC 3339 texts, ids of resources ARM's. */

export interface About {
  https: string;
  pages: string;
  startedAt: string;
  caFile: string;
  /** The certificate authority as PEM. */
  ca: string;
  wellKnown: {
    tenantId: string;
    domain: string;
    subscriptionId: string;
    resourceGroup: string;
    resourceId: string;
    connectionString: string;
    clientId: string;
    clientSecret: string;
    webhookAppId: string;
    user: string;
    password: string;
    numberTollFree: string;
    numberGeographic: string;
    handsetNumber: string;
  };
}

export interface Resource {
  id: string;
  name: string;
  type: string;
  location: string;
  /** The resource whose events a system topic has. */
  source?: string;
}

export interface Group {
  id: string;
  name: string;
  location: string;
  subscriptionId: string;
  subscriptionName: string;
  tenantId: string;
  resources: Resource[];
}

/** A communication resource, as ARM shows it. */
export interface Service {
  id: string;
  name: string;
  location: string;
  properties: {
    provisioningState: string;
    hostName: string;
    dataLocation: string;
    immutableResourceId: string;
    disableLocalAuth: boolean;
    publicNetworkAccess: string;
  };
  systemData: { createdAt: string; lastModifiedAt: string };
}

export type KeyType = 'primary' | 'secondary';

export interface Keys {
  primaryKey: string;
  primaryConnectionString: string;
  secondaryKey: string;
  secondaryConnectionString: string;
}

export type Capability = 'none' | 'inbound' | 'outbound' | 'inbound+outbound';

export interface OwnedNumber {
  number: string;
  type: 'tollFree' | 'geographic' | 'mobile';
  country: string;
  assignment: string;
  calling: Capability;
  sms: Capability;
  /** US dollars a month. */
  cost: string;
  purchasedAt: string;
}

export interface Metrics {
  /** Events that passed the filter. */
  matched: number;
  /** Attempts that the endpoint took, and that it did not. */
  delivered: number;
  failed: number;
  /** Events that are not tried again: kept as dead letters, or lost. */
  deadLettered: number;
  dropped: number;
}

/** Metrics over time: those of each interval from a moment on. */
export interface MetricSeries {
  from: string;
  intervalSeconds: number;
  slots: Metrics[];
}

export interface AdvancedFilter {
  operatorType: string;
  key: string;
  value?: unknown;
  values?: unknown[];
}

export interface EventSubscription {
  id: string;
  name: string;
  topic: string;
  topicName: string;
  source: string;
  state: string;
  /** Why the last validation failed, in Azure's words. */
  failure?: string;
  eventDeliverySchema: string;
  destination: {
    endpointType: string;
    properties: {
      endpointBaseUrl?: string;
      maxEventsPerBatch?: number;
      azureActiveDirectoryTenantId?: string;
      azureActiveDirectoryApplicationIdOrUri?: string;
      deliveryAttributeMappings?: unknown[];
    };
  };
  filter: {
    includedEventTypes: string[] | null;
    subjectBeginsWith: string;
    subjectEndsWith: string;
    isSubjectCaseSensitive?: boolean;
    advancedFilters?: AdvancedFilter[];
  };
  retryPolicy: { maxDeliveryAttempts: number; eventTimeToLiveInMinutes: number };
  deadLetterDestination: { properties: { blobContainerName: string } } | null;
  labels?: string[] | null;
  expirationTimeUtc?: string;
  /** Sums within the log that is kept; `pending` is what waits now. */
  metrics: Metrics & { pending: number };
}

/** A line of the delivery log. */
export interface Delivery {
  n: number;
  /** In lower case. */
  subscription: string;
  eventId: string;
  eventType: string;
  attempt: number;
  at: string;
  /** The HTTP status, 0 without an answer. */
  status: number;
  outcome: string;
  durationMs: number;
  next?: string;
  /** Why the event was given up. */
  deadLetter?: string;
  /** It was given up without a place for dead letters. */
  dropped?: boolean;
  /** It was given up without another attempt. */
  untried?: boolean;
}

export interface CloudRequest {
  n: number;
  at: string;
  method: string;
  path: string;
  plane: string;
  status: number;
  durationMs: number;
  caller?: string;
  credential?: string;
  /** In English; in the language of the page by its code, where it has one. */
  note?: string;
  noteCode?: string;
  noteArgs?: Record<string, string>;
}

export interface RequestList {
  /** Oldest first. */
  items: CloudRequest[];
  /** How often each unknown route was asked for, by "METHOD /path". */
  unknownRoutes: Record<string, number>;
}

export interface Application {
  appId: string;
  id: string;
  tenantId: string;
  displayName: string;
  signInAudience: string;
  requestedAccessTokenVersion: number;
  identifierUris: string[] | null;
  appRoles: ApplicationRole[] | null;
}

export interface ApplicationRole {
  id: string;
  value: string;
  displayName: string;
  description?: string;
  allowedMemberTypes: string[];
  disabled?: boolean;
}

export interface Subscription {
  subscriptionId: string;
  displayName: string;
  state: string;
  tenantId: string;
}

/** A resource provider, as ARM shows it. */
export interface Provider {
  namespace: string;
  /** Registered, NotRegistered, Registering or Unregistering. */
  registrationState: string;
  /** RegistrationFree when it is always registered. */
  registrationPolicy: string;
}

export const planes = ['acs', 'arm', 'entra', 'eventgrid', 'graph'] as const;
export const faultKinds = ['request', 'delay', 'duplicate', 'lose', 'handshake'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A fault as it is asked for; members that are absent match everything. */
export interface FaultWish {
  kind: FaultKind;
  plane?: string;
  method?: string;
  path?: string;
  eventType?: string;
  latencyMs?: number;
  status?: number;
  code?: string;
  /** Seconds; no header when absent. */
  retryAfter?: number;
  /** How often it strikes; until it is removed when absent. */
  count?: number;
}

export interface Fault extends FaultWish {
  id: string;
  struck: number;
}

export type PortalNotice =
  | { type: 'request'; request: CloudRequest }
  | { type: 'delivery'; delivery: Delivery };

const base = '/_guichet';
const get = <T>(path: string, signal?: AbortSignal) =>
  request<T>('GET', `${base}/${path}`, { signal });
const named = (name: string, value: string) => `${name}=${encodeURIComponent(value)}`;

/** How many lines of the delivery log a page asks for. */
export const deliveryLines = 200;

/** One function for each operation; each rejects as `request` does. */
export const portal = {
  about: (signal?: AbortSignal) => get<About>('about', signal),
  groups: (signal?: AbortSignal) => get<{ items: Group[] }>('arm/groups', signal),
  azureSubscriptions: (signal?: AbortSignal) =>
    get<{ items: Subscription[] }>('arm/subscriptions', signal),
  providers: (subscription: string, signal?: AbortSignal) =>
    get<{ items: Provider[] }>(`arm/providers?${named('subscription', subscription)}`, signal),
  service: (id: string, signal?: AbortSignal) =>
    get<Service>(`arm/services?${named('id', id)}`, signal),
  keys: (id: string, signal?: AbortSignal) => get<Keys>(`arm/keys?${named('id', id)}`, signal),
  regenerate: (id: string, keyType: KeyType) =>
    request<Keys>('POST', `${base}/arm/keys?${named('id', id)}`, { body: { keyType } }),
  numbers: (immutableId: string, signal?: AbortSignal) =>
    get<{ items: OwnedNumber[] }>(`acs/numbers?${named('service', immutableId)}`, signal),
  subscriptions: (resource: string, signal?: AbortSignal) =>
    get<{ items: EventSubscription[] }>(
      `eventgrid/subscriptions?${named('resource', resource)}`,
      signal,
    ),
  metrics: (subscription: string, interval: number, slots: number, signal?: AbortSignal) =>
    get<MetricSeries>(
      `eventgrid/metrics?interval=${interval}&slots=${slots}&${named('subscription', subscription)}`,
      signal,
    ),
  deliveries: (subscription: string, signal?: AbortSignal) =>
    get<{ items: Delivery[] }>(
      `deliveries?limit=${deliveryLines}&${named('subscription', subscription)}`,
      signal,
    ),
  requests: (signal?: AbortSignal) => get<RequestList>('requests', signal),
  applications: (signal?: AbortSignal) =>
    get<{ items: Application[] }>('entra/applications', signal),
  faults: (signal?: AbortSignal) => get<{ items: Fault[] }>('faults', signal),
  addFault: (fault: FaultWish) => request<Fault>('POST', `${base}/faults`, { body: fault }),
  removeFault: (id: string) => request<void>('DELETE', `${base}/faults/${encodeURIComponent(id)}`),
  removeFaults: () => request<void>('DELETE', `${base}/faults`),
  reset: () => request<void>('POST', `${base}/reset`),
};

/** The keys under which the page caches what was answered. */
export const keys = {
  about: ['about'] as const,
  groups: ['groups'] as const,
  azureSubscriptions: ['azureSubscriptions'] as const,
  allProviders: ['providers'] as const,
  providers: (subscription: string) => ['providers', subscription.toLowerCase()] as const,
  service: (id: string) => ['service', id.toLowerCase()] as const,
  keys: (id: string) => ['keys', id.toLowerCase()] as const,
  numbers: (immutableId: string) => ['numbers', immutableId] as const,
  allSubscriptions: ['subscriptions'] as const,
  subscriptions: (resource: string) => ['subscriptions', resource.toLowerCase()] as const,
  metrics: (subscription: string, interval: number) =>
    ['subscriptions', 'metrics', subscription.toLowerCase(), interval] as const,
  allDeliveries: ['deliveries'] as const,
  deliveries: (subscription: string) => ['deliveries', subscription.toLowerCase()] as const,
  requests: ['requests'] as const,
  applications: ['applications'] as const,
  faults: ['faults'] as const,
};
