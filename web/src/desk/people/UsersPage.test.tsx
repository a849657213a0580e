import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Token, User } from '../api/types';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { newUser } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

describe('users', () => {
  let desk: FakeDesk;
  let users: User[];
  let tokens: Token[];
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    tokens = [];
    users = [
      desk.user,
      newUser({ id: 'u2', name: 'Miriam Graham', email: 'miriam@contoso.example' }),
    ];
    desk.on('GET', /^\/api\/users$/, () => ({ status: 200, body: { items: users } }));
    desk.on('GET', /^\/api\/tokens$/, () => ({ status: 200, body: { items: tokens } }));
    desk.on('PATCH', /^\/api\/users\/u2$/, (call) => {
      users = users.map((user) =>
        user.id === 'u2' ? { ...user, ...(call.body as object) } : user,
      );
      return { status: 200, body: users[1] };
    });
  });

  it('adds a user and shows the one-time link', async () => {
    const user = userEvent.setup();
    desk.on('POST', /^\/api\/users$/, (call) => {
      const added = newUser({ id: 'u3', ...(call.body as object) });
      users = [...users, added];
      const signInLink = 'http://desk/sign-in#token=once';
      return { status: 201, body: { user: added, signInLink, expiresAt: '2026-11-23T12:00:00Z' } };
    });
    await openDesk('/administration/users');
    await user.click(await screen.findByRole('button', { name: 'Add user' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByLabelText(/Name/), 'Lee Gu');
    await user.type(within(dialog).getByLabelText(/E-mail/), 'lee@contoso.example');
    await user.selectOptions(within(dialog).getByLabelText('Role'), 'supervisor');
    await user.click(within(dialog).getByRole('button', { name: 'Add' }));
    expect(await screen.findByLabelText('One-time sign-in link')).toHaveValue(
      'http://desk/sign-in#token=once',
    );
    expect(desk.callsOf('POST', /users$/)[0]?.body).toEqual({
      name: 'Lee Gu',
      email: 'lee@contoso.example',
      role: 'supervisor',
    });
    await user.click(screen.getByRole('button', { name: 'Close' }));
    expect(await screen.findByText('lee@contoso.example')).toBeVisible();
  });

  it('changes a role at once and says why a change was refused', async () => {
    const user = userEvent.setup();
    await openDesk('/administration/users');
    const role = await screen.findByLabelText('Role of Miriam Graham');
    await user.selectOptions(role, 'supervisor');
    await waitFor(() =>
      expect(desk.callsOf('PATCH', /u2/)[0]?.body).toEqual({ role: 'supervisor' }),
    );
    await waitFor(() => expect(role).toBeEnabled());
    expect(role).toHaveValue('supervisor');

    desk.on('PATCH', /me$/, () =>
      problem(409, 'user.lastAdministrator', 'This is the last administrator.'),
    );
    await user.selectOptions(screen.getByLabelText('Role of Adele Vance'), 'agent');
    expect(await screen.findByText('This is the last administrator.')).toBeVisible();
    await waitFor(() =>
      expect(screen.getByLabelText('Role of Adele Vance')).toHaveValue('administrator'),
    );
  });

  it('shows who comes from Microsoft Entra ID, whose role and sign-in are kept there', async () => {
    const user = userEvent.setup();
    users = [{ ...users[0], source: 'entra', hasPassword: false } as User, users[1] as User];
    desk.entra = true;
    await openDesk('/administration/users');
    expect(await screen.findByText('Microsoft Entra ID')).toBeVisible();
    expect(screen.getByText('Password')).toBeVisible();
    expect(screen.getByLabelText('Role of Adele Vance')).toBeDisabled();
    expect(screen.getByLabelText('Role of Miriam Graham')).toBeEnabled();
    await user.click(screen.getByRole('button', { name: 'Actions for Adele Vance' }));
    expect(
      await screen.findByRole('menuitem', { name: /^New sign-in link \(signs in/ }),
    ).toHaveAttribute('aria-disabled', 'true');
    await user.keyboard('{Escape}');

    await user.click(screen.getByRole('button', { name: 'Actions for Miriam Graham' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Let sign in with Microsoft' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('miriam@contoso.example');
    expect(desk.callsOf('PATCH', /u2/)).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Allow' }));
    expect(await screen.findByText('From the next sign-in: Microsoft Entra ID')).toBeVisible();
    expect(desk.callsOf('PATCH', /u2/)[0]?.body).toEqual({ linking: true });
  });

  it('makes a token for a program, shows it once, and revokes it after asking', async () => {
    const user = userEvent.setup();
    desk.on('POST', /^\/api\/tokens$/, (call) => {
      const body = call.body as { name: string; role: Token['role'] };
      const token: Token = {
        id: 't1',
        name: body.name,
        user: 'adele@contoso.example',
        role: body.role,
        createdAt: '2026-11-22T12:00:00Z',
        expiresAt: '2027-11-22T12:00:00Z',
        lastUsedAt: null,
        expired: false,
      };
      tokens = [token];
      return { status: 201, body: { token, text: 'guichet_SECRET' } };
    });
    desk.on('DELETE', /^\/api\/tokens\/t1$/, () => {
      tokens = [];
      return { status: 204 };
    });
    await openDesk('/administration/users');
    expect(await screen.findByText('No program has a token.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'New token' }));
    const dialog = await screen.findByRole('dialog');
    await user.type(within(dialog).getByLabelText(/What it is for/), 'nightly report');
    await user.selectOptions(within(dialog).getByLabelText('Lasts'), '365 days');
    await user.click(within(dialog).getByRole('button', { name: 'Make' }));
    expect(await screen.findByLabelText('Token')).toHaveValue('guichet_SECRET');
    expect(desk.callsOf('POST', /tokens$/)[0]?.body).toEqual({
      name: 'nightly report',
      role: 'agent',
      days: 365,
    });
    await user.click(screen.getByRole('button', { name: 'Close' }));
    expect(await screen.findByText('nightly report')).toBeVisible();
    expect(screen.queryByDisplayValue('guichet_SECRET')).toBeNull();

    await user.click(screen.getByRole('button', { name: 'Revoke nightly report' }));
    const question = await screen.findByRole('dialog');
    expect(desk.callsOf('DELETE', /tokens/)).toEqual([]);
    await user.click(within(question).getByRole('button', { name: 'Revoke' }));
    expect(await screen.findByText('No program has a token.')).toBeVisible();
  });

  it('asks before it disables a user', async () => {
    const user = userEvent.setup();
    await openDesk('/administration/users');
    await user.click(await screen.findByRole('button', { name: 'Actions for Miriam Graham' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Disable' }));
    const dialog = await screen.findByRole('dialog');
    expect(desk.callsOf('PATCH', /u2/)).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Disable' }));
    expect(await screen.findByText('Disabled')).toBeVisible();
  });
});
