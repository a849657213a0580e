import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { detectLanguage, isLanguage, type Language, rememberLanguage } from './language';

type Texts = Record<string, unknown>;
/** Loads the texts of one language: a page's own and the shared ones. */
export type TextLoader = () => Promise<{ default: Texts }[]>;
export type TextLoaders = Record<Language, TextLoader>;

let loaders: TextLoaders;

/** Prepares the texts of the page in the language of the browser; resolves when the page can be drawn. */
export async function startI18n(of: TextLoaders): Promise<void> {
  loaders = of;
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
  if (!i18next.hasResourceBundle(language, 'translation')) {
    for (const part of await loaders[language]()) {
      i18next.addResourceBundle(language, 'translation', part.default, true);
    }
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
