import { EventStream, type LiveState } from './eventStream';
import type { Frame } from './frames';

/** What a page does with what it is told. */
export interface LiveHandlers {
  /** A `notice` frame's data, parsed. */
  onNotice(notice: unknown): void;
  /** Everything on screen may be old: read it again. */
  onReset(): void;
  onState(state: LiveState): void;
}

/** The part of a BroadcastChannel that is used. */
export interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

/** What the browser offers; handed in by tests. Without locks or channel every page holds its own stream. */
export interface LiveBrowser {
  locks?: Pick<LockManager, 'request'>;
  openChannel?: (name: string) => Channel;
  fetch?: typeof fetch;
}

type Word =
  | { kind: 'who' }
  | { kind: 'nudge' }
  | { kind: 'state'; state: LiveState; last: string }
  | { kind: 'frame'; frame: Frame };

/** How often the leading tab says that it lives, and how long a silent leader is believed in, in milliseconds. */
const pulse = 10_000;
const patience = 60_000;

/**
 * One Server-Sent Events stream for all tabs of a browser. The tab that holds the lock `name` leads: it reads the stream and passes
 * every frame on over the channel `name`. The others follow, remember the last frame they saw, and when the leader goes, the next
 * one resumes after that frame, so that nothing is missed. A leader that a browser froze is replaced by force.
 */
export class SharedLive {
  private stream?: EventStream;
  private channel?: Channel;
  private last = '';
  private state: LiveState = 'connecting';
  private stopped = false;
  private release?: () => void;
  private waiting?: AbortController;
  private pulseTimer?: ReturnType<typeof setInterval>;
  private silence?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly name: string,
    private readonly url: string,
    private readonly handlers: LiveHandlers,
    private readonly browser: LiveBrowser = ownBrowser(),
  ) {}

  start() {
    const { locks, openChannel } = this.browser;
    if (!locks || !openChannel) {
      this.openStream();
      return;
    }
    this.channel = openChannel(this.name);
    this.channel.onmessage = (event) => this.hear(event.data as Word);
    this.handlers.onState(this.state);
    this.expectWord();
    this.say({ kind: 'who' });
    void this.queueForLead(false);
  }

  /** Stops for good and lets the next tab lead; may be called twice. */
  stop() {
    this.stopped = true;
    this.waiting?.abort();
    this.closeStream();
    clearTimeout(this.silence);
    if (this.channel) this.channel.onmessage = null;
    this.channel?.close();
    this.channel = undefined;
    this.release?.();
  }

  /** Asks whoever reads the stream to try again now, if it is lost. */
  nudge() {
    if (this.stream) this.stream.nudge();
    else this.say({ kind: 'nudge' });
  }

  private async queueForLead(steal: boolean): Promise<void> {
    this.waiting?.abort();
    const waiting = new AbortController();
    this.waiting = waiting;
    try {
      await this.browser.locks?.request(
        this.name,
        steal ? { steal: true } : { signal: waiting.signal },
        () => this.lead(),
      );
    } catch {
      // Either this page stopped waiting, or its lock was taken by a tab that heard nothing from it for long.
      if (this.stopped || this.waiting !== waiting) return;
      this.closeStream();
      this.expectWord();
      return this.queueForLead(false);
    }
  }

  private lead(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    clearTimeout(this.silence);
    this.openStream();
    this.pulseTimer = setInterval(() => this.sayState(), pulse);
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }

  private openStream() {
    this.stream = new EventStream({
      url: this.url,
      last: this.last,
      fetch: this.browser.fetch,
      onState: (state) => {
        // A new leader that connects is no news for the others.
        if (state === 'connecting' && this.state !== 'connecting') return;
        this.setState(state);
        this.sayState();
      },
      onFrame: (frame) => {
        // The first words of a fresh stream say nothing about what happened since the page read its data: read it again.
        const fresh = frame.event === 'hello' && this.last === '';
        const told = fresh ? { ...frame, event: 'reset' } : frame;
        this.say({ kind: 'frame', frame: told });
        this.take(told);
      },
    });
    this.stream.start();
  }

  private closeStream() {
    clearInterval(this.pulseTimer);
    this.stream?.stop();
    this.stream = undefined;
  }

  private hear(word: Word) {
    if (word.kind === 'who' || word.kind === 'nudge') {
      if (!this.stream) return;
      if (word.kind === 'nudge') this.stream.nudge();
      else this.sayState();
      return;
    }
    if (this.stream) return;
    this.expectWord();
    if (word.kind === 'frame') {
      this.take(word.frame);
      return;
    }
    if (!this.last) this.last = word.last;
    this.setState(word.state);
  }

  private take(frame: Frame) {
    // As in EventStream: a hello must not move the mark past what is still to be replayed.
    if (frame.id && !(frame.event === 'hello' && this.last)) this.last = frame.id;
    if (frame.event === 'reset') this.handlers.onReset();
    else if (frame.event === 'notice') this.notice(frame.data);
  }

  private notice(data: string) {
    let notice: unknown;
    try {
      notice = JSON.parse(data);
    } catch {
      // A notice that cannot be read may have said anything.
      this.handlers.onReset();
      return;
    }
    this.handlers.onNotice(notice);
  }

  private setState(state: LiveState) {
    if (state === this.state) return;
    this.state = state;
    this.handlers.onState(state);
  }

  private sayState() {
    this.say({ kind: 'state', state: this.state, last: this.last });
  }

  private say(word: Word) {
    this.channel?.postMessage(word);
  }

  /** Starts counting the leader's silence anew; a follower that hears nothing for long takes the lead by force. */
  private expectWord() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => void this.queueForLead(true), patience);
  }
}

function ownBrowser(): LiveBrowser {
  const shared =
    typeof navigator !== 'undefined' && navigator.locks && 'BroadcastChannel' in globalThis;
  if (!shared) return {};
  return { locks: navigator.locks, openChannel: (name) => new BroadcastChannel(name) };
}
