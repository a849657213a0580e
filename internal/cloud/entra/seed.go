package entra

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/sqlstore"
)

// microsoftTenant is the tenant in which Microsoft's own applications live.
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// secureWebhookRole is the role that Microsoft's guide has one add to the webhook
// application.
var secureWebhookRole = AppRole{
	ID: "7a1e0000-0000-4000-8000-000000000001", Value: "AzureEventGridSecureWebhookSubscriber",
	DisplayName: "AzureEventGridSecureWebhookSubscriber", Members: []string{"Application", "User"},
}

// seedApps are the applications of every new directory, each with its service
// principal. The ids of Microsoft's own are the public ones.
var seedApps = []struct {
	app       Application
	principal string
}{
	{Application{AppID: ManagementAppID, Name: "Windows Azure Service Management API", TokenVersion: 1, Manifest: Manifest{Scopes: userImpersonation},
		URIs: []string{"https://management.azure.com", "https://management.core.windows.net"}}, "0b1e0000-0000-4000-8000-000000000011"},
	{Application{AppID: communicationAppID, Name: "Azure Communication Services", TokenVersion: 1,
		URIs: []string{"https://communication.azure.com"}}, "0b1e0000-0000-4000-8000-000000000012"},
	{Application{AppID: GraphAppID, Name: "Microsoft Graph", TokenVersion: 1, Roles: graphRoles, Manifest: Manifest{Scopes: graphScopes},
		URIs: []string{GraphAudience}}, "0b1e0000-0000-4000-8000-000000000013"},
	{Application{AppID: wk.EventGridAppID, Name: "Microsoft.EventGrid", TokenVersion: 1,
		URIs: []string{"https://eventgrid.azure.net"}}, wk.EventGridObjectID},
	{Application{AppID: azureCLIAppID, Name: "Microsoft Azure CLI", TokenVersion: 1, Manifest: Manifest{
		FallbackPublic: true, PublicClient: Platform{RedirectURIs: []string{"http://localhost"}},
	}}, "0b1e0000-0000-4000-8000-000000000014"},
	{Application{AppID: wk.ToolsClientID, TenantID: wk.TenantID, Name: "guichet-tools", TokenVersion: 1}, wk.ToolsObjectID},
	{Application{AppID: wk.WebhookClientID, TenantID: wk.TenantID, Name: wk.WebhookAppName, TokenVersion: 1,
		Audience: "AzureADMultipleOrgs", URIs: []string{"api://" + wk.WebhookClientID}, Roles: []AppRole{secureWebhookRole}}, wk.WebhookObjectID},
	{Application{AppID: PortalAppID, Name: "Azure Portal", TokenVersion: 1, Manifest: Manifest{
		SPA: Platform{RedirectURIs: []string{"/portal"}},
	}}, "0b1e0000-0000-4000-8000-000000000015"},
}

const (
	insertTenant = `INSERT INTO entra_tenants (id, name, domain) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	insertApp    = `INSERT INTO entra_applications (app_id, object_id, tenant_id, name, audience, token_version, uris, roles, manifest, created_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`
	// What Microsoft's own applications offer is the program's, not the user's.
	renewApp        = `UPDATE entra_applications SET roles = $1, manifest = $2 WHERE app_id = $3`
	insertPrincipal = `INSERT INTO entra_principals (id, tenant_id, app_id, assignment_required, created_us)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	insertSecret = `INSERT INTO entra_secrets (key_id, app_id, digest, name, hint, start_us, expires_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`
	insertOwner  = `INSERT INTO entra_owners (app_id, principal_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	selectAppIDs = `SELECT app_id FROM entra_applications`
	countUsers   = `SELECT count(*) FROM entra_users`
	clearApps    = `DELETE FROM entra_applications`
	clearTenants = `DELETE FROM entra_tenants`
)

// Seed puts the well-known objects into a directory without users. In one that has
// some, what was changed stays changed; it is only given the applications of
// Microsoft's that were not known when it was made.
func (e *Entra) Seed(ctx context.Context) error {
	err := e.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err := sqlstore.One(ctx, tx, func(n *int) []any { return []any{n} }, countUsers)
		if err != nil {
			return err
		}
		if n > 0 {
			return e.seedNewer(ctx, tx)
		}
		return e.seed(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("seed the directory: %w", err)
	}
	return nil
}

// Reset puts the directory back to the well-known objects. Signing keys stay.
func (e *Entra) Reset(ctx context.Context) error {
	err := e.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{clearApps, clearTenants} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return e.seed(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("reset the directory: %w", err)
	}
	return nil
}

func (e *Entra) seed(ctx context.Context, tx *sql.Tx) error {
	run := func(err error, query string, args ...any) error {
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, query, args...)
		return err
	}
	now := sqlstore.Micros(e.clock.Now())
	err := run(nil, insertTenant, wk.TenantID, wk.TenantName, wk.Domain)
	for i, s := range seedApps {
		app := e.seedApp(i)
		err = writeApplication(ctx, tx, app, err)
		if app.firstParty() {
			roles, manifest, jsonErr := app.columns()
			err = run(errors.Join(err, jsonErr), renewApp, roles, manifest, app.AppID)
		}
		err = run(err, insertPrincipal, s.principal, wk.TenantID, app.AppID, 0, now)
	}
	err = run(err, insertSecret, "5ec00000-0000-4000-8000-000000000001", wk.ToolsClientID, digest(wk.ToolsSecret),
		"", wk.ToolsSecret[:3], now, sqlstore.Micros(e.clock.Now().AddDate(100, 0, 0)))
	err = run(err, insertOwner, wk.WebhookClientID, wk.ToolsObjectID)
	for i, role := range toolsPermissions {
		err = run(err, insertRole, fmt.Sprintf("7a1e0000-0000-4000-8000-0000000001%02d", i), graphObjectID, wk.ToolsObjectID,
			roleID(graphRoles, role), now)
	}
	err = run(err, insertUser, wk.UserObjectID, wk.TenantID, wk.UserName, wk.UserDisplayName, "Alex", "Admin", wk.UserName,
		hashPassword(wk.UserPassword), true, now)
	return run(err, insertDirectoryRole, wk.UserObjectID, GlobalAdministrator)
}

// seedApp is the seeded application with that index, whole.
func (e *Entra) seedApp(i int) Application {
	app := seedApps[i].app
	if app.TenantID == "" {
		app.TenantID, app.Audience = microsoftTenant, "AzureADMultipleOrgs"
	}
	if app.Audience == "" {
		app.Audience = "AzureADMyOrg"
	}
	app.ObjectID = fmt.Sprintf("0b1e0000-0000-4000-8000-0000000001%02d", i)
	app.Created = e.clock.Now()
	return app
}

// seedNewer makes the applications of Microsoft's that the directory has not got yet
// present in every tenant.
func (e *Entra) seedNewer(ctx context.Context, tx *sql.Tx) error {
	tenants, err := sqlstore.List(ctx, tx, tenantCols, listTenants)
	if err != nil {
		return err
	}
	known, err := sqlstore.List(ctx, tx, idCols, selectAppIDs)
	if err != nil {
		return err
	}
	for i, s := range seedApps {
		app := e.seedApp(i)
		if !app.firstParty() || slices.Contains(known, app.AppID) {
			continue
		}
		err := writeApplication(ctx, tx, app, nil)
		for _, t := range tenants {
			id := s.principal
			if t.ID != wk.TenantID {
				id = uuid.NewString()
			}
			if err == nil {
				_, err = tx.ExecContext(ctx, insertPrincipal, id, t.ID, app.AppID, 0, sqlstore.Micros(app.Created))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// toolsPermissions are the application permissions of Microsoft Graph that the
// principal for tools has.
var toolsPermissions = []string{"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All"}

// graphObjectID is the object id of Microsoft Graph's service principal.
const graphObjectID = "0b1e0000-0000-4000-8000-000000000013"

func roleID(roles []AppRole, value string) string {
	for _, role := range roles {
		if role.Value == value {
			return role.ID
		}
	}
	return ""
}

// writeApplication inserts a registration unless err, which it passes on.
func writeApplication(ctx context.Context, tx *sql.Tx, a Application, err error) error {
	if err != nil {
		return err
	}
	if a.URIs == nil {
		a.URIs = []string{}
	}
	uris, err := json.Marshal(a.URIs)
	if err != nil {
		return err
	}
	roles, manifest, err := a.columns()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, insertApp, a.AppID, a.ObjectID, a.TenantID, a.Name, a.Audience, a.TokenVersion,
		string(uris), roles, manifest, sqlstore.Micros(a.Created))
	return err
}

// columns are roles and manifest as they are stored.
func (a Application) columns() (roles, manifest string, err error) {
	if a.Roles == nil {
		a.Roles = []AppRole{}
	}
	r, err := json.Marshal(a.Roles)
	if err != nil {
		return "", "", err
	}
	m, err := json.Marshal(a.Manifest)
	return string(r), string(m), err
}

// digest is how a client secret is stored.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
