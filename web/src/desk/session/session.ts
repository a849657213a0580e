import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, useRef } from 'react';
import { ProblemError } from '../../shared/api/request';
import { switchLanguage } from '../../shared/i18n/setup';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { User } from '../api/types';
import type { Desk } from '../desk';

/** Other tabs of this browser hear here that somebody signed in or out. */
const channelName = 'guichet-session';

/** Who is signed in: null when nobody is. */
export function useSession() {
  return useQuery({
    queryKey: keys.me,
    queryFn: async ({ signal }): Promise<User | null> => {
      try {
        const me = await api.me(signal);
        left = false;
        if (me.language) await switchLanguage(me.language);
        return me;
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) return null;
        throw error;
      }
    },
  });
}

/** Whether the session ended by signing out, here or in another tab, and not by itself. */
let left = false;

/**
 * The user whose page is shown: `now`, who is signed in; else, as long as a dialog may hold what they typed, who was before the
 * session ended by itself.
 */
export function usePageUser(now?: User | null): User | undefined {
  const last = useRef<User>(undefined);
  if (now || left || !document.querySelector('[role="dialog"], [role="alertdialog"]')) {
    last.current = now ?? undefined;
  }
  return last.current;
}

/** The user for whom a page is drawn; it outlives the session until the page is gone. */
export const MeContext = createContext<User | undefined>(undefined);

/** The user of a page that only signed-in people see. */
export function useMe(): User {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe outside of MeContext');
  return me;
}

/** Enters the desk as the user whom the server signed in; nothing of a former user stays in memory. */
export async function enter(desk: Desk, user: User) {
  left = false;
  if (user.language) await switchLanguage(user.language);
  desk.cache.conversations.clear();
  desk.client.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] });
  desk.client.setQueryData(keys.me, user);
  announce();
}

/** Signs out here and in all tabs. Rejects, still signed in, when the server cannot be told. */
export async function leave(desk: Desk) {
  await api.signOut();
  left = true;
  desk.client.setQueryData(keys.me, null);
  announce();
}

function announce() {
  if (!('BroadcastChannel' in globalThis)) return;
  const channel = new BroadcastChannel(channelName);
  channel.postMessage({ left });
  channel.close();
}

const leftKey = 'guichet.leftToSignIn';

/** Notes that this tab leaves the desk to sign in elsewhere: when it is back, the others are to look who is signed in. */
export function leaveToSignIn() {
  sessionStorage.setItem(leftKey, '1');
}

/** Reads again who is signed in whenever another tab changed it; gives a function that ends this. */
export function followOtherTabs(desk: Desk): () => void {
  if (!('BroadcastChannel' in globalThis)) return () => {};
  if (sessionStorage.getItem(leftKey)) {
    sessionStorage.removeItem(leftKey);
    announce();
  }
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = ({ data }: MessageEvent<{ left: boolean }>) => {
    left = data.left;
    void desk.client.invalidateQueries({ queryKey: keys.me });
  };
  return () => channel.close();
}
