import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { LiveState } from '../../shared/live/eventStream';
import { SharedLive } from '../../shared/live/sharedLive';
import { keys } from '../api/keys';
import type { Notice } from '../api/types';
import { useDesk } from '../desk';

interface Live {
  state: LiveState;
  /** Tries to reconnect at once. */
  nudge(): void;
}

const LiveContext = createContext<Live>({ state: 'connecting', nudge: () => {} });

/** The state of the live connection. */
export const useLive = () => useContext(LiveContext);

/**
 * Keeps what the page shows up to date while `user` is signed in, over one connection for all tabs. While the session is `over`
 * it rests; after that everything is read again.
 */
export function DeskLive({
  user,
  over,
  children,
}: {
  user: string;
  over: boolean;
  children: ReactNode;
}) {
  const { cache, client } = useDesk();
  const [state, setState] = useState<LiveState>('connecting');
  const current = useRef<SharedLive>(undefined);

  useEffect(() => {
    if (over) return () => cache.reset();
    const live = new SharedLive(`guichet-desk-live-${user}`, '/api/live', {
      onNotice: (notice) => cache.applyNotice(notice as Notice),
      onReset: () => cache.reset(),
      onState: (next) => {
        setState(next);
        if (next === 'unauthorized') void client.invalidateQueries({ queryKey: keys.me });
      },
    });
    current.current = live;
    live.start();
    const nudge = () => {
      if (document.visibilityState === 'visible') live.nudge();
    };
    window.addEventListener('online', nudge);
    document.addEventListener('visibilitychange', nudge);
    return () => {
      window.removeEventListener('online', nudge);
      document.removeEventListener('visibilitychange', nudge);
      live.stop();
    };
  }, [user, over, cache, client]);

  const value = useMemo(() => ({ state, nudge: () => current.current?.nudge() }), [state]);
  return <LiveContext value={value}>{children}</LiveContext>;
}
