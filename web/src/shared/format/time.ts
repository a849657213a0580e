/** Formatters of moments (RFC 3339 texts) in a language, in the time zone of the browser. */
const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language, options);
    cache.set(key, found);
  }
  return found;
}

/** 14:05, or 2:05 PM. */
export function formatTime(at: string, language: string): string {
  return formatter(language, { hour: 'numeric', minute: '2-digit' }).format(new Date(at));
}

/** Sunday, 22 November; with the year when it is not the present one. */
export function formatDay(at: string, language: string, now = new Date()): string {
  const date = new Date(at);
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return formatter(language, { weekday: 'long', day: 'numeric', month: 'long', year }).format(date);
}

/** 22 Nov 2026. */
export function formatDate(at: string, language: string): string {
  return formatter(language, { dateStyle: 'medium' }).format(new Date(at));
}

/** Date and time to the second, for tooltips and tables. */
export function formatMoment(at: string, language: string): string {
  return formatter(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

/** As short as a list allows: the time today, the weekday this week, else the date. */
export function formatShort(at: string, language: string, now = new Date()): string {
  const date = new Date(at);
  if (sameDay(date, now)) return formatTime(at, language);
  const age = now.getTime() - date.getTime();
  if (age >= 0 && age < 6 * 24 * 3600 * 1000) {
    return formatter(language, { weekday: 'short' }).format(date);
  }
  const year = date.getFullYear() === now.getFullYear() ? undefined : '2-digit';
  return formatter(language, { day: 'numeric', month: 'short', year }).format(date);
}

export function sameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}
