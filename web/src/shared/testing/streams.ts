/** A server of Server-Sent Events for tests: every connection that a page opens, and what to write into it. */
export class FakeStreams {
  readonly opened: FakeConnection[] = [];
  /** The status with which the next connections are answered. */
  status = 200;

  fetch: typeof fetch = async (_input, init) => {
    const connection = new FakeConnection(new Headers(init?.headers).get('Last-Event-ID') ?? '');
    init?.signal?.addEventListener('abort', () => connection.end());
    this.opened.push(connection);
    return new Response(this.status === 200 ? connection.body : null, { status: this.status });
  };

  /** The connections that are still open. */
  get open(): FakeConnection[] {
    return this.opened.filter((connection) => !connection.ended);
  }
}

/** One connection of a page. */
export class FakeConnection {
  ended = false;
  private controller?: ReadableStreamDefaultController<Uint8Array>;
  readonly body: ReadableStream<Uint8Array>;

  constructor(readonly last: string) {
    this.body = new ReadableStream({
      start: (controller) => {
        this.controller = controller;
      },
      cancel: () => {
        this.ended = true;
      },
    });
  }

  write(id: string, event: string, data: unknown) {
    const frame = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    this.controller?.enqueue(new TextEncoder().encode(frame));
  }

  end() {
    if (this.ended) return;
    this.ended = true;
    this.controller?.close();
  }
}
