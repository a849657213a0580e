import { Body1, Button, makeStyles, Spinner, Subtitle2, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../api/useErrorText';

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingVerticalXXL,
    flexGrow: 1,
  },
  icon: { fontSize: '40px', lineHeight: 0, color: tokens.colorNeutralForeground3 },
  text: { color: tokens.colorNeutralForeground2, maxWidth: '44ch', textAlign: 'center' },
});

export interface NoteProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Fills a place that has nothing to show: says why, and what to do about it. */
export function Note({ icon, title, children, action }: NoteProps) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      {icon && (
        <div className={styles.icon} aria-hidden>
          {icon}
        </div>
      )}
      <Subtitle2>{title}</Subtitle2>
      {children && <Body1 className={styles.text}>{children}</Body1>}
      {action}
    </div>
  );
}

/** Fills a place whose data could not be loaded. */
export function LoadingFailed({ error, retry }: { error: unknown; retry(): void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <div role="alert" style={{ display: 'flex', flexGrow: 1 }}>
      <Note title={t('error.title')} action={<Button onClick={retry}>{t('error.retry')}</Button>}>
        {errorText(error)}
      </Note>
    </div>
  );
}

/** Fills a place whose data is on its way. */
export function Loading() {
  const { t } = useTranslation();
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <Spinner label={t('loading')} delay={200} />
    </div>
  );
}
