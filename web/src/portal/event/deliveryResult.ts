import type { Delivery } from '../api/portal';

/** What became of an attempt: the event was taken, is tried again, went to the dead letters, or is lost. */
export type DeliveryResult = 'delivered' | 'retry' | 'deadLettered' | 'dropped';
export const deliveryResults: readonly DeliveryResult[] = [
  'delivered',
  'retry',
  'deadLettered',
  'dropped',
];

export function resultOf(delivery: Delivery): DeliveryResult {
  if (delivery.dropped) return 'dropped';
  if (delivery.deadLetter && !delivery.next) return 'deadLettered';
  return delivery.outcome === 'Delivered' ? 'delivered' : 'retry';
}

/** The color of the badge that names a result. */
export const resultColors = {
  delivered: 'success',
  retry: 'warning',
  deadLettered: 'severe',
  dropped: 'danger',
} as const;
