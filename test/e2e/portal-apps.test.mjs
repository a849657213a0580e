// The portal of the local cloud as Microsoft's guide goes through the Azure portal for identity: sign-in, app registrations, resource
// providers. What changes anything goes over Graph and Resource Manager as the signed-in user, so rights count.
import assert from 'node:assert/strict';
import { picture, until } from './browser.mjs';
import { PortalPage } from './portal.mjs';
import { story } from './story.mjs';
import { languages } from './words.mjs';

const admin = { user: 'admin@contoso.onmicrosoft.com', password: 'guichet-local-password' };
const other = { user: 'robin@contoso.onmicrosoft.com', password: 'correct horse' };
const tenant = '7e0a0000-0000-4000-8000-000000000001';

// The words that Microsoft's guide says, which must not drift.
const guide = {
  en: {
    apps: 'App registrations',
    title: 'Register an application',
    name: 'Name',
    types: 'Supported account types',
    any: 'Accounts in any organizational directory (Any Microsoft Entra ID - Multitenant)',
    register: 'Register',
    clientId: 'Application (client) ID',
    tenantId: 'Directory (tenant) ID',
    copy: 'Copy to clipboard',
    settings: 'Settings',
    providers: 'Resource providers',
    registered: 'Registered',
    reregister: 'Re-register',
  },
  fr: {
    apps: "Inscriptions d'applications",
    title: 'Inscrire une application',
    name: 'Nom',
    types: 'Types de comptes pris en charge',
    any: 'Comptes dans tous les répertoires organisationnels (Tout Microsoft Entra ID - Mutualisé)',
    register: 'Inscrire',
    clientId: "ID de l'application (client)",
    tenantId: 'ID de répertoire (locataire)',
    copy: 'Copier dans le presse-papier',
    settings: 'Paramètres',
    providers: 'Fournisseurs de ressources',
    registered: 'Inscrit',
    reregister: 'Réinscrire',
  },
};

for (const language of languages) {
  story('identity in the portal', language, async (it) => {
    const { house } = it;
    const words = guide[language];
    await house.start('cloud', [...house.cloudFlags(), '--ephemeral']);
    const context = await it.profile();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    const portal = new PortalPage(page, house.pages, language);
    const { t } = portal;
    let appId;

    await it.step('a user of the tenant signs in, and stays on the page', async () => {
      await portal.load('/apps');
      await page.getByRole('link', { name: 'guichet-webhooks' }).waitFor();
      await portal.signIn(admin.user, admin.password);
      await portal.heading(words.apps).waitFor();
      assert.equal(new URL(page.url()).pathname, '/portal/apps');
      assert.equal(new URL(page.url()).hash, '');
      await page.reload();
      await page.getByRole('button', { name: admin.user }).waitFor();
    });

    await it.step('an application is registered', async () => {
      await portal.link(t('register.new')).click();
      await portal.heading(words.title).waitFor();
      await portal.button(words.register).click();
      await page.getByText(t('register.nameNeeded')).waitFor();
      await page.getByLabel(words.name).fill('contoso-hooks');
      const types = page.getByRole('radiogroup', { name: words.types });
      assert.equal(await types.getByRole('radio').count(), 4);
      await types.getByRole('radio', { name: words.any, exact: true }).check();
      await picture(page, `portal-register-${language}`);
      await portal.button(words.register).click();
      await portal.heading('contoso-hooks').waitFor();
      await page.getByText(words.any, { exact: true }).waitFor();
      await picture(page, `portal-app-${language}`);
    });

    await it.step('its ids are copied', async () => {
      for (const label of [words.clientId, words.tenantId]) {
        const value = await portal.value(label).inputValue();
        await portal.button(`${words.copy} (${label})`).click();
        const copied = await until(
          'it is in the clipboard',
          () => page.evaluate(() => navigator.clipboard.readText()),
          (text) => text === value,
        );
        if (label === words.tenantId) assert.equal(copied, tenant);
        else appId = copied;
      }
      assert.match(appId, /^[0-9a-f-]{36}$/);
    });

    await it.step('a secret is told once, and is good for a token until it is deleted', async () => {
      await portal.part(t('register.blade.credentials'));
      await portal.button(t('secrets.new')).click();
      const dialog = page.getByRole('dialog', { name: t('secrets.add') });
      await dialog.getByLabel(t('secrets.description')).fill('for the test');
      await dialog
        .getByLabel(t('secrets.expires'))
        .selectOption({ label: t('secrets.lifetimes.365') });
      await dialog.getByRole('button', { name: t('secrets.do'), exact: true }).click();
      await page.getByText(t('secrets.once')).waitFor();
      const row = portal.rows('for the test');
      await row
        .getByRole('button', { name: t('copy.label', { what: t('secrets.value') }) })
        .click();
      const secret = await until(
        'the secret is in the clipboard',
        () => page.evaluate(() => navigator.clipboard.readText()),
        (text) => text !== tenant,
      );
      // The enterprise application was made with the registration, else there would be no token.
      assert.equal(await token(house.pages, appId, secret), 200);
      assert.equal(await token(house.pages, appId, `${secret}x`), 401);
      await picture(page, `portal-secrets-${language}`);
      await page.reload();
      await row.getByText(`${secret.slice(0, 3)}***`).waitFor();
      assert.equal(await page.getByText(secret).count(), 0);
      await row
        .getByRole('button', { name: t('secrets.deleteOf', { name: 'for the test' }) })
        .click();
      await confirm(portal, t('secrets.deleteAsk', { name: 'for the test' }), t('secrets.delete'));
      await page.getByText(t('secrets.none'), { exact: true }).waitFor();
      assert.equal(await token(house.pages, appId, secret), 401);
    });

    await it.step('a role is created, disabled and deleted', async () => {
      await portal.part(t('register.blade.roles'));
      await portal.button(t('roles.create')).click();
      const dialog = page.getByRole('dialog', { name: t('roles.create') });
      const apply = dialog.getByRole('button', { name: t('roles.do'), exact: true });
      await dialog.getByLabel(t('apps.name')).fill('Reader of hooks');
      await dialog.getByRole('radio', { name: t('roles.members.both'), exact: true }).check();
      await dialog.getByLabel(t('secrets.description')).fill('May read what hooks got.');
      await dialog.getByLabel(t('apps.value')).fill('Hooks Read');
      await apply.click();
      await dialog.getByText(t('roles.wrong.spaces')).waitFor();
      await dialog.getByLabel(t('apps.value')).fill('Hooks.Read');
      await apply.click();
      await dialog.waitFor({ state: 'hidden' });
      const row = portal.rows('Hooks.Read');
      await row.getByText(t('roles.enabled'), { exact: true }).waitFor();
      await picture(page, `portal-roles-${language}`);
      // What is enabled cannot be deleted, as in Azure; the button says so.
      const remove = row.getByRole('button', { name: t('secrets.delete') });
      assert.equal(await remove.getAttribute('aria-disabled'), 'true');
      await row
        .getByRole('button', { name: t('roles.disableOf', { name: 'Reader of hooks' }) })
        .click();
      await row.getByText(t('roles.disabled'), { exact: true }).waitFor();
      await row
        .getByRole('button', { name: t('roles.deleteOf', { name: 'Reader of hooks' }) })
        .click();
      await confirm(portal, t('roles.deleteAsk', { name: 'Reader of hooks' }), t('secrets.delete'));
      await page.getByText(t('roles.none'), { exact: true }).waitFor();
    });

    await it.step('an owner is added', async () => {
      const made = await fetch(`${house.pages}/_guichet/entra/users`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          userPrincipalName: other.user,
          displayName: 'Robin',
          password: other.password,
        }),
      });
      assert.equal(made.status, 201);
      await portal.part(t('register.blade.owners'));
      await portal.rows(admin.user).waitFor();
      await portal.button(t('owners.add')).click();
      const dialog = page.getByRole('dialog', { name: t('owners.add') });
      await dialog.getByLabel(t('owners.user')).selectOption({ label: `Robin (${other.user})` });
      await dialog.getByRole('button', { name: t('owners.select'), exact: true }).click();
      await portal.rows(other.user).waitFor();
      await picture(page, `portal-owners-${language}`);
    });

    const robin = new PortalPage(await (await it.profile()).newPage(), house.pages, language);

    await it.step('who owns an application may change it, and no other', async () => {
      await robin.load('/apps');
      await robin.page.getByRole('tab', { name: t('register.owned') }).click();
      await robin.page.getByText(t('session.needed')).waitFor();
      await robin.signIn(other.user, other.password);
      await robin.page.getByRole('tab', { name: t('register.owned') }).click();
      await robin.link('contoso-hooks').click();
      await robin.heading('contoso-hooks').waitFor();
      await robin.part(t('register.blade.credentials'));
      await addSecret(robin, 'of an owner');
      await robin.rows('of an owner').waitFor();

      await robin.load(`/apps/a9900000-0000-4000-8000-000000000002/credentials`);
      it.watch.expect(403, /^\/v1\.0\/applications/);
      await addSecret(robin, 'of nobody');
      const refusal = robin.page.getByRole('dialog').getByRole('alert');
      await refusal.getByText('Authorization_RequestDenied').waitFor();
      await refusal.getByText(t('cure.Authorization_RequestDenied')).waitFor();
      // What was typed is still there.
      const typed = robin.page.getByRole('dialog').getByLabel(t('secrets.description'));
      assert.equal(await typed.inputValue(), 'of nobody');
      await robin.page
        .getByRole('dialog')
        .getByRole('button', { name: t('cancel') })
        .click();
    });

    await it.step('an owner is removed', async () => {
      const row = portal.rows(other.user);
      await row.getByRole('button', { name: t('owners.removeOf', { name: 'Robin' }) }).click();
      await confirm(portal, t('owners.removeAsk', { name: 'Robin' }), t('owners.remove'));
      await row.waitFor({ state: 'detached' });
    });

    await it.step('a resource provider is registered again', async () => {
      await portal.open('subscriptions');
      await portal.link('Contoso').click();
      await portal.heading('Contoso').waitFor();
      await page.getByText(words.settings, { exact: true }).waitFor();
      await portal.part(words.providers);
      const row = portal.rows('Microsoft.EventGrid');
      await row.getByText(words.registered, { exact: true }).waitFor();
      await row.getByText(words.reregister, { exact: true }).click();
      await page.getByText(t('providers.done', { name: 'Microsoft.EventGrid' })).waitFor();
      await picture(page, `portal-providers-${language}`);
      const named = { name: 'Microsoft.EventGrid' };
      await row.getByRole('button', { name: t('providers.unregisterOf', named) }).click();
      await confirm(portal, t('providers.unregisterAsk', named), t('providers.unregister'));
      await row.getByText(t('providers.state.NotRegistered'), { exact: true }).waitFor();
      assert.equal(await state(house.pages), 'NotRegistered');
    });

    await it.step('a user without the right is told which one, and whom to ask', async () => {
      await robin.open('subscriptions');
      await robin.link('Contoso').click();
      await robin.part(words.providers);
      const row = robin.rows('Microsoft.EventGrid');
      it.watch.expect(403, /^\/subscriptions\/.*\/register$/);
      const register = t('providers.registerOf', { name: 'Microsoft.EventGrid' });
      await row.getByRole('button', { name: register }).click();
      const refusal = robin.page.getByRole('alert');
      await refusal.getByText('AuthorizationFailed', { exact: true }).waitFor();
      await refusal.getByText(`'${other.user}'`).waitFor();
      await refusal.getByText(t('cure.AuthorizationFailed')).waitFor();
      await picture(robin.page, `portal-refused-${language}`);
      assert.equal(await state(house.pages), 'NotRegistered');
      // What the administrator does is seen without a reload.
      await portal.rows('Microsoft.EventGrid').getByRole('button', { name: register }).click();
      await row.getByText(words.registered, { exact: true }).waitFor();
      assert.equal(await state(house.pages), 'Registered');
    });

    await it.step('without a sign-in one may look', async () => {
      await robin.signOut(other.user);
      await robin.open('subscriptions');
      await robin.link('Contoso').click();
      await robin.part(words.providers);
      const named = { name: 'Microsoft.EventGrid' };
      const again = robin.page.getByRole('button', { name: t('providers.reregisterOf', named) });
      await again.waitFor();
      assert.equal(await again.isDisabled(), true);
      await robin.page.getByText(t('session.bar')).waitFor();
    });

    await it.step('an application is deleted', async () => {
      await portal.open('apps');
      await portal.link('contoso-hooks').click();
      await portal.button(t('register.delete')).click();
      await confirm(
        portal,
        t('register.deleteAsk', { name: 'contoso-hooks' }),
        t('register.delete'),
      );
      await portal.heading(words.apps).waitFor();
      await portal.link('contoso-hooks').waitFor({ state: 'detached' });
      await portal.link('guichet-webhooks').waitFor();
    });
  });
}

// Says yes to a question.
async function confirm(portal, question, yes) {
  const dialog = portal.page.getByRole('alertdialog', { name: question });
  await dialog.getByRole('button', { name: yes, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

// Fills in and sends the dialog for a new secret.
async function addSecret(portal, description) {
  const { page, t } = portal;
  await portal.button(t('secrets.new')).click();
  const dialog = page.getByRole('dialog', { name: t('secrets.add') });
  await dialog.getByLabel(t('secrets.description')).fill(description);
  await dialog.getByRole('button', { name: t('secrets.do'), exact: true }).click();
}

// Asks for a token with a client secret; gives the status.
async function token(origin, appId, secret) {
  const response = await fetch(`${origin}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: appId,
      client_secret: secret,
      scope: 'https://management.azure.com/.default',
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

// The state of Event Grid's provider, as Resource Manager keeps it.
async function state(origin) {
  const subscription = '5b500000-0000-4000-8000-000000000001';
  const response = await fetch(`${origin}/_guichet/arm/providers?subscription=${subscription}`);
  const { items } = await response.json();
  return items.find(({ namespace }) => namespace === 'Microsoft.EventGrid').registrationState;
}
