import i18next from 'i18next';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import '../shared/base.css';
import { startI18n } from '../shared/i18n/setup';
import { App } from './App';
import { newDesk } from './desk';

const loaders = {
  en: () => Promise.all([import('../shared/i18n/en.json'), import('./i18n/en.json')]),
  fr: () => Promise.all([import('../shared/i18n/fr.json'), import('./i18n/fr.json')]),
};

await startI18n(loaders);
const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <BrowserRouter>
    <App desk={newDesk(i18next.t('send.interrupted'))} />
  </BrowserRouter>,
);
