// The portal of the local cloud, driven by its labels while programs use the cloud.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { picture, until } from './browser.mjs';
import { PortalPage } from './portal.mjs';
import { story } from './story.mjs';
import { text, webhook } from './webhook.mjs';
import { languages } from './words.mjs';

const resource = 'contoso-acs';
const resourceId =
  '/subscriptions/5b500000-0000-4000-8000-000000000001/resourceGroups/contoso-rg' +
  `/providers/Microsoft.Communication/CommunicationServices/${resource}`;

for (const language of languages) {
  story('the portal', language, async (it) => {
    const { house } = it;
    await house.start('cloud', [...house.cloudFlags(), '--cloud-retry-schedule', '300ms']);
    const page = await (await it.profile()).newPage();
    const portal = new PortalPage(page, house.pages, language);
    const { t } = portal;

    // The origin leads here.
    await page.goto(house.pages);
    await portal.heading(t('home.title')).waitFor();
    assert.equal(new URL(page.url()).pathname, '/portal');

    // By the resource group to the keys.
    await portal.open('groups');
    await portal.link('contoso-rg').click();
    await portal.link(resource).click();
    await portal.blade(resource, 'keys');
    const field = portal.connectionString('primary');
    assert.equal(await field.getAttribute('type'), 'password');
    const before = await field.inputValue();
    assert.equal(await numbers(house.pages, before), 200);

    // A key that is regenerated stops the old one from working, and only that one.
    await portal.regenerate('primary');
    await page.getByText(t('keys.done.primary')).waitFor();
    const after = await field.inputValue();
    assert.notEqual(after, before);
    const secondary = await portal.connectionString('secondary').inputValue();
    await portal.open('requests');
    assert.equal(await numbers(house.pages, before), 401);
    assert.equal(await numbers(house.pages, after), 200);
    assert.equal(await numbers(house.pages, secondary), 200);

    // All of it stands there without a reload: who asked, and why one was refused.
    await portal.rows(t('credential.secondaryKey')).waitFor();
    const refused = portal.rows('/phoneNumbers').filter({ hasText: '401' });
    assert.equal(await refused.count(), 1);
    const [why] = t('note.signature.otherKey', { expected: '…' }).split('…');
    assert.ok((await refused.locator('[data-note]').textContent()).startsWith(why));
    await picture(page, `portal-requests-${language}`);

    // A route that Azure has and the cloud has not is counted.
    for (let count = 0; count < 2; count++) await fetch(`${house.pages}/rooms/none?api-version=1`);
    await page.getByRole('tab', { name: t('requests.unknown') }).click();
    const unknown = portal.rows('/rooms/none').getByRole('cell');
    await until(
      'two counted',
      () => unknown.allTextContents(),
      (cells) => cells[2] === '2',
    );

    // A fault is switched on, strikes as often as was said, and is switched off.
    await portal.open('faults');
    await portal.button(t('faults.add')).click();
    const dialog = page.getByRole('dialog', { name: t('faults.add') });
    await dialog.getByLabel(t('faults.path')).fill('/phoneNumbers');
    await dialog.getByLabel(t('faults.status'), { exact: true }).fill('200');
    await dialog.getByLabel(t('faults.count')).fill('1');
    await dialog.getByRole('button', { name: t('faults.switchOn'), exact: true }).click();
    await dialog.getByText(t('faults.wrong.status')).waitFor();
    await dialog.getByLabel(t('faults.status'), { exact: true }).fill('503');
    await dialog.getByRole('button', { name: t('faults.switchOn'), exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    const fault = portal.rows('/phoneNumbers');
    await fault.getByText(t('faults.struckOf', { n: 0, of: 1 })).waitFor();
    assert.equal(await numbers(house.pages, after), 503);
    assert.equal(await numbers(house.pages, after), 200);
    await fault.getByText(t('faults.struckOf', { n: 1, of: 1 })).waitFor();
    await fault.getByRole('button', { name: t('faults.switchOff') }).click();
    await page.getByText(t('faults.none'), { exact: true }).waitFor();
    await portal.open('requests');
    const struck = portal.rows('/phoneNumbers').filter({ hasText: '503' });
    await struck
      .locator('[data-note]')
      .filter({ hasText: t('note.fault', { id: '' }).trim() })
      .waitFor();

    // An event that the webhook fails to take once is tried again; the log shows both.
    const hook = await webhook([500, 200]);
    try {
      await subscribe(house.pages, 'flaky-hook', hook.url);
      await portal.open('groups');
      await portal.link('contoso-rg').click();
      await portal.link(resource).click();
      await portal.blade(resource, 'events');
      await portal.link('flaky-hook').click();
      await portal.heading('flaky-hook').waitFor();
      await page.getByText(t('deliveries.none'), { exact: true }).waitFor();
      await text(house.pages);
      await page.locator('[data-result="delivered"]').waitFor();
      const log = page.locator('tr[data-row]');
      assert.equal(await log.count(), 2);
      assert.match(await log.nth(0).textContent(), /2.*200 Delivered/);
      assert.match(await log.nth(1).textContent(), /1.*500/);
      assert.equal(await log.nth(1).locator('[data-result="retry"]').count(), 1);
      const metric = (name) => page.locator(`[data-metric="${name}"]`);
      for (const [name, count] of [
        ['delivered', '1'],
        ['failed', '1'],
        ['pending', '0'],
      ])
        await metric(name).getByText(count, { exact: true }).waitFor();
      await picture(page, `portal-delivery-log-${language}`);
    } finally {
      await hook.close();
    }

    // Reset asks first, and puts the well-known key back.
    await portal.open('reset');
    await portal.button(t('reset.do')).click();
    const question = page.getByRole('alertdialog', { name: t('reset.ask') });
    await question.getByRole('button', { name: t('cancel'), exact: true }).click();
    await question.waitFor({ state: 'hidden' });
    assert.equal(await numbers(house.pages, after), 200);
    await portal.button(t('reset.do')).click();
    await question.getByRole('button', { name: t('reset.do'), exact: true }).click();
    await page.getByText(t('reset.done')).waitFor();
    assert.equal(await numbers(house.pages, after), 401);
    assert.equal(await numbers(house.pages, before), 200);
  });
}

// Lists the phone numbers with the key of a connection string; gives the status.
async function numbers(origin, connectionString) {
  const path = '/phoneNumbers?api-version=2025-06-01';
  const key = Buffer.from(connectionString.split('accesskey=')[1], 'base64');
  const { host } = new URL(origin);
  const hash = createHash('sha256').update('').digest('base64');
  const date = new Date().toUTCString();
  const signed = `GET\n${path}\n${date};${host};${hash}`;
  const signature = createHmac('sha256', key).update(signed).digest('base64');
  const response = await fetch(origin + path, {
    headers: {
      'x-ms-date': date,
      'x-ms-content-sha256': hash,
      Authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
    },
  });
  await response.arrayBuffer();
  return response.status;
}

// Makes an event subscription on the resource, and waits until it is validated.
async function subscribe(origin, name, endpointUrl) {
  const token = await fetch(`${origin}/contoso.onmicrosoft.com/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'a9900000-0000-4000-8000-000000000001',
      client_secret: 'guichet-local-secret',
      scope: 'https://management.azure.com/.default',
    }),
  });
  const { access_token: bearer } = await token.json();
  const url = `${origin}${resourceId}/providers/Microsoft.EventGrid/eventSubscriptions/${name}?api-version=2025-02-15`;
  const headers = { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' };
  const properties = {
    destination: { endpointType: 'WebHook', properties: { endpointUrl } },
    filter: { includedEventTypes: ['Microsoft.Communication.SMSReceived'] },
  };
  const made = await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ properties }) });
  assert.equal(made.status, 201, await made.text());
  const state = async () =>
    (await (await fetch(url, { headers })).json()).properties.provisioningState;
  await until('the validation ends', state, (value) => value === 'Succeeded');
}
