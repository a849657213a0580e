package entra

// Manifest is the part of a registration that says how users sign in to it and
// what it offers them. The JSON is the store's and the control API's.
type Manifest struct {
	// Web, SPA and PublicClient hold the redirect URIs of each kind of client.
	Web          Platform `json:"web"`
	SPA          Platform `json:"spa"`
	PublicClient Platform `json:"publicClient"`
	// FallbackPublic lets flows without a redirect URI (device code) go without a
	// credential: the portal's "Allow public client flows".
	FallbackPublic bool `json:"isFallbackPublicClient,omitempty"`
	// Scopes are the delegated permissions that the application offers.
	Scopes []Scope `json:"oauth2PermissionScopes,omitempty"`
	// Access lists what the application asks of others.
	Access      []ResourceAccess `json:"requiredResourceAccess,omitempty"`
	Description string           `json:"description,omitempty"`
	Notes       string           `json:"notes,omitempty"`
	Tags        []string         `json:"tags,omitempty"`
}

// Platform is one kind of client of an application.
type Platform struct {
	RedirectURIs []string `json:"redirectUris,omitempty"`
	HomePageURL  string   `json:"homePageUrl,omitempty"`
	LogoutURL    string   `json:"logoutUrl,omitempty"`
}

// Scope is a delegated permission.
type Scope struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	// AdminOnly is Graph's type "Admin": users cannot consent to it themselves.
	AdminOnly        bool   `json:"adminOnly,omitempty"`
	Disabled         bool   `json:"disabled,omitempty"`
	AdminName        string `json:"adminConsentDisplayName,omitempty"`
	AdminDescription string `json:"adminConsentDescription,omitempty"`
	UserName         string `json:"userConsentDisplayName,omitempty"`
	UserDescription  string `json:"userConsentDescription,omitempty"`
}

// ResourceAccess names permissions of one other application.
type ResourceAccess struct {
	AppID       string       `json:"resourceAppId"`
	Permissions []Permission `json:"resourceAccess"`
}

// Permission is one of them.
type Permission struct {
	ID string `json:"id"`
	// Type is "Scope" (delegated) or "Role" (application).
	Type string `json:"type"`
}

// The ids of the applications of Microsoft's that the cloud has planes for.
const (
	ManagementAppID    = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
	GraphAppID         = "00000003-0000-0000-c000-000000000000"
	communicationAppID = "1fd5118e-2576-4263-8130-9503064c837a"
	azureCLIAppID      = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
	// PortalAppID is the Azure portal's; here it is the portal of the cloud.
	PortalAppID = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
)

// GraphAudience is the URI of Microsoft Graph in tokens.
const GraphAudience = "https://graph.microsoft.com"

// graphRoles are the application permissions of Microsoft Graph that the cloud
// knows, with their public ids.
var graphRoles = appPermissions(map[string]string{
	"Application.Read.All":            "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
	"Application.ReadWrite.All":       "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
	"Application.ReadWrite.OwnedBy":   "18a4783c-866b-4cc7-a460-3d5e5662c884",
	"AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
	"Directory.Read.All":              "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
	"Directory.ReadWrite.All":         "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
	"Organization.Read.All":           "498476ce-e0fe-48b0-b801-37ba7e2685c6",
	"User.Read.All":                   "df021288-bdef-4463-88db-98f22de89214",
})

func appPermissions(ids map[string]string) []AppRole {
	list := make([]AppRole, 0, len(ids))
	for _, value := range sortedKeys(ids) {
		list = append(list, AppRole{ID: ids[value], Value: value, DisplayName: value, Members: []string{"Application"}})
	}
	return list
}

// graphScopes are the delegated permissions of Microsoft Graph that the cloud
// knows, with their public ids.
var graphScopes = []Scope{
	{ID: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", Value: "User.Read"},
	{ID: "b340eb25-3456-403f-be2f-af7a0d370277", Value: "User.ReadBasic.All"},
	{ID: "37f7f235-527c-4136-accd-4a02d197296e", Value: "openid"},
	{ID: "14dad69e-099b-42c9-810b-d002981feec1", Value: "profile"},
	{ID: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", Value: "email"},
	{ID: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", Value: "offline_access"},
	{ID: "a154be20-db9c-4678-8ab7-66f6cc099a59", Value: "User.Read.All", AdminOnly: true},
	{ID: "c79f8feb-a9db-4090-85f9-90d820caa0eb", Value: "Application.Read.All", AdminOnly: true},
	{ID: "bdfbf15f-ee85-4955-8675-146e8e5296b5", Value: "Application.ReadWrite.All", AdminOnly: true},
	{ID: "84bccea3-f856-4a8a-967b-dbe0a3d53a64", Value: "AppRoleAssignment.ReadWrite.All", AdminOnly: true},
	{ID: "06da0dbc-49e2-44d2-8312-53f166ab848a", Value: "Directory.Read.All", AdminOnly: true},
	{ID: "0e263e50-5827-48a4-b97c-d940288653c7", Value: "Directory.AccessAsUser.All", AdminOnly: true},
}

// userImpersonation is the one delegated permission of ARM.
var userImpersonation = []Scope{{ID: "41094075-9dad-400e-a0bd-54e686782033", Value: "user_impersonation"}}
