package graph

import (
	"encoding/base64"
	"slices"
	"time"

	"guichet/internal/cloud/entra"
)

// application is a registration as Graph writes it. Members that a caller may send
// are pointers or in applicationChange.
type application struct {
	ID                     string               `json:"id"`
	AppID                  string               `json:"appId"`
	DeletedDateTime        *time.Time           `json:"deletedDateTime"`
	DisplayName            string               `json:"displayName"`
	Description            *string              `json:"description"`
	Notes                  *string              `json:"notes"`
	CreatedDateTime        time.Time            `json:"createdDateTime"`
	PublisherDomain        string               `json:"publisherDomain"`
	SignInAudience         string               `json:"signInAudience"`
	IdentifierURIs         []string             `json:"identifierUris"`
	Tags                   []string             `json:"tags"`
	IsFallbackPublicClient *bool                `json:"isFallbackPublicClient"`
	API                    api                  `json:"api"`
	AppRoles               []appRole            `json:"appRoles"`
	Web                    web                  `json:"web"`
	SPA                    platform             `json:"spa"`
	PublicClient           platform             `json:"publicClient"`
	RequiredResourceAccess []resourceAccess     `json:"requiredResourceAccess"`
	PasswordCredentials    []passwordCredential `json:"passwordCredentials"`
	KeyCredentials         []keyCredential      `json:"keyCredentials"`
}

type api struct {
	RequestedAccessTokenVersion *int     `json:"requestedAccessTokenVersion"`
	AcceptMappedClaims          *bool    `json:"acceptMappedClaims"`
	KnownClientApplications     []string `json:"knownClientApplications"`
	PreAuthorizedApplications   []any    `json:"preAuthorizedApplications"`
	OAuth2PermissionScopes      []scope  `json:"oauth2PermissionScopes"`
}

type scope struct {
	ID                      string  `json:"id"`
	Value                   string  `json:"value"`
	Type                    string  `json:"type"`
	IsEnabled               bool    `json:"isEnabled"`
	AdminConsentDisplayName string  `json:"adminConsentDisplayName"`
	AdminConsentDescription string  `json:"adminConsentDescription"`
	UserConsentDisplayName  *string `json:"userConsentDisplayName"`
	UserConsentDescription  *string `json:"userConsentDescription"`
}

type appRole struct {
	ID                 string   `json:"id"`
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	Description        string   `json:"description"`
	DisplayName        string   `json:"displayName"`
	IsEnabled          bool     `json:"isEnabled"`
	Origin             string   `json:"origin"`
	Value              *string  `json:"value"`
}

type platform struct {
	RedirectURIs []string `json:"redirectUris"`
}

type web struct {
	HomePageURL           *string       `json:"homePageUrl"`
	LogoutURL             *string       `json:"logoutUrl"`
	RedirectURIs          []string      `json:"redirectUris"`
	ImplicitGrantSettings implicitGrant `json:"implicitGrantSettings"`
}

type implicitGrant struct {
	EnableAccessTokenIssuance bool `json:"enableAccessTokenIssuance"`
	EnableIDTokenIssuance     bool `json:"enableIdTokenIssuance"`
}

type resourceAccess struct {
	ResourceAppID  string             `json:"resourceAppId"`
	ResourceAccess []accessPermission `json:"resourceAccess"`
}

type accessPermission struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type passwordCredential struct {
	CustomKeyIdentifier *string   `json:"customKeyIdentifier"`
	DisplayName         *string   `json:"displayName"`
	EndDateTime         time.Time `json:"endDateTime"`
	Hint                string    `json:"hint"`
	KeyID               string    `json:"keyId"`
	SecretText          *string   `json:"secretText"`
	StartDateTime       time.Time `json:"startDateTime"`
}

type keyCredential struct {
	KeyID string  `json:"keyId"`
	Type  string  `json:"type"`
	Usage string  `json:"usage"`
	Key   *string `json:"key"`
	// CustomKeyIdentifier is the thumbprint.
	CustomKeyIdentifier string `json:"customKeyIdentifier"`
}

// servicePrincipal is the presence of an application in a tenant.
type servicePrincipal struct {
	ID                        string    `json:"id"`
	AppID                     string    `json:"appId"`
	AppDisplayName            string    `json:"appDisplayName"`
	DisplayName               string    `json:"displayName"`
	AccountEnabled            bool      `json:"accountEnabled"`
	AppOwnerOrganizationID    string    `json:"appOwnerOrganizationId"`
	AppRoleAssignmentRequired bool      `json:"appRoleAssignmentRequired"`
	AppRoles                  []appRole `json:"appRoles"`
	CreatedDateTime           time.Time `json:"createdDateTime"`
	OAuth2PermissionScopes    []scope   `json:"oauth2PermissionScopes"`
	ServicePrincipalNames     []string  `json:"servicePrincipalNames"`
	ServicePrincipalType      string    `json:"servicePrincipalType"`
	SignInAudience            string    `json:"signInAudience"`
	ReplyURLs                 []string  `json:"replyUrls"`
	Tags                      []string  `json:"tags"`
}

type assignment struct {
	ID                   string    `json:"id"`
	AppRoleID            string    `json:"appRoleId"`
	CreatedDateTime      time.Time `json:"createdDateTime"`
	PrincipalDisplayName string    `json:"principalDisplayName"`
	PrincipalID          string    `json:"principalId"`
	PrincipalType        string    `json:"principalType"`
	ResourceDisplayName  string    `json:"resourceDisplayName"`
	ResourceID           string    `json:"resourceId"`
}

type user struct {
	ID                string    `json:"id"`
	DisplayName       string    `json:"displayName"`
	GivenName         *string   `json:"givenName"`
	Surname           *string   `json:"surname"`
	Mail              *string   `json:"mail"`
	UserPrincipalName string    `json:"userPrincipalName"`
	AccountEnabled    bool      `json:"accountEnabled"`
	CreatedDateTime   time.Time `json:"createdDateTime"`
	UserType          string    `json:"userType"`
	BusinessPhones    []string  `json:"businessPhones"`
	JobTitle          *string   `json:"jobTitle"`
	PreferredLanguage *string   `json:"preferredLanguage"`
}

// optional is null for nothing.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func wireRoles(list []entra.AppRole) []appRole {
	out := make([]appRole, 0, len(list))
	for _, r := range list {
		out = append(out, appRole{
			ID: r.ID, AllowedMemberTypes: r.Members, Description: r.Description, DisplayName: r.DisplayName, IsEnabled: !r.Disabled,
			Origin: "Application", Value: optional(r.Value),
		})
	}
	return out
}

func wireScopes(list []entra.Scope) []scope {
	out := make([]scope, 0, len(list))
	for _, s := range list {
		kind := "User"
		if s.AdminOnly {
			kind = "Admin"
		}
		out = append(out, scope{
			ID: s.ID, Value: s.Value, Type: kind, IsEnabled: !s.Disabled, AdminConsentDisplayName: s.AdminName,
			AdminConsentDescription: s.AdminDescription, UserConsentDisplayName: optional(s.UserName),
			UserConsentDescription: optional(s.UserDescription),
		})
	}
	return out
}

// wireApplication writes a registration with its credentials.
func wireApplication(a entra.Application, domain string, secrets []entra.Secret, certs []entra.Certificate) application {
	out := application{
		ID: a.ObjectID, AppID: a.AppID, DisplayName: a.Name, Description: optional(a.Description), Notes: optional(a.Notes),
		CreatedDateTime: a.Created, PublisherDomain: domain, SignInAudience: a.Audience, IdentifierURIs: orNone(a.URIs), Tags: orNone(a.Tags),
		API: api{
			KnownClientApplications: []string{}, PreAuthorizedApplications: []any{}, OAuth2PermissionScopes: wireScopes(a.Scopes),
		},
		AppRoles: wireRoles(a.Roles),
		Web: web{
			HomePageURL: optional(a.Web.HomePageURL), LogoutURL: optional(a.Web.LogoutURL), RedirectURIs: orNone(a.Web.RedirectURIs),
		},
		SPA: platform{orNone(a.SPA.RedirectURIs)}, PublicClient: platform{orNone(a.PublicClient.RedirectURIs)},
		RequiredResourceAccess: []resourceAccess{}, PasswordCredentials: []passwordCredential{}, KeyCredentials: []keyCredential{},
	}
	if a.TokenVersion != 0 {
		version := a.TokenVersion
		out.API.RequestedAccessTokenVersion = &version
	}
	if a.FallbackPublic {
		out.IsFallbackPublicClient = &a.FallbackPublic
	}
	for _, r := range a.Access {
		access := resourceAccess{ResourceAppID: r.AppID, ResourceAccess: []accessPermission{}}
		for _, p := range r.Permissions {
			access.ResourceAccess = append(access.ResourceAccess, accessPermission(p))
		}
		out.RequiredResourceAccess = append(out.RequiredResourceAccess, access)
	}
	for _, s := range secrets {
		out.PasswordCredentials = append(out.PasswordCredentials, wireSecret(s, ""))
	}
	for _, c := range certs {
		out.KeyCredentials = append(out.KeyCredentials, keyCredential{
			KeyID: c.KeyID, Type: "AsymmetricX509Cert", Usage: "Verify", CustomKeyIdentifier: thumbprint(c.DER),
		})
	}
	return out
}

func wireSecret(s entra.Secret, text string) passwordCredential {
	return passwordCredential{
		DisplayName: optional(s.Name), EndDateTime: s.End, Hint: s.Hint, KeyID: s.KeyID, SecretText: optional(text), StartDateTime: s.Start,
	}
}

func wirePrincipal(p entra.Principal, a entra.Application) servicePrincipal {
	return servicePrincipal{
		ID: p.ID, AppID: p.AppID, AppDisplayName: a.Name, DisplayName: a.Name, AccountEnabled: true, AppOwnerOrganizationID: a.TenantID,
		AppRoleAssignmentRequired: p.AssignmentRequired, AppRoles: wireRoles(a.Roles), CreatedDateTime: p.Created,
		OAuth2PermissionScopes: wireScopes(a.Scopes), ServicePrincipalNames: append([]string{a.AppID}, a.URIs...),
		ServicePrincipalType: "Application", SignInAudience: a.Audience,
		ReplyURLs: slices.Concat([]string{}, a.Web.RedirectURIs, a.SPA.RedirectURIs, a.PublicClient.RedirectURIs), Tags: orNone(a.Tags),
	}
}

func wireUser(u entra.User) user {
	return user{
		ID: u.ID, DisplayName: u.Name, GivenName: optional(u.Given), Surname: optional(u.Surname), Mail: optional(u.Mail),
		UserPrincipalName: u.UPN, AccountEnabled: u.Enabled, CreatedDateTime: u.Created, UserType: "Member", BusinessPhones: []string{},
	}
}

func encode(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
