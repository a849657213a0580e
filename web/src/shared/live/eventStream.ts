import { type Frame, FrameParser } from './frames';

/**
 * connecting: never connected yet. connected. disconnected: it was lost or refused and is tried again. unauthorized: the server
 * wants a sign-in; not tried again.
 */
export type LiveState = 'connecting' | 'connected' | 'disconnected' | 'unauthorized';

export interface EventStreamOptions {
  url: string;
  /** Id of the last frame already seen, '' for none; the server then replays what came after it. */
  last: string;
  onFrame(frame: Frame): void;
  onState(state: LiveState): void;
  fetch?: typeof fetch;
}

/** The server sends a heartbeat every 15 s; this long without a byte means that the connection is dead, in milliseconds. */
const silenceLimit = 40_000;
const longestPause = 15_000;

/**
 * Reads one Server-Sent Events stream and keeps it open. It reads with fetch and not with EventSource, because a page must see
 * three things that EventSource hides: heartbeats (a dead connection is otherwise never noticed), the status (a lost session
 * must lead to sign-in), and refusals by a proxy while the server restarts (EventSource then gives up for good).
 */
export class EventStream {
  private readonly fetch: typeof fetch;
  private last: string;
  private stopped = false;
  private failures = 0;
  private current?: AbortController;
  private wake?: () => void;

  constructor(private readonly options: EventStreamOptions) {
    this.fetch = options.fetch ?? fetch.bind(globalThis);
    this.last = options.last;
  }

  /** Starts reading; does nothing after stop. */
  start() {
    void this.run();
  }

  /** Stops for good; may be called twice. */
  stop() {
    this.stopped = true;
    this.current?.abort();
    this.wake?.();
  }

  /** Tries again now instead of at the end of the pause, for instance when the network came back. */
  nudge() {
    this.wake?.();
  }

  private async run() {
    this.options.onState('connecting');
    while (!this.stopped) {
      const outcome = await this.connectOnce();
      if (this.stopped) return;
      this.options.onState(outcome);
      if (outcome === 'unauthorized') return;
      await this.pause();
    }
  }

  private async connectOnce(): Promise<'disconnected' | 'unauthorized'> {
    const controller = new AbortController();
    this.current = controller;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => controller.abort(), silenceLimit);
    };
    try {
      heard();
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (this.last) headers['Last-Event-ID'] = this.last;
      const response = await this.fetch(this.options.url, {
        headers,
        cache: 'no-store',
        signal: controller.signal,
      });
      if (response.status === 401) return 'unauthorized';
      if (!response.ok || !response.body) return 'disconnected';
      await this.read(response.body, heard);
    } catch {
      // Every way to lose a connection ends the same: it is told by the state and tried again.
    } finally {
      clearTimeout(silence);
      controller.abort();
    }
    return 'disconnected';
  }

  private async read(body: ReadableStream<Uint8Array>, heard: () => void) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new FrameParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.stopped) return;
      heard();
      for (const frame of parser.push(decoder.decode(value, { stream: true }))) {
        if (this.stopped) return;
        // The first word of a stream: hello, or reset when what was missed cannot be replayed.
        if (frame.event === 'hello' || frame.event === 'reset') {
          this.failures = 0;
          this.options.onState('connected');
        }
        this.options.onFrame(frame);
        // A hello says where the server is; what this page missed is still to come, so it must not move the mark.
        if (frame.id && !(frame.event === 'hello' && this.last)) this.last = frame.id;
      }
    }
  }

  private pause(): Promise<void> {
    const base = Math.min(longestPause, 500 * 2 ** this.failures);
    this.failures++;
    // Spread, so that all browsers of an office do not come back in the same instant.
    const wait = base * (0.75 + Math.random() / 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
