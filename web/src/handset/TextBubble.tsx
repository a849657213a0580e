import { Button, Caption1, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkRegular, ClockRegular, ErrorCircleRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { formatMoment, formatShort } from '../shared/format/time';
import { failureCodes, type HandsetMessage } from './api/handset';
import type { Outgoing } from './outbox';

const useStyles = makeStyles({
  item: { display: 'flex', flexDirection: 'column', maxWidth: '82%', gap: '2px' },
  own: { alignSelf: 'flex-end', alignItems: 'flex-end' },
  theirs: { alignSelf: 'flex-start', alignItems: 'flex-start' },
  bubble: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    borderRadius: '18px',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  ownBubble: {
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
  },
  theirBubble: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  faint: { opacity: 0.6 },
  meta: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px',
    color: tokens.colorNeutralForeground3,
  },
  mark: { display: 'inline-flex', alignItems: 'center', gap: '4px', '& > svg': { flexShrink: 0 } },
  failed: { color: tokens.colorPaletteRedForeground1 },
});

/** A text on the handset. One that the customer never got is shown faint, for whoever tests. */
export function TextBubble({ message }: { message: HandsetMessage }) {
  const { i18n } = useTranslation();
  const styles = useStyles();
  const own = message.direction === 'toBusiness';
  const failed = message.status === 'failed';
  const faint = !own && message.status !== 'delivered' && message.status !== 'received';
  return (
    <li
      className={mergeClasses(styles.item, own ? styles.own : styles.theirs)}
      data-message-id={message.id}
      data-direction={message.direction}
      data-delivery={message.status}
    >
      <div
        className={mergeClasses(
          styles.bubble,
          own ? styles.ownBubble : styles.theirBubble,
          faint && styles.faint,
        )}
      >
        {message.text}
      </div>
      <Caption1 className={mergeClasses(styles.meta, failed && styles.failed)}>
        <time dateTime={message.at} title={formatMoment(message.at, i18n.language)}>
          {formatShort(message.at, i18n.language)}
        </time>
        <Status message={message} own={own} />
      </Caption1>
    </li>
  );
}

function Status({
  message: { status, statusDetail },
  own,
}: {
  message: HandsetMessage;
  own: boolean;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const code = failureCodes.find((each) => statusDetail.includes(each));
  const reason = code ? `${t(`code.${code}`)} (${code})` : statusDetail;
  const [icon, text] = {
    failed: [
      <ErrorCircleRegular key="" />,
      reason ? t('status.failedWhy', { reason }) : t('status.failed'),
    ],
    pending: [<ClockRegular key="" />, t('status.pending')],
    delivered: [<CheckmarkRegular key="" />, t(own ? 'status.sent' : 'status.received')],
    received: [<CheckmarkRegular key="" />, t(own ? 'status.sent' : 'status.received')],
  }[status];
  return (
    <span className={styles.mark}>
      {icon}
      <span>{text}</span>
    </span>
  );
}

/** A text that the local cloud has not confirmed: being sent, or not sent and why. */
export function UnsentBubble({
  entry,
  onRetry,
  onDiscard,
}: {
  entry: Outgoing;
  onRetry(): void;
  onDiscard(): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const failed = entry.state === 'failed';
  return (
    <li
      className={mergeClasses(styles.item, styles.own)}
      data-outgoing={entry.id}
      data-delivery={failed ? 'unsent' : 'sending'}
    >
      <div className={mergeClasses(styles.bubble, styles.ownBubble, styles.faint)}>
        {entry.text}
      </div>
      {failed ? (
        <>
          <Caption1 className={mergeClasses(styles.meta, styles.failed)} role="alert">
            <ErrorCircleRegular />
            <span>
              {t('unsent.failed')} {entry.problem}
            </span>
          </Caption1>
          <span>
            <Button size="small" onClick={onRetry}>
              {t('error.retry')}
            </Button>{' '}
            <Button size="small" appearance="subtle" onClick={onDiscard}>
              {t('unsent.discard')}
            </Button>
          </span>
        </>
      ) : (
        <Caption1 className={styles.meta}>
          <ClockRegular />
          <span>{t('unsent.sending')}</span>
        </Caption1>
      )}
    </li>
  );
}
