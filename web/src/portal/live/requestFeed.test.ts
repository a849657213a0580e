import { describe, expect, it, vi } from 'vitest';
import type { CloudRequest, RequestList } from '../api/portal';
import { keptRequests, mergeRequests, RequestFeed } from './requestFeed';

const asked = (n: number): CloudRequest => ({
  n,
  at: '2026-11-22T12:00:00Z',
  method: 'GET',
  path: `/${n}`,
  plane: 'acs',
  status: 200,
  durationMs: 1,
});
const numbers = (list: CloudRequest[]) => list.map(({ n }) => n);

describe('mergeRequests', () => {
  it.each([
    [
      [1, 2],
      [3, 4],
      [1, 2, 3, 4],
    ],
    [[], [2, 1], [1, 2]],
    [
      [1, 3],
      [2, 3],
      [1, 2, 3],
    ],
    [[5], [], [5]],
  ])('%j and %j', (known, more, joined) => {
    expect(numbers(mergeRequests(known.map(asked), more.map(asked)))).toEqual(joined);
  });
  it('keeps the newest', () => {
    const many = Array.from({ length: keptRequests }, (_, at) => asked(at + 1));
    const merged = mergeRequests(many, [asked(keptRequests + 1)]);
    expect(merged).toHaveLength(keptRequests);
    expect([merged[0]?.n, merged.at(-1)?.n]).toEqual([2, keptRequests + 1]);
  });
});

describe('RequestFeed', () => {
  it('adds what was told while the list was on its way, once', async () => {
    const feed = new RequestFeed(() => {});
    let answer: (list: RequestList) => void = () => {};
    const reading = feed.read(
      () =>
        new Promise<RequestList>((resolve) => {
          answer = resolve;
        }),
    );
    feed.tell(asked(2));
    feed.tell(asked(3));
    answer({ items: [asked(1), asked(2)], unknownRoutes: {} });
    expect(numbers((await reading).items)).toEqual([1, 2, 3]);
    feed.clear();
  });
  it('passes a burst on at once and nothing after it was cleared', () => {
    vi.useFakeTimers();
    try {
      const passed: number[][] = [];
      const feed = new RequestFeed((list) => passed.push(numbers(list)), 100);
      for (const n of [1, 2, 3]) feed.tell(asked(n));
      expect(passed).toEqual([]);
      vi.advanceTimersByTime(100);
      feed.tell(asked(4));
      vi.advanceTimersByTime(100);
      feed.tell(asked(5));
      feed.clear();
      vi.advanceTimersByTime(1000);
      expect(passed).toEqual([[1, 2, 3], [4]]);
    } finally {
      vi.useRealTimers();
    }
  });
});
