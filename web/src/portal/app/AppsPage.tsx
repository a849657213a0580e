import { Switch } from '@fluentui/react-components';
import { AppsListRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { type Application, keys, portal } from '../api/portal';
import { AppLink } from '../ui/AppLink';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { IdCell } from './IdCell';

/** The tenant in which Microsoft's own applications are registered. */
const microsoftTenant = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';

/** The applications that are registered in the tenants of the local cloud. */
export default function AppsPage() {
  const { t } = useTranslation();
  const [everyone, setEveryone] = useState(false);
  const applications = useQuery({
    queryKey: keys.applications,
    queryFn: ({ signal }) => portal.applications(signal),
  });
  const columns: Column<Application>[] = [
    {
      key: 'name',
      title: t('apps.name'),
      cell: (row) => <AppLink to={`/apps/${row.appId}`}>{row.displayName}</AppLink>,
    },
    { key: 'app', title: t('apps.appId'), cell: (row) => <IdCell id={row.appId} /> },
    { key: 'tenant', title: t('apps.tenantId'), cell: (row) => <IdCell id={row.tenantId} /> },
  ];
  return (
    <PortalPage title={t('nav.apps')} about={t('apps.about')}>
      <Switch
        label={t('apps.microsoft')}
        checked={everyone}
        onChange={(_, { checked }) => setEveryone(checked)}
      />
      <Loaded query={applications}>
        {({ items }) => {
          const rows = items.filter((each) => everyone || each.tenantId !== microsoftTenant);
          if (rows.length === 0) {
            return (
              <Note icon={<AppsListRegular />} title={t('apps.none')}>
                {t('apps.noneText')}
              </Note>
            );
          }
          return (
            <DataTable
              label={t('nav.apps')}
              columns={columns}
              rows={rows}
              rowKey={({ appId }) => appId}
            />
          );
        }}
      </Loaded>
    </PortalPage>
  );
}
