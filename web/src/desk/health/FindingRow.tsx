import {
  Body1,
  Body1Strong,
  Link as FluentLink,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  DismissCircleFilled,
  SubtractCircleRegular,
  WarningFilled,
} from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useHref, useLinkClickHandler } from 'react-router';
import { CopyButton } from '../../shared/ui/CopyButton';
import type { HealthLine } from '../api/types';

const useStyles = makeStyles({
  row: {
    display: 'flex',
    gap: tokens.spacingHorizontalM,
    paddingTop: tokens.spacingVerticalM,
    marginTop: tokens.spacingVerticalM,
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  icon: { flexShrink: 0, fontSize: '20px', lineHeight: 0 },
  ok: { color: tokens.colorPaletteGreenForeground1 },
  warning: { color: tokens.colorPaletteMarigoldForeground1 },
  failed: { color: tokens.colorPaletteRedForeground1 },
  skipped: { color: tokens.colorNeutralForeground3 },
  text: {
    display: 'grid',
    gap: tokens.spacingVerticalXS,
    flexGrow: 1,
    minWidth: 0,
    overflowWrap: 'anywhere',
  },
  quiet: { color: tokens.colorNeutralForeground2 },
  cure: { display: 'grid', gap: tokens.spacingVerticalS, justifyItems: 'start' },
  command: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    width: '100%',
  },
  code: {
    flexGrow: 1,
    flexBasis: '240px',
    minWidth: 0,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    overflowWrap: 'anywhere',
  },
});

const icons = {
  ok: CheckmarkCircleFilled,
  warning: WarningFilled,
  failed: DismissCircleFilled,
  skipped: SubtractCircleRegular,
} as const;

/** One finding: its state, what was seen and what to do about it. */
export function FindingRow({ line }: { line: HealthLine }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const Icon = icons[line.state];
  return (
    <li className={styles.row} data-check={line.check} data-state={line.state}>
      <span className={mergeClasses(styles.icon, styles[line.state])}>
        <Icon role="img" aria-label={t(`health.states.${line.state}`)} aria-hidden={false} />
      </span>
      <div className={styles.text}>
        <Body1Strong>{line.title}</Body1Strong>
        <Body1 className={styles.quiet}>{line.seen}</Body1>
        {line.do && (
          <div className={styles.cure}>
            <Body1>{line.do}</Body1>
            {line.page && <PageLink line={line} />}
            {line.command && (
              <div className={styles.command}>
                <code className={styles.code}>{line.command}</code>
                <CopyButton text={line.command} what={t('health.command', { title: line.title })} />
              </div>
            )}
          </div>
        )}
      </div>
    </li>
  );
}

function PageLink({ line }: { line: HealthLine }) {
  const { t } = useTranslation();
  const href = useHref(line.page);
  const follow = useLinkClickHandler<HTMLAnchorElement>(line.page);
  return (
    <FluentLink
      href={href}
      onClick={follow}
      aria-label={t('health.goToFor', { title: line.title })}
    >
      {t('health.goTo')}
    </FluentLink>
  );
}
