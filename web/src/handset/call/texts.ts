import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/phone.en.json')]),
  fr: () => Promise.all([import('../i18n/phone.fr.json')]),
};

/** Loads the part of the page that makes calls together with its texts. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
