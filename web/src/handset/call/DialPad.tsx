import { Button, Field, Input, makeStyles, Tooltip, tokens } from '@fluentui/react-components';
import { ArrowLeftRegular, CallRegular } from '@fluentui/react-icons';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPhone, readPhone } from '../../shared/format/phone';
import { Keypad } from './Keypad';

const useStyles = makeStyles({
  pad: {
    display: 'grid',
    gap: tokens.spacingVerticalM,
    padding: tokens.spacingHorizontalL,
  },
  numbers: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
});

interface Props {
  numbers: string[];
  onCall(number: string): void;
  onClose(): void;
}

/** Takes any number to call, typed, by its keys, or out of those that the businesses own. */
export function DialPad({ numbers, onCall, onClose }: Props) {
  const { t } = useTranslation();
  const styles = useStyles();
  const [typed, setTyped] = useState('');
  const [malformed, setMalformed] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const number = readPhone(typed);
    setMalformed(!number);
    if (number) onCall(number);
  };
  return (
    <form className={styles.pad} onSubmit={submit}>
      <Tooltip content={t('phone.back')} relationship="label">
        <Button
          appearance="subtle"
          icon={<ArrowLeftRegular />}
          style={{ justifySelf: 'start' }}
          onClick={onClose}
        />
      </Tooltip>
      <Field
        label={t('phone.number')}
        validationMessage={malformed ? t('phone.malformed') : undefined}
      >
        <Input
          type="tel"
          size="large"
          autoFocus
          value={typed}
          onChange={(_, { value }) => setTyped(value)}
        />
      </Field>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset's frame would be drawn */}
      <div className={styles.numbers} role="group" aria-label={t('phone.own')}>
        {numbers.map((number) => (
          <Button key={number} size="small" onClick={() => setTyped(number)}>
            {formatPhone(number)}
          </Button>
        ))}
      </div>
      <Keypad onPress={(key) => setTyped((before) => before + key)} />
      <Button
        type="submit"
        appearance="primary"
        size="large"
        icon={<CallRegular />}
        disabled={!typed.trim()}
      >
        {t('call.start')}
      </Button>
    </form>
  );
}
