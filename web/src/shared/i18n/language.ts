/** The languages of the pages; every text exists in each (a test sees to it). */
export const languages = ['en', 'fr'] as const;
export type Language = (typeof languages)[number];

const storageKey = 'guichet.language';

export function isLanguage(value: unknown): value is Language {
  return languages.includes(value as Language);
}

/** The language to start in: the one chosen in this browser, else the first of the browser's own that the pages have, else English. */
export function detectLanguage(): Language {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  for (const tag of navigator.languages) {
    const base = tag.toLowerCase().split('-')[0];
    if (isLanguage(base)) return base;
  }
  return 'en';
}

/** Keeps the choice for the next visit of this browser. */
export function rememberLanguage(language: Language) {
  localStorage.setItem(storageKey, language);
}
