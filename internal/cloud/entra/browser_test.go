package entra

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"guichet/internal/cloud/wellknown"
)

// browser keeps cookies and fills in forms, but follows nothing by itself.
type browser struct {
	a       *authority
	cookies map[string]string
	// language is Accept-Language.
	language string
}

func (a *authority) browser() *browser { return &browser{a: a, cookies: map[string]string{}} }

// page is an answer.
type page struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, target string, form url.Values) page {
	b.a.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", b.language)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.a.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return page{b.a.t, w.Code, w.Header(), w.Body.String()}
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]*)">`)
)

// form is where the page's form leads and what it carries.
func (p page) form() (string, url.Values) {
	p.t.Helper()
	action := formAction.FindStringSubmatch(p.body)
	if action == nil {
		p.t.Fatalf("no form in %d %s", p.status, p.body)
	}
	values := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(p.body, -1) {
		values.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	return html.UnescapeString(action[1]), values
}

// submit sends the page's form with more values.
func (b *browser) submit(p page, more map[string]string) page {
	b.a.t.Helper()
	action, values := p.form()
	for name, value := range more {
		values.Set(name, value)
	}
	return b.do(http.MethodPost, action, values)
}

func (b *browser) signIn(p page, name, password string) page {
	b.a.t.Helper()
	return b.submit(p, map[string]string{"loginfmt": name, "passwd": password, "action": actSignIn})
}

// wants checks status and text.
func (p page) wants(status int, text string) page {
	p.t.Helper()
	if p.status != status || !strings.Contains(p.body, text) {
		p.t.Fatalf("want %d with %q, got %d %s", status, text, p.status, p.body)
	}
	return p
}

// answer is what the redirect brings to the client.
func (p page) answer() url.Values {
	p.t.Helper()
	u, err := url.Parse(p.header.Get("Location"))
	if err != nil || p.status != http.StatusSeeOther {
		p.t.Fatalf("no redirect: %d %s", p.status, p.body)
	}
	if u.Fragment != "" {
		values, err := url.ParseQuery(u.Fragment)
		if err != nil {
			p.t.Fatal(err)
		}
		return values
	}
	return u.Query()
}

const (
	verifier = "a-verifier-that-is-long-enough-for-a-challenge-1234567890"
	callback = "https://app.test/callback"
)

func challengeOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// webApp registers a web application with a secret; more changes the body.
func (a *authority) webApp(more map[string]any) (appID, secret string) {
	a.t.Helper()
	body := map[string]any{
		"tenantId": wellknown.TenantID, "displayName": "Web app", "web": map[string]any{"redirectUris": []string{callback}},
		"appRoles": []map[string]any{{
			"id": "00000000-0000-4000-8000-00000000000a", "value": "agent", "displayName": "Agent", "allowedMemberTypes": []string{"User"},
		}},
	}
	maps.Copy(body, more)
	data, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	status, made := a.post("applications", string(data))
	appID, _ = made["appId"].(string)
	if status != http.StatusCreated {
		a.t.Fatalf("%d %v", status, made)
	}
	_, made = a.post("applications/"+appID+"/secrets", "{}")
	secret, _ = made["secretText"].(string)
	return appID, secret
}

// query is an authorization request of a web application.
func query(appID string, more map[string]string) url.Values {
	q := url.Values{
		"client_id": {appID}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid profile email offline_access"},
		"state": {"s t"}, "nonce": {"n"}, "code_challenge": {challengeOf(verifier)}, "code_challenge_method": {"S256"},
	}
	for name, value := range more {
		if value == "" {
			q.Del(name)
		} else {
			q.Set(name, value)
		}
	}
	return q
}

const authorizePath = "/" + wellknown.TenantID + "/oauth2/v2.0/authorize?"

// code goes through sign-in and consent to an authorization code.
func (b *browser) code(q url.Values) string {
	b.a.t.Helper()
	p := b.do(http.MethodGet, authorizePath+q.Encode(), nil)
	if strings.Contains(p.body, `name="passwd"`) {
		p = b.signIn(p, wellknown.UserName, wellknown.UserPassword)
	}
	if p.status == http.StatusOK {
		p = b.submit(p, map[string]string{"action": actAccept})
	}
	code := p.answer().Get("code")
	if code == "" {
		b.a.t.Fatalf("no code: %v", p.answer())
	}
	return code
}

// redeem exchanges a code.
func (a *authority) redeem(appID, secret, code string, more map[string]string) (int, map[string]any) {
	a.t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {appID}, "client_secret": {secret}, "code": {code},
		"redirect_uri": {callback}, "code_verifier": {verifier},
	}
	for name, value := range more {
		form.Set(name, value)
	}
	return a.sign("/"+wellknown.TenantID+"/oauth2/v2.0/token", form)
}

// claimsOf reads a token's claims without verifying it.
func claimsOf(t testing.TB, token any) map[string]any {
	t.Helper()
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %v", token)
	}
	return header(t, parts[1]+".")
}
