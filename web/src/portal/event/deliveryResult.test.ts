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
const keeps = { deadLetterDestination: { properties: { blobContainerName: 'dead' } } };
const loses = { deadLetterDestination: null };

it.each([
  [{ outcome: 'Delivered', status: 200 }, loses, 'delivered'],
  [{ next: '2026-11-22T12:00:10Z' }, keeps, 'retry'],
  [{ deadLetter: 'MaxDeliveryAttemptsExceeded' }, keeps, 'deadLettered'],
  [{ deadLetter: 'MaxDeliveryAttemptsExceeded' }, loses, 'dropped'],
  [{ deadLetter: 'BadRequest' }, undefined, 'dropped'],
] as const)('%j of %j is %s', (more, subscription, result) => {
  expect(resultOf(attempt(more), subscription)).toBe(result);
});
