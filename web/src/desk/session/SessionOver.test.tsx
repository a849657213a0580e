import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { newUser } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

/** What another tab of the browser says when somebody signed in or out there. */
function otherTab(left: boolean) {
  const channel = new BroadcastChannel('guichet-session');
  channel.postMessage({ left });
  channel.close();
}

describe('a session that ends while a dialog is open', () => {
  const user = userEvent.setup();
  let desk: FakeDesk;
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    desk.on('GET', /^\/api\/users$/, () => ({ status: 200, body: { items: [] } }));
    desk.on('GET', /^\/api\/tokens$/, () => ({ status: 200, body: { items: [] } }));
  });

  const typeName = async () => {
    await openDesk('/administration/users');
    await user.click(await screen.findByRole('button', { name: 'Add user' }));
    const name = within(await screen.findByRole('dialog')).getByLabelText(/Name/);
    await user.type(name, 'Lee Gu');
    return name;
  };

  it('keeps what was typed until one has signed in again in another tab', async () => {
    const name = await typeName();
    await user.type(screen.getByLabelText(/E-mail/), 'lee@contoso.example');
    desk.on('POST', /^\/api\/users$/, () => problem(401, 'auth.required', 'Sign in.'));
    await user.click(screen.getByText('Add', { selector: 'button' }));
    const again = await screen.findByText('Sign in in a new tab');
    expect(again).toHaveAttribute('href', '/sign-in');
    expect(name).toBeInTheDocument();
    otherTab(false);
    await waitFor(() => expect(again).not.toBeInTheDocument());
    expect(name).toHaveValue('Lee Gu');
  });

  it('leaves nothing on the page when somebody signed out in another tab', async () => {
    await typeName();
    desk.user = null;
    otherTab(true);
    expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
    expect(screen.queryByDisplayValue('Lee Gu')).toBeNull();
  });
});
