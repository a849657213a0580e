// Event Grid in the portal, by the labels of Azure's own pages alone: a system topic, an event subscription whose endpoint is not
// ready at first, what becomes of its events, a change, and the end of both.
import assert from 'node:assert/strict';
import { becomes, picture, until } from './browser.mjs';
import { PortalPage } from './portal.mjs';
import { story } from './story.mjs';
import { text, webhook } from './webhook.mjs';

const labels = {
  en: {
    topics: 'Event Grid System Topics',
    create: 'Create',
    createTopic: 'Create Event Grid System Topic',
    topicTypes: 'Topic Types',
    subscription: 'Subscription',
    group: 'Resource Group',
    resource: 'Resource',
    name: 'Name',
    review: 'Review + create',
    deployed: 'Your deployment is complete',
    goTo: 'Go to resource',
    events: 'Events',
    add: 'Event Subscription',
    tabs: ['Basic', 'Filters', 'Additional Features'],
    schema: 'Event Schema',
    gridSchema: 'Event Grid Schema',
    topicName: 'System Topic Name',
    types: 'Filter to Event Types',
    received: 'SMS Received',
    report: 'SMS Delivery Report Received',
    endpointType: 'Endpoint Type',
    webHook: 'Web Hook',
    select: 'Select an endpoint',
    panel: 'Select Web Hook',
    subscriber: 'Subscriber Endpoint',
    confirm: 'Confirm Selection',
    change: 'Change',
    aad: 'Use AAD authentication',
    tenant: 'AAD Tenant ID',
    app: 'AAD Application ID or URI',
    metrics: {
      matched: 'Matched Events',
      delivered: 'Delivered Events',
      failed: 'Delivery Failed Events',
      deadLettered: 'Dead Lettered Events',
      dropped: 'Dropped Events',
    },
    edit: 'Edit',
    save: 'Save',
    remove: 'Delete',
    noneLeft: 'No event subscription',
    noTopic: 'No system topic',
  },
  fr: {
    topics: 'Rubriques système Event Grid',
    create: 'Créer',
    createTopic: 'Créer une rubrique système Event Grid',
    topicTypes: 'Types de sujet',
    subscription: 'Abonnement',
    group: 'Groupe de ressources',
    resource: 'Ressource',
    name: 'Nom',
    review: 'Vérifier + créer',
    deployed: 'Votre déploiement a été effectué',
    goTo: 'Accéder à la ressource',
    events: 'Événements',
    add: "Abonnement à l'événement",
    tabs: ['De base', 'Filtres', 'Fonctions supplémentaires'],
    schema: "Schéma d'événement",
    gridSchema: 'Schéma Event Grid',
    topicName: 'Nom du sujet système',
    types: "Filtrer par types d'événements",
    received: 'SMS reçu',
    report: 'Rapport de remise de SMS reçu',
    endpointType: 'Type de point de terminaison',
    webHook: 'Webhook',
    select: 'Sélectionner un point de terminaison',
    panel: 'Sélectionner un webhook',
    subscriber: "Point de terminaison de l'abonné",
    confirm: 'Confirmer la sélection',
    change: 'Modifier',
    aad: "Utiliser l'authentification AAD",
    tenant: 'ID de locataire AAD',
    app: "ID ou URI de l'application AAD",
    metrics: {
      matched: 'Événements correspondants',
      delivered: 'Événements livrés',
      failed: 'Événements dont la livraison a échoué',
      deadLettered: 'Événements en lettres mortes',
      dropped: 'Événements abandonnés',
    },
    edit: 'Modifier',
    save: 'Enregistrer',
    remove: 'Supprimer',
    noneLeft: "Aucun abonnement à l'événement",
    noTopic: 'Aucune rubrique système',
  },
};

const tenant = '7e0a0000-0000-4000-8000-000000000001';
const someApp = 'a9900000-0000-4000-8000-000000000001';

for (const [language, l] of Object.entries(labels)) {
  story('Event Grid in the portal', language, async (it) => {
    const { house } = it;
    await house.start('cloud', [...house.cloudFlags(), '--cloud-retry-schedule', '300ms']);
    const page = await (await it.profile()).newPage();
    const portal = new PortalPage(page, house.pages, language);
    const field = (name) => page.getByLabel(new RegExp(`^${name}\\W*$`));
    const button = (name) => page.getByRole('button', { name, exact: true });
    const tab = (at) => page.getByRole('tab', { name: l.tabs[at], exact: true }).click();
    const look = (name) => picture(page, `events-${name}-${language}`);
    const chosen = (name) =>
      field(name).evaluate((select) => select.selectedOptions[0].textContent);
    const hook = await webhook([500, 200]);
    hook.ready = false;
    const choose = async (...types) => {
      await page.getByRole('combobox', { name: l.types }).click();
      for (const type of types)
        await page.getByRole('menuitemcheckbox', { name: type, exact: true }).click();
      await page.keyboard.press('Escape');
    };
    const question = () => page.getByRole('alertdialog');

    try {
      await it.step('a system topic', async () => {
        await portal.load();
        await portal.navigation.getByRole('link', { name: l.topics, exact: true }).click();
        await page.getByText(l.noTopic, { exact: true }).waitFor();
        await portal.link(l.create).click();
        await portal.heading(l.createTopic).waitFor();
        await portal.signIn();
        await portal.heading(l.createTopic).waitFor();
        await until(
          'the topic type is there',
          () => chosen(l.topicTypes).catch(() => ''),
          (type) => type === 'Azure Communication Services',
        );
        assert.equal(await chosen(l.group), 'contoso-rg');
        assert.equal(await chosen(l.resource), 'contoso-acs');
        await button(l.review).click();
        await page.locator('input[aria-invalid="true"]').waitFor();
        await field(l.name).fill('contoso-events');
        await look('topic');
        await button(l.review).click();
        await button(l.create).click();
        await page.getByText(l.deployed, { exact: true }).waitFor();
        await look('topic-deployed');
        await portal.link(l.goTo).click();
        await portal.heading('contoso-events').waitFor();
        const link = page
          .getByRole('definition')
          .getByRole('link')
          .and(
            page.locator('[href*="/portal/subscriptions/5b500000-0000-4000-8000-000000000001"]'),
          );
        await link.waitFor();
        await look('topic-page');
      });

      await it.step('an event subscription, and what is missing in it', async () => {
        await portal.open('groups');
        await portal.link('contoso-rg').click();
        await portal.link('contoso-acs').click();
        await portal.blade('contoso-acs', 'events');
        await portal.link(l.add).click();
        await button(l.create).click();
        await field(l.name).and(page.locator('[aria-invalid="true"]')).waitFor();
        await field(l.name).fill('sms-events');
        assert.equal(await chosen(l.schema), l.gridSchema);
        assert.equal(await chosen(l.topicName), 'contoso-events');
        assert.equal(await chosen(l.endpointType), l.webHook);
        assert.equal(await chosen(l.resource), 'contoso-acs');
        await choose(l.received, l.report);
        await look('types');
        await button(l.select).click();
        const panel = page.getByRole('dialog', { name: l.panel });
        const subscriber = panel.getByLabel(new RegExp(`^${l.subscriber}\\W*$`));
        await subscriber.fill('http://example.com/hook');
        await panel.getByRole('button', { name: l.confirm }).click();
        await subscriber.and(page.locator('[aria-invalid="true"]')).waitFor();
        await subscriber.fill(`${hook.url}?code=secret`);
        await look('endpoint');
        await panel.getByRole('button', { name: l.confirm }).click();
        await panel.waitFor({ state: 'hidden' });
        await page.getByText(`${hook.url}?code=secret`).waitFor();
        await look('basic');
        await tab(2);
        await page.getByRole('checkbox', { name: l.aad }).check();
        await field(l.tenant).fill(tenant);
        await field(l.app).fill('contoso');
        await look('features');
        await tab(0);
        await button(l.create).click();
        await field(l.app).and(page.locator('[aria-invalid="true"]')).waitFor();
        await page.getByRole('checkbox', { name: l.aad }).uncheck();
      });

      await it.step('the endpoint is not ready: Azure says so, and it is tried again', async () => {
        await button(l.create).click();
        const alert = page.getByRole('alert');
        await alert
          .getByText(
            `Webhook validation handshake failed for ${hook.url}. Http POST request failed with response code ServiceUnavailable. For troublehooting, visit https://aka.ms/esvalidation.`,
          )
          .waitFor();
        await look('handshake-failed');
        await tab(0);
        assert.equal(await field(l.name).inputValue(), 'sms-events');
        hook.ready = true;
        await button(l.create).click();
        await portal.heading('sms-events').waitFor();
        await page.getByText('Succeeded', { exact: true }).waitFor();
      });

      await it.step('its metrics and its delivery log', async () => {
        await text(house.pages);
        await page.locator('[data-result="delivered"]').waitFor();
        await page.locator('[data-result="retry"]').waitFor();
        const metric = (name) => page.locator(`[data-metric="${name}"]`);
        for (const [name, label] of Object.entries(l.metrics)) {
          await page.getByRole('term').filter({ hasText: label }).first().waitFor();
          const wanted = ['deadLettered', 'dropped'].includes(name) ? '0' : '1';
          await metric(name).getByText(wanted, { exact: true }).waitFor();
        }
        await look('subscription');
      });

      await it.step('changed: other types, and the endpoint is kept with its query', async () => {
        await portal.link(l.edit).click();
        await page.getByText(`${hook.url}?code=secret`).waitFor();
        assert.ok(await field(l.name).isDisabled());
        await choose(l.report);
        await button(l.save).click();
        await portal.heading('sms-events').waitFor();
        const facts = page.getByRole('definition');
        await facts.getByText('SMSReceived', { exact: true }).waitFor();
        // With an application that the signed-in user does not own, Azure refuses, and the form is kept.
        await portal.link(l.edit).click();
        await page.getByText(`${hook.url}?code=secret`).waitFor();
        await tab(2);
        await page.getByRole('checkbox', { name: l.aad }).check();
        await field(l.tenant).fill(tenant);
        await field(l.app).fill(someApp);
        await button(l.save).click();
        await page.getByRole('alert').getByText('Webhook validation handshake failed').waitFor();
        assert.equal(await field(l.app).inputValue(), someApp);
        await page.getByRole('checkbox', { name: l.aad }).uncheck();
        await button(l.save).click();
        await portal.heading('sms-events').waitFor();
        await page.getByText('Succeeded', { exact: true }).waitFor();
      });

      await it.step('on a phone, and in the dark', async () => {
        await page.setViewportSize({ width: 400, height: 800 });
        await page.emulateMedia({ colorScheme: 'dark' });
        const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
        await becomes('the page fits', fits, true);
        await look('subscription-narrow');
        await portal.link(l.edit).click();
        await page.getByText(`${hook.url}?code=secret`).waitFor();
        await becomes('the form fits', fits, true);
        await look('form-narrow');
        await page.goBack();
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.emulateMedia({ colorScheme: 'light' });
      });

      await it.step('the end of both, each after a question', async () => {
        await button(l.remove).click();
        await question().getByRole('button', { name: l.remove, exact: true }).click();
        await portal.heading(`contoso-acs | ${l.events}`).waitFor();
        await page.locator('tr[data-row]').waitFor({ state: 'hidden' });
        await portal.navigation.getByRole('link', { name: l.topics, exact: true }).click();
        await portal.link('contoso-events').click();
        await button(l.remove).click();
        await look('delete-topic');
        await question().getByRole('button', { name: l.remove, exact: true }).click();
        await portal.heading(l.topics).waitFor();
        await page.getByText(l.noTopic, { exact: true }).waitFor();
      });
    } finally {
      await hook.close();
    }
  });
}
