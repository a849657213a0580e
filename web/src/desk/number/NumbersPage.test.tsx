import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { findDialog } from '../testing/findDialog';
import { newConnection, newNumber, newOrder, newUser, noConnection } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

const page = '/administration/channels/phone-numbers';
const offer = (type: string, sms: boolean) => ({
  type,
  smsInbound: sms,
  smsOutbound: sms,
  callingInbound: true,
  callingOutbound: true,
  amount: '2.0',
  currency: 'USD',
});

describe('phone numbers', () => {
  const user = userEvent.setup();
  let desk: FakeDesk;
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    desk.connection = newConnection();
    desk.numbers = [newNumber()];
    desk.on('GET', /countries$/, () => ({
      status: 200,
      body: {
        items: [
          { code: 'US', name: 'United States' },
          { code: 'FR', name: 'France' },
        ],
      },
    }));
    desk.on('GET', /offers/, ({ path }) => ({
      status: 200,
      body: {
        items: path.endsWith('US')
          ? [offer('tollFree', true), offer('geographic', false)]
          : [offer('geographic', false)],
      },
    }));
  });
  afterEach(() => vi.useRealTimers());

  const found = (heldUntil: number) => ({
    searchId: 's1',
    numbers: ['+18335550101'],
    amount: '2.0',
    currency: 'USD',
    heldUntil: new Date(heldUntil).toISOString(),
  });

  it('is reached by Customer support, Channels, Phone numbers, Manage', async () => {
    await openDesk('/conversations');
    expect(await screen.findByText('Customer support')).toBeVisible();
    await user.click(await screen.findByRole('link', { name: 'Channels' }));
    expect(await screen.findByText('Connected to contoso-acs')).toBeVisible();
    await user.click(screen.getByRole('link', { name: 'Manage: Phone numbers' }));
    const table = await screen.findByRole('table', { name: 'Phone numbers' });
    const cells = within(table)
      .getAllByRole('cell')
      .map((cell) => cell.textContent);
    expect(cells.slice(1)).toEqual([
      'Make and receive calls',
      'Send and receive SMS',
      'Toll-free',
      'United States',
      'Ready for setup',
    ]);
  });

  it('keeps the addresses of the pages that it replaced', async () => {
    desk.connection = noConnection();
    const close = await openDesk('/administration/numbers');
    expect(await screen.findByRole('heading', { level: 1, name: 'Phone numbers' })).toBeVisible();
    close();
    await openDesk('/administration/connection');
    expect(await screen.findByRole('button', { name: 'Get started' })).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('finds a number, holds it while the dialog is closed, and buys it', async () => {
    desk.on('POST', /search$/, () => ({ status: 200, body: found(Date.now() + 15 * 60_000) }));
    desk.on('POST', /orders$/, () => {
      desk.orders = [newOrder()];
      return { status: 200, body: desk.orders[0] };
    });
    await openDesk(page);
    await user.click(await screen.findByRole('button', { name: 'Add number' }));
    const dialog = within(await findDialog('Add number'));
    await user.selectOptions(await dialog.findByLabelText('Calling plans'), 'Receive calls');
    await user.selectOptions(dialog.getByLabelText('SMS plans'), 'Send SMS');
    await user.type(dialog.getByLabelText('Area code'), '833');
    expect(dialog.getByText('$2.00 a month')).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Find numbers' }));
    expect(await dialog.findByTestId('held-number')).toHaveTextContent('+1 833 555 0101');
    expect(desk.callsOf('POST', /search$/)[0]?.body).toEqual({
      country: 'US',
      type: 'tollFree',
      areaCode: '833',
      callingInbound: true,
      callingOutbound: false,
      smsInbound: false,
      smsOutbound: true,
    });
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.click(await screen.findByRole('button', { name: 'Add number' }));
    await user.click(await screen.findByRole('button', { name: 'Purchase phone number' }));
    expect(desk.callsOf('POST', /orders$/)[0]?.body).toEqual({
      searchId: 's1',
      numbers: ['+18335550101'],
    });
    const again = within(await findDialog('Add number'));
    expect(await again.findByText(/is being bought/)).toBeVisible();
    await user.click(again.getByRole('button', { name: 'Close' }));
    const told = within(await screen.findByRole('region', { name: 'Purchases' }));
    expect(told.getByText(/is being bought/)).toBeVisible();

    desk.orders = [newOrder({ state: 'bought' })];
    desk.numbers = [newNumber(), newNumber({ number: '+18335550101' })];
    act(() => desk.tell({ type: 'numbers' }));
    expect(await told.findByText(/is yours/)).toBeVisible();
    expect(await screen.findByRole('row', { name: /0101/ })).toBeVisible();
    await user.click(told.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByRole('region', { name: 'Purchases' })).toBeNull();
  });

  it('offers only what a country has', async () => {
    await openDesk(`${page}?dialog=add`);
    const dialog = within(await findDialog('Add number'));
    await user.selectOptions(await dialog.findByLabelText('Country/Region'), 'France');
    await waitFor(() => expect(dialog.getByLabelText('SMS plans')).toBeDisabled());
    expect(dialog.getByText('Numbers of this kind carry no texts.')).toBeVisible();
    expect(dialog.getByLabelText('Number type')).toHaveValue('geographic');
  });

  it('says why no number was found, and keeps what was chosen', async () => {
    desk.on('POST', /search$/, () => problem(409, 'number.none', 'None to be had.'));
    await openDesk(`${page}?dialog=add`);
    const dialog = within(await findDialog('Add number'));
    await user.type(await dialog.findByLabelText('Area code'), '999');
    await user.click(dialog.getByRole('button', { name: 'Find numbers' }));
    expect(await dialog.findByText('None to be had.')).toBeVisible();
    expect(dialog.getByLabelText('Area code')).toHaveValue('999');
  });

  it('counts down, and when the time is over offers to find numbers again', async () => {
    const start = Date.parse('2026-11-22T12:00:00Z');
    vi.useFakeTimers({ toFake: ['Date'], now: start });
    desk.on('POST', /search$/, () => ({ status: 200, body: found(start + 62_000) }));
    await openDesk(`${page}?dialog=add`);
    await screen.findByLabelText('Area code');
    await user.click(await screen.findByRole('button', { name: 'Find numbers' }));
    const timer = await screen.findByRole('timer');
    expect(timer).toHaveTextContent('1:02 left');
    vi.setSystemTime(start + 1000);
    await waitFor(() => expect(timer).toHaveTextContent('1:01 left'));
    expect(screen.getByText('2 minutes left')).toBeInTheDocument();
    vi.setSystemTime(start + 62_000);
    expect(await screen.findByText('The time to buy this number has run out')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Purchase phone number' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Find numbers' }));
    expect(await screen.findByLabelText('Area code')).toBeVisible();
  });

  it('tells of a purchase that failed while nobody looked', async () => {
    desk.orders = [newOrder({ state: 'failed', reason: 'the resource answered 404' })];
    await openDesk(page);
    expect(await screen.findByText(/was not bought/)).toBeVisible();
    expect(screen.getByText(/the resource answered 404/)).toBeVisible();
  });
});
