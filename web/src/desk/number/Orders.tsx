import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPhone } from '../../shared/format/phone';
import type { Order } from '../api/types';
import { dismiss, ordersToTell, readDismissed } from './dismissed';
import { useOrders } from './useOrders';

const useStyles = makeStyles({
  list: { display: 'grid', gap: tokens.spacingVerticalS, maxWidth: '860px' },
});

/** Purchases that are under way or ended lately; each stays until it is dismissed or old. */
export function Orders() {
  const { t } = useTranslation();
  const styles = useStyles();
  const orders = useOrders();
  const [dismissed, setDismissed] = useState(readDismissed);
  const told = ordersToTell(orders.data?.items ?? [], dismissed, Date.now());
  if (told.length === 0) return null;
  return (
    <section className={styles.list} aria-label={t('orders.label')}>
      {told.map((order) => (
        <OrderMessage
          key={order.id}
          order={order}
          onDismiss={() => setDismissed(dismiss(order.id))}
        />
      ))}
    </section>
  );
}

const intents = { buying: 'info', bought: 'success', failed: 'error' } as const;

/** How far a purchase has come, in words. */
export function OrderMessage({ order, onDismiss }: { order: Order; onDismiss?(): void }) {
  const { t } = useTranslation();
  const { state, reason } = order;
  const numbers = order.numbers.map(formatPhone).join(', ');
  return (
    <MessageBar
      intent={intents[state]}
      layout="multiline"
      role="status"
      icon={state === 'buying' ? <Spinner size="extra-tiny" /> : undefined}
    >
      <MessageBarBody>
        <MessageBarTitle>{t(`orders.${state}`, { numbers })}</MessageBarTitle>
        {t(`orders.${state}Text`, { reason })}
      </MessageBarBody>
      {onDismiss && state !== 'buying' && (
        <MessageBarActions
          containerAction={
            <Button
              appearance="transparent"
              aria-label={t('orders.dismiss')}
              icon={<DismissRegular />}
              onClick={onDismiss}
            />
          }
        />
      )}
    </MessageBar>
  );
}
