// The desk alone is away: the cloud goes on taking texts, and delivers them when the desk is back.
import { story } from './story.mjs';

const customer = '+14255550123';

story('the desk is away', 'en', async (it) => {
  const { house, watch } = it;
  const first = await house.up();
  const ada = await it.person(first.ready.signIn);
  const handset = await it.handset(customer);
  await ada.view('open');
  await handset.write('Before.');
  await ada.open(customer);
  await ada.take();
  await ada.reads(['Before.']);

  // From one process to two, at the same addresses.
  watch.away = true;
  await first.end();
  await house.cloudAlone();
  let desk = await house.deskAlone(first.ready.ca);
  for (const page of [ada, handset]) await page.banner.waitFor({ state: 'hidden' });

  await desk.end('SIGKILL');
  await ada.banner.waitFor();
  for (const text of ['While it is away.', 'And one more.']) {
    await handset.write(text);
    await handset.bears(text, handset.t('status.sent'));
  }
  desk = await house.deskAlone(first.ready.ca);
  await ada.banner.waitFor({ state: 'hidden' });
  watch.away = false;
  await handset.write('After.');
  // Event Grid tries again after ten seconds; the order is that of the customer's writing.
  await ada.reads(['Before.', 'While it is away.', 'And one more.', 'After.']);
  await ada.answer('All four are here.');
  await ada.bears('All four are here.', ada.t('delivery.delivered'));
  await handset.reads([
    'Before.',
    'While it is away.',
    'And one more.',
    'After.',
    'All four are here.',
  ]);
});
