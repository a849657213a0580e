import { KeyRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { keys, portal, type Subscription } from '../api/portal';
import { IdCell } from '../app/IdCell';
import { AppLink } from '../ui/AppLink';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';

/** The subscriptions of the local cloud. */
export default function SubscriptionsPage() {
  const { t } = useTranslation();
  const subscriptions = useQuery({
    queryKey: keys.azureSubscriptions,
    queryFn: ({ signal }) => portal.azureSubscriptions(signal),
  });
  const columns: Column<Subscription>[] = [
    {
      key: 'name',
      title: t('resource.name'),
      cell: (row) => (
        <AppLink to={`/subscriptions/${row.subscriptionId}`}>{row.displayName}</AppLink>
      ),
    },
    {
      key: 'id',
      title: t('resource.subscriptionId'),
      cell: (row) => <IdCell id={row.subscriptionId} />,
    },
    { key: 'state', title: t('resource.state'), width: '140px', cell: (row) => row.state },
  ];
  return (
    <PortalPage title={t('nav.subscriptions')}>
      <Loaded query={subscriptions}>
        {({ items }) =>
          items.length === 0 ? (
            <Note icon={<KeyRegular />} title={t('providers.noSubscriptions')}>
              {t('providers.noSubscriptionsText')}
            </Note>
          ) : (
            <DataTable
              label={t('nav.subscriptions')}
              columns={columns}
              rows={items}
              rowKey={(row) => row.subscriptionId}
            />
          )
        }
      </Loaded>
    </PortalPage>
  );
}
