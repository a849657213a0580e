import type { InfiniteData } from '@tanstack/react-query';
import type { Delivery, Message, Page } from '../api/types';

/** A transcript as it is cached: the first page holds the newest messages, the next ones older ones; in a page the oldest first. */
export type MessagePages = InfiniteData<Page<Message>>;

/** The whole loaded transcript, oldest first. */
export function transcript(pages: MessagePages | undefined): Message[] {
  return pages ? [...pages.pages].reverse().flatMap((page) => page.items) : [];
}

const rank: Record<Delivery, number> = { '': 0, queued: 1, sent: 2, delivered: 3, failed: 3 };

/** Of two states of one message the later one: delivery goes forward only. */
function later(one: Message, other: Message): Message {
  return rank[other.delivery] >= rank[one.delivery] ? other : one;
}

function byTime(one: Message, other: Message): number {
  return Date.parse(one.at) - Date.parse(other.at) || (one.id < other.id ? -1 : 1);
}

/**
 * Puts a message into a cached transcript: over its earlier state if it is there, else in its place in time. One that is older than
 * everything loaded stays away while older pages are still to be loaded, as it comes with its page.
 */
export function mergeMessage(pages: MessagePages, message: Message): MessagePages {
  for (const [index, page] of pages.pages.entries()) {
    const known = page.items.find((item) => item.id === message.id);
    if (!known) continue;
    const merged = later(known, message);
    const items = page.items.map((item) => (item === known ? merged : item));
    return { ...pages, pages: pages.pages.with(index, { ...page, items }) };
  }
  const oldest = transcript(pages)[0];
  const last = pages.pages[pages.pages.length - 1];
  if (oldest && last && last.next !== '' && byTime(message, oldest) < 0) return pages;
  // Which page holds it does not show; the newest has no end, so it takes it in.
  const index = pages.pages.findIndex((page) => {
    const first = page.items[0];
    return first !== undefined && byTime(first, message) < 0;
  });
  const at = index < 0 ? pages.pages.length - 1 : index;
  const page = pages.pages[at];
  if (!page) return pages;
  const items = [...page.items, message].sort(byTime);
  return { ...pages, pages: pages.pages.with(at, { ...page, items }) };
}

/**
 * Messages that notices brought, so that a transcript which was being read at that moment loses none: an answer that left the
 * server before the notice does not hold them.
 */
export class MessageBook {
  private readonly readings = new Set<Message[]>();

  /** Notes a message that a notice brought. */
  notice(message: Message) {
    for (const noticed of this.readings) noticed.push(message);
  }

  /** Reads a page of a transcript; what was noticed meanwhile goes over the answer, and new messages onto the newest page. */
  async read(
    conversationId: string,
    before: string,
    fetch: () => Promise<Page<Message>>,
  ): Promise<Page<Message>> {
    const noticed: Message[] = [];
    this.readings.add(noticed);
    try {
      const page = await fetch();
      let pages: MessagePages = { pages: [page], pageParams: [before] };
      for (const message of noticed) {
        if (message.conversationId !== conversationId) continue;
        const known = page.items.some((item) => item.id === message.id);
        if (known || before === '') pages = mergeMessage(pages, message);
      }
      return pages.pages[0] ?? page;
    } finally {
      this.readings.delete(noticed);
    }
  }
}
