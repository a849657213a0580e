import { Badge, makeStyles, Select, Subtitle1, Text, tokens } from '@fluentui/react-components';
import { SendRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatMoment } from '../../shared/format/time';
import { Note } from '../../shared/ui/Note';
import { deliveryLines, type EventSubscription, keys, type Metrics, portal } from '../api/portal';
import { readId, resourcePath } from '../resource/ids';
import { AppLink } from '../ui/AppLink';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { DeliveryTable } from './DeliveryTable';
import { type DeliveryResult, deliveryResults, resultOf } from './deliveryResult';
import { filterText } from './filterText';
import { stateColor } from './stateColor';

const useStyles = makeStyles({
  metrics: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(120px, 1fr))',
    gap: tokens.spacingHorizontalM,
    maxWidth: '860px',
    margin: 0,
  },
  metric: {
    display: 'flex',
    flexDirection: 'column-reverse',
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  figure: { margin: 0, fontVariantNumeric: 'tabular-nums' },
  quiet: { color: tokens.colorNeutralForeground3 },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
  },
  title: { margin: 0 },
  list: { margin: 0, paddingLeft: tokens.spacingHorizontalL },
});

/** An event subscription: what it asks for, what came of it, and its delivery log. */
export default function SubscriptionPage() {
  const { t } = useTranslation();
  const [parameters] = useSearchParams();
  const id = parameters.get('id') ?? '';
  const { group, subscription, name } = readId(id);
  const all = useQuery({
    queryKey: keys.subscriptions(''),
    queryFn: ({ signal }) => portal.subscriptions('', signal),
  });
  const crumbs = [{ to: '/groups', label: t('nav.groups') }];
  if (group) {
    crumbs.push({
      to: resourcePath(`/subscriptions/${subscription}/resourceGroups/${group}`),
      label: group,
    });
  }
  const found = all.data?.items.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (found?.source) {
    const source = readId(found.source).name;
    crumbs.push({
      to: `${resourcePath(found.source)}/events`,
      label: `${source} | ${t('blade.events')}`,
    });
  } else if (found) {
    crumbs.push({ to: resourcePath(found.topic), label: found.topicName });
  }
  return (
    <PortalPage title={found?.name ?? name} kind={t('events.subscription')} crumbs={crumbs}>
      <Loaded query={all}>
        {() =>
          found ? (
            <>
              <MetricCards metrics={found.metrics} />
              <DeliveryLog subscription={found} />
              <Details subscription={found} />
            </>
          ) : (
            <Note title={t('resource.gone')}>{t('resource.goneText')}</Note>
          )
        }
      </Loaded>
    </PortalPage>
  );
}

function MetricCards({ metrics }: { metrics: Metrics }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <dl className={styles.metrics}>
      {(['delivered', 'failed', 'givenUp', 'pending'] as const).map((name) => (
        <div key={name} className={styles.metric}>
          <dt className={styles.quiet}>{t(`events.metrics.${name}`)}</dt>
          <dd className={styles.figure} data-metric={name}>
            <Subtitle1>{number.format(metrics[name])}</Subtitle1>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function DeliveryLog({ subscription }: { subscription: EventSubscription }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [wanted, setWanted] = useState<DeliveryResult | ''>('');
  const log = useQuery({
    queryKey: keys.deliveries(subscription.id),
    queryFn: ({ signal }) => portal.deliveries(subscription.id, signal),
  });
  return (
    <>
      <div className={styles.head}>
        <Subtitle1 as="h2" className={styles.title}>
          {t('events.log')}
        </Subtitle1>
        <Select
          aria-label={t('deliveries.result')}
          value={wanted}
          onChange={(_, { value }) => setWanted(value as DeliveryResult | '')}
        >
          <option value="">{t('deliveries.all')}</option>
          {deliveryResults.map((result) => (
            <option key={result} value={result}>
              {t(`deliveries.results.${result}`)}
            </option>
          ))}
        </Select>
      </div>
      <Loaded query={log}>
        {({ items }) => {
          const rows = items.filter(
            (each) => wanted === '' || resultOf(each, subscription) === wanted,
          );
          if (rows.length === 0) {
            return (
              <Note icon={<SendRegular />} title={t('deliveries.none')}>
                {t(wanted ? 'deliveries.noneResult' : 'deliveries.noneText')}
              </Note>
            );
          }
          return (
            <>
              <DeliveryTable
                label={t('events.log')}
                deliveries={rows}
                subscriptions={[subscription]}
              />
              {items.length === deliveryLines && (
                <Text className={styles.quiet}>{t('deliveries.limit', { n: deliveryLines })}</Text>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Details({ subscription }: { subscription: EventSubscription }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { destination, retryPolicy, deadLetterDestination, expirationTimeUtc } = subscription;
  const webhook = destination.properties;
  const conditions = filterText(subscription.filter);
  return (
    <Section title={t('resource.essentials')}>
      <Facts
        facts={[
          [
            t('resource.state'),
            <Badge key="state" appearance="tint" color={stateColor(subscription.state)}>
              {subscription.state}
            </Badge>,
          ],
          [
            t('events.topic'),
            <AppLink key="topic" to={resourcePath(subscription.topic)}>
              {subscription.topicName}
            </AppLink>,
          ],
          [t('events.schema'), subscription.eventDeliverySchema],
          [
            t('events.filter'),
            conditions.length === 0 ? (
              t('events.all')
            ) : (
              <ul key="filter" className={styles.list}>
                {conditions.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            ),
          ],
          [
            t('events.retry'),
            t('events.retryText', {
              attempts: retryPolicy.maxDeliveryAttempts,
              minutes: retryPolicy.eventTimeToLiveInMinutes,
            }),
          ],
          [
            t('events.deadLetter'),
            deadLetterDestination?.properties.blobContainerName ?? t('events.noDeadLetter'),
          ],
          [
            t('events.expires'),
            expirationTimeUtc && formatMoment(expirationTimeUtc, i18n.language),
          ],
          [t('events.entraTenant'), webhook.azureActiveDirectoryTenantId ?? t('events.noEntra')],
          [t('events.entraApp'), webhook.azureActiveDirectoryApplicationIdOrUri],
        ]}
      />
      <ValueField label={t('events.endpoint')} value={webhook.endpointBaseUrl ?? ''} />
      <ValueField label={t('resource.id')} value={subscription.id} />
    </Section>
  );
}
