import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/channels.en.json')]),
  fr: () => Promise.all([import('../i18n/channels.fr.json')]),
};

/** Loads a page of the channels together with its texts, which nobody else needs. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
