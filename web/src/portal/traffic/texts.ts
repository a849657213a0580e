import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/notes.en.json')]),
  fr: () => Promise.all([import('../i18n/notes.fr.json')]),
};

/** Loads the page of requests together with the words of its notes, which the other pages do not need. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
