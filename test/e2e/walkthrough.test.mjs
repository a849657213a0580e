// Microsoft's guide for connecting an existing resource, top to bottom and by its labels alone: the portal of the cloud, the desk, the
// portal again, until a customer's text is answered. Then everything is compared with what `guichet connect --local` makes.
// npm run pictures:walkthrough --workspace test/e2e makes the pictures of docs/walkthrough.*.md anew.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { makers, outcome } from './azure.mjs';
import { picture, until } from './browser.mjs';
import { DeskPage } from './desk.mjs';
import { PortalPage } from './portal.mjs';
import { House } from './program.mjs';
import { story } from './story.mjs';

// The labels of the guide; those of the pages' own texts would follow any change of them.
const labels = {
  en: {
    groups: 'Resource groups',
    settings: 'Settings',
    properties: 'Properties',
    name: 'Name',
    id: 'Resource ID',
    tools: 'Tools',
    keys: 'Keys',
    primary: 'Primary key',
    string: 'Connection string',
    copy: 'Copy',
    apps: 'App registrations',
    newApp: 'New registration',
    register: 'Register an application',
    accounts: 'Supported account types',
    anyDirectory: 'Accounts in any organizational directory (Any Microsoft Entra ID - Multitenant)',
    registerDo: 'Register',
    clientId: 'Application (client) ID',
    tenantId: 'Directory (tenant) ID',
    copyId: 'Copy to clipboard',
    support: 'Customer support',
    channels: 'Channels',
    numbers: 'Phone numbers',
    manage: 'Manage',
    start: 'Get started',
    dialog: 'Connect to Azure Communication Services',
    existing: 'Use existing resource',
    fields: {
      name: 'ACS Resource Name',
      id: 'ACS Resource ID',
      string: 'Connection string',
      app: 'Event grid app id',
      tenant: 'Event grid app tenant id',
    },
    confirm: 'I confirm that this resource is connected to this instance only',
    connect: 'Connect',
    ready: 'Ready for setup',
    advanced: 'Advanced',
    advancedDialog: 'Manage Azure Communication Services',
    endpoints: {
      recording: 'Recording Web Hook Endpoint',
      sms: 'SMS Web Hook Endpoint',
      call: 'Incoming call Web Hook Endpoint (preview)',
    },
    close: 'Close',
    topics: 'Event Grid System Topics',
    create: 'Create',
    review: 'Review + create',
    topicTypes: 'Topic Types',
    subscription: 'Subscription',
    group: 'Resource Group',
    resource: 'Resource',
    deployed: 'Your deployment is complete',
    goTo: 'Go to resource',
    providers: 'Resource providers',
    registered: 'Registered',
    reregister: 'Re-register',
    events: 'Events',
    addEvent: 'Event Subscription',
    basic: 'Basic',
    schema: 'Event Schema',
    gridSchema: 'Event Grid Schema',
    topicName: 'System Topic Name',
    types: 'Filter to Event Types',
    type: {
      recording: ['Recording File Status Updated'],
      sms: ['SMS Received', 'SMS Delivery Report Received'],
      call: ['Incoming Call'],
    },
    endpointType: 'Endpoint Type',
    webHook: 'Web Hook',
    selectEndpoint: 'Select an endpoint',
    subscriber: 'Subscriber Endpoint',
    confirmSelection: 'Confirm Selection',
    features: 'Additional Features',
    aad: 'Use AAD authentication',
    aadTenant: 'AAD Tenant ID',
    aadApp: 'AAD Application ID or URI',
    open: 'Open work items',
    take: 'Assign to me',
    delivered: 'Delivered',
  },
  fr: {
    groups: 'Groupes de ressources',
    settings: 'Paramètres',
    properties: 'Propriétés',
    name: 'Nom',
    id: 'ID de ressource',
    tools: 'Outils',
    keys: 'Clés',
    primary: 'Clé primaire',
    string: 'Chaîne de connexion',
    copy: 'Copier',
    apps: "Inscriptions d'applications",
    newApp: 'Nouvelle inscription',
    register: 'Inscrire une application',
    accounts: 'Types de comptes pris en charge',
    anyDirectory:
      'Comptes dans tous les répertoires organisationnels (Tout Microsoft Entra ID - Mutualisé)',
    registerDo: 'Inscrire',
    clientId: "ID de l'application (client)",
    tenantId: 'ID de répertoire (locataire)',
    copyId: 'Copier dans le presse-papier',
    support: 'Support client',
    channels: 'Canaux',
    numbers: 'Numéros de téléphone',
    manage: 'Gérer',
    start: 'Démarrer',
    dialog: 'Se connecter à Azure Communication Services',
    existing: 'Utiliser une ressource existante',
    fields: {
      name: 'Nom de ressource ACS',
      id: 'ID de ressource ACS',
      string: 'Chaîne de connexion',
      app: "ID de l'application Event Grid",
      tenant: "ID du locataire de l'application Event Grid",
    },
    confirm: "Je confirme que cette ressource n'est connectée qu'à cette instance",
    connect: 'Se connecter',
    ready: 'Prêt pour la configuration',
    advanced: 'Avancé',
    advancedDialog: 'Gérer Azure Communication Services',
    endpoints: {
      recording: "Point de terminaison du Web Hook d'enregistrement",
      sms: 'Point de terminaison du Web Hook de SMS',
      call: "Point de terminaison du Web Hook d'appel entrant (préversion)",
    },
    close: 'Fermer',
    topics: 'Rubriques système Event Grid',
    create: 'Créer',
    review: 'Vérifier + créer',
    topicTypes: 'Types de sujet',
    subscription: 'Abonnement',
    group: 'Groupe de ressources',
    resource: 'Ressource',
    deployed: 'Votre déploiement a été effectué',
    goTo: 'Accéder à la ressource',
    providers: 'Fournisseurs de ressources',
    registered: 'Inscrit',
    reregister: 'Réinscrire',
    events: 'Événements',
    addEvent: "Abonnement à l'événement",
    basic: 'De base',
    schema: "Schéma d'événement",
    gridSchema: 'Schéma Event Grid',
    topicName: 'Nom du sujet système',
    types: "Filtrer par types d'événements",
    type: {
      recording: ["Statut du fichier d'enregistrement mis à jour"],
      sms: ['SMS reçu', 'Rapport de remise de SMS reçu'],
      call: ['Appel entrant'],
    },
    endpointType: 'Type de point de terminaison',
    webHook: 'Webhook',
    selectEndpoint: 'Sélectionner un point de terminaison',
    subscriber: "Point de terminaison de l'abonné",
    confirmSelection: 'Confirmer la sélection',
    features: 'Fonctions supplémentaires',
    aad: "Utiliser l'authentification AAD",
    aadTenant: 'ID de locataire AAD',
    aadApp: "ID ou URI de l'application AAD",
    open: 'Éléments de travail ouverts',
    take: "M'affecter",
    delivered: 'Remis',
  },
};

const services = ['recording', 'sms', 'call'];
const customer = '+14255550123';
const images = fileURLToPath(new URL('../../docs/images/walkthrough/', import.meta.url));

for (const [language, l] of Object.entries(labels)) {
  story('the guide', language, async (it) => {
    const { house } = it;
    const { ready } = await house.start('up', [
      ...house.deskFlags(),
      ...house.cloudFlags(),
      '--blank',
    ]);
    const context = await it.profile({ viewport: { width: 1280, height: 760 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const portal = new PortalPage(await context.newPage(), house.pages, language);
    const azure = portal.page;
    const desk = await it.desk(context);
    const { page } = desk;
    await desk.enter(ready.signIn);

    let shots = 0;
    const shot = async (of, name) => {
      const file = `${language}-${String(++shots).padStart(2, '0')}-${name}`;
      await picture(of, `walkthrough-${file}`);
      if (!process.env.GUICHET_WALKTHROUGH_PICTURES) return;
      await mkdir(images, { recursive: true });
      await of.screenshot({ path: `${images}${file}.png`, animations: 'disabled' });
    };
    const exactly = (label) =>
      new RegExp(`^${label.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\W*$`);
    // A field by its label.
    const field = (of, label) => of.getByLabel(exactly(label)).and(of.locator('input, select'));
    const chosen = (label) =>
      field(azure.getByRole('main'), label).evaluate(
        (select) => select.selectedOptions[0]?.textContent ?? '',
      );
    // Copies the value of a field by the button beside it, as its reader would.
    const copied = async (of, label, button) => {
      const shown = await of
        .getByLabel(label, { exact: true })
        .and(of.locator('input'))
        .inputValue();
      await of.page().bringToFront();
      await of.getByRole('button', { name: button, exact: true }).click();
      return until(
        `${label} is in the clipboard`,
        () => of.page().evaluate(() => navigator.clipboard.readText()),
        (text) => text === shown && text !== '',
      );
    };
    // Follows a menu of the portal's page: the group of the menu, and the entry in it.
    const menu = async (title, entry) => {
      const main = azure.getByRole('main');
      await main.getByText(title, { exact: true }).first().waitFor();
      await main.getByRole('link', { name: entry, exact: true }).click();
    };
    const toResource = async () => {
      await azure.bringToFront();
      await portal.navigation.getByRole('link', { name: l.groups, exact: true }).click();
      await portal.link('contoso-rg').click();
      await portal.link('contoso-acs').click();
      await portal.heading('contoso-acs').waitFor();
    };
    const values = {};
    const endpoints = {};

    await it.step('the values of the resource', async () => {
      await portal.load();
      await portal.signIn();
      await toResource();
      await menu(l.settings, l.properties);
      await portal.heading(`contoso-acs | ${l.properties}`).waitFor();
      const main = azure.getByRole('main');
      values.name = await copied(main, l.name, `${l.copy} ${l.name}`);
      values.id = await copied(main, l.id, `${l.copy} ${l.id}`);
      await shot(azure, 'properties');
      await menu(l.tools, l.keys);
      const primary = azure.getByRole('region', { name: l.primary, exact: true });
      values.string = await copied(primary, l.string, `${l.copy} ${l.string}`);
      assert.match(values.string, /^endpoint=https:\/\/localhost:\d+\/;accesskey=.{80,}$/);
    });

    await it.step('the application', async () => {
      await portal.navigation.getByRole('link', { name: l.apps, exact: true }).click();
      await portal.link(l.newApp).click();
      await portal.heading(l.register).waitFor();
      await field(azure.getByRole('main'), l.name).fill('contoso-contact-center');
      await azure
        .getByRole('radiogroup', { name: l.accounts })
        .getByRole('radio', { name: l.anyDirectory, exact: true })
        .check();
      await shot(azure, 'register');
      await portal.button(l.registerDo).click();
      await portal.heading('contoso-contact-center').waitFor();
      const main = azure.getByRole('main');
      values.app = await copied(main, l.clientId, `${l.copyId} (${l.clientId})`);
      values.tenant = await copied(main, l.tenantId, `${l.copyId} (${l.tenantId})`);
      await shot(azure, 'application');
    });

    await it.step('the resource is connected', async () => {
      await page.bringToFront();
      await desk.navigation.getByText(l.support, { exact: true }).waitFor();
      await desk.navigation.getByRole('link', { name: l.channels, exact: true }).click();
      await page.getByRole('heading', { name: l.numbers, exact: true }).waitFor();
      await page.getByText(l.manage, { exact: true }).click();
      await desk.button(l.start).click();
      const dialog = page.getByRole('dialog', { name: l.dialog });
      await dialog.getByRole('heading', { name: l.existing }).waitFor();
      for (const [name, label] of Object.entries(l.fields)) {
        await field(dialog, label).fill(values[name]);
      }
      await dialog.getByRole('checkbox', { name: l.confirm }).check();
      await shot(page, 'connect');
      await dialog.getByRole('button', { name: l.connect, exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByText(l.ready, { exact: true }).first().waitFor();
    });

    await it.step('the three endpoints', async () => {
      await desk.button(l.advanced).click();
      const drawer = page.getByRole('dialog', { name: l.advancedDialog });
      for (const service of services) {
        const label = l.endpoints[service];
        endpoints[service] = await copied(drawer, label, `${l.copy} ${label}`);
      }
      await shot(page, 'endpoints');
      await drawer.getByRole('button', { name: l.close, exact: true }).click();
      await drawer.waitFor({ state: 'hidden' });
    });

    await it.step('the system topic', async () => {
      await azure.bringToFront();
      await portal.navigation.getByRole('link', { name: l.topics, exact: true }).click();
      await portal.link(l.create).click();
      await field(azure.getByRole('main'), l.name).fill('contoso-events');
      await until(
        'the topic type is there',
        () => chosen(l.topicTypes),
        (type) => type === 'Azure Communication Services',
      );
      for (const [label, value] of [
        [l.subscription, 'Contoso'],
        [l.group, 'contoso-rg'],
        [l.resource, 'contoso-acs'],
      ])
        assert.equal(await chosen(label), value, label);
      await shot(azure, 'topic');
      await portal.button(l.review).click();
      await portal.button(l.create).click();
      await azure.getByText(l.deployed, { exact: true }).waitFor();
      await portal.link(l.goTo).click();
      await portal.heading('contoso-events').waitFor();
    });

    await it.step('the resource provider', async () => {
      const essentials = azure.locator('dl > div').filter({
        has: azure.getByRole('term').filter({ hasText: exactly(l.subscription) }),
      });
      await essentials.getByRole('link').click();
      await portal.heading('Contoso').waitFor();
      await menu(l.settings, l.providers);
      const row = portal.rows('Microsoft.EventGrid');
      await row.getByText(l.registered, { exact: true }).waitFor();
      await row.getByText(l.reregister, { exact: true }).click();
      await azure.getByRole('status').filter({ hasText: 'Microsoft.EventGrid' }).waitFor();
      await row.getByText(l.registered, { exact: true }).waitFor();
      await shot(azure, 'provider');
    });

    await it.step('three event subscriptions', async () => {
      const main = azure.getByRole('main');
      for (const service of services) {
        await toResource();
        await main.getByRole('link', { name: l.events, exact: true }).click();
        await portal.link(l.addEvent).click();
        await azure.getByRole('tab', { name: l.basic, exact: true, selected: true }).waitFor();
        await field(main, l.name).fill(`${service}-events`);
        await field(main, l.schema).selectOption({ label: l.gridSchema });
        await until(
          'the topic type is there',
          () => chosen(l.topicTypes),
          (type) => type === 'Azure Communication Services',
        );
        for (const [label, value] of [
          [l.subscription, 'Contoso'],
          [l.group, 'contoso-rg'],
          [l.resource, 'contoso-acs'],
          [l.topicName, 'contoso-events'],
        ])
          assert.equal(await chosen(label), value, label);
        await azure.getByRole('combobox', { name: l.types }).click();
        for (const type of l.type[service]) {
          await azure.getByRole('menuitemcheckbox', { name: type, exact: true }).click();
        }
        await azure.keyboard.press('Escape');
        await field(main, l.endpointType).selectOption({ label: l.webHook });
        await portal.button(l.selectEndpoint).click();
        const panel = azure.getByRole('dialog');
        await field(panel, l.subscriber).fill(endpoints[service]);
        if (service === 'sms') await shot(azure, 'subscriber-endpoint');
        await panel.getByRole('button', { name: l.confirmSelection, exact: true }).click();
        await panel.waitFor({ state: 'hidden' });
        if (service === 'sms') {
          await azure.setViewportSize({ width: 1280, height: 1240 });
          await shot(azure, 'event-subscription');
          await azure.setViewportSize({ width: 1280, height: 760 });
        }
        await azure.getByRole('tab', { name: l.features, exact: true }).click();
        await azure.getByRole('checkbox', { name: l.aad, exact: true }).check();
        await field(main, l.aadTenant).fill(values.tenant);
        await field(main, l.aadApp).fill(values.app);
        if (service === 'sms') await shot(azure, 'authentication');
        await portal.button(l.create).click();
        await portal.heading(`${service}-events`).waitFor();
        await azure.getByText('Succeeded', { exact: true }).waitFor();
      }
      await toResource();
      await main.getByRole('link', { name: l.events, exact: true }).click();
      await portal.link('sms-events').waitFor();
      assert.equal(await azure.getByText('Succeeded', { exact: true }).count(), 3);
      await shot(azure, 'event-subscriptions');
    });

    await it.step('a text comes, and is answered', async () => {
      const handset = await it.handset(customer);
      await handset.write('Is the blue kettle in stock?');
      await page.bringToFront();
      await desk.navigation.getByRole('link', { name: new RegExp(`^${l.open}`) }).click();
      await desk.open(customer);
      await desk.button(l.take).click();
      await desk.answer('Yes, we have twelve of them.');
      await handset.bubble('Yes, we have twelve of them.').waitFor();
      await desk.bears('Yes, we have twelve of them.', l.delivered);
      await shot(page, 'answered');
    });

    await it.step('the same as what guichet connect --local makes', async () => {
      const other = await House.make();
      try {
        const second = await other.start('up', [
          ...other.deskFlags(),
          ...other.cloudFlags(),
          '--blank',
        ]);
        await other.tool('connect', ['--local']);
        const visitor = new DeskPage(await (await it.profile()).newPage(), other.desk, language);
        await visitor.enter(second.ready.signIn);
        const connection = (of) => of.evaluate(async () => (await fetch('/api/connection')).json());
        const made = await connection(visitor.page);
        await visitor.page.context().close();
        const byHand = await outcome(house, await connection(page), makers.user);
        const byCommand = await outcome(other, made, makers.tools);
        assert.equal(byHand.subscriptions.length, 3);
        assert.equal(byHand.applications.length, 1);
        assert.deepEqual(byHand, byCommand);
      } finally {
        await other.close();
      }
    });
  });
}
