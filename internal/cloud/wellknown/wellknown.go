// Package wellknown holds the values with which every local cloud starts, so
// that anyone may write them into a test. They are public and protect nothing.
// It owns no behaviour.
package wellknown

// The directory.
const (
	// TenantID is the tenant Contoso.
	TenantID = "7e0a0000-0000-4000-8000-000000000001"
	// TenantName is the display name of that tenant.
	TenantName = "Contoso"
	// Domain is its verified domain; it may stand for the tenant id in Entra paths.
	Domain = "contoso.onmicrosoft.com"

	// ToolsClientID is the application of the service principal for tools: it is
	// Contributor of the subscription and owns WebhookClientID.
	ToolsClientID = "a9900000-0000-4000-8000-000000000001"
	// ToolsObjectID is the object id of that service principal.
	ToolsObjectID = "0b1e0000-0000-4000-8000-000000000001"
	// ToolsSecret is its client secret.
	ToolsSecret = "guichet-local-secret"

	// WebhookClientID is the application guichet-webhooks, for which Event Grid
	// asks tokens when a webhook is protected by Entra.
	WebhookClientID = "a9900000-0000-4000-8000-000000000002"
	// WebhookObjectID is the object id of its service principal.
	WebhookObjectID = "0b1e0000-0000-4000-8000-000000000002"
	// WebhookAppName is its display name.
	WebhookAppName = "guichet-webhooks"

	// EventGridAppID is Microsoft's own application for Event Grid in the public
	// cloud; it is the caller in the tokens that deliveries carry.
	EventGridAppID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
	// EventGridObjectID is the object id of its service principal in the tenant.
	EventGridObjectID = "0b1e0000-0000-4000-8000-000000000003"

	// UserName and UserPassword are a user's: Global Administrator of the tenant
	// and Owner of the subscription.
	UserName     = "admin@contoso.onmicrosoft.com"
	UserPassword = "guichet-local-password"
	// UserObjectID is the user's object id, UserDisplayName its name.
	UserObjectID    = "0b1e0000-0000-4000-8000-000000000004"
	UserDisplayName = "Alex Admin"

	// IdentityHeader is what the managed identity endpoint wants in the header
	// X-IDENTITY-HEADER.
	IdentityHeader = "guichet-local"
)

// The subscription and what is in it.
const (
	SubscriptionID   = "5b500000-0000-4000-8000-000000000001"
	SubscriptionName = "Contoso"
	ResourceGroup    = "contoso-rg"
	// GroupLocation is where the resource group's metadata is.
	GroupLocation = "westeurope"

	// ACSName is the communication resource.
	ACSName = "contoso-acs"
	// ACSResourceID is its ARM id.
	ACSResourceID = "/subscriptions/" + SubscriptionID + "/resourceGroups/" + ResourceGroup +
		"/providers/Microsoft.Communication/CommunicationServices/" + ACSName
	// ACSImmutableID identifies it in the data plane.
	ACSImmutableID = "ac500000-0000-4000-8000-000000000001"
	// ACSDataLocation is where its data rests.
	ACSDataLocation = "Europe"
	// ACSPrimaryKey and ACSSecondaryKey are its access keys, in base64.
	ACSPrimaryKey   = "Z3VpY2hldCBsb2NhbCBjbG91ZDogYSB3ZWxsLWtub3duIGtleSwgd29ydGggbm90aGluZyBlbHNld2hlcmUhIQ=="
	ACSSecondaryKey = "Z3VpY2hldCBsb2NhbCBjbG91ZDogdGhlIHNlY29uZCBrZXksIGp1c3QgYXMgd29ydGhsZXNzIG91dHNpZGUhIQ=="
)

// The telephone numbers.
const (
	// NumberTollFree is owned by the resource: SMS and calls, in and out.
	NumberTollFree = "+18335550100"
	// NumberGeographic is owned by the resource: calls.
	NumberGeographic = "+33199000001"
	// HandsetNumber is the customer's number that the handset page starts with.
	HandsetNumber = "+14255550123"
)

// SIPUser and SIPPassword are the digest credentials of the SIP trunk.
const (
	SIPUser     = "guichet"
	SIPPassword = "guichet-local-sip"
)

// Addresses that the local cloud takes unless told otherwise.
const (
	DefaultHTTPS = "localhost:8443"
	DefaultHTTP  = "localhost:8090"
)
