package entra

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// The ways in which a change of the directory is refused.
var (
	// ErrExists says that the object is there already.
	ErrExists = errors.New("the directory object exists")
	// ErrNoApplication says that an app id belongs to no application that the
	// tenant may use.
	ErrNoApplication = errors.New("no such application")
)

const (
	selectTenantApplications = `SELECT ` + applicationColumns + ` FROM entra_applications a WHERE a.tenant_id = $1 ORDER BY a.object_id`
	selectApplicationByID    = `SELECT ` + applicationColumns + ` FROM entra_applications a WHERE a.object_id = $1`
	updateApplication        = `UPDATE entra_applications SET name = $1, audience = $2, token_version = $3, uris = $4, roles = $5,
		manifest = $6 WHERE app_id = $7`
	deleteApplication = `DELETE FROM entra_applications WHERE app_id = $1`
	deleteLostRoles   = `DELETE FROM entra_assignments WHERE role_id = $1 AND resource_id IN
		(SELECT id FROM entra_principals WHERE app_id = $2)`

	selectTenantPrincipals = `SELECT ` + principalColumns + ` FROM entra_principals WHERE tenant_id = $1 ORDER BY id`
	deletePrincipal        = `DELETE FROM entra_principals WHERE id = $1`
	updatePrincipal        = `UPDATE entra_principals SET assignment_required = $1 WHERE id = $2`

	selectSecrets = `SELECT key_id, name, hint, start_us, expires_us FROM entra_secrets WHERE app_id = $1 ORDER BY start_us, key_id`
	deleteSecret  = `DELETE FROM entra_secrets WHERE app_id = $1 AND key_id = $2`
	selectCertIDs = `SELECT key_id, cert FROM entra_certificates WHERE app_id = $1 ORDER BY key_id`

	selectAppOwners       = `SELECT principal_id FROM entra_owners WHERE app_id = $1 ORDER BY principal_id`
	selectOwnedApps       = `SELECT app_id FROM entra_owners WHERE principal_id = $1 ORDER BY app_id`
	selectOwnedPrincipals = `SELECT object_id FROM entra_principal_owners WHERE owner_id = $1 ORDER BY object_id`
	deleteAppOwner        = `DELETE FROM entra_owners WHERE app_id = $1 AND principal_id = $2`
	selectPrincipalOwners = `SELECT owner_id FROM entra_principal_owners WHERE object_id = $1 ORDER BY owner_id`
	insertPrincipalOwner  = `INSERT INTO entra_principal_owners (object_id, owner_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	deletePrincipalOwner  = `DELETE FROM entra_principal_owners WHERE object_id = $1 AND owner_id = $2`
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func idCols(id *string) []any { return []any{id} }

// applications reads registrations.
func (e *Entra) applications(ctx context.Context, query string, args ...any) ([]Application, error) {
	rows, err := sqlstore.List(ctx, e.db.Read(), applicationCols, query, args...)
	list := make([]Application, 0, len(rows))
	for _, row := range rows {
		if err == nil {
			var a Application
			a, err = row.read()
			list = append(list, a)
		}
	}
	return list, err
}

// Tenant finds a tenant by id or domain. The error is one of the token service.
func (e *Entra) Tenant(ctx context.Context, name string) (Tenant, error) { return e.tenant(ctx, name) }

// Applications lists the registrations of a tenant by object id.
func (e *Entra) Applications(ctx context.Context, tenantID string) ([]Application, error) {
	return e.applications(ctx, selectTenantApplications, tenantID)
}

// Application finds a registration of any tenant by its app id;
// sqlstore.ErrNotFound without one.
func (e *Entra) Application(ctx context.Context, appID string) (Application, error) {
	return e.application(ctx, selectApplication, strings.ToLower(appID))
}

// ApplicationByID finds a registration of any tenant by its object id.
func (e *Entra) ApplicationByID(ctx context.Context, objectID string) (Application, error) {
	return e.application(ctx, selectApplicationByID, strings.ToLower(objectID))
}

// CreateApplication registers an application, to which it gives its ids. It makes
// no service principal. Owner, when given, is the object id of its first owner.
func (e *Entra) CreateApplication(ctx context.Context, a Application, owner string) (Application, error) {
	a.AppID, a.ObjectID, a.Created = uuid.NewString(), uuid.NewString(), e.clock.Now()
	err := e.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := writeApplication(ctx, tx, a, nil); err != nil || owner == "" {
			return err
		}
		_, err := tx.ExecContext(ctx, insertOwner, a.AppID, owner)
		return err
	})
	if err != nil {
		return a, fmt.Errorf("create application: %w", err)
	}
	return a, nil
}

// UpdateApplication writes a changed registration. Whoever held a role that is
// gone holds it no more.
func (e *Entra) UpdateApplication(ctx context.Context, a Application) error {
	before, err := e.Application(ctx, a.AppID)
	if err != nil {
		return err
	}
	roles, manifest, err := a.columns()
	if err != nil {
		return err
	}
	uris, err := jsonList(a.URIs)
	if err != nil {
		return err
	}
	err = e.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, updateApplication, a.Name, a.Audience, a.TokenVersion, uris, roles, manifest, a.AppID); err != nil {
			return err
		}
		for _, role := range before.Roles {
			if slices.ContainsFunc(a.Roles, func(r AppRole) bool { return r.ID == role.ID }) {
				continue
			}
			if _, err := tx.ExecContext(ctx, deleteLostRoles, role.ID, a.AppID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("update application: %w", err)
	}
	return nil
}

// DeleteApplication removes a registration with its service principals.
func (e *Entra) DeleteApplication(ctx context.Context, appID string) error {
	return e.change(ctx, deleteApplication, appID)
}

// change runs one statement in a transaction; sqlstore.ErrNotFound when it
// touched nothing.
func (e *Entra) change(ctx context.Context, statement string, args ...any) error {
	return e.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err := sqlstore.Exec(ctx, tx, statement, args...)
		if err == nil && n == 0 {
			err = sqlstore.ErrNotFound
		}
		return err
	})
}

// Secret is a client secret without its text.
type Secret struct {
	KeyID string
	Name  string
	// Hint is the first three characters.
	Hint       string
	Start, End time.Time
}

// AddSecret makes a client secret, whose text is told this once. Without an end
// it lives two years; the zero end of the control API's form means the same.
func (e *Entra) AddSecret(ctx context.Context, appID string, s Secret) (Secret, string, error) {
	text := rand.Text()[:3] + "8Q~" + rand.Text() + rand.Text()[:8]
	s.KeyID, s.Hint = uuid.NewString(), text[:3]
	if s.Start.IsZero() {
		s.Start = e.clock.Now()
	}
	if s.End.IsZero() {
		s.End = s.Start.AddDate(2, 0, 0)
	}
	err := e.writeCredential(ctx, appID, insertSecret, s.KeyID, appID, digest(text), s.Name, s.Hint,
		sqlstore.Micros(s.Start), sqlstore.Micros(s.End))
	return s, text, err
}

// Secrets lists the client secrets of an application.
func (e *Entra) Secrets(ctx context.Context, appID string) ([]Secret, error) {
	return sqlstore.List(ctx, e.db.Read(), func(s *Secret) []any {
		return []any{&s.KeyID, &s.Name, &s.Hint, sqlstore.At(&s.Start), sqlstore.At(&s.End)}
	}, selectSecrets, appID)
}

// RemoveSecret removes a client secret; sqlstore.ErrNotFound without one.
func (e *Entra) RemoveSecret(ctx context.Context, appID, keyID string) error {
	return e.change(ctx, deleteSecret, appID, strings.ToLower(keyID))
}

// Certificate is a registered certificate.
type Certificate struct {
	KeyID string
	DER   []byte
}

// Certificates lists the certificates of an application.
func (e *Entra) Certificates(ctx context.Context, appID string) ([]Certificate, error) {
	return sqlstore.List(ctx, e.db.Read(), func(c *Certificate) []any { return []any{&c.KeyID, &c.DER} }, selectCertIDs, appID)
}

// Principals lists the service principals of a tenant by object id.
func (e *Entra) Principals(ctx context.Context, tenantID string) ([]Principal, error) {
	return sqlstore.List(ctx, e.db.Read(), principalCols, selectTenantPrincipals, tenantID)
}

// Principal finds a service principal by its object id; sqlstore.ErrNotFound
// without one in the tenant.
func (e *Entra) Principal(ctx context.Context, tenantID, id string) (Principal, error) {
	p, err := e.principalByID(ctx, id)
	if err == nil && p.TenantID != tenantID {
		return Principal{}, sqlstore.ErrNotFound
	}
	return p, err
}

// PrincipalOf finds the service principal of an application in a tenant.
func (e *Entra) PrincipalOf(ctx context.Context, tenantID, appID string) (Principal, error) {
	return e.principal(ctx, tenantID, appID)
}

// CreatePrincipal makes an application present in a tenant. It is refused with
// ErrNoApplication when there is none that the tenant may use, and with ErrExists
// when it is present already.
func (e *Entra) CreatePrincipal(ctx context.Context, p Principal, owner string) (Principal, error) {
	app, err := e.Application(ctx, p.AppID)
	if errors.Is(err, sqlstore.ErrNotFound) || err == nil && app.TenantID != p.TenantID && !app.multiTenant() {
		return p, ErrNoApplication
	}
	if err != nil {
		return p, err
	}
	p.ID, p.AppID, p.Created = uuid.NewString(), app.AppID, e.clock.Now()
	err = e.db.Tx(ctx, func(tx *sql.Tx) error {
		made, err := sqlstore.Exec(ctx, tx, insertPrincipal, p.ID, p.TenantID, p.AppID, p.AssignmentRequired, sqlstore.Micros(p.Created))
		if err == nil && made == 0 {
			err = ErrExists
		}
		if err == nil && owner != "" {
			_, err = tx.ExecContext(ctx, insertPrincipalOwner, p.ID, owner)
		}
		return err
	})
	return p, err
}

// UpdatePrincipal writes whether an assignment is required.
func (e *Entra) UpdatePrincipal(ctx context.Context, p Principal) error {
	return e.change(ctx, updatePrincipal, p.AssignmentRequired, p.ID)
}

// DeletePrincipal takes an application out of its tenant, with what was assigned.
func (e *Entra) DeletePrincipal(ctx context.Context, id string) error {
	return e.change(ctx, deletePrincipal, id)
}

// ApplicationOwners are the object ids of a registration's owners.
func (e *Entra) ApplicationOwners(ctx context.Context, appID string) ([]string, error) {
	return sqlstore.List(ctx, e.db.Read(), idCols, selectAppOwners, appID)
}

// Owned are the app ids of the registrations and the object ids of the service
// principals that somebody owns.
func (e *Entra) Owned(ctx context.Context, owner string) (apps, principals []string, err error) {
	if apps, err = sqlstore.List(ctx, e.db.Read(), idCols, selectOwnedApps, owner); err == nil {
		principals, err = sqlstore.List(ctx, e.db.Read(), idCols, selectOwnedPrincipals, owner)
	}
	return apps, principals, err
}

// AddApplicationOwner adds one; ErrExists when it is one.
func (e *Entra) AddApplicationOwner(ctx context.Context, appID, owner string) error {
	return already(e.change(ctx, insertOwner, appID, owner))
}

// RemoveApplicationOwner removes one; sqlstore.ErrNotFound when it is none.
func (e *Entra) RemoveApplicationOwner(ctx context.Context, appID, owner string) error {
	return e.change(ctx, deleteAppOwner, appID, owner)
}

// PrincipalOwners are the object ids of a service principal's owners.
func (e *Entra) PrincipalOwners(ctx context.Context, id string) ([]string, error) {
	return sqlstore.List(ctx, e.db.Read(), idCols, selectPrincipalOwners, id)
}

// AddPrincipalOwner adds one; ErrExists when it is one.
func (e *Entra) AddPrincipalOwner(ctx context.Context, id, owner string) error {
	return already(e.change(ctx, insertPrincipalOwner, id, owner))
}

// RemovePrincipalOwner removes one; sqlstore.ErrNotFound when it is none.
func (e *Entra) RemovePrincipalOwner(ctx context.Context, id, owner string) error {
	return e.change(ctx, deletePrincipalOwner, id, owner)
}

// already is what an insert that did nothing means.
func already(err error) error {
	if errors.Is(err, sqlstore.ErrNotFound) {
		return ErrExists
	}
	return err
}
