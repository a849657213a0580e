import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Subtitle2,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { Loading, LoadingFailed } from '../../shared/ui/Note';
import type { HealthLine } from '../api/types';
import { AdminPage } from '../shell/AdminPage';
import { FindingRow } from './FindingRow';
import { HealthBanner } from './HealthBanner';
import { SignInDialog } from './SignInDialog';
import { useHealth } from './useHealth';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
  sum: { display: 'grid', gap: tokens.spacingVerticalM, maxWidth: '980px' },
  groups: { display: 'grid', gap: tokens.spacingVerticalL, maxWidth: '980px' },
  group: {
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: tokens.spacingHorizontalL,
    minWidth: 0,
  },
  lines: { listStyleType: 'none', margin: 0, padding: 0 },
});

/** Health: what an examination of the connection saw, line by line, and what to do. */
export default function HealthPage() {
  const { t } = useTranslation();
  const styles = useStyles();
  const errorText = useErrorText();
  const { health, begin } = useHealth();
  const [signingIn, setSigningIn] = useState(false);
  // The dialog gives the focus back to its button.
  const opensDialog = useRestoreFocusTarget();
  const { data } = health;
  const busy = begin.isPending || data?.state === 'running';
  return (
    <AdminPage
      title={t('nav.health')}
      about={t('health.about')}
      actions={
        <div className={styles.actions}>
          <Button
            appearance="primary"
            icon={<ArrowSyncRegular />}
            disabledFocusable={busy}
            onClick={() => begin.mutate(undefined)}
          >
            {t('health.again')}
          </Button>
          <Button {...opensDialog} disabledFocusable={busy} onClick={() => setSigningIn(true)}>
            {t('health.signIn.do')}
          </Button>
        </div>
      }
    >
      {health.isPending && <Loading />}
      {health.isLoadingError && (
        <LoadingFailed error={health.error} retry={() => void health.refetch()} />
      )}
      {/* A bar by itself would be squeezed by the lines below. */}
      <div className={styles.sum}>
        {begin.error && !signingIn && (
          <MessageBar intent="error" role="alert" layout="multiline">
            <MessageBarBody>{errorText(begin.error)}</MessageBarBody>
          </MessageBar>
        )}
        {data && <HealthBanner health={data} />}
      </div>
      {data && data.lines.length > 0 && (
        <div className={styles.groups}>
          {grouped(data.lines).map(([group, lines]) => (
            <section key={group} className={styles.group} aria-labelledby={`health-${group}`}>
              <Subtitle2 as="h2" id={`health-${group}`} style={{ margin: 0 }}>
                {t(`health.groups.${group}`)}
              </Subtitle2>
              <ul className={styles.lines}>
                {lines.map((line) => (
                  <FindingRow key={`${line.check} ${line.code} ${line.seen}`} line={line} />
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
      {signingIn && <SignInDialog onClose={() => setSigningIn(false)} begin={begin} />}
    </AdminPage>
  );
}

/** The lines by their groups, in the order in which they came. */
function grouped(lines: HealthLine[]): [HealthLine['group'], HealthLine[]][] {
  const groups = new Map<HealthLine['group'], HealthLine[]>();
  for (const line of lines) {
    const group = groups.get(line.group) ?? [];
    group.push(line);
    groups.set(line.group, group);
  }
  return [...groups];
}
