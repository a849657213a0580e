package entra

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"guichet/internal/platform/sqlstore"
)

// wanted is what a scope parameter asks for.
type wanted struct {
	// openid, profile, email and offline are the scopes of OpenID Connect.
	openid, profile, email, offline bool
	// resource is the application named by the other scopes, as it was written;
	// Microsoft Graph when there are none.
	resource string
	// scopes are the values asked of the resource, without its name.
	scopes []string
	// all asks for everything that was consented to ("/.default").
	all bool
	// text is the parameter.
	text string
}

// parseScope reads a scope parameter. Scopes are "value" (of Microsoft Graph),
// "resource/value" or "resource/.default". One request may name one resource.
func parseScope(text string) (wanted, error) {
	w := wanted{text: text}
	if strings.TrimSpace(text) == "" {
		return w, missing("scope")
	}
	for scope := range strings.FieldsSeq(text) {
		switch scope {
		case "openid":
			w.openid = true
			continue
		case "profile":
			w.profile = true
			continue
		case "email":
			w.email = true
			continue
		case "offline_access":
			w.offline = true
			continue
		}
		resource, value := GraphAudience, scope
		if i := strings.LastIndex(scope, "/"); i >= 0 {
			resource, value = scope[:i], scope[i+1:]
		}
		if resource == "" || value == "" {
			return w, invalidScope(text)
		}
		if w.resource != "" && w.resource != resource {
			return w, &oauthError{
				Status: http.StatusBadRequest, Code: "invalid_request", Number: 28000,
				Text: "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope " +
					text + " is not valid.",
			}
		}
		w.resource = resource
		if value == ".default" {
			w.all = true
			continue
		}
		w.scopes = append(w.scopes, value)
	}
	if w.all && len(w.scopes) > 0 {
		return w, &oauthError{
			Status: http.StatusBadRequest, Code: "invalid_request", Number: 70011,
			Text: "The provided value for the input parameter 'scope' is not valid. .default scope can't be combined with resource-specific scopes.",
		}
	}
	if w.resource == "" {
		w.resource = GraphAudience
	}
	return w, nil
}

// wantedV1 is what the first generation's parameters ask for: a resource, and an
// id token and a refresh token in any case.
func wantedV1(resource, scope string) (wanted, error) {
	if resource == "" {
		resource = GraphAudience
	}
	w := wanted{openid: true, profile: true, offline: true, all: true, resource: resource, text: resource + "/.default"}
	for value := range strings.FieldsSeq(scope) {
		w.email = w.email || value == "email"
	}
	return w, nil
}

// oidc are the scopes of OpenID Connect that were asked for; they count as scopes
// of Microsoft Graph.
func (w wanted) oidc() []string {
	var list []string
	for _, s := range []struct {
		asked bool
		value string
	}{{w.openid, "openid"}, {w.profile, "profile"}, {w.email, "email"}, {w.offline, "offline_access"}} {
		if s.asked {
			list = append(list, s.value)
		}
	}
	return list
}

const (
	selectConsents = `SELECT scope FROM entra_consents WHERE tenant_id = $1 AND client_id = $2 AND (user_id = $3 OR user_id = '')
		AND resource_id = $4 ORDER BY scope`
	insertConsent = `INSERT INTO entra_consents (tenant_id, client_id, user_id, resource_id, scope) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`
)

// permission is one scope of one resource.
type permission struct {
	app   Application
	scope Scope
}

// permissions resolves what is wanted of a resource into what it offers. For
// "/.default" that is what the client's registration lists.
func (w wanted) permissions(client, app Application) ([]permission, error) {
	values := w.scopes
	if w.all {
		values = nil
		for _, access := range client.Access {
			if access.AppID != app.AppID {
				continue
			}
			for _, p := range access.Permissions {
				for _, s := range app.Scopes {
					if p.Type == "Scope" && p.ID == s.ID && !s.Disabled {
						values = append(values, s.Value)
					}
				}
			}
		}
		if len(values) == 0 && app.AppID != client.AppID {
			return nil, &oauthError{
				Status: http.StatusBadRequest, Code: "invalid_resource", Number: 650057,
				Text: fmt.Sprintf("Invalid resource. The client has requested access to a resource which is not listed in the requested "+
					"permissions in the client's application registration. Client app ID: %s(%s). Resource value from request: %s. "+
					"Resource app ID: %s.", client.AppID, client.Name, w.resource, app.AppID),
			}
		}
	}
	var list []permission
	for _, value := range values {
		i := slices.IndexFunc(app.Scopes, func(s Scope) bool { return strings.EqualFold(s.Value, value) && !s.Disabled })
		if i < 0 {
			return nil, &oauthError{
				Status: http.StatusBadRequest, Code: "invalid_client", Number: 650053,
				Text: fmt.Sprintf("The application '%s' asked for scope '%s' that doesn't exist on the resource '%s'. Contact the app vendor.",
					client.Name, value, app.AppID),
			}
		}
		list = append(list, permission{app, app.Scopes[i]})
	}
	return list, nil
}

// unconsented are the permissions that neither the user nor an administrator has
// granted the client.
func (e *Entra) unconsented(ctx context.Context, t Tenant, client Application, user User, w wanted) ([]permission, error) {
	app, err := e.resource(ctx, t, w.resource)
	if err != nil {
		return nil, err
	}
	if client.firstParty() {
		return nil, nil
	}
	list, err := w.permissions(client, app)
	if err != nil {
		return nil, err
	}
	graph, err := e.Application(ctx, GraphAppID)
	if err != nil {
		return nil, err
	}
	oidc, err := wanted{scopes: w.oidc()}.permissions(client, graph)
	if err != nil {
		return nil, err
	}
	var open []permission
	for _, p := range append(oidc, list...) {
		granted, err := e.consents(ctx, t, client, user, p.app)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(granted, p.scope.Value) {
			open = append(open, p)
		}
	}
	return open, nil
}

// consents are the scopes of app that the client was granted for the user.
func (e *Entra) consents(ctx context.Context, t Tenant, client Application, user User, app Application) ([]string, error) {
	if client.firstParty() {
		var all []string
		for _, s := range app.Scopes {
			if s.Value != "offline_access" && !s.Disabled {
				all = append(all, s.Value)
			}
		}
		return all, nil
	}
	list, err := sqlstore.List(ctx, e.db.Read(), idCols, selectConsents, t.ID, client.AppID, user.ID, app.AppID)
	return slices.Compact(list), err
}

// consent grants permissions, for one user or (everyone) for the whole tenant,
// and makes the client present in the tenant.
func (e *Entra) consent(ctx context.Context, t Tenant, client Application, user User, list []permission, everyone bool) error {
	userID := user.ID
	if everyone {
		userID = ""
	}
	if err := e.ensurePresent(ctx, t, client); err != nil {
		return err
	}
	return e.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, p := range list {
			if _, err := tx.ExecContext(ctx, insertConsent, t.ID, client.AppID, userID, p.app.AppID, p.scope.Value); err != nil {
				return err
			}
		}
		return nil
	})
}
