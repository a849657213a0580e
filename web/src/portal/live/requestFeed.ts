import type { CloudRequest, RequestList } from '../api/portal';

/** How many requests the page keeps; the cloud keeps as many. */
export const keptRequests = 1000;

/** Joins requests that are known with others, each once, oldest first, and keeps the newest. */
export function mergeRequests(known: CloudRequest[], more: CloudRequest[]): CloudRequest[] {
  const newest = known.at(-1)?.n ?? 0;
  const later = more.every(({ n }, at) => n > (at === 0 ? newest : (more[at - 1]?.n ?? 0)));
  // Notices come in order almost always; only else is there anything to sort.
  const joined = later
    ? [...known, ...more]
    : [...new Map([...known, ...more].map((each) => [each.n, each])).values()].sort(
        (one, other) => one.n - other.n,
      );
  return joined.slice(-keptRequests);
}

/**
 * Brings together what is read and what is told meanwhile: a request that comes while the list is on its way is in the answer once,
 * and a burst of them is passed on at once.
 */
export class RequestFeed {
  private readonly readers = new Set<CloudRequest[]>();
  private waiting: CloudRequest[] = [];
  private timer?: ReturnType<typeof setTimeout>;

  /** `pass` is given what came, at most once every `pause` milliseconds. */
  constructor(
    private readonly pass: (requests: CloudRequest[]) => void,
    private readonly pause = 200,
  ) {}

  /** Takes in a request that was told. */
  tell(request: CloudRequest) {
    for (const told of this.readers) told.push(request);
    this.waiting.push(request);
    if (this.waiting.length > keptRequests) this.waiting = this.waiting.slice(-keptRequests);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const requests = this.waiting;
      this.waiting = [];
      this.pass(requests);
    }, this.pause);
  }

  /** Reads the list and adds what was told while it was on its way. */
  async read(list: () => Promise<RequestList>): Promise<RequestList> {
    const told: CloudRequest[] = [];
    this.readers.add(told);
    try {
      const answer = await list();
      return { ...answer, items: mergeRequests(answer.items, told) };
    } finally {
      this.readers.delete(told);
    }
  }

  /** Forgets what waits, e.g. when the cloud was reset. */
  clear() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
    for (const told of this.readers) told.length = 0;
  }
}
