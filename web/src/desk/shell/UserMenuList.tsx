import {
  Avatar,
  Button,
  Caption1,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { PasswordRegular, SignOutRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../../shared/api/useErrorText';
import { isLanguage, languages } from '../../shared/i18n/language';
import { switchLanguage } from '../../shared/i18n/setup';
import { type ThemeChoice, themeChoices, useThemeChoice } from '../../shared/theme/PageTheme';
import { api } from '../api/client';
import { keys } from '../api/keys';
import { useDesk } from '../desk';
import { leave, useMe } from '../session/session';

const PasswordDialog = lazy(() => import('../session/PasswordDialog'));

const useStyles = makeStyles({
  who: { display: 'flex', flexDirection: 'column', padding: tokens.spacingHorizontalS },
  email: { color: tokens.colorNeutralForeground3 },
  problem: { position: 'fixed', top: '52px', right: '8px', zIndex: 1000, maxWidth: '90vw' },
});

/** The user's own menu, open at once: who is signed in, language, theme, password, sign out. */
export default function UserMenuList() {
  const { t, i18n } = useTranslation();
  const styles = useStyles();
  const desk = useDesk();
  const me = useMe();
  const theme = useThemeChoice();
  const errorText = useErrorText();
  const [password, setPassword] = useState(false);
  const [problem, setProblem] = useState('');

  const attempt = (work: Promise<unknown>) => {
    setProblem('');
    work.catch((error: unknown) => setProblem(errorText(error)));
  };
  const chooseLanguage = async (language: string | undefined) => {
    if (!isLanguage(language)) return;
    await switchLanguage(language);
    desk.client.setQueryData(keys.me, await api.changeMe({ language }));
  };

  return (
    <>
      <Menu
        defaultOpen
        checkedValues={{ language: [i18n.language], theme: [theme.choice] }}
        onCheckedValueChange={(_, { name, checkedItems }) => {
          if (name === 'theme') theme.choose(checkedItems[0] as ThemeChoice);
          else attempt(chooseLanguage(checkedItems[0]));
        }}
      >
        <MenuTrigger disableButtonEnhancement>
          <Button
            appearance="subtle"
            shape="circular"
            aria-label={t('shell.userMenu', { name: me.name })}
            icon={<Avatar name={me.name} size={32} color="colorful" aria-hidden />}
          />
        </MenuTrigger>
        <MenuPopover>
          <div className={styles.who}>
            <strong>{me.name}</strong>
            <Caption1 className={styles.email}>
              {me.email} · {t(`role.${me.role}`)}
            </Caption1>
          </div>
          <MenuList>
            <MenuDivider />
            <MenuGroup>
              <MenuGroupHeader>{t('language.label')}</MenuGroupHeader>
              {languages.map((language) => (
                <MenuItemRadio key={language} name="language" value={language} lang={language}>
                  {t(`language.${language}`)}
                </MenuItemRadio>
              ))}
            </MenuGroup>
            <MenuDivider />
            <MenuGroup>
              <MenuGroupHeader>{t('theme.label')}</MenuGroupHeader>
              {themeChoices.map((choice) => (
                <MenuItemRadio key={choice} name="theme" value={choice}>
                  {t(`theme.${choice}`)}
                </MenuItemRadio>
              ))}
            </MenuGroup>
            <MenuDivider />
            {me.source === 'desk' && (
              <MenuItem icon={<PasswordRegular />} onClick={() => setPassword(true)}>
                {t(me.hasPassword ? 'password.change' : 'password.set')}
              </MenuItem>
            )}
            <MenuItem icon={<SignOutRegular />} onClick={() => attempt(leave(desk))}>
              {t('shell.signOut')}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {problem && (
        <MessageBar intent="error" className={styles.problem} role="alert">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      {password && (
        <Suspense>
          <PasswordDialog onClose={() => setPassword(false)} />
        </Suspense>
      )}
    </>
  );
}
