import { describe, expect, it } from 'vitest';
import type { HandsetMessage } from './api/handset';
import { mergeEarlier, mergeMessage, mergeThread } from './cache';

const message = (more: Partial<HandsetMessage>): HandsetMessage => ({
  id: 'm1',
  customer: '+14255550123',
  business: '+18335550100',
  direction: 'toCustomer',
  text: 'Hello',
  at: '2026-11-22T12:00:00Z',
  status: 'pending',
  statusDetail: '',
  ...more,
});

describe('mergeMessage', () => {
  it('shows a message once and lets its status go forward only', () => {
    const pending = mergeMessage([], message({}));
    const failed = mergeMessage(pending, message({ status: 'failed', statusDetail: '4006' }));
    expect(failed).toHaveLength(1);
    expect(mergeMessage(failed, message({}))).toBe(failed);
    expect(failed[0]?.status).toBe('failed');
  });
  it('keeps the order of time', () => {
    const late = message({ id: 'm0', at: '2026-11-22T11:00:00Z' });
    expect(mergeMessage([message({})], late).map(({ id }) => id)).toEqual(['m0', 'm1']);
  });
});

describe('mergeEarlier', () => {
  it('puts earlier texts first, each once, and goes on from there', () => {
    const shown = { items: [message({ id: 'm2', status: 'delivered' })], next: 'm2' };
    const earlier = { items: [message({}), message({ id: 'm2' })], next: 'm1' };
    const merged = mergeEarlier(shown, earlier);
    expect(merged.items.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'm1 pending',
      'm2 delivered',
    ]);
    expect(merged.next).toBe('m1');
    expect(mergeEarlier(merged, { items: [] }).next).toBeUndefined();
  });
});

describe('mergeThread', () => {
  const thread = {
    number: '+18335550100',
    lastText: 'Hello',
    lastAt: '2026-11-22T12:00:00Z',
    lastDirection: 'toCustomer' as const,
  };
  const other = { ...thread, number: '+33199000001', lastAt: '2026-11-22T12:30:00Z' };
  it('moves the thread of a new message to the top', () => {
    const moved = mergeThread(
      [other, thread],
      message({ text: 'New', at: '2026-11-22T13:00:00Z' }),
    );
    expect(moved.map(({ number, lastText }) => `${number} ${lastText}`)).toEqual([
      '+18335550100 New',
      '+33199000001 Hello',
    ]);
  });
  it('is not moved by the late status of an old message', () => {
    const threads = [other, thread];
    expect(mergeThread(threads, message({ at: '2026-11-22T11:00:00Z', status: 'delivered' }))).toBe(
      threads,
    );
  });
});
