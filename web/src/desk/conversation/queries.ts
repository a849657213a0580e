import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { keys } from '../api/keys';
import type { View } from '../api/types';
import { useDesk } from '../desk';
import { useMe } from '../session/session';
import { listed } from './lists';
import { transcript } from './messages';

/** A view of the inbox, newest activity first, page by page. */
export function useConversations(view: View) {
  const { cache } = useDesk();
  const me = useMe();
  const query = useInfiniteQuery({
    queryKey: keys.list(view),
    queryFn: ({ pageParam, signal }) =>
      cache.conversations.read(view, me.id, pageParam, () =>
        api.conversations(view, pageParam, signal),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  });
  return { ...query, items: listed(query.data) };
}

/** One conversation. */
export function useConversation(id: string) {
  const { cache } = useDesk();
  return useQuery({
    queryKey: keys.conversation(id),
    queryFn: async ({ signal }) => cache.readConversation(await api.conversation(id, signal)),
  });
}

/** The transcript of a conversation, oldest first; fetchNextPage loads what is older. */
export function useTranscript(id: string) {
  const { cache } = useDesk();
  const query = useInfiniteQuery({
    queryKey: keys.messages(id),
    queryFn: ({ pageParam, signal }) =>
      cache.messages.read(id, pageParam, () => api.messages(id, pageParam, signal)),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  });
  return { ...query, messages: transcript(query.data) };
}
