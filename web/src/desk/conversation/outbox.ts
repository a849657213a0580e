import type { Message } from '../api/types';

/** A text that the agent sent and that the server has not confirmed. */
export interface Outgoing {
  /** The Idempotency-Key of all its tries. */
  key: string;
  user: string;
  conversationId: string;
  text: string;
  /** When the agent pressed send. */
  at: string;
  /** unknown: no answer came, so it may have been sent. refused: it certainly was not. */
  state: 'sending' | 'unknown' | 'refused';
  /** Why the last try failed; a sentence for the agent. */
  problem: string;
  /** Messages with the same text that were in the transcript before, so that this one's own can be told from them. */
  earlier: string[];
}

const storageKey = 'guichet.outbox';
const nothing: Outgoing[] = [];

/**
 * The outbox of this tab: texts under way or refused. It is kept in the tab's storage, so that a reload in the middle of sending
 * loses nothing; of what was under way the fate is then unknown, and it is tried again with the same key, which cannot send twice.
 */
export class Outbox {
  private entries: Outgoing[];
  private readonly listeners = new Set<() => void>();
  private byConversation = new Map<string, Outgoing[]>();
  private readonly turns = new Map<string, Promise<void>>();

  /** `interrupted` is what is said of a text whose sending a reload cut off. */
  constructor(interrupted: string) {
    this.entries = stored().map((entry) =>
      entry.state === 'sending' ? { ...entry, state: 'unknown', problem: interrupted } : entry,
    );
  }

  /** Runs the sending of a text when those of the same conversation before it are done. `work` must not reject. */
  inTurn(conversationId: string, work: () => Promise<void>) {
    const turn = (this.turns.get(conversationId) ?? Promise.resolve()).then(work);
    this.turns.set(conversationId, turn);
  }

  /** The unconfirmed texts of a conversation, oldest first; the same array until something changes. */
  of(user: string, conversationId: string): Outgoing[] {
    const cacheKey = `${user} ${conversationId}`;
    let found = this.byConversation.get(cacheKey);
    if (!found) {
      found = this.entries.filter(
        (entry) => entry.user === user && entry.conversationId === conversationId,
      );
      this.byConversation.set(cacheKey, found.length > 0 ? found : nothing);
    }
    return found.length > 0 ? found : nothing;
  }

  /** Adds a text, or replaces the entry with the same key. */
  put(entry: Outgoing) {
    const rest = this.entries.filter((other) => other.key !== entry.key);
    this.entries = [...rest, entry];
    this.changed();
  }

  /** Takes out a text that the agent gave up. */
  remove(key: string) {
    this.entries = this.entries.filter((entry) => entry.key !== key);
    this.changed();
  }

  /** Takes out a text that became the message `id`, which from now on is no other entry's. */
  confirm(key: string, id: string) {
    this.entries = this.entries
      .filter((entry) => entry.key !== key)
      .map((entry) => ({ ...entry, earlier: [...entry.earlier, id] }));
    this.changed();
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  private changed() {
    this.byConversation.clear();
    try {
      sessionStorage.setItem(storageKey, JSON.stringify(this.entries));
    } catch {
      // A full or forbidden store: the texts are still in memory and on screen.
    }
    for (const listener of this.listeners) listener();
  }
}

function stored(): Outgoing[] {
  try {
    const entries: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(entries) ? entries : [];
  } catch {
    return [];
  }
}

/**
 * The entries that are not in the transcript yet. A notice may bring a message before the answer to its sending does; without this
 * the agent would see the text twice for a moment.
 */
export function notYetShown(entries: Outgoing[], messages: Message[], me: string): Outgoing[] {
  const claimed = new Set<string>();
  return entries.filter((entry) => {
    if (entry.state === 'refused') return true;
    const own = messages.find(
      (message) =>
        message.direction === 'outbound' &&
        message.author?.id === me &&
        message.text === entry.text &&
        !entry.earlier.includes(message.id) &&
        !claimed.has(message.id),
    );
    if (own) claimed.add(own.id);
    return !own;
  });
}
