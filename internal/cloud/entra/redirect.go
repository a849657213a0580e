package entra

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// platform is the kind of client that a redirect URI is registered for; it
// decides how a code is redeemed.
type platform string

const (
	platformWeb    platform = "web"
	platformSPA    platform = "spa"
	platformPublic platform = "public"
)

// maxRedirectURI is the longest that Entra registers, in characters.
const maxRedirectURI = 256

// redirect finds the platform of a redirect URI, which must equal a registered one.
// As in Entra, a public client that registered http://localhost may listen on any
// port. Without a URI the first registered one is meant.
func (a Application) redirect(asked string) (string, platform, error) {
	for _, p := range []struct {
		platform platform
		uris     []string
	}{{platformWeb, a.Web.RedirectURIs}, {platformSPA, a.SPA.RedirectURIs}, {platformPublic, a.PublicClient.RedirectURIs}} {
		for _, registered := range p.uris {
			if asked == "" {
				return registered, p.platform, nil
			}
			if asked == registered || p.platform == platformPublic && sameLoopback(registered, asked) {
				return asked, p.platform, nil
			}
		}
	}
	if asked == "" {
		return "", "", invalidRequest(900971, "No reply address provided.")
	}
	return "", "", invalidRequest(50011, fmt.Sprintf("The redirect URI '%s' specified in the request does not match the redirect URIs "+
		"configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application "+
		"in the Azure portal.", asked, a.AppID))
}

// servedAt resolves the redirect URIs of Microsoft's own pages that the cloud serves
// itself, such as the portal: they are registered as paths, and lead to the address
// of the cloud that the browser came to.
func (a Application) servedAt(r *http.Request) Application {
	if !a.firstParty() || len(a.SPA.RedirectURIs) == 0 {
		return a
	}
	origin := "http://" + r.Host
	if r.TLS != nil {
		origin = "https://" + r.Host
	}
	uris := make([]string, 0, len(a.SPA.RedirectURIs))
	for _, uri := range a.SPA.RedirectURIs {
		if strings.HasPrefix(uri, "/") {
			uri = origin + uri
		}
		uris = append(uris, uri)
	}
	a.SPA.RedirectURIs = uris
	return a
}

// sameLoopback compares two http://localhost addresses without their ports
// (RFC 8252 section 7.3).
func sameLoopback(registered, asked string) bool {
	r, err := url.Parse(registered)
	if err != nil || r.Scheme != "http" || r.Hostname() != "localhost" {
		return false
	}
	a, err := url.Parse(asked)
	if err != nil || a.Scheme != "http" || a.Hostname() != "localhost" || a.User != nil || a.Fragment != "" || strings.Contains(asked, "#") {
		return false
	}
	path := func(u *url.URL) string { return "/" + strings.TrimPrefix(u.EscapedPath(), "/") }
	return path(r) == path(a) && r.RawQuery == a.RawQuery
}

// RegistrableRedirect says whether Entra would register a redirect URI: https, or
// http on loopback; for a public client also a scheme of its own. Neither fragment
// nor wildcard.
func RegistrableRedirect(text string, public bool) bool {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxRedirectURI || u.Scheme == "" || strings.ContainsAny(text, "#*\\ ") || u.User != nil {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Hostname() != ""
	case "http":
		switch u.Hostname() {
		case "localhost", "127.0.0.1", "::1":
			return true
		}
		return false
	case "javascript", "data", "vbscript", "file", "blob", "about":
		return false
	}
	return public
}

// formTarget is the source by which a Content-Security-Policy allows a form to
// end at a redirect URI.
func formTarget(redirect string) string {
	u, err := url.Parse(redirect)
	if err != nil {
		return ""
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}

// withParameters is a redirect URI with an answer in its query or its fragment.
func withParameters(redirect, mode string, answer url.Values) (string, error) {
	u, err := url.Parse(redirect)
	if err != nil {
		return "", &oauthError{Status: http.StatusBadRequest, Code: "invalid_request", Number: 90011, Text: "The redirect URI is malformed."}
	}
	if mode == modeFragment {
		u.RawFragment, u.Fragment = "", ""
		return u.String() + "#" + answer.Encode(), nil
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += answer.Encode()
	return u.String(), nil
}
