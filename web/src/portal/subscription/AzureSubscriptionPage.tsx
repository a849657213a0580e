import { InfoRegular, PlugConnectedRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Note } from '../../shared/ui/Note';
import { keys, portal, type Subscription } from '../api/portal';
import { BladeLayout } from '../ui/BladeLayout';
import { Facts } from '../ui/Facts';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';
import { Section } from '../ui/Section';
import { ValueField } from '../ui/ValueField';
import { ProvidersBlade } from './ProvidersBlade';

/** One subscription: its overview, and its resource providers. */
export default function AzureSubscriptionPage() {
  const { t } = useTranslation();
  const { subscription = '', blade: named = '' } = useParams();
  const subscriptions = useQuery({
    queryKey: keys.azureSubscriptions,
    queryFn: ({ signal }) => portal.azureSubscriptions(signal),
  });
  const found = subscriptions.data?.items.find(
    (each) => each.subscriptionId === subscription.toLowerCase(),
  );
  const name = found?.displayName ?? subscription;
  const blade = named.toLowerCase();
  const base = `/subscriptions/${subscription}`;
  return (
    <PortalPage
      title={blade === 'providers' ? `${name} | ${t('providers.title')}` : name}
      kind={t('resource.subscription')}
      crumbs={[
        { to: '/subscriptions', label: t('nav.subscriptions') },
        ...(blade === '' ? [] : [{ to: base, label: name }]),
      ]}
    >
      <Loaded query={subscriptions}>
        {() => {
          if (!found || !['', 'providers'].includes(blade))
            return <Note title={t('resource.gone')}>{t('resource.goneText')}</Note>;
          return (
            <BladeLayout
              base={base}
              blade={blade}
              groups={[
                { blades: [{ name: '', label: t('blade.overview'), icon: <InfoRegular /> }] },
                {
                  title: t('blade.groups.settings'),
                  blades: [
                    {
                      name: 'providers',
                      label: t('providers.title'),
                      icon: <PlugConnectedRegular />,
                    },
                  ],
                },
              ]}
            >
              {blade === '' ? (
                <Overview subscription={found} />
              ) : (
                <ProvidersBlade subscription={found.subscriptionId} />
              )}
            </BladeLayout>
          );
        }}
      </Loaded>
    </PortalPage>
  );
}

function Overview({ subscription }: { subscription: Subscription }) {
  const { t } = useTranslation();
  return (
    <Section title={t('resource.essentials')}>
      <ValueField label={t('resource.name')} value={subscription.displayName} />
      <ValueField label={t('resource.subscriptionId')} value={subscription.subscriptionId} />
      <ValueField label={t('resource.tenantId')} value={subscription.tenantId} />
      <Facts facts={[[t('resource.state'), subscription.state]]} />
    </Section>
  );
}
