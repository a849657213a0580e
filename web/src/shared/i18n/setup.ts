import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { detectLanguage, isLanguage, type Language, rememberLanguage } from './language';

type Texts = Record<string, unknown>;
/** Loads the texts of one language: a page's own and the shared ones. */
export type TextLoader = () => Promise<{ default: Texts }[]>;
export type TextLoaders = Record<Language, TextLoader>;

/** The parts of the page's texts, each with the languages in which it is there already. */
let parts: { loaders: TextLoaders; loaded: Set<Language> }[] = [];

/** Prepares the texts of the page in the language of the browser; resolves when the page can be drawn. */
export async function startI18n(of: TextLoaders): Promise<void> {
  const later = parts.slice(1).map(({ loaders }) => loaders);
  parts = [of, ...later].map((loaders) => ({ loaders, loaded: new Set() }));
  await i18next.use(initReactI18next).init({
    lng: undefined,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
    returnNull: false,
  });
  await applyLanguage(detectLanguage());
}

/** Adds the texts of a part of the page that is loaded later; resolves when they can be shown. A switch of the language loads them too. */
export async function addTexts(of: TextLoaders): Promise<void> {
  if (!parts.some(({ loaders }) => loaders === of)) parts.push({ loaders: of, loaded: new Set() });
  await load(currentLanguage());
}

/** Switches the page to a language, loading its texts first, and remembers it in this browser. */
export async function switchLanguage(language: Language): Promise<void> {
  if (i18next.language === language) return;
  rememberLanguage(language);
  await applyLanguage(language);
}

/** The language that the page speaks now. */
export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'en';
}

async function applyLanguage(language: Language) {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

async function load(language: Language) {
  for (const { loaders, loaded } of parts) {
    if (loaded.has(language)) continue;
    for (const texts of await loaders[language]()) {
      i18next.addResourceBundle(language, 'translation', texts.default, true);
    }
    loaded.add(language);
  }
}
