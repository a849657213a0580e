package entra

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"guichet/internal/cloud/wellknown"
)

// portalQuery is how the portal asks for a sign-in, with its pages at origin.
func portalQuery(origin string) url.Values {
	return query(PortalAppID, map[string]string{
		"redirect_uri": origin + "/portal", "scope": armScope + " openid profile offline_access", "response_mode": modeFragment,
	})
}

// TestPortalSignIn: the portal is signed in to at whatever address of the cloud its
// pages are, without consent, and has tokens for ARM and Graph.
func TestPortalSignIn(t *testing.T) {
	a := newAuthority(t)
	const origin = "http://localhost:4321"
	b := a.browser()
	ask := func(target string) page {
		return b.do(http.MethodGet, target+"/organizations/oauth2/v2.0/authorize?"+portalQuery(origin).Encode(), nil)
	}
	// The origin is the one that the browser came to, not any that is asked for.
	ask("http://localhost:9999").wants(http.StatusBadRequest, "AADSTS50011")
	ask("https://localhost:4321").wants(http.StatusBadRequest, "AADSTS50011")

	p := ask(origin).wants(http.StatusOK, "Azure Portal").wants(http.StatusOK, wellknown.UserPassword)
	action, form := p.form()
	form.Set("loginfmt", wellknown.UserName)
	form.Set("passwd", wellknown.UserPassword)
	form.Set("action", actSignIn)
	p = b.do(http.MethodPost, origin+action, form)
	if !strings.HasPrefix(p.header.Get("Location"), origin+"/portal#") {
		t.Fatalf("%d %s", p.status, p.header.Get("Location"))
	}
	redeem := func(form url.Values) (int, map[string]any) {
		r := httptest.NewRequest(http.MethodPost, origin+"/organizations/oauth2/v2.0/token", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		return a.answer(r)
	}
	status, body := redeem(url.Values{
		"grant_type": {"authorization_code"}, "client_id": {PortalAppID}, "code": {p.answer().Get("code")},
		"redirect_uri": {origin + "/portal"}, "code_verifier": {verifier},
	})
	if status != http.StatusOK || claimsOf(t, body["access_token"])["scp"] != "user_impersonation" || body["id_token"] == nil {
		t.Fatalf("%d %v", status, body)
	}
	status, body = redeem(url.Values{
		"grant_type": {"refresh_token"}, "client_id": {PortalAppID}, "refresh_token": {body["refresh_token"].(string)},
		"scope": {GraphAudience + "/.default openid offline_access"},
	})
	claims := claimsOf(t, body["access_token"])
	if status != http.StatusOK || claims["aud"] != GraphAudience || !strings.Contains(claims["scp"].(string), "Application.ReadWrite.All") {
		t.Errorf("%d %v", status, claims)
	}
}

// TestDirectoryOfAnOlderVersion: an application of Microsoft's that a directory was
// made without is there after the next start, and nothing else changed.
func TestDirectoryOfAnOlderVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.db")
	a := openAuthority(t, path)
	if status, body := a.post("tenants", `{"displayName":"Fabrikam","defaultDomain":"fabrikam.example"}`); status != http.StatusCreated {
		t.Fatalf("%d %v", status, body)
	}
	if err := a.DeleteApplication(t.Context(), PortalAppID); err != nil {
		t.Fatal(err)
	}
	if err := a.DeleteApplication(t.Context(), wellknown.WebhookClientID); err != nil {
		t.Fatal(err)
	}
	if err := a.db.Close(); err != nil {
		t.Fatal(err)
	}
	a = openAuthority(t, path)
	tenants, err := a.Tenants(t.Context())
	if err != nil || len(tenants) != 2 {
		t.Fatalf("%v %v", tenants, err)
	}
	for _, tenant := range tenants {
		if _, err := a.PrincipalOf(t.Context(), tenant.ID, PortalAppID); err != nil {
			t.Errorf("%s: %v", tenant.Domain, err)
		}
	}
	if _, err := a.Application(t.Context(), wellknown.WebhookClientID); err == nil {
		t.Error("what was deleted came back")
	}
}
