import { Badge, Caption1, Link, makeStyles, Subtitle1, tokens } from '@fluentui/react-components';
import { TableRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link as PageLink } from 'react-router';
import { formatMoment } from '../../shared/format/time';
import { CopyButton } from '../../shared/ui/CopyButton';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import { Loading, LoadingFailed, Note } from '../../shared/ui/Note';
import { api, entriesPath } from '../api/client';
import { keys } from '../api/keys';
import type { SettingEntry } from '../api/types';
import { CopyField } from '../connection/CopyField';
import { channelsPath } from '../connection/paths';
import { AdminPage } from '../shell/AdminPage';

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM },
  path: { color: tokens.colorNeutralForeground3 },
  value: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: tokens.spacingHorizontalM,
    rowGap: tokens.spacingVerticalXS,
  },
  id: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
  address: { maxWidth: '800px' },
});

/** The settings of the communication provider as Dataverse keeps them: a table of keys and values. */
export default function TablesPage() {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const entries = useQuery({
    queryKey: keys.entries,
    queryFn: ({ signal }) => api.settingEntries(signal),
  });
  const address = new URL(entriesPath, location.origin).href;
  const columns: Column<SettingEntry>[] = [
    { key: 'key', title: t('tables.key'), width: '180px', cell: (row) => row.msdyn_key },
    {
      key: 'value',
      title: t('tables.value'),
      cell: (row) => (
        <div className={styles.value}>
          <span className={styles.id}>{row.msdyn_value}</span>
          <CopyButton text={row.msdyn_value} what={t('tables.valueOf', { key: row.msdyn_key })} />
        </div>
      ),
    },
    {
      key: 'setting',
      title: t('tables.setting'),
      width: '130px',
      cell: (row) => (
        <>
          {
            row[
              '_msdyn_communicationprovidersettingentid_value@OData.Community.Display.V1.FormattedValue'
            ]
          }{' '}
          {row.statecode === 1 && <Badge appearance="tint">{t('tables.inactive')}</Badge>}
        </>
      ),
    },
    {
      key: 'created',
      title: t('tables.created'),
      width: '115px',
      cell: (row) => formatMoment(row.createdon, i18n.language),
    },
    {
      key: 'modified',
      title: t('tables.modified'),
      width: '115px',
      cell: (row) => formatMoment(row.modifiedon, i18n.language),
    },
  ];
  return (
    <AdminPage title={t('nav.tables')} about={t('tables.about')}>
      <section className={styles.section} aria-labelledby="table-entry">
        <div>
          <Caption1 block className={styles.path}>
            {t('tables.path')}
          </Caption1>
          <Subtitle1 as="h2" id="table-entry" style={{ margin: 0 }}>
            {t('tables.entry')}
          </Subtitle1>
        </div>
        {entries.isPending && <Loading />}
        {entries.isLoadingError && (
          <LoadingFailed error={entries.error} retry={() => void entries.refetch()} />
        )}
        {entries.data?.value.length === 0 && (
          <Note
            icon={<TableRegular />}
            title={t('tables.none')}
            action={<PageLink to={channelsPath}>{t('tables.goChannels')}</PageLink>}
          >
            {t('tables.noneText')}
          </Note>
        )}
        {entries.data && entries.data.value.length > 0 && (
          <DataTable
            label={t('tables.data')}
            columns={columns}
            rows={entries.data.value}
            rowKey={(row) => row.msdyn_occommunicationprovidersettingentryid}
          />
        )}
        <div className={styles.address}>
          <CopyField label={t('tables.api')} hint={t('tables.apiHint')} value={address} />
        </div>
        <div>
          <Link href={entriesPath} target="_blank" rel="noreferrer">
            {t('tables.open')}
          </Link>
        </div>
      </section>
    </AdminPage>
  );
}
