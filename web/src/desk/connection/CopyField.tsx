import { Field, Input, makeStyles, tokens } from '@fluentui/react-components';
import { CopyButton } from '../../shared/ui/CopyButton';

const useStyles = makeStyles({
  row: { display: 'flex', gap: tokens.spacingHorizontalS, alignItems: 'flex-end' },
  value: { flexGrow: 1, minWidth: 0 },
});

/** A value to be read and copied. */
export function CopyField({ label, hint, value }: { label: string; hint?: string; value: string }) {
  const styles = useStyles();
  return (
    <Field label={label} hint={hint}>
      {(field) => (
        <div className={styles.row}>
          <Input
            {...field}
            className={styles.value}
            readOnly
            value={value}
            onFocus={(event) => event.target.select()}
          />
          <CopyButton text={value} what={label} />
        </div>
      )}
    </Field>
  );
}
