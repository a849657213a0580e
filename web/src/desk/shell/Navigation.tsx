import { CounterBadge, makeStyles, NavSectionHeader, tokens } from '@fluentui/react-components';
import {
  ArchiveRegular,
  CallRegular,
  ChatMultipleRegular,
  ClipboardBulletListLtrRegular,
  HeartPulseRegular,
  MailInboxRegular,
  PeopleRegular,
  PersonChatRegular,
  TableRegular,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { NavEntry } from '../../shared/ui/NavEntry';
import type { View } from '../api/types';
import { channelsPath } from '../connection/paths';
import { useConversations } from '../conversation/queries';
import { useMe } from '../session/session';

const useStyles = makeStyles({
  count: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    fontVariantNumeric: 'tabular-nums',
  },
});

/** How many conversations a view holds, and how many messages in it nobody has looked at. */
function ViewCount({ view }: { view: View }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { items, hasNextPage } = useConversations(view);
  const unread = items.reduce((sum, item) => sum + item.unread, 0);
  const count = hasNextPage ? `${items.length}+` : `${items.length}`;
  return (
    <>
      {items.length > 0 && (
        <span className={styles.count} data-testid={`count-${view}`}>
          <span aria-hidden>{count}</span>
          <span className="visually-hidden">{t('views.count', { count: items.length })}</span>
        </span>
      )}
      {unread > 0 && (
        <CounterBadge
          count={unread}
          size="small"
          color="danger"
          role="img"
          aria-label={t('list.unread', { count: unread })}
        />
      )}
    </>
  );
}

/** The entries of the navigation that the user's role allows. `onGo` runs when one was followed. */
export function NavigationEntries({ onGo }: { onGo?: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const viewEntry = (view: View, icon: ReactElement, counted: boolean) => (
    <NavEntry
      to={`/conversations?view=${view}`}
      value={`view:${view}`}
      icon={icon}
      label={t(`views.${view}`)}
      onGo={onGo}
    >
      {counted ? <ViewCount view={view} /> : undefined}
    </NavEntry>
  );
  return (
    <>
      <NavSectionHeader>{t('nav.conversations')}</NavSectionHeader>
      {viewEntry('mine', <PersonChatRegular />, true)}
      {viewEntry('open', <MailInboxRegular />, true)}
      {viewEntry('active', <ChatMultipleRegular />, true)}
      {viewEntry('closed', <ArchiveRegular />, false)}
      {me.role === 'administrator' && (
        <>
          <NavSectionHeader>{t('nav.support')}</NavSectionHeader>
          <NavEntry
            to={channelsPath}
            value="channels"
            icon={<CallRegular />}
            label={t('nav.channels')}
            onGo={onGo}
          />
          <NavSectionHeader>{t('nav.administration')}</NavSectionHeader>
          <NavEntry
            to="/administration/users"
            value="users"
            icon={<PeopleRegular />}
            label={t('nav.users')}
            onGo={onGo}
          />
          <NavEntry
            to="/administration/events"
            value="events"
            icon={<ClipboardBulletListLtrRegular />}
            label={t('nav.events')}
            onGo={onGo}
          />
          <NavEntry
            to="/administration/tables"
            value="tables"
            icon={<TableRegular />}
            label={t('nav.tables')}
            onGo={onGo}
          />
          <NavEntry
            to="/administration/health"
            value="health"
            icon={<HeartPulseRegular />}
            label={t('nav.health')}
            onGo={onGo}
          />
        </>
      )}
    </>
  );
}
