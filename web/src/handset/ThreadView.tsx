import {
  Button,
  makeStyles,
  Subtitle2,
  Textarea,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import { ArrowLeftRegular, CallRegular, ChatRegular, SendRegular } from '@fluentui/react-icons';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type KeyboardEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../shared/api/useErrorText';
import { formatPhone } from '../shared/format/phone';
import { longestText } from '../shared/sms/segments';
import { Loading, LoadingFailed, Note } from '../shared/ui/Note';
import { SegmentCount } from '../shared/ui/SegmentCount';
import { newUuid } from '../shared/uuid';
import { handset, keys, type MessagePage } from './api/handset';
import { mergeEarlier, putMessage } from './cache';
import type { Outbox, Outgoing } from './outbox';
import { TextBubble, UnsentBubble } from './TextBubble';

const useStyles = makeStyles({
  head: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: tokens.spacingHorizontalS,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  scroll: {
    flexGrow: 1,
    overflowY: 'auto',
    display: 'flex',
    flexDirection: 'column',
    padding: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
  },
  earlier: { alignSelf: 'center', flexShrink: 0, marginBottom: tokens.spacingVerticalS },
  foot: {
    padding: tokens.spacingHorizontalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  row: { display: 'flex', alignItems: 'flex-end', gap: tokens.spacingHorizontalS },
  box: { flexGrow: 1 },
});

interface Props {
  outbox: Outbox;
  customer: string;
  business: string;
  onCall(): void;
  onBack(): void;
}

const draftKey = (customer: string, business: string) =>
  `guichet.handset.draft.${customer}.${business}`;

/** The texts between the customer and one business, and the box to write in. */
export function ThreadView({ outbox, customer, business, onCall, onBack }: Props) {
  const { t } = useTranslation();
  const styles = useStyles();
  const query = useQuery({
    queryKey: keys.messages(customer, business),
    queryFn: ({ signal }) => handset.messages(customer, business, signal),
  });
  const send = useSendText(outbox);
  const messages = query.data?.items ?? [];
  const unsent = useSyncExternalStore(outbox.subscribe, outbox.all).filter(
    (entry) =>
      entry.customer === customer &&
      entry.business === business &&
      !messages.some((message) => message.id === entry.id),
  );
  const count = messages.length + unsent.length;
  const scroll = useThreadScroll(messages[0]?.id, messages.at(-1)?.id, unsent.length);
  const earlier = useEarlier(customer, business, query.data?.next);

  return (
    <>
      <div className={styles.head}>
        <Tooltip content={t('thread.back')} relationship="label">
          <Button appearance="subtle" icon={<ArrowLeftRegular />} onClick={onBack} />
        </Tooltip>
        <Subtitle2 as="h1" style={{ margin: 0 }}>
          {formatPhone(business)}
        </Subtitle2>
        <Button
          appearance="subtle"
          icon={<CallRegular />}
          style={{ marginInlineStart: 'auto' }}
          onClick={onCall}
        >
          {t('call.start')}
        </Button>
      </div>
      <section
        ref={scroll}
        className={styles.scroll}
        aria-label={t('thread.label')}
        aria-live="polite"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
      >
        {query.isPending && <Loading />}
        {query.isLoadingError && (
          <LoadingFailed error={query.error} retry={() => void query.refetch()} />
        )}
        {query.isSuccess && count === 0 && (
          <Note icon={<ChatRegular />} title={t('thread.none')}>
            {t('thread.noneText')}
          </Note>
        )}
        {query.data?.next && (
          <Button
            className={styles.earlier}
            appearance="subtle"
            disabledFocusable={earlier.isPending}
            onClick={() => earlier.mutate()}
          >
            {earlier.isError ? t('thread.earlierAgain') : t('thread.earlier')}
          </Button>
        )}
        <ol className={styles.list}>
          {messages.map((message) => (
            <TextBubble key={message.id} message={message} />
          ))}
          {unsent.map((entry) => (
            <UnsentBubble
              key={entry.id}
              entry={entry}
              onRetry={() => send(entry)}
              onDiscard={() => outbox.remove(entry.id)}
            />
          ))}
        </ol>
      </section>
      <WriteBox
        customer={customer}
        business={business}
        onSend={(text) =>
          send({ id: newUuid(), customer, business, text, state: 'sending', problem: '' })
        }
      />
    </>
  );
}

/** Loads the texts before those that are shown. */
function useEarlier(customer: string, business: string, next: string | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => handset.earlier(customer, business, next ?? ''),
    onSuccess: (page) =>
      client.setQueryData<MessagePage>(
        keys.messages(customer, business),
        // Read anew meanwhile, the page starts over from its own end.
        (shown) => (shown?.next === next && shown ? mergeEarlier(shown, page) : shown),
      ),
  });
}

/** Shows the end whenever something is new there, and keeps the place when earlier texts come in above. */
function useThreadScroll(first: string | undefined, last: string | undefined, unsent: number) {
  const ref = useRef<HTMLElement>(null);
  const known = useRef({ first, last, unsent, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const before = known.current;
    if (last !== before.last || unsent !== before.unsent || before.height === 0) {
      element.scrollTop = element.scrollHeight;
    } else if (first !== before.first) {
      element.scrollTop += element.scrollHeight - before.height;
    }
    known.current = { first, last, unsent, height: element.scrollHeight };
  }, [first, last, unsent]);
  return ref;
}

/** Sends a text, again with the same id after a failure; what fails stays in the outbox with its reason. */
function useSendText(outbox: Outbox): (entry: Outgoing) => void {
  const client = useQueryClient();
  const errorText = useErrorText();
  return (entry) => {
    outbox.put({ ...entry, state: 'sending', problem: '' });
    handset.send(entry.customer, entry.business, entry.id, entry.text).then(
      (message) => {
        putMessage(client, message);
        outbox.remove(entry.id);
      },
      (error: unknown) => outbox.put({ ...entry, state: 'failed', problem: errorText(error) }),
    );
  };
}

function WriteBox({
  customer,
  business,
  onSend,
}: {
  customer: string;
  business: string;
  onSend(text: string): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => localStorage.getItem(draftKey(customer, business)) ?? '');
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) box.current?.focus();
  }, []);
  const change = (next: string) => {
    setText(next);
    if (next) localStorage.setItem(draftKey(customer, business), next);
    else localStorage.removeItem(draftKey(customer, business));
  };
  const sendable = text.trim() !== '' && text.length <= longestText;
  const submit = () => {
    if (!sendable) return;
    onSend(text.trim());
    change('');
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <div className={styles.foot}>
      <div className={styles.row}>
        <Textarea
          ref={box}
          className={styles.box}
          aria-label={t('thread.write')}
          placeholder={t('thread.placeholder')}
          rows={2}
          value={text}
          onChange={(_, { value }) => change(value)}
          onKeyDown={onKeyDown}
        />
        <Tooltip content={t('thread.send')} relationship="label">
          <Button
            appearance="primary"
            shape="circular"
            size="large"
            icon={<SendRegular />}
            disabled={!sendable}
            onClick={submit}
          />
        </Tooltip>
      </div>
      <SegmentCount text={text} />
    </div>
  );
}
