import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogTitle,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { UseMutationResult } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { FormSurface } from '../../shared/ui/FormSurface';
import type { AzureSignIn, Health } from '../api/types';

const useStyles = makeStyles({ form: { display: 'grid', gap: tokens.spacingVerticalM } });

const fields = ['tenantId', 'clientId', 'clientSecret'] as const;

/** Asks for a service principal that acts on Azure's control plane for one examination. */
export function SignInDialog({
  onClose,
  begin,
}: {
  onClose(): void;
  begin: UseMutationResult<Health, Error, AzureSignIn | undefined>;
}) {
  const { t } = useTranslation();
  const styles = useStyles();
  const errorText = useErrorText();
  const [values, setValues] = useState<AzureSignIn>({
    tenantId: '',
    clientId: '',
    clientSecret: '',
  });
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fields.some((field) => !values[field].trim()) || begin.isPending) return;
    const { tenantId, clientId, clientSecret } = values;
    begin.mutate(
      { tenantId: tenantId.trim(), clientId: clientId.trim(), clientSecret: clientSecret.trim() },
      { onSuccess: onClose },
    );
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <FormSurface>
        <form noValidate autoComplete="off" onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('health.signIn.title')}</DialogTitle>
            <DialogContent className={styles.form}>
              {t('health.signIn.text')}
              {fields.map((field) => (
                <Field
                  key={field}
                  label={t(`health.signIn.${field}`)}
                  required
                  validationMessage={
                    tried && !values[field].trim() ? t('health.signIn.needed') : undefined
                  }
                >
                  <Input
                    type={field === 'clientSecret' ? 'password' : 'text'}
                    autoComplete="off"
                    spellCheck={false}
                    value={values[field]}
                    onChange={(_, { value }) => setValues({ ...values, [field]: value })}
                  />
                </Field>
              ))}
              {begin.error && (
                <MessageBar intent="error" role="alert" layout="multiline">
                  <MessageBarBody>{errorText(begin.error)}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('health.signIn.cancel')}</Button>
              <Button type="submit" appearance="primary" disabledFocusable={begin.isPending}>
                {t(begin.isPending ? 'health.signIn.starting' : 'health.signIn.run')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </FormSurface>
    </Dialog>
  );
}
