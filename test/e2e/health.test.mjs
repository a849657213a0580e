// The administrator looks at the health of the connection: in order, with Azure's side, and with one fault made on purpose.
import assert from 'node:assert/strict';
import { picture } from './browser.mjs';
import { fits } from './layout.mjs';
import { story } from './story.mjs';
import { languages } from './words.mjs';

const resource =
  '/subscriptions/5b500000-0000-4000-8000-000000000001/resourceGroups/contoso-rg/providers/Microsoft.Communication/CommunicationServices/contoso-acs';

// The service principal for tools of the local cloud.
const signIn = {
  tenantId: '7e0a0000-0000-4000-8000-000000000001',
  clientId: 'a9900000-0000-4000-8000-000000000001',
  clientSecret: 'guichet-local-secret',
};

// What the desk says of the stored key.
const said = {
  en: {
    primary: 'The primary key is stored.',
    refused: /^The resource refuses the stored key\./,
    rotated: /neither the primary nor the secondary one: it was regenerated\./,
  },
  fr: {
    primary: 'La clé primaire est enregistrée.',
    refused: /^La ressource refuse la clé enregistrée\./,
    rotated: /ni la primaire ni la secondaire : elle a été regénérée\./,
  },
};

for (const language of languages) {
  story('health', language, async (it) => {
    const { house } = it;
    const { ready } = await house.up();
    const administrator = await it.person(ready.signIn);
    const { page, t } = administrator;
    const sum = page.getByTestId('health-sum');
    const row = (check) => page.locator(`[data-check="${check}"]`);
    const state = (check, name) =>
      row(check).getByRole('img', { name: t(`health.states.${name}`) });
    const runSignedIn = async () => {
      await administrator.button(t('health.signIn.do')).click();
      const dialog = page.getByRole('dialog', { name: t('health.signIn.title') });
      for (const [field, value] of Object.entries(signIn)) {
        await dialog.getByLabel(t(`health.signIn.${field}`)).fill(value);
      }
      await dialog.getByRole('button', { name: t('health.signIn.run'), exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    const look = async (name) => {
      for (const width of [1280, 400]) {
        await page.setViewportSize({ width, height: 800 });
        for (const colorScheme of ['light', 'dark']) {
          await page.emulateMedia({ colorScheme });
          await page.waitForFunction(isDrawn, colorScheme);
          await picture(page, `${language}-${colorScheme}-${width}-${name}`);
        }
        await fits(page);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    };

    await it.step('what the desk itself can see is in order', async () => {
      await administrator.administer('health');
      await sum.getByText(t('health.good')).waitFor();
      await sum.getByText(t('health.skipped', { count: 10 })).waitFor();
      await state('key', 'ok').waitFor();
      await state('signIn', 'skipped').waitFor();
      assert.equal(await page.locator('[data-state="failed"], [data-state="warning"]').count(), 0);
    });

    await it.step('with a sign-in for one run, so is Azure’s side', async () => {
      await runSignedIn();
      await row('storedKey').getByText(said[language].primary).waitFor();
      await sum.getByText(t('health.good')).waitFor();
      assert.equal(await page.locator('[data-state]:not([data-state="ok"])').count(), 0);
      await look('health');
    });

    await it.step('a regenerated key is named, with its cure', async () => {
      const keys = `${house.pages}/_guichet/arm/keys?id=${encodeURIComponent(resource)}`;
      const made = await page.request.post(keys, { data: { keyType: 'Primary' } });
      assert.equal(made.status(), 200);
      await runSignedIn();
      await sum.getByText(t('health.failed', { count: 2 })).waitFor();
      await state('key', 'failed').waitFor();
      await row('key').getByText(said[language].refused).waitFor();
      await row('storedKey').getByText(said[language].rotated).waitFor();
      await row('key').locator('code').getByText('az communication list-key').waitFor();
      await look('health-fault');
    });

    await it.step('the cure leads to where it is done', async () => {
      await row('key').getByRole('link').click();
      const drawer = page.getByRole('dialog', { name: t('manage.title') });
      const { primaryConnectionString } = await (
        await page.request.get(
          `${house.pages}/_guichet/arm/keys?id=${encodeURIComponent(resource)}`,
        )
      ).json();
      await drawer
        .getByRole('textbox', { name: t('connection.connectionString') })
        .fill(primaryConnectionString);
      await drawer.getByRole('button', { name: t('manage.keySave'), exact: true }).click();
      await drawer.getByText(t('manage.keyGood')).waitFor();
      await drawer.getByRole('button', { name: t('close') }).click();
      await administrator.administer('health');
      await administrator.button(t('health.again')).click();
      await state('key', 'ok').waitFor();
      await sum.getByText(t('health.good')).waitFor();
    });
  });
}

// Whether a page has the colours of the system, and nothing of it is on its way.
function isDrawn(colorScheme) {
  return (
    document.documentElement.style.colorScheme === colorScheme &&
    document.getAnimations().every((animation) => animation.playState !== 'running')
  );
}
