import {
  Badge,
  Button,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Select,
  Text,
  tokens,
} from '@fluentui/react-components';
import { DeleteRegular, EditRegular, SendRegular } from '@fluentui/react-icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { formatMoment } from '../../shared/format/time';
import { Note } from '../../shared/ui/Note';
import { deliveryLines, type EventSubscription, keys, portal } from '../api/portal';
import { editSubscriptionPath, readId, resourcePath } from '../resource/ids';
import { SignInBar } from '../session/NeedsSignIn';
import { useSession } from '../session/useSession';
import { AppLink } from '../ui/AppLink';
import { ButtonLink } from '../ui/ButtonLink';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { SectionHead } from '../ui/SectionHead';
import { ValueField } from '../ui/ValueField';
import { DeliveryTable } from './DeliveryTable';
import { type DeliveryResult, deliveryResults, resultOf } from './deliveryResult';
import { filterText } from './filterText';
import { grid } from './grid';
import { MetricCards } from './MetricCards';
import { stateColor } from './stateColor';

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground3 },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  list: { margin: 0, paddingLeft: tokens.spacingHorizontalL },
});

/** An event subscription: what it asks for, what came of it, and its delivery log. */
export default function SubscriptionPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { account } = useSession();
  const [asking, setAsking] = useState(false);
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
  const actions = found && (
    <div className={styles.actions}>
      {found.source && (
        <ButtonLink icon={<EditRegular />} to={editSubscriptionPath(found.id)}>
          {t('events.edit')}
        </ButtonLink>
      )}
      <Button icon={<DeleteRegular />} disabled={!account} onClick={() => setAsking(true)}>
        {t('events.delete')}
      </Button>
    </div>
  );
  return (
    <PortalPage
      title={found?.name ?? name}
      kind={t('events.subscription')}
      crumbs={crumbs}
      actions={actions}
    >
      <SignInBar />
      <Loaded query={all}>
        {() =>
          found ? (
            <>
              {found.failure && <Failure text={found.failure} />}
              <MetricCards subscription={found} />
              <DeliveryLog subscription={found} />
              <Details subscription={found} />
            </>
          ) : (
            <Note title={t('resource.gone')}>{t('resource.goneText')}</Note>
          )
        }
      </Loaded>
      {asking && found && (
        <ConfirmDialog
          title={t('events.askDelete')}
          text={t('events.askDeleteText', { name: found.name })}
          doIt={t('events.delete')}
          act={() => grid.remove(found.id)}
          onDone={() => {
            void client.invalidateQueries({ queryKey: keys.allSubscriptions });
            // The system topic that came with the last subscription goes with it.
            void client.invalidateQueries({ queryKey: keys.groups });
            navigate(
              found.source ? `${resourcePath(found.source)}/events` : resourcePath(found.topic),
            );
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </PortalPage>
  );
}

/** Why the last validation failed. What was in force before stays so. */
function Failure({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('events.failed')}</MessageBarTitle>
        <div style={{ overflowWrap: 'anywhere' }} lang="en">
          {text}
        </div>
        <div>{t('events.failedText')}</div>
      </MessageBarBody>
    </MessageBar>
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
      <SectionHead title={t('events.log')}>
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
      </SectionHead>
      <Loaded query={log}>
        {({ items }) => {
          const rows = items.filter((each) => wanted === '' || resultOf(each) === wanted);
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
