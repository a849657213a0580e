import { MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { ChatOffRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ProblemError } from '../../shared/api/request';
import { Loading, LoadingFailed, Note } from '../../shared/ui/Note';
import { api } from '../api/client';
import type { Conversation, View } from '../api/types';
import { useDesk } from '../desk';
import { useMe } from '../session/session';
import { Composer } from './Composer';
import { ConversationHeader } from './ConversationHeader';
import { CustomerCard } from './CustomerCard';
import { useConversation } from './queries';
import { Transcript } from './Transcript';

const useStyles = makeStyles({
  root: { display: 'flex', flexGrow: 1, minHeight: 0 },
  middle: { display: 'flex', flexDirection: 'column', flexGrow: 1, minWidth: 0, minHeight: 0 },
  side: {
    width: '280px',
    flexShrink: 0,
    overflowY: 'auto',
    padding: tokens.spacingHorizontalL,
    backgroundColor: tokens.colorNeutralBackground1,
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 1399px)': { display: 'none' },
  },
});

/** One conversation: who, what was said, and the box to answer. */
export function ConversationPanel({ id, view }: { id: string; view: View }) {
  const { t } = useTranslation();
  const query = useConversation(id);
  if (query.data) return <Loaded conversation={query.data} view={view} />;
  if (query.isPending) return <Loading />;
  if (query.error instanceof ProblemError && query.error.status === 404) {
    return (
      <Note
        icon={<ChatOffRegular />}
        title={t('panel.missing')}
        action={<Link to={`/conversations?view=${view}`}>{t('panel.back')}</Link>}
      >
        {t('panel.missingText')}
      </Note>
    );
  }
  return <LoadingFailed error={query.error} retry={() => void query.refetch()} />;
}

function Loaded({ conversation, view }: { conversation: Conversation; view: View }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const [problem, setProblem] = useState('');
  useMarkRead(conversation);
  return (
    <div className={styles.root}>
      <div className={styles.middle}>
        <ConversationHeader conversation={conversation} view={view} onProblem={setProblem} />
        {problem && (
          <MessageBar intent="error" layout="multiline" role="alert">
            <MessageBarBody>{problem}</MessageBarBody>
          </MessageBar>
        )}
        <Transcript conversation={conversation} />
        <Composer conversation={conversation} />
      </div>
      <aside className={styles.side} aria-label={t('customer.title')}>
        <CustomerCard conversation={conversation} />
      </aside>
    </div>
  );
}

/**
 * Tells the desk that the messages were looked at, while the page is on screen. Only who answers or may take the conversation marks
 * it: a colleague who merely looks in must not take the mark from the one who has it.
 */
function useMarkRead({ id, unread, state, agent }: Conversation) {
  const { cache } = useDesk();
  const me = useMe();
  const visible = useVisible();
  const concerned = state === 'open' || agent?.id === me.id;
  useEffect(() => {
    if (!visible || !concerned || unread === 0) return;
    api.read(id).then(
      (answer) => answer && cache.putConversation(answer, 'answer'),
      () => {
        // The mark stays; the next message or visit tries again.
      },
    );
  }, [id, unread, concerned, visible, cache]);
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const follow = () => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, []);
  return visible;
}
