import { Text } from '@fluentui/react-components';
import { SendRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Note } from '../../shared/ui/Note';
import { deliveryLines, keys, portal } from '../api/portal';
import { DeliveryTable } from '../event/DeliveryTable';
import { Loaded } from '../ui/Loaded';
import { PortalPage } from '../ui/PortalPage';

/** Every attempt to deliver an event, of all subscriptions, as it happens. */
export default function DeliveriesPage() {
  const { t } = useTranslation();
  const deliveries = useQuery({
    queryKey: keys.deliveries(''),
    queryFn: ({ signal }) => portal.deliveries('', signal),
  });
  const subscriptions = useQuery({
    queryKey: keys.subscriptions(''),
    queryFn: ({ signal }) => portal.subscriptions('', signal),
  });
  return (
    <PortalPage title={t('nav.deliveries')} about={t('deliveries.about')}>
      <Loaded query={deliveries}>
        {({ items }) =>
          items.length === 0 ? (
            <Note icon={<SendRegular />} title={t('deliveries.none')}>
              {t('deliveries.noneText')}
            </Note>
          ) : (
            <>
              <DeliveryTable
                mixed
                label={t('nav.deliveries')}
                deliveries={items}
                subscriptions={subscriptions.data?.items ?? []}
              />
              {items.length === deliveryLines && (
                <Text>{t('deliveries.limit', { n: deliveryLines })}</Text>
              )}
            </>
          )
        }
      </Loaded>
    </PortalPage>
  );
}
