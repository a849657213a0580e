/** The desk's HTTP API as this page uses it. Moments are RFC 3339 texts, numbers of phones E.164. */

export type Role = 'administrator' | 'supervisor' | 'agent';
export const roles: readonly Role[] = ['agent', 'supervisor', 'administrator'];

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** '' while the user has not chosen one. */
  language: 'en' | 'fr' | '';
  disabled: boolean;
  hasPassword: boolean;
  createdAt: string;
}

export interface Person {
  id: string;
  name: string;
}

export type View = 'mine' | 'open' | 'active' | 'closed';
export const views: readonly View[] = ['mine', 'open', 'active', 'closed'];

export interface Conversation {
  id: string;
  channel: 'sms';
  state: 'open' | 'active' | 'closed';
  customer: { id: string; name: string; phone: string };
  /** The number of the business that the customer wrote to. */
  number: string;
  agent: Person | null;
  createdAt: string;
  lastAt: string;
  lastText: string;
  lastDirection: Direction;
  /** Messages of the customer since an agent last looked or answered. */
  unread: number;
  closedAt: string | null;
  /** Grows with every change; of two states of one conversation the higher one is the newer. */
  version: number;
}

export type Direction = 'inbound' | 'outbound';
export type Delivery = '' | 'queued' | 'sent' | 'delivered' | 'failed';

export interface Message {
  id: string;
  conversationId: string;
  direction: Direction;
  text: string;
  at: string;
  author: Person | null;
  delivery: Delivery;
  failure: { code: string; reason: string } | null;
}

export interface Page<T> {
  items: T[];
  /** Cursor of the next page, '' when there is none. */
  next: string;
}

export interface PhoneNumber {
  id: string;
  number: string;
  type: 'tollFree' | 'geographic' | 'mobile';
  country: string;
  smsInbound: boolean;
  smsOutbound: boolean;
  callingInbound: boolean;
  callingOutbound: boolean;
}

export interface Connection {
  state: 'none' | 'connected';
  resourceName: string;
  resourceId: string;
  endpoint: string;
  eventGridAppId: string;
  eventGridAppTenantId: string;
  connectedAt: string | null;
  webhooks: { recording: string; sms: string; incomingCall: string } | null;
  lastEventAt: string | null;
}

export type EventState = 'received' | 'applied' | 'ignored' | 'failed';
export const eventStates: readonly EventState[] = ['received', 'applied', 'ignored', 'failed'];

/** A row of the ledger of events that Event Grid delivered. */
export interface LedgerEvent {
  seq: number;
  id: string;
  kind: string;
  type: string;
  state: EventState;
  reason: string;
  receivedAt: string;
  appliedAt: string | null;
}

export type Notice =
  | { type: 'conversation'; conversation: Conversation; message?: Message }
  | { type: 'users' | 'connection' | 'numbers' | 'events' };
