import { useEffect } from 'react';
import { useUnread } from './useUnread';

/** Sets the title of the document: unread messages, the page, the product. */
export function usePageTitle(page: string) {
  const unread = useUnread();
  useEffect(() => {
    const count = unread > 0 ? `(${unread}) ` : '';
    document.title = `${count}${page} – Guichet`;
  }, [page, unread]);
}
