/** A text written on a handset that the local cloud has not confirmed. */
export interface Outgoing {
  /** Id of the message, made here: the same id again is not sent again. */
  id: string;
  customer: string;
  business: string;
  text: string;
  state: 'sending' | 'failed';
  problem: string;
}

const storageKey = 'guichet.handset.outbox';

/** Texts under way or refused, kept in the tab's storage so that a reload loses none. */
export class Outbox {
  private entries: Outgoing[];
  private readonly listeners = new Set<() => void>();

  /** `interrupted` is what is said of a text whose sending a reload cut off. */
  constructor(interrupted: string) {
    this.entries = stored().map((entry) =>
      entry.state === 'sending' ? { ...entry, state: 'failed', problem: interrupted } : entry,
    );
  }

  /** All entries, oldest first; the same array until something changes. */
  all = () => this.entries;

  /** Adds a text, or replaces the entry with the same id. */
  put(entry: Outgoing) {
    const at = this.entries.findIndex((other) => other.id === entry.id);
    this.change(at < 0 ? [...this.entries, entry] : this.entries.with(at, entry));
  }

  remove(id: string) {
    this.change(this.entries.filter((entry) => entry.id !== id));
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  private change(entries: Outgoing[]) {
    this.entries = entries;
    try {
      sessionStorage.setItem(storageKey, JSON.stringify(entries));
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
