import {
  Body1,
  Caption1,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  mergeClasses,
  Spinner,
  Subtitle2,
  tokens,
} from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  CheckmarkCircleRegular,
  CircleRegular,
  ClockRegular,
  EditRegular,
  ErrorCircleFilled,
} from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { CopyField } from '../CopyField';
import type { Run, Step } from './automaticApi';

const useStyles = makeStyles({
  all: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  steps: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'grid',
    gap: tokens.spacingVerticalS,
  },
  step: {
    display: 'grid',
    gridTemplateColumns: '24px minmax(0, 1fr) auto',
    columnGap: tokens.spacingHorizontalS,
    alignItems: 'start',
  },
  icon: { fontSize: '20px', lineHeight: 0, color: tokens.colorNeutralForeground3 },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  news: { color: tokens.colorBrandForeground1 },
  detail: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  more: { gridColumn: '2 / -1', display: 'grid', gap: tokens.spacingVerticalXS, minWidth: 0 },
  time: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
});

const intents = {
  running: 'info',
  done: 'success',
  blocked: 'error',
  failed: 'error',
  cancelled: 'warning',
  interrupted: 'warning',
} as const;

/** A run step by step: what each came to, how long it took, and what stands in the way. */
export function RunView({ run }: { run: Run }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const current = run.steps.find(({ state }) => state === 'running' || state === 'waiting');
  const changes = run.steps.filter(({ state }) => state === 'would').length;
  const outcome = t(`automatic.run.${run.kind}.${run.state}`, {
    defaultValue: t(`automatic.run.${run.state}`),
  });
  return (
    <div className={styles.all}>
      <Subtitle2 as="h3" style={{ margin: 0 }}>
        {t(`automatic.run.${run.kind}.title`)}
      </Subtitle2>
      <span role="status" className="visually-hidden">
        {current ? t(`automatic.steps.${current.step}`) : outcome}
      </span>
      <ol className={styles.steps} aria-label={t('automatic.stepList')}>
        {run.steps.map((step, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps keep their places
          <li key={at} className={styles.step} data-step={step.step} data-state={step.state}>
            <StepIcon step={step} />
            <Body1>{t(`automatic.steps.${step.step}`)}</Body1>
            <Caption1 className={styles.time}>{elapsed(step)}</Caption1>
            {step.state !== 'pending' && (
              <div className={styles.more}>
                <Caption1 className={styles.detail}>
                  {step.detail
                    ? t('automatic.stateDetail', {
                        state: t(`automatic.states.${step.state}`),
                        detail: step.detail,
                      })
                    : t(`automatic.states.${step.state}`)}
                </Caption1>
                {step.state === 'waiting' && (
                  <Caption1 className={styles.detail}>
                    {t('automatic.patience', {
                      waited: duration(step.waitedSeconds),
                      again: duration(step.retryInSeconds),
                      most: duration(step.patienceSeconds),
                    })}
                  </Caption1>
                )}
                {step.command && <CopyField label={t('automatic.command')} value={step.command} />}
              </div>
            )}
          </li>
        ))}
      </ol>
      {run.state !== 'running' && (
        <MessageBar intent={intents[run.state]} layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{outcome}</MessageBarTitle>
            {run.kind === 'plan' && run.state === 'done'
              ? t('automatic.changes', { count: changes })
              : t(`automatic.after.${run.state}`, { defaultValue: '' })}
          </MessageBarBody>
        </MessageBar>
      )}
    </div>
  );
}

function StepIcon({ step }: { step: Step }) {
  const styles = useStyles();
  switch (step.state) {
    case 'running':
      return <Spinner size="tiny" />;
    case 'waiting':
      return <ClockRegular className={mergeClasses(styles.icon, styles.news)} aria-hidden />;
    case 'right':
      return (
        <CheckmarkCircleRegular className={mergeClasses(styles.icon, styles.good)} aria-hidden />
      );
    case 'done':
      return (
        <CheckmarkCircleFilled className={mergeClasses(styles.icon, styles.good)} aria-hidden />
      );
    case 'would':
      return <EditRegular className={mergeClasses(styles.icon, styles.news)} aria-hidden />;
    case 'blocked':
      return <ErrorCircleFilled className={mergeClasses(styles.icon, styles.bad)} aria-hidden />;
    default:
      return <CircleRegular className={styles.icon} aria-hidden />;
  }
}

/** How long a step took, or has taken so far; nothing below a second. */
function elapsed({ startedAt, endedAt, state }: Step): string {
  if (!startedAt) return '';
  const open = state === 'running' || state === 'waiting';
  if (!endedAt && !open) return '';
  const end = endedAt ? Date.parse(endedAt) : Date.now();
  const seconds = Math.floor((end - Date.parse(startedAt)) / 1000);
  return seconds > 0 ? duration(seconds) : '';
}

/** A duration as both languages write it. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest ? ` ${rest} s` : ''}`;
}
