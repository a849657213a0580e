import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Outlet, Route, Routes, useLocation } from 'react-router';
import { PageTheme } from '../shared/theme/PageTheme';
import { Loading, LoadingFailed, Note } from '../shared/ui/Note';
import { advancedPath, numbersPath } from './connection/paths';
import { withTexts } from './connection/texts';
import { type Desk, DeskContext } from './desk';
import { withTexts as withHealthTexts } from './health/texts';
import { DeskLive } from './live/DeskLive';
import { withTexts as withUserTexts } from './people/texts';
import { followOtherTabs, MeContext, useMe, usePageUser, useSession } from './session/session';
import { withTexts as withEntraTexts } from './session/texts';
import { Shell } from './shell/Shell';
import { withTexts as withTableTexts } from './table/texts';

const SessionOver = lazy(() => withEntraTexts(import('./session/SessionOver')));
const SignInPage = lazy(() => withEntraTexts(import('./session/SignInPage')));
const ConversationsPage = lazy(() => import('./conversation/ConversationsPage'));
const UsersPage = lazy(() => withUserTexts(import('./people/UsersPage')));
const ChannelsPage = lazy(() => withTexts(import('./connection/ChannelsPage')));
const NumbersPage = lazy(() => withTexts(import('./number/NumbersPage')));
const TablesPage = lazy(() => withTableTexts(import('./table/TablesPage')));
const HealthPage = lazy(() => withHealthTexts(import('./health/HealthPage')));
const EventsPage = lazy(() => import('./webhook/EventsPage'));

/** The whole desk: what is shared, and which page an address shows. Needs a router around it. */
export function App({ desk }: { desk: Desk }) {
  useEffect(() => followOtherTabs(desk), [desk]);
  return (
    <DeskContext value={desk}>
      <QueryClientProvider client={desk.client}>
        <PageTheme>
          <Routes>
            <Route path="/sign-in" element={<SignIn />} />
            <Route element={<SignedIn />}>
              <Route element={<Shell />}>
                <Route index element={<Navigate to="/conversations" replace />} />
                <Route path="conversations/:id?" element={<ConversationsPage />} />
                <Route path="administration" element={<AdministratorsOnly />}>
                  <Route index element={<Navigate to="users" replace />} />
                  <Route path="users" element={<UsersPage />} />
                  <Route path="channels" element={<ChannelsPage />} />
                  <Route path="channels/phone-numbers" element={<NumbersPage />} />
                  <Route path="numbers" element={<Navigate to={numbersPath} replace />} />
                  <Route path="connection" element={<Navigate to={advancedPath} replace />} />
                  <Route path="events" element={<EventsPage />} />
                  <Route path="health" element={<HealthPage />} />
                  <Route path="tables" element={<TablesPage />} />
                </Route>
                <Route path="*" element={<NoSuchPage />} />
              </Route>
            </Route>
          </Routes>
        </PageTheme>
      </QueryClientProvider>
    </DeskContext>
  );
}

function SignIn() {
  return (
    <Suspense
      fallback={
        <Centred>
          <Loading />
        </Centred>
      }
    >
      <SignInPage />
    </Suspense>
  );
}

/**
 * Lets signed-in users through and sends all others to sign in, from where they come back to the page they asked for. Nothing typed is
 * lost when a session ends: the page then stays below the way to sign in again.
 */
function SignedIn() {
  const session = useSession();
  const { pathname, search } = useLocation();
  const user = usePageUser(session.data);
  if (session.isPending)
    return (
      <Centred>
        <Loading />
      </Centred>
    );
  if (session.data === undefined) {
    return (
      <Centred>
        <LoadingFailed error={session.error} retry={() => void session.refetch()} />
      </Centred>
    );
  }
  if (!user) {
    return <Navigate to="/sign-in" replace state={{ from: pathname + search }} />;
  }
  return (
    <MeContext value={user}>
      <DeskLive user={user.id} key={user.id} over={!session.data}>
        <Outlet />
        {!session.data && (
          <Suspense>
            <SessionOver />
          </Suspense>
        )}
      </DeskLive>
    </MeContext>
  );
}

function Centred({ children }: { children: ReactNode }) {
  return <div style={{ height: '100%', display: 'flex' }}>{children}</div>;
}

function AdministratorsOnly() {
  const { t } = useTranslation();
  if (useMe().role === 'administrator') return <Outlet />;
  return <Note title={t('forbidden.title')}>{t('forbidden.text')}</Note>;
}

function NoSuchPage() {
  const { t } = useTranslation();
  return (
    <Note title={t('noPage.title')} action={<Link to="/conversations">{t('noPage.go')}</Link>}>
      {t('noPage.text')}
    </Note>
  );
}
