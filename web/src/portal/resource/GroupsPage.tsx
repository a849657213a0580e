import { CubeMultipleRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type Group, keys, portal } from '../api/portal';
import { AppLink } from '../ui/AppLink';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { resourcePath } from './ids';

/** Every resource group of the local cloud. */
export default function GroupsPage() {
  const { t } = useTranslation();
  const groups = useQuery({
    queryKey: keys.groups,
    queryFn: ({ signal }) => portal.groups(signal),
  });
  const columns: Column<Group>[] = [
    {
      key: 'name',
      title: t('resource.name'),
      cell: (row) => <AppLink to={resourcePath(row.id)}>{row.name}</AppLink>,
    },
    { key: 'subscription', title: t('resource.subscription'), cell: (row) => row.subscriptionName },
    { key: 'location', title: t('resource.location'), width: '160px', cell: (row) => row.location },
    {
      key: 'resources',
      title: t('resource.resources'),
      width: '120px',
      cell: (row) => row.resources.length,
    },
  ];
  return (
    <PortalPage title={t('nav.groups')}>
      <Loaded query={groups}>
        {({ items }) =>
          items.length === 0 ? (
            <Note icon={<CubeMultipleRegular />} title={t('groups.none')}>
              {t('groups.noneText')}
            </Note>
          ) : (
            <DataTable
              label={t('nav.groups')}
              columns={columns}
              rows={items}
              rowKey={({ id }) => id}
            />
          )
        }
      </Loaded>
    </PortalPage>
  );
}
