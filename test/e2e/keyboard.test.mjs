// A whole answer without a mouse, and all of it on a narrow window.
import assert from 'node:assert/strict';
import { becomes, picture } from './browser.mjs';
import { fits } from './layout.mjs';
import { story } from './story.mjs';
import { languages } from './words.mjs';

const customer = '+14255550123';

for (const language of languages) {
  story('by keyboard', language, async (it) => {
    const { ready } = await it.house.up();
    const handset = await it.handset(customer);
    await handset.write('Are you open on Sunday?');
    const desk = await it.person(ready.signIn);
    const { page, t } = desk;
    const press = (...keys) =>
      keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());

    await tabTo(page, desk.entry('open'));
    await press('Enter');
    await desk.rows(customer).waitFor();
    await tabTo(page, desk.rows(customer));
    await press('Enter');
    await desk.reads(['Are you open on Sunday?']);
    await tabTo(page, desk.button(t('panel.assign')));
    await press('Enter');
    await desk.box.waitFor();
    await focused(desk.box);
    await page.keyboard.type('From ten to four.');
    await press('Shift+Enter');
    await page.keyboard.type('You are welcome.');
    await press('Enter');
    await handset.reads(['Are you open on Sunday?', 'From ten to four.\nYou are welcome.']);
    await desk.bears('From ten to four.', t('delivery.delivered'));
    await focused(desk.box);

    // The question whether to end is answered by keyboard too; Escape means no.
    await tabTo(page, desk.button(t('panel.end')), 'Shift+Tab');
    await press('Enter');
    const question = page.getByRole('dialog', { name: t('panel.endTitle') });
    await question.waitFor();
    await press('Escape');
    await question.waitFor({ state: 'hidden' });
    await desk.is('active');
    await focused(desk.button(t('panel.end')));
    await press('Enter');
    await tabTo(page, question.getByRole('button', { name: t('panel.end'), exact: true }));
    await press('Enter');
    await desk.is('closed');

    // The menu of the user, and out.
    await tabTo(page, desk.button(t('shell.userMenu', { name: 'Administrator' })), 'Shift+Tab');
    await press('Enter');
    const out = page.getByRole('menuitem', { name: t('shell.signOut') });
    await out.waitFor();
    await arrowTo(page, out);
    await press('Enter');
    await page.getByRole('heading', { name: t('signIn.title') }).waitFor();
  });

  story('on a narrow window', language, async (it) => {
    const { ready } = await it.house.up();
    const narrow = { viewport: { width: 400, height: 800 }, hasTouch: true };
    const handset = await it.handset(customer, narrow);
    await handset.write('Is the red one cheaper? 🙂');
    await fits(handset.page);
    const desk = await it.desk(undefined, narrow);
    const { page, t } = desk;
    await page.goto(ready.signIn);
    const look = async (name) => {
      await fits(page);
      await picture(page, `${language}-narrow-${name}`);
    };
    const go = async (key) => {
      await desk.button(t('shell.menu')).click();
      await desk.entry(key).click();
    };

    await page.getByText(t('list.emptyMine')).waitFor();
    await look('mine');
    await page.getByRole('button', { name: t('list.goOpen') }).click();
    await desk.rows(customer).waitFor();
    await look('open');
    await desk.open(customer);
    await desk.reads(['Is the red one cheaper? 🙂']);
    await desk.take();
    await desk.answer('By two euros.');
    await desk.bears('By two euros.', t('delivery.delivered'));
    await handset.reads(['Is the red one cheaper? 🙂', 'By two euros.']);
    await look('conversation');
    await desk.button(t('panel.back')).click();
    await desk.rows(customer).waitFor();
    for (const name of ['users', 'events']) {
      await go(`nav.${name}`);
      await page.getByRole('heading', { level: 1, name: t(`nav.${name}`) }).waitFor();
      await page.getByText(t('loading')).waitFor({ state: 'hidden' });
      await look(name);
    }
    await go('closed');
    await page.getByText(t('list.emptyClosed')).waitFor();
  });
}

// Presses a key until an element has the focus, as a person looks for it.
async function tabTo(page, target, key = 'Tab') {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press(key);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`forty times ${key} do not lead to ${target}`);
}

const arrowTo = (page, target) => tabTo(page, target, 'ArrowDown');

const focused = (target) =>
  becomes('the focus', () => target.evaluate((one) => one === document.activeElement), true);
