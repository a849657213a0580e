package graph

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/entra"
	"guichet/internal/platform/sqlstore"
)

var applicationSet = set{
	name: "applications", kind: "application",
	filters: names("id", "appId", "displayName", "signInAudience", "publisherDomain"),
}

// thumbprint is the SHA-1 of a certificate.
func thumbprint(der []byte) string {
	sum := sha1.Sum(der)
	return encode(sum[:])
}

// application finds the registration that {id} names: an object id or appId=….
func (c *call) application() (entra.Application, error) {
	key := c.params["id"]
	appID, byAppID := strings.CutPrefix(key, appIDKey)
	var a entra.Application
	var err error
	if byAppID {
		a, err = c.g.directory.Application(c.ctx, appID)
	} else {
		a, err = c.g.directory.ApplicationByID(c.ctx, key)
	}
	if err == nil && a.TenantID != c.claims.TenantID {
		err = sqlstore.ErrNotFound
	}
	return found(a, err)(strings.TrimPrefix(key, appIDKey))
}

// changeable finds it and checks that the caller may change it.
func (c *call) changeable() (entra.Application, error) {
	a, err := c.application()
	if err != nil {
		return a, err
	}
	owners, err := c.g.directory.ApplicationOwners(c.ctx, a.AppID)
	if err != nil {
		return a, err
	}
	return a, c.mayWrite(owners)
}

func (c *call) wire(a entra.Application) (application, error) {
	t, err := c.g.tenant(c.ctx, a.TenantID)
	if err != nil {
		return application{}, err
	}
	secrets, err := c.g.directory.Secrets(c.ctx, a.AppID)
	if err != nil {
		return application{}, err
	}
	certs, err := c.g.directory.Certificates(c.ctx, a.AppID)
	return wireApplication(a, t.Domain, secrets, certs), err
}

func (g *Graph) listApplications(c *call) (reply, error) {
	if err := c.mayRead(); err != nil {
		return reply{}, err
	}
	apps, err := g.directory.Applications(c.ctx, c.claims.TenantID)
	if err != nil {
		return reply{}, err
	}
	rows := make([]application, 0, len(apps))
	for _, a := range apps {
		row, err := c.wire(a)
		if err != nil {
			return reply{}, err
		}
		rows = append(rows, row)
	}
	return list(c, applicationSet, rows)
}

func (g *Graph) getApplication(c *call) (reply, error) {
	if err := c.mayRead(); err != nil {
		return reply{}, err
	}
	a, err := c.application()
	if err != nil {
		return reply{}, err
	}
	row, err := c.wire(a)
	if err != nil {
		return reply{}, err
	}
	return c.one(applicationSet, row)
}

// applicationChange is what a caller may send; what is absent stays as it is.
type applicationChange struct {
	Type                   string            `json:"@odata.type"`
	DisplayName            *string           `json:"displayName"`
	Description            *string           `json:"description"`
	Notes                  *string           `json:"notes"`
	SignInAudience         *string           `json:"signInAudience"`
	IdentifierURIs         *[]string         `json:"identifierUris"`
	Tags                   *[]string         `json:"tags"`
	IsFallbackPublicClient *bool             `json:"isFallbackPublicClient"`
	AppRoles               *[]appRole        `json:"appRoles"`
	RequiredResourceAccess *[]resourceAccess `json:"requiredResourceAccess"`
	SPA                    *platform         `json:"spa"`
	PublicClient           *platform         `json:"publicClient"`
	Web                    *struct {
		HomePageURL           *string        `json:"homePageUrl"`
		LogoutURL             *string        `json:"logoutUrl"`
		RedirectURIs          *[]string      `json:"redirectUris"`
		ImplicitGrantSettings *implicitGrant `json:"implicitGrantSettings"`
	} `json:"web"`
	API *struct {
		RequestedAccessTokenVersion *int     `json:"requestedAccessTokenVersion"`
		OAuth2PermissionScopes      *[]scope `json:"oauth2PermissionScopes"`
	} `json:"api"`
}

// apply changes a registration as asked and checks the outcome.
func (ch applicationChange) apply(a entra.Application, t entra.Tenant) (entra.Application, error) {
	text := func(into *string, from *string) {
		if from != nil {
			*into = *from
		}
	}
	text(&a.Name, ch.DisplayName)
	text(&a.Description, ch.Description)
	text(&a.Notes, ch.Notes)
	text(&a.Audience, ch.SignInAudience)
	if ch.Tags != nil {
		a.Tags = *ch.Tags
	}
	if ch.IsFallbackPublicClient != nil {
		a.FallbackPublic = *ch.IsFallbackPublicClient
	}
	if ch.SPA != nil {
		a.SPA.RedirectURIs = ch.SPA.RedirectURIs
	}
	if ch.PublicClient != nil {
		a.PublicClient.RedirectURIs = ch.PublicClient.RedirectURIs
	}
	if w := ch.Web; w != nil {
		text(&a.Web.HomePageURL, w.HomePageURL)
		text(&a.Web.LogoutURL, w.LogoutURL)
		if w.RedirectURIs != nil {
			a.Web.RedirectURIs = *w.RedirectURIs
		}
		if i := w.ImplicitGrantSettings; i != nil && (i.EnableAccessTokenIssuance || i.EnableIDTokenIssuance) {
			return a, badRequest("The implicit grant is not offered by the local cloud.")
		}
	}
	if ch.API != nil {
		if v := ch.API.RequestedAccessTokenVersion; v != nil {
			a.TokenVersion = *v
		}
		if ch.API.OAuth2PermissionScopes != nil {
			scopes, err := readScopes(a.Scopes, *ch.API.OAuth2PermissionScopes)
			if err != nil {
				return a, err
			}
			a.Scopes = scopes
		}
	}
	if ch.AppRoles != nil {
		roles, err := readRoles(a.Roles, *ch.AppRoles)
		if err != nil {
			return a, err
		}
		a.Roles = roles
	}
	if ch.RequiredResourceAccess != nil {
		access, err := readAccess(*ch.RequiredResourceAccess)
		if err != nil {
			return a, err
		}
		a.Access = access
	}
	if ch.IdentifierURIs != nil {
		for _, uri := range *ch.IdentifierURIs {
			if !slices.Contains(a.URIs, uri) && !identifierAllowed(uri, a.AppID, t) {
				return a, fail(http.StatusBadRequest, "HostNameNotOnVerifiedDomain",
					"Values of identifierUris property must use a verified domain of the organization or its subdomain: '%s'", uri)
			}
		}
		a.URIs = *ch.IdentifierURIs
	}
	return a, checkApplication(a)
}

// invalidValue is what Graph says of a value that it does not take.
func invalidValue(property string) error {
	return badRequest("Invalid value specified for property '%s' of resource 'Application'.", property)
}

func checkApplication(a entra.Application) error {
	switch a.Audience {
	case "AzureADMyOrg", "AzureADMultipleOrgs":
	case "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount":
		if a.TokenVersion != 2 {
			return badRequest("Property api.requestedAccessTokenVersion is invalid. 'requestedAccessTokenVersion' must be 2 for this signInAudience.")
		}
	default:
		return invalidValue("signInAudience")
	}
	if a.TokenVersion < 0 || a.TokenVersion > 2 {
		return invalidValue("requestedAccessTokenVersion")
	}
	if strings.TrimSpace(a.Name) == "" || len(a.Name) > 256 {
		return invalidValue("displayName")
	}
	for _, p := range []struct {
		uris   []string
		public bool
	}{{a.Web.RedirectURIs, false}, {a.SPA.RedirectURIs, false}, {a.PublicClient.RedirectURIs, true}} {
		if len(p.uris) > 256 {
			return invalidValue("redirectUris")
		}
		for _, uri := range p.uris {
			if !entra.RegistrableRedirect(uri, p.public) {
				return invalidValue("redirectUris")
			}
		}
	}
	return nil
}

// identifierAllowed is Entra's rule for new URIs: they name the application, the
// tenant or a verified domain.
func identifierAllowed(text, appID string, t entra.Tenant) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Host == "" || strings.HasSuffix(text, "/") || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	host := strings.ToLower(u.Host)
	ours := host == t.Domain || strings.HasSuffix(host, "."+t.Domain)
	if u.Scheme != "api" {
		return ours
	}
	last := u.Path[strings.LastIndex(u.Path, "/")+1:]
	return ours || host == appID || host == t.ID || strings.EqualFold(last, appID)
}

// readRoles takes a whole new list: what is missing is deleted, which only a
// disabled role may be.
func readRoles(before []entra.AppRole, list []appRole) ([]entra.AppRole, error) {
	out, values := []entra.AppRole{}, map[string]bool{}
	for _, r := range list {
		id, err := uuid.Parse(r.ID)
		if err != nil || r.DisplayName == "" || r.Description == "" || len(r.AllowedMemberTypes) == 0 {
			return nil, invalidValue("appRoles")
		}
		for _, m := range r.AllowedMemberTypes {
			if m != "User" && m != "Application" {
				return nil, invalidValue("allowedMemberTypes")
			}
		}
		role := entra.AppRole{
			ID: id.String(), DisplayName: r.DisplayName, Description: r.Description, Members: r.AllowedMemberTypes, Disabled: !r.IsEnabled,
		}
		if r.Value != nil {
			role.Value = *r.Value
		}
		if values[role.ID] || role.Value != "" && values["v:"+role.Value] || strings.ContainsAny(role.Value, " \t") {
			return nil, badRequest("Property appRoles.value is invalid: each must be unique and without spaces.")
		}
		values[role.ID], values["v:"+role.Value] = true, true
		out = append(out, role)
	}
	for _, r := range before {
		if !r.Disabled && !slices.ContainsFunc(out, func(n entra.AppRole) bool { return n.ID == r.ID }) {
			return nil, enabledError()
		}
	}
	return out, nil
}

func enabledError() error {
	return fail(http.StatusBadRequest, "CannotDeleteOrUpdateEnabledEntitlement",
		"Permission (scope or role) cannot be deleted or updated unless disabled first.")
}

func readScopes(before []entra.Scope, list []scope) ([]entra.Scope, error) {
	out := []entra.Scope{}
	for _, s := range list {
		id, err := uuid.Parse(s.ID)
		if err != nil || s.Value == "" || strings.ContainsAny(s.Value, " /") || s.Type != "User" && s.Type != "Admin" ||
			slices.ContainsFunc(out, func(o entra.Scope) bool { return o.ID == id.String() || strings.EqualFold(o.Value, s.Value) }) {
			return nil, invalidValue("oauth2PermissionScopes")
		}
		made := entra.Scope{
			ID: id.String(), Value: s.Value, AdminOnly: s.Type == "Admin", Disabled: !s.IsEnabled, AdminName: s.AdminConsentDisplayName,
			AdminDescription: s.AdminConsentDescription,
		}
		if s.UserConsentDisplayName != nil {
			made.UserName = *s.UserConsentDisplayName
		}
		if s.UserConsentDescription != nil {
			made.UserDescription = *s.UserConsentDescription
		}
		out = append(out, made)
	}
	for _, s := range before {
		if !s.Disabled && !slices.ContainsFunc(out, func(n entra.Scope) bool { return n.ID == s.ID }) {
			return nil, enabledError()
		}
	}
	return out, nil
}

func readAccess(list []resourceAccess) ([]entra.ResourceAccess, error) {
	var out []entra.ResourceAccess
	for _, r := range list {
		access := entra.ResourceAccess{AppID: strings.ToLower(r.ResourceAppID)}
		for _, p := range r.ResourceAccess {
			if _, err := uuid.Parse(p.ID); err != nil || p.Type != "Scope" && p.Type != "Role" {
				return nil, invalidValue("requiredResourceAccess")
			}
			access.Permissions = append(access.Permissions, entra.Permission(p))
		}
		if _, err := uuid.Parse(r.ResourceAppID); err != nil || len(access.Permissions) == 0 {
			return nil, invalidValue("requiredResourceAccess")
		}
		out = append(out, access)
	}
	return out, nil
}

// unique refuses a URI that another application of the tenant has.
func (c *call) unique(a entra.Application) error {
	apps, err := c.g.directory.Applications(c.ctx, a.TenantID)
	if err != nil {
		return err
	}
	for _, other := range apps {
		for _, uri := range a.URIs {
			if other.AppID != a.AppID && slices.ContainsFunc(other.URIs, func(o string) bool { return strings.EqualFold(o, uri) }) {
				return fail(http.StatusBadRequest, "Request_MultipleObjectsWithSameKeyValue",
					"Another object with the same value for property identifierUris already exists.")
			}
		}
	}
	return nil
}

// createApplication registers an application; whoever does it owns it.
func (g *Graph) createApplication(c *call) (reply, error) {
	if err := c.mayCreate(); err != nil {
		return reply{}, err
	}
	var body applicationChange
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	t, err := g.tenant(c.ctx, c.claims.TenantID)
	if err != nil {
		return reply{}, err
	}
	if body.DisplayName == nil {
		return reply{}, badRequest("A value is required for property 'displayName' of resource 'Application'.")
	}
	a, err := body.apply(entra.Application{TenantID: t.ID, Audience: "AzureADMyOrg"}, t)
	if err == nil {
		err = c.unique(a)
	}
	if err != nil {
		return reply{}, err
	}
	if a, err = g.directory.CreateApplication(c.ctx, a, c.claims.ObjectID); err != nil {
		return reply{}, err
	}
	row, err := c.wire(a)
	if err != nil {
		return reply{}, err
	}
	out, err := c.one(applicationSet, row)
	out.status, out.location = http.StatusCreated, c.root()+"/directoryObjects/"+a.ObjectID+"/Microsoft.DirectoryServices.Application"
	return out, err
}

func (g *Graph) patchApplication(c *call) (reply, error) {
	a, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	var body applicationChange
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	t, err := g.tenant(c.ctx, a.TenantID)
	if err != nil {
		return reply{}, err
	}
	if a, err = body.apply(a, t); err == nil {
		err = c.unique(a)
	}
	if err == nil {
		err = g.directory.UpdateApplication(c.ctx, a)
	}
	return reply{status: http.StatusNoContent}, err
}

func (g *Graph) deleteApplication(c *call) (reply, error) {
	a, err := c.changeable()
	if err == nil {
		err = g.directory.DeleteApplication(c.ctx, a.AppID)
	}
	return reply{status: http.StatusNoContent}, err
}

// addPassword makes a client secret and tells it this once.
func (g *Graph) addPassword(c *call) (reply, error) {
	a, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	var body struct {
		PasswordCredential *struct {
			Type          string     `json:"@odata.type"`
			DisplayName   *string    `json:"displayName"`
			StartDateTime *time.Time `json:"startDateTime"`
			EndDateTime   *time.Time `json:"endDateTime"`
		} `json:"passwordCredential"`
	}
	if c.r.ContentLength != 0 {
		if err := c.decode(&body); err != nil {
			return reply{}, err
		}
	}
	var s entra.Secret
	if p := body.PasswordCredential; p != nil {
		if p.DisplayName != nil {
			s.Name = *p.DisplayName
		}
		if p.StartDateTime != nil {
			s.Start = *p.StartDateTime
		}
		if p.EndDateTime != nil {
			s.End = *p.EndDateTime
		}
		if !s.End.IsZero() && (!s.End.After(s.Start) || !s.End.After(g.clock.Now())) {
			return reply{}, fail(http.StatusBadRequest, "KeyCredentialsInvalidEndDate", "Credential end date is invalid.")
		}
	}
	made, text, err := g.directory.AddSecret(c.ctx, a.AppID, s)
	if err != nil {
		return reply{}, err
	}
	object, err := plain(wireSecret(made, text))
	if err != nil {
		return reply{}, err
	}
	object["@odata.context"] = c.root() + "/$metadata#microsoft.graph.passwordCredential"
	return reply{status: http.StatusOK, body: object}, nil
}

func (g *Graph) removePassword(c *call) (reply, error) {
	a, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	var body struct {
		KeyID string `json:"keyId"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	err = g.directory.RemoveSecret(c.ctx, a.AppID, body.KeyID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = badRequest("No password credential found with keyId %s.", fmt.Sprintf("'%s'", body.KeyID))
	}
	return reply{status: http.StatusNoContent}, err
}
