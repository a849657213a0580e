import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { LiveState } from '../shared/live/eventStream';
import { SharedLive } from '../shared/live/sharedLive';
import type { HandsetNotice } from './api/handset';
import { putCall, putMessage } from './cache';

/** Keeps a handset up to date, over one connection for all tabs that show the same customer. */
export function useHandsetLive(customer: string): { state: LiveState; nudge(): void } {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const current = useRef<SharedLive>(undefined);
  useEffect(() => {
    const url = `/_guichet/live?customer=${encodeURIComponent(customer)}`;
    const live = new SharedLive(`guichet-handset-live-${customer}`, url, {
      onNotice: (notice) => {
        const told = notice as HandsetNotice;
        if (told.type === 'message') putMessage(client, told.message);
        else if (told.type === 'call') putCall(client, told.call);
      },
      onReset: () => void client.invalidateQueries(),
      onState: setState,
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
  }, [customer, client]);
  return useMemo(() => ({ state, nudge: () => current.current?.nudge() }), [state]);
}
