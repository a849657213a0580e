import {
  Field,
  MessageBar,
  MessageBarBody,
  MessageBarTitle,
  ProgressBar,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import type { Health } from '../api/types';

/** The sum of an examination, or how far it is. */
export function HealthBanner({ health }: { health: Health }) {
  const { t, i18n } = useTranslation();
  const { state, lines, done, total, endedAt } = health;
  if (state === 'none') return null;
  if (state === 'running') {
    return (
      <Field validationState="none" validationMessage={t('health.running', { done, total })}>
        <ProgressBar value={done} max={total} aria-label={t('health.running', { done, total })} />
      </Field>
    );
  }
  const count = (wanted: string) => lines.filter((line) => line.state === wanted).length;
  const [failed, warnings, skipped] = [count('failed'), count('warning'), count('skipped')];
  const parts = [
    failed > 0 && t('health.failed', { count: failed }),
    warnings > 0 && t('health.warnings', { count: warnings }),
    failed + warnings === 0 && t('health.good'),
  ].filter(Boolean);
  const rest = [
    skipped > 0 && t('health.skipped', { count: skipped }),
    endedAt && t('health.at', { at: formatMoment(endedAt, i18n.language) }),
  ].filter(Boolean);
  return (
    <MessageBar
      intent={failed > 0 ? 'error' : warnings > 0 ? 'warning' : 'success'}
      layout="multiline"
      role="status"
      data-testid="health-sum"
    >
      <MessageBarBody>
        <MessageBarTitle>{parts.join(' ')}</MessageBarTitle>
        {rest.join(' ')}
      </MessageBarBody>
    </MessageBar>
  );
}
