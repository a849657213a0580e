import { render } from '@testing-library/react';
import i18next from 'i18next';
import { MemoryRouter } from 'react-router';
import { startI18n } from '../../shared/i18n/setup';
import { App } from '../App';
import { newDesk } from '../desk';

const loaders = {
  en: () => Promise.all([import('../../shared/i18n/en.json'), import('../i18n/en.json')]),
  fr: () => Promise.all([import('../../shared/i18n/fr.json'), import('../i18n/fr.json')]),
};

/** Opens the whole page at an address, as a browser in English (or `language`) would; gives a function that closes it. */
export async function openDesk(address: string, language = 'en') {
  localStorage.setItem('guichet.language', language);
  await startI18n(loaders);
  const desk = newDesk(i18next.t('send.interrupted'));
  desk.client.setDefaultOptions({ queries: { retry: false } });
  const page = render(
    <MemoryRouter initialEntries={[address]}>
      <App desk={desk} />
    </MemoryRouter>,
  );
  return page.unmount;
}
