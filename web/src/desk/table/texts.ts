import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/tables.en.json')]),
  fr: () => Promise.all([import('../i18n/tables.fr.json')]),
};

/** Loads the page of tables together with its texts, which nobody else needs. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
