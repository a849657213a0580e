import { useConversations } from '../conversation/queries';

/** Messages that wait for this user: unread ones of the own conversations and of those that nobody has. */
export function useUnread(): number {
  const mine = useConversations('mine');
  const open = useConversations('open');
  return [...mine.items, ...open.items].reduce((sum, item) => sum + item.unread, 0);
}
