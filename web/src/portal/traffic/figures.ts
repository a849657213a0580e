/** Time of day to the millisecond: what a log is read by. */
export function clockTime(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  }).format(new Date(at));
}

/** A duration in milliseconds, as exact as it matters: 0.4 ms, 12 ms, 1.5 s. */
export function milliseconds(duration: number, language: string): string {
  const unit = duration < 1000 ? 'millisecond' : 'second';
  const value = duration < 1000 ? duration : duration / 1000;
  const digits = duration < 10 || unit === 'second' ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    maximumFractionDigits: digits,
  }).format(value);
}
