import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/entra.en.json'), import('../i18n/tokens.en.json')]),
  fr: () => Promise.all([import('../i18n/entra.fr.json'), import('../i18n/tokens.fr.json')]),
};

/** Loads the page of users together with its texts, which agents do not need. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
