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
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../shared/api/request';
import { useErrorText } from '../../shared/api/useErrorText';
import { FormSurface } from '../../shared/ui/FormSurface';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { type Role, roles } from '../api/types';
import { useDesk } from '../desk';
import { LinkShown } from './LinkShown';

const useStyles = makeStyles({ content: { display: 'grid', gap: tokens.spacingVerticalM } });

/** Adds a user and then shows the one-time link by which they come in for the first time. */
export function AddUserDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { client } = useDesk();
  const errorText = useErrorText();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const add = useMutation({
    mutationFn: () => api.addUser({ name: name.trim(), email: email.trim(), role }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.users }),
  });
  const fieldProblem = (field: string) =>
    add.error instanceof ProblemError
      ? add.error.errors.find((error) => error.location.endsWith(field))?.message
      : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  if (add.data) {
    return (
      <Dialog open modalType="alert">
        <DialogSurface>
          <DialogBody>
            <DialogTitle>{t('users.added', { name: add.data.user.name })}</DialogTitle>
            <DialogContent>
              <LinkShown
                name={add.data.user.name}
                url={add.data.signInLink}
                expiresAt={add.data.expiresAt}
              />
            </DialogContent>
            <DialogActions>
              <Button appearance="primary" onClick={onClose}>
                {t('close')}
              </Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
    );
  }
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <FormSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{t('users.add')}</DialogTitle>
            <DialogContent className={styles.content}>
              <Field label={t('users.name')} required validationMessage={fieldProblem('name')}>
                <Input value={name} onChange={(_, { value }) => setName(value)} />
              </Field>
              <Field label={t('users.email')} required validationMessage={fieldProblem('email')}>
                <Input type="email" value={email} onChange={(_, { value }) => setEmail(value)} />
              </Field>
              <Field label={t('users.role')} hint={t(`users.roleHint.${role}`)}>
                <Select value={role} onChange={(_, { value }) => setRole(value as Role)}>
                  {roles.map((each) => (
                    <option key={each} value={each}>
                      {t(`role.${each}`)}
                    </option>
                  ))}
                </Select>
              </Field>
              {add.error && (
                <MessageBar intent="error" role="alert" layout="multiline">
                  <MessageBarBody>{errorText(add.error)}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('cancel')}</Button>
              <Button
                type="submit"
                appearance="primary"
                disabled={!name.trim() || !email.trim() || add.isPending}
              >
                {t('users.addDo')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </FormSurface>
    </Dialog>
  );
}
