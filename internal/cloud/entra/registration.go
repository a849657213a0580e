package entra

import (
	"context"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// ErrBadRegistration marks a directory object that cannot be made as asked.
var ErrBadRegistration = errors.New("the directory refuses it")

const (
	insertCertificate = `INSERT INTO entra_certificates (key_id, app_id, cert) VALUES ($1, $2, $3)`
	insertRole        = `INSERT INTO entra_assignments (id, resource_id, principal_id, role_id, created_us)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	selectApplications = `SELECT ` + applicationColumns + ` FROM entra_applications a ORDER BY a.name, a.app_id`
)

// registration is what the control API takes for a new application.
type registration struct {
	Application
	// PrincipalID is the object id of its service principal.
	PrincipalID string `json:"servicePrincipalId"`
	// Owners are object ids.
	Owners             []string `json:"owners,omitempty"`
	AssignmentRequired bool     `json:"appRoleAssignmentRequired,omitempty"`
}

// register makes an application with its service principal in its home tenant.
func (e *Entra) register(ctx context.Context, r registration) (registration, error) {
	if r.TenantID == "" {
		return r, fmt.Errorf("%w: tenantId is required", ErrBadRegistration)
	}
	t, err := e.tenant(ctx, r.TenantID)
	if err != nil {
		return r, fmt.Errorf("%w: %w", ErrBadRegistration, err)
	}
	r.TenantID, r.ObjectID, r.PrincipalID = t.ID, uuid.NewString(), uuid.NewString()
	if r.AppID == "" {
		r.AppID = uuid.NewString()
	}
	if _, err := uuid.Parse(r.AppID); err != nil || r.Name == "" || r.TokenVersion < 0 || r.TokenVersion > 2 {
		return r, fmt.Errorf("%w: appId must be a GUID, displayName given, requestedAccessTokenVersion 1 or 2", ErrBadRegistration)
	}
	r.AppID = strings.ToLower(r.AppID)
	if r.TokenVersion == 0 {
		r.TokenVersion = 1
	}
	if r.Audience == "" {
		r.Audience = "AzureADMyOrg"
	}
	for i, role := range r.Roles {
		if role.ID == "" {
			r.Roles[i].ID = uuid.NewString()
		}
	}
	r.Created = e.clock.Now()
	err = e.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := e.application(ctx, selectApplication, r.AppID); err == nil {
			return fmt.Errorf("%w: the application exists", ErrBadRegistration)
		}
		if err := writeApplication(ctx, tx, r.Application, nil); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, insertPrincipal, r.PrincipalID, r.TenantID, r.AppID, r.AssignmentRequired, sqlstore.Micros(r.Created)); err != nil {
			return err
		}
		for _, owner := range r.Owners {
			if _, err := tx.ExecContext(ctx, insertOwner, r.AppID, owner); err != nil {
				return err
			}
		}
		return nil
	})
	return r, err
}

// addSecret makes a client secret, which is told this once.
func (e *Entra) addSecret(ctx context.Context, appID string, expires time.Time) (keyID, secret string, err error) {
	made, secret, err := e.AddSecret(ctx, appID, Secret{End: expires})
	return made.KeyID, secret, err
}

// addCertificate registers the certificate of a PEM text.
func (e *Entra) addCertificate(ctx context.Context, appID, text string) (keyID string, err error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return "", fmt.Errorf("%w: not a PEM certificate", ErrBadRegistration)
	}
	if _, err := certificateKey(block.Bytes); err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadRegistration, err)
	}
	keyID = uuid.NewString()
	return keyID, e.writeCredential(ctx, appID, insertCertificate, keyID, appID, block.Bytes)
}

func (e *Entra) writeCredential(ctx context.Context, appID, statement string, args ...any) error {
	if _, err := e.application(ctx, selectApplication, appID); err != nil {
		return fmt.Errorf("%w: application %s: %w", ErrBadRegistration, appID, err)
	}
	return e.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

// grant gives the principal of one application a role of another, by its value.
func (e *Entra) grant(ctx context.Context, tenantName, resourceApp, clientApp, value string) error {
	t, err := e.tenant(ctx, tenantName)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBadRegistration, err)
	}
	app, err := e.application(ctx, selectApplication, resourceApp)
	if err != nil {
		return fmt.Errorf("%w: application %s: %w", ErrBadRegistration, resourceApp, err)
	}
	resource, err := e.principal(ctx, t.ID, resourceApp)
	if err != nil {
		return fmt.Errorf("%w: service principal of %s: %w", ErrBadRegistration, resourceApp, err)
	}
	client, err := e.principal(ctx, t.ID, clientApp)
	if err != nil {
		return fmt.Errorf("%w: service principal of %s: %w", ErrBadRegistration, clientApp, err)
	}
	for _, role := range app.Roles {
		if role.Value == value {
			return e.db.Tx(ctx, func(tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, insertRole, uuid.NewString(), resource.ID, client.ID, role.ID, sqlstore.Micros(e.clock.Now()))
				return err
			})
		}
	}
	return fmt.Errorf("%w: the application has no role %q", ErrBadRegistration, value)
}

// Routes adds the directory's control API, below /_guichet/entra/, and the managed
// identity endpoint. changed is
// called after each change.
func (e *Entra) Routes(mux *http.ServeMux, changed func()) {
	handle := func(pattern string, status int, act func(r *http.Request, decode func(any) error) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			body, err := act(r, func(v any) error {
				err := json.NewDecoder(io.LimitReader(r.Body, maxForm)).Decode(v)
				if err != nil && !errors.Is(err, io.EOF) {
					return fmt.Errorf("%w: %w", ErrBadRegistration, err)
				}
				return nil
			})
			switch {
			case errors.Is(err, ErrBadRegistration):
				azerror.Write(w, http.StatusBadRequest, "BadRequest", err.Error())
			case err != nil:
				e.log.ErrorContext(r.Context(), "control.failed", "path", r.URL.Path, "error", err)
				azerror.Write(w, http.StatusInternalServerError, "InternalServerError", "The local cloud failed; see its log.")
			default:
				if r.Method != http.MethodGet {
					changed()
				}
				azerror.WriteJSON(w, status, body)
			}
		})
	}
	mux.HandleFunc("GET /_guichet/msi/token", e.managedIdentity)
	handle("POST /_guichet/entra/rotate", http.StatusOK, func(r *http.Request, decode func(any) error) (any, error) {
		var body struct{ Forget bool }
		if err := decode(&body); err != nil {
			return nil, err
		}
		kid, err := e.keys.rotate(r.Context(), body.Forget)
		return map[string]string{"kid": kid}, err
	})
	handle("POST /_guichet/entra/tenants", http.StatusCreated, func(r *http.Request, decode func(any) error) (any, error) {
		var t struct {
			Tenant
			// Without are app ids of Microsoft's that are not present there.
			Without []string `json:"without,omitempty"`
		}
		if err := decode(&t); err != nil {
			return nil, err
		}
		if t.ID == "" {
			t.ID = uuid.NewString()
		}
		t.ID, t.Domain = strings.ToLower(t.ID), strings.ToLower(t.Domain)
		if _, err := uuid.Parse(t.ID); err != nil || t.Domain == "" || t.Name == "" {
			return nil, fmt.Errorf("%w: id must be a GUID, displayName and defaultDomain given", ErrBadRegistration)
		}
		return t, e.db.Tx(r.Context(), func(tx *sql.Tx) error { return addTenant(r.Context(), tx, t.Tenant, t.Without) })
	})
	handle("GET /_guichet/entra/users", http.StatusOK, func(r *http.Request, _ func(any) error) (any, error) {
		list, err := sqlstore.List(r.Context(), e.db.Read(), userCols, selectAllUsers)
		return map[string]any{"items": list}, err
	})
	handle("POST /_guichet/entra/users", http.StatusCreated, func(r *http.Request, decode func(any) error) (any, error) {
		var body newUser
		if err := decode(&body); err != nil {
			return nil, err
		}
		return e.addUser(r.Context(), body)
	})
	handle("GET /_guichet/entra/applications", http.StatusOK, func(r *http.Request, _ func(any) error) (any, error) {
		list, err := e.applications(r.Context(), selectApplications)
		return map[string]any{"items": list}, err
	})
	handle("POST /_guichet/entra/applications", http.StatusCreated, func(r *http.Request, decode func(any) error) (any, error) {
		var body registration
		if err := decode(&body); err != nil {
			return nil, err
		}
		return e.register(r.Context(), body)
	})
	const app = "POST /_guichet/entra/applications/{app}/"
	handle(app+"secrets", http.StatusCreated, func(r *http.Request, decode func(any) error) (any, error) {
		var body struct{ EndDateTime time.Time }
		if err := decode(&body); err != nil {
			return nil, err
		}
		keyID, secret, err := e.addSecret(r.Context(), r.PathValue("app"), body.EndDateTime)
		return map[string]string{"keyId": keyID, "secretText": secret}, err
	})
	handle(app+"certificates", http.StatusCreated, func(r *http.Request, decode func(any) error) (any, error) {
		var body struct{ PEM string }
		if err := decode(&body); err != nil {
			return nil, err
		}
		keyID, err := e.addCertificate(r.Context(), r.PathValue("app"), body.PEM)
		return map[string]string{"keyId": keyID}, err
	})
	handle(app+"grants", http.StatusCreated, func(r *http.Request, decode func(any) error) (any, error) {
		var body struct{ TenantID, ClientAppID, Role string }
		if err := decode(&body); err != nil {
			return nil, err
		}
		return map[string]string{}, e.grant(r.Context(), body.TenantID, r.PathValue("app"), body.ClientAppID, body.Role)
	})
}

// addTenant makes a tenant in which Microsoft's own applications are present, but
// for those in without.
func addTenant(ctx context.Context, tx *sql.Tx, t Tenant, without []string) error {
	if _, err := tx.ExecContext(ctx, insertTenant, t.ID, t.Name, t.Domain); err != nil {
		return err
	}
	for _, s := range seedApps {
		if s.app.TenantID != "" || slices.Contains(without, s.app.AppID) {
			continue
		}
		if _, err := tx.ExecContext(ctx, insertPrincipal, uuid.NewString(), t.ID, s.app.AppID, 0, 0); err != nil {
			return err
		}
	}
	return nil
}
