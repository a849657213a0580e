import { expect, it } from 'vitest';
import type { Delivery } from '../api/portal';
import { resultOf } from './deliveryResult';

const attempt = (more: Partial<Delivery>): Delivery => ({
  n: 1,
  subscription: '/s',
  eventId: 'e',
  eventType: 'T',
  attempt: 1,
  at: '2026-11-22T12:00:00Z',
  status: 503,
  outcome: 'Busy',
  durationMs: 3,
  ...more,
});

it.each([
  [{ outcome: 'Delivered', status: 200 }, 'delivered'],
  [{ next: '2026-11-22T12:00:10Z' }, 'retry'],
  [{ deadLetter: 'MaxDeliveryAttemptsExceeded' }, 'deadLettered'],
  [{ deadLetter: 'BadRequest', dropped: true }, 'dropped'],
  // The dead letter could not be written, and is tried again.
  [{ deadLetter: 'BadRequest', next: '2026-11-22T12:00:10Z' }, 'retry'],
] as const)('%j is %s', (more, result) => {
  expect(resultOf(attempt(more))).toBe(result);
});
