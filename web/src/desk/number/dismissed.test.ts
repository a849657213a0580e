import { describe, expect, it } from 'vitest';
import { newOrder } from '../testing/fixtures';
import { dismiss, ordersToTell, readDismissed } from './dismissed';

const now = Date.parse('2026-11-22T12:00:00Z');
const told = (state: 'buying' | 'bought' | 'failed', createdAt: string, dismissed: string[] = []) =>
  ordersToTell([newOrder({ state, createdAt })], dismissed, now).length === 1;

describe('which purchases the page tells of', () => {
  it('all that are under way', () => {
    expect(told('buying', '2026-10-01T00:00:00Z', ['o1'])).toBe(true);
  });

  it('those that ended lately, failures for longer', () => {
    expect(told('bought', '2026-11-22T11:30:00Z')).toBe(true);
    expect(told('bought', '2026-11-22T10:30:00Z')).toBe(false);
    expect(told('failed', '2026-11-22T10:30:00Z')).toBe(true);
    expect(told('failed', '2026-11-21T10:30:00Z')).toBe(false);
  });

  it('none that was dismissed in this browser', () => {
    expect(readDismissed()).toEqual([]);
    expect(told('failed', '2026-11-22T11:30:00Z', dismiss('o1'))).toBe(false);
    expect(readDismissed()).toEqual(['o1']);
    localStorage.setItem('guichet.desk.dismissedOrders', 'spoilt');
    expect(readDismissed()).toEqual([]);
  });
});
