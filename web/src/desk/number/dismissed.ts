import type { Order } from '../api/types';

const storageKey = 'guichet.desk.dismissedOrders';

/** For how long the end of a purchase is news, in milliseconds: a failure longer, as something is left to do. */
const newsFor = { bought: 3_600_000, failed: 24 * 3_600_000 };

/** The orders whose messages were dismissed in this browser. */
export function readDismissed(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Remembers that the message of an order was dismissed; of many, the last ones. */
export function dismiss(id: string): string[] {
  const all = [...readDismissed().filter((each) => each !== id), id].slice(-50);
  localStorage.setItem(storageKey, JSON.stringify(all));
  return all;
}

/** The orders that the page tells of: those under way, and those that ended lately and were not dismissed. */
export function ordersToTell(orders: Order[], dismissed: string[], now: number): Order[] {
  return orders.filter(
    (order) =>
      order.state === 'buying' ||
      (now - Date.parse(order.createdAt) < newsFor[order.state] && !dismissed.includes(order.id)),
  );
}
