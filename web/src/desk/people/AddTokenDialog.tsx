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
import { useErrorText } from '../../shared/api/useErrorText';
import { FormSurface } from '../../shared/ui/FormSurface';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { type Role, roles } from '../api/types';
import { CopyField } from '../connection/CopyField';
import { useDesk } from '../desk';

const useStyles = makeStyles({ content: { display: 'grid', gap: tokens.spacingVerticalM } });

/** How many days a token may last; 0 is for ever. */
const lasts = [30, 90, 365, 0];

/** Makes a token for a program and then shows it, the only time. */
export function AddTokenDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const styles = useStyles();
  const { client } = useDesk();
  const errorText = useErrorText();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const [days, setDays] = useState(90);
  const add = useMutation({
    mutationFn: () => api.addToken({ name: name.trim(), role, days }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  if (add.data) {
    return (
      <Dialog open modalType="alert">
        <DialogSurface>
          <DialogBody>
            <DialogTitle>{t('tokens.made', { name: add.data.token.name })}</DialogTitle>
            <DialogContent>
              <CopyField
                label={t('tokens.text')}
                hint={t('tokens.textHint')}
                value={add.data.text}
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
            <DialogTitle>{t('tokens.add')}</DialogTitle>
            <DialogContent className={styles.content}>
              <Field label={t('tokens.name')} required>
                <Input maxLength={100} value={name} onChange={(_, { value }) => setName(value)} />
              </Field>
              <Field label={t('tokens.role')} hint={t(`users.roleHint.${role}`)}>
                <Select value={role} onChange={(_, { value }) => setRole(value as Role)}>
                  {roles.map((each) => (
                    <option key={each} value={each}>
                      {t(`role.${each}`)}
                    </option>
                  ))}
                </Select>
              </Field>
              <Field label={t('tokens.lasts')}>
                <Select value={days} onChange={(_, { value }) => setDays(Number(value))}>
                  {lasts.map((each) => (
                    <option key={each} value={each}>
                      {each ? t('tokens.days', { count: each }) : t('tokens.forever')}
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
              <Button type="submit" appearance="primary" disabled={!name.trim() || add.isPending}>
                {t('tokens.addDo')}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </FormSurface>
    </Dialog>
  );
}
