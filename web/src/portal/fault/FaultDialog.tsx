import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Select,
  tokens,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { type FaultKind, type FaultWish, faultKinds, keys, planes, portal } from '../api/portal';
import { emptyForm, type FaultField, type FaultMistakes, fieldsOf, readForm } from './faultForm';

const useStyles = makeStyles({
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(180px, 1fr))',
    gap: tokens.spacingHorizontalM,
  },
  wide: { gridColumn: '1 / -1' },
});

/** Asks which fault is to be switched on. */
export default function FaultDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const errorText = useErrorText();
  const client = useQueryClient();
  const [form, setForm] = useState(emptyForm);
  const [mistakes, setMistakes] = useState<FaultMistakes>({});
  const adding = useMutation({
    mutationFn: (wish: FaultWish) => portal.addFault(wish),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.faults });
      onClose();
    },
  });
  const set =
    (field: FaultField) =>
    (_: unknown, { value }: { value: string }) => {
      setForm({ ...form, [field]: value });
      setMistakes({ ...mistakes, [field]: undefined });
    };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = readForm(form);
    if ('mistakes' in read) setMistakes(read.mistakes);
    else adding.mutate(read.wish);
  };
  const text = (field: FaultField, numeric = false) => {
    const mistake = mistakes[field];
    return (
      <Field
        key={field}
        label={t(`faults.${field}`)}
        hint={t(`faults.hint.${field}`)}
        validationMessage={mistake && t(`faults.wrong.${mistake}`)}
      >
        <Input
          value={form[field]}
          inputMode={numeric ? 'numeric' : undefined}
          onChange={set(field)}
        />
      </Field>
    );
  };
  const draw: Partial<Record<FaultField, () => React.ReactElement>> = {
    plane: () => (
      <Field key="plane" label={t('faults.plane')} hint={t('faults.hint.plane')}>
        <Select value={form.plane} onChange={set('plane')}>
          <option value="">{t('faults.everyPlane')}</option>
          {planes.map((plane) => (
            <option key={plane} value={plane}>
              {t(`plane.${plane}`)}
            </option>
          ))}
        </Select>
      </Field>
    ),
    method: () => (
      <Field key="method" label={t('faults.method')} hint={t('faults.hint.method')}>
        <Select value={form.method} onChange={set('method')}>
          <option value="">{t('faults.every')}</option>
          {['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => (
            <option key={method}>{method}</option>
          ))}
        </Select>
      </Field>
    ),
  };
  const numbers: readonly FaultField[] = ['latency', 'status', 'retryAfter', 'count'];
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface>
        <form onSubmit={submit} noValidate>
          <DialogBody>
            <DialogTitle>{t('faults.add')}</DialogTitle>
            <DialogContent>
              <div className={styles.fields}>
                <Field
                  className={styles.wide}
                  label={t('faults.kind')}
                  hint={t(`faults.does.${form.kind}`)}
                >
                  <Select
                    value={form.kind}
                    onChange={(_, { value }) => {
                      setForm({ ...form, kind: value as FaultKind });
                      setMistakes({});
                    }}
                  >
                    {faultKinds.map((kind) => (
                      <option key={kind} value={kind}>
                        {t(`faults.kinds.${kind}`)}
                      </option>
                    ))}
                  </Select>
                </Field>
                {fieldsOf[form.kind].map(
                  (field) => draw[field]?.() ?? text(field, numbers.includes(field)),
                )}
              </div>
              {adding.isError && (
                <MessageBar intent="error" layout="multiline" role="alert">
                  <MessageBarBody>{errorText(adding.error)}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('cancel')}</Button>
              <Button appearance="primary" type="submit" disabled={adding.isPending}>
                {t('faults.switchOn')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
