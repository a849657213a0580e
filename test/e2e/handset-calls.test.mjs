// A customer calls, and is called, on the handset in the browser. An application answers by Call Automation and takes in another
// phone; what either side sends is heard by the other.
import assert from 'node:assert/strict';
import { becomes, picture, until } from './browser.mjs';
import { application, Cloud, share, tone } from './calls.mjs';
import { phone, tollFree } from './handset.mjs';
import { story } from './story.mjs';
import { languages, plain } from './words.mjs';

const customer = '+14255550123';
const friend = '+14255550177';

for (const language of languages) {
  story('calls of the handset', language, async (it) => {
    await it.house.cloudAlone();
    const cloud = new Cloud(it.house.pages);
    const app = await application(cloud);
    try {
      await tell(it, cloud, app, language);
    } finally {
      await app.close();
    }
  });
}

async function tell(it, cloud, app, language) {
  const handset = await it.handset(customer, {
    viewport: language === 'fr' ? { width: 400, height: 740 } : { width: 1280, height: 800 },
    colorScheme: language === 'fr' ? 'dark' : 'light',
  });
  const { page, t } = handset;
  const shot = (name) => picture(page, `handset-call-${name}-${language}`);
  const state = page.locator('[data-call-state]');
  const is = (wanted) => becomes('call', () => state.getAttribute('data-call-state'), wanted);
  const ended = async (why) => {
    await is('ended');
    await page.getByText(plain(t(`ended.${why}`)), { exact: true }).waitFor();
    await handset.button(t('phone.close')).click();
    await state.waitFor({ state: 'detached' });
  };
  const leg = (number, wanted) =>
    until(`${number} is ${wanted}`, () => cloud.leg(number, wanted), Boolean);
  const hears = (id, hertz) =>
    until(
      `${hertz} Hz is heard`,
      async () => share(await cloud.control('GET', `/legs/${id}/heard`), hertz),
      (found) => found > 0.9,
    );
  const behaves = (number, does) =>
    cloud.control('PUT', `/phones/${encodeURIComponent(number)}`, { does });
  await behaves(friend, 'answer');

  // The customer calls the business; its application answers and takes in a friend.
  await handset.button(t('call.start')).click();
  await is('connected');
  const connected = await until(
    'the application is connected',
    () => app.told('CallConnected')[0],
    Boolean,
  );
  const id = connected.data.callConnectionId;
  await cloud.calling('POST', `callConnections/${id}/participants:add`, {
    participantToAdd: { kind: 'phoneNumber', phoneNumber: { value: friend } },
    sourceCallerIdNumber: { value: tollFree },
  });
  const other = await leg(friend, 'connected');

  // A file instead of the microphone is heard there, and what is said there is heard here.
  await page.getByRole('radio', { name: t('phone.file'), exact: true }).click();
  await page.locator('input[type=file]').setInputFiles({
    name: 'tone.wav',
    mimeType: 'audio/wav',
    buffer: tone(700, 2),
  });
  await hears(other.id, 700);
  await cloud.control('POST', `/legs/${other.id}/say`, tone(1200, 10));
  await until(
    '1200 Hz in the browser',
    () => loudest(page),
    ({ hertz, level }) => {
      return Math.abs(hertz - 1200) < 60 && level > 0.05;
    },
  );
  await shot('connected');

  // Keys reach the network.
  await handset.button(t('phone.keypad')).click();
  for (const key of ['4', '2', '#']) await handset.button(key).click();
  await page.getByText('42#', { exact: true }).waitFor();
  await shot('keypad');

  // The page is loaded again, and the call goes on.
  await page.reload();
  await is('connected');
  await page.getByRole('radio', { name: t('phone.file'), exact: true }).waitFor();
  await page.locator('input[type=file]').setInputFiles({
    name: 'other.wav',
    mimeType: 'audio/wav',
    buffer: tone(450, 2),
  });
  await hears(other.id, 450);
  await handset.button(t('phone.hangUp')).click();
  await ended('normal');

  // The business hangs up.
  await handset.button(t('call.start')).click();
  await is('connected');
  await until('both are connected', () => app.told('CallConnected')[1], Boolean).then(({ data }) =>
    cloud.calling('POST', `callConnections/${data.callConnectionId}:terminate`),
  );
  await ended('normal');

  // A number that nobody has, by the dial pad.
  await handset.button(t('call.pad')).click();
  await page.getByRole('textbox', { name: t('phone.number') }).fill('+14255550999');
  await shot('pad');
  await page.keyboard.press('Enter');
  await ended('unreachable');

  // The customer is called, on two pages; one accepts and the other stops ringing.
  const second = await page.context().newPage();
  await second.goto(page.url());
  const banner = (of) =>
    of.getByRole('alertdialog', { name: plain(t('phone.incoming', { number: phone(friend) })) });
  const comes = () => cloud.control('POST', '', { from: friend, to: customer, name: 'Ada' });
  await comes();
  await Promise.all([banner(page).waitFor(), banner(second).waitFor()]);
  await shot('incoming');
  await handset.button(t('phone.accept')).click();
  await is('connected');
  await banner(second).waitFor({ state: 'hidden' });
  assert.equal(await second.locator('[data-call-state]').count(), 0);
  const caller = await leg(friend, 'connected');
  await cloud.control('POST', `/legs/${caller.id}/hangup`);
  await ended('normal');
  await comes();
  await banner(second)
    .getByRole('button', { name: t('phone.decline') })
    .click();
  await banner(page).waitFor({ state: 'hidden' });
  assert.equal((await leg(friend, 'ended')).code, 603);
}

// The loudest frequency of what the page hears, and its level.
function loudest(page) {
  return page.evaluate(async () => {
    const stream = document.querySelector('audio[data-remote]')?.srcObject;
    if (!stream) return { hertz: 0, level: 0 };
    window.listening ??= new AudioContext();
    window.analyser ??= (() => {
      const analyser = window.listening.createAnalyser();
      analyser.fftSize = 4096;
      window.listening.createMediaStreamSource(stream).connect(analyser);
      return analyser;
    })();
    const { analyser, listening } = window;
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const at = bins.indexOf(Math.max(...bins));
    return {
      hertz: (at * listening.sampleRate) / analyser.fftSize,
      level: Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length),
    };
  });
}
