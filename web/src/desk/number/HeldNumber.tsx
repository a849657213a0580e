import {
  Body1,
  Button,
  DialogActions,
  DialogContent,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  Spinner,
  Title2,
  tokens,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { formatPhone } from '../../shared/format/phone';
import { formatTime } from '../../shared/format/time';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { FoundNumber, Order } from '../api/types';
import { useDesk } from '../desk';
import { formatPrice } from './formatPrice';
import { formatRemaining, useRemaining } from './useRemaining';

const useStyles = makeStyles({
  content: { display: 'grid', gap: tokens.spacingVerticalM },
  number: { fontVariantNumeric: 'tabular-nums' },
  left: { fontVariantNumeric: 'tabular-nums', fontWeight: tokens.fontWeightSemibold },
  purchase: { whiteSpace: 'nowrap', flexShrink: 0 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** How many minutes before the end those who do not see the clock are told. */
const soon = 5;

/** The second step of adding a number: the one that was found, its price, how long it is held, and its purchase. */
export function HeldNumber({
  found,
  onBack,
  onOrdered,
}: {
  found: FoundNumber;
  onBack(): void;
  onOrdered(order: Order): void;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { client } = useDesk();
  const errorText = useErrorText();
  const remaining = useRemaining(found.heldUntil);
  const minutes = Math.ceil(remaining / 60);
  const over = remaining === 0;
  const buy = useMutation({
    mutationFn: () => api.buyNumber(found),
    onSuccess: (order) => {
      void client.invalidateQueries({ queryKey: keys.orders });
      onOrdered(order);
    },
  });
  return (
    <>
      <DialogContent className={styles.content}>
        {found.numbers.map((number) => (
          <Title2 key={number} className={styles.number} data-testid="held-number">
            {formatPhone(number)}
          </Title2>
        ))}
        <Body1>
          {t('add.price', { price: formatPrice(found.amount, found.currency, i18n.language) })}
        </Body1>
        {over ? (
          <MessageBar intent="warning" role="alert" layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>{t('add.over')}</MessageBarTitle>
              {t('add.overText')}
            </MessageBarBody>
          </MessageBar>
        ) : (
          <>
            <Body1>
              {t('add.held', { at: formatTime(found.heldUntil, i18n.language) })}
              {' · '}
              <span className={styles.left} role="timer">
                {t('add.left', { time: formatRemaining(remaining) })}
              </span>
            </Body1>
            <Body1 className={styles.quiet}>{t('add.heldText')}</Body1>
          </>
        )}
        <span role="status" className="visually-hidden">
          {minutes > 0 && minutes <= soon ? t('add.announce', { count: minutes }) : ''}
        </span>
        {buy.isPending && (
          <Spinner size="tiny" style={{ justifyContent: 'start' }} label={t('add.purchasing')} />
        )}
        {buy.error && (
          <MessageBar intent="error" role="alert" layout="multiline">
            <MessageBarBody>{errorText(buy.error)}</MessageBarBody>
          </MessageBar>
        )}
      </DialogContent>
      <DialogActions fluid>
        <Button appearance={over ? 'primary' : 'secondary'} onClick={onBack}>
          {t(over ? 'add.find' : 'add.back')}
        </Button>
        {!over && (
          <Button
            appearance="primary"
            className={styles.purchase}
            disabledFocusable={buy.isPending}
            onClick={() => buy.isPending || buy.mutate()}
          >
            {t('add.purchase')}
          </Button>
        )}
      </DialogActions>
    </>
  );
}
