package entra

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"guichet/internal/cloud/wellknown"
)

// FuzzTokenRequest posts whatever comes to the token endpoint: without the
// secret there is no token, and the answer is never a fault of the cloud's own.
func FuzzTokenRequest(f *testing.F) {
	form := secretForm()
	form.Set("client_secret", "wrong")
	seeds := []string{
		form.Encode(), "", "grant_type=client_credentials", "%zz", "a=b;c=d", "grant_type=client_credentials&client_id=%00",
		"grant_type=client_credentials&client_id=" + wellknown.ToolsClientID + "&client_assertion=a.b.c&client_assertion_type=" + url.QueryEscape(assertionType),
		"grant_type=refresh_token&refresh_token=x", "grant_type=authorization_code&code=x&redirect_uri=%2F&code_verifier=y",
		"grant_type=client_credentials&client_id=%ff&scope=%20%20&resource=%2F",
	}
	for _, body := range seeds {
		for _, path := range []string{
			"/" + wellknown.TenantID + "/oauth2/v2.0/token", "/contoso.onmicrosoft.com/oauth2/token", "/common/oauth2/v2.0/token", "/%00/oauth2/token",
		} {
			f.Add(path, body, "")
			f.Add(path, body, "Basic OmE6Yg==")
		}
	}
	a := newAuthority(f)
	f.Fuzz(func(t *testing.T, path, body, authorization string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || u.Host != "" || strings.Contains(body+authorization, wellknown.ToolsSecret) {
			return
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.URL = u
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", authorization)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError || strings.Contains(w.Body.String(), "access_token") {
			t.Errorf("%s %q: %d %s", path, body, w.Code, w.Body)
		}
	})
}

// FuzzAssertion offers client assertions that the registered certificate did not
// sign.
func FuzzAssertion(f *testing.F) {
	a := newAuthority(f)
	key, err := a.keys.signing(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	// The authority's own certificate serves as that of the client.
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.cert})
	if _, err := a.addCertificate(f.Context(), wellknown.ToolsClientID, string(text)); err != nil {
		f.Fatal(err)
	}
	claims := jwt.MapClaims{
		"iss": wellknown.ToolsClientID, "sub": wellknown.ToolsClientID, "aud": base + "/x", "exp": epoch.Add(time.Minute).Unix(),
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["x5t"] = key.kid
	valid, err := token.SignedString(key.private)
	if err != nil {
		f.Fatal(err)
	}
	if err := a.checkAssertion(f.Context(), wellknown.ToolsClientID, assertionType, valid); err != nil {
		f.Fatalf("the right assertion is refused: %v", err)
	}
	parts := strings.Split(valid, ".")
	for _, seed := range []string{
		parts[0] + "." + parts[1] + ".", parts[0] + ".e30." + parts[2], "e30.e30.", "..", "", ".", parts[0], valid + ".x",
		"eyJhbGciOiJub25lIn0." + parts[1] + ".", "eyJhbGciOiJSUzI1NiIsIng1dCI6N30." + parts[1] + "." + parts[2],
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, assertion string) {
		if assertion == valid {
			return
		}
		if err := a.checkAssertion(t.Context(), wellknown.ToolsClientID, assertionType, assertion); Number(err) == 0 {
			t.Errorf("%q: %v", assertion, err)
		}
		if _, err := a.Verify(t.Context(), assertion, armURI); err == nil {
			t.Errorf("%q verifies as an access token", assertion)
		}
	})
}

// FuzzDirectoryControl gives the control API whatever comes.
func FuzzDirectoryControl(f *testing.F) {
	paths := []string{
		"rotate", "tenants", "applications", "applications/" + wellknown.ToolsClientID + "/secrets",
		"applications/" + wellknown.ToolsClientID + "/certificates", "applications/" + wellknown.WebhookClientID + "/grants",
	}
	for i := range paths {
		for _, seed := range []string{
			``, `{}`, `null`, `[]`, `{"forget":"x"}`, `{"id":"x","displayName":"y","defaultDomain":"z"}`,
			`{"id":"7e0a0000-0000-4000-8000-000000000001","displayName":"twice","defaultDomain":"contoso.onmicrosoft.com"}`,
			`{"tenantId":"contoso.onmicrosoft.com","displayName":"x","identifierUris":["api://x",""],"appRoles":[{"value":"r"}]}`,
			`{"tenantId":"contoso.onmicrosoft.com","displayName":"x","owners":["nobody"],"requestedAccessTokenVersion":3}`,
			`{"endDateTime":"2040-01-01T00:00:00Z"}`, `{"pem":"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}`,
			`{"tenantId":"contoso.onmicrosoft.com","clientAppId":"` + wellknown.ToolsClientID + `","role":"AzureEventGridSecureWebhookSubscriber"}`,
		} {
			f.Add(uint8(i), seed)
		}
	}
	a := newAuthority(f)
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		path := paths[int(which)%len(paths)]
		if path == "rotate" {
			// A key is made for each; once in a while is enough.
			if n, err := strconv.Atoi(body); err != nil || n%50 != 0 {
				return
			}
		}
		w := httptest.NewRecorder()
		a.control.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/_guichet/entra/"+path, strings.NewReader(body)))
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %q: %d %s", path, body, w.Code, w.Body)
		}
	})
}
