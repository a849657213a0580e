package entra

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"guichet/internal/cloud/wellknown"
)

func TestRotation(t *testing.T) {
	a := newAuthority(t)
	old := a.token()
	status, body := a.post("rotate", `{}`)
	kid, _ := body["kid"].(string)
	if status != http.StatusOK || kid == "" || a.changes != 1 {
		t.Fatalf("%d %v, %d changes", status, body, a.changes)
	}
	fresh := a.token()
	if header(t, fresh)["kid"] != kid || header(t, old)["kid"] == kid {
		t.Errorf("the new key signs: %v, the old one: %v", header(t, fresh), header(t, old))
	}
	for _, path := range []string{"/common/discovery/keys", "/" + wellknown.TenantID + "/discovery/v2.0/keys"} {
		if ids := a.published(path); len(ids) != 2 || !slices.Contains(ids, kid) {
			t.Errorf("%s publishes %v", path, ids)
		}
	}
	for _, token := range []string{old, fresh} {
		if _, err := a.Verify(t.Context(), token, armURI); err != nil {
			t.Errorf("after the rotation: %v", err)
		}
	}
	if status, _ := a.post("rotate", `{"forget":true}`); status != http.StatusOK {
		t.Fatal(status)
	}
	if ids := a.published("/common/discovery/keys"); len(ids) != 1 || ids[0] == kid {
		t.Errorf("published %v", ids)
	}
	for _, token := range []string{old, fresh} {
		if _, err := a.Verify(t.Context(), token, armURI); !errors.Is(err, ErrInvalid) {
			t.Errorf("a token of a forgotten key: %v", err)
		}
	}
	if status, _ := a.post("rotate", `{`); status != http.StatusBadRequest {
		t.Errorf("a body that is no JSON: %d", status)
	}
}

func TestRestartKeepsKeysAndRegistrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.db")
	a := openAuthority(t, path)
	token := a.token()
	a.clock.Advance(time.Second)
	if status, _ := a.post("rotate", ``); status != http.StatusOK {
		t.Fatal(status)
	}
	before := a.published("/common/discovery/keys")
	_, app := a.post("applications", `{"tenantId":"`+wellknown.TenantID+`","displayName":"mine","requestedAccessTokenVersion":2}`)
	id, _ := app["appId"].(string)
	_, secret := a.post("applications/"+id+"/secrets", ``)
	if err := a.db.Close(); err != nil {
		t.Fatal(err)
	}

	a = openAuthority(t, path)
	if after := a.published("/common/discovery/keys"); !slices.Equal(before, after) {
		t.Errorf("published %v before and %v after", before, after)
	}
	if _, err := a.Verify(t.Context(), token, armURI); err != nil {
		t.Errorf("a token from before: %v", err)
	}
	form := secretForm()
	form.Set("client_id", id)
	form.Set("client_secret", secret["secretText"].(string))
	if status, body := a.sign("/"+wellknown.Domain+"/oauth2/v2.0/token", form); status != http.StatusOK {
		t.Errorf("the secret from before: %d %v", status, body)
	}
}

// Paths and tenants ignore case, as Entra's do.
func TestCasing(t *testing.T) {
	a := newAuthority(t)
	upper := strings.ToUpper(wellknown.TenantID)
	for _, path := range []string{
		"/" + upper + "/oauth2/v2.0/token", "/" + wellknown.TenantID + "/OAuth2/V2.0/Token", "/Contoso.OnMicrosoft.com/oauth2/v2.0/token",
		"//" + wellknown.TenantID + "/oauth2/v2.0/token/",
	} {
		if status, body := a.sign(path, secretForm()); status != http.StatusOK {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
	form := secretForm()
	form.Set("client_id", strings.ToUpper(wellknown.ToolsClientID))
	if status, body := a.sign("/"+upper+"/oauth2/v2.0/token", form); status != http.StatusOK {
		t.Errorf("the client's id in capitals: %d %v", status, body)
	}
	status, doc := a.ask(a.Entra, http.MethodGet, "/"+upper+"/V2.0/.Well-Known/OpenID-Configuration", "", "")
	if status != http.StatusOK || doc["issuer"] != base+"/"+wellknown.TenantID+"/v2.0" {
		t.Errorf("%d issuer %v", status, doc["issuer"])
	}
}

func TestVerifyRefuses(t *testing.T) {
	a := newAuthority(t)
	good := a.token()
	claims, err := a.Verify(t.Context(), good, "https://other", armURI+"/")
	if err != nil || claims.ObjectID != wellknown.ToolsObjectID || claims.AppID != wellknown.ToolsClientID || claims.TenantID != wellknown.TenantID {
		t.Fatalf("%+v %v", claims, err)
	}
	if _, err := a.Verify(t.Context(), good, "https://communication.azure.com"); !errors.Is(err, ErrAudience) {
		t.Errorf("another audience: %v", err)
	}
	parts := strings.Split(good, ".")
	kid, _ := header(t, good)["kid"].(string)
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	forge := func(method jwt.SigningMethod, key any, kid string) string {
		token := jwt.NewWithClaims(method, jwt.MapClaims{
			"aud": armURI, "iss": issuerV1(wellknown.TenantID), "tid": wellknown.TenantID, "ver": "1.0",
			"nbf": epoch.Unix(), "exp": epoch.Add(time.Hour).Unix(), "oid": wellknown.ToolsObjectID,
		})
		token.Header["kid"] = kid
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, token := range map[string]string{
		"another key":       forge(jwt.SigningMethodRS256, own, kid),
		"an unknown key":    forge(jwt.SigningMethodRS256, own, "unknown"),
		"no signature":      forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid),
		"a symmetric one":   forge(jwt.SigningMethodHS256, []byte(kid), kid),
		"changed claims":    parts[0] + "." + parts[1][:len(parts[1])-2] + "AA." + parts[2],
		"half a token":      parts[0] + "." + parts[1],
		"nothing":           "",
		"another algorithm": forge(jwt.SigningMethodPS256, own, kid),
	} {
		if _, err := a.Verify(t.Context(), token, armURI); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a.clock.Advance(91 * time.Minute) // the longest life of a token is 90
	if _, err := a.Verify(t.Context(), good, armURI); !errors.Is(err, ErrExpired) {
		t.Errorf("after its end: %v", err)
	}
}

func TestTokenRequestRefuses(t *testing.T) {
	a := newAuthority(t)
	for name, test := range map[string]struct {
		tenant, field, value string
		status, number       int
	}{
		"no grant":            {wellknown.TenantID, "grant_type", "", 400, 900144},
		"another grant":       {wellknown.TenantID, "grant_type", "magic", 400, 70003},
		"no client":           {wellknown.TenantID, "client_id", "", 400, 900144},
		"an unknown client":   {wellknown.TenantID, "client_id", "00000000-0000-0000-0000-00000000dead", 400, 700016},
		"no secret":           {wellknown.TenantID, "client_secret", "", 401, 7000218},
		"a wrong secret":      {wellknown.TenantID, "client_secret", "wrong", 401, 7000215},
		"no scope":            {wellknown.TenantID, "scope", "", 400, 900144},
		"not a default scope": {wellknown.TenantID, "scope", "https://management.azure.com/user_impersonation", 400, 70011},
		"two resources":       {wellknown.TenantID, "scope", armScope + " https://graph.microsoft.com/.default", 400, 70011},
		"an unknown resource": {wellknown.TenantID, "scope", "https://nobody.example/.default", 400, 500011},
		"a shared tenant":     {"common", "", "", 400, 900023},
		"an unknown tenant":   {"nobody.example", "", "", 400, 90002},
	} {
		form := secretForm()
		if test.field != "" {
			form.Set(test.field, test.value)
		}
		status, body := a.sign("/"+test.tenant+"/oauth2/v2.0/token", form)
		if status != test.status || number(body) != test.number {
			t.Errorf("%s: %d %v", name, status, body["error_description"])
		}
	}
}
