// The connection that `guichet up` made and the numbers that came with it, as the administrator sees them.
import assert from 'node:assert/strict';
import { becomes } from './browser.mjs';
import { phone } from './handset.mjs';
import { story, tollFree } from './story.mjs';
import { languages, plain } from './words.mjs';

const resource =
  '/subscriptions/5b500000-0000-4000-8000-000000000001/resourceGroups/contoso-rg/providers/Microsoft.Communication/CommunicationServices/contoso-acs';

for (const language of languages) {
  story('connection and numbers', language, async (it) => {
    const { house } = it;
    const { ready } = await house.up();
    const administrator = await it.person(ready.signIn, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page, t } = administrator;

    await it.step('numbers and what they can do', async () => {
      await administrator.administer('numbers');
      const table = page.getByRole('table', { name: t('nav.numbers') });
      const region = new Intl.DisplayNames(language, { type: 'region' });
      const row = (number) => table.getByRole('row').filter({ hasText: phone(number) });
      const cells = async (number) =>
        (await row(number).getByRole('cell').allInnerTexts()).map(plain);
      await row(tollFree).waitFor();
      assert.deepEqual(await cells(tollFree), [
        phone(tollFree),
        t('numbers.calling.both'),
        t('numbers.sms.both'),
        t('numbers.types.tollFree'),
        region.of('US'),
        t('numbers.ready'),
      ]);
      assert.deepEqual(await cells('+33199000001'), [
        '+33 1 99 00 00 01',
        t('numbers.calling.both'),
        t('numbers.sms.none'),
        t('numbers.types.geographic'),
        region.of('FR'),
        t('numbers.ready'),
      ]);
    });

    await it.step('the connection, every value of which can be copied', async () => {
      await administrator.button(t('manage.advanced')).click();
      const drawer = page.getByRole('dialog', { name: t('manage.title') });
      const webhook = (kind) => new RegExp(`^${house.desk}/webhooks/${kind}/[0-9a-f-]{36}$`);
      const values = {
        'connection.eventGridAppId': /^[0-9a-f-]{36}$/,
        'connection.eventGridAppTenantId': /^7e0a0000-0000-4000-8000-000000000001$/,
        'manage.recording': webhook('recording'),
        'manage.sms': webhook('sms'),
        'manage.incomingCall': webhook('incoming-call'),
        'connection.resourceName': /^contoso-acs$/,
        'connection.resourceId': new RegExp(`^${resource}$`, 'i'),
        'connection.endpoint': new RegExp(`^${house.cloud}/?$`),
      };
      for (const [key, form] of Object.entries(values)) {
        const label = t(key);
        const value = await drawer.getByRole('textbox', { name: label, exact: true }).inputValue();
        assert.match(value, form, key);
        const copy = t('copy.label', { what: label });
        await drawer.getByRole('button', { name: copy, exact: true }).click();
        const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
        await becomes(`clipboard after ${key}`, clipboard, value);
      }
      await drawer.getByText(t('copy.done')).first().waitFor();
    });
  });
}
