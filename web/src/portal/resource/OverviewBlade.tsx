import { Badge } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import { keys, portal, type Service } from '../api/portal';
import { stateColor } from '../event/stateColor';
import { AppLink } from '../ui/AppLink';
import { Facts } from '../ui/Facts';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { groupId, readId, resourcePath } from './ids';

/** What a communication resource is, and how much of everything it has. */
export function OverviewBlade({ service }: { service: Service }) {
  const { t, i18n } = useTranslation();
  const { properties, systemData } = service;
  const { subscription, group } = readId(service.id);
  const numbers = useQuery({
    queryKey: keys.numbers(properties.immutableResourceId),
    queryFn: ({ signal }) => portal.numbers(properties.immutableResourceId, signal),
  });
  const subscriptions = useQuery({
    queryKey: keys.subscriptions(service.id),
    queryFn: ({ signal }) => portal.subscriptions(service.id, signal),
  });
  const path = resourcePath(service.id);
  return (
    <Section title={t('resource.essentials')}>
      <Facts
        facts={[
          [
            t('resource.group'),
            <AppLink key="group" to={resourcePath(groupId(subscription, group))}>
              {group}
            </AppLink>,
          ],
          [
            t('resource.state'),
            <Badge key="state" appearance="tint" color={stateColor(properties.provisioningState)}>
              {properties.provisioningState}
            </Badge>,
          ],
          [t('resource.location'), service.location],
          [t('resource.subscriptionId'), subscription],
          [t('resource.dataLocation'), properties.dataLocation],
          [
            t('blade.numbers'),
            <AppLink key="numbers" to={`${path}/numbers`}>
              {numbers.data?.items.length ?? '…'}
            </AppLink>,
          ],
          [
            t('events.subscriptions'),
            <AppLink key="events" to={`${path}/events`}>
              {subscriptions.data?.items.length ?? '…'}
            </AppLink>,
          ],
          [t('resource.created'), formatMoment(systemData.createdAt, i18n.language)],
          [t('resource.changed'), formatMoment(systemData.lastModifiedAt, i18n.language)],
        ]}
      />
      <ValueField label={t('resource.endpoint')} value={`https://${properties.hostName}/`} />
    </Section>
  );
}
