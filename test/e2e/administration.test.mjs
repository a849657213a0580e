// What an administrator sees and does, and what an agent may not.
import assert from 'node:assert/strict';
import { until } from './browser.mjs';
import { story, tollFree } from './story.mjs';
import { languages } from './words.mjs';

const customer = '+14255550123';

for (const language of languages) {
  story('administration', language, async (it) => {
    const { house, watch } = it;
    const { ready } = await house.up();
    const administrator = await it.person(ready.signIn);
    const { page, t } = administrator;

    await it.step('received events, with their JSON, and applied again', async () => {
      await administrator.administer('events');
      await page.getByText(t('events.none'), { exact: true }).waitFor();
      const handset = await it.handset(customer);
      await handset.write('Do you repair clocks?');
      const row = page.getByRole('row').filter({ hasText: 'SMSReceived' });
      const state = t('events.states.applied');
      await row.getByText(state, { exact: true }).waitFor();
      assert.equal(await row.count(), 1);

      await row.getByRole('button', { name: 'SMSReceived' }).click();
      const drawer = page.getByRole('dialog');
      const raw = JSON.parse(await drawer.locator('pre').textContent());
      assert.equal(raw.eventType, 'Microsoft.Communication.SMSReceived');
      assert.equal(raw.data.message, 'Do you repair clocks?');
      assert.equal(raw.data.from.replace(/^\+?/, '+'), customer);
      assert.equal(raw.data.to.replace(/^\+?/, '+'), tollFree);
      const appliedAt = async () => {
        const event = await page.request.get(`${house.desk}/api/events?kind=sms`);
        return (await event.json()).items[0].appliedAt;
      };
      const before = await appliedAt();
      await drawer.getByRole('button', { name: t('events.replay'), exact: true }).click();
      await drawer.getByText(t('events.replayed')).waitFor();
      await until('applied anew', appliedAt, (at) => at && at !== before);
      await drawer.getByTestId('event-state').getByText(state, { exact: true }).waitFor();
      await drawer.getByRole('button', { name: t('close') }).click();
      await drawer.waitFor({ state: 'hidden' });

      await page.getByRole('tab', { name: t('events.states.failed') }).click();
      await page.getByText(t('events.noneState')).waitFor();
      await page.getByRole('tab', { name: t('events.states.applied') }).click();
      await row.waitFor();

      await administrator.view('open');
      await administrator.open(customer);
      await administrator.reads(['Do you repair clocks?']);
    });

    await it.step('an agent has no administration', async () => {
      const link = await administrator.addUser('Ada Martin', 'ada@contoso.example');
      const ada = await it.person(link);
      assert.equal(await ada.navigation.getByText(t('nav.administration')).count(), 0);
      for (const path of ['users', 'numbers', 'connection', 'events', 'channels']) {
        await ada.go(`/administration/${path}`);
        await ada.page.getByText(t('forbidden.title'), { exact: true }).waitFor();
        if (path === 'channels') continue;
        const answer = await ada.page.request.get(`${house.desk}/api/${path}`);
        const allowed = path === 'numbers' ? 200 : 403;
        assert.equal(answer.status(), allowed, `GET /api/${path}`);
      }
    });

    await it.step('a role acts at once, and who is disabled is out', async () => {
      const link = await administrator.addUser('Ben Roy', 'ben@contoso.example');
      const ben = await it.person(link);
      await administrator.administer('users');
      const role = page.getByRole('combobox', { name: t('users.roleOf', { name: 'Ben Roy' }) });
      await role.selectOption({ label: t('role.administrator') });
      await ben.entry('nav.users').waitFor();
      await role.selectOption({ label: t('role.agent') });
      await ben.entry('nav.users').waitFor({ state: 'hidden' });

      const row = page.getByRole('row').filter({ hasText: 'ben@contoso.example' });
      const act = async (name) => {
        await row.getByRole('button', { name: t('users.actionsOf', { name: 'Ben Roy' }) }).click();
        await page.getByRole('menuitem', { name, exact: true }).click();
      };
      watch.expect(401, /^\/api\//);
      await act(t('users.disable'));
      const question = page.getByRole('dialog', {
        name: t('users.disableTitle', { name: 'Ben Roy' }),
      });
      await question.getByRole('button', { name: t('users.disable'), exact: true }).click();
      await row.getByText(t('users.disabled'), { exact: true }).waitFor();
      await ben.page.getByRole('heading', { name: t('signIn.title') }).waitFor();

      await act(t('users.enable'));
      await row.getByText(t('users.enabled'), { exact: true }).waitFor();
      await act(t('users.newLink'));
      const shown = page.getByRole('dialog', { name: t('users.newLink') });
      const fresh = await shown.getByRole('textbox', { name: t('users.link') }).inputValue();
      await ben.enter(fresh);
    });
  });
}
