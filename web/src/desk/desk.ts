import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { ProblemError } from '../shared/api/request';
import { keys } from './api/keys';
import { Outbox } from './conversation/outbox';
import { DeskCache } from './live/notices';

/** What the whole page shares. */
export interface Desk {
  client: QueryClient;
  cache: DeskCache;
  outbox: Outbox;
  /** To be told of every refusal that no query or mutation saw: a lost session leads to the sign-in page. */
  refused(error: unknown): void;
}

/** Makes the shared parts; `interrupted` is what is said of a text whose sending a reload cut off. */
export function newDesk(interrupted: string): Desk {
  const signedOut = (error: unknown) => {
    if (!(error instanceof ProblemError) || error.status !== 401) return;
    // On the sign-in page a 401 is a wrong password; there nobody is signed in yet.
    if (client.getQueryData(keys.me)) client.setQueryData(keys.me, null);
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    mutationCache: new MutationCache({ onError: signedOut }),
    defaultOptions: {
      queries: {
        // Live notices keep the cache true; a read on return to the page repairs what they could not.
        staleTime: 30_000,
        retry: (count, error) =>
          count < 2 && !(error instanceof ProblemError && error.status < 500),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
  return {
    client,
    cache: new DeskCache(client),
    outbox: new Outbox(interrupted),
    refused: signedOut,
  };
}

export const DeskContext = createContext<Desk | undefined>(undefined);

/** The shared parts of the page. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useDesk outside of DeskContext');
  return desk;
}
