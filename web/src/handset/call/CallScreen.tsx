import {
  Button,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Radio,
  RadioGroup,
  Select,
  Subtitle1,
  tokens,
} from '@fluentui/react-components';
import {
  CallEndRegular,
  DialpadRegular,
  MicOffRegular,
  MusicNote2Regular,
} from '@fluentui/react-icons';
import type { TFunction } from 'i18next';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPhone } from '../../shared/format/phone';
import type { HandsetCall } from '../api/handset';
import { Keypad } from './Keypad';
import type { Session } from './session';
import type { Source } from './sound';

const useStyles = makeStyles({
  screen: {
    flexGrow: 1,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
    textAlign: 'center',
  },
  row: {
    display: 'flex',
    justifyContent: 'center',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
  },
  meters: { display: 'grid', gap: tokens.spacingVerticalXS, '& meter': { width: '100%' } },
  end: { marginTop: 'auto' },
  start: { textAlign: 'start' },
});

interface Props {
  session: Session;
  other: string;
  call?: HandsetCall;
  onHangUp(): void;
  onClose(): void;
}

/** A call from its first ring until the person has read how it ended. */
export function CallScreen({ session, other, call, onHangUp, onClose }: Props) {
  const { t } = useTranslation();
  const styles = useStyles();
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  const [keypad, setKeypad] = useState(false);
  const number = formatPhone(other);
  if (call?.state === 'ended') {
    return (
      <section className={styles.screen} aria-label={t('ended.title')}>
        <Subtitle1 as="h1" align="center">
          {number}
        </Subtitle1>
        <p role="status" data-call-state="ended">
          {endedText(call, t)}
        </p>
        <Button className={styles.end} appearance="primary" onClick={onClose}>
          {t('phone.close')}
        </Button>
      </section>
    );
  }
  return (
    <section className={styles.screen} aria-label={t('phone.label', { number })}>
      <Subtitle1 as="h1" align="center">
        {number}
      </Subtitle1>
      <div data-call-state={call?.state ?? 'calling'}>
        {call?.state !== 'connected' && (
          <span role="status">
            {t(call?.state === 'ringing' ? 'phone.ringing' : 'phone.calling')}
          </span>
        )}
        {call?.state === 'connected' && !state.linked && (
          <span role="status">{t('phone.reconnecting')}</span>
        )}
        {call?.connectedAt && <Elapsed since={call.connectedAt} />}
      </div>
      {state.blocked && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {t('phone.blocked')}{' '}
            <Button size="small" onClick={() => void session.unblock()}>
              {t('phone.sound')}
            </Button>
          </MessageBarBody>
        </MessageBar>
      )}
      <Meters session={session} />
      <div className={styles.row}>
        <Button
          icon={<MicOffRegular />}
          aria-pressed={state.muted}
          appearance={state.muted ? 'primary' : undefined}
          onClick={() => session.mute(!state.muted)}
        >
          {t('phone.mute')}
        </Button>
        <Button
          icon={<DialpadRegular />}
          aria-pressed={keypad}
          appearance={keypad ? 'primary' : undefined}
          disabled={call?.state !== 'connected'}
          onClick={() => setKeypad(!keypad)}
        >
          {t('phone.keypad')}
        </Button>
      </div>
      {keypad && (
        <>
          <output aria-label={t('phone.keys')}>{call?.keys || '\u00a0'}</output>
          <Keypad onPress={(key) => session.press(key)} />
        </>
      )}
      <SourceChoice session={session} connected={call?.state === 'connected'} />
      <Button
        className={styles.end}
        size="large"
        icon={<CallEndRegular />}
        disabled={!call}
        style={{
          backgroundColor: tokens.colorStatusDangerBackground3,
          color: tokens.colorNeutralForegroundOnBrand,
        }}
        onClick={onHangUp}
      >
        {t('phone.hangUp')}
      </Button>
    </section>
  );
}

function endedText(call: HandsetCall, t: TFunction): string {
  if (call.lost) return t('ended.lost');
  const known: Record<string, string> = {
    '200.0': 'normal',
    '486.8539': 'busy',
    '603.8538': 'declined',
    '480.8541': 'noAnswer',
    '480.8544': 'unreachable',
    '403.8538': 'declined',
    '487.8542': call.outgoing ? 'cancelled' : 'missed',
    '500.8528': 'stopped',
  };
  const key = known[`${call.code}.${call.subCode}`];
  return key
    ? t(`ended.${key}`)
    : t('ended.other', { reason: call.reason, code: `${call.code}, ${call.subCode}` });
}

function Elapsed({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  return (
    <span role="timer" style={{ fontVariantNumeric: 'tabular-nums' }}>
      {Math.floor(seconds / 60)}:{two(seconds % 60)}
    </span>
  );
}

/** How loud both sides are; drawn without React, as it changes all the time. */
function Meters({ session }: { session: Session }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const mine = useRef<HTMLMeterElement>(null);
  const theirs = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const levels = session.sound.levels();
      if (mine.current) mine.current.value = levels.mine;
      if (theirs.current) theirs.current.value = levels.theirs;
    }, 100);
    return () => clearInterval(timer);
  }, [session]);
  return (
    <div className={styles.meters}>
      <meter ref={mine} aria-label={t('phone.mine')} title={t('phone.mine')} />
      <meter ref={theirs} aria-label={t('phone.theirs')} title={t('phone.theirs')} />
    </div>
  );
}

function SourceChoice({ session, connected }: { session: Session; connected: boolean }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  const input = useRef<HTMLInputElement>(null);
  const choose = (source: Source) => {
    if (source === 'microphone') void session.takeMicrophone(state.device);
    else if (source === 'silence') session.takeSilence();
    else session.takeFile(connected);
  };
  return (
    <div className={styles.start}>
      <Field label={t('phone.source')}>
        <RadioGroup
          value={state.source}
          onChange={(_, { value }) => choose(value as Source)}
          layout="horizontal"
        >
          {(['microphone', 'file', 'silence'] as const).map((source) => (
            <Radio key={source} value={source} label={t(`phone.${source}`)} />
          ))}
        </RadioGroup>
      </Field>
      {state.source === 'microphone' && state.microphone === 'refused' && (
        <MessageBar intent="warning" layout="multiline" role="alert">
          <MessageBarBody>{t('phone.refused')}</MessageBarBody>
        </MessageBar>
      )}
      {state.source === 'microphone' && state.devices.length > 0 && (
        <Field label={t('phone.which')}>
          <Select
            value={state.device}
            onChange={(_, { value }) => void session.takeMicrophone(value)}
          >
            <option value="">{t('phone.defaultMicrophone')}</option>
            {state.devices.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {state.source === 'file' && (
        <>
          <input
            ref={input}
            type="file"
            accept="audio/*"
            aria-label={t('phone.choose')}
            hidden
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              if (file) void session.load(file, connected);
              target.value = '';
            }}
          />
          <div className={styles.row} style={{ justifyContent: 'start' }}>
            <Button icon={<MusicNote2Regular />} onClick={() => input.current?.click()}>
              {t('phone.choose')}
            </Button>
            {state.fileName && connected && (
              <Button onClick={() => session.takeFile(true)}>{t('phone.again')}</Button>
            )}
          </div>
          {state.fileName && <div>{t('phone.loaded', { name: state.fileName })}</div>}
          {state.unreadable && (
            <MessageBar intent="error" role="alert" layout="multiline">
              <MessageBarBody>{t('phone.unreadable')}</MessageBarBody>
            </MessageBar>
          )}
        </>
      )}
    </div>
  );
}
