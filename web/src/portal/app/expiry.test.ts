import { describe, expect, it } from 'vitest';
import { endOf } from './expiry';

const now = new Date('2030-01-02T03:04:05Z');

describe('the end of a secret', () => {
  it('is so many days away', () => {
    expect(endOf('180', '', now)).toBe('2030-07-01T03:04:05.000Z');
  });

  it('is the end of an own day, within two years', () => {
    const local = new Date(2030, 5, 30, 23, 59, 59);
    expect(endOf('custom', '2030-06-30', now)).toBe(local.toISOString());
    expect(endOf('custom', '2030-01-01', now)).toBeUndefined();
    expect(endOf('custom', '2032-03-01', now)).toBeUndefined();
    expect(endOf('custom', '', now)).toBeUndefined();
  });
});
