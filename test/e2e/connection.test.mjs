// The connection to Azure and the numbers that came with it, as the administrator sees them.
import assert from 'node:assert/strict';
import { becomes } from './browser.mjs';
import { phone } from './handset.mjs';
import { story, tollFree } from './story.mjs';
import { languages, plain } from './words.mjs';

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
      const all = ['smsInbound', 'smsOutbound', 'callingInbound', 'callingOutbound'];
      assert.deepEqual(await cells(tollFree), [
        phone(tollFree),
        t('numbers.types.tollFree'),
        region.of('US'),
        all.map((ability) => t(`numbers.${ability}`)).join(' '),
      ]);
      assert.deepEqual(await cells('+33199000001'), [
        '+33 1 99 00 00 01',
        t('numbers.types.geographic'),
        region.of('FR'),
        all
          .slice(2)
          .map((ability) => t(`numbers.${ability}`))
          .join(' '),
      ]);
    });

    await it.step('the connection, every value of which can be copied', async () => {
      await administrator.administer('connection');
      await page.getByText(t('connection.connected'), { exact: true }).waitFor();
      const resource =
        '/subscriptions/5b500000-0000-4000-8000-000000000001/resourceGroups/contoso-rg/providers/Microsoft.Communication/CommunicationServices/contoso-acs';
      const webhook = (kind) => new RegExp(`^${house.desk}/webhooks/${kind}/[^/]+$`);
      const uuid = /^[0-9a-f-]{36}$/;
      const values = {
        resourceName: /^contoso-acs$/,
        resourceId: new RegExp(`^${resource}$`, 'i'),
        endpoint: new RegExp(`^${house.cloud}/?$`),
        eventGridAppId: uuid,
        eventGridAppTenantId: /^7e0a0000-0000-4000-8000-000000000001$/,
        recording: webhook('recording'),
        sms: webhook('sms'),
        incomingCall: webhook('incoming-call'),
      };
      for (const [name, form] of Object.entries(values)) {
        const label = t(`connection.${name}`);
        const value = await page.getByRole('textbox', { name: label, exact: true }).inputValue();
        assert.match(value, form, name);
        await page
          .getByRole('button', { name: t('copy.label', { what: label }), exact: true })
          .click();
        const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
        await becomes(`clipboard after ${name}`, clipboard, value);
      }
      await page.getByText(t('copy.done')).first().waitFor();
    });
  });
}
