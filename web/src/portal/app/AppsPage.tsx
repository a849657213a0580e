import { makeStyles, Switch, Tab, TabList } from '@fluentui/react-components';
import { AddRegular, AppsListRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Note } from '../../shared/ui/Note';
import { directory, directoryKeys } from '../api/directory';
import { keys, portal } from '../api/portal';
import { NeedsSignIn } from '../session/NeedsSignIn';
import { AppLink } from '../ui/AppLink';
import { AzureLoaded } from '../ui/AzureLoaded';
import { ButtonLink } from '../ui/ButtonLink';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { IdCell } from './IdCell';

/** The tenant in which Microsoft's own applications are registered. */
const microsoftTenant = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';

const useStyles = makeStyles({ tabs: { overflowX: 'auto', flexShrink: 0 } });

type Tabs = 'all' | 'owned';

/** The applications that are registered: all of the local cloud, or those of the signed-in user. */
export default function AppsPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const [tab, setTab] = useState<Tabs>('all');
  return (
    <PortalPage
      title={t('nav.apps')}
      about={t('apps.about')}
      actions={
        <ButtonLink to="/apps/register" appearance="primary" icon={<AddRegular />}>
          {t('register.new')}
        </ButtonLink>
      }
    >
      <TabList
        className={styles.tabs}
        selectedValue={tab}
        aria-label={t('nav.apps')}
        onTabSelect={(_, { value }) => setTab(value as Tabs)}
      >
        <Tab value="all">{t('register.all')}</Tab>
        <Tab value="owned">{t('register.owned')}</Tab>
      </TabList>
      {tab === 'all' ? (
        <AllApps />
      ) : (
        <NeedsSignIn>{({ id }) => <OwnedApps user={id} />}</NeedsSignIn>
      )}
    </PortalPage>
  );
}

function AllApps() {
  const { t } = useTranslation();
  const [everyone, setEveryone] = useState(false);
  const applications = useQuery({
    queryKey: keys.applications,
    queryFn: ({ signal }) => portal.applications(signal),
  });
  return (
    <>
      <Switch
        label={t('apps.microsoft')}
        checked={everyone}
        onChange={(_, { checked }) => setEveryone(checked)}
      />
      <Loaded query={applications}>
        {({ items }) => (
          <AppTable
            rows={items.filter((each) => everyone || each.tenantId !== microsoftTenant)}
            none={t('apps.none')}
            noneText={t('apps.noneText')}
          />
        )}
      </Loaded>
    </>
  );
}

function OwnedApps({ user }: { user: string }) {
  const { t } = useTranslation();
  const owned = useQuery({
    queryKey: directoryKeys.owned(user),
    queryFn: ({ signal }) => directory.owned(signal),
  });
  return (
    <AzureLoaded query={owned}>
      {(rows) => (
        <AppTable
          rows={rows}
          none={t('register.noneOwned')}
          noneText={t('register.noneOwnedText')}
        />
      )}
    </AzureLoaded>
  );
}

interface Row {
  appId: string;
  displayName: string;
  tenantId?: string;
}

function AppTable({ rows, none, noneText }: { rows: Row[]; none: string; noneText: string }) {
  const { t } = useTranslation();
  if (rows.length === 0) {
    return (
      <Note icon={<AppsListRegular />} title={none}>
        {noneText}
      </Note>
    );
  }
  const columns: Column<Row>[] = [
    {
      key: 'name',
      title: t('apps.name'),
      cell: (row) => <AppLink to={`/apps/${row.appId}`}>{row.displayName}</AppLink>,
    },
    { key: 'app', title: t('apps.appId'), cell: (row) => <IdCell id={row.appId} /> },
  ];
  if (rows.some(({ tenantId }) => tenantId))
    columns.push({
      key: 'tenant',
      title: t('apps.tenantId'),
      cell: (row) => <IdCell id={row.tenantId ?? ''} />,
    });
  return (
    <DataTable
      label={t('nav.apps')}
      columns={columns}
      rows={[...rows].sort((one, other) => one.displayName.localeCompare(other.displayName))}
      rowKey={({ appId }) => appId}
    />
  );
}
