import type { About } from '../api/portal';

/** How a program is pointed at the local cloud, by kind of example. */
export const snippetKinds = ['environment', 'sms', 'arm', 'go'] as const;
export type SnippetKind = (typeof snippetKinds)[number];

/** Makes an example with the addresses and values of this cloud; the SDKs read the rest from the environment. */
export function snippet(kind: SnippetKind, { https, caFile, wellKnown }: About): string {
  switch (kind) {
    case 'environment':
      return [
        `export NODE_EXTRA_CA_CERTS='${caFile}'   # Node.js`,
        `export SSL_CERT_FILE='${caFile}'         # Go, Python, …`,
        `export COMMUNICATION_SERVICES_CONNECTION_STRING='${wellKnown.connectionString}'`,
        `export AZURE_AUTHORITY_HOST='${https}/'`,
        `export AZURE_TENANT_ID='${wellKnown.tenantId}'`,
        `export AZURE_CLIENT_ID='${wellKnown.clientId}'`,
        `export AZURE_CLIENT_SECRET='${wellKnown.clientSecret}'`,
      ].join('\n');
    case 'sms':
      return `import { SmsClient } from '@azure/communication-sms';

const client = new SmsClient(process.env.COMMUNICATION_SERVICES_CONNECTION_STRING);
await client.send({
  from: '${wellKnown.numberTollFree}',
  to: ['${wellKnown.handsetNumber}'],
  message: 'Hello',
});`;
    case 'arm':
      return `import { CommunicationServiceManagementClient } from '@azure/arm-communication';
import { ClientSecretCredential } from '@azure/identity';

const credential = new ClientSecretCredential(
  process.env.AZURE_TENANT_ID,
  process.env.AZURE_CLIENT_ID,
  process.env.AZURE_CLIENT_SECRET,
  { authorityHost: '${https}', disableInstanceDiscovery: true },
);
const client = new CommunicationServiceManagementClient(
  credential,
  '${wellKnown.subscriptionId}',
  { endpoint: '${https}' },
);
for await (const resource of client.communicationServices.listBySubscription()) {
  console.log(resource.id);
}`;
    case 'go':
      return `options := azcore.ClientOptions{Cloud: cloud.Configuration{
	ActiveDirectoryAuthorityHost: "${https}/",
	Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
		cloud.ResourceManager: {Endpoint: "${https}", Audience: "https://management.azure.com"},
	},
}}
credential, err := azidentity.NewClientSecretCredential(
	os.Getenv("AZURE_TENANT_ID"), os.Getenv("AZURE_CLIENT_ID"), os.Getenv("AZURE_CLIENT_SECRET"),
	&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})`;
  }
}
