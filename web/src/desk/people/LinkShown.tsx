import { Body1, Caption1, Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { formatMoment } from '../../shared/format/time';
import { CopyButton } from '../../shared/ui/CopyButton';

const useStyles = makeStyles({
  root: { display: 'grid', gap: tokens.spacingVerticalM },
  row: { display: 'flex', gap: tokens.spacingHorizontalS, alignItems: 'flex-end' },
  link: { flexGrow: 1 },
});

/** Shows a one-time sign-in link, the only time that it can be seen. */
export function LinkShown({
  name,
  url,
  expiresAt,
}: {
  name: string;
  url: string;
  expiresAt: string;
}) {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <Body1>{t('users.linkText', { name })}</Body1>
      <div className={styles.row}>
        <Field label={t('users.link')} className={styles.link}>
          <Input readOnly value={url} onFocus={(event) => event.target.select()} />
        </Field>
        <CopyButton text={url} what={t('users.link')} />
      </div>
      <Caption1>{t('users.linkExpires', { at: formatMoment(expiresAt, i18n.language) })}</Caption1>
    </div>
  );
}
