// Signing in to the desk with Microsoft Entra ID, through the pages of the local cloud.
import assert from 'node:assert/strict';
import { story } from './story.mjs';
import { languages } from './words.mjs';

const alex = { upn: 'admin@contoso.onmicrosoft.com', password: 'guichet-local-password' };
const button = { en: 'Sign in with Microsoft', fr: 'Se connecter avec Microsoft' };
const noRole = {
  en: /^You are not signed in\. .+ has no role here\. Ask an administrator to assign you the app role/,
  fr: /^Vous n'êtes pas connecté\. .+ n’a aucun rôle ici\. Demandez à un administrateur de vous attribuer/,
};

for (const language of languages) {
  story('signing in with Microsoft', language, async (it) => {
    const { house, watch } = it;
    const { ready } = await house.up();
    watch.expect(401, /^\/api\/live$/);
    // The cloud's certificate is its own.
    const trusting = { ignoreHTTPSErrors: true };
    const microsoft = async (desk) => {
      await desk.page.getByRole('link', { name: button[language], exact: true }).click();
      await desk.page.waitForURL(`${house.cloud}/**`);
    };
    const account = async ({ page }, { upn, password }) => {
      await page.locator('#loginfmt').fill(upn);
      await page.locator('#passwd').fill(password);
      await page.locator('button[value=signin]').click();
      await page.locator('button[value=accept]').click();
    };

    const desk = await it.desk(undefined, trusting);
    const { page, t } = desk;
    await it.step('comes in with the role that the tenant gives', async () => {
      await desk.go('/administration/users');
      await microsoft(desk);
      await account(desk, alex);
      await page.getByRole('heading', { level: 1, name: t('nav.users') }).waitFor();
      assert.equal(new URL(page.url()).origin, house.desk);
      const row = page.getByRole('row').filter({ hasText: alex.upn });
      await row.getByText('Microsoft Entra ID', { exact: true }).waitFor();
      const role = row.getByRole('combobox');
      assert.ok(await role.isDisabled());
      assert.equal(await role.inputValue(), 'administrator');
      await desk.menu('Alex Admin');
      assert.equal(await page.getByRole('menuitem', { name: t('password.set') }).count(), 0);
      await page.keyboard.press('Escape');
    });

    await it.step('who signs out is asked for the account again', async () => {
      const second = await it.desk(page.context(), trusting);
      await second.go('/conversations');
      await second.navigation.waitFor();
      await page.bringToFront();
      await desk.signOut('Alex Admin');
      await second.page.getByRole('heading', { name: t('signIn.title') }).waitFor();
      await microsoft(desk);
      await page.locator('button[value=choose]').click();
      await desk.navigation.waitFor();
      // The other tab follows.
      await second.navigation.waitFor();
    });

    const megan = { upn: 'megan@contoso.onmicrosoft.com', password: 'a password of the cloud' };
    await it.step('who has no role stays out, and reads what to do', async () => {
      const made = await fetch(`${house.pages}/_guichet/entra/users`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          userPrincipalName: megan.upn,
          displayName: 'Megan Bowen',
          password: megan.password,
        }),
      });
      assert.equal(made.status, 201);
      const stranger = await it.desk(undefined, trusting);
      await stranger.go('/conversations?view=closed');
      await microsoft(stranger);
      await account(stranger, megan);
      await stranger.alert.waitFor();
      assert.match(await stranger.alert.textContent(), noRole[language]);
      assert.ok((await stranger.alert.textContent()).includes(megan.upn));
      assert.equal(await stranger.navigation.count(), 0);
    });

    await it.step('who declines comes back to the form', async () => {
      const shy = await it.desk(undefined, trusting);
      await shy.go('/');
      await microsoft(shy);
      await shy.page.locator('#loginfmt').fill(megan.upn);
      await shy.page.locator('#passwd').fill('wrong');
      await shy.page.locator('button[value=signin]').click();
      await shy.page.locator('#problem').waitFor();
      await shy.page.locator('#passwd').fill(megan.password);
      await shy.page.locator('button[value=signin]').click();
      // Megan consented before; the account has no role still.
      await shy.alert.waitFor();
      // A one-time link works beside.
      await shy.enter(ready.signIn);
    });
  });
}
