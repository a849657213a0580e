/** How long a client secret may live, in days, as Azure's portal offers it; the first is what it recommends. */
export const lifetimes = [180, 90, 365, 545, 730] as const;

/** What is chosen: one of the lifetimes in days, or an own day. */
export type Expiry = `${(typeof lifetimes)[number]}` | 'custom';

const day = 24 * 60 * 60_000;

/** The moment at which a secret ends, as RFC 3339; undefined when the own day is none, is past, or is more than two years away. */
export function endOf(expiry: Expiry, custom: string, now: Date): string | undefined {
  if (expiry !== 'custom') return new Date(now.getTime() + Number(expiry) * day).toISOString();
  const [year, month, date] = custom.split('-').map(Number);
  // The end of that day where the user is.
  const end = new Date(year ?? 0, (month ?? 0) - 1, (date ?? 0) + 1, 0, 0, -1);
  const days = (end.getTime() - now.getTime()) / day;
  return custom !== '' && days > 0 && days <= 731 ? end.toISOString() : undefined;
}
