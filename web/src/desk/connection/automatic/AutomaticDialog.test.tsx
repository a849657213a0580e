import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDesk, problem } from '../../testing/fakeDesk';
import { findDialog } from '../../testing/findDialog';
import { newConnection, newUser, noConnection } from '../../testing/fixtures';
import { openDesk } from '../../testing/openDesk';
import type { Run, Standing, Step } from './automaticApi';

const step = (name: Step['step'], state: Step['state'], more: Partial<Step> = {}): Step => ({
  step: name,
  state,
  detail: '',
  command: '',
  startedAt: state === 'pending' ? null : '2026-11-22T12:00:00Z',
  endedAt: null,
  waitedSeconds: 0,
  retryInSeconds: 0,
  patienceSeconds: 0,
  ...more,
});

const run = (more: Partial<Run>): Run => ({
  kind: 'connect',
  state: 'running',
  target: {},
  way: 'secret',
  startedAt: '2026-11-22T12:00:00Z',
  endedAt: null,
  steps: [step('resource', 'right', { detail: 'contoso-rg/contoso-acs' })],
  ...more,
});

describe('connecting automatically', () => {
  let desk: FakeDesk;
  const user = userEvent.setup();
  const page = '/administration/channels/phone-numbers?dialog=automatic';
  const title = 'Connect to Azure Communication Services';
  const signedIn: Standing['signIn'] = {
    state: 'signed-in',
    way: 'secret',
    code: '',
    url: '',
    ends: null,
    who: 'admin@contoso.example',
    tenantId: 't',
    problem: '',
  };
  const change = (more: Partial<Standing>) => {
    desk.automatic = { ...desk.automatic, ...more };
    return { status: 200, body: desk.automatic };
  };
  beforeEach(() => {
    desk = new FakeDesk();
    desk.user = newUser({ role: 'administrator' });
    desk.connection = noConnection();
    desk.on('GET', /choices/, () => ({
      status: 200,
      body: {
        subscriptions: [{ id: 's1', name: 'Contoso', tenantId: 't', active: true, trial: false }],
        resources: [{ group: 'contoso-rg', name: 'contoso-acs' }],
        groups: [{ name: 'contoso-rg', location: 'westeurope' }],
        dataLocations: ['Europe', 'France'],
      },
    }));
  });

  it('signs in by a code that is shown with its page, and goes on by itself', async () => {
    desk.on('POST', /sign-in$/, () =>
      change({ signIn: { ...signedIn, state: 'pending', code: 'ABC123', url: 'https://x/dev' } }),
    );
    await openDesk(page);
    const dialog = within(await findDialog(title));
    await user.click(await dialog.findByRole('button', { name: 'Sign in' }));
    expect(await dialog.findByDisplayValue('ABC123')).toBeVisible();
    expect(dialog.getByRole('link', { name: 'https://x/dev' })).toHaveAttribute('target', '_blank');
    change({ signIn: signedIn });
    expect(
      await dialog.findByText(/admin@contoso\.example/, undefined, { timeout: 3000 }),
    ).toBeVisible();
  });

  it('says what is wrong with a service principal next to its field, and keeps what was typed', async () => {
    desk.on('POST', /sign-in$/, () =>
      problem(422, 'automatic.required', 'Fill in this field.', {
        clientId: 'Fill in this field.',
      }),
    );
    await openDesk(page);
    const dialog = within(await findDialog(title));
    await user.click(await dialog.findByRole('radio', { name: 'As a service principal' }));
    await user.type(dialog.getByLabelText('Directory (tenant) ID'), 'contoso');
    await user.click(dialog.getByRole('button', { name: 'Sign in' }));
    await waitFor(() =>
      expect(dialog.getByLabelText('Application (client) ID')).toHaveAccessibleDescription(
        /Fill in/,
      ),
    );
    expect(dialog.getByLabelText('Directory (tenant) ID')).toHaveValue('contoso');
    expect(dialog.getByRole('radio', { name: /managed identity/ })).toBeDisabled();
  });

  it('chooses the only ones, shows the plan and connects by it', async () => {
    change({ signIn: signedIn });
    desk.on('POST', /run$/, ({ body }) => {
      const { kind, target } = body as { kind: Run['kind']; target: Run['target'] };
      return change({
        run: run({
          kind,
          target,
          state: kind === 'plan' ? 'done' : 'running',
          steps: [
            step('resource', 'right', { detail: 'contoso-rg/contoso-acs' }),
            step('topic', kind === 'plan' ? 'would' : 'waiting', {
              detail: 'make the system topic',
              waitedSeconds: 2,
              retryInSeconds: 4,
              patienceSeconds: 900,
            }),
          ],
        }),
      });
    });
    await openDesk(page);
    const dialog = within(await findDialog(title));
    await waitFor(() =>
      expect(dialog.getByLabelText('Resource')).toHaveValue('contoso-rg/contoso-acs'),
    );
    await user.click(dialog.getByRole('button', { name: 'Show the plan' }));
    expect(await dialog.findByText('would be changed: make the system topic')).toBeVisible();
    expect(dialog.getByText(/1 step changes something/)).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Connect' }));
    expect(
      await dialog.findByText('For 2 s so far, again in 4 s, for 15 min at most.'),
    ).toBeVisible();
    const [planned, connected] = desk.callsOf('POST', /run$/).map(({ body }) => body);
    expect(connected).toEqual({
      kind: 'connect',
      target: (planned as { target: unknown }).target,
    });
    expect(planned).toMatchObject({
      target: { subscriptionId: 's1', resourceGroup: 'contoso-rg', resourceName: 'contoso-acs' },
    });
  });

  it('on a block shows the reason with the command, and tries again', async () => {
    change({
      signIn: signedIn,
      run: run({
        state: 'blocked',
        steps: [step('rights', 'blocked', { detail: 'No role.', command: 'az role assignment x' })],
      }),
    });
    desk.on('POST', /again$/, () => change({ run: run({}) }));
    await openDesk(page);
    const dialog = within(await findDialog(title));
    expect(await dialog.findByDisplayValue('az role assignment x')).toBeVisible();
    expect(dialog.getByText('cannot go on: No role.')).toBeVisible();
    await user.click(dialog.getByRole('button', { name: 'Try again' }));
    expect(await dialog.findByRole('button', { name: 'Stop' })).toBeVisible();
  });

  it('after an interruption asks for the sign-in before it resumes', async () => {
    change({ run: run({ state: 'interrupted', steps: [step('sms', 'waiting')] }) });
    await openDesk('/administration/channels/phone-numbers');
    expect(await screen.findByText(/the desk was stopped in the middle/)).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Show' }));
    const dialog = within(await findDialog(title));
    const resume = await dialog.findByRole('button', { name: 'Resume' });
    expect(resume).toHaveAttribute('aria-disabled', 'true');
    desk.on('POST', /sign-in$/, () => change({ signIn: signedIn }));
    await user.click(dialog.getByRole('button', { name: 'Sign in' }));
    await waitFor(() => expect(resume).not.toHaveAttribute('aria-disabled', 'true'));
  });

  it('says why a run could not go on', async () => {
    change({ signIn: signedIn, run: run({ state: 'blocked', steps: [step('sms', 'blocked')] }) });
    desk.on('POST', /again$/, () => problem(409, 'automatic.running', 'Another run is on.'));
    await openDesk(page);
    const dialog = within(await findDialog(title));
    await user.click(await dialog.findByRole('button', { name: 'Try again' }));
    expect(await dialog.findByText('Another run is on.')).toBeVisible();
  });

  it('stays open when the desk becomes connected in the middle', async () => {
    desk.connection = newConnection();
    change({ run: run({}) });
    await openDesk(page);
    expect(await findDialog(title)).toBeVisible();
  });

  it('leaves Get started disabled while a condition is not met, and says the cure', async () => {
    desk.conditions = desk.conditions.map((each) =>
      each.name === 'subscription' ? { ...each, state: 'unmet', cure: 'Reactivate it.' } : each,
    );
    await openDesk('/administration/channels/phone-numbers');
    expect(await screen.findByText('Reactivate it.')).toBeVisible();
    const start = screen.getByRole('button', { name: 'Get started' });
    expect(start).toHaveAttribute('aria-disabled', 'true');
    await user.click(start);
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});
