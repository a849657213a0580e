package conformance

import (
	"reflect"

	"github.com/Azure/azure-sdk-for-go/sdk/messaging/eventgrid/azeventgrid"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/v3"
)

// SDKs whose requests do not name their operation; the tests do it for them.
var (
	identitySDK  = module("azidentity")
	publisherSDK = module("azeventgrid")
	eventsSDK    = module("azsystemevents")
)

// offered is every operation that the SDKs have, by SDK. Clients of the resource
// managers are found by reflection; azidentity and azsystemevents have functions
// and models instead, listed here.
func offered() map[string][]string {
	return map[string][]string{
		module("armcommunication/v2"): ofFactory[*armcommunication.ClientFactory](),
		module("armresources/v3"):     ofFactory[*armresources.ClientFactory](),
		module("armeventgrid/v2"):     ofFactory[*armeventgrid.ClientFactory](),
		publisherSDK:                  methods(reflect.TypeFor[*azeventgrid.Client]()),
		identitySDK: {
			"AzureCLICredential.GetToken", "AzureDeveloperCLICredential.GetToken", "AzurePipelinesCredential.GetToken",
			"AzurePowerShellCredential.GetToken", "ChainedTokenCredential.GetToken", "ClientAssertionCredential.GetToken",
			"ClientCertificateCredential.GetToken", "ClientSecretCredential.GetToken", "DefaultAzureCredential.GetToken",
			"DeviceCodeCredential.GetToken", "EnvironmentCredential.GetToken", "InteractiveBrowserCredential.GetToken",
			"ManagedIdentityCredential.GetToken", "OnBehalfOfCredential.GetToken", "UsernamePasswordCredential.GetToken",
			"WorkloadIdentityCredential.GetToken",
		},
		eventsSDK: {"ACSSMSReceivedEventData", "ACSSMSDeliveryReportReceivedEventData", "SubscriptionValidationEventData", "SubscriptionDeletedEventData"},
	}
}

// Reasons why operations are missing.
const (
	email      = "e-mail is not among the channels"
	domains    = "Event Grid domains are not emulated"
	partners   = "partner events are not emulated"
	namespaces = "Event Grid namespaces (MQTT, pull delivery) are not emulated"
	network    = "the cloud is on the loopback address and has no private network"
	catalogue  = "describes the provider's own operations; it is read by tools, not by programs"
	interact   = "opens a browser on the machine; its flow, authorization code with PKCE, is tried without it"
	grant      = "its grant is not offered"
	elsewhere  = "takes its token from another program or host than Entra"
	federation = "federated credentials are not known; their assertions are refused"
	tenantWide = "providers are answered by subscription alone"
	tags       = "tags are changed on the resource itself"
	custom     = "`CustomInputSchema` is not offered"
)

// missing is what the cloud does not offer, by SDK, and by operation or group of
// operations.
var missing = map[string]map[string]string{
	"armcommunication/v2": {
		"DomainsClient.*": email, "EmailServicesClient.*": email, "SMTPUsernamesClient.*": email, "SenderUsernamesClient.*": email,
		"SuppressionListsClient.*": email, "SuppressionListAddressesClient.*": email, "OperationsClient.*": catalogue,
	},
	"armresources/v3": {
		"TagsClient.*": tags, "OperationsClient.*": catalogue, "ProviderResourceTypesClient.*": "the types are in the provider's own answer",
		"Client.BeginMoveResources":                      "resources stay in their group",
		"Client.BeginValidateMoveResources":              "resources stay in their group",
		"ResourceGroupsClient.BeginExportTemplate":       "there are no deployments, and so no templates",
		"ProvidersClient.GetAtTenantScope":               tenantWide,
		"ProvidersClient.NewListAtTenantScopePager":      tenantWide,
		"ProvidersClient.RegisterAtManagementGroupScope": "there are no management groups",
		"ProvidersClient.ProviderPermissions":            tenantWide,
	},
	"armeventgrid/v2": {
		"DomainsClient.*": domains, "DomainTopicsClient.*": domains, "DomainEventSubscriptionsClient.*": domains,
		"DomainTopicEventSubscriptionsClient.*": domains, "EventSubscriptionsClient.NewListByDomainTopicPager": domains,
		"ChannelsClient.*": partners, "PartnerConfigurationsClient.*": partners, "PartnerNamespacesClient.*": partners,
		"PartnerRegistrationsClient.*": partners, "PartnerTopicsClient.*": partners, "PartnerTopicEventSubscriptionsClient.*": partners,
		"VerifiedPartnersClient.*": partners,
		"CaCertificatesClient.*":   namespaces, "ClientGroupsClient.*": namespaces, "ClientsClient.*": namespaces,
		"NamespacesClient.*": namespaces, "NamespaceTopicsClient.*": namespaces, "NamespaceTopicEventSubscriptionsClient.*": namespaces,
		"PermissionBindingsClient.*": namespaces, "TopicSpacesClient.*": namespaces,
		"PrivateEndpointConnectionsClient.*": network, "PrivateLinkResourcesClient.*": network,
		"ExtensionTopicsClient.*": "the topic of a resource is found among the system topics", "OperationsClient.*": catalogue,
	},
	"azeventgrid": {"Client.PublishCustomEventEvents": custom},
	"azidentity": {
		"AzureCLICredential.*": elsewhere, "AzureDeveloperCLICredential.*": elsewhere, "AzurePipelinesCredential.*": elsewhere,
		"AzurePowerShellCredential.*": elsewhere, "InteractiveBrowserCredential.*": interact,
		"OnBehalfOfCredential.*": grant, "UsernamePasswordCredential.*": grant, "WorkloadIdentityCredential.*": federation,
	},
}
