import {
  Button,
  Caption1,
  makeStyles,
  mergeClasses,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import {
  CheckmarkCircleRegular,
  CheckmarkRegular,
  ClockRegular,
  ErrorCircleRegular,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoment, formatTime } from '../../shared/format/time';
import type { Conversation, Delivery, Message } from '../api/types';
import { useDesk } from '../desk';
import { useMe } from '../session/session';
import type { Outgoing } from './outbox';
import { useSend } from './useSend';

const useStyles = makeStyles({
  item: { display: 'flex', flexDirection: 'column', maxWidth: '78%', gap: '2px' },
  inbound: { alignSelf: 'flex-start', alignItems: 'flex-start' },
  outbound: { alignSelf: 'flex-end', alignItems: 'flex-end' },
  bubble: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusXLarge,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  theirs: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  ours: { backgroundColor: tokens.colorBrandBackground2, color: tokens.colorNeutralForeground1 },
  pending: { opacity: 0.7 },
  meta: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalXS,
    color: tokens.colorNeutralForeground3,
    paddingInline: tokens.spacingHorizontalXS,
  },
  ourMeta: { justifyContent: 'flex-end' },
  failed: { color: tokens.colorPaletteRedForeground1 },
  mark: { display: 'inline-flex', alignItems: 'center', gap: '4px', '& > svg': { flexShrink: 0 } },
});

/** A message of the transcript. */
export function MessageBubble({ message, customer }: { message: Message; customer: string }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const inbound = message.direction === 'inbound';
  const author = inbound ? customer : (message.author?.name ?? t('message.automatic'));
  return (
    <li
      className={mergeClasses(styles.item, inbound ? styles.inbound : styles.outbound)}
      data-message-id={message.id}
      data-direction={message.direction}
      data-delivery={message.delivery}
    >
      <div className={mergeClasses(styles.bubble, inbound ? styles.theirs : styles.ours)}>
        {message.text}
      </div>
      <Caption1 className={mergeClasses(styles.meta, !inbound && styles.ourMeta)}>
        <span>{author}</span>
        <span aria-hidden>·</span>
        <time dateTime={message.at} title={formatMoment(message.at, i18n.language)}>
          {formatTime(message.at, i18n.language)}
        </time>
        <DeliveryMark message={message} />
      </Caption1>
    </li>
  );
}

const marks: Record<Exclude<Delivery, ''>, ReactElement> = {
  queued: <ClockRegular />,
  sent: <CheckmarkRegular />,
  delivered: <CheckmarkCircleRegular />,
  failed: <ErrorCircleRegular />,
};

function DeliveryMark({ message: { delivery, failure } }: { message: Message }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  if (delivery === '') return null;
  const failed = delivery === 'failed';
  // Azure explains a failure in English; the codes that it documents are explained in the language of the page.
  const known = failure && i18n.exists(`code.${failure.code}`);
  const reason = known ? t(`code.${failure.code}`) : failure?.reason;
  const text = failed && reason ? t('delivery.failedWhy', { reason }) : t(`delivery.${delivery}`);
  const hint =
    failed && failure?.code
      ? `${t('delivery.code', { code: failure.code })} ${failure.reason}`
      : t(`delivery.${delivery}Hint`);
  return (
    <Tooltip content={hint} relationship="description">
      <span className={mergeClasses(styles.mark, failed && styles.failed)}>
        {marks[delivery]}
        <span>{text}</span>
      </span>
    </Tooltip>
  );
}

/** A text that the server has not confirmed: being sent, or not sent and why, with what can be done. */
export function OutgoingBubble({
  entry,
  conversation,
}: {
  entry: Outgoing;
  conversation: Conversation;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { outbox } = useDesk();
  const me = useMe();
  const { send } = useSend(conversation.id);
  const failed = entry.state !== 'sending';
  return (
    <li
      className={mergeClasses(styles.item, styles.outbound)}
      data-outgoing={entry.key}
      data-delivery={failed ? 'unsent' : 'sending'}
    >
      <div className={mergeClasses(styles.bubble, styles.ours, !failed && styles.pending)}>
        {entry.text}
      </div>
      {failed ? (
        <>
          <Caption1
            className={mergeClasses(styles.meta, styles.ourMeta, styles.failed)}
            role="alert"
          >
            <ErrorCircleRegular />
            <span>
              {t('send.failed')} {entry.problem}
            </span>
          </Caption1>
          <div className={styles.meta}>
            <Button size="small" onClick={() => send(entry)}>
              {t('send.retry')}
            </Button>
            <Button size="small" appearance="subtle" onClick={() => outbox.remove(entry.key)}>
              {t('send.discard')}
            </Button>
          </div>
        </>
      ) : (
        <Caption1 className={styles.meta}>
          <span>{me.name}</span>
          <span aria-hidden>·</span>
          <ClockRegular />
          <span>{t('send.sending')}</span>
        </Caption1>
      )}
    </li>
  );
}
