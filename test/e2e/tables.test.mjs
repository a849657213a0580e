// The two ids as rows of Dataverse's table of settings: on a page, and by its Web API.
import assert from 'node:assert/strict';
import { story } from './story.mjs';
import { languages } from './words.mjs';

const app = 'a9900000-0000-4000-8000-000000000002';
const tenant = '7e0a0000-0000-4000-8000-000000000001';
const set = 'msdyn_occommunicationprovidersettingentries';
const originals = {
  en: ['Communication Provider Setting Entry', 'Key', 'Values'],
  fr: ['Entrée de paramètre de fournisseur de communications', 'Clé', 'Valeurs'],
};

for (const language of languages) {
  story('the table of settings', language, async (it) => {
    const { house } = it;
    const { ready } = await house.up();
    const administrator = await it.person(ready.signIn);
    const { page, t } = administrator;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await administrator.administer('tables');
    const [name, key, values] = originals[language];
    await page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
    for (const title of [key, values])
      await page.getByRole('columnheader', { name: title, exact: true }).waitFor();

    const row = (of) => page.getByRole('row').filter({ hasText: of });
    await row('EventGridAppID').getByText(app, { exact: true }).waitFor();
    await row('EventGripAppTenantID').getByText(tenant, { exact: true }).waitFor();
    await row('EventGripAppTenantID').getByRole('button').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), tenant);

    const address = await page.getByRole('textbox', { name: t('tables.api') }).inputValue();
    assert.equal(address, `${house.desk}/api/data/v9.2/${set}`);
    const query = "$select=msdyn_key,msdyn_value&$filter=msdyn_key eq 'EventGridAppID'";
    const answer = await (await page.request.get(`${address}?${query}`)).json();
    assert.deepEqual(
      answer.value.map((one) => one.msdyn_value),
      [app],
    );

    const link = await administrator.addUser('Ada Martin', 'ada@contoso.example', 'supervisor');
    const ada = await it.person(link);
    assert.equal((await ada.page.request.get(address)).status(), 403);
    assert.equal(await ada.navigation.getByText(t('nav.tables'), { exact: true }).count(), 0);
  });
}
