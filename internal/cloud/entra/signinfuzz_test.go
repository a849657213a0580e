package entra

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"guichet/internal/cloud/wellknown"
)

// FuzzRedirect holds whatever comes against the registered redirect URIs: what is
// not registered is a loopback address of the public client at most.
func FuzzRedirect(f *testing.F) {
	app := Application{Manifest: Manifest{
		Web: Platform{RedirectURIs: []string{callback}}, PublicClient: Platform{RedirectURIs: []string{"http://localhost", "myapp://auth"}},
	}}
	for _, seed := range []string{
		callback, callback + "?x", "http://localhost:1", "http://localhost:1/", "http://localhost@evil.test", "http://localhost.evil.test",
		"http://localhost:1#x", "https://localhost:1", "HTTP://localhost", "http://user@localhost:1", "myapp://auth/", "\x00", "http://localhost:80\\@evil.test",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		if asked == "" {
			return
		}
		got, kind, err := app.redirect(asked)
		if err != nil || got == callback || got == "myapp://auth" {
			return
		}
		u, err := url.Parse(got)
		if err != nil || kind != platformPublic || u.Scheme != "http" || u.Hostname() != "localhost" || u.User != nil || u.Fragment != "" {
			t.Errorf("%q is taken as %q of %s", asked, got, kind)
		}
		RegistrableRedirect(asked, true)
		if _, err := withParameters(got, modeQuery, url.Values{"code": {"x"}}); err != nil {
			t.Errorf("%q: %v", got, err)
		}
	})
}

// FuzzAuthorize gives the authorization endpoint whatever comes: nobody is signed
// in, so there is never a code, and no redirect to an address that is not
// registered.
func FuzzAuthorize(f *testing.F) {
	a := newAuthority(f)
	appID, _ := a.webApp(nil)
	for _, more := range []map[string]string{
		nil, {"prompt": "none"}, {"scope": "a/b c/d"}, {"scope": "/"}, {"response_mode": "form_post", "prompt": "none"}, {"redirect_uri": "https://evil.test"},
		{"response_type": "token"}, {"state": "\x00<script>"}, {"login_hint": "\"><script>"}, {"code_challenge": "x"},
	} {
		f.Add(query(appID, more).Encode(), true)
	}
	f.Add("client_id=%zz", false)
	f.Add("client_id="+appID+"&client_id=x&redirect_uri="+url.QueryEscape(callback), false)
	f.Fuzz(func(t *testing.T, raw string, second bool) {
		path := "/" + wellknown.TenantID + "/oauth2/authorize"
		if second {
			path = "/" + wellknown.TenantID + "/oauth2/v2.0/authorize"
		}
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.URL.RawQuery = raw
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		to := w.Header().Get("Location")
		if w.Code >= http.StatusInternalServerError || strings.Contains(w.Body.String(), "<script>alert") ||
			to != "" && (!strings.HasPrefix(to, callback+"?") && !strings.HasPrefix(to, callback+"#") || strings.Contains(to, "session_state=")) {
			t.Errorf("%q: %d %s %s", raw, w.Code, to, w.Body)
		}
	})
}
