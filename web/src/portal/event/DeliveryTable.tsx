import { Badge, Caption1, makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import { type Column, DataTable } from '../../shared/ui/DataTable';
import type { Delivery, EventSubscription } from '../api/portal';
import { subscriptionPath } from '../resource/ids';
import { clockTime, milliseconds } from '../traffic/figures';
import { AppLink } from '../ui/AppLink';
import { resultColors, resultOf } from './deliveryResult';

const useStyles = makeStyles({
  quiet: { display: 'block', color: tokens.colorNeutralForeground3, overflowWrap: 'anywhere' },
  id: {
    display: 'block',
    color: tokens.colorNeutralForeground3,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  event: { minWidth: 0 },
  line: { display: 'flex', justifyContent: 'space-between', gap: tokens.spacingHorizontalM },
});

/** Lines of the delivery log, newest first. With `mixed` the lines are of several subscriptions, and each names its own. */
export function DeliveryTable({
  label,
  deliveries,
  subscriptions,
  mixed,
}: {
  label: string;
  deliveries: Delivery[];
  subscriptions: EventSubscription[];
  mixed?: boolean;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const language = i18n.language;
  const byId = new Map(subscriptions.map((each) => [each.id.toLowerCase(), each]));
  const of = (row: Delivery) => byId.get(row.subscription.toLowerCase());

  const time = (row: Delivery) => (
    <time dateTime={row.at} title={formatMoment(row.at, language)}>
      {clockTime(row.at, language)}
    </time>
  );
  const event = (row: Delivery) => (
    <div className={styles.event}>
      {row.eventType.replace(/^Microsoft\.Communication\./, '')}
      <Caption1 className={styles.id} title={row.eventId}>
        {row.eventId}
      </Caption1>
    </div>
  );
  const status = (row: Delivery) => {
    if (row.untried) return t('deliveries.untried');
    return row.status === 0 ? t('deliveries.noAnswer') : `${row.status} ${row.outcome}`;
  };
  const result = (row: Delivery) => {
    const name = resultOf(row);
    return (
      <Badge appearance="tint" color={resultColors[name]} data-result={name}>
        {t(`deliveries.results.${name}`)}
      </Badge>
    );
  };
  const next = (row: Delivery) => {
    if (row.deadLetter) return row.deadLetter;
    if (!row.next) return '–';
    return (
      <time dateTime={row.next} title={formatMoment(row.next, language)}>
        {clockTime(row.next, language)}
      </time>
    );
  };
  const subscription = (row: Delivery) => {
    const found = of(row);
    if (!found) return row.subscription.split('/').at(-1);
    return <AppLink to={subscriptionPath(found.id)}>{found.name}</AppLink>;
  };

  const columns: Column<Delivery>[] = [
    { key: 'time', title: t('deliveries.time'), width: '110px', cell: time },
    ...(mixed
      ? [
          {
            key: 'subscription',
            title: t('deliveries.subscription'),
            width: '120px',
            cell: subscription,
          },
        ]
      : []),
    { key: 'event', title: t('deliveries.event'), cell: event },
    {
      key: 'attempt',
      title: t('deliveries.attempt'),
      width: '75px',
      cell: (row) => row.attempt,
    },
    { key: 'status', title: t('deliveries.status'), width: '125px', cell: status },
    {
      key: 'duration',
      title: t('deliveries.duration'),
      width: '80px',
      cell: (row) => milliseconds(row.durationMs, language),
    },
    { key: 'result', title: t('deliveries.result'), width: '130px', cell: result },
    { key: 'next', title: t('deliveries.next'), width: '130px', cell: next },
  ];
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={deliveries}
      rowKey={(row) => String(row.n)}
      card={(row) => (
        <>
          <span className={styles.line}>
            {time(row)}
            {result(row)}
          </span>
          {event(row)}
          {mixed && <span>{subscription(row)}</span>}
          <Caption1 className={styles.quiet}>
            {[
              t('deliveries.nth', { n: row.attempt }),
              status(row),
              milliseconds(row.durationMs, language),
            ].join(' · ')}
          </Caption1>
          {(row.next || row.deadLetter) && (
            <Caption1 className={styles.quiet}>
              {t('deliveries.next')}
              {language === 'fr' ? '\u00a0: ' : ': '}
              {next(row)}
            </Caption1>
          )}
        </>
      )}
    />
  );
}
