import { request } from '../../shared/api/request';

/** The local cloud's control of its handsets, as this page uses it. Numbers are E.164, moments RFC 3339 texts. */

export interface BusinessNumber {
  number: string;
  type: string;
  country: string;
  sms: boolean;
  calling: boolean;
}

export interface Setup {
  customers: string[];
  numbers: BusinessNumber[];
  defaultCustomer: string;
}

export interface Thread {
  number: string;
  lastText: string;
  lastAt: string;
  lastDirection: 'toBusiness' | 'toCustomer';
}

export interface HandsetMessage {
  id: string;
  customer: string;
  business: string;
  direction: 'toBusiness' | 'toCustomer';
  text: string;
  at: string;
  status: 'received' | 'pending' | 'delivered' | 'failed';
  statusDetail: string;
}

/** What becomes of the texts that are sent to a customer. */
export interface DeliveryChoice {
  mode: 'delivered' | 'failed' | 'delayed' | 'unreported';
  /** Azure's delivery status code when the mode is failed. */
  code: string;
  /** Seconds to wait when the mode is delayed. */
  delaySeconds: number;
}

/** A part of a thread, oldest first; `next` asks for the texts before it. */
export interface MessagePage {
  items: HandsetMessage[];
  next?: string;
}

/** A call of a customer's phone. */
export interface HandsetCall {
  id: string;
  customer: string;
  /** The number at the other end. */
  other: string;
  name: string;
  outgoing: boolean;
  state: 'calling' | 'ringing' | 'connected' | 'ended';
  /** Why it ended: SIP's code with Azure's subcode, and a sentence in English. */
  code: number;
  subCode: number;
  reason: string;
  /** The page went away and did not come back in time. */
  lost: boolean;
  /** Id of the page that holds the call; empty while it rings. */
  page: string;
  /** The keys that the network received. */
  keys: string;
  at: string;
  connectedAt?: string;
}

/** A call, with the session description that answers this page's. */
export interface AnsweredCall {
  call: HandsetCall;
  answer: string;
}

export type HandsetNotice =
  | { type: 'message'; message: HandsetMessage }
  | { type: 'call'; call: HandsetCall };

/** Azure Communication Services' codes of texts that were not delivered. */
export const failureCodes = [
  '4000',
  '4001',
  '4002',
  '4003',
  '4004',
  '4005',
  '4006',
  '4007',
  '4008',
  '4009',
  '4010',
  '5000',
  '5001',
  '5002',
  '9999',
] as const;

const base = '/_guichet/handset';
const customerPath = (customer: string) => `${base}/customers/${encodeURIComponent(customer)}`;
const threadPath = (customer: string, business: string) =>
  `${customerPath(customer)}/threads/${encodeURIComponent(business)}/messages`;

const callPath = (customer: string, id: string, what: string) =>
  `${customerPath(customer)}/calls/${encodeURIComponent(id)}/${what}`;

/** One function for each operation; each rejects as `request` does. */
export const handset = {
  setup: (signal?: AbortSignal) => request<Setup>('GET', base, { signal }),
  addCustomer: (number: string) =>
    request<{ number: string }>('POST', `${base}/customers`, { body: { number } }),
  threads: (customer: string, signal?: AbortSignal) =>
    request<{ items: Thread[] }>('GET', `${customerPath(customer)}/threads`, { signal }),
  messages: (customer: string, business: string, signal?: AbortSignal) =>
    request<MessagePage>('GET', threadPath(customer, business), { signal }),
  earlier: (customer: string, business: string, before: string) =>
    request<MessagePage>(
      'GET',
      `${threadPath(customer, business)}?before=${encodeURIComponent(before)}`,
    ),
  /** The same id again sends nothing again: it answers with the message of the first time. */
  send: (customer: string, business: string, id: string, text: string) =>
    request<HandsetMessage>('POST', threadPath(customer, business), { body: { id, text } }),
  delivery: (customer: string, signal?: AbortSignal) =>
    request<DeliveryChoice>('GET', `${customerPath(customer)}/delivery`, { signal }),
  setDelivery: (customer: string, choice: DeliveryChoice) =>
    request<DeliveryChoice | undefined>('PUT', `${customerPath(customer)}/delivery`, {
      body: choice,
    }),
  calls: (customer: string, signal?: AbortSignal) =>
    request<{ items: HandsetCall[] }>('GET', `${customerPath(customer)}/calls`, { signal }),
  placeCall: (customer: string, to: string, page: string, offer: string) =>
    request<AnsweredCall>('POST', `${customerPath(customer)}/calls`, { body: { to, page, offer } }),
  /** `accept` takes a call that rings; `media` goes on with one that this page holds. */
  joinCall: (call: HandsetCall, how: 'accept' | 'media', page: string, offer: string) =>
    request<AnsweredCall>('POST', callPath(call.customer, call.id, how), { body: { page, offer } }),
  endCall: (call: HandsetCall, how: 'decline' | 'hangup') =>
    request<HandsetCall>('POST', callPath(call.customer, call.id, how)),
};

/** The keys under which the page caches what was answered. */
export const keys = {
  setup: ['setup'] as const,
  threads: (customer: string) => ['threads', customer] as const,
  messages: (customer: string, business: string) => ['messages', customer, business] as const,
  delivery: (customer: string) => ['delivery', customer] as const,
  calls: (customer: string) => ['calls', customer] as const,
};
