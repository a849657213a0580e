import { useCallback, useSyncExternalStore } from 'react';
import { useLocation } from 'react-router';
import { type SessionState, session } from './session';

interface SignedIn extends SessionState {
  /** Leaves for the sign-in page and comes back to the page that is shown. `pick` asks which account. */
  signIn(pick?: boolean): void;
  signOut(): void;
}

/** Who is signed in in this tab, and how to change that. Needs a router. */
export function useSession(): SignedIn {
  const state = useSyncExternalStore(session.subscribe, session.state);
  const { pathname, search } = useLocation();
  const signIn = useCallback(
    (pick?: boolean) => void session.signIn(pathname + search, pick),
    [pathname, search],
  );
  const signOut = useCallback(() => session.signOut(), []);
  return { ...state, signIn, signOut };
}
