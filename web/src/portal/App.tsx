import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Routes } from 'react-router';
import { PageTheme } from '../shared/theme/PageTheme';
import { Note } from '../shared/ui/Note';
import { withTexts as withIdentityTexts } from './app/texts';
import { withTexts as withGridTexts } from './event/texts';
import { PortalLive } from './live/PortalLive';
import { Shell } from './shell/Shell';
import { withTexts as withNoteTexts } from './traffic/texts';
import { AppLink } from './ui/AppLink';

const HomePage = lazy(() => import('./home/HomePage'));
const GroupsPage = lazy(() => import('./resource/GroupsPage'));
const GroupPage = lazy(() => import('./resource/GroupPage'));
const ServicePage = lazy(() => import('./resource/ServicePage'));
const TopicPage = lazy(() => import('./event/TopicPage'));
const SubscriptionPage = lazy(() => import('./event/SubscriptionPage'));
const SystemTopicsPage = lazy(() => withGridTexts(import('./event/SystemTopicsPage')));
const CreateTopicPage = lazy(() => withGridTexts(import('./event/CreateTopicPage')));
const CreateEventPage = lazy(() =>
  withGridTexts(import('./event/EventFormPage')).then((page) => ({
    default: page.CreateEventPage,
  })),
);
const EditEventPage = lazy(() =>
  withGridTexts(import('./event/EventFormPage')).then((page) => ({ default: page.EditEventPage })),
);
const AppsPage = lazy(() => withIdentityTexts(import('./app/AppsPage')));
const RegisterPage = lazy(() => withIdentityTexts(import('./app/RegisterPage')));
const AppPage = lazy(() => withIdentityTexts(import('./app/AppPage')));
const SubscriptionsPage = lazy(() => withIdentityTexts(import('./subscription/SubscriptionsPage')));
const AzureSubscriptionPage = lazy(() =>
  withIdentityTexts(import('./subscription/AzureSubscriptionPage')),
);
const RequestsPage = lazy(() => withNoteTexts(import('./traffic/RequestsPage')));
const DeliveriesPage = lazy(() => import('./traffic/DeliveriesPage'));
const FaultsPage = lazy(() => import('./fault/FaultsPage'));
const ResetPage = lazy(() => import('./reset/ResetPage'));

/** The whole portal: what is shared, and which page an address shows. Resources have the address of their ARM id. Needs a router. */
export function App({ client }: { client: QueryClient }) {
  const group = 'resource/subscriptions/:subscription/resourceGroups/:group';
  const grid = `${group}/providers/Microsoft.EventGrid`;
  return (
    <QueryClientProvider client={client}>
      <PageTheme>
        <PortalLive>
          <Routes>
            <Route element={<Shell />}>
              <Route index element={<HomePage />} />
              <Route path="groups" element={<GroupsPage />} />
              <Route path={group} element={<GroupPage />} />
              <Route
                path={`${group}/providers/Microsoft.Communication/CommunicationServices/:name/:blade?`}
                element={<ServicePage />}
              />
              <Route path={`${grid}/systemTopics/:name`} element={<TopicPage />} />
              <Route path={`${grid}/topics/:name`} element={<TopicPage />} />
              <Route path="event-subscription" element={<SubscriptionPage />} />
              <Route path="event-subscription/create" element={<CreateEventPage />} />
              <Route path="event-subscription/edit" element={<EditEventPage />} />
              <Route path="systemTopics" element={<SystemTopicsPage />} />
              <Route path="systemTopics/create" element={<CreateTopicPage />} />
              <Route path="apps" element={<AppsPage />} />
              <Route path="apps/register" element={<RegisterPage />} />
              <Route path="apps/:id/:blade?" element={<AppPage />} />
              <Route path="subscriptions" element={<SubscriptionsPage />} />
              <Route
                path="subscriptions/:subscription/:blade?"
                element={<AzureSubscriptionPage />}
              />
              <Route path="requests" element={<RequestsPage />} />
              <Route path="deliveries" element={<DeliveriesPage />} />
              <Route path="faults" element={<FaultsPage />} />
              <Route path="reset" element={<ResetPage />} />
              <Route path="*" element={<NoSuchPage />} />
            </Route>
          </Routes>
        </PortalLive>
      </PageTheme>
    </QueryClientProvider>
  );
}

function NoSuchPage() {
  const { t } = useTranslation();
  return (
    <Note title={t('noPage.title')} action={<AppLink to="/">{t('noPage.go')}</AppLink>}>
      {t('noPage.text')}
    </Note>
  );
}
