// The handset page as a person uses it.
import { becomes } from './browser.mjs';
import { plain, wordsOf } from './words.mjs';

// The number that the local cloud's resource owns for texts.
export const tollFree = '+18335550100';

export class HandsetPage {
  constructor(page, origin, language) {
    this.page = page;
    this.origin = origin;
    this.t = wordsOf('handset', language);
    this.box = page.getByRole('textbox', { name: this.t('thread.write') });
    this.banner = page.getByText(this.t('live.disconnected'));
  }

  // Opens the handset of a number, and by click its thread with a business.
  async load(number, business) {
    await this.page.goto(`${this.origin}/handset?number=${encodeURIComponent(number)}`);
    await this.page.getByRole('button', { name: phone(business) }).click();
    await this.box.waitFor();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  async write(text) {
    await this.box.fill(text);
    await this.box.press('Enter');
  }

  bubble(text) {
    return this.page.locator('li[data-message-id]').filter({ hasText: text });
  }

  unsent(text) {
    return this.page.locator('li[data-outgoing]').filter({ hasText: text });
  }

  // Waits until exactly these texts stand in the thread, in this order.
  reads(texts) {
    const bubbles = this.page.locator(
      'li[data-message-id] > div:first-child, li[data-outgoing] > div:first-child',
    );
    return becomes('texts on the handset', () => bubbles.allTextContents(), texts);
  }

  // Waits until a text bears the words of a status.
  async bears(text, words) {
    await this.bubble(text).getByText(plain(words), { exact: true }).waitFor();
  }

  // Chooses what becomes of the texts that are sent to this handset: 'delivered', 'failed' with a code, 'delayed' by seconds.
  async deliver(mode, { code, seconds } = {}) {
    await this.page.locator('button[data-mode]').click();
    const menu = this.page.getByRole('dialog', { name: this.t('delivery.title') });
    const radio = menu.getByRole('radio', { name: this.t(`delivery.${mode}`), exact: true });
    if (!(await radio.isChecked())) await this.settled(() => radio.click());
    if (code) {
      const reason = menu.getByRole('combobox', { name: this.t('delivery.why') });
      if ((await reason.inputValue()) !== code)
        await this.settled(() => reason.selectOption({ label: this.reason(code) }));
    }
    if (seconds) {
      await this.settled(async () => {
        const field = menu.getByRole('spinbutton', { name: this.t('delivery.seconds') });
        await field.fill(String(seconds));
        await field.press('Enter');
      });
    }
    await this.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
  }

  // Why a text did not arrive, in words.
  reason(code) {
    return `${this.t(`code.${code}`)} (${code})`;
  }

  async settled(act) {
    const answer = this.page.waitForResponse(
      (response) => response.request().method() === 'PUT' && response.url().endsWith('/delivery'),
    );
    await act();
    if (!(await answer).ok()) throw new Error('the choice of delivery was refused');
  }
}

// A number as the pages write it, for those that the tests use.
export function phone(number) {
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american) return `+1 ${american.slice(1).join(' ')}`;
  const french = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(number);
  return `+33 ${french.slice(1).join(' ')}`;
}
