import { expect, it } from 'vitest';
import { clockTime, milliseconds } from './figures';

it.each([
  [0.4321, '0.4 ms'],
  [9.96, '10 ms'],
  [12.6, '13 ms'],
  [1500, '1.5 sec'],
])('%d ms', (duration, text) => {
  expect(milliseconds(duration, 'en')).toBe(text);
});

it.each(['en', 'fr'])('writes the time of day to the millisecond in %s', (language) => {
  expect(clockTime('2026-11-22T12:34:56.7895Z', language)).toMatch(/^\d\d:34:56[.,]789$/);
});
