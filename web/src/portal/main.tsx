import { QueryClient } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { ProblemError } from '../shared/api/request';
import '../shared/base.css';
import { startI18n } from '../shared/i18n/setup';
import { App } from './App';
import { session } from './session/session';

const loaders = {
  en: () => Promise.all([import('../shared/i18n/en.json'), import('./i18n/en.json')]),
  fr: () => Promise.all([import('../shared/i18n/fr.json'), import('./i18n/fr.json')]),
};

// The way back from Entra's sign-in page. The answer is taken out of the address before anything else reads it.
const { hash } = window.location;
if (hash) window.history.replaceState(null, '', window.location.pathname + window.location.search);
const [back] = await Promise.all([session.finish(hash), startI18n(loaders)]);
if (back) window.history.replaceState(null, '', `/portal${back === '/' ? '' : back}`);
const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Much of what is shown is changed by others, of which nothing tells the page.
      staleTime: 1_000,
      networkMode: 'always',
      retry: (count, error) => count < 2 && !(error instanceof ProblemError && error.status < 500),
    },
    mutations: { networkMode: 'always' },
  },
});
const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <BrowserRouter basename="/portal">
    <App client={client} />
  </BrowserRouter>,
);
