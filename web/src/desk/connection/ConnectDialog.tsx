import {
  Body1,
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field as FluentField,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  Subtitle2,
  tokens,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api/request';
import { useErrorText } from '../../shared/api/useErrorText';
import { FormSurface } from '../../shared/ui/FormSurface';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { Connection } from '../api/types';
import { useDesk } from '../desk';
import { afterChange, type Field, fields, startValues, type Wrong, wrongOf } from './fiveValues';
import { useShape } from './useShape';
import { ValueField } from './ValueField';

const useStyles = makeStyles({
  content: {
    display: 'grid',
    gap: tokens.spacingVerticalM,
    alignContent: 'start',
    scrollPaddingBlock: '72px',
  },
  // What goes on stays in sight, however far the fields are scrolled.
  status: {
    position: 'sticky',
    bottom: 0,
    zIndex: 1,
    backgroundColor: tokens.colorNeutralBackground1,
    ':empty': { display: 'none' },
  },
  quiet: { color: tokens.colorNeutralForeground2 },
});

/**
 * Connects a resource by its five values. Each is checked while it is typed, all of them with Azure on Connect; what is refused is
 * said next to its field, and nothing typed is lost. `last` is the connection that was there before.
 */
export function ConnectDialog({
  last,
  choices,
  onClose,
}: {
  last?: Connection;
  /** Other ways to connect, shown above. */
  choices?: ReactNode;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { client } = useDesk();
  const errorText = useErrorText();
  const [values, setValues] = useState(() => startValues(last));
  const [confirmed, setConfirmed] = useState(false);
  const [refused, setRefused] = useState<Wrong>({});
  const [focusOn, setFocusOn] = useState<{ field: Field | 'confirmed' }>();
  const inputs = useRef<Partial<Record<Field | 'confirmed', HTMLInputElement | null>>>({});
  const wrong: Wrong = { ...refused, ...useShape(values) };
  useEffect(() => {
    if (focusOn) inputs.current[focusOn.field]?.focus();
  }, [focusOn]);

  const mark = (found: Wrong) => {
    setRefused(found);
    const field = [...fields, 'confirmed' as const].find((each) => found[each]);
    if (field) setFocusOn({ field });
  };
  const connect = useMutation({
    mutationFn: async () => {
      if (confirmed) return api.connect(values);
      const { findings } = await api.checkConnection(values, true);
      mark({ ...wrongOf(findings ?? []), confirmed: t('connection.confirmNeeded') });
      return undefined;
    },
    onMutate: () => setRefused({}),
    onError: (error) => mark(error instanceof ProblemError ? wrongOf(error.errors) : {}),
    onSuccess: (connection) => {
      if (!connection) return;
      client.setQueryData(keys.connection, connection);
      void client.invalidateQueries({ queryKey: keys.numbers });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!connect.isPending) connect.mutate();
  };
  const change = (field: Field, value: string) => {
    setValues((all) => ({ ...all, [field]: value }));
    setRefused((all) => afterChange(all, field));
  };
  const refusals = Object.keys(refused).length;
  const unplaced = connect.error && refusals === 0 && !isPlaced(connect.error);
  const hint = (field: Field) => {
    const where = t(`connection.where.${field}`);
    return last && field.startsWith('eventGrid') ? `${where}. ${t('connection.same')}` : where;
  };

  return (
    // A click beside the dialog must not throw away what was typed.
    <Dialog open onOpenChange={(_, { type }) => type === 'backdropClick' || onClose()}>
      <FormSurface>
        <form noValidate autoComplete="off" onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('connection.dialog')}</DialogTitle>
            <DialogContent className={styles.content}>
              {choices}
              <Subtitle2 as="h3" style={{ margin: 0 }}>
                {t('connection.existing')}
              </Subtitle2>
              <Body1 className={styles.quiet}>{t('connection.existingText')}</Body1>
              {fields.map((field) => (
                <ValueField
                  key={field}
                  label={t(`connection.${field}`)}
                  hint={hint(field)}
                  value={values[field]}
                  onChange={(value) => change(field, value)}
                  wrong={wrong[field]}
                  secret={field === 'connectionString'}
                  readOnly={connect.isPending}
                  inputRef={(input) => {
                    inputs.current[field] = input;
                  }}
                />
              ))}
              <FluentField validationMessage={wrong.confirmed}>
                <Checkbox
                  ref={(input) => {
                    inputs.current.confirmed = input;
                  }}
                  label={t('connection.confirm')}
                  checked={confirmed}
                  disabled={connect.isPending}
                  onChange={(_, { checked }) => {
                    setConfirmed(checked === true);
                    setRefused((all) => afterChange(all, 'confirmed'));
                  }}
                />
              </FluentField>
              <div className={styles.status}>
                {connect.isPending && (
                  <Spinner
                    size="tiny"
                    style={{ justifyContent: 'start' }}
                    label={t('connection.checking')}
                  />
                )}
                {refusals > 0 && (
                  <MessageBar intent="error" role="alert" layout="multiline">
                    <MessageBarBody>{t('connection.wrong', { count: refusals })}</MessageBarBody>
                  </MessageBar>
                )}
                {unplaced && (
                  <MessageBar intent="error" role="alert" layout="multiline">
                    <MessageBarBody>{errorText(connect.error)}</MessageBarBody>
                  </MessageBar>
                )}
              </div>
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('cancel')}</Button>
              <Button type="submit" appearance="primary" disabledFocusable={connect.isPending}>
                {t('connection.connect')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </FormSurface>
    </Dialog>
  );
}

/** Tells whether a refusal was said next to a field. */
function isPlaced(error: unknown) {
  return error instanceof ProblemError && Object.keys(wrongOf(error.errors)).length > 0;
}
