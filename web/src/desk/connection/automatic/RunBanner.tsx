import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { AutomaticMode } from './AutomaticDialog';
import type { Run } from './automaticApi';
import { useAutomatic } from './useAutomatic';

const useStyles = makeStyles({ wide: { maxWidth: '860px', flexShrink: 0 } });

/** Leads back to a run that is on, or that stopped before it was done. */
export function RunBanner({ onShow }: { onShow(mode: AutomaticMode): void }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const opensDialog = useRestoreFocusTarget();
  const { data } = useAutomatic();
  const run = data?.run;
  if (!run || run.state === 'done' || run.kind === 'plan') return null;
  const at = run.steps.find(({ state }) => state === 'running' || state === 'waiting');
  return (
    <MessageBar
      intent={run.state === 'running' ? 'info' : 'warning'}
      layout="multiline"
      className={styles.wide}
    >
      <MessageBarBody>
        {run.state === 'running'
          ? t('automatic.banner.running', { step: at ? t(`automatic.steps.${at.step}`) : '' })
          : t(`automatic.run.${run.state}`)}
      </MessageBarBody>
      <MessageBarActions>
        <Button {...opensDialog} onClick={() => onShow(modeOf(run))}>
          {t('automatic.banner.show')}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

function modeOf(run: Run): AutomaticMode {
  if (run.kind === 'undo') return 'undo';
  return run.target.create ? 'create' : 'automatic';
}
