import {
  Button,
  Link,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  Nav,
  Tooltip,
  tokens,
} from '@fluentui/react-components';
import { NavigationRegular } from '@fluentui/react-icons';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, Link as RouterLink, useLocation } from 'react-router';
import icon from '../../shared/icon.svg';
import { ErrorBoundary } from '../../shared/ui/ErrorBoundary';
import { Loading } from '../../shared/ui/Note';
import { PreferenceMenus } from '../../shared/ui/PreferenceMenus';
import { useNarrow } from '../../shared/ui/useNarrow';
import { useLive } from '../live/PortalLive';
import { SignInProblem } from '../session/SignInProblem';
import { UserMenu } from '../session/UserMenu';
import { entryOf, NavigationEntries } from './Navigation';

const NarrowNavigation = lazy(() => import('./NarrowNavigation'));

const onBand = tokens.colorNeutralForegroundOnBrand;

const useStyles = makeStyles({
  root: { height: '100%', display: 'flex', flexDirection: 'column' },
  skip: {
    position: 'absolute',
    left: tokens.spacingHorizontalM,
    top: '-100px',
    zIndex: 1000,
    padding: tokens.spacingVerticalS,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow8,
    ':focus': { top: tokens.spacingVerticalS },
  },
  band: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    height: '44px',
    flexShrink: 0,
    paddingInline: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorBrandBackground,
    color: onBand,
    '& button': { color: onBand },
    '& button:hover, & button:hover:active': {
      color: onBand,
      backgroundColor: tokens.colorBrandBackgroundHover,
    },
    '& button:hover .fui-Button__icon, & button:hover:active .fui-Button__icon': { color: onBand },
  },
  brand: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    flexGrow: 1,
    minWidth: 0,
    color: onBand,
    textDecorationLine: 'none',
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase400,
    whiteSpace: 'nowrap',
  },
  mark: { display: 'block', padding: '2px', borderRadius: '4px', backgroundColor: 'white' },
  below: { display: 'flex', flexGrow: 1, minHeight: 0 },
  nav: {
    width: '232px',
    flexShrink: 0,
    boxSizing: 'border-box',
    overflowY: 'auto',
    padding: tokens.spacingHorizontalS,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    '& .fui-NavItem': { backgroundColor: 'transparent' },
    '& .fui-NavItem:hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  main: { flexGrow: 1, minWidth: 0, display: 'flex', flexDirection: 'column', outline: 'none' },
});

/** The frame of the portal: the band on top, navigation, and the page in it. */
export function Shell() {
  const { t } = useTranslation();
  const styles = useStyles();
  const narrow = useNarrow();
  const [menuOpen, setMenuOpen] = useState(false);
  const { pathname } = useLocation();
  const selected = entryOf(pathname);
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current !== pathname) main.current?.focus();
    shown.current = pathname;
  }, [pathname]);

  return (
    <div className={styles.root}>
      <Link
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('shell.skip')}
      </Link>
      <header className={styles.band}>
        {narrow && (
          <Tooltip content={t('shell.menu')} relationship="label">
            <Button
              appearance="subtle"
              icon={<NavigationRegular />}
              onClick={() => setMenuOpen(true)}
            />
          </Tooltip>
        )}
        <RouterLink to="/" className={styles.brand}>
          <img src={icon} alt="" width={20} height={20} className={styles.mark} />
          {t('shell.title')}
        </RouterLink>
        <PreferenceMenus />
        <UserMenu />
      </header>
      <ConnectionBanner />
      <SignInProblem />
      <div className={styles.below}>
        {!narrow && (
          <Nav
            className={styles.nav}
            selectedValue={selected}
            density="small"
            role="navigation"
            aria-label={t('shell.navigation')}
          >
            <NavigationEntries />
          </Nav>
        )}
        {narrow && menuOpen && (
          <Suspense>
            <NarrowNavigation selected={selected} onClose={() => setMenuOpen(false)} />
          </Suspense>
        )}
        <main id="main" ref={main} tabIndex={-1} className={styles.main}>
          <ErrorBoundary key={pathname}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
    </div>
  );
}

/** Says that what is on screen may be old, while the live connection is lost. */
function ConnectionBanner() {
  const { t } = useTranslation();
  const { state, nudge } = useLive();
  if (state !== 'disconnected') return null;
  return (
    <MessageBar intent="warning" layout="auto" role="alert">
      <MessageBarBody>{t('live.disconnected')}</MessageBarBody>
      <MessageBarActions>
        <Button onClick={nudge}>{t('live.retry')}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}
