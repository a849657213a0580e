import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { findDialog } from '../testing/findDialog';
import { newConnection, newNumber, newUser, noConnection } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

const values = {
  resourceName: 'contoso-acs',
  resourceId: '/subscriptions/x',
  connectionString: 'endpoint=https://x/;accesskey=eA==',
  eventGridAppId: 'app',
  eventGridAppTenantId: 'tenant',
};

const labels = {
  resourceName: /^ACS Resource Name/,
  resourceId: /^ACS Resource ID/,
  connectionString: /^Connection string/,
  eventGridAppId: /^Event grid app id/,
  eventGridAppTenantId: /^Event grid app tenant id/,
};
type Name = keyof typeof labels;

describe('connecting by hand', () => {
  let desk: FakeDesk;
  let findings: { field: string; code: string; message: string }[];
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    desk.connection = noConnection();
    findings = [];
    desk.on('POST', /check$/, () => ({ status: 200, body: { findings } }));
  });

  const user = userEvent.setup();
  const field = (name: Name) => screen.getByLabelText(labels[name]);
  const open = async () => {
    await user.click(await screen.findByRole('button', { name: 'Get started' }));
    await findDialog('Connect to Azure Communication Services');
  };
  const fill = async (more: Partial<typeof values> = {}) => {
    for (const [name, value] of Object.entries({ ...values, ...more })) {
      await user.clear(field(name as Name));
      if (value) await user.click(field(name as Name));
      if (value) await user.paste(value);
    }
  };
  const confirm = () => user.click(screen.getByRole('checkbox'));
  const connect = () => user.click(screen.getByRole('button', { name: 'Connect' }));
  const whatIsTyped = () =>
    Object.fromEntries(
      Object.keys(labels).map((name) => [name, (field(name as Name) as HTMLInputElement).value]),
    );

  it('connects, and shows the numbers', async () => {
    desk.on('POST', /connection$/, () => {
      desk.connection = newConnection();
      desk.numbers = [newNumber()];
      return { status: 200, body: desk.connection };
    });
    await openDesk('/administration/channels/phone-numbers');
    await open();
    await fill();
    await confirm();
    await connect();
    expect(await screen.findByText('Connected to contoso-acs')).toBeVisible();
    expect(await screen.findByText(/833/)).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(desk.callsOf('POST', /connection$/).map((call) => call.body)).toEqual([
      { ...values, confirmed: true },
    ]);
  });

  it('checks while one types, without asking Azure', async () => {
    await openDesk('/administration/channels/phone-numbers');
    await open();
    findings = [{ field: 'resourceName', code: 'connection.name', message: 'Letters only.' }];
    await user.type(field('resourceName'), 'con toso');
    expect(await screen.findByText('Letters only.')).toBeVisible();
    expect(field('resourceName')).toHaveAccessibleDescription(/Letters only/);
    for (const call of desk.callsOf('POST', /check$/))
      expect(call.body).toMatchObject({ ask: false });
    findings = [];
    await user.clear(field('resourceName'));
    await waitFor(() => expect(screen.queryByText('Letters only.')).toBeNull());
  });

  it('says each refusal next to its field, loses nothing and leads to the first', async () => {
    desk.on('POST', /connection$/, () =>
      problem(422, 'connection.keyRefused', 'The key is refused.', {
        eventGridAppId: 'No such application.',
        connectionString: 'The key is refused.',
      }),
    );
    await openDesk('/administration/channels/phone-numbers');
    await open();
    await fill();
    await confirm();
    await connect();
    await waitFor(() =>
      expect(field('connectionString')).toHaveAccessibleDescription(/The key is refused/),
    );
    expect(field('eventGridAppId')).toHaveAccessibleDescription(/No such application/);
    expect(field('connectionString')).toHaveFocus();
    expect(screen.getByText(/2 fields need a correction/)).toBeVisible();
    expect(whatIsTyped()).toEqual(values);
    expect(screen.getByRole('checkbox')).toBeChecked();
    await user.type(field('connectionString'), '=');
    expect(field('connectionString')).not.toHaveAccessibleDescription(/refused/);
    expect(field('eventGridAppId')).toHaveAccessibleDescription(/No such application/);
  });

  it('without the confirmation tells that together with all else that is wrong', async () => {
    await openDesk('/administration/channels/phone-numbers');
    await open();
    findings = [
      { field: 'resourceId', code: 'connection.required', message: 'Fill in this field.' },
    ];
    await fill({ resourceId: '' });
    await connect();
    expect(await screen.findByText('Confirm this before you connect.')).toBeVisible();
    expect(field('resourceId')).toHaveFocus();
    const asked = desk
      .callsOf('POST', /check$/)
      .filter(({ body }) => (body as { ask: boolean }).ask);
    expect(asked).toHaveLength(1);
    expect(desk.callsOf('POST', /connection$/)).toEqual([]);
  });

  it('keeps all when no answer comes', async () => {
    desk.on('POST', /connection$/, () => 'unreachable');
    await openDesk('/administration/channels/phone-numbers');
    await open();
    await fill();
    await confirm();
    await connect();
    expect(await screen.findByText(/server cannot be reached/)).toBeVisible();
    expect(whatIsTyped()).toEqual(values);
  });

  it('hides the connection string until one asks to see it', async () => {
    await openDesk('/administration/channels/phone-numbers');
    await open();
    expect(field('connectionString')).toHaveAttribute('type', 'password');
    await user.click(screen.getByRole('button', { name: 'Show Connection string' }));
    expect(field('connectionString')).toHaveAttribute('type', 'text');
  });

  it('after a disconnection fills in what was connected, in the French of the original', async () => {
    desk.connection = newConnection({ state: 'disconnected' });
    desk.numbers = [newNumber({ detached: true })];
    await openDesk('/administration/channels/phone-numbers', 'fr');
    expect(await screen.findByText('Détaché')).toBeVisible();
    await user.click(await screen.findByRole('button', { name: 'Démarrer' }));
    const dialog = await findDialog('Se connecter à Azure Communication Services');
    const { getByLabelText, getByRole } = within(dialog);
    expect(getByRole('heading', { name: 'Utiliser une ressource existante' })).toBeVisible();
    expect(getByLabelText(/^Nom de ressource ACS/)).toHaveValue('contoso-acs');
    expect(getByLabelText(/^ID de ressource ACS/)).toHaveValue(desk.connection.resourceId);
    expect(getByLabelText(/^Chaîne de connexion/)).toHaveValue('');
    expect(getByLabelText(/^ID de l'application Event Grid/)).toHaveValue(
      desk.connection.eventGridAppId,
    );
    expect(getByLabelText(/^ID du locataire de l'application Event Grid/)).toHaveValue(
      desk.connection.eventGridAppTenantId,
    );
    expect(getByRole('button', { name: 'Se connecter' })).toBeEnabled();
  });
});
