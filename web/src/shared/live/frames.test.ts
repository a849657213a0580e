import { describe, expect, it } from 'vitest';
import { FrameParser } from './frames';

const stream =
  'id: e-1\nevent: hello\ndata: {"n":1}\n\n: heartbeat\n\nid: e-2\r\nevent: notice\r\ndata: a\r\ndata: b\r\n\r\n';

describe('FrameParser', () => {
  const expected = [
    { id: 'e-1', event: 'hello', data: '{"n":1}' },
    { id: 'e-2', event: 'notice', data: 'a\nb' },
  ];

  it('reads frames however the text is cut', () => {
    for (let size = 1; size <= stream.length; size++) {
      const parser = new FrameParser();
      const frames = [];
      for (let at = 0; at < stream.length; at += size) {
        frames.push(...parser.push(stream.slice(at, at + size)));
      }
      // A carriage return at the very end may be the first half of a line end.
      frames.push(...parser.push(': end\n'));
      expect(frames).toEqual(expected);
    }
  });

  it('yields nothing for a frame without data or without its end', () => {
    const parser = new FrameParser();
    expect(parser.push('event: notice\n\nid: e-3\ndata: x\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ id: 'e-3', event: 'message', data: 'x' }]);
  });
});
