import { request } from '../../shared/api/request';
import type {
  AzureSignIn,
  Connection,
  Conversation,
  Country,
  EventState,
  Finding,
  FiveValues,
  FoundNumber,
  Health,
  LedgerEvent,
  Message,
  Offer,
  Order,
  Page,
  PhoneNumber,
  Role,
  SettingEntry,
  Synced,
  Token,
  User,
  UserChange,
  View,
  WantedNumber,
} from './types';

/** How long an answer may take for which the desk first asks Azure, in milliseconds: a few questions of up to 20 seconds each. */
const azurePatience = 90_000;

/** How many rows a page of a list asks for. */
export const pageSize = 50;

/** Where the browser goes to sign in with Microsoft Entra ID; it comes back to `from`. */
export const entraPath = (from: string) => `/api/session/entra${query({ from })}`;

/** Where Dataverse's Web API has the settings of the communication provider. */
export const entriesPath = '/api/data/v9.2/msdyn_occommunicationprovidersettingentries';

function query(parameters: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text && `?${text}`;
}

const conversationPath = (id: string) => `/api/conversations/${encodeURIComponent(id)}`;
const userPath = (id: string) => `/api/users/${encodeURIComponent(id)}`;

/** One function for each operation of the desk's API; each rejects as `request` does. */
export const api = {
  signIn: (email: string, password: string) =>
    request<User>('POST', '/api/session', { body: { email, password } }),
  signInByLink: (token: string) => request<User>('POST', '/api/session/link', { body: { token } }),
  signInWays: (signal?: AbortSignal) =>
    request<{ entra: boolean }>('GET', '/api/session/ways', { signal }),
  signInRefusal: (signal?: AbortSignal) =>
    request<{ code: string; detail: string }>('GET', '/api/session/refusal', { signal }),
  signOut: () => request<void>('DELETE', '/api/session'),
  me: (signal?: AbortSignal) => request<User>('GET', '/api/me', { signal }),
  changeMe: (change: {
    name?: string;
    language?: string;
    password?: string;
    currentPassword?: string;
  }) => request<User>('PATCH', '/api/me', { body: change }),

  conversations: (view: View, cursor: string, signal?: AbortSignal) =>
    request<Page<Conversation>>(
      'GET',
      `/api/conversations${query({ view, cursor, limit: pageSize })}`,
      { signal },
    ),
  conversation: (id: string, signal?: AbortSignal) =>
    request<Conversation>('GET', conversationPath(id), { signal }),
  assign: (id: string) =>
    request<Conversation | undefined>('POST', `${conversationPath(id)}/assign`),
  end: (id: string) => request<Conversation | undefined>('POST', `${conversationPath(id)}/end`),
  read: (id: string) => request<Conversation | undefined>('POST', `${conversationPath(id)}/read`),
  messages: (id: string, before: string, signal?: AbortSignal) =>
    request<Page<Message>>(
      'GET',
      `${conversationPath(id)}/messages${query({ before, limit: pageSize })}`,
      { signal },
    ),
  /** The same key again sends nothing again: it answers with the message of the first time. */
  send: (id: string, text: string, key: string) =>
    request<Message>('POST', `${conversationPath(id)}/messages`, {
      body: { text },
      headers: { 'Idempotency-Key': key },
    }),

  users: (signal?: AbortSignal) => request<{ items: User[] }>('GET', '/api/users', { signal }),
  addUser: (user: { email: string; name: string; role: Role }) =>
    request<{ user: User; signInLink: string; expiresAt: string }>('POST', '/api/users', {
      body: user,
    }),
  changeUser: (id: string, change: UserChange) =>
    request<User>('PATCH', userPath(id), { body: change }),
  newLink: (id: string) =>
    request<{ url: string; expiresAt: string }>('POST', `${userPath(id)}/sign-in-link`),

  tokens: (signal?: AbortSignal) => request<{ items: Token[] }>('GET', '/api/tokens', { signal }),
  addToken: (token: { name: string; role: Role; days: number }) =>
    request<{ token: Token; text: string }>('POST', '/api/tokens', { body: token }),
  revokeToken: (id: string) => request<void>('DELETE', `/api/tokens/${encodeURIComponent(id)}`),

  numbers: (signal?: AbortSignal) =>
    request<{ items: PhoneNumber[] }>('GET', '/api/numbers', { signal }),
  countries: (signal?: AbortSignal) =>
    request<{ items: Country[] }>('GET', '/api/numbers/countries', {
      signal,
      patience: azurePatience,
    }),
  offers: (country: string, signal?: AbortSignal) =>
    request<{ items: Offer[] }>('GET', `/api/numbers/offers${query({ country })}`, {
      signal,
      patience: azurePatience,
    }),
  searchNumber: (body: WantedNumber) =>
    request<FoundNumber>('POST', '/api/numbers/search', { body, patience: azurePatience }),
  orders: (signal?: AbortSignal) =>
    request<{ items: Order[] }>('GET', '/api/numbers/orders', { signal }),
  /** The same search again buys nothing again: it answers with the order of the first time. */
  buyNumber: (found: FoundNumber) =>
    request<Order>('POST', '/api/numbers/orders', {
      body: { searchId: found.searchId, numbers: found.numbers },
    }),
  syncNumbers: () => request<Synced>('POST', '/api/numbers/sync', { patience: azurePatience }),

  connection: (signal?: AbortSignal) => request<Connection>('GET', '/api/connection', { signal }),
  /** Tells what is wrong with the values; only their shape unless `ask`, which has the desk ask Azure too. */
  checkConnection: (values: Partial<FiveValues>, ask: boolean, signal?: AbortSignal) =>
    request<{ findings: Finding[] }>('POST', '/api/connection/check', {
      body: { ...values, ask },
      signal,
      patience: azurePatience,
    }),
  connect: (values: FiveValues) =>
    request<Connection>('POST', '/api/connection', {
      body: { ...values, confirmed: true },
      patience: azurePatience,
    }),
  replaceConnectionString: (connectionString: string) =>
    request<Connection>('PUT', '/api/connection/connection-string', {
      body: { connectionString },
      patience: azurePatience,
    }),
  disconnect: () => request<Connection>('DELETE', '/api/connection'),
  settingEntries: (signal?: AbortSignal) =>
    request<{ value: SettingEntry[] }>('GET', entriesPath, {
      headers: { Prefer: 'odata.include-annotations="*"' },
      signal,
    }),
  health: (signal?: AbortSignal) => request<Health>('GET', '/api/health', { signal }),
  /** Begins an examination, which goes on without the page; `health` tells how far it is. */
  runHealth: (signIn?: AzureSignIn) =>
    request<Health>('POST', '/api/health/run', { body: signIn ?? {} }),
  events: (state: EventState | '', cursor: string, signal?: AbortSignal) =>
    request<Page<LedgerEvent>>('GET', `/api/events${query({ state, cursor })}`, { signal }),
  event: (seq: number, signal?: AbortSignal) =>
    request<LedgerEvent & { raw: unknown }>('GET', `/api/events/${seq}`, { signal }),
  replay: (seq: number) => request<LedgerEvent | undefined>('POST', `/api/events/${seq}/replay`),
};
