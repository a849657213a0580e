import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Textarea,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import { SendRegular } from '@fluentui/react-icons';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import { longestText } from '../../shared/sms/segments';
import { SegmentCount } from '../../shared/ui/SegmentCount';
import type { Conversation } from '../api/types';
import { useMe } from '../session/session';
import { keepDraft, readDraft } from './drafts';
import { useSend } from './useSend';

const useStyles = makeStyles({
  root: {
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalM}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  row: { display: 'flex', alignItems: 'flex-end', gap: tokens.spacingHorizontalS },
  box: { flexGrow: 1 },
  foot: {
    display: 'flex',
    justifyContent: 'space-between',
    gap: tokens.spacingHorizontalM,
    marginTop: tokens.spacingVerticalXS,
    minHeight: '16px',
  },
  hint: {
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    '@media (max-width: 760px)': { display: 'none' },
  },
});

/** The box to answer in; or, when the user cannot answer, why not and what to do. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const me = useMe();
  if (conversation.state === 'active' && conversation.agent?.id === me.id) {
    return <AnswerBox conversation={conversation} />;
  }
  return <WhyNot conversation={conversation} />;
}

function AnswerBox({ conversation: { id } }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const me = useMe();
  const { sendNew } = useSend(id);
  const [text, setText] = useState(() => readDraft(me.id, id));
  const box = useRef<HTMLTextAreaElement>(null);
  const change = (next: string) => {
    setText(next);
    keepDraft(me.id, id, next);
  };

  useEffect(() => {
    // On a phone the keyboard would cover the transcript that was just opened.
    if (window.matchMedia('(pointer: fine)').matches) box.current?.focus();
  }, []);

  const sendable = text.trim() !== '' && text.length <= longestText;
  const submit = () => {
    if (!sendable) return;
    sendNew(text.trim());
    change('');
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <div className={styles.root}>
      <div className={styles.row}>
        <Textarea
          ref={box}
          className={styles.box}
          aria-label={t('send.label')}
          placeholder={t('send.placeholder')}
          resize="vertical"
          rows={2}
          value={text}
          onChange={(_, { value }) => change(value)}
          onKeyDown={onKeyDown}
        />
        <Tooltip content={t('send.do')} relationship="label">
          <Button
            appearance="primary"
            size="large"
            icon={<SendRegular />}
            disabled={!sendable}
            onClick={submit}
          />
        </Tooltip>
      </div>
      <div className={styles.foot}>
        <span className={styles.hint}>{t('send.hint')}</span>
        <SegmentCount text={text} />
      </div>
    </div>
  );
}

function WhyNot({ conversation: { state, agent, closedAt } }: { conversation: Conversation }) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const reason = {
    open: () => t('why.open'),
    active: () => t('why.taken', { name: agent?.name ?? '' }),
    closed: () =>
      closedAt ? t('why.closedAt', { at: formatMoment(closedAt, i18n.language) }) : t('why.closed'),
  };
  return (
    <div className={styles.root}>
      <MessageBar layout="multiline" data-testid="why-not">
        <MessageBarBody>{reason[state]()}</MessageBarBody>
      </MessageBar>
    </div>
  );
}
