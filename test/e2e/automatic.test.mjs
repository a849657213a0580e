// A resource is connected by the desk itself: signed in by a code or as a service principal, planned, done step by step, undone.
import assert from 'node:assert/strict';
import { picture } from './browser.mjs';
import { story, tollFree } from './story.mjs';

const labels = {
  en: {
    start: 'Get started',
    dialog: 'Connect to Azure Communication Services',
    automatic: 'Connect automatically',
    create: 'Create new resource',
    secret: 'As a service principal',
    tenant: 'Directory (tenant) ID',
    client: 'Application (client) ID',
    clientSecret: 'Client secret',
    signIn: 'Sign in',
    subscription: 'Azure subscription',
    resource: 'Resource',
    plan: 'Show the plan',
    connect: 'Connect',
    close: 'Close',
    appId: 'Event grid app id',
    test: 'Test with a text to',
    code: 'Code',
    script: 'As a script instead',
    advanced: 'Advanced',
    undo: 'Undo in Azure…',
    undoDo: 'Disconnect and undo',
    again: 'Start over',
    group: 'Azure resource group',
    newGroup: 'Create new',
    groupName: 'Name of the new group',
    name: 'ACS Resource Name',
    retry: 'Try again',
    hide: 'Hide',
    show: 'Show',
  },
  fr: {
    start: 'Démarrer',
    dialog: 'Se connecter à Azure Communication Services',
    automatic: 'Connecter automatiquement',
    create: 'Créer une ressource',
    secret: 'En tant que principal de service',
    tenant: 'ID de répertoire (locataire)',
    client: "ID de l'application (client)",
    clientSecret: 'Secret client',
    signIn: 'Ouvrir une session',
    subscription: 'Abonnement Azure',
    resource: 'Ressource',
    plan: 'Afficher le plan',
    connect: 'Se connecter',
    close: 'Fermer',
    appId: "ID de l'application Event Grid",
    test: 'Tester par un SMS au',
    code: 'Code',
    script: 'Plutôt un script',
    advanced: 'Avancé',
    undo: 'Annuler dans Azure…',
    undoDo: 'Se déconnecter et annuler',
    again: 'Recommencer',
    group: 'Groupe de ressources Azure',
    newGroup: 'Créer',
    groupName: 'Nom du nouveau groupe',
    name: 'Nom de ressource ACS',
    retry: 'Réessayer',
    hide: 'Masquer',
    show: 'Afficher',
  },
};

const webhookApp = 'a9900000-0000-4000-8000-000000000002';

for (const [language, l] of Object.entries(labels)) {
  story('connecting automatically', language, async (it) => {
    const { house } = it;
    const { ready } = await house.start('up', [
      ...house.deskFlags(),
      ...house.cloudFlags(),
      '--blank',
    ]);
    const administrator = await it.person(ready.signIn);
    const { page } = administrator;
    const look = (name) => picture(page, `automatic-${name}-${language}`);
    const dialog = page.getByRole('dialog');
    const field = (label) =>
      dialog.getByLabel(new RegExp(`^${label.replace(/[().]/g, '\\$&')}\\W*$`));
    const button = (name) => dialog.getByRole('button', { name, exact: true });
    const step = (name, state) => dialog.locator(`[data-step="${name}"][data-state="${state}"]`);
    const open = async (way) => {
      await administrator.button(l.start).click();
      await page.getByRole('dialog', { name: l.dialog }).waitFor();
      await dialog.getByRole('tab', { name: way }).click();
    };
    const asTools = async () => {
      await dialog.getByRole('radio', { name: l.secret }).click();
      await field(l.tenant).fill('7e0a0000-0000-4000-8000-000000000001');
      await field(l.client).fill('a9900000-0000-4000-8000-000000000001');
      await dialog.locator('input[type=password]').fill('guichet-local-secret');
      await button(l.signIn).click();
    };
    const control = async (method, path, body) => {
      const answer = await fetch(`${house.pages}/_guichet/${path}`, {
        method,
        body: body && JSON.stringify(body),
      });
      assert.ok(answer.ok, path);
    };

    await it.step('the conditions are told', async () => {
      await administrator.administer('numbers');
      await page.locator('[data-need="one"][data-state="met"]').waitFor();
      await page.locator('[data-need="contributor"][data-state="unknown"]').waitFor();
      await look('conditions');
    });

    await it.step('signed in by a code, on another page', async () => {
      await open(l.automatic);
      await look('sign-in');
      await button(l.signIn).click();
      const code = await dialog.getByRole('textbox', { name: l.code }).inputValue();
      const address = await dialog.getByRole('link').first().getAttribute('href');
      await look('code');
      const elsewhere = await (await it.profile({ ignoreHTTPSErrors: true })).newPage();
      await elsewhere.goto(address);
      await elsewhere.locator('input[name=otc]').fill(code);
      await elsewhere.locator('button.primary').first().click();
      await elsewhere.locator('input[name=loginfmt]').fill('admin@contoso.onmicrosoft.com');
      await elsewhere.locator('input[name=passwd]').fill('guichet-local-password');
      await elsewhere.locator('button.primary').first().click();
      await elsewhere.locator('[name=action][value=accept]').click();
      await dialog.getByText(/admin@contoso\.onmicrosoft\.com/).waitFor({ timeout: 30_000 });
      await elsewhere.close();
    });

    await it.step('the only ones are chosen, and the plan says what would change', async () => {
      await button(l.plan).and(page.locator(':not([aria-disabled=true])')).waitFor();
      assert.match(await field(l.resource).inputValue(), /contoso-acs$/);
      await field(l.appId).fill(webhookApp);
      await field(l.test).fill('+14255550123');
      await dialog.getByText(l.script).click();
      await dialog.locator('textarea').filter({ hasText: 'az provider register' }).waitFor();
      await look('choose');
      await button(l.plan).click();
      await step('topic', 'would').waitFor();
      await step('resource', 'right').waitFor();
      await button(l.connect).waitFor();
      await look('plan');
    });

    await it.step('what waits is said, also after the page was loaded again', async () => {
      await control('POST', 'faults', { kind: 'handshake' });
      await button(l.connect).click();
      await step('owner', 'done').waitFor();
      await step('recording', 'waiting').waitFor();
      await look('waiting');
      await page.reload();
      await step('recording', 'waiting').waitFor();
      await button(l.hide).click();
      await dialog.waitFor({ state: 'hidden' });
      await administrator.button(l.show).click();
      await step('desk', 'done').waitFor();
      await control('DELETE', 'faults');
    });

    await it.step('done, and proven by a text', async () => {
      await step('test', 'done').waitFor({ timeout: 60_000 });
      await dialog.getByText(/Delivered/).waitFor();
      await look('done');
      await button(l.close).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.locator(`[data-row="${tollFree}"]`).waitFor();
    });

    await it.step('undone in Azure, as a service principal', async () => {
      await administrator.button(l.advanced).click();
      await page.getByRole('button', { name: l.undo }).click();
      await asTools();
      await button(l.undoDo).click();
      await dialog.locator('[data-step="topic"][data-state="done"]').first().waitFor();
      await button(l.close).waitFor({ timeout: 30_000 });
      await look('undone');
      await button(l.close).click();
      await administrator.button(l.start).waitFor();
    });

    await it.step('a new resource is planned and made', async () => {
      await open(l.create);
      await asTools();
      await field(l.group).selectOption({ label: l.newGroup });
      await field(l.groupName).fill('made-rg');
      await field(l.name).fill('made-acs');
      await look('create');
      await button(l.plan).click();
      await step('resource', 'would').waitFor();
      await button(l.connect).click();
      await step('resource', 'done').waitFor({ timeout: 30_000 });
      await step('numbers', 'right').waitFor({ timeout: 60_000 });
      await button(l.close).click();
      await administrator.button(l.advanced).waitFor();
    });

    await it.step('the same on a phone, and in the dark', async () => {
      await page.setViewportSize({ width: 400, height: 800 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await administrator.button(l.advanced).click();
      await page.getByRole('button', { name: l.undo }).click();
      await dialog.getByRole('radio', { name: l.secret }).waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await look('narrow');
    });
  });
}
