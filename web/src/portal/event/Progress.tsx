import { makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const useStyles = makeStyles({
  root: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalS },
  since: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
});

/** What Azure is doing just now, and for how long. */
export function Progress({ text }: { text: string }) {
  const { i18n } = useTranslation();
  const styles = useStyles();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const since = new Intl.NumberFormat(i18n.language, { style: 'unit', unit: 'second' });
  return (
    <div className={styles.root}>
      <Spinner size="tiny" aria-hidden />
      <span role="status">{text}</span>
      {seconds > 1 && <span className={styles.since}>{since.format(seconds)}</span>}
    </div>
  );
}
