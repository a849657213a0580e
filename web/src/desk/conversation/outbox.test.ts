import { describe, expect, it } from 'vitest';
import { newMessage } from '../testing/fixtures';
import { keepDraft, readDraft } from './drafts';
import { notYetShown, Outbox, type Outgoing } from './outbox';

const entry = (more: Partial<Outgoing> = {}): Outgoing => ({
  key: 'k1',
  user: 'me',
  conversationId: 'c1',
  text: 'Hello',
  at: '2026-11-22T12:00:00Z',
  state: 'sending',
  problem: '',
  earlier: [],
  ...more,
});

describe('Outbox', () => {
  it('keeps texts over a reload; the fate of one under way is then unknown', () => {
    const outbox = new Outbox('cut off');
    outbox.put(entry());
    outbox.put(entry({ key: 'k2', state: 'refused', problem: 'closed' }));
    expect(new Outbox('cut off').of('me', 'c1')).toEqual([
      entry({ state: 'unknown', problem: 'cut off' }),
      entry({ key: 'k2', state: 'refused', problem: 'closed' }),
    ]);
  });
  it('keeps users and conversations apart and tells its listeners', () => {
    const outbox = new Outbox('');
    let told = 0;
    outbox.subscribe(() => told++);
    outbox.put(entry());
    expect(told).toBe(1);
    expect(outbox.of('me', 'c2')).toEqual([]);
    expect(outbox.of('other', 'c1')).toEqual([]);
    expect(outbox.of('me', 'c1')).toBe(outbox.of('me', 'c1'));
    outbox.remove('k1');
    expect(outbox.of('me', 'c1')).toEqual([]);
  });
  it('sends the texts of one conversation in the order in which they were written', async () => {
    const outbox = new Outbox('');
    const order: string[] = [];
    let release = () => {};
    const first = new Promise<void>((resolve) => {
      release = resolve;
    });
    outbox.inTurn('c1', async () => {
      await first;
      order.push('one');
    });
    const done = new Promise<void>((resolve) => {
      outbox.inTurn('c1', async () => {
        order.push('two');
        resolve();
      });
    });
    outbox.inTurn('c2', async () => {
      order.push('elsewhere');
      release();
    });
    await done;
    expect(order).toEqual(['elsewhere', 'one', 'two']);
  });
});

describe('notYetShown', () => {
  const own = newMessage({
    id: 'm1',
    direction: 'outbound',
    text: 'Hello',
    author: { id: 'me', name: 'Me' },
  });
  it('hides a text whose message a notice brought first', () => {
    expect(notYetShown([entry()], [own], 'me')).toEqual([]);
    expect(notYetShown([entry({ state: 'unknown' })], [own], 'me')).toEqual([]);
  });
  it('does not take an earlier or a foreign message for it', () => {
    expect(notYetShown([entry({ earlier: ['m1'] })], [own], 'me')).toHaveLength(1);
    expect(notYetShown([entry()], [{ ...own, author: { id: 'x', name: 'X' } }], 'me')).toHaveLength(
      1,
    );
    expect(notYetShown([entry()], [{ ...own, direction: 'inbound' }], 'me')).toHaveLength(1);
  });
  it('counts one message for one text', () => {
    const rest = notYetShown([entry(), entry({ key: 'k2' })], [own], 'me');
    expect(rest.map(({ key }) => key)).toEqual(['k2']);
  });
  it('always shows a refused text, and one whose twin was confirmed', () => {
    expect(notYetShown([entry({ state: 'refused' })], [own], 'me')).toHaveLength(1);
    const outbox = new Outbox('');
    outbox.put(entry({ state: 'unknown' }));
    outbox.put(entry({ key: 'k2' }));
    outbox.confirm('k2', 'm1');
    expect(notYetShown(outbox.of('me', 'c1'), [own], 'me').map(({ key }) => key)).toEqual(['k1']);
  });
});

describe('drafts', () => {
  it('are kept for each user and conversation until they are emptied', () => {
    keepDraft('me', 'c1', 'half a sen');
    expect(readDraft('me', 'c1')).toBe('half a sen');
    expect(readDraft('me', 'c2')).toBe('');
    expect(readDraft('other', 'c1')).toBe('');
    keepDraft('me', 'c1', '');
    expect(readDraft('me', 'c1')).toBe('');
    expect(localStorage).toHaveLength(0);
  });
});
