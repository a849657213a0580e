import {
  Button,
  Link as FluentLink,
  makeStyles,
  Subtitle2,
  tokens,
  useArrowNavigationGroup,
} from '@fluentui/react-components';
import { MailInboxRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Loading, LoadingFailed, Note } from '../../shared/ui/Note';
import type { View } from '../api/types';
import { ConversationRow } from './ConversationRow';
import { useConversations } from './queries';

const useStyles = makeStyles({
  head: {
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  scroll: { flexGrow: 1, overflowY: 'auto', display: 'flex', flexDirection: 'column' },
  list: { listStyleType: 'none', margin: 0, padding: 0 },
  more: { padding: tokens.spacingVerticalM, textAlign: 'center' },
});

/** The conversations of a view; arrow keys move between them, Enter opens one. */
export function ConversationList({ view, selected }: { view: View; selected?: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const list = useConversations(view);
  const arrows = useArrowNavigationGroup({ axis: 'vertical', memorizeCurrent: true });
  return (
    <>
      <div className={styles.head}>
        <Subtitle2 as="h1" style={{ margin: 0 }}>
          {t(`views.${view}`)}
        </Subtitle2>
      </div>
      <div className={styles.scroll}>
        {list.isPending && <Loading />}
        {list.isLoadingError && (
          <LoadingFailed error={list.error} retry={() => void list.refetch()} />
        )}
        {list.isSuccess && list.items.length === 0 && <EmptyView view={view} />}
        {list.items.length > 0 && (
          <ul className={styles.list} aria-label={t(`views.${view}`)} {...arrows}>
            {list.items.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                view={view}
                selected={conversation.id === selected}
              />
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <div className={styles.more}>
            <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('list.more')}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

function EmptyView({ view }: { view: View }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const open = useConversations('open');
  const waiting = open.items.length;
  if (view === 'mine' && waiting > 0) {
    return (
      <Note
        icon={<MailInboxRegular />}
        title={t('list.emptyMine')}
        action={
          <FluentLink as="button" onClick={() => void navigate('/conversations?view=open')}>
            {t('list.goOpen')}
          </FluentLink>
        }
      >
        {t('list.waiting', { count: waiting })}
      </Note>
    );
  }
  const title = {
    mine: 'emptyMine',
    open: 'emptyOpen',
    active: 'emptyActive',
    closed: 'emptyClosed',
  };
  const text = {
    mine: 'emptyMineText',
    open: 'emptyOpenText',
    active: 'emptyActiveText',
    closed: 'emptyClosedText',
  };
  return (
    <Note icon={<MailInboxRegular />} title={t(`list.${title[view]}`)}>
      {t(`list.${text[view]}`)}
    </Note>
  );
}
