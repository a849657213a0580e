import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/grid.en.json')]),
  fr: () => Promise.all([import('../i18n/grid.fr.json')]),
};

/** Loads a page of Event Grid together with its texts, which no other page needs. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
