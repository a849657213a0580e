// Package graph is Microsoft Graph of the local cloud, version 1.0, as far as it
// manages applications, service principals, app roles and owners, and shows users
// and the tenant. The objects are package entra's; this package owns the wire
// format, the queries and who may do what.
package graph

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"guichet/internal/cloud/entra"
	"guichet/internal/platform/clock"
)

// Options of New.
type Options struct {
	Directory *entra.Entra
	Clock     clock.Clock
	Log       *slog.Logger
	// BaseURL is the https origin of the cloud, without a trailing slash.
	BaseURL string
	// Changed is called after each change of the directory.
	Changed func()
	// Unknown answers paths that Graph does not know here.
	Unknown http.Handler
}

// Graph answers /v1.0/… .
type Graph struct {
	directory *entra.Entra
	clock     clock.Clock
	log       *slog.Logger
	base      string
	changed   func()
	unknown   http.Handler
	routes    []route
}

// New makes the plane.
func New(o Options) *Graph {
	g := &Graph{directory: o.Directory, clock: o.Clock, log: o.Log, base: o.BaseURL, changed: o.Changed, unknown: o.Unknown}
	g.routes = g.table()
	return g
}

// route is one call: segments are literal (case aside) or {names}.
type route struct {
	method  string
	pattern []string
	handle  func(*call) (reply, error)
}

// table is every call that Graph answers.
func (g *Graph) table() []route {
	var routes []route
	add := func(method, pattern string, handle func(*call) (reply, error)) {
		routes = append(routes, route{method, strings.Split(pattern, "/"), handle})
	}
	add("GET", "applications", g.listApplications)
	add("POST", "applications", g.createApplication)
	add("GET", "applications/{id}", g.getApplication)
	add("PATCH", "applications/{id}", g.patchApplication)
	add("DELETE", "applications/{id}", g.deleteApplication)
	add("POST", "applications/{id}/addPassword", g.addPassword)
	add("POST", "applications/{id}/removePassword", g.removePassword)
	add("GET", "applications/{id}/owners", g.listApplicationOwners)
	add("POST", "applications/{id}/owners/$ref", g.addApplicationOwner)
	add("DELETE", "applications/{id}/owners/{owner}/$ref", g.removeApplicationOwner)

	add("GET", "servicePrincipals", g.listPrincipals)
	add("POST", "servicePrincipals", g.createPrincipal)
	add("GET", "servicePrincipals/{id}", g.getPrincipal)
	add("PATCH", "servicePrincipals/{id}", g.patchPrincipal)
	add("DELETE", "servicePrincipals/{id}", g.deletePrincipal)
	add("GET", "servicePrincipals/{id}/owners", g.listPrincipalOwners)
	add("POST", "servicePrincipals/{id}/owners/$ref", g.addPrincipalOwner)
	add("DELETE", "servicePrincipals/{id}/owners/{owner}/$ref", g.removePrincipalOwner)

	add("GET", "servicePrincipals/{id}/appRoleAssignedTo", g.listAssignedTo)
	add("POST", "servicePrincipals/{id}/appRoleAssignedTo", g.assignTo)
	add("GET", "servicePrincipals/{id}/appRoleAssignedTo/{assignment}", g.getAssignedTo)
	add("DELETE", "servicePrincipals/{id}/appRoleAssignedTo/{assignment}", g.deleteAssignedTo)
	add("GET", "servicePrincipals/{id}/appRoleAssignments", g.listAssignments)
	add("POST", "servicePrincipals/{id}/appRoleAssignments", g.assign)
	add("GET", "servicePrincipals/{id}/appRoleAssignments/{assignment}", g.getAssignment)
	add("DELETE", "servicePrincipals/{id}/appRoleAssignments/{assignment}", g.deleteAssignment)
	add("GET", "users/{user}/appRoleAssignments", g.listUserAssignments)
	add("POST", "users/{user}/appRoleAssignments", g.assignUser)
	add("DELETE", "users/{user}/appRoleAssignments/{assignment}", g.deleteUserAssignment)

	add("GET", "users", g.listUsers)
	add("GET", "users/{user}", g.getUser)
	add("GET", "users/{user}/ownedObjects", g.ownedObjects)
	add("GET", "me", g.me)
	add("GET", "me/ownedObjects", g.myObjects)
	add("GET", "organization", g.organization)
	return routes
}

// match finds the route of a path below the version; nil when there is none.
func (g *Graph) match(method, path string) (*route, map[string]string) {
	segments := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	// An alternate key is part of its segment: applications(appId='…').
	if len(segments) > 0 {
		if name, key, ok := cutKey(segments[0]); ok {
			segments = append([]string{name, key}, segments[1:]...)
		}
	}
	for i := range g.routes {
		rt := &g.routes[i]
		if rt.method != method || len(rt.pattern) != len(segments) {
			continue
		}
		params := map[string]string{}
		for j, p := range rt.pattern {
			if name, ok := strings.CutPrefix(p, "{"); ok {
				params[strings.TrimSuffix(name, "}")] = segments[j]
			} else if !strings.EqualFold(p, segments[j]) {
				params = nil
				break
			}
		}
		if params != nil {
			return rt, params
		}
	}
	return nil, nil
}

// appIDKey is put before an app id that stands for an object's id.
const appIDKey = "appId="

// cutKey takes applications(appId='x') apart into the set's name and "appId=x",
// and applications('x') into the name and x.
func cutKey(segment string) (name, key string, ok bool) {
	name, key, ok = strings.Cut(segment, "(")
	if !ok || !strings.HasSuffix(key, ")") {
		return "", "", false
	}
	key = strings.TrimSuffix(key, ")")
	prefix := ""
	if len(key) > len(appIDKey) && strings.EqualFold(key[:len(appIDKey)], appIDKey) {
		prefix, key = appIDKey, key[len(appIDKey):]
	}
	if len(key) < 2 || key[0] != '\'' || key[len(key)-1] != '\'' {
		return "", "", false
	}
	return name, prefix + strings.ReplaceAll(key[1:len(key)-1], "''", "'"), true
}

// ServeHTTP answers one call.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimLeft(r.URL.Path, "/")
	_, rest, _ := strings.Cut(path, "/")
	rt, params := g.match(r.Method, rest)
	if rt == nil {
		g.unknown.ServeHTTP(w, r)
		return
	}
	c := &call{ctx: r.Context(), g: g, r: r, params: params, requestID: newID()}
	out, err := c.run(rt)
	c.write(w, out, err)
}

// tenant finds the tenant of a token.
func (g *Graph) tenant(ctx context.Context, id string) (entra.Tenant, error) {
	return g.directory.Tenant(ctx, id)
}
