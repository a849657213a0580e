import { describe, expect, it } from 'vitest';
import { countSegments } from './segments';

describe('countSegments', () => {
  const a = (n: number) => 'a'.repeat(n);
  it.each([
    ['', 'gsm', 0, 160, 0],
    [a(160), 'gsm', 160, 160, 1],
    [a(161), 'gsm', 161, 306, 2],
    [a(306), 'gsm', 306, 306, 2],
    [a(307), 'gsm', 307, 459, 3],
    ['é'.repeat(160), 'gsm', 160, 160, 1],
    ['€', 'gsm', 2, 160, 1],
    ['€'.repeat(80), 'gsm', 160, 160, 1],
    [`${a(159)}€`, 'gsm', 161, 306, 2],
    // The euro sign would start at septet 153 of the first segment: it moves, and leaves a gap of one.
    [`${a(152)}€${a(10)}`, 'gsm', 165, 306, 2],
    ['ê', 'ucs2', 1, 70, 1],
    ['ê'.repeat(70), 'ucs2', 70, 70, 1],
    ['ê'.repeat(71), 'ucs2', 71, 134, 2],
    ['😀'.repeat(35), 'ucs2', 70, 70, 1],
    // Surrogate pairs are not cut: 33 pairs fill 66 of 67 units.
    ['😀'.repeat(36), 'ucs2', 73, 134, 2],
  ])('%j', (text, alphabet, used, room, count) => {
    expect(countSegments(text)).toEqual({ alphabet, used, room, count });
  });
});
