// Every operation that the official packages have, and those that the cloud does not offer.
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { CommunicationServiceManagementClient } from '@azure/arm-communication';
import { EventGridManagementClient } from '@azure/arm-eventgrid';
import { ResourceManagementClient } from '@azure/arm-resources';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import {
  CallAutomationClient,
  CallConnection,
  CallMedia,
  CallRecording,
} from '@azure/communication-call-automation';
import { CommunicationIdentityClient } from '@azure/communication-identity';
import { PhoneNumbersClient, SipRoutingClient } from '@azure/communication-phone-numbers';
import { SmsClient } from '@azure/communication-sms';
import { EventGridPublisherClient } from '@azure/eventgrid';
import * as identity from '@azure/identity';
import { SmsClient as PreviewSmsClient } from 'communication-sms-preview';
import { operations, sdk } from './proof.mjs';

const url = 'https://localhost';
const key = { key: 'AAAA' };
const credential = { getToken: async () => null };

// Operations by package and version.
export const offered = {
  [sdk('@azure/arm-authorization')]: operations(new AuthorizationManagementClient(credential, '')),
  [sdk('@azure/arm-communication')]: operations(
    new CommunicationServiceManagementClient(credential, ''),
  ),
  [sdk('@azure/arm-eventgrid')]: operations(new EventGridManagementClient(credential, '')),
  [sdk('@azure/arm-resources')]: operations(new ResourceManagementClient(credential, '')),
  [sdk('@azure/arm-resources-subscriptions')]: operations(new SubscriptionClient(credential)),
  // What these clients have as properties are their own insides.
  [sdk('@azure/communication-call-automation')]: [
    new CallAutomationClient(url, key),
    new CallConnection('id', url, key),
    new CallMedia('id', url, key),
    new CallRecording(url, key),
  ].flatMap((client) =>
    operations(client).filter((name) => name.startsWith(`${client.constructor.name}.`)),
  ),
  [sdk('@azure/communication-identity')]: operations(new CommunicationIdentityClient(url, key)),
  [sdk('@azure/communication-phone-numbers')]: [
    ...operations(new PhoneNumbersClient(url, key)),
    ...operations(new SipRoutingClient(url, key)),
  ],
  [sdk('@azure/communication-sms')]: operations(new SmsClient(url, key)),
  [sdk('communication-sms-preview')]: operations(new PreviewSmsClient(url, key)),
  [sdk('@azure/eventgrid')]: operations(new EventGridPublisherClient(url, 'EventGrid', key)),
  [sdk('@azure/identity')]: Object.keys(identity)
    .filter((name) => /^[A-Z].*Credential$/.test(name))
    .map((name) => `${name}.getToken`),
};

const email = 'e-mail is not among the channels';
const domains = 'Event Grid domains are not emulated';
const partners = 'partner events are not emulated';
const network = 'the cloud is on the loopback address and has no private network';
const catalogue = "describes the provider's own operations; it is read by tools, not by programs";
const interact =
  'its flow, authorization code with PKCE, is tried with @azure/msal-node; the browser is not';
const grant = 'its grant is not offered';
const elsewhere = 'takes its token from another program or host than Entra';
const federation = 'federated credentials are not known; their assertions are refused';
const tenantWide = 'providers are answered by subscription alone';
const privileged = 'assignments are for ever: there is no privileged identity management';
const customRoles = 'roles are the built-in ones';
const move = 'resources stay in their group';

const every = (groups, reason) => Object.fromEntries(groups.map((name) => [`${name}.*`, reason]));

// Why an operation, or a group of them, is not offered; by package.
export const missing = {
  '@azure/arm-authorization': {
    ...every(['eligibleChildResources'], privileged),
    ...every(['roleAssignmentSchedules', 'roleAssignmentScheduleInstances'], privileged),
    ...every(['roleAssignmentScheduleRequests', 'roleEligibilitySchedules'], privileged),
    ...every(['roleEligibilityScheduleInstances', 'roleEligibilityScheduleRequests'], privileged),
    ...every(['roleManagementPolicies', 'roleManagementPolicyAssignments'], privileged),
    'classicAdministrators.*': 'Azure itself has retired them',
    'globalAdministrator.*': 'a service principal cannot elevate itself',
    'denyAssignments.*': 'there are no deny assignments',
    'providerOperationsMetadataOperations.*': catalogue,
    'roleDefinitions.createOrUpdate': customRoles,
    'roleDefinitions.delete': customRoles,
  },
  '@azure/arm-communication': {
    'operations.*': catalogue,
    ...every(['domains', 'emailServices', 'senderUsernames', 'smtpUsernames'], email),
    ...every(['suppressionLists', 'suppressionListAddresses'], email),
  },
  '@azure/arm-eventgrid': {
    'operations.*': catalogue,
    ...every(['domains', 'domainTopics', 'domainEventSubscriptions'], domains),
    ...every(['domainTopicEventSubscriptions'], domains),
    'eventSubscriptions.listByDomainTopic': domains,
    ...every(['channels', 'partnerConfigurations', 'partnerNamespaces'], partners),
    ...every(['partnerRegistrations', 'partnerTopics', 'partnerTopicEventSubscriptions'], partners),
    ...every(['verifiedPartners'], partners),
    ...every(['privateEndpointConnections', 'privateLinkResources'], network),
    'extensionTopics.*': 'the topic of a resource is found among the system topics',
  },
  '@azure/arm-resources': {
    'operations.*': catalogue,
    'tagsOperations.*': 'tags are changed on the resource itself',
    'providerResourceTypes.*': "the types are in the provider's own answer",
    'providers.listAtTenantScope': tenantWide,
    'providers.getAtTenantScope': tenantWide,
    'providers.providerPermissions': tenantWide,
    'providers.registerAtManagementGroupScope': 'there are no management groups',
    'resources.beginMoveResources': move,
    'resources.beginValidateMoveResources': move,
    'resourceGroups.beginExportTemplate': 'there are no deployments, and so no templates',
  },
  '@azure/arm-resources-subscriptions': {
    'operations.*': catalogue,
    'subscriptions.listLocations': 'a resource is in whatever place it was made for',
    'subscriptions.checkZonePeers': 'there are no availability zones',
    'SubscriptionClient.checkResourceName': 'each provider checks its names on its own',
  },
  '@azure/communication-identity': {
    'CommunicationIdentityClient.getTokenForTeamsUser':
      'always refused: Entra has no users who could have signed in to Teams',
  },
  '@azure/identity': {
    ...every(['AzureCliCredential', 'AzureDeveloperCliCredential'], elsewhere),
    ...every(['AzurePowerShellCredential', 'AzurePipelinesCredential'], elsewhere),
    ...every(['VisualStudioCodeCredential'], elsewhere),
    ...every(['AuthorizationCodeCredential', 'InteractiveBrowserCredential'], interact),
    ...every(['OnBehalfOfCredential', 'UsernamePasswordCredential'], grant),
    'WorkloadIdentityCredential.*': federation,
  },
};
