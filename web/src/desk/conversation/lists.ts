import type { InfiniteData } from '@tanstack/react-query';
import type { Conversation, Page, View } from '../api/types';

/** A view of the inbox as it is cached: pages, newest activity first. */
export type ListPages = InfiniteData<Page<Conversation>>;

/** Tells whether a conversation is in a view of the inbox of the user `me`. */
export function belongs(conversation: Conversation, view: View, me: string): boolean {
  if (view === 'mine') return conversation.agent?.id === me && conversation.state !== 'closed';
  return conversation.state === view;
}

function before(one: Conversation, other: Conversation): boolean {
  const difference = Date.parse(one.lastAt) - Date.parse(other.lastAt);
  return difference === 0 ? one.id > other.id : difference > 0;
}

function insert(items: Conversation[], conversation: Conversation): Conversation[] {
  const at = items.findIndex((item) => before(conversation, item));
  const where = at < 0 ? items.length : at;
  return [...items.slice(0, where), conversation, ...items.slice(where)];
}

/**
 * Puts the newest state of a conversation into a cached view: in its place, or out of it when it belongs there no longer. One that
 * is older than all that is loaded stays away until its page is loaded.
 */
export function place(
  pages: ListPages,
  conversation: Conversation,
  view: View,
  me: string,
): ListPages {
  const cleaned = pages.pages.map((page) => ({
    ...page,
    items: page.items.filter((item) => item.id !== conversation.id),
  }));
  if (belongs(conversation, view, me)) {
    const index = cleaned.findIndex((page) =>
      page.items.some((item) => before(conversation, item)),
    );
    const last = cleaned[cleaned.length - 1];
    const page = index >= 0 ? cleaned[index] : last?.next === '' ? last : undefined;
    if (page) page.items = insert(page.items, conversation);
  }
  return { ...pages, pages: cleaned };
}

/** All loaded conversations of a view. One that moved up while a later page was being read is in both: its first place counts. */
export function listed(pages: ListPages | undefined): Conversation[] {
  const found = new Map<string, Conversation>();
  for (const conversation of pages?.pages.flatMap((page) => page.items) ?? []) {
    if (!found.has(conversation.id)) found.set(conversation.id, conversation);
  }
  return [...found.values()];
}

/** So many conversations are remembered; the ones noted longest ago are forgotten first. */
const memory = 5000;

/**
 * The newest state seen of every conversation, whatever way it came. Answers and notices overtake each other: an answer to a read
 * may be older than a notice that arrived while it was under way, so both pass through here.
 */
export class ConversationBook {
  private newest = new Map<string, Conversation>();
  private readonly readings = new Set<Conversation[]>();

  /** Notes a state and gives the newest one known, which may be another. */
  note(conversation: Conversation): Conversation {
    const known = this.newest.get(conversation.id);
    if (known && known.version > conversation.version) return known;
    this.newest.delete(conversation.id);
    this.newest.set(conversation.id, conversation);
    if (this.newest.size > memory) this.newest.delete(this.newest.keys().next().value ?? '');
    return conversation;
  }

  /** As note, for a state that a notice brought: lists being read at this moment take it in. */
  noteNotice(conversation: Conversation): Conversation {
    const newest = this.note(conversation);
    for (const noticed of this.readings) noticed.push(newest);
    return newest;
  }

  /** Reads a page of a view and corrects the answer by what is known to be newer, and by what was noticed meanwhile. */
  async read(
    view: View,
    me: string,
    cursor: string,
    fetch: () => Promise<Page<Conversation>>,
  ): Promise<Page<Conversation>> {
    const noticed: Conversation[] = [];
    this.readings.add(noticed);
    try {
      const page = await fetch();
      const items = page.items
        .map((item) => this.note(item))
        .filter((item) => belongs(item, view, me));
      let pages: ListPages = { pages: [{ ...page, items }], pageParams: [cursor] };
      // What is new belongs on the first page.
      if (cursor === '')
        for (const conversation of noticed) pages = place(pages, conversation, view, me);
      return pages.pages[0] ?? page;
    } finally {
      this.readings.delete(noticed);
    }
  }

  /** Forgets everything, when the server says that all must be read again: versions may have begun anew. */
  clear() {
    this.newest.clear();
  }
}
