// The whole way: a customer's text reaches two agents, one of them answers, and the program is stopped and killed meanwhile.
import assert from 'node:assert/strict';
import { until } from './browser.mjs';
import { story } from './story.mjs';
import { languages } from './words.mjs';

const customer = '+14255550123';

for (const language of languages) {
  story('the whole way', language, async (it) => {
    const { house, watch } = it;
    let program = await house.up();
    const administrator = await it.person(program.ready.signIn);
    const links = {
      ada: await administrator.addUser('Ada Martin', 'ada@contoso.example'),
      ben: await administrator.addUser('Ben Roy', 'ben@contoso.example'),
    };
    const ada = await it.person(links.ada);
    const ben = await it.person(links.ben);
    const phone = await it.handset(customer);
    const everywhere = (texts) => Promise.all([ada, ben, phone].map((page) => page.reads(texts)));
    const { t } = ada;

    // A text arrives in both open pages.
    await ada.view('open');
    await ben.view('open');
    await ada.page.getByText(t('list.emptyOpen')).waitFor();
    const said = ['Is the blue kettle in stock?'];
    await phone.write(said[0]);
    for (const agent of [ada, ben]) {
      await agent.rows(customer).getByText(said[0]).waitFor();
      assert.equal(await agent.rows(customer).count(), 1);
      await agent.open(customer);
      await agent.reads(said);
      await agent.is('open');
      assert.match(await agent.whyNot.textContent(), contains(t('why.open')));
    }

    // Both want it. Ben's request is on its way while Ada's is answered: he is refused, and told who has it.
    watch.expect(409, /\/assign$/);
    const release = await holdRequest(ben.page, '**/assign');
    await ben.button(t('panel.assign')).click();
    await ada.take();
    await ada.is('active');
    await ben.is('active');
    await release();
    await ben.alert.filter({ hasText: 'Ada Martin' }).waitFor();
    await ben.whyNot.getByText(t('why.taken', { name: 'Ada Martin' })).waitFor();
    assert.equal(await ben.box.count(), 0);
    assert.equal(await ben.button(t('panel.assign')).count(), 0);
    assert.equal(await ben.button(t('panel.end')).count(), 0);
    await ben.view('active');
    await ben
      .rows(customer)
      .getByText(t('list.agent', { name: 'Ada Martin' }))
      .waitFor();
    await ben.open(customer);

    // The answer, and what becomes of it.
    const marked = async (text, words) => {
      await ada.bears(text, words);
      await ben.bears(text, words);
    };
    const reply = async (text) => {
      await ada.answer(text);
      said.push(text);
      await everywhere(said);
    };
    await reply('Yes, we have twelve of them.');
    await marked(said.at(-1), t('delivery.delivered'));
    await phone.bears(said.at(-1), phone.t('status.received'));

    for (const code of ['4006', '4007']) {
      await phone.deliver('failed', { code });
      await reply(`Shall I keep one for you? (${code})`);
      await marked(said.at(-1), t('delivery.failedWhy', { reason: t(`code.${code}`) }));
      const why = phone.t('status.failedWhy', { reason: phone.reason(code) });
      await phone.bears(said.at(-1), why);
    }

    await phone.deliver('delayed', { seconds: 3 });
    const sentAt = Date.now();
    await reply('It is kept until Friday.');
    await marked(said.at(-1), t('delivery.sent'));
    await phone.bears(said.at(-1), phone.t('status.pending'));
    await marked(said.at(-1), t('delivery.delivered'));
    assert.ok(Date.now() - sentAt >= 2900, 'delivered before its time');
    await phone.deliver('delivered');

    // The program is stopped while the pages stay open. What is written meanwhile is kept by the pages.
    watch.away = true;
    await program.end('SIGTERM');
    for (const page of [ada, ben, phone]) await page.banner.waitFor();
    await phone.write('I come on Thursday.');
    await phone.unsent('I come on Thursday.').getByText(phone.t('unsent.failed')).waitFor();
    await ada.answer('The shop opens at nine.');
    await ada.unsent('The shop opens at nine.').getByText(t('send.failed')).waitFor();
    await ada.box.fill('Half a sentence');
    program = await house.up();
    for (const page of [ada, ben, phone]) await page.banner.waitFor({ state: 'hidden' });
    watch.away = false;
    await phone.button(phone.t('error.retry')).click();
    said.push('I come on Thursday.');
    await Promise.all([phone.reads(said), ben.reads(said)]);
    await ada.button(t('send.retry')).click();
    said.push('The shop opens at nine.');
    await everywhere(said);
    await marked(said.at(-1), t('delivery.delivered'));

    // A draft outlives the page.
    await ada.page.reload();
    await ada.box.waitFor();
    assert.equal(await ada.box.inputValue(), 'Half a sentence');
    await ada.reads(said);

    // It is killed in the very moment of an answer, and a text comes just after it is back, before the pages are.
    watch.away = true;
    await ada.answer('Ask for Ada.');
    await program.end('SIGKILL');
    for (const page of [ada, ben, phone]) await page.banner.waitFor();
    program = await house.up();
    await phone.write('Thank you, Ada!');
    for (const page of [ada, ben, phone]) await page.banner.waitFor({ state: 'hidden' });
    watch.away = false;
    await phone.bubble('Thank you, Ada!').waitFor();
    await sendUntilTaken(ada, 'Ask for Ada.');
    for (const page of [ada, ben, phone]) {
      for (const text of ['Ask for Ada.', 'Thank you, Ada!']) await page.bubble(text).waitFor();
    }
    // Which of the two came first is the kill's choice, but all agree on it.
    const order = await phone.page
      .locator('li[data-message-id] > div:first-child')
      .allTextContents();
    assert.deepEqual(order.toSorted(), [...said, 'Ask for Ada.', 'Thank you, Ada!'].toSorted());
    await marked('Ask for Ada.', t('delivery.delivered'));
    await ada.reads(
      await ben.page.locator('li[data-message-id] > div:first-child').allTextContents(),
    );

    // The end, for both; a later text begins anew.
    await ada.end();
    for (const agent of [ada, ben]) {
      await agent.is('closed');
      assert.equal(await agent.box.count(), 0);
    }
    const before = new URL(ada.page.url()).pathname;
    await ada.view('open');
    assert.equal(await ada.rows(customer).count(), 0);
    await phone.write('One more thing.');
    await ada.open(customer);
    assert.notEqual(new URL(ada.page.url()).pathname, before);
    await ada.reads(['One more thing.']);
    await ada.is('open');
    await ben.is('closed');
    await ben.view('closed');
    await until(
      'one closed conversation',
      () => ben.rows(customer).count(),
      (n) => n === 1,
    );
  });
}

const contains = (text) => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));

// Keeps the next request of a page to a path from the server, until the function returned is called.
async function holdRequest(page, path) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  const answered = page.waitForResponse(path);
  await page.route(path, async (route) => {
    await released;
    await route.continue();
  });
  return async () => {
    release();
    await answered;
    await page.unroute(path);
  };
}

// An answer that was under way at a kill is either there or must be sent again; never both.
async function sendUntilTaken(agent, text) {
  await until(
    `the fate of “${text}”`,
    async () =>
      (await agent.bubble(text).count()) + (await agent.button(agent.t('send.retry')).count()),
    (shown) => shown > 0,
  );
  if ((await agent.bubble(text).count()) === 0) await agent.button(agent.t('send.retry')).click();
}
