// Coming in, being refused, going out; the language and the colours that one chose.
import assert from 'node:assert/strict';
import { becomes, until } from './browser.mjs';
import { story } from './story.mjs';
import { languages } from './words.mjs';

const wrong = {
  en: 'The e-mail address or the password is wrong.',
  fr: 'L’adresse e-mail ou le mot de passe est incorrect.',
};

for (const language of languages) {
  story('signing in', language, async (it) => {
    const { house, watch } = it;
    const { ready } = await house.up();
    watch.expect(401, /^\/api\/(session(\/link)?|live)$/);
    watch.expect(400, /^\/api\/session\/link$/);
    const administrator = await it.person(ready.signIn);
    const { t } = administrator;
    const form = (desk) => desk.page.getByRole('heading', { name: t('signIn.title') });

    // The link is not left in the address, and works once.
    assert.doesNotMatch(administrator.page.url(), /token/);
    const stranger = await it.desk();
    for (const link of [ready.signIn, `${house.desk}/sign-in#token=GARBAGE`]) {
      await stranger.page.goto('about:blank');
      await stranger.page.goto(link);
      await stranger.alert.getByText(t('signIn.linkRefused')).waitFor();
      await stranger.alert.getByText(t('signIn.linkCure')).waitFor();
      assert.doesNotMatch(stranger.page.url(), /token/);
    }

    // Without a session every page leads to the form, and after it to where one wanted to go.
    await stranger.go('/administration/numbers');
    await form(stranger).waitFor();
    const { name, email, password } = {
      name: 'Ada Martin',
      email: 'ada@contoso.example',
      password: 'correct horse battery staple',
    };
    const link = await administrator.addUser(name, email, 'administrator');
    const ada = await it.person(link);
    await ada.menu(name);
    await ada.page.getByRole('menuitem', { name: t('password.set') }).click();
    const dialog = ada.page.getByRole('dialog', { name: t('password.set') });
    const again = dialog.getByLabel(t('password.again'));
    await dialog.getByLabel(new RegExp(`^${t('password.new')}\\W*$`)).fill(password);
    await again.fill(`${password}!`);
    await dialog.getByText(t('password.differs')).waitFor();
    await again.fill(password);
    await dialog.getByRole('button', { name: t('password.set'), exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });

    await stranger.signIn(email, 'wrong');
    await stranger.alert.getByText(wrong[language], { exact: true }).waitFor();
    await stranger.signIn('nobody@contoso.example', password);
    // Nothing tells whether there is such a user.
    await becomes('the refusal', () => stranger.alert.allTextContents(), [wrong[language]]);
    await stranger.signIn(email, password);
    await stranger.page.getByRole('heading', { level: 1, name: t('nav.numbers') }).waitFor();

    // Who signs out is out in every tab of the browser, and back does not help.
    const second = await it.desk(stranger.page.context());
    await second.go('/conversations');
    await second.navigation.waitFor();
    await stranger.page.bringToFront();
    await stranger.signOut(name);
    await form(second).waitFor();
    await stranger.page.goBack();
    await form(stranger).waitFor();
    // The same person elsewhere is still in.
    await ada.page.reload();
    await ada.navigation.waitFor();
  });

  story('language and colours', language, async (it) => {
    const { ready } = await it.house.up();
    const [other, otherName] = language === 'en' ? ['fr', 'Français'] : ['en', 'English'];
    const desk = await it.person(ready.signIn);
    const { page } = desk;
    const lang = () => page.evaluate(() => document.documentElement.lang);
    assert.equal(await lang(), language);

    // The choice is the user's own: it outlives a reload and comes along to another browser.
    const link = await desk.addUser('Ada Martin', 'ada@contoso.example');
    const ada = await it.person(link);
    await ada.menu('Ada Martin');
    const stored = ada.page.waitForResponse((response) => response.request().method() === 'PATCH');
    await ada.page.getByRole('menuitemradio', { name: otherName }).click();
    assert.equal((await stored).status(), 200);
    const abroad = await it.desk(ada.page.context(), { language: other });
    await ada.page.getByText(abroad.t('list.emptyMine'), { exact: true }).waitFor();
    await ada.page.reload();
    await ada.page.getByText(abroad.t('list.emptyMine'), { exact: true }).waitFor();
    await desk.administer('users');
    await desk.button(desk.t('users.actionsOf', { name: 'Ada Martin' })).click();
    await page.getByRole('menuitem', { name: desk.t('users.newLink') }).click();
    const again = await page.getByRole('textbox', { name: desk.t('users.link') }).inputValue();
    const elsewhere = await it.desk(await it.profile(), { language: other });
    await elsewhere.enter(again);
    await elsewhere.page.getByText(elsewhere.t('list.emptyMine'), { exact: true }).waitFor();
    await page.keyboard.press('Escape');

    // Light and dark, as the system has it until one chooses.
    const brightness = (of = page) =>
      of.evaluate(() => {
        const channels = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
        return Math.max(...channels.slice(0, 3)) < 90 ? 'dark' : 'light';
      });
    await becomes('the colours', brightness, 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await becomes('the colours', brightness, 'dark');
    await desk.menu('Administrator');
    await page.getByRole('menuitemradio', { name: desk.t('theme.light') }).click();
    await becomes('the colours', brightness, 'light');
    await page.reload();
    await desk.navigation.waitFor();
    await becomes('the colours', brightness, 'light');
    await desk.menu('Administrator');
    await page.getByRole('menuitemradio', { name: desk.t('theme.dark') }).click();
    await page.emulateMedia({ colorScheme: 'light' });
    await becomes('the colours', brightness, 'dark');
    await page.keyboard.press('Escape');

    const handset = await it.handset('+14255550123');
    await handset.button(handset.t('theme.label')).click();
    await handset.page.getByRole('menuitemradio', { name: handset.t('theme.dark') }).click();
    await becomes('the colours', () => brightness(handset.page), 'dark');
    await handset.button(handset.t('language.label')).click();
    await handset.page.getByRole('menuitemradio', { name: otherName }).click();
    await until(
      'lang',
      () => handset.page.evaluate(() => document.documentElement.lang),
      (is) => is === other,
    );
    await handset.page.reload();
    await handset.page
      .getByText(otherName === 'English' ? 'Customer' : 'Téléphone')
      .first()
      .waitFor();
    await becomes('the colours', () => brightness(handset.page), 'dark');
  });
}
