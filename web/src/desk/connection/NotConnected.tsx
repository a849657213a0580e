import {
  Body1,
  Button,
  Caption1,
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  Subtitle2,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  CircleRegular,
  CloudLinkRegular,
  ErrorCircleFilled,
} from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { keys } from '../api/keys';
import type { Connection } from '../api/types';
import { automaticApi, type Condition } from './automatic/automaticApi';
import { CopyField } from './CopyField';
import { useCardStyles } from './useCardStyles';

const useStyles = makeStyles({
  needs: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: tokens.spacingVerticalS,
  },
  need: { display: 'flex', gap: tokens.spacingHorizontalS, alignItems: 'flex-start' },
  icon: { flexShrink: 0, fontSize: '20px', lineHeight: 0, color: tokens.colorNeutralForeground3 },
  met: { color: tokens.colorPaletteGreenForeground1 },
  unmet: { color: tokens.colorPaletteRedForeground1 },
  cure: { display: 'grid', minWidth: 0, gap: tokens.spacingVerticalXXS, flexGrow: 1 },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/** What is shown until the desk has answered. */
const unseen: Condition[] = (
  ['one', 'administrator', 'trial', 'subscription', 'contributor'] as const
).map((name) => ({
  name,
  state: name === 'one' || name === 'administrator' ? 'met' : 'unknown',
  cure: '',
  command: '',
}));

/** Says that no resource is connected, what was connected last, and what one needs to connect one. */
export function NotConnected({ connection, onStart }: { connection: Connection; onStart(): void }) {
  const { t } = useTranslation();
  const cards = useCardStyles();
  const styles = useStyles();
  const opensDialog = useRestoreFocusTarget();
  const before = connection.state === 'disconnected';
  const { data } = useQuery({
    queryKey: [...keys.connection, 'conditions'],
    queryFn: ({ signal }) => automaticApi.conditions(signal),
  });
  const needs = data?.items ?? unseen;
  const unmet = needs.some(({ state }) => state === 'unmet');
  return (
    <section className={cards.card} aria-labelledby="not-connected">
      <Subtitle2 as="h2" id="not-connected" style={{ margin: 0 }}>
        {before
          ? t('connection.disconnected', { name: connection.resourceName })
          : t('connection.none')}
      </Subtitle2>
      <Body1 className={styles.quiet}>
        {t(before ? 'connection.disconnectedText' : 'connection.noneText')}
      </Body1>
      {before && (
        <>
          <Caption1 className={cards.id}>{connection.resourceId}</Caption1>
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{t('connection.stale')}</MessageBarBody>
          </MessageBar>
        </>
      )}
      <strong>{t('connection.need.title')}</strong>
      <ul className={styles.needs}>
        {needs.map(({ name, state, cure, command }) => (
          <li key={name} className={styles.need} data-need={name} data-state={state}>
            <NeedIcon state={state} />
            <div className={styles.cure}>
              {t(`connection.need.${name}`)}
              {cure && <Caption1 className={styles.quiet}>{cure}</Caption1>}
              {command && <CopyField label={t('automatic.command')} value={command} />}
            </div>
          </li>
        ))}
      </ul>
      {needs.some(({ state }) => state === 'unknown') && (
        <Caption1 className={styles.quiet}>{t('connection.need.unseen')}</Caption1>
      )}
      <div>
        <Button
          {...opensDialog}
          appearance="primary"
          icon={<CloudLinkRegular />}
          disabledFocusable={unmet}
          onClick={onStart}
        >
          {t('connection.getStarted')}
        </Button>
      </div>
      {unmet && <Caption1 className={styles.quiet}>{t('connection.need.unmetText')}</Caption1>}
    </section>
  );
}

function NeedIcon({ state }: { state: Condition['state'] }) {
  const { t } = useTranslation();
  const styles = useStyles();
  if (state === 'unknown') {
    return <CircleRegular className={styles.icon} aria-label={t('connection.need.onConnect')} />;
  }
  const met = state === 'met';
  const Icon = met ? CheckmarkCircleFilled : ErrorCircleFilled;
  return (
    <Icon
      className={mergeClasses(styles.icon, met ? styles.met : styles.unmet)}
      aria-label={t(met ? 'connection.need.oneMet' : 'connection.need.unmet')}
    />
  );
}
