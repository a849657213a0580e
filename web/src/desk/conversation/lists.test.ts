import { describe, expect, it } from 'vitest';
import { newConversation } from '../testing/fixtures';
import { belongs, ConversationBook, type ListPages, listed, place } from './lists';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute)).toISOString();
const a = newConversation({ id: 'a', lastAt: at(30) });
const b = newConversation({ id: 'b', lastAt: at(20) });
const c = newConversation({ id: 'c', lastAt: at(10) });
const pages = (...all: { items: (typeof a)[]; next: string }[]): ListPages => ({
  pages: all,
  pageParams: all.map((_, index) => String(index)),
});
const ids = (of: ListPages) => of.pages.map((page) => page.items.map((item) => item.id).join(''));

describe('place', () => {
  it('moves a conversation with a new message to the top', () => {
    const moved = place(
      pages({ items: [a, b, c], next: '' }),
      { ...c, lastAt: at(40) },
      'open',
      'me',
    );
    expect(ids(moved)).toEqual(['cab']);
  });
  it('takes it out of a view to which it belongs no longer', () => {
    const taken = { ...b, state: 'active' as const, agent: { id: 'me', name: 'Me' } };
    expect(ids(place(pages({ items: [a, b, c], next: '' }), taken, 'open', 'me'))).toEqual(['ac']);
    expect(ids(place(pages({ items: [a], next: '' }), taken, 'mine', 'me'))).toEqual(['ab']);
    expect(ids(place(pages({ items: [a], next: '' }), taken, 'mine', 'other'))).toEqual(['a']);
  });
  it('puts one into an empty view', () => {
    expect(ids(place(pages({ items: [], next: '' }), a, 'open', 'me'))).toEqual(['a']);
  });
  it('moves between pages without standing twice', () => {
    const moved = place(
      pages({ items: [a], next: 'x' }, { items: [b, c], next: '' }),
      { ...c, lastAt: at(50) },
      'open',
      'me',
    );
    expect(ids(moved)).toEqual(['ca', 'b']);
  });
  it('leaves one older than all that is loaded to its own page', () => {
    expect(ids(place(pages({ items: [a, b], next: 'x' }), c, 'open', 'me'))).toEqual(['ab']);
    expect(ids(place(pages({ items: [a, b], next: '' }), c, 'open', 'me'))).toEqual(['abc']);
  });
});

describe('belongs', () => {
  it('does not keep closed conversations among the own work', () => {
    const closed = newConversation({ state: 'closed', agent: { id: 'me', name: 'Me' } });
    expect(belongs(closed, 'mine', 'me')).toBe(false);
    expect(belongs(closed, 'closed', 'me')).toBe(true);
  });
});

describe('ConversationBook', () => {
  it('never lets an older version cover a newer one', () => {
    const book = new ConversationBook();
    const newer = { ...a, version: 5 };
    expect(book.noteNotice(newer)).toBe(newer);
    expect(book.noteNotice({ ...a, version: 4 })).toBe(newer);
    expect(book.note({ ...a, version: 3 })).toBe(newer);
  });

  it('corrects an answer by a notice that overtook it', async () => {
    const book = new ConversationBook();
    const page = await book.read('open', 'me', '', async () => {
      book.noteNotice({ ...a, version: 9, state: 'closed' });
      book.noteNotice(newConversation({ id: 'new', lastAt: at(55) }));
      return { items: [a, b], next: '' };
    });
    expect(page.items.map((item) => item.id)).toEqual(['new', 'b']);
  });

  it('adds nothing new to a later page', async () => {
    const book = new ConversationBook();
    const page = await book.read('open', 'me', 'cursor', async () => {
      book.noteNotice(newConversation({ id: 'new', lastAt: at(55) }));
      return { items: [b], next: '' };
    });
    expect(page.items.map((item) => item.id)).toEqual(['b']);
  });

  it('believes lower versions after a reset', () => {
    const book = new ConversationBook();
    book.note({ ...a, version: 9 });
    book.clear();
    const fresh = { ...a, version: 1 };
    expect(book.note(fresh)).toBe(fresh);
  });
});

describe('listed', () => {
  it('shows a conversation that moved up while a later page was read once', () => {
    const moved = { ...c, lastAt: at(50) };
    expect(
      listed(pages({ items: [moved, a], next: 'x' }, { items: [b, moved], next: '' })).map(
        (item) => item.id,
      ),
    ).toEqual(['c', 'a', 'b']);
  });
});
