import type { QueryClient } from '@tanstack/react-query';
import {
  type HandsetCall,
  type HandsetMessage,
  keys,
  type MessagePage,
  type Thread,
} from './api/handset';

const rank = { pending: 0, received: 1, delivered: 1, failed: 1 };

/** Puts a message over its earlier state, or in its place in time; a status goes forward only. */
export function mergeMessage(items: HandsetMessage[], message: HandsetMessage): HandsetMessage[] {
  const known = items.find((item) => item.id === message.id);
  if (known) {
    if (rank[message.status] < rank[known.status]) return items;
    return items.map((item) => (item === known ? message : item));
  }
  return [...items, message].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** Puts earlier texts before those that are shown; what both have is kept as it is shown. */
export function mergeEarlier(shown: MessagePage, earlier: MessagePage): MessagePage {
  const ids = new Set(shown.items.map(({ id }) => id));
  return {
    items: [...earlier.items.filter(({ id }) => !ids.has(id)), ...shown.items],
    next: earlier.next,
  };
}

/** Brings the list of threads up to date with a message; the newest thread stands first. */
export function mergeThread(items: Thread[], message: HandsetMessage): Thread[] {
  const known = items.find((item) => item.number === message.business);
  if (known && Date.parse(known.lastAt) > Date.parse(message.at)) return items;
  const thread: Thread = {
    number: message.business,
    lastText: message.text,
    lastAt: message.at,
    lastDirection: message.direction,
  };
  return [thread, ...items.filter((item) => item !== known)];
}

/** Writes a message, from a notice or an answer, into all that the page has cached. */
export function putMessage(client: QueryClient, message: HandsetMessage) {
  const key = keys.messages(message.customer, message.business);
  client.setQueryData<MessagePage>(
    key,
    (data) => data && { ...data, items: mergeMessage(data.items, message) },
  );
  // A read that left before this message came would cover it: such a read is done again.
  if (client.getQueryState(key)?.fetchStatus === 'fetching') {
    void client.invalidateQueries({ queryKey: key });
  }
  client.setQueryData<{ items: Thread[] }>(
    keys.threads(message.customer),
    (data) => data && { items: mergeThread(data.items, message) },
  );
}

const progress = { calling: 0, ringing: 1, connected: 2, ended: 3 };

/** Puts a call over its earlier state, or last; a call goes forward only. */
export function mergeCall(items: HandsetCall[], call: HandsetCall): HandsetCall[] {
  const known = items.find(({ id }) => id === call.id);
  if (!known) return [...items, call];
  if (progress[call.state] < progress[known.state]) return items;
  return items.map((item) => (item === known ? call : item));
}

/** Writes a call, from a notice or an answer, into what the page has cached. */
export function putCall(client: QueryClient, call: HandsetCall) {
  const key = keys.calls(call.customer);
  client.setQueryData<{ items: HandsetCall[] }>(key, (data) => ({
    items: mergeCall(data?.items ?? [], call),
  }));
  if (client.getQueryState(key)?.fetchStatus === 'fetching') {
    void client.invalidateQueries({ queryKey: key });
  }
}
