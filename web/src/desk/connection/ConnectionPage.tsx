import { Badge, Field, Input, makeStyles, Subtitle2, tokens } from '@fluentui/react-components';
import { CloudOffRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import { CopyButton } from '../../shared/ui/CopyButton';
import { Loading, LoadingFailed, Note } from '../../shared/ui/Note';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { Connection } from '../api/types';
import { AdminPage } from '../shell/AdminPage';

const useStyles = makeStyles({
  card: {
    display: 'grid',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
    maxWidth: '860px',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  head: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalM },
  row: { display: 'flex', gap: tokens.spacingHorizontalS, alignItems: 'flex-end' },
  value: { flexGrow: 1, minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** The Azure Communication Services resource that the desk is connected to, with what Azure's own pages ask for. */
export default function ConnectionPage() {
  const { t } = useTranslation();
  const connection = useQuery({
    queryKey: keys.connection,
    queryFn: ({ signal }) => api.connection(signal),
  });
  return (
    <AdminPage title={t('nav.connection')} about={t('connection.about')}>
      {connection.isPending && <Loading />}
      {connection.isLoadingError && (
        <LoadingFailed error={connection.error} retry={() => void connection.refetch()} />
      )}
      {connection.data?.state === 'none' && (
        <Note icon={<CloudOffRegular />} title={t('connection.none')}>
          {t('connection.noneText')}
        </Note>
      )}
      {connection.data?.state === 'connected' && <Details connection={connection.data} />}
    </AdminPage>
  );
}

function Details({ connection }: { connection: Connection }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { webhooks, connectedAt, lastEventAt } = connection;
  const moment = (at: string | null) =>
    at ? formatMoment(at, i18n.language) : t('connection.never');
  return (
    <>
      <section className={styles.card} aria-labelledby="connection-resource">
        <div className={styles.head}>
          <Subtitle2 as="h2" id="connection-resource" style={{ margin: 0 }}>
            {t('connection.resource')}
          </Subtitle2>
          <Badge appearance="tint" color="success">
            {t('connection.connected')}
          </Badge>
        </div>
        <span className={styles.quiet}>
          {t('connection.since', { at: moment(connectedAt) })}
          {' · '}
          {t('connection.lastEvent', { at: moment(lastEventAt) })}
        </span>
        <Value name="resourceName" value={connection.resourceName} />
        <Value name="resourceId" value={connection.resourceId} />
        <Value name="endpoint" value={connection.endpoint} />
        <Value name="eventGridAppId" value={connection.eventGridAppId} />
        <Value name="eventGridAppTenantId" value={connection.eventGridAppTenantId} />
      </section>
      {webhooks && (
        <section className={styles.card} aria-labelledby="connection-webhooks">
          <Subtitle2 as="h2" id="connection-webhooks" style={{ margin: 0 }}>
            {t('connection.webhooks')}
          </Subtitle2>
          <span className={styles.quiet}>{t('connection.webhooksText')}</span>
          <Value name="recording" value={webhooks.recording} />
          <Value name="sms" value={webhooks.sms} />
          <Value name="incomingCall" value={webhooks.incomingCall} />
        </section>
      )}
    </>
  );
}

function Value({ name, value }: { name: string; value: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const label = t(`connection.${name}`);
  return (
    <div className={styles.row}>
      <Field label={label} className={styles.value}>
        <Input readOnly value={value} onFocus={(event) => event.target.select()} />
      </Field>
      <CopyButton text={value} what={label} />
    </div>
  );
}
