import { Button, Field, Input, Tooltip } from '@fluentui/react-components';
import { EyeOffRegular, EyeRegular } from '@fluentui/react-icons';
import { type Ref, useState } from 'react';
import { useTranslation } from 'react-i18next';

export interface ValueFieldProps {
  label: string;
  hint?: string;
  value: string;
  onChange(value: string): void;
  wrong?: string;
  /** Hidden like a password until one asks to see it. */
  secret?: boolean;
  readOnly?: boolean;
  inputRef?: Ref<HTMLInputElement>;
}

/** A value that is copied from Azure, with what is wrong with it and where it is found. */
export function ValueField({
  label,
  hint,
  value,
  onChange,
  wrong,
  secret = false,
  readOnly,
  inputRef,
}: ValueFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} required hint={hint} validationMessage={wrong}>
      <Input
        ref={inputRef}
        type={secret && !shown ? 'password' : 'text'}
        autoComplete="off"
        spellCheck={false}
        value={value}
        readOnly={readOnly}
        onChange={(_, data) => onChange(data.value)}
        contentAfter={
          secret ? (
            <Tooltip
              content={t(shown ? 'connection.hide' : 'connection.show', { what: label })}
              relationship="label"
            >
              <Button
                appearance="transparent"
                size="small"
                icon={shown ? <EyeOffRegular /> : <EyeRegular />}
                onClick={() => setShown(!shown)}
              />
            </Tooltip>
          ) : undefined
        }
      />
    </Field>
  );
}
