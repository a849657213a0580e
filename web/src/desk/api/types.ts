/** The desk's HTTP API as this page uses it: names for the types that are made from its OpenAPI document. */
import type { components, operations } from './schema';

type Schemas = components['schemas'];

/** The document cannot say of a member that refers to another schema that it may be null; these are, where it describes them so. */
type OrNull<T, Member extends keyof T> = Omit<T, Member> & { [M in Member]: T[M] | null };

export type User = Schemas['User'];
/** A token by which a program uses the API. */
export type Token = OrNull<Schemas['Token'], 'expiresAt' | 'lastUsedAt'>;
/** What an administrator changes of a user. */
export type UserChange = Schemas['Patch-users-idRequest'];
export type Role = User['role'];
export const roles: readonly Role[] = ['agent', 'supervisor', 'administrator'];

export type Conversation = OrNull<Schemas['Conversation'], 'agent'>;
/** The views that the page offers. */
export type View = Exclude<
  NonNullable<NonNullable<operations['get-conversations']['parameters']['query']>['view']>,
  'all'
>;
export const views: readonly View[] = ['mine', 'open', 'active', 'closed'];

export type Message = OrNull<Schemas['Message'], 'author' | 'failure'>;
export type Delivery = Message['delivery'];

/** A part of a list; `next` is the cursor of the next part, empty at the end. */
export type Page<T> = Omit<Schemas['MessagesOutBody'], 'items'> & { items: T[] };

export type PhoneNumber = Schemas['Number'];
/** What a number, or an offer of numbers, can do. */
export type Abilities = Pick<
  PhoneNumber,
  'smsInbound' | 'smsOutbound' | 'callingInbound' | 'callingOutbound'
>;
export type Country = Schemas['Country'];
export type Offer = Schemas['Offer'];
export type WantedNumber = Schemas['Post-numbers-searchRequest'];
/** A number that Azure holds for this resource for a while. */
export type FoundNumber = Omit<Schemas['FoundNumber'], 'numbers'> & { numbers: string[] };
/** A purchase of numbers, which goes on without the page. */
export type Order = Omit<Schemas['Order'], 'numbers'> & { numbers: string[] };
export type Synced = Schemas['SyncedOutBody'];

export type Connection = Schemas['Connection'];
/** The fields of the connection dialog. */
export type FiveValues = Required<
  Pick<
    Schemas['Post-connectionRequest'],
    'resourceName' | 'resourceId' | 'connectionString' | 'eventGridAppId' | 'eventGridAppTenantId'
  >
>;
export type Finding = Schemas['Finding'];

/** A row of Dataverse's table of settings; the names are Dataverse's, and its Web API is not in the document. */
export interface SettingEntry {
  msdyn_occommunicationprovidersettingentryid: string;
  msdyn_key: string;
  msdyn_value: string;
  '_msdyn_communicationprovidersettingentid_value@OData.Community.Display.V1.FormattedValue': string;
  /** 0 is active, 1 inactive. */
  statecode: number;
  createdon: string;
  modifiedon: string;
}

/** An examination of the connection. */
export type Health = Omit<Schemas['Health'], 'lines'> & { lines: HealthLine[] };
export type HealthLine = Schemas['HealthLine'];
/** Who acts on Azure's control plane for one examination. */
export type AzureSignIn = Required<Schemas['Post-health-runRequest']>;

/** A row of the ledger of events that Event Grid delivered. */
export type LedgerEvent = Schemas['Event'];
export type EventState = LedgerEvent['state'];
export const eventStates: readonly EventState[] = ['received', 'applied', 'ignored', 'failed'];

/** What the live stream tells; it is not in the document, which knows requests and answers only. */
export type Notice =
  | { type: 'conversation'; conversation: Conversation; message?: Message }
  | { type: 'users' | 'connection' | 'numbers' | 'events' | 'automatic' };
