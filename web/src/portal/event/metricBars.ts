import type { MetricSeries, Metrics } from '../api/portal';

/** The sum of a metric over all intervals. */
export const totalOf = (slots: Metrics[], name: keyof Metrics) =>
  slots.reduce((sum, slot) => sum + slot[name], 0);

/** A metric in each interval, with the moment at which the interval begins. */
export const barsOf = ({ from, intervalSeconds, slots }: MetricSeries, name: keyof Metrics) =>
  slots.map((slot, index) => ({
    at: new Date(new Date(from).getTime() + index * intervalSeconds * 1000),
    value: slot[name],
  }));
