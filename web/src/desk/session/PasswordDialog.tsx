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
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { FormSurface } from '../../shared/ui/FormSurface';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { useDesk } from '../desk';
import { useMe } from './session';

/** Changes the user's password, or sets the first one of a user who came by a one-time link. */
export default function PasswordDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { client } = useDesk();
  const me = useMe();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const differs = again !== '' && again !== password;
  const change = useMutation({
    mutationFn: () =>
      api.changeMe({ password, currentPassword: me.hasPassword ? current : undefined }),
    onSuccess: (user) => {
      client.setQueryData(keys.me, user);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!differs && password) change.mutate();
  };
  const title = t(me.hasPassword ? 'password.change' : 'password.set');
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <FormSurface>
        <form onSubmit={submit}>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent style={{ display: 'grid', gap: '12px' }}>
              <input type="email" autoComplete="username" defaultValue={me.email} hidden readOnly />
              {me.hasPassword && (
                <Field label={t('password.current')} required>
                  <Input
                    type="password"
                    autoComplete="current-password"
                    value={current}
                    onChange={(_, { value }) => setCurrent(value)}
                  />
                </Field>
              )}
              <Field label={t('password.new')} required>
                <Input
                  type="password"
                  autoComplete="new-password"
                  value={password}
                  onChange={(_, { value }) => setPassword(value)}
                />
              </Field>
              <Field
                label={t('password.again')}
                required
                validationMessage={differs ? t('password.differs') : undefined}
              >
                <Input
                  type="password"
                  autoComplete="new-password"
                  value={again}
                  onChange={(_, { value }) => setAgain(value)}
                />
              </Field>
              {change.error && (
                <MessageBar intent="error" role="alert" layout="multiline">
                  <MessageBarBody>{errorText(change.error)}</MessageBarBody>
                </MessageBar>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t('cancel')}</Button>
              <Button
                type="submit"
                appearance="primary"
                disabled={!password || again !== password || change.isPending}
              >
                {title}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </FormSurface>
    </Dialog>
  );
}
