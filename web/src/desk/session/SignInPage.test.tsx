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

  it('offers Microsoft only where that is set up, and comes back to the page that was asked for', async () => {
    const close = await openDesk('/conversations?view=closed');
    await screen.findByLabelText(/Password/);
    expect(screen.queryByRole('link', { name: /Microsoft/ })).toBeNull();
    close();
    desk.entra = true;
    await openDesk('/conversations?view=closed', 'fr');
    const link = await screen.findByRole('link', { name: 'Se connecter avec Microsoft' });
    expect(link).toHaveAttribute(
      'href',
      '/api/session/entra?from=%2Fconversations%3Fview%3Dclosed',
    );
  });

  it('says why Microsoft did not sign in, and leads on from there', async () => {
    const user = userEvent.setup();
    desk.entra = true;
    desk.refusal = { code: 'signIn.entraNoRole', detail: 'You have no role here.' };
    await openDesk('/sign-in?from=%2Fconversations%3Fview%3Dclosed#refused');
    expect(await screen.findByRole('alert')).toHaveTextContent('You have no role here.');
    expect(screen.getByRole('link', { name: /Microsoft/ })).toHaveAttribute(
      'href',
      '/api/session/entra?from=%2Fconversations%3Fview%3Dclosed',
    );
    desk.user = newUser();
    await user.type(screen.getByLabelText(/E-mail/), 'adele@contoso.example');
    await user.type(screen.getByLabelText(/Password/), 'secret');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByRole('heading', { name: 'Closed work items' })).toBeVisible();
  });

  it('leads to no other site, and asks for no reason without a refusal', async () => {
    desk.entra = true;
    await openDesk('/sign-in?from=%2F%2Fevil.example');
    expect(await screen.findByRole('link', { name: /Microsoft/ })).toHaveAttribute(
      'href',
      '/api/session/entra?from=%2F',
    );
    expect(desk.callsOf('GET', /refusal/)).toEqual([]);
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
