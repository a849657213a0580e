import { describe, expect, it } from 'vitest';
import { newMessage } from '../testing/fixtures';
import { MessageBook, type MessagePages, mergeMessage, transcript } from './messages';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute)).toISOString();
const m = (id: string, minute: number, more = {}) => newMessage({ id, at: at(minute), ...more });
const ids = (pages: MessagePages) =>
  transcript(pages)
    .map((message) => message.id)
    .join(' ');
const loaded = (next = ''): MessagePages => ({
  pages: [
    { items: [m('3', 3), m('4', 4)], next: 'older' },
    { items: [m('1', 1), m('2', 2)], next },
  ],
  pageParams: ['', 'older'],
});

describe('mergeMessage', () => {
  it('adds a new message at the end, once', () => {
    const once = mergeMessage(loaded(), m('5', 5));
    expect(ids(once)).toBe('1 2 3 4 5');
    expect(ids(mergeMessage(once, m('5', 5)))).toBe('1 2 3 4 5');
  });
  it('puts a late one in its place in time', () => {
    expect(ids(mergeMessage(loaded(), m('x', 3.5)))).toBe('1 2 3 x 4');
    expect(ids(mergeMessage(loaded(), m('x', 2.5)))).toBe('1 2 x 3 4');
  });
  it('leaves one older than all that is loaded to its own page', () => {
    expect(ids(mergeMessage(loaded('more'), m('0', 0)))).toBe('1 2 3 4');
    expect(ids(mergeMessage(loaded(''), m('0', 0)))).toBe('0 1 2 3 4');
  });
  it('moves delivery forward only', () => {
    let pages = mergeMessage(loaded(), m('5', 5, { delivery: 'queued' }));
    for (const [delivery, shown] of [
      ['sent', 'sent'],
      ['delivered', 'delivered'],
      ['sent', 'delivered'],
      ['queued', 'delivered'],
    ]) {
      pages = mergeMessage(pages, m('5', 5, { delivery }));
      expect(transcript(pages).at(-1)?.delivery).toBe(shown);
    }
  });
});

describe('MessageBook', () => {
  it('keeps what was noticed while the transcript was being read', async () => {
    const book = new MessageBook();
    const page = await book.read('c1', '', async () => {
      book.notice(m('5', 5));
      book.notice(m('4', 4, { delivery: 'delivered' }));
      book.notice(m('other', 6, { conversationId: 'c2' }));
      return { items: [m('3', 3), m('4', 4, { delivery: 'sent' })], next: '' };
    });
    expect(page.items.map((item) => `${item.id}${item.delivery}`)).toEqual([
      '3',
      '4delivered',
      '5',
    ]);
  });
  it('adds nothing new to an older page', async () => {
    const book = new MessageBook();
    const page = await book.read('c1', 'older', async () => {
      book.notice(m('5', 5));
      return { items: [m('1', 1)], next: '' };
    });
    expect(page.items.map((item) => item.id)).toEqual(['1']);
  });
});
