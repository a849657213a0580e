import { FluentProvider, webDarkTheme, webLightTheme } from '@fluentui/react-components';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = 'guichet.theme';
const darkQuery = '(prefers-color-scheme: dark)';

const ThemeContext = createContext<{ choice: ThemeChoice; choose(choice: ThemeChoice): void }>({
  choice: 'system',
  choose: () => {},
});

/** The chosen theme and how to choose another. */
export const useThemeChoice = () => useContext(ThemeContext);

/** Draws the page light or dark: as chosen in this browser, else as the system is, also when that changes meanwhile. */
export function PageTheme({ children }: { children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice);
  const [systemDark, setSystemDark] = useState(() => window.matchMedia(darkQuery).matches);
  useEffect(() => {
    const query = window.matchMedia(darkQuery);
    const follow = () => setSystemDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);

  const dark = choice === 'dark' || (choice === 'system' && systemDark);
  const theme = dark ? webDarkTheme : webLightTheme;
  useEffect(() => {
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
    document.body.style.backgroundColor = theme.colorNeutralBackground2;
  }, [dark, theme]);

  const value = useMemo(
    () => ({
      choice,
      choose(next: ThemeChoice) {
        localStorage.setItem(storageKey, next);
        setChoice(next);
      },
    }),
    [choice],
  );
  return (
    <ThemeContext value={value}>
      <FluentProvider theme={theme} style={{ height: '100%', backgroundColor: 'transparent' }}>
        {children}
      </FluentProvider>
    </ThemeContext>
  );
}

function storedChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey) as ThemeChoice;
  return themeChoices.includes(stored) ? stored : 'system';
}
