// Package entra is Microsoft Entra ID of the local cloud: the directory of
// tenants, applications and service principals, the token endpoint for
// applications, and the signing keys with the documents that publish them. It
// also verifies the tokens that the other planes receive. What a caller may do
// with a token is decided by the plane.
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
}

// New seeds the well-known directory objects that are missing.
func New(ctx context.Context, o Options) (*Entra, error) {
	e := &Entra{db: o.DB, clock: o.Clock, log: o.Log, base: o.BaseURL, unknown: o.Unknown}
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

// ServeHTTP answers /{tenant}/… . Paths ignore case.
func (e *Entra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tenant, rest, _ := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	route := r.Method + " " + strings.ToLower(rest)
	w.Header().Set("Cache-Control", "no-store, no-cache")
	switch route {
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
