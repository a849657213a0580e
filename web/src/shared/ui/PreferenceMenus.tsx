import {
  Button,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Tooltip,
} from '@fluentui/react-components';
import { LocalLanguageRegular, WeatherMoonRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { isLanguage, languages } from '../i18n/language';
import { switchLanguage } from '../i18n/setup';
import { type ThemeChoice, themeChoices, useThemeChoice } from '../theme/PageTheme';

/** Two buttons for pages without a user menu: the language and the theme, kept in this browser. */
export function PreferenceMenus() {
  const { t, i18n } = useTranslation();
  const theme = useThemeChoice();
  return (
    <div style={{ display: 'flex' }}>
      <Menu
        checkedValues={{ language: [i18n.language] }}
        onCheckedValueChange={(_, { checkedItems }) => {
          if (isLanguage(checkedItems[0])) void switchLanguage(checkedItems[0]);
        }}
      >
        <MenuTrigger disableButtonEnhancement>
          <Tooltip content={t('language.label')} relationship="label">
            <Button appearance="subtle" icon={<LocalLanguageRegular />} />
          </Tooltip>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {languages.map((language) => (
              <MenuItemRadio key={language} name="language" value={language} lang={language}>
                {t(`language.${language}`)}
              </MenuItemRadio>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
      <Menu
        checkedValues={{ theme: [theme.choice] }}
        onCheckedValueChange={(_, { checkedItems }) => theme.choose(checkedItems[0] as ThemeChoice)}
      >
        <MenuTrigger disableButtonEnhancement>
          <Tooltip content={t('theme.label')} relationship="label">
            <Button appearance="subtle" icon={<WeatherMoonRegular />} />
          </Tooltip>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {themeChoices.map((choice) => (
              <MenuItemRadio key={choice} name="theme" value={choice}>
                {t(`theme.${choice}`)}
              </MenuItemRadio>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
    </div>
  );
}
