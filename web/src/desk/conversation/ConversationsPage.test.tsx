import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { newConversation, newMessage, newUser } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

const me = { id: 'me', name: 'Adele Vance' };
const bubble = (id: string) => document.querySelector(`[data-message-id="${id}"]`);
const bubbles = (text: string) =>
  within(screen.getByRole('region', { name: 'Transcript' })).queryAllByText(text);

describe('conversations', () => {
  let desk: FakeDesk;
  const mine = newConversation({ state: 'active', agent: me });
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser();
    desk.conversations = [mine];
    desk.messages = [newMessage({ text: 'Is my parcel coming?' })];
  });

  async function openMine() {
    const close = await openDesk('/conversations/c1');
    await screen.findByRole('textbox', { name: 'Message' });
    await screen.findByText('Is my parcel coming?');
    return close;
  }

  it('sends by Enter, shows the text once, and follows its delivery', async () => {
    const user = userEvent.setup();
    await openMine();
    await user.type(
      screen.getByRole('textbox', { name: 'Message' }),
      'Yes,{Shift>}{Enter}{/Shift}today{Enter}',
    );
    await waitFor(() => expect(bubble('sent-1')).toHaveAttribute('data-delivery', 'queued'));
    expect(screen.getByRole('textbox', { name: 'Message' })).toHaveValue('');
    expect(desk.callsOf('POST', /messages/)[0]?.body).toEqual({ text: 'Yes,\ntoday' });

    const message = desk.messages.at(-1) as ReturnType<typeof newMessage>;
    const conversation = { ...mine, version: 2 };
    act(() => {
      desk.tell({
        type: 'conversation',
        conversation,
        message: { ...message, delivery: 'delivered' },
      });
      desk.tell({ type: 'conversation', conversation, message: { ...message, delivery: 'sent' } });
    });
    await waitFor(() => expect(bubble('sent-1')).toHaveAttribute('data-delivery', 'delivered'));
    expect(document.querySelectorAll('[data-message-id="sent-1"]')).toHaveLength(1);
  });

  it('keeps a text that could not be sent and tries again with the same key', async () => {
    const user = userEvent.setup();
    let down = true;
    desk.on('POST', /messages/, () => (down ? 'unreachable' : undefined));
    const close = await openMine();
    await user.type(screen.getByRole('textbox', { name: 'Message' }), 'On its way{Enter}');
    expect(await screen.findByText(/The server cannot be reached/)).toBeVisible();
    expect(bubbles('On its way')).toHaveLength(1);

    // It survives a reload.
    close();
    await openMine();
    expect(bubbles('On its way')).toHaveLength(1);
    down = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(bubble('sent-1')).not.toBeNull());
    expect(bubbles('On its way')).toHaveLength(1);
    const keys = desk
      .callsOf('POST', /messages/)
      .map((call) => call.headers.get('Idempotency-Key'));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  it('shows a text once when the notice overtakes the answer to its sending', async () => {
    const user = userEvent.setup();
    desk.on('POST', /messages/, (call) => {
      const message = newMessage({
        id: 'x',
        direction: 'outbound',
        author: me,
        ...(call.body as object),
      });
      desk.tell({ type: 'conversation', conversation: { ...mine, version: 2 }, message });
      return 'unreachable';
    });
    await openMine();
    await user.type(screen.getByRole('textbox', { name: 'Message' }), 'Twice?{Enter}');
    await waitFor(() => expect(bubble('x')).not.toBeNull());
    expect(bubbles('Twice?')).toHaveLength(1);
  });

  it('keeps a draft over a reload', async () => {
    const user = userEvent.setup();
    const close = await openMine();
    await user.type(screen.getByRole('textbox', { name: 'Message' }), 'half a sen');
    close();
    await openMine();
    expect(screen.getByRole('textbox', { name: 'Message' })).toHaveValue('half a sen');
  });

  it('counts segments', async () => {
    const user = userEvent.setup();
    await openMine();
    await user.click(screen.getByRole('textbox', { name: 'Message' }));
    await user.paste('a'.repeat(161));
    expect(screen.getByTestId('segments')).toHaveTextContent('161 / 306 · 2 texts');
    await user.paste('ê');
    expect(screen.getByTestId('segments')).toHaveTextContent('162 / 201 · 3 texts · Unicode');
    await user.paste('a'.repeat(2048));
    expect(screen.getByText(/at most 2048/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled();
  });

  it('assigns an open conversation and then lets its agent answer', async () => {
    const user = userEvent.setup();
    desk.conversations = [newConversation({ unread: 2 })];
    await openDesk('/conversations/c1?view=open');
    expect(await screen.findByText(/Nobody answers this customer yet/)).toBeVisible();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Assign to me' }));
    expect(await screen.findByRole('textbox', { name: 'Message' })).toBeVisible();
    expect(await screen.findByRole('heading', { name: 'My work items' })).toBeVisible();
    expect(screen.getByRole('list', { name: 'My work items' })).toHaveTextContent(
      '+1 425 555 0123',
    );
  });

  it('names who was faster', async () => {
    const user = userEvent.setup();
    desk.conversations = [newConversation()];
    desk.on('POST', /assign/, () => {
      desk.conversations = [
        newConversation({ state: 'active', agent: { id: 'u2', name: 'Miriam' }, version: 2 }),
      ];
      return problem(409, 'conversation.taken', 'Miriam already has this conversation.');
    });
    await openDesk('/conversations/c1?view=open');
    await user.click(await screen.findByRole('button', { name: 'Assign to me' }));
    expect(await screen.findByText('Miriam already has this conversation.')).toBeVisible();
    expect(await screen.findByText('Miriam is answering this customer.')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Assign to me' })).toBeNull();
    // It waits no longer, so it is out of the list too.
    expect(screen.getByText('Nobody is waiting')).toBeVisible();
  });

  it('asks before it ends a conversation, and then says that it has ended', async () => {
    const user = userEvent.setup();
    await openMine();
    await user.click(screen.getByRole('button', { name: 'End' }));
    const dialog = await screen.findByRole('dialog');
    expect(desk.callsOf('POST', /end$/)).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'End' }));
    expect(await screen.findByText(/This conversation ended on/)).toBeVisible();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
  });

  it('shows a new message at once, announces it, marks it read, and counts what waits elsewhere', async () => {
    await openMine();
    const message = newMessage({ id: 'm2', text: 'Hello again', at: '2026-11-22T12:10:00Z' });
    act(() => {
      desk.tell({
        type: 'conversation',
        conversation: { ...mine, unread: 1, version: 2 },
        message,
      });
      desk.tell({
        type: 'conversation',
        conversation: { ...mine, unread: 1, version: 2 },
        message,
      });
      desk.tell({
        type: 'conversation',
        conversation: newConversation({ id: 'c2', unread: 3, lastText: 'New here' }),
      });
    });
    await waitFor(() => expect(bubble('m2')).not.toBeNull());
    expect(bubbles('Hello again')).toHaveLength(1);
    expect(screen.getByTestId('announcer')).toHaveTextContent('wrote: Hello again');
    await waitFor(() => expect(desk.callsOf('POST', /c1\/read$/)).toHaveLength(1));
    await waitFor(() => expect(screen.getByTestId('count-open')).toHaveTextContent('1'));
    await waitFor(() => expect(document.title).toMatch(/^\(3\) /));
    expect(desk.callsOf('POST', /c2\/read$/)).toEqual([]);
  });

  it('does not let an old notice bring back an old state', async () => {
    await openMine();
    act(() => {
      desk.tell({ type: 'conversation', conversation: { ...mine, state: 'closed', version: 5 } });
      desk.tell({ type: 'conversation', conversation: { ...mine, version: 4 } });
    });
    expect(await screen.findByText(/This conversation has ended/)).toBeVisible();
    expect(screen.getByTestId('state')).toHaveTextContent('Closed');
    expect(screen.getByText('Nothing is assigned to you')).toBeVisible();
  });

  it.each([
    ['en', '4006', 'Not delivered: phone cannot be reached'],
    ['fr', '4006', 'Non remis : téléphone injoignable'],
    ['fr', '4321', 'Non remis : Something new.'],
    ['fr', '', 'Non remis : Something new.'],
  ])('says in %s why a text was not delivered (%s)', async (language, code, shown) => {
    desk.messages.push(
      newMessage({
        id: 'f',
        direction: 'outbound',
        author: me,
        delivery: 'failed',
        failure: { code, reason: 'Something new.' },
      }),
    );
    desk.user = newUser({ language: language as 'en' | 'fr' });
    await openDesk('/conversations/c1', language);
    await screen.findByText('Is my parcel coming?');
    expect(bubble('f')).toHaveTextContent(shown);
  });

  it('gives the focus back when a dialog is closed', async () => {
    const user = userEvent.setup();
    await openMine();
    const end = screen.getByRole('button', { name: 'End' });
    await user.click(end);
    await screen.findByRole('dialog');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(end).toHaveFocus());
  });

  it('has its navigation as a landmark', async () => {
    await openMine();
    const navigation = screen.getByRole('navigation', { name: 'Navigation' });
    expect(within(navigation).getByRole('link', { name: /^Open work items/ })).toBeVisible();
  });

  it('says that the connection is lost', async () => {
    await openMine();
    desk.streams.status = 503;
    act(() => desk.streams.open[0]?.end());
    expect(await screen.findByText(/Connection lost/)).toBeVisible();
    desk.streams.status = 200;
    await userEvent.click(screen.getByRole('button', { name: 'Reconnect now' }));
    await waitFor(() => expect(screen.queryByText(/Connection lost/)).toBeNull());
  });

  it('offers a way on when the list cannot be loaded', async () => {
    let down = true;
    desk.on('GET', /view=mine/, () => (down ? 'unreachable' : undefined));
    await openDesk('/conversations');
    const retry = await screen.findByRole('button', { name: 'Try again' });
    down = false;
    await userEvent.click(retry);
    expect(await screen.findByRole('list', { name: 'My work items' })).toBeVisible();
  });
});
