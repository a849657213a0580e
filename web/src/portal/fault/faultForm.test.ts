import { describe, expect, it } from 'vitest';
import { emptyForm, type FaultForm, readForm } from './faultForm';

const form = (more: Partial<FaultForm>): FaultForm => ({ ...emptyForm, ...more });

describe('readForm', () => {
  it.each<[Partial<FaultForm>, object]>([
    [{}, { kind: 'request', status: 503 }],
    [
      { plane: 'acs', method: 'POST', path: ' /sms ', status: '429', retryAfter: '0', count: '2' },
      {
        kind: 'request',
        plane: 'acs',
        method: 'POST',
        path: '/sms',
        status: 429,
        retryAfter: 0,
        count: 2,
      },
    ],
    [
      { status: '', latency: '250' },
      { kind: 'request', latencyMs: 250 },
    ],
    // What another kind of fault has no use for is not sent.
    [{ kind: 'lose', status: '429', path: '/sms', latency: '5' }, { kind: 'lose' }],
    [
      { kind: 'delay', latency: '1000', eventType: 'T' },
      { kind: 'delay', latencyMs: 1000, eventType: 'T' },
    ],
    [
      { kind: 'handshake', count: '1' },
      { kind: 'handshake', count: 1 },
    ],
  ])('%j asks for %j', (more, wish) => {
    expect(readForm(form(more))).toEqual({ wish });
  });

  it.each<[Partial<FaultForm>, object]>([
    [{ status: '200' }, { status: 'status' }],
    [
      { status: 'many', count: '-1' },
      { status: 'status', count: 'number' },
    ],
    [{ status: '' }, { status: 'nothing' }],
    [{ latency: '3600001' }, { latency: 'number' }],
    [{ latency: '1.5' }, { latency: 'number' }],
    [{ count: '0' }, { count: 'number' }],
    [{ kind: 'delay' }, { latency: 'number' }],
  ])('%j is refused: %j', (more, mistakes) => {
    expect(readForm(form(more))).toEqual({ mistakes });
  });
});
