import { Button, Caption1, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { ArrowDownRegular } from '@fluentui/react-icons';
import {
  Fragment,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay, sameDay } from '../../shared/format/time';
import { LoadingFailed } from '../../shared/ui/Note';
import type { Conversation, Message } from '../api/types';
import { useDesk } from '../desk';
import { useMe } from '../session/session';
import { customerName } from './customerName';
import { MessageBubble, OutgoingBubble } from './MessageBubble';
import { notYetShown } from './outbox';
import { useTranscript } from './queries';

const useStyles = makeStyles({
  frame: { position: 'relative', flexGrow: 1, minHeight: 0, display: 'flex' },
  scroll: {
    flexGrow: 1,
    overflowY: 'auto',
    padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`,
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '-2px',
    },
  },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    maxWidth: '860px',
    marginInline: 'auto',
  },
  day: {
    alignSelf: 'center',
    color: tokens.colorNeutralForeground3,
    '::first-letter': { textTransform: 'uppercase' },
  },
  newest: { position: 'absolute', bottom: tokens.spacingVerticalM, left: '50%', translate: '-50%' },
});

/** Nearer than this to the end counts as reading along, in CSS pixels. */
const near = 80;

/** All that was said, oldest first; older messages are loaded when one scrolls up to them. */
export function Transcript({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const me = useMe();
  const { outbox } = useDesk();
  const query = useTranscript(conversation.id);
  const { messages } = query;
  const sending = useSyncExternalStore(outbox.subscribe, () => outbox.of(me.id, conversation.id));
  const waiting = notYetShown(sending, messages, me.id);
  const scroll = useTranscriptScroll(messages, waiting.length, () => {
    if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
  });
  const name = customerName(conversation);
  return (
    <div className={styles.frame}>
      <section
        ref={scroll.ref}
        className={styles.scroll}
        onScroll={scroll.onScroll}
        aria-label={t('transcript.label')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        {query.isLoadingError && (
          <LoadingFailed error={query.error} retry={() => void query.refetch()} />
        )}
        {(query.isPending || query.isFetchingNextPage) && (
          <Spinner size="tiny" label={t('loading')} />
        )}
        <ol className={styles.list}>
          {messages.map((message, index) => (
            <Fragment key={message.id}>
              <DaySeparator before={messages[index - 1]} at={message.at} />
              <MessageBubble message={message} customer={name} />
            </Fragment>
          ))}
          {waiting.map((entry) => (
            <OutgoingBubble key={entry.key} entry={entry} conversation={conversation} />
          ))}
        </ol>
      </section>
      {scroll.below && (
        <Button className={styles.newest} icon={<ArrowDownRegular />} onClick={scroll.toEnd}>
          {t('transcript.newest')}
        </Button>
      )}
      <Announcer messages={messages} name={name} />
    </div>
  );
}

function DaySeparator({ before, at }: { before?: Message; at: string }) {
  const { i18n } = useTranslation();
  const styles = useStyles();
  if (before && sameDay(new Date(before.at), new Date(at))) return null;
  return (
    <li className={styles.day}>
      <Caption1>{formatDay(at, i18n.language)}</Caption1>
    </li>
  );
}

/** Reads out what the customer writes while the transcript is open; what was loaded or sent is not read out. */
function Announcer({ messages, name }: { messages: Message[]; name: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const newest = messages[messages.length - 1];
  const heard = useRef<string>(undefined);
  useEffect(() => {
    if (!newest) return;
    const first = heard.current === undefined;
    if (heard.current === newest.id) return;
    heard.current = newest.id;
    if (!first && newest.direction === 'inbound') {
      setText(t('transcript.announce', { name, text: newest.text }));
    }
  }, [newest, name, t]);
  return (
    <div className="visually-hidden" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}

/**
 * Keeps the end in sight while the reader is at the end, keeps the place when older messages come in above, and asks for these
 * near the top.
 */
function useTranscriptScroll(messages: Message[], waiting: number, loadOlder: () => void) {
  const ref = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const known = useRef({ first: '', last: '', waiting: 0, height: 0 });
  const [below, setBelow] = useState(false);

  const toEnd = () => {
    const element = ref.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    atEnd.current = true;
    setBelow(false);
  };

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const first = messages[0]?.id ?? '';
    const last = messages[messages.length - 1];
    const before = known.current;
    const grown = (last?.id ?? '') !== before.last;
    const sent = waiting > before.waiting || (grown && last?.direction === 'outbound');
    if (atEnd.current || sent) {
      element.scrollTop = element.scrollHeight;
      atEnd.current = true;
      setBelow(false);
    } else if (first !== before.first) {
      element.scrollTop += element.scrollHeight - before.height;
    } else if (grown) {
      setBelow(true);
    }
    known.current = { first, last: last?.id ?? '', waiting, height: element.scrollHeight };
    if (
      messages.length > 0 &&
      element.clientHeight > 0 &&
      element.scrollHeight <= element.clientHeight
    ) {
      loadOlder();
    }
  });

  const onScroll = () => {
    const element = ref.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < near;
    if (atEnd.current) setBelow(false);
    if (element.scrollTop < 200) loadOlder();
  };
  return { ref, onScroll, below, toEnd };
}
