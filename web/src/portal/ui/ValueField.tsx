import { Button, Field, Input, makeStyles, Tooltip, tokens } from '@fluentui/react-components';
import { EyeOffRegular, EyeRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../shared/ui/CopyButton';

const useStyles = makeStyles({
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: tokens.spacingHorizontalS,
    alignItems: 'flex-end',
    '& > button': { flexShrink: 0, whiteSpace: 'nowrap' },
  },
  value: { flexGrow: 1, flexBasis: '200px', minWidth: 0 },
});

/** A value to be copied. A secret one is hidden until it is asked for. */
export function ValueField({
  label,
  value,
  secret,
  copy,
}: {
  label: string;
  value: string;
  secret?: boolean;
  /** What the button says, where Azure's portal has other words than "Copy". */
  copy?: string;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [shown, setShown] = useState(false);
  const hidden = secret === true && !shown;
  return (
    <div className={styles.row}>
      <Field label={label} className={styles.value}>
        <Input
          readOnly
          type={hidden ? 'password' : 'text'}
          autoComplete="off"
          value={value}
          onFocus={(event) => event.target.select()}
          contentAfter={
            secret ? (
              <Tooltip
                content={t(hidden ? 'value.show' : 'value.hide', { what: label })}
                relationship="label"
              >
                <Button
                  appearance="transparent"
                  size="small"
                  icon={hidden ? <EyeRegular /> : <EyeOffRegular />}
                  onClick={() => setShown(hidden)}
                />
              </Tooltip>
            ) : undefined
          }
        />
      </Field>
      <CopyButton text={value} what={label} words={copy} />
    </div>
  );
}
