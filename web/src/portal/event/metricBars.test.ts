import { expect, it } from 'vitest';
import { barsOf, totalOf } from './metricBars';

const slot = (delivered: number) => ({
  matched: 0,
  delivered,
  failed: 0,
  deadLettered: 0,
  dropped: 0,
});
const series = {
  from: '2026-11-22T12:00:00Z',
  intervalSeconds: 60,
  slots: [slot(2), slot(0), slot(3)],
};

it('adds up a metric', () => {
  expect(totalOf(series.slots, 'delivered')).toBe(5);
  expect(totalOf([], 'delivered')).toBe(0);
});

it('tells when each interval begins', () => {
  expect(barsOf(series, 'delivered').map(({ at, value }) => [at.toISOString(), value])).toEqual([
    ['2026-11-22T12:00:00.000Z', 2],
    ['2026-11-22T12:01:00.000Z', 0],
    ['2026-11-22T12:02:00.000Z', 3],
  ]);
});
