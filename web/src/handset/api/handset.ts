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

export type HandsetNotice = { type: 'message'; message: HandsetMessage };

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
};

/** The keys under which the page caches what was answered. */
export const keys = {
  setup: ['setup'] as const,
  threads: (customer: string) => ['threads', customer] as const,
  messages: (customer: string, business: string) => ['messages', customer, business] as const,
  delivery: (customer: string) => ['delivery', customer] as const,
};
