// Several tabs of one person hold one stream between them, and all are told.
import assert from 'node:assert/strict';
import { becomes } from './browser.mjs';
import { story } from './story.mjs';

const customer = '+14255550123';

story('tabs share a stream', 'en', async (it) => {
  const { ready } = await it.house.up();
  const context = await it.profile();
  const open = new Set();
  const isLive = (request) => new URL(request.url()).pathname === '/api/live';
  context.on('request', (request) => isLive(request) && open.add(request));
  for (const event of ['requestfinished', 'requestfailed'])
    context.on(event, (request) => open.delete(request));
  // The tabs that hold a stream. What a closed tab held is closed, though nothing is reported of it.
  const streams = () =>
    [...open]
      .map((request) => request.frame().page())
      .filter((page) => !page.isClosed())
      .map((page) => tabs.findIndex((tab) => tab.page === page));

  const tabs = [];
  for (const at of [0, 1, 2]) {
    tabs.push(await it.desk(context));
    if (at === 0) await tabs[0].enter(ready.signIn);
    await tabs[at].go('/conversations?view=open');
    await tabs[at].page.getByText(tabs[at].t('list.emptyOpen')).waitFor();
  }
  await becomes('the tabs that hold a stream', streams, [0]);

  const handset = await it.handset(customer);
  const shown = (text, among = tabs) =>
    Promise.all(among.map((tab) => tab.rows(customer).getByText(text).waitFor()));
  await handset.write('Is anybody there?');
  await shown('Is anybody there?');
  assert.deepEqual(streams(), [0]);

  // What one tab does, the others show: also the one that has no stream of its own.
  await tabs[1].page.bringToFront();
  await tabs[1].open(customer);
  await tabs[1].take();
  await tabs[1].answer('I am.');
  await tabs[2].page.bringToFront();
  await tabs[2].view('mine');
  await tabs[2].open(customer);
  await tabs[2].reads(['Is anybody there?', 'I am.']);
  await tabs[2].bears('I am.', tabs[2].t('delivery.delivered'));
  assert.deepEqual(streams(), [0]);

  // The tab that held it is closed: another takes over, with nothing lost between.
  await tabs[0].page.close();
  await handset.write('Good.');
  await shown('Good.', [tabs[1]]);
  await tabs[2].reads(['Is anybody there?', 'I am.', 'Good.']);
  await tabs[1].reads(['Is anybody there?', 'I am.', 'Good.']);
  await becomes('how many streams', () => streams().length, 1);

  // Another person of the same desk has a stream of their own.
  const link = await tabs[1].page.request
    .post(`${it.house.desk}/api/users`, {
      data: { email: 'ada@contoso.example', name: 'Ada Martin', role: 'agent' },
    })
    .then((answer) => answer.json());
  const ada = await it.person(link.signInLink);
  await ada.view('active');
  await ada.open(customer);
  await handset.write('Bye.');
  for (const page of [ada, tabs[1], tabs[2]])
    await page.reads(['Is anybody there?', 'I am.', 'Good.', 'Bye.']);
  assert.equal(streams().length, 1);
});
