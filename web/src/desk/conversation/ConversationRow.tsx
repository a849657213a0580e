import {
  Avatar,
  Caption1,
  CounterBadge,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formatPhone } from '../../shared/format/phone';
import { formatMoment, formatShort } from '../../shared/format/time';
import type { Conversation, View } from '../api/types';
import { customerName } from './customerName';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: 'auto 1fr auto',
    columnGap: tokens.spacingHorizontalM,
    alignItems: 'center',
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    borderLeft: '3px solid transparent',
    ':hover': { backgroundColor: tokens.colorSubtleBackgroundHover },
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
  },
  selected: {
    backgroundColor: tokens.colorSubtleBackgroundSelected,
    borderLeftColor: tokens.colorBrandStroke1,
  },
  middle: { minWidth: 0, display: 'grid', rowGap: '2px' },
  line: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  quiet: { color: tokens.colorNeutralForeground3 },
  end: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-end',
    alignSelf: 'stretch',
    justifyContent: 'space-between',
  },
  unread: { fontWeight: tokens.fontWeightSemibold },
});

/** One conversation in the list of a view. */
export function ConversationRow({
  conversation,
  view,
  selected,
}: {
  conversation: Conversation;
  view: View;
  selected: boolean;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const { unread } = conversation;
  const name = customerName(conversation);
  const bold = unread > 0 ? styles.unread : undefined;
  return (
    <li>
      <Link
        to={`/conversations/${conversation.id}?view=${view}`}
        className={mergeClasses(styles.row, selected && styles.selected)}
        aria-current={selected ? 'page' : undefined}
        data-conversation-id={conversation.id}
        data-state={conversation.state}
      >
        <Avatar
          name={conversation.customer.name || undefined}
          color="colorful"
          idForColor={conversation.customer.phone}
          aria-hidden
        />
        <span className={styles.middle}>
          <span className={mergeClasses(styles.line, bold)}>{name}</span>
          <Caption1 className={mergeClasses(styles.line, unread > 0 ? bold : styles.quiet)}>
            {conversation.lastDirection === 'outbound' && `${t('list.us')} `}
            {conversation.lastText}
          </Caption1>
          {view !== 'mine' && conversation.agent && (
            <Caption1 className={mergeClasses(styles.line, styles.quiet)}>
              {t('list.agent', { name: conversation.agent.name })}
            </Caption1>
          )}
        </span>
        <span className={styles.end}>
          <Caption1 className={styles.quiet}>
            <time
              dateTime={conversation.lastAt}
              title={formatMoment(conversation.lastAt, i18n.language)}
            >
              {formatShort(conversation.lastAt, i18n.language)}
            </time>
          </Caption1>
          {unread > 0 && (
            <CounterBadge
              count={unread}
              color="danger"
              role="img"
              aria-label={t('list.unread', { count: unread })}
            />
          )}
        </span>
        <span className="visually-hidden">
          {conversation.customer.name && formatPhone(conversation.customer.phone)}
        </span>
      </Link>
    </li>
  );
}
