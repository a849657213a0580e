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
import { Outlet, useLocation } from 'react-router';
import icon from '../../shared/icon.svg';
import { ErrorBoundary } from '../../shared/ui/ErrorBoundary';
import { Loading } from '../../shared/ui/Note';
import { useNarrow } from '../../shared/ui/useNarrow';
import { RefusedKeyBanner } from '../connection/RefusedKeyBanner';
import { useView } from '../conversation/useView';
import { useLive } from '../live/DeskLive';
import { NavigationEntries } from './Navigation';
import { UserMenu } from './UserMenu';

const NarrowNavigation = lazy(() => import('./NarrowNavigation'));

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
  header: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    height: '48px',
    flexShrink: 0,
    paddingInline: tokens.spacingHorizontalM,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  brand: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    fontWeight: tokens.fontWeightSemibold,
    fontSize: tokens.fontSizeBase400,
    flexGrow: 1,
  },
  below: { display: 'flex', flexGrow: 1, minHeight: 0 },
  nav: {
    width: '288px',
    flexShrink: 0,
    boxSizing: 'border-box',
    overflowY: 'auto',
    padding: tokens.spacingHorizontalS,
    backgroundColor: tokens.colorNeutralBackground4,
  },
  main: { flexGrow: 1, minWidth: 0, display: 'flex', flexDirection: 'column', outline: 'none' },
});

/** The frame of the desk: header, navigation, and the page in it. */
export function Shell() {
  const { t } = useTranslation();
  const styles = useStyles();
  const narrow = useNarrow();
  const [menuOpen, setMenuOpen] = useState(false);
  const selected = useSelected();
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();

  // Another page is read from its beginning; within the conversations, focus stays where the agent works.
  const area = pathname.startsWith('/conversations') ? '/conversations' : pathname;
  const shownArea = useRef(area);
  useEffect(() => {
    if (shownArea.current !== area) main.current?.focus();
    shownArea.current = area;
  }, [area]);

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
      <header className={styles.header}>
        {narrow && (
          <Tooltip content={t('shell.menu')} relationship="label">
            <Button
              appearance="subtle"
              icon={<NavigationRegular />}
              onClick={() => setMenuOpen(true)}
            />
          </Tooltip>
        )}
        <div className={styles.brand}>
          <img src={icon} alt="" width={24} height={24} />
          Guichet
        </div>
        <UserMenu />
      </header>
      <ConnectionBanner />
      <RefusedKeyBanner />
      <div className={styles.below}>
        {!narrow && (
          <Nav
            className={styles.nav}
            selectedValue={selected}
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
          <ErrorBoundary key={area}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
    </div>
  );
}

function useSelected(): string {
  const { pathname } = useLocation();
  const [view] = useView();
  if (pathname.startsWith('/administration/')) return pathname.split('/')[2] ?? '';
  return `view:${view}`;
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
