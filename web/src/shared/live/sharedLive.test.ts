import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeStreams } from '../testing/streams';
import type { LiveState } from './eventStream';
import { type Channel, SharedLive } from './sharedLive';

/** The locks and channels of one browser, as far as the Web Locks and BroadcastChannel standards matter here. */
class FakeBrowser {
  private holder?: { reject(reason: unknown): void };
  private queue: (() => void)[] = [];
  private channels: (Channel & { name: string })[] = [];

  locks = {
    request: (_name: string, options: LockOptions, work: () => Promise<void>) =>
      new Promise<void>((resolve, reject) => {
        const take = () => {
          const own = { reject };
          this.holder = own;
          void work().then(() => {
            if (this.holder !== own) return;
            this.holder = undefined;
            resolve();
            this.queue.shift()?.();
          });
        };
        if (options.steal) {
          this.holder?.reject(new DOMException('stolen', 'AbortError'));
          take();
        } else if (this.holder) {
          this.queue.push(take);
          options.signal?.addEventListener('abort', () => {
            this.queue = this.queue.filter((waiting) => waiting !== take);
            reject(options.signal?.reason);
          });
        } else take();
      }),
  } as unknown as LockManager;

  openChannel = (name: string): Channel => {
    const channel: Channel & { name: string } = {
      name,
      onmessage: null,
      postMessage: (message) => {
        for (const other of this.channels) {
          if (other === channel || other.name !== name) continue;
          queueMicrotask(() => other.onmessage?.({ data: message } as MessageEvent));
        }
      },
      close: () => {
        this.channels = this.channels.filter((other) => other !== channel);
      },
    };
    this.channels.push(channel);
    return channel;
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('SharedLive', () => {
  let streams: FakeStreams;
  let browser: FakeBrowser;
  const tabs: SharedLive[] = [];

  function openTab(shared = true) {
    const heard = { notices: [] as unknown[], resets: 0, state: '' as LiveState | '' };
    const live = new SharedLive(
      'test',
      '/live',
      {
        onNotice: (notice) => heard.notices.push(notice),
        onReset: () => heard.resets++,
        onState: (state) => {
          heard.state = state;
        },
      },
      shared
        ? { locks: browser.locks, openChannel: browser.openChannel, fetch: streams.fetch }
        : { fetch: streams.fetch },
    );
    tabs.push(live);
    live.start();
    return { live, heard };
  }

  beforeEach(() => {
    vi.useFakeTimers();
    streams = new FakeStreams();
    browser = new FakeBrowser();
  });
  afterEach(() => {
    for (const tab of tabs.splice(0)) tab.stop();
    vi.useRealTimers();
  });

  it('shares one connection between tabs', async () => {
    const one = openTab();
    const two = openTab();
    await settle();
    expect(streams.open).toHaveLength(1);
    streams.open[0]?.write('e-1', 'hello', { n: 1 });
    streams.open[0]?.write('e-2', 'notice', { type: 'users' });
    await settle();
    expect(one.heard.notices).toEqual([{ type: 'users' }]);
    expect(two.heard.notices).toEqual([{ type: 'users' }]);
    expect(two.heard.state).toBe('connected');
  });

  it('has what was read before the first connection read again', async () => {
    const { heard } = openTab();
    await settle();
    streams.open[0]?.write('e-7', 'hello', { n: 7 });
    await settle();
    expect(heard.resets).toBe(1);
  });

  it('tells a tab that comes later how the connection is', async () => {
    openTab();
    await settle();
    streams.open[0]?.write('e-1', 'hello', { n: 1 });
    await settle();
    const late = openTab();
    await settle();
    expect(late.heard.state).toBe('connected');
    expect(streams.opened).toHaveLength(1);
  });

  it('resumes in the next tab after the last frame when the leading tab closes', async () => {
    const one = openTab();
    const two = openTab();
    await settle();
    streams.open[0]?.write('e-1', 'hello', { n: 1 });
    streams.open[0]?.write('e-2', 'notice', { type: 'users' });
    await settle();
    one.live.stop();
    await settle();
    expect(streams.open).toHaveLength(1);
    expect(streams.open[0]?.last).toBe('e-2');
    streams.open[0]?.write('e-5', 'hello', { n: 5 });
    streams.open[0]?.write('e-3', 'notice', { type: 'events' });
    await settle();
    expect(two.heard.notices).toEqual([{ type: 'users' }, { type: 'events' }]);
    // A resumed stream replays; reading everything again would be waste.
    expect(two.heard.resets).toBe(1);
  });

  it('does not skip what is still to be replayed when it is cut right after hello', async () => {
    openTab();
    await settle();
    streams.open[0]?.write('e-2', 'hello', { n: 2 });
    streams.open[0]?.write('e-3', 'notice', { type: 'users' });
    await settle();
    streams.open[0]?.end();
    await vi.advanceTimersByTimeAsync(1_000);
    streams.open[0]?.write('e-9', 'hello', { n: 9 });
    await settle();
    streams.open[0]?.end();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(streams.open[0]?.last).toBe('e-3');
  });

  it('tells all tabs that the connection is lost, and reconnects when one of them asks', async () => {
    const one = openTab();
    const two = openTab();
    await settle();
    streams.open[0]?.write('e-1', 'hello', { n: 1 });
    await settle();
    streams.status = 503;
    streams.open[0]?.end();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(one.heard.state).toBe('disconnected');
    expect(two.heard.state).toBe('disconnected');
    streams.status = 200;
    const before = streams.opened.length;
    two.live.nudge();
    await settle();
    expect(streams.opened).toHaveLength(before + 1);
    streams.open.at(-1)?.write('e-1', 'hello', { n: 1 });
    await settle();
    expect(two.heard.state).toBe('connected');
  });

  it('is connected again when a server that forgot the past begins with a reset', async () => {
    const tab = openTab();
    await settle();
    streams.open[0]?.write('a-1', 'hello', { n: 1 });
    await settle();
    streams.open[0]?.end();
    await settle();
    expect(tab.heard.state).toBe('disconnected');
    tab.live.nudge();
    await settle();
    const resets = tab.heard.resets;
    streams.open[0]?.write('b-0', 'reset', { n: 0 });
    await settle();
    expect(tab.heard.state).toBe('connected');
    expect(tab.heard.resets).toBe(resets + 1);
  });

  it('notices a connection that died without a word', async () => {
    const { heard } = openTab();
    await settle();
    streams.open[0]?.write('e-1', 'hello', { n: 1 });
    await settle();
    await vi.advanceTimersByTimeAsync(39_000);
    expect(heard.state).toBe('connected');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard.state).toBe('disconnected');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(streams.opened).toHaveLength(2);
  });

  it('does not try again when the session is over', async () => {
    streams.status = 401;
    const { heard } = openTab();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(heard.state).toBe('unauthorized');
    expect(streams.opened).toHaveLength(1);
  });

  it('takes the lead from a tab that is frozen', async () => {
    // A frozen tab holds the lock and says nothing.
    void browser.locks.request('test', {}, () => new Promise<void>(() => {})).catch(() => {});
    openTab();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(streams.opened).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(streams.open).toHaveLength(1);
  });

  it('holds its own connection where the browser cannot share', async () => {
    const one = openTab(false);
    openTab(false);
    await settle();
    expect(streams.open).toHaveLength(2);
    streams.open[0]?.write('e-1', 'reset', {});
    await settle();
    expect(one.heard.resets).toBe(1);
  });

  it('reads everything again after a notice that it cannot read', async () => {
    const { heard } = openTab();
    await settle();
    streams.open[0]?.write('e-1', 'hello', { n: 1 });
    await settle();
    const body = streams.open[0] as unknown as { controller: ReadableStreamDefaultController };
    body.controller.enqueue(new TextEncoder().encode('id: e-2\nevent: notice\ndata: {broken\n\n'));
    await settle();
    expect(heard.resets).toBe(2);
    expect(heard.state).toBe('connected');
  });
});
