import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SettingEntry } from '../api/types';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { newUser } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

function newEntry(key: string, more: Partial<SettingEntry> = {}): SettingEntry {
  return {
    msdyn_occommunicationprovidersettingentryid: key,
    msdyn_key: key,
    msdyn_value: `value of ${key}`,
    '_msdyn_communicationprovidersettingentid_value@OData.Community.Display.V1.FormattedValue':
      'contoso-acs',
    statecode: 0,
    createdon: '2026-11-20T08:00:00Z',
    modifiedon: '2026-11-21T08:00:00Z',
    ...more,
  };
}

describe('tables', () => {
  let desk: FakeDesk;
  let entries: SettingEntry[];
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    entries = [];
    desk.on('GET', /settingentries$/, () => ({ status: 200, body: { value: entries } }));
  });

  it('shows the rows with the names of the original, and asks for the names of settings', async () => {
    entries = [newEntry('EventGridAppID'), newEntry('EventGripAppTenantID', { statecode: 1 })];
    await openDesk('/administration/tables', 'fr');
    const table = await screen.findByRole('table', {
      name: /^Colonnes et données d'entrée des paramètres/,
    });
    expect(within(table).getByRole('columnheader', { name: 'Clé' })).toBeVisible();
    expect(within(table).getByRole('columnheader', { name: 'Valeurs' })).toBeVisible();
    const row = within(table).getByRole('row', { name: /EventGripAppTenantID/ });
    expect(row).toHaveTextContent('value of EventGripAppTenantID');
    expect(row).toHaveTextContent('contoso-acs Déconnectée');
    expect(within(row).getByRole('button', { name: /EventGripAppTenantID/ })).toBeVisible();
    expect(desk.callsOf('GET', /settingentries/)[0]?.headers.get('Prefer')).toContain('"*"');
  });

  it('says when rows will appear, and reads again when something was connected', async () => {
    await openDesk('/administration/tables');
    expect(await screen.findByText('The table is empty')).toBeVisible();
    entries = [newEntry('EventGridAppID')];
    desk.tell({ type: 'connection' });
    expect(await screen.findByText('value of EventGridAppID')).toBeVisible();
  });

  it('says why the rows cannot be shown', async () => {
    desk.on('GET', /settingentries$/, () => problem(500, 'internal', 'It went wrong here.'));
    await openDesk('/administration/tables');
    expect(await screen.findByRole('alert')).toHaveTextContent('It went wrong here.');
  });
});
