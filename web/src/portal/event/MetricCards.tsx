import { Caption1, makeStyles, Select, Subtitle1, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type EventSubscription,
  keys,
  type MetricSeries,
  type Metrics,
  portal,
} from '../api/portal';
import { SectionHead } from '../ui/SectionHead';
import { barsOf, totalOf } from './metricBars';

const useStyles = makeStyles({
  metrics: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(150px, 1fr))',
    gap: tokens.spacingHorizontalM,
    margin: 0,
  },
  metric: {
    display: 'flex',
    flexDirection: 'column',
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  figure: { margin: 0, fontVariantNumeric: 'tabular-nums' },
  quiet: { color: tokens.colorNeutralForeground3 },
  below: { margin: 0, minHeight: '40px' },
  name: { color: tokens.colorNeutralForeground2, flexGrow: 1 },
  bars: { width: '100%', height: '32px', marginTop: tokens.spacingVerticalS },
});

/** How far back to look, and in which steps; seconds. */
const spans = {
  hour: { interval: 60, slots: 60 },
  day: { interval: 1800, slots: 48 },
  week: { interval: 6 * 3600, slots: 28 },
} as const;
type Span = keyof typeof spans;

const names = ['matched', 'delivered', 'failed', 'deadLettered', 'dropped'] as const;

const colors: Record<(typeof names)[number], string> = {
  matched: tokens.colorBrandForeground1,
  delivered: tokens.colorStatusSuccessForeground1,
  failed: tokens.colorStatusWarningForeground1,
  deadLettered: tokens.colorStatusWarningForeground1,
  dropped: tokens.colorStatusDangerForeground1,
};

/** The metrics of an event subscription over time, under the names that Azure gives them, and what waits now. */
export function MetricCards({ subscription }: { subscription: EventSubscription }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const [span, setSpan] = useState<Span>('hour');
  const { interval, slots } = spans[span];
  const series = useQuery({
    queryKey: keys.metrics(subscription.id, interval),
    queryFn: ({ signal }) => portal.metrics(subscription.id, interval, slots, signal),
    refetchInterval: 60_000,
  });
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <>
      <SectionHead title={t('events.metricsTitle')}>
        <Select
          aria-label={t('events.span')}
          value={span}
          onChange={(_, { value }) => setSpan(value as Span)}
        >
          {Object.keys(spans).map((each) => (
            <option key={each} value={each}>
              {t(`events.spans.${each}`)}
            </option>
          ))}
        </Select>
      </SectionHead>
      <dl className={styles.metrics}>
        {names.map((name) => (
          <div key={name} className={styles.metric}>
            <dt className={styles.name}>{t(`events.metrics.${name}`)}</dt>
            <dd className={styles.figure} data-metric={name}>
              <Subtitle1>
                {series.data ? number.format(totalOf(series.data.slots, name)) : '…'}
              </Subtitle1>
            </dd>
            <dd className={styles.below}>
              {series.data && <Bars series={series.data} name={name} color={colors[name]} />}
            </dd>
          </div>
        ))}
        <div className={styles.metric}>
          <dt className={styles.name}>{t('events.metrics.pending')}</dt>
          <dd className={styles.figure} data-metric="pending">
            <Subtitle1>{number.format(subscription.metrics.pending)}</Subtitle1>
          </dd>
          <dd className={styles.below}>
            <Caption1 className={styles.quiet}>{t('events.now')}</Caption1>
          </dd>
        </div>
      </dl>
    </>
  );
}

function Bars({
  series,
  name,
  color,
}: {
  series: MetricSeries;
  name: keyof Metrics;
  color: string;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const bars = barsOf(series, name);
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const day = series.intervalSeconds < 1800 ? undefined : 'short';
  const clock = new Intl.DateTimeFormat(i18n.language, {
    weekday: day,
    hour: 'numeric',
    minute: '2-digit',
  });
  const told = bars
    .filter(({ value }) => value > 0)
    .map(({ at, value }) => `${clock.format(at)} – ${value}`);
  return (
    <svg
      className={styles.bars}
      viewBox={`0 0 ${bars.length} 32`}
      preserveAspectRatio="none"
      role="img"
      aria-label={told.length === 0 ? t('events.noneInSpan') : told.join('; ')}
    >
      <rect x={0} y={31} width={bars.length} height={1} fill={tokens.colorNeutralStroke1} />
      {bars.map(({ at, value }, index) =>
        value === 0 ? null : (
          <rect
            key={at.getTime()}
            x={index}
            y={31 - (30 * value) / most}
            width={0.8}
            height={(30 * value) / most}
            fill={color}
          >
            <title>{`${clock.format(at)} – ${value}`}</title>
          </rect>
        ),
      )}
    </svg>
  );
}
