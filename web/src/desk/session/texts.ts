import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/entra.en.json')]),
  fr: () => Promise.all([import('../i18n/entra.fr.json')]),
};

/** Loads a page that speaks of sign-in with Microsoft Entra ID together with the texts for that. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
