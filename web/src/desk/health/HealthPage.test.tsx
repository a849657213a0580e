import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Health, HealthLine } from '../api/types';
import { FakeDesk, problem } from '../testing/fakeDesk';
import { newUser } from '../testing/fixtures';
import { openDesk } from '../testing/openDesk';

const newLine = (more: Partial<HealthLine> = {}): HealthLine => ({
  check: 'key',
  group: 'connection',
  state: 'ok',
  code: 'key.ok',
  args: {},
  title: 'Access key',
  seen: 'The resource accepts the stored key.',
  do: '',
  command: '',
  page: '',
  ...more,
});

const refusedKey = newLine({
  state: 'failed',
  code: 'key.refused',
  seen: 'The resource refuses the stored key.',
  do: 'Enter the new connection string under Advanced.',
  command: 'az communication list-key --name contoso-acs',
  page: '/administration/channels/phone-numbers?dialog=advanced',
});

const newHealth = (more: Partial<Health> = {}): Health => ({
  state: 'done',
  healthy: true,
  signedIn: false,
  done: 26,
  total: 26,
  startedAt: '2026-11-22T12:00:00Z',
  endedAt: '2026-11-22T12:00:02Z',
  lines: [newLine()],
  ...more,
});

describe('health', () => {
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  let desk: FakeDesk;
  let health: Health;
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    health = newHealth();
    desk.on('GET', /^\/api\/health$/, () => ({ status: 200, body: health }));
    desk.on('POST', /^\/api\/health\/run$/, () => {
      health = newHealth({ state: 'running', done: 3, endedAt: null, lines: [newLine()] });
      return { status: 200, body: health };
    });
  });
  afterEach(() => vi.useRealTimers());

  const open = () => openDesk('/administration/health');
  const sum = () => screen.findByTestId('health-sum');
  const runs = () => desk.callsOf('POST', /run$/);

  it('is reached by the navigation and shows the last examination without another', async () => {
    await openDesk('/conversations');
    await user.click(await screen.findByRole('link', { name: 'Health' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Health' })).toBeVisible();
    expect(await sum()).toHaveTextContent('Everything that was looked at is in order.');
    expect(runs()).toHaveLength(0);
  });

  it('begins by itself when nobody has asked yet, shows lines as they come, and the end', async () => {
    health = newHealth({ state: 'none', done: 0, startedAt: null, endedAt: null, lines: [] });
    await open();
    expect(await screen.findByText('Examining: 3 of 26 checks')).toBeVisible();
    expect(screen.getByText('The resource accepts the stored key.')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Run again' })).toHaveAttribute(
      'aria-disabled',
      'true',
    );
    health = newHealth({
      lines: [newLine(), newLine({ check: 'jobs', group: 'desk', title: 'Work', seen: 'Idle.' })],
    });
    await act(() => vi.advanceTimersByTimeAsync(600));
    expect(await sum()).toHaveTextContent('Everything that was looked at is in order.');
    const group = screen.getByRole('region', { name: 'Desk' });
    expect(within(group).getByText('Idle.')).toBeVisible();
    expect(within(group).getByRole('img', { name: 'In order' })).toBeVisible();
    expect(runs()).toHaveLength(1);
    await act(() => vi.advanceTimersByTimeAsync(5000));
    expect(runs()).toHaveLength(1);
    const looked = desk.callsOf('GET', /health$/).length;
    await act(() => vi.advanceTimersByTimeAsync(5000));
    expect(desk.callsOf('GET', /health$/)).toHaveLength(looked);
  });

  it('says what failed and what to do, by page and by command', async () => {
    health = newHealth({
      healthy: false,
      lines: [
        refusedKey,
        newLine({ check: 'a', state: 'warning', code: 'a.b', do: 'Wait.' }),
        newLine({ check: 'signIn', group: 'azure', state: 'skipped', code: 'signIn.none' }),
      ],
    });
    await open();
    expect(await sum()).toHaveTextContent('1 thing does not work. 1 thing needs attention.');
    expect(await sum()).toHaveTextContent('1 check was left out.');
    const row = screen.getByText('The resource refuses the stored key.').closest('li');
    if (!row) throw new Error('no row');
    expect(within(row).getByRole('img', { name: 'Failed' })).toBeVisible();
    expect(within(row).getByText('Enter the new connection string under Advanced.')).toBeVisible();
    expect(within(row).getByText('az communication list-key --name contoso-acs')).toBeVisible();
    expect(within(row).getByRole('link', { name: 'Open the page: Access key' })).toHaveAttribute(
      'href',
      '/administration/channels/phone-numbers?dialog=advanced',
    );
  });

  it('runs again, and says when it cannot', async () => {
    await open();
    await sum();
    await user.click(screen.getByRole('button', { name: 'Run again' }));
    expect(await screen.findByText('Examining: 3 of 26 checks')).toBeVisible();
    expect(runs()[0]?.body).toEqual({});
    health = newHealth();
    await act(() => vi.advanceTimersByTimeAsync(600));
    await sum();
    desk.on('POST', /run$/, () => problem(409, 'health.running', 'An examination is under way.'));
    await user.click(screen.getByRole('button', { name: 'Run again' }));
    expect(await screen.findByText('An examination is under way.')).toBeVisible();
  });

  it('signs in to Azure for one run and keeps nothing of it', async () => {
    await open();
    await sum();
    await user.click(screen.getByRole('button', { name: 'Run with a sign-in to Azure' }));
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByRole('button', { name: 'Run' }));
    expect(dialog.getAllByText('Fill in this field.')).toHaveLength(3);
    expect(runs()).toHaveLength(0);
    desk.on('POST', /run$/, ({ body }) =>
      (body as { clientId: string }).clientId === 'c'
        ? problem(422, 'health.signIn', 'Enter tenant, client id and secret.')
        : undefined,
    );
    await user.type(dialog.getByLabelText(/tenant/), 't');
    await user.type(dialog.getByLabelText(/client\) ID/), 'c');
    await user.type(dialog.getByLabelText(/secret/), ' s ');
    await user.click(dialog.getByRole('button', { name: 'Run' }));
    expect(await dialog.findByText('Enter tenant, client id and secret.')).toBeVisible();
    await user.type(dialog.getByLabelText(/client\) ID/), '2');
    await user.click(dialog.getByRole('button', { name: 'Run' }));
    expect(await screen.findByText('Examining: 3 of 26 checks')).toBeVisible();
    expect(runs().at(-1)?.body).toEqual({ tenantId: 't', clientId: 'c2', clientSecret: 's' });
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(JSON.stringify(localStorage)).not.toContain('c2');
  });

  it('speaks French', async () => {
    await openDesk('/administration/health', 'fr');
    expect(await screen.findByRole('heading', { level: 1, name: 'Intégrité' })).toBeVisible();
    expect(await sum()).toHaveTextContent('Tout ce qui a été examiné est en ordre.');
  });
});
