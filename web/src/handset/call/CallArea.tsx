import { Button, MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { CallEndRegular, CallRegular } from '@fluentui/react-icons';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { formatPhone } from '../../shared/format/phone';
import { type HandsetCall, handset, keys } from '../api/handset';
import { putCall } from '../cache';
import { CallScreen } from './CallScreen';
import { DialPad } from './DialPad';
import { Session } from './session';
import { signal } from './sound';
import type { Wish } from './useCalls';

const useStyles = makeStyles({
  over: {
    position: 'absolute',
    inset: 0,
    zIndex: 1,
    overflowY: 'auto',
    display: 'flex',
    flexDirection: 'column',
    backgroundColor: tokens.colorNeutralBackground1,
  },
  banner: {
    position: 'absolute',
    insetInline: tokens.spacingHorizontalM,
    top: tokens.spacingVerticalL,
    zIndex: 2,
    display: 'grid',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow28,
  },
  row: { display: 'flex', gap: tokens.spacingHorizontalM },
  grow: { flexGrow: 1, flexBasis: 0 },
});

interface Props {
  customer: string;
  page: string;
  numbers: string[];
  calls: HandsetCall[];
  wish?: Wish;
  onWishTaken(): void;
}

/** A call of this page: its sound, and the call itself once the cloud has it. */
interface Current {
  session: Session;
  other: string;
  call?: HandsetCall;
}

/** Draws and carries the calls of a phone: the dial pad, the banner of a call that comes, and the call. */
export default function CallArea({ customer, page, numbers, calls, wish, onWishTaken }: Props) {
  const { t } = useTranslation();
  const styles = useStyles();
  const client = useQueryClient();
  const errorText = useErrorText();
  const [current, setCurrent] = useState<Current>();
  const [pad, setPad] = useState(false);
  const [problem, setProblem] = useState('');
  const told = calls.find(({ id }) => id === current?.call?.id);
  // A cloud that was started anew knows nothing of the call.
  const call = current?.call && (told ?? { ...current.call, state: 'ended', lost: true });
  const active = current !== undefined && call?.state !== 'ended';
  const incoming = calls.find((one) => one.state === 'ringing' && !one.outgoing);
  const own = calls.find((one) => one.state !== 'ended' && one.page === page);

  const begin = (other: string, start: (session: Session) => Promise<HandsetCall>) => {
    if (active) return;
    current?.session.close();
    const session = new Session();
    setCurrent({ session, other });
    setProblem('');
    start(session).then(
      (answered) => {
        putCall(client, answered);
        setCurrent((now) => (now?.session === session ? { ...now, call: answered } : now));
      },
      (error: unknown) => {
        session.close();
        setProblem(errorText(error));
        setCurrent((now) => (now?.session === session ? undefined : now));
        void client.invalidateQueries({ queryKey: keys.calls(customer) });
      },
    );
  };
  const place = (number: string) => {
    setPad(false);
    begin(number, (session) => session.place(customer, number, page));
  };
  const end = (one: HandsetCall, how: 'decline' | 'hangup') => {
    handset.endCall(one, how).then(
      (ended) => putCall(client, ended),
      (error: unknown) => {
        setProblem(errorText(error));
        void client.invalidateQueries({ queryKey: keys.calls(customer) });
      },
    );
  };

  const take = useEffectEvent((taken: Wish) => {
    onWishTaken();
    if (taken.kind === 'pad') setPad(true);
    else place(taken.number);
  });
  useEffect(() => {
    if (wish) take(wish);
  }, [wish]);

  // A call of this page that the page does not carry: it was loaded again meanwhile.
  const goOn = useEffectEvent((one: HandsetCall) => {
    if (!current) begin(one.other, (session) => session.join(one, 'media', page));
  });
  const orphan = own && !current ? own.id : '';
  useEffect(() => {
    if (orphan && own) goOn(own);
  }, [orphan, own]);

  const session = current?.session;
  const state = call?.state;
  useEffect(() => {
    if (state === 'connected') session?.connected();
    if (state === 'ended') session?.close();
  }, [session, state]);

  const leave = useRef<() => void>(undefined);
  leave.current = () => {
    current?.session.close();
    if (call && call.state !== 'ended') void handset.endCall(call, 'hangup').catch(() => {});
  };
  useEffect(() => () => leave.current?.(), []);

  const ringing = incoming?.id;
  useEffect(() => (ringing ? signal(1, 2, 480, 620) : undefined), [ringing]);
  const waiting = call?.outgoing && state === 'ringing';
  useEffect(() => (waiting ? signal(1.5, 3.5, 440) : undefined), [waiting]);

  return (
    <>
      {pad && !active && (
        <div className={styles.over}>
          <DialPad numbers={numbers} onCall={place} onClose={() => setPad(false)} />
        </div>
      )}
      {current && (
        <div className={styles.over}>
          <CallScreen
            session={current.session}
            other={current.other}
            call={call}
            onHangUp={() => call && end(call, 'hangup')}
            onClose={() => setCurrent(undefined)}
          />
        </div>
      )}
      {incoming && (
        <div
          className={styles.banner}
          role="alertdialog"
          aria-label={t('phone.incoming', { number: formatPhone(incoming.other) })}
        >
          <span aria-live="assertive">
            {incoming.name && <strong>{incoming.name} · </strong>}
            {t('phone.incoming', { number: formatPhone(incoming.other) })}
          </span>
          <div className={styles.row}>
            <Button
              className={styles.grow}
              appearance="primary"
              icon={<CallRegular />}
              onClick={() => begin(incoming.other, (one) => one.join(incoming, 'accept', page))}
            >
              {t('phone.accept')}
            </Button>
            <Button
              className={styles.grow}
              icon={<CallEndRegular />}
              onClick={() => end(incoming, 'decline')}
            >
              {t('phone.decline')}
            </Button>
          </div>
        </div>
      )}
      {problem && (
        <MessageBar
          intent="error"
          role="alert"
          layout="multiline"
          style={{ position: 'absolute', insetInline: 0, bottom: 0, zIndex: 3 }}
        >
          <MessageBarBody>
            {problem}{' '}
            <Button size="small" onClick={() => setProblem('')}>
              {t('close')}
            </Button>
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}
