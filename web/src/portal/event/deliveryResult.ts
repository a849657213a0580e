import type { Delivery, EventSubscription } from '../api/portal';

/** What became of an attempt: the event was taken, is tried again, went to the dead letters, or is lost. */
export type DeliveryResult = 'delivered' | 'retry' | 'deadLettered' | 'dropped';
export const deliveryResults: readonly DeliveryResult[] = [
  'delivered',
  'retry',
  'deadLettered',
  'dropped',
];

/** An event that is given up is dead-lettered only where its subscription has a destination for that. */
export function resultOf(
  delivery: Delivery,
  subscription: Pick<EventSubscription, 'deadLetterDestination'> | undefined,
): DeliveryResult {
  if (delivery.deadLetter) return subscription?.deadLetterDestination ? 'deadLettered' : 'dropped';
  return delivery.outcome === 'Delivered' ? 'delivered' : 'retry';
}

/** The color of the badge that names a result. */
export const resultColors = {
  delivered: 'success',
  retry: 'warning',
  deadLettered: 'severe',
  dropped: 'danger',
} as const;
