import { addTexts } from '../../shared/i18n/setup';

const loaders = {
  en: () => Promise.all([import('../i18n/identity.en.json')]),
  fr: () => Promise.all([import('../i18n/identity.fr.json')]),
};

/** Loads a page of app registrations or subscriptions together with their texts, which the other pages do not need. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  const [loaded] = await Promise.all([page, addTexts(loaders)]);
  return loaded;
}
