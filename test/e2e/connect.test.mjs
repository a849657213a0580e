// A resource is connected by hand, as one who has the original's pages before them would: by the labels alone.
import assert from 'node:assert/strict';
import { picture, until } from './browser.mjs';
import { phone } from './handset.mjs';
import { story, tollFree } from './story.mjs';
import { plain } from './words.mjs';

// The labels of the original; those of the pages' own texts would follow any change of them.
const labels = {
  en: {
    channels: 'Channels',
    numbers: 'Phone numbers',
    manage: 'Manage',
    start: 'Get started',
    dialog: 'Connect to Azure Communication Services',
    existing: 'Use existing resource',
    name: 'ACS Resource Name',
    id: 'ACS Resource ID',
    string: 'Connection string',
    app: 'Event grid app id',
    tenant: 'Event grid app tenant id',
    connect: 'Connect',
    ready: 'Ready for setup',
    detached: 'Detached',
    add: 'Add number',
    country: 'Country/Region',
    type: 'Number type',
    tollFree: 'Toll-free',
    calling: 'Calling plans',
    receiveCalls: 'Receive calls',
    sms: 'SMS plans',
    bothTexts: 'Send and receive SMS',
    find: 'Find numbers',
    purchase: 'Purchase phone number',
    close: 'Close',
    advanced: 'Advanced',
    advancedDialog: 'Manage Azure Communication Services',
    endpoints: {
      recording: 'Recording Web Hook Endpoint',
      sms: 'SMS Web Hook Endpoint',
      'incoming-call': 'Incoming call Web Hook Endpoint (preview)',
    },
    copy: 'Copy',
    syncFrom: 'Sync from Azure',
    sync: 'Sync',
    synced: 'The resource owns 3 numbers. Nothing has changed.',
    disconnectFrom: 'Disconnect from Azure',
    disconnect: 'Disconnect',
    byHand: 'delete them by hand',
  },
  fr: {
    channels: 'Canaux',
    numbers: 'Numéros de téléphone',
    manage: 'Gérer',
    start: 'Démarrer',
    dialog: 'Se connecter à Azure Communication Services',
    existing: 'Utiliser une ressource existante',
    name: 'Nom de ressource ACS',
    id: 'ID de ressource ACS',
    string: 'Chaîne de connexion',
    app: "ID de l'application Event Grid",
    tenant: "ID du locataire de l'application Event Grid",
    connect: 'Se connecter',
    ready: 'Prêt pour la configuration',
    detached: 'Détaché',
    add: 'Ajouter un numéro',
    country: 'Pays/Région',
    type: 'Type de numéro',
    tollFree: 'Gratuit',
    calling: "Forfaits d'appels",
    receiveCalls: 'Recevoir des appels',
    sms: 'Forfaits SMS',
    bothTexts: 'Envoyer et recevoir des SMS',
    find: 'Rechercher des numéros',
    purchase: 'Acheter le numéro de téléphone',
    close: 'Fermer',
    advanced: 'Avancé',
    advancedDialog: 'Gérer Azure Communication Services',
    endpoints: {
      recording: "Point de terminaison du Web Hook d'enregistrement",
      sms: 'Point de terminaison du Web Hook de SMS',
      'incoming-call': "Point de terminaison du Web Hook d'appel entrant (préversion)",
    },
    copy: 'Copier',
    syncFrom: 'Synchroniser depuis Azure',
    sync: 'Synchroniser',
    synced: "La ressource possède 3 numéros. Rien n'a changé.",
    disconnectFrom: "Se déconnecter d'Azure",
    disconnect: 'Se déconnecter',
    byHand: 'supprimez-les à la main',
  },
};

const key =
  'Z3VpY2hldCBsb2NhbCBjbG91ZDogYSB3ZWxsLWtub3duIGtleSwgd29ydGggbm90aGluZyBlbHNld2hlcmUhIQ==';
const otherApp = 'a9900000-0000-4000-8000-000000000001';
const nowhere = '99999999-0000-4000-8000-000000000009';

for (const [language, l] of Object.entries(labels)) {
  story('connecting by hand', language, async (it) => {
    const { house, watch } = it;
    const { ready } = await house.start('up', [
      ...house.deskFlags(),
      ...house.cloudFlags(),
      '--blank',
    ]);
    const administrator = await it.person(ready.signIn);
    const { page } = administrator;
    const good = {
      name: 'contoso-acs',
      id: '/subscriptions/5b500000-0000-4000-8000-000000000001/resourceGroups/contoso-rg/providers/Microsoft.Communication/CommunicationServices/contoso-acs',
      string: `endpoint=${house.cloud}/;accesskey=${key}`,
      app: 'a9900000-0000-4000-8000-000000000002',
      tenant: '7e0a0000-0000-4000-8000-000000000001',
    };
    const dialog = page.getByRole('dialog', { name: l.dialog });
    const field = (name) => dialog.getByLabel(new RegExp(`^${l[name]}\\W*$`));
    const connect = dialog.getByRole('button', { name: l.connect, exact: true });
    const table = page.getByRole('table', { name: l.numbers });
    const row = (number) => table.getByRole('row').filter({ hasText: phone(number) });
    const look = (name) => picture(page, `connect-${name}-${language}`);
    const start = async () => {
      await administrator.button(l.start).click();
      await dialog.getByRole('heading', { name: l.existing }).waitFor();
    };
    const typed = async () => {
      const entries = Object.keys(good).map(async (name) => [name, await field(name).inputValue()]);
      return Object.fromEntries(await Promise.all(entries));
    };
    const marked = async () => {
      const found = [];
      for (const name of Object.keys(good)) {
        if ((await field(name).getAttribute('aria-invalid')) === 'true') found.push(name);
      }
      return found;
    };
    // Waits until exactly these fields are marked as wrong, each with a sentence.
    const refused = async (names) => {
      const wanted = JSON.stringify(names);
      await until(`marked ${wanted}`, marked, (found) => JSON.stringify(found) === wanted);
      for (const name of names) {
        assert.ok((await sentence(name)).length > 20, `${name} says why`);
      }
    };
    const sentence = (name) =>
      field(name).evaluate((input) =>
        input
          .getAttribute('aria-describedby')
          .split(' ')
          .map((id) => document.getElementById(id).textContent)
          .join(' '),
      );
    const open = async (name) => {
      await administrator.button(l.advanced).click();
      await page.getByRole('dialog', { name: l.advancedDialog }).waitFor();
      return page.getByRole('region', { name, exact: true });
    };

    await it.step('the way there', async () => {
      await administrator.navigation.getByRole('link', { name: l.channels, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: l.channels }).waitFor();
      await page.getByRole('heading', { name: l.numbers, exact: true }).waitFor();
      await look('channels');
      await page.getByText(l.manage, { exact: true }).click();
      await page.getByRole('heading', { level: 1, name: l.numbers }).waitFor();
      await administrator.button(l.start).waitFor();
      await look('start');
      await start();
    });

    await it.step('what is wrong by itself is said while it is typed', async () => {
      for (const [name, value] of Object.entries(good)) await field(name).fill(value);
      await refused([]);
      for (const [name, wrong] of [
        ['name', 'con toso'],
        ['id', good.id.replace('CommunicationServices', 'Accounts')],
        ['id', good.id.replace(/contoso-acs$/, 'other-acs')],
        ['string', good.string.replace(key, 'no key')],
        ['app', 'contoso'],
        ['tenant', good.tenant.slice(1)],
      ]) {
        await field(name).fill(wrong);
        await refused([name]);
        assert.deepEqual(await typed(), { ...good, [name]: wrong });
        await field(name).fill(good[name]);
        await refused([]);
      }
    });

    await it.step('what Azure refuses is said next to its field', async () => {
      watch.expect(422, /^\/api\/connection$/);
      await connect.click();
      await dialog.getByRole('checkbox').and(page.locator('[aria-invalid="true"]')).waitFor();
      await dialog.getByRole('checkbox').check();
      const wrongKey = good.string.replace('Z3Vp', 'Z3Vq');
      for (const [name, wrong] of [
        ['string', wrongKey],
        ['string', `endpoint=https://localhost:1/;accesskey=${key}`],
        ['app', nowhere],
        ['tenant', nowhere],
      ]) {
        await field(name).fill(wrong);
        await connect.click();
        await refused([name]);
        assert.deepEqual(await typed(), { ...good, [name]: wrong });
        assert.ok(await field(name).evaluate((input) => input === document.activeElement));
        await field(name).fill(good[name]);
        await refused([]);
      }
      await field('string').fill(wrongKey);
      await field('tenant').fill(nowhere);
      await connect.click();
      await refused(['string', 'tenant']);
      await look('refused');
      await field('string').fill(good.string);
      await refused(['tenant']);
      await field('tenant').fill(good.tenant);
    });

    await it.step('connected, and the numbers are there', async () => {
      await connect.click();
      await dialog.waitFor({ state: 'hidden' });
      await row(tollFree).getByText(l.ready, { exact: true }).waitFor();
      await row('+33199000001').waitFor();
      await look('connected');
    });

    await it.step('a number is bought', async () => {
      await administrator.button(l.add).click();
      const buying = page.getByRole('dialog', { name: l.add });
      await buying.getByLabel(l.type).selectOption({ label: l.tollFree });
      await buying.getByLabel(l.calling).selectOption({ label: l.receiveCalls });
      await buying.getByLabel(l.sms).selectOption({ label: l.bothTexts });
      await look('find');
      await buying.getByRole('button', { name: l.find }).click();
      const held = plain(await buying.getByTestId('held-number').innerText());
      assert.match(await buying.getByRole('timer').innerText(), /1[45]:\d\d/);
      await look('held');
      await buying.getByRole('button', { name: l.purchase }).click();
      await buying.getByRole('button', { name: l.close }).click();
      const bought = table.getByRole('row').filter({ hasText: held });
      await bought.getByText(l.ready, { exact: true }).waitFor();
      await bought.getByText(l.receiveCalls, { exact: true }).waitFor();
      assert.equal(await table.getByRole('row').count(), 4);
      await look('bought');
    });

    await it.step('the ids and endpoints are to be copied, and the numbers synchronised', async () => {
      const sync = await open(l.syncFrom);
      const drawer = page.getByRole('dialog', { name: l.advancedDialog });
      const value = (label) => drawer.getByRole('textbox', { name: label, exact: true });
      assert.equal(await value(l.app).inputValue(), good.app);
      assert.equal(await value(l.tenant).inputValue(), good.tenant);
      for (const [kind, label] of Object.entries(l.endpoints)) {
        const address = await value(label).inputValue();
        assert.match(address, new RegExp(`^${house.desk}/webhooks/${kind}/[0-9a-f-]{36}$`));
        await drawer.getByRole('button', { name: `${l.copy} ${label}`, exact: true }).waitFor();
      }
      await look('advanced');
      await sync.getByRole('button', { name: l.sync, exact: true }).click();
      await sync.getByText(l.synced).waitFor();

      watch.expect(422, /^\/api\/connection\/connection-string$/);
      const again = drawer.getByRole('region', { name: l.string, exact: true });
      const input = again.getByLabel(new RegExp(`^${l.string}\\W*$`)).and(page.locator('input'));
      const save = again.locator('button[type=submit]');
      await input.fill(good.string.replace('Z3Vp', 'Z3Vq'));
      await save.click();
      await again.locator('input[aria-invalid="true"]').waitFor();
      await input.fill(good.string);
      await save.click();
      await again.getByRole('status').filter({ hasText: /\w/ }).waitFor();
      await look('replaced');
    });

    await it.step('disconnected, the numbers stay as detached', async () => {
      const section = page.getByRole('region', { name: l.disconnectFrom });
      await section.getByRole('button', { name: l.disconnect, exact: true }).click();
      const question = page.getByRole('dialog').filter({ hasText: l.byHand });
      await question.getByText(l.byHand).waitFor();
      await look('disconnect');
      await question.getByRole('button', { name: l.disconnect, exact: true }).click();
      await row(tollFree).getByText(l.detached, { exact: true }).waitFor();
      assert.equal(await table.getByText(l.detached, { exact: true }).count(), 3);
      await look('disconnected');
    });

    await it.step('connected again, by the application of the first time only', async () => {
      watch.expect(409, /^\/api\/connection$/);
      await start();
      assert.deepEqual(await typed(), { ...good, string: '' });
      await field('string').fill(good.string);
      await field('app').fill(otherApp);
      await dialog.getByRole('checkbox').check();
      await connect.click();
      await refused(['app']);
      for (const id of [good.app, otherApp]) assert.ok((await sentence('app')).includes(id), id);
      await look('other-app');
      await field('app').fill(good.app);
      await connect.click();
      await dialog.waitFor({ state: 'hidden' });
      await row(tollFree).getByText(l.ready, { exact: true }).waitFor();
      assert.equal(await table.getByText(l.ready, { exact: true }).count(), 3);
    });

    await it.step('the same on a phone, and in the dark', async () => {
      await page.setViewportSize({ width: 400, height: 800 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator(`[data-row="${tollFree}"]`).waitFor();
      const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      assert.ok(await fits(), 'nothing is cut off');
      await look('narrow');
      await open(l.syncFrom);
      await look('narrow-advanced');
      assert.ok(await fits(), 'nothing is cut off');
    });
  });
}
