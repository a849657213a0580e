import { Caption1, makeStyles, Tooltip, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { countSegments, longestText } from '../sms/segments';

const useStyles = makeStyles({
  root: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums' },
  over: { color: tokens.colorPaletteRedForeground1 },
});

/** Says how much of a text message is used and as how many texts it goes out; or that it is too long. */
export function SegmentCount({ text }: { text: string }) {
  const { t } = useTranslation();
  const styles = useStyles();
  if (text.length > longestText) {
    return (
      <Caption1 className={styles.over} role="alert">
        {t('segments.tooLong', { limit: longestText })}
      </Caption1>
    );
  }
  if (text === '') return null;
  const { alphabet, used, room, count } = countSegments(text);
  const counted = t('segments.count', { used, room, count });
  const hint = t('segments.hint', { room, alphabet: t(`segments.${alphabet}`) });
  return (
    <Tooltip content={hint} relationship="description">
      <Caption1 className={styles.root} data-testid="segments">
        {alphabet === 'ucs2' ? `${counted} · ${t('segments.unicode')}` : counted}
      </Caption1>
    </Tooltip>
  );
}
