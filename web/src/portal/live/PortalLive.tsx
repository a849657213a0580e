import { type QueryClient, useQueryClient } from '@tanstack/react-query';
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
import { keys, type PortalNotice, portal, type RequestList } from '../api/portal';
import { mergeRequests, RequestFeed } from './requestFeed';

interface Live {
  state: LiveState;
  /** Tries to reconnect at once. */
  nudge(): void;
  /** Reads the list of requests for the cache. */
  readRequests(signal?: AbortSignal): Promise<RequestList>;
  /** Forgets what the page knows and reads again what is on screen. */
  renew(): void;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** The live connection of the page. */
export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive outside PortalLive');
  return live;
}

/** A burst of deliveries makes one new read, in milliseconds. */
const deliveryPause = 400;

/** Keeps what the page shows up to date, over one connection for all tabs. */
export function PortalLive({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const current = useRef<SharedLive>(undefined);
  const feed = useMemo(() => newFeed(client), [client]);

  useEffect(() => {
    let reread: ReturnType<typeof setTimeout> | undefined;
    const live = new SharedLive(
      'guichet-portal-live',
      '/_guichet/live?topics=requests,deliveries',
      {
        onNotice: (told) => {
          const notice = told as PortalNotice;
          if (notice.type === 'request') feed.tell(notice.request);
          if (notice.type !== 'delivery') return;
          reread ??= setTimeout(() => {
            reread = undefined;
            void client.invalidateQueries({ queryKey: keys.allDeliveries });
            void client.invalidateQueries({ queryKey: keys.allSubscriptions });
          }, deliveryPause);
        },
        onReset: () => void client.invalidateQueries(),
        onState: setState,
      },
    );
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
      clearTimeout(reread);
      feed.clear();
      live.stop();
    };
  }, [client, feed]);

  const value = useMemo(
    () => ({
      state,
      nudge: () => current.current?.nudge(),
      readRequests: (signal?: AbortSignal) => feed.read(() => portal.requests(signal)),
      renew: () => {
        feed.clear();
        void client.invalidateQueries();
      },
    }),
    [state, feed, client],
  );
  return <LiveContext value={value}>{children}</LiveContext>;
}

function newFeed(client: QueryClient): RequestFeed {
  return new RequestFeed((requests) => {
    client.setQueryData<RequestList>(
      keys.requests,
      (list) => list && { ...list, items: mergeRequests(list.items, requests) },
    );
    // What others change in the directory and in subscriptions is seen by their requests.
    const changed = (plane: string) =>
      requests.some((one) => one.plane === plane && one.method !== 'GET' && one.status < 400);
    if (changed('graph')) {
      void client.invalidateQueries({ queryKey: keys.applications });
      void client.invalidateQueries({ queryKey: ['graph'] });
    }
    if (changed('arm')) void client.invalidateQueries({ queryKey: keys.allProviders });
    // Which routes are unknown is counted by the cloud alone.
    if (requests.some(({ status }) => status === 404)) {
      void client.invalidateQueries({ queryKey: keys.requests }, { cancelRefetch: false });
    }
  });
}
