// The desk page as an agent or an administrator uses it.
import { becomes } from './browser.mjs';
import { phone } from './handset.mjs';
import { plain, wordsOf } from './words.mjs';

export class DeskPage {
  constructor(page, origin, language) {
    this.page = page;
    this.origin = origin;
    this.t = wordsOf('desk', language);
    this.box = page.getByRole('textbox', { name: this.t('send.label') });
    this.banner = page.getByText(this.t('live.disconnected'));
    this.state = page.getByTestId('state');
    this.whyNot = page.getByTestId('why-not');
    this.navigation = page.getByRole('navigation', { name: this.t('shell.navigation') });
    this.alert = page.getByRole('alert');
  }

  // Comes in by a one-time link.
  async enter(link) {
    await this.page.goto(link);
    await this.navigation.waitFor();
  }

  async go(path) {
    await this.page.goto(this.origin + path);
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  // The navigation's entry of a view of the inbox, or of an administration page ('nav.…').
  entry(key) {
    const label = this.t(key.startsWith('nav.') ? key : `views.${key}`);
    return this.navigation.getByRole('link', { name: new RegExp(`^${label}(?!\\p{L})`, 'u') });
  }

  async view(name) {
    await this.entry(name).click();
    await this.page.getByRole('heading', { level: 1, name: this.t(`views.${name}`) }).waitFor();
  }

  // Opens an administration page by the navigation; that of phone numbers is reached by the channels.
  async administer(name) {
    await this.entry(name === 'numbers' ? 'nav.channels' : `nav.${name}`).click();
    if (name === 'numbers') {
      const manage = this.t('channels.manageWhat', { what: this.t('nav.numbers') });
      await this.page.getByRole('link', { name: manage }).click();
    }
    await this.page.getByRole('heading', { level: 1, name: this.t(`nav.${name}`) }).waitFor();
  }

  // Rows of the list that is shown, by the customer's number.
  rows(number) {
    return this.page.locator('a[data-conversation-id]').filter({ hasText: phone(number) });
  }

  async open(number) {
    await this.rows(number).click();
    await this.page.getByRole('heading', { level: 2, name: phone(number) }).waitFor();
  }

  // Assigns the open conversation to oneself.
  async take() {
    await this.button(this.t('panel.assign')).click();
    await this.box.waitFor();
  }

  async answer(text) {
    await this.box.fill(text);
    await this.button(this.t('send.do')).click();
  }

  bubble(text) {
    return this.page.locator('li[data-message-id]').filter({ hasText: text });
  }

  unsent(text) {
    return this.page.locator('li[data-outgoing]').filter({ hasText: text });
  }

  // Waits until exactly these texts stand in the transcript, in this order.
  reads(texts) {
    const bubbles = this.page.locator(
      'li[data-message-id] > div:first-child, li[data-outgoing] > div:first-child',
    );
    return becomes('transcript', () => bubbles.allTextContents(), texts);
  }

  // Waits until a message bears a mark of delivery, in words.
  async bears(text, words) {
    await this.bubble(text).getByText(plain(words), { exact: true }).waitFor();
  }

  // Waits until the open conversation is in a state.
  async is(state) {
    await this.state.getByText(this.t(`state.${state}`), { exact: true }).waitFor();
  }

  // Ends the open conversation, saying yes when asked.
  async end() {
    await this.button(this.t('panel.end')).click();
    const question = this.page.getByRole('dialog', { name: this.t('panel.endTitle') });
    await question.getByRole('button', { name: this.t('panel.end'), exact: true }).click();
    await question.waitFor({ state: 'hidden' });
  }

  // Adds a user on the users page and returns the one-time link that is shown.
  async addUser(name, email, role = 'agent') {
    await this.administer('users');
    await this.button(this.t('users.add')).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: this.t('users.name') }).fill(name);
    await dialog.getByRole('textbox', { name: this.t('users.email') }).fill(email);
    await dialog
      .getByRole('combobox', { name: this.t('users.role') })
      .selectOption({ label: this.t(`role.${role}`) });
    await dialog.getByRole('button', { name: this.t('users.addDo'), exact: true }).click();
    const added = this.page.getByRole('alertdialog', { name: this.t('users.added', { name }) });
    const link = await added.getByRole('textbox', { name: this.t('users.link') }).inputValue();
    await added.getByRole('button', { name: this.t('close') }).click();
    await added.waitFor({ state: 'hidden' });
    return link;
  }

  // Opens the user's own menu.
  async menu(name) {
    await this.button(this.t('shell.userMenu', { name })).click();
    await this.page.getByRole('menuitem', { name: this.t('shell.signOut') }).waitFor();
  }

  async signOut(name) {
    await this.menu(name);
    await this.page.getByRole('menuitem', { name: this.t('shell.signOut') }).click();
    await this.page.getByRole('heading', { name: this.t('signIn.title') }).waitFor();
  }

  // Fills in the sign-in form and sends it.
  async signIn(email, password) {
    await this.page.getByRole('textbox', { name: this.t('signIn.email') }).fill(email);
    await this.page.getByLabel(this.t('signIn.password')).fill(password);
    await this.button(this.t('signIn.do')).click();
  }
}
