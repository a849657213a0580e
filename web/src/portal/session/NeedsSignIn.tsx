import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { PersonAccountsRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Note } from '../../shared/ui/Note';
import { keys, portal } from '../api/portal';
import type { Account } from './session';
import { useSession } from './useSession';

/** Shows its children to whoever is signed in, and asks everybody else to sign in. */
export function NeedsSignIn({ children }: { children: ReactNode | ((who: Account) => ReactNode) }) {
  const { t } = useTranslation();
  const { account, signIn } = useSession();
  const hint = useUserHint();
  if (account) return typeof children === 'function' ? children(account) : children;
  return (
    <Note
      icon={<PersonAccountsRegular />}
      title={t('session.needed')}
      action={
        <Button appearance="primary" onClick={() => signIn()}>
          {t('session.signIn')}
        </Button>
      }
    >
      {t('session.neededText')} {hint}
    </Note>
  );
}

/** A line on pages that anyone may look at: says that changing something needs a sign-in. Nothing once somebody is signed in. */
export function SignInBar() {
  const { t } = useTranslation();
  const { account, signIn } = useSession();
  const hint = useUserHint();
  if (account) return null;
  return (
    <MessageBar layout="auto">
      <MessageBarBody>
        {t('session.bar')} {hint}
      </MessageBarBody>
      <MessageBarActions>
        <Button onClick={() => signIn()}>{t('session.signIn')}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}

/** Names the user that every local cloud starts with. */
function useUserHint(): string {
  const { t } = useTranslation();
  const about = useQuery({ queryKey: keys.about, queryFn: ({ signal }) => portal.about(signal) });
  if (!about.data) return '';
  const { user, password } = about.data.wellKnown;
  return t('session.hint', { user, password });
}
