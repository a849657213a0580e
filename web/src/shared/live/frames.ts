/** One event of a Server-Sent Events stream. */
export interface Frame {
  id: string;
  event: string;
  data: string;
}

/**
 * Cuts a stream of text into Server-Sent Events frames (WHATWG HTML, section 9.2). Text may arrive cut anywhere, even between the
 * two characters of a line end. Comments and frames without data yield nothing.
 */
export class FrameParser {
  private rest = '';
  private id = '';
  private event = '';
  private data: string[] = [];

  push(text: string): Frame[] {
    const frames: Frame[] = [];
    this.rest += text;
    for (;;) {
      const end = this.rest.search(/[\r\n]/);
      if (end < 0) return frames;
      // A CR at the very end may be the first half of CRLF: wait for what follows.
      if (this.rest[end] === '\r' && end + 1 === this.rest.length) return frames;
      const width = this.rest.startsWith('\r\n', end) ? 2 : 1;
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + width);
      const frame = this.line(line);
      if (frame) frames.push(frame);
    }
  }

  private line(line: string): Frame | undefined {
    if (line === '') {
      const frame = { id: this.id, event: this.event || 'message', data: this.data.join('\n') };
      const complete = this.data.length > 0;
      this.event = '';
      this.data = [];
      return complete ? frame : undefined;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.event = value;
    else if (field === 'id') this.id = value;
    return undefined;
  }
}
