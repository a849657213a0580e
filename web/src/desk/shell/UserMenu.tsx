import { Avatar, Button } from '@fluentui/react-components';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../session/session';

const UserMenuList = lazy(() => import('./UserMenuList'));

/** The button of the user's own menu. The menu itself is loaded when it is first opened. */
export function UserMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const [wanted, setWanted] = useState(false);
  const button = (
    <Button
      appearance="subtle"
      shape="circular"
      aria-label={t('shell.userMenu', { name: me.name })}
      aria-haspopup="menu"
      aria-expanded={false}
      icon={<Avatar name={me.name} size={32} color="colorful" aria-hidden />}
      onClick={() => setWanted(true)}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <UserMenuList />
    </Suspense>
  );
}
