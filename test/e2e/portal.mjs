// The local cloud's portal as a developer uses it.
import { wordsOf } from './words.mjs';

const user = { name: 'admin@contoso.onmicrosoft.com', password: 'guichet-local-password' };
// The words of Entra's own page.
const entra = {
  en: { name: 'Email or username', password: 'Password', signIn: 'Sign in' },
  fr: { name: 'E-mail ou nom d’utilisateur', password: 'Mot de passe', signIn: 'Se connecter' },
};

export class PortalPage {
  constructor(page, origin, language) {
    this.page = page;
    this.origin = origin;
    this.language = language;
    this.t = wordsOf('portal', language);
    this.navigation = page.getByRole('navigation', { name: this.t('shell.navigation') });
  }

  async load(path = '') {
    await this.page.goto(`${this.origin}/portal${path}`);
    await this.navigation.waitFor();
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

  // Signs in as the user that every local cloud starts with, and comes back to the page that is shown.
  async signIn() {
    const l = entra[this.language];
    const signIn = this.page.getByRole('button', { name: this.t('session.signIn'), exact: true });
    await signIn.first().click();
    await this.page.getByLabel(l.name, { exact: true }).fill(user.name);
    await this.page.getByLabel(l.password, { exact: true }).fill(user.password);
    await this.page.getByRole('button', { name: l.signIn, exact: true }).click();
    await this.navigation.waitFor();
    await signIn.first().waitFor({ state: 'hidden' });
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
