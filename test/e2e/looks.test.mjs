// What the pages look like: in both languages, light and dark, wide and narrow. Pictures of all are left in test/artifacts.
import assert from 'node:assert/strict';
import { picture } from './browser.mjs';
import { fits } from './layout.mjs';
import { morning, parcel } from './scene.mjs';
import { story } from './story.mjs';
import { languages } from './words.mjs';

// The views of the inbox, in the words of the original.
const views = {
  en: ['My work items', 'Open work items', 'Active', 'Closed work items'],
  fr: [
    'Mes éléments de travail',
    'Éléments de travail ouverts',
    'Actifs',
    'Éléments de travail fermés',
  ],
};

const sizes = [
  { width: 1280, height: 800 },
  { width: 400, height: 800 },
];

for (const language of languages) {
  story('looks', language, async (it) => {
    const { ready } = await it.house.up();
    const administrator = await it.person(ready.signIn);
    const { page, t } = administrator;
    const show = async (name, of = page) => {
      for (const viewport of sizes) {
        await of.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark']) {
          await of.emulateMedia({ colorScheme });
          await of.waitForFunction(isDrawn, colorScheme);
          await picture(of, `${language}-${colorScheme}-${viewport.width}-${name}`);
        }
        await fits(of);
        assert.doesNotMatch(await of.locator('body').ariaSnapshot(), nameless, name);
      }
      await of.setViewportSize(sizes[0]);
    };

    const entries = administrator.navigation.locator('a[href*="view="]');
    assert.deepEqual(await entries.allTextContents(), views[language]);

    const handset = await it.handset(parcel);
    await show('desk-empty');
    await show('handset-empty', handset.page);
    await administrator.addUser('Ada Martin', 'ada@contoso.example');
    await administrator.addUser('Ben Roy', 'ben@contoso.example', 'supervisor');
    await morning(it.house, handset, administrator, language);
    await show('desk-conversation');
    await handset.deliver('failed', { code: '4007' });
    await administrator.box.press('Enter');
    const draft = administrator.page.locator('li[data-delivery="failed"]');
    await draft.getByText(t('delivery.failedWhy', { reason: t('code.4007') })).waitFor();
    await show('desk-failed');
    await show('handset-conversation', handset.page);
    await administrator.view('open');
    await show('desk-open');
    for (const name of ['users', 'events']) {
      await administrator.administer(name);
      await page.locator('[data-row]').first().waitFor();
      await show(name);
    }
    await page.getByRole('button', { name: 'SMSReceived' }).first().click();
    await page.getByRole('dialog').locator('pre').waitFor();
    await show('event');
    await page.keyboard.press('Escape');
    await administrator.signOut('Administrator');
    await show('sign-in');
  });
}

// Whether a page has the colours of the system, and none of them is on its way.
function isDrawn(colorScheme) {
  return (
    document.documentElement.style.colorScheme === colorScheme &&
    document.getAnimations().every((animation) => animation.playState !== 'running')
  );
}

// A control without a name, in an accessibility snapshot.
const nameless = /^\s*- (button|link|textbox|combobox|radio|tab|menuitem)( \[.*\])?:?$/m;
