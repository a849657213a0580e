package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"guichet/internal/platform/sqlstore"
)

// Tenant is a directory.
type Tenant struct {
	ID     string `json:"id"`
	Name   string `json:"displayName"`
	Domain string `json:"defaultDomain"`
}

// AppRole is a role that an application offers; it appears by its Value in the
// tokens of whoever holds it.
type AppRole struct {
	ID          string   `json:"id"`
	Value       string   `json:"value"`
	DisplayName string   `json:"displayName"`
	Description string   `json:"description,omitempty"`
	Members     []string `json:"allowedMemberTypes"`
	// Disabled is the reverse of Graph's isEnabled.
	Disabled bool `json:"disabled,omitempty"`
}

// Application is a registration, in its home tenant.
type Application struct {
	AppID    string `json:"appId"`
	ObjectID string `json:"id"`
	TenantID string `json:"tenantId"`
	Name     string `json:"displayName"`
	// Audience is the signInAudience: AzureADMyOrg or AzureADMultipleOrgs.
	Audience string `json:"signInAudience"`
	// TokenVersion is the version of access tokens made for this application: 1
	// (also when null in the manifest) or 2.
	TokenVersion int       `json:"requestedAccessTokenVersion"`
	URIs         []string  `json:"identifierUris"`
	Roles        []AppRole `json:"appRoles"`
	Manifest
	Created time.Time `json:"-"`
}

// firstParty says whether the application is Microsoft's own: it needs nobody's
// consent.
func (a Application) firstParty() bool { return a.TenantID == microsoftTenant }

// multiTenant says whether users of other tenants may sign in.
func (a Application) multiTenant() bool { return a.Audience != "AzureADMyOrg" }

// Principal is the presence of an application in a tenant.
type Principal struct {
	ID                 string    `json:"id"`
	TenantID           string    `json:"tenantId"`
	AppID              string    `json:"appId"`
	AssignmentRequired bool      `json:"appRoleAssignmentRequired"`
	Created            time.Time `json:"-"`
}

const (
	selectTenant = `SELECT id, name, domain FROM entra_tenants WHERE id = $1 OR domain = $1`
	listTenants  = `SELECT id, name, domain FROM entra_tenants ORDER BY domain`

	applicationColumns = `a.app_id, a.object_id, a.tenant_id, a.name, a.audience, a.token_version, a.uris, a.roles,
		a.manifest, a.created_us`
	selectApplication = `SELECT ` + applicationColumns + ` FROM entra_applications a WHERE a.app_id = $1`
	// A resource is named by its app id or by one of its URIs, where a slash at
	// the end makes no difference.
	selectResource = `SELECT ` + applicationColumns + ` FROM entra_applications a JOIN entra_principals p ON p.app_id = a.app_id
		WHERE p.tenant_id = $1 AND (a.app_id = $2
			OR EXISTS (SELECT 1 FROM json_each(a.uris) WHERE rtrim(lower(value), '/') = $2))`
	principalColumns = `id, tenant_id, app_id, assignment_required, created_us`
	selectPrincipal  = `SELECT ` + principalColumns + ` FROM entra_principals
		WHERE tenant_id = $1 AND app_id = $2`
	selectPrincipalByID = `SELECT ` + principalColumns + ` FROM entra_principals WHERE id = $1`
	selectRoleIDs       = `SELECT role_id FROM entra_assignments WHERE resource_id = $1 AND principal_id = $2`
	// An owner of the registration, or of its service principal in the tenant.
	selectOwner = `SELECT 1 FROM entra_owners WHERE app_id = $1 AND principal_id = $3
		UNION SELECT 1 FROM entra_principal_owners o JOIN entra_principals p ON p.id = o.object_id
		WHERE p.app_id = $1 AND p.tenant_id = $2 AND o.owner_id = $3`
)

func tenantCols(t *Tenant) []any { return []any{&t.ID, &t.Name, &t.Domain} }

func principalCols(p *Principal) []any {
	return []any{&p.ID, &p.TenantID, &p.AppID, &p.AssignmentRequired, sqlstore.At(&p.Created)}
}

type applicationRow struct {
	Application
	uris, roles, manifest string
}

func applicationCols(a *applicationRow) []any {
	return []any{&a.AppID, &a.ObjectID, &a.TenantID, &a.Name, &a.Audience, &a.TokenVersion, &a.uris, &a.roles,
		&a.manifest, sqlstore.At(&a.Created)}
}

// tenant finds a tenant by id or domain; the error is Entra's refusal.
func (e *Entra) tenant(ctx context.Context, name string) (Tenant, error) {
	t, err := sqlstore.One(ctx, e.db.Read(), tenantCols, selectTenant, strings.ToLower(name))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return t, &oauthError{
			Status: http.StatusBadRequest, Code: "invalid_tenant", Number: 90002,
			Text: fmt.Sprintf("Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing "+
				"into the correct cloud. Check with your subscription administrator, this may happen if there are no "+
				"active subscriptions for the tenant.", name),
		}
	}
	return t, err
}

// Tenants lists every tenant.
func (e *Entra) Tenants(ctx context.Context) ([]Tenant, error) {
	return sqlstore.List(ctx, e.db.Read(), tenantCols, listTenants)
}

// application reads a registration; sqlstore.ErrNotFound without one.
func (e *Entra) application(ctx context.Context, query string, args ...any) (Application, error) {
	row, err := sqlstore.One(ctx, e.db.Read(), applicationCols, query, args...)
	if err != nil {
		return Application{}, err
	}
	return row.read()
}

// read decodes the columns that hold JSON.
func (row applicationRow) read() (Application, error) {
	for _, column := range []struct {
		text string
		into any
	}{{row.uris, &row.URIs}, {row.roles, &row.Roles}, {row.manifest, &row.Manifest}} {
		if err := json.Unmarshal([]byte(column.text), column.into); err != nil {
			return Application{}, fmt.Errorf("application %s: %w", row.AppID, err)
		}
	}
	return row.Application, nil
}

// resource finds the application that a token is asked for.
func (e *Entra) resource(ctx context.Context, t Tenant, name string) (Application, error) {
	app, err := e.application(ctx, selectResource, t.ID, e.canonicalAudience(name))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return app, &oauthError{
			Status: http.StatusBadRequest, Code: "invalid_resource", Number: 500011,
			Text: fmt.Sprintf("The resource principal named %s was not found in the tenant named %s. This can happen if the "+
				"application has not been installed by the administrator of the tenant or consented to by any user in the "+
				"tenant. You might have sent your authentication request to the wrong tenant.", name, t.Name),
		}
	}
	return app, err
}

// canonicalAudience is the form by which audiences are compared. The cloud's own
// address is an audience of ARM: some clients derive the scope from the endpoint.
func (e *Entra) canonicalAudience(name string) string {
	name = strings.TrimRight(strings.ToLower(name), "/")
	if name == strings.ToLower(e.base) {
		return "https://management.azure.com"
	}
	return name
}

func (e *Entra) principal(ctx context.Context, tenantID, appID string) (Principal, error) {
	return sqlstore.One(ctx, e.db.Read(), principalCols, selectPrincipal, tenantID, strings.ToLower(appID))
}

// roleValues are the values of the roles of app that a principal holds.
func (e *Entra) roleValues(ctx context.Context, app Application, resourcePrincipal, principalID string) ([]string, error) {
	ids, err := sqlstore.List(ctx, e.db.Read(), func(id *string) []any { return []any{id} },
		selectRoleIDs, resourcePrincipal, principalID)
	if err != nil {
		return nil, err
	}
	var values []string
	for _, id := range ids {
		for _, role := range app.Roles {
			if role.ID == id && !role.Disabled {
				values = append(values, role.Value)
			}
		}
	}
	return values, nil
}

// MayUse says whether a principal owns the application that resource names (the
// registration or its service principal), or holds a role on it. Event Grid asks
// it of whoever writes a subscription with a protected webhook. An application of
// another tenant is known there by its own service principal; a user is not. A
// tenant or application that does not exist is an error of the token service.
func (e *Entra) MayUse(ctx context.Context, tenantID, resource, principalID string) (bool, error) {
	t, err := e.tenant(ctx, tenantID)
	if err != nil {
		return false, err
	}
	app, err := e.resource(ctx, t, resource)
	if err != nil {
		return false, err
	}
	if principalID, err = e.presence(ctx, t.ID, principalID); err != nil {
		return false, err
	}
	_, err = sqlstore.One(ctx, e.db.Read(), func(n *int) []any { return []any{n} }, selectOwner, app.AppID, t.ID, principalID)
	if err == nil || !errors.Is(err, sqlstore.ErrNotFound) {
		return err == nil, err
	}
	p, err := e.principal(ctx, t.ID, app.AppID)
	if err != nil {
		return false, err
	}
	ids, err := sqlstore.List(ctx, e.db.Read(), func(id *string) []any { return []any{id} },
		selectRoleIDs, p.ID, principalID)
	return len(ids) > 0, err
}

// presence is the object id in a tenant of a principal that may be another
// tenant's: that of the same application, or what was given.
func (e *Entra) presence(ctx context.Context, tenantID, principalID string) (string, error) {
	foreign, err := e.principalByID(ctx, principalID)
	if err == nil && foreign.TenantID != tenantID {
		foreign, err = e.principal(ctx, tenantID, foreign.AppID)
	}
	if errors.Is(err, sqlstore.ErrNotFound) {
		return principalID, nil
	}
	return foreign.ID, err
}

func (e *Entra) principalByID(ctx context.Context, id string) (Principal, error) {
	return sqlstore.One(ctx, e.db.Read(), principalCols, selectPrincipalByID, strings.ToLower(id))
}
