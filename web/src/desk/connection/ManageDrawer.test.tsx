import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { findDialog } from '../testing/findDialog';
import { newConnection, newNumber, newUser } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

describe('managing the connection', () => {
  const user = userEvent.setup();
  let desk: FakeDesk;
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    desk.connection = newConnection();
    desk.on('POST', /check$/, () => ({ status: 200, body: { findings: [] } }));
  });
  const drawer = () => findDialog('Manage Azure Communication Services');

  it('shows the ids and the endpoints, though there is no number', async () => {
    await openDesk('/administration/channels/phone-numbers');
    await user.click(await screen.findByRole('button', { name: 'Advanced' }));
    const shown = within(await drawer());
    for (const [label, value] of [
      ['Event grid app id', desk.connection?.eventGridAppId],
      ['Event grid app tenant id', desk.connection?.eventGridAppTenantId],
      ['Recording Web Hook Endpoint', desk.connection?.webhooks.recording],
      ['SMS Web Hook Endpoint', desk.connection?.webhooks.sms],
      ['Incoming call Web Hook Endpoint (preview)', desk.connection?.webhooks.incomingCall],
    ] as const) {
      expect(shown.getByRole('textbox', { name: label })).toHaveValue(value);
      expect(shown.getByRole('button', { name: `Copy ${label}` })).toHaveTextContent('Copy');
    }
  });

  it('leads from any page to where a refused key is cured, and says that it works again', async () => {
    desk.connection = newConnection({ key: 'refused' });
    desk.on('PUT', /connection-string$/, (call) => {
      const { connectionString } = call.body as { connectionString: string };
      if (connectionString !== 'new') {
        return problem(422, 'connection.keyRefused', 'Refused.', {
          connectionString: 'Refused too.',
        });
      }
      desk.connection = newConnection();
      return { status: 200, body: desk.connection };
    });
    await openDesk('/conversations');
    const banner = await screen.findByText(/contoso-acs refuses the access key/);
    await user.click(screen.getByRole('button', { name: 'Enter the connection string' }));
    const shown = within(await drawer());
    const field = shown.getByLabelText(/^Connection string/, { selector: 'input' });
    expect(field).toHaveAccessibleDescription(/refuses the stored access key/);
    await user.type(field, 'old');
    await user.click(shown.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(field).toHaveAccessibleDescription(/Refused too/));
    expect(field).toHaveValue('old');
    await user.clear(field);
    await user.type(field, 'new');
    await user.click(shown.getByRole('button', { name: 'Save' }));
    expect(await shown.findByText(/The connection works/)).toBeVisible();
    expect(field).toHaveValue('');
    expect(field).not.toHaveAccessibleDescription(/refuse/i);
    expect(banner).not.toBeInTheDocument();
  });

  it('says what a synchronisation changed', async () => {
    desk.on('POST', /sync$/, () => {
      desk.numbers = [newNumber(), newNumber({ number: '+33199000001' })];
      return { status: 200, body: { owned: 2, added: 1, removed: 0 } };
    });
    await openDesk('/administration/connection');
    const shown = within(await drawer());
    await user.click(shown.getByRole('button', { name: 'Sync' }));
    expect(await shown.findByText('The resource owns 2 numbers. 1 was added here.')).toBeVisible();
    expect(await screen.findByText(/99/)).toBeInTheDocument();

    desk.on('POST', /sync$/, () => problem(409, 'connection.keyRefused', 'The key is refused.'));
    await user.click(shown.getByRole('button', { name: 'Sync' }));
    expect(await shown.findByText('The key is refused.')).toBeVisible();
  });

  it('disconnects after saying what stays', async () => {
    desk.numbers = [newNumber()];
    desk.on('DELETE', /connection$/, () => {
      desk.connection = newConnection({ state: 'disconnected' });
      desk.numbers = [newNumber({ detached: true })];
      return { status: 200, body: desk.connection };
    });
    await openDesk('/administration/connection');
    await user.click(within(await drawer()).getByRole('button', { name: 'Disconnect' }));
    const question = await findDialog('Disconnect contoso-acs?');
    expect(desk.callsOf('DELETE', /connection$/)).toEqual([]);
    expect(within(question).getByText(/delete them by hand/)).toBeVisible();
    await user.click(await within(question).findByRole('button', { name: 'Disconnect' }));
    expect(await screen.findByText('contoso-acs is disconnected')).toBeVisible();
    expect(await screen.findByText('Detached')).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Add number' })).toBeNull();
  });

  it('is not for agents, who are not even asked about the key', async () => {
    desk.user = newUser({ role: 'agent' });
    desk.connection = newConnection({ key: 'refused' });
    await openDesk('/administration/channels');
    expect(await screen.findByText('For administrators')).toBeVisible();
    expect(desk.callsOf('GET', /connection/)).toEqual([]);
  });
});
