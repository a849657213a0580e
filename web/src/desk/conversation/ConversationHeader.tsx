import {
  Badge,
  Button,
  Caption1,
  makeStyles,
  Subtitle2,
  Tooltip,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { ArrowLeftRegular, InfoRegular, PersonAddRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { formatPhone } from '../../shared/format/phone';
import { useNarrow } from '../../shared/ui/useNarrow';
import type { Conversation, View } from '../api/types';
import { useMe } from '../session/session';
import { customerName } from './customerName';
import { useTakeAndEnd } from './useTakeAndEnd';

const CustomerDialog = lazy(() => import('./CustomerDialog'));
const EndDialog = lazy(() => import('./EndDialog'));

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 760px)': { paddingInline: tokens.spacingHorizontalS },
  },
  who: { flexGrow: 1, minWidth: '140px' },
  name: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  quiet: { color: tokens.colorNeutralForeground3 },
  details: { '@media (min-width: 1400px)': { display: 'none' } },
});

const badgeColors = { open: 'warning', active: 'success', closed: 'subtle' } as const;

/** Who the conversation is with, its state, and what can be done with it. */
export function ConversationHeader({
  conversation,
  view,
  onProblem,
}: {
  conversation: Conversation;
  view: View;
  onProblem(problem: string): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const me = useMe();
  const { take, end } = useTakeAndEnd(conversation.id, onProblem);
  const [dialog, setDialog] = useState<'customer' | 'end'>();
  const close = () => setDialog(undefined);
  // The dialogs are loaded when they are first wanted, so Fluent must be told where the focus goes when they close.
  const opensDialog = useRestoreFocusTarget();
  const { state, agent } = conversation;
  const own = agent?.id === me.id;
  const takeIt = () =>
    take.mutate(undefined, {
      onSuccess: () =>
        void navigate(`/conversations/${conversation.id}?view=mine`, { replace: true }),
    });
  return (
    <header className={styles.root}>
      {narrow && (
        <Tooltip content={t('panel.back')} relationship="label">
          <Button
            appearance="subtle"
            icon={<ArrowLeftRegular />}
            onClick={() => void navigate(`/conversations?view=${view}`)}
          />
        </Tooltip>
      )}
      <div className={styles.who}>
        <div className={styles.name}>
          <Subtitle2 as="h2" style={{ margin: 0 }}>
            {customerName(conversation)}
          </Subtitle2>
          <Badge appearance="tint" color={badgeColors[state]} data-testid="state">
            {t(`state.${state}`)}
          </Badge>
        </div>
        <Caption1 className={styles.quiet}>
          {t('panel.to', { number: formatPhone(conversation.number) })}
          {agent && !own && ` · ${t('list.agent', { name: agent.name })}`}
        </Caption1>
      </div>
      <Tooltip content={t('customer.title')} relationship="label">
        <Button
          {...opensDialog}
          className={styles.details}
          appearance="subtle"
          icon={<InfoRegular />}
          onClick={() => setDialog('customer')}
        />
      </Tooltip>
      {state === 'open' && (
        <Button
          appearance="primary"
          icon={<PersonAddRegular />}
          disabled={take.isPending}
          onClick={takeIt}
        >
          {t('panel.assign')}
        </Button>
      )}
      {state === 'active' && own && (
        <Button {...opensDialog} disabled={end.isPending} onClick={() => setDialog('end')}>
          {t('panel.end')}
        </Button>
      )}
      <Suspense>
        {dialog === 'customer' && <CustomerDialog conversation={conversation} onClose={close} />}
        {dialog === 'end' && <EndDialog onEnd={() => end.mutate()} onClose={close} />}
      </Suspense>
    </header>
  );
}
