import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import {
  LinkRegular,
  MoreHorizontalRegular,
  PersonProhibitedRegular,
  PersonRegular,
  PlugConnectedRegular,
  PlugDisconnectedRegular,
} from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { api } from '../api/client';
import type { User } from '../api/types';
import { LinkShown } from './LinkShown';
import { useChangeUser } from './useChangeUser';

/** What an administrator can do with a user: a new one-time link, disable, enable. */
export function UserActions({
  user,
  own,
  linkable,
  onProblem,
}: {
  user: User;
  own: boolean;
  /** People can sign in with Microsoft here. */
  linkable: boolean;
  onProblem(problem: string): void;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const change = useChangeUser(user, onProblem);
  const [disabling, setDisabling] = useState(false);
  const [linking, setLinking] = useState(false);
  const opensDialog = useRestoreFocusTarget();
  const there = user.source === 'entra';
  const link = useMutation({
    mutationFn: () => api.newLink(user.id),
    onMutate: () => onProblem(''),
    onError: (error) => onProblem(errorText(error)),
  });
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            {...opensDialog}
            appearance="subtle"
            icon={<MoreHorizontalRegular />}
            aria-label={t('users.actionsOf', { name: user.name })}
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem
              icon={<LinkRegular />}
              disabled={there || user.disabled}
              onClick={() => link.mutate()}
            >
              {t(there ? 'entra.linkThere' : 'users.newLink')}
            </MenuItem>
            {linkable &&
              !there &&
              (user.linking ? (
                <MenuItem
                  icon={<PlugDisconnectedRegular />}
                  onClick={() => change.mutate({ linking: false })}
                >
                  {t('entra.unlink')}
                </MenuItem>
              ) : (
                <MenuItem icon={<PlugConnectedRegular />} onClick={() => setLinking(true)}>
                  {t('entra.link')}
                </MenuItem>
              ))}
            {user.disabled ? (
              <MenuItem icon={<PersonRegular />} onClick={() => change.mutate({ disabled: false })}>
                {t('users.enable')}
              </MenuItem>
            ) : (
              <MenuItem
                icon={<PersonProhibitedRegular />}
                disabled={own}
                onClick={() => setDisabling(true)}
              >
                {t(own ? 'users.disableOwn' : 'users.disable')}
              </MenuItem>
            )}
          </MenuList>
        </MenuPopover>
      </Menu>
      <Dialog open={disabling} onOpenChange={(_, { open }) => setDisabling(open)}>
        <DialogSurface>
          <DialogBody>
            <DialogTitle>{t('users.disableTitle', { name: user.name })}</DialogTitle>
            <DialogContent>{t('users.disableText')}</DialogContent>
            <DialogActions>
              <Button onClick={() => setDisabling(false)}>{t('cancel')}</Button>
              <Button
                appearance="primary"
                onClick={() => {
                  setDisabling(false);
                  change.mutate({ disabled: true });
                }}
              >
                {t('users.disable')}
              </Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
      <Dialog open={linking} onOpenChange={(_, { open }) => setLinking(open)}>
        <DialogSurface>
          <DialogBody>
            <DialogTitle>{t('entra.linkTitle', { name: user.name })}</DialogTitle>
            <DialogContent>{t('entra.linkText', { email: user.email })}</DialogContent>
            <DialogActions>
              <Button onClick={() => setLinking(false)}>{t('cancel')}</Button>
              <Button
                appearance="primary"
                onClick={() => {
                  setLinking(false);
                  change.mutate({ linking: true });
                }}
              >
                {t('entra.linkDo')}
              </Button>
            </DialogActions>
          </DialogBody>
        </DialogSurface>
      </Dialog>
      {link.data && (
        <Dialog open onOpenChange={(_, { open }) => open || link.reset()}>
          <DialogSurface>
            <DialogBody>
              <DialogTitle>{t('users.newLink')}</DialogTitle>
              <DialogContent>
                <LinkShown name={user.name} url={link.data.url} expiresAt={link.data.expiresAt} />
              </DialogContent>
              <DialogActions>
                <Button appearance="primary" onClick={() => link.reset()}>
                  {t('close')}
                </Button>
              </DialogActions>
            </DialogBody>
          </DialogSurface>
        </Dialog>
      )}
    </>
  );
}
