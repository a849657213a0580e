// Tokens for programs: made on the page, used without a browser, revoked.
import assert from 'node:assert/strict';
import { story } from './story.mjs';
import { languages } from './words.mjs';

for (const language of languages) {
  story('tokens for programs', language, async (it) => {
    const { house } = it;
    const { ready } = await house.up();
    const administrator = await it.person(ready.signIn);
    const { page, t } = administrator;
    await administrator.administer('users');
    await page.getByText(t('tokens.none'), { exact: true }).waitFor();
    await administrator.button(t('tokens.add')).click();
    const dialog = page.getByRole('dialog', { name: t('tokens.add') });
    await dialog.getByLabel(t('tokens.name')).fill('nightly report');
    await dialog.getByLabel(t('tokens.lasts')).selectOption('30');
    await dialog.getByRole('button', { name: t('tokens.addDo'), exact: true }).click();
    const made = page.getByRole('alertdialog', {
      name: t('tokens.made', { name: 'nightly report' }),
    });
    const token = await made.getByRole('textbox', { name: t('tokens.text') }).inputValue();
    await made.getByRole('button', { name: t('close'), exact: true }).click();

    const call = async (path) => {
      const headers = { Authorization: `Bearer ${token}`, 'Accept-Language': language };
      const answer = await fetch(house.desk + path, { headers });
      return { status: answer.status, body: await answer.json() };
    };
    assert.equal((await call('/api/me')).body.role, 'agent');
    assert.equal((await call('/api/conversations')).status, 200);
    assert.equal((await call('/api/users')).status, 403);

    const row = page.getByRole('row').filter({ hasText: 'nightly report' });
    await row.getByRole('button').click();
    const question = page.getByRole('dialog', {
      name: t('tokens.revokeTitle', { name: 'nightly report' }),
    });
    await question.getByRole('button', { name: t('tokens.revoke'), exact: true }).click();
    await page.getByText(t('tokens.none'), { exact: true }).waitFor();
    const refused = await call('/api/me');
    assert.equal(refused.status, 401);
    assert.match(refused.body.detail, language === 'fr' ? /^Ce jeton/ : /^This token/);
  });
}
