import type { EventState, View } from './types';

/** The keys under which the page caches what the API answers. */
export const keys = {
  me: ['me'] as const,
  signInWays: ['signInWays'] as const,
  signInRefusal: ['signInRefusal'] as const,
  lists: ['conversations'] as const,
  list: (view: View) => ['conversations', view] as const,
  conversation: (id: string) => ['conversation', id] as const,
  messages: (id: string) => ['messages', id] as const,
  users: ['users'] as const,
  /** Begins as the users, whose notices tell of tokens too. */
  tokens: ['users', 'tokens'] as const,
  /** Everything about numbers; a notice of a change of them reaches all that begins so. */
  numbers: ['numbers'] as const,
  numberList: ['numbers', 'list'] as const,
  orders: ['numbers', 'orders'] as const,
  countries: ['countries'] as const,
  offers: (country: string) => ['offers', country] as const,
  connection: ['connection'] as const,
  /** Begins as the connection, from which it is made. */
  entries: ['connection', 'entries'] as const,
  /** What the desk says of health is in words, so each language has its own. */
  health: (language: string) => ['health', language] as const,
  /** Begins as the connection as well. */
  automatic: ['connection', 'automatic'] as const,
  events: ['events'] as const,
  eventList: (state: EventState | '') => ['events', 'list', state] as const,
  event: (seq: number) => ['events', 'one', seq] as const,
};
