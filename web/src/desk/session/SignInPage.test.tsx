import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDesk } from '../testing/fakeDesk';
import { newUser } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

describe('sign-in', () => {
  let desk: FakeDesk;
  beforeEach(() => {
    desk = new FakeDesk();
  });

  it('keeps what was typed when the password is wrong, then lets in', async () => {
    const user = userEvent.setup();
    await openDesk('/conversations?view=closed');
    await user.type(await screen.findByLabelText(/E-mail/), 'adele@contoso.example');
    await user.type(screen.getByLabelText(/Password/), 'wrong');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Wrong password.');
    expect(screen.getByLabelText(/E-mail/)).toHaveValue('adele@contoso.example');

    desk.user = newUser();
    await user.clear(screen.getByLabelText(/Password/));
    await user.type(screen.getByLabelText(/Password/), 'secret');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    // Back on the page that was asked for.
    expect(await screen.findByRole('heading', { name: 'Closed work items' })).toBeVisible();
  });

  it('signs in by a one-time link without a click, and posts the token once', async () => {
    desk.linkTokens.set('abc', newUser());
    await openDesk('/sign-in#token=abc');
    expect(await screen.findByRole('heading', { name: 'My work items' })).toBeVisible();
    expect(desk.callsOf('POST', /session\/link/).map((call) => call.body)).toEqual([
      { token: 'abc' },
    ]);
  });

  it('says what to do when the link was used before', async () => {
    await openDesk('/sign-in#token=old');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /Ask your administrator for a new one/,
    );
    expect(screen.getByLabelText(/Password/)).toBeVisible();
  });

  it('offers to try the link again when the server could not be reached', async () => {
    const user = userEvent.setup();
    desk.linkTokens.set('abc', newUser());
    let down = true;
    desk.on('POST', /session\/link/, () => (down ? 'unreachable' : undefined));
    await openDesk('/sign-in#token=abc');
    const retry = await screen.findByRole('button', { name: 'Try again' });
    down = false;
    await user.click(retry);
    expect(await screen.findByRole('heading', { name: 'My work items' })).toBeVisible();
  });

  it('speaks the language of the profile, whatever the browser speaks', async () => {
    desk.user = newUser({ language: 'fr' });
    await openDesk('/conversations', 'en');
    expect(await screen.findByRole('heading', { name: 'Mes éléments de travail' })).toBeVisible();
    expect(document.documentElement.lang).toBe('fr');
  });

  it('shows administration to administrators only', async () => {
    desk.user = newUser({ role: 'agent' });
    await openDesk('/administration/users');
    expect(await screen.findByText('For administrators')).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Users' })).toBeNull();
    expect(desk.callsOf('GET', /users/)).toEqual([]);
  });

  it('asks to sign in again when the session ends', async () => {
    desk.user = newUser();
    await openDesk('/conversations');
    await screen.findByRole('heading', { name: 'My work items' });
    desk.user = null;
    desk.streams.status = 401;
    desk.streams.open[0]?.end();
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  });
});
