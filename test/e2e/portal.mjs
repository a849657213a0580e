// The local cloud's portal as a developer uses it.
import { wordsOf } from './words.mjs';

// The user that every local cloud starts with.
const first = { user: 'admin@contoso.onmicrosoft.com', password: 'guichet-local-password' };
// What Entra's sign-in page says. It is the cloud's, not the portal's.
const entra = {
  en: { name: 'Email or username', password: 'Password', signIn: 'Sign in' },
  fr: { name: 'E-mail ou nom d’utilisateur', password: 'Mot de passe', signIn: 'Se connecter' },
};

export class PortalPage {
  constructor(page, origin, language) {
    this.page = page;
    this.origin = origin;
    this.t = wordsOf('portal', language);
    this.entra = entra[language];
    this.navigation = page.getByRole('navigation', { name: this.t('shell.navigation') });
  }

  async load(path = '') {
    await this.page.goto(`${this.origin}/portal${path}`);
    await this.navigation.waitFor();
  }

  // Signs in by the button in the header, and comes back to the page that is shown.
  async signIn(user = first.user, password = first.password) {
    const { page, t, entra } = this;
    await page
      .getByRole('banner')
      .getByRole('button', { name: t('session.signIn') })
      .click();
    await page.getByLabel(entra.name, { exact: true }).fill(user);
    await page.getByLabel(entra.password, { exact: true }).fill(password);
    await page.getByRole('button', { name: entra.signIn, exact: true }).click();
    await page.getByRole('banner').getByRole('button', { name: user }).waitFor();
  }

  // Signs out by the menu in the header.
  async signOut(user) {
    const { page, t } = this;
    await page.getByRole('banner').getByRole('button', { name: user }).click();
    await page.getByRole('menuitem', { name: t('session.signOut'), exact: true }).click();
    await page
      .getByRole('banner')
      .getByRole('button', { name: t('session.signIn') })
      .waitFor();
  }

  // A field that holds a value to be copied.
  value(label) {
    return this.page.getByRole('main').getByRole('textbox', { name: label, exact: true });
  }

  // Goes to a part of the page that is open, by its own menu.
  async part(label) {
    const menu = this.page.getByRole('navigation', { name: this.t('blade.menu') });
    await menu.getByRole('link', { name: label, exact: true }).click();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  link(name) {
    return this.page.getByRole('main').getByRole('link', { name, exact: true });
  }

  heading(name) {
    return this.page.getByRole('heading', { level: 1, name, exact: true });
  }

  // Goes to a page by the navigation.
  async open(name) {
    const label = this.t(`nav.${name}`);
    await this.navigation.getByRole('link', { name: label, exact: true }).click();
    await this.heading(label).waitFor();
  }

  // Goes to a part of the resource that is open.
  async blade(resource, name) {
    const label = this.t(`blade.${name}`);
    const menu = this.page.getByRole('navigation', { name: this.t('blade.menu') });
    await menu.getByRole('link', { name: label, exact: true }).click();
    await this.heading(`${resource} | ${label}`).waitFor();
  }

  // Rows of the table that is shown.
  rows(text) {
    return this.page.locator('tr[data-row]').filter({ hasText: text });
  }

  // The connection string of a key, as the keys page holds it.
  connectionString(keyType) {
    const section = this.page.getByRole('region', { name: this.t(`keys.${keyType}`), exact: true });
    return section.getByLabel(this.t('keys.connectionString'), { exact: true });
  }

  // Makes a key anew, saying yes when asked.
  async regenerate(keyType) {
    await this.button(this.t(`keys.regenerate.${keyType}`)).click();
    const question = this.page.getByRole('alertdialog', { name: this.t(`keys.ask.${keyType}`) });
    await question.getByRole('button', { name: this.t('keys.do'), exact: true }).click();
    await question.waitFor({ state: 'hidden' });
  }
}
