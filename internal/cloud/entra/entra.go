// Package entra is Microsoft Entra ID of the local cloud: the directory of
// tenants, applications, service principals and users, the sign-in of users with
// its pages (authorization code, device code), the token endpoint, and the signing
// keys with the documents that publish them. It also verifies the tokens that the
// other planes receive. What a caller may do with a token is decided by the plane;
// the directory is managed through package graph.
package entra

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"strings"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// Migrations make the tables of the directory.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Options of New.
type Options struct {
	DB    *sqlstore.DB
	Clock clock.Clock
	Log   *slog.Logger
	// BaseURL is the https origin of the authority, without a trailing slash; it
	// is in the v2 issuer and counts as an audience of ARM.
	BaseURL string
	// Unknown answers paths that are not Entra's.
	Unknown http.Handler
}

// Entra is the directory and its token service.
type Entra struct {
	db      *sqlstore.DB
	clock   clock.Clock
	log     *slog.Logger
	base    string
	unknown http.Handler
	keys    *keyRing
	// stamps prove the forms of the sign-in pages; those of a former start are void.
	stamps   stamper
	sameSite *http.CrossOriginProtection
}

// New seeds the well-known directory objects that are missing.
func New(ctx context.Context, o Options) (*Entra, error) {
	e := &Entra{
		db: o.DB, clock: o.Clock, log: o.Log, base: o.BaseURL, unknown: o.Unknown,
		stamps: newStamper(), sameSite: http.NewCrossOriginProtection(),
	}
	e.keys = &keyRing{db: o.DB, clock: o.Clock}
	if err := e.Seed(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

// Run makes the first signing key ahead of the first request, which would
// otherwise wait for it: finding two primes takes longer than a start may.
func (e *Entra) Run(ctx context.Context) error {
	if _, err := e.keys.signing(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// ServeHTTP answers /{tenant}/…, /devicelogin and /oidc/userinfo. Paths ignore
// case.
func (e *Entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant, rest, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	route := r.Method + " " + strings.ToLower(rest)
	w.Header().Set("Cache-Control", "no-store, no-cache")
	if rest == "" && strings.EqualFold(tenant, "devicelogin") {
		tenant, route = "common", r.Method+" oauth2/deviceauth"
	}
	if strings.EqualFold(tenant+"/"+rest, "oidc/userinfo") {
		route = r.Method + " openid/userinfo"
	}
	switch route {
	case "GET oauth2/authorize", "POST oauth2/authorize":
		e.authorize(w, r, tenant, v1)
	case "GET oauth2/v2.0/authorize", "POST oauth2/v2.0/authorize":
		e.authorize(w, r, tenant, v2)
	case "POST login":
		e.interaction(w, r, tenant)
	case "POST oauth2/devicecode":
		e.deviceCode(w, r, tenant, v1)
	case "POST oauth2/v2.0/devicecode":
		e.deviceCode(w, r, tenant, v2)
	case "GET oauth2/deviceauth", "GET oauth2/v2.0/deviceauth":
		e.showCode(w, r, tenant, r.URL.Query().Get("otc"), "")
	case "GET oauth2/logout", "GET oauth2/v2.0/logout":
		e.logout(w, r)
	case "GET openid/userinfo", "POST openid/userinfo":
		e.userinfo(w, r)
	case "OPTIONS oauth2/token", "OPTIONS oauth2/v2.0/token", "OPTIONS .well-known/openid-configuration",
		"OPTIONS v2.0/.well-known/openid-configuration", "OPTIONS discovery/keys", "OPTIONS discovery/v2.0/keys":
		preflight(w, r)
	case "GET discovery/instance":
		e.instanceDiscovery(w, r)
	case "GET .well-known/openid-configuration":
		e.discovery(w, r, tenant, v1)
	case "GET v2.0/.well-known/openid-configuration":
		e.discovery(w, r, tenant, v2)
	case "GET discovery/keys", "GET discovery/v2.0/keys":
		e.jwks(w, r, tenant)
	case "POST oauth2/token":
		e.token(w, r, tenant, v1)
	case "POST oauth2/v2.0/token":
		e.token(w, r, tenant, v2)
	default:
		e.unknown.ServeHTTP(w, r)
	}
}

// endpoint is the generation of an endpoint or of a token.
type endpoint int

const (
	v1 endpoint = 1
	v2 endpoint = 2
)

// shared says whether a tenant segment stands for more than one tenant.
func shared(tenant string) bool {
	switch strings.ToLower(tenant) {
	case "common", "organizations", "consumers":
		return true
	}
	return false
}

// origin is where the documents given to r point: the authority's own address,
// or Azure's own name when a proxy leads that name here.
func (e *Entra) origin(r *http.Request) string {
	if r.TLS != nil && knownHosts[strings.ToLower(r.Host)] {
		return "https://" + r.Host
	}
	return e.base
}

// preflight lets pages of other origins ask for tokens and documents. Whether they
// are given one depends on the redirect URI that the code was made for.
func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}
