package cloud

import (
	"fmt"
	"net/http"
	"strings"

	"guichet/internal/cloud/azerror"
)

// The planes, as they are named in the record of requests and in faults.
const (
	planeEntra     = "entra"
	planeGraph     = "graph"
	planeARM       = "arm"
	planeACS       = "acs"
	planeEventGrid = "eventgrid"
	planeUnknown   = "unknown"
)

// firstSegments leads a path to its plane by its first segment, in lower case.
// Entra's begin with a tenant, but for the page for device codes and OpenID
// Connect's userinfo.
var firstSegments = map[string]string{
	"devicelogin": planeEntra, "oidc": planeEntra, "v1.0": planeGraph,

	"subscriptions": planeARM, "providers": planeARM, "tenants": planeARM,

	"sms": planeACS, "deliveryreports": planeACS, "phonenumbers": planeACS, "availablephonenumbers": planeACS, "operatorinformation": planeACS,
	"sip": planeACS, "identities": planeACS, "teamsuser": planeACS, "calling": planeACS, "v1": planeACS,

	"eventgrid": planeEventGrid,
}

// entraSecond tells Entra's paths, /{tenant}/…, by their second segment.
var entraSecond = map[string]bool{
	"oauth2": true, "v2.0": true, ".well-known": true, "discovery": true, "login": true, "openid": true,
}

// router is the handler of both addresses. It does not use http.ServeMux for
// Azure's paths: ARM ignores case and tolerates double slashes, which a mux would
// redirect.
func (c *Cloud) router() http.Handler {
	planes := map[string]http.Handler{planeUnknown: c.traffic.Wrap(planeUnknown, http.HandlerFunc(c.unknown))}
	for name, handler := range c.planes {
		planes[name] = c.traffic.Wrap(name, c.faults.Wrap(name, handler))
	}
	pages := c.pageRoutes()
	// The control API asks for no sign-in, so a page of another origin must not
	// reach it through somebody's browser.
	control := http.NewCrossOriginProtection().Handler(c.control)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch first, _, _ := strings.Cut(strings.TrimLeft(r.URL.Path, "/"), "/"); first {
		case "_guichet":
			control.ServeHTTP(w, r)
			return
		case "", "handset", "portal", "assets":
			if pages != nil {
				pages.ServeHTTP(w, r)
				return
			}
		}
		handler, ok := planes[planeOf(r.URL.Path)]
		if !ok {
			handler = planes[planeUnknown]
		}
		handler.ServeHTTP(w, r)
	})
}

func planeOf(path string) string {
	first, rest, _ := strings.Cut(strings.ToLower(strings.TrimLeft(path, "/")), "/")
	// Azure appends actions to a segment: /sip:testRoutesWithNumber.
	name, _, _ := strings.Cut(first, ":")
	if plane, ok := firstSegments[name]; ok {
		return plane
	}
	second, _, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
	if entraSecond[second] {
		return planeEntra
	}
	return planeUnknown
}

// unknown answers what no plane knows, in Azure's shape, and counts it.
func (c *Cloud) unknown(w http.ResponseWriter, r *http.Request) {
	c.traffic.Unknown(r.Method, r.URL.Path)
	azerror.Write(w, http.StatusNotFound, "NotFound",
		fmt.Sprintf("The local cloud does not know %s %s.", r.Method, r.URL.Path))
}

// pageRoutes serves the pages, nil without any.
func (c *Cloud) pageRoutes() http.Handler {
	if c.pages == nil {
		return nil
	}
	handset, portal := c.pages("handset"), c.pages("portal")
	mux := http.NewServeMux()
	mux.Handle("/handset", handset)
	mux.Handle("/handset/", handset)
	mux.Handle("/portal", portal)
	mux.Handle("/portal/", portal)
	mux.Handle("/assets/", portal)
	mux.Handle("GET /{$}", http.RedirectHandler("/portal", http.StatusFound))
	return mux
}
