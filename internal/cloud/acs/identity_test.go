package acs

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const identityVersion = "?api-version=2023-10-01"

type identityAnswer struct {
	Identity    struct{ ID string }
	AccessToken *accessToken
}

func (f *fixture) createUser(body string) identityAnswer {
	f.t.Helper()
	var out identityAnswer
	f.do("POST", "/identities"+identityVersion, body, http.StatusCreated, &out)
	return out
}

func userPath(id, action string) string {
	path := "/identities/" + url.QueryEscape(id)
	if action != "" {
		path += "/:" + action
	}
	return path + identityVersion
}

func TestIdentities(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.db")
	f, stop := start(t, file, epoch)
	u := f.createUser("")
	if !strings.HasPrefix(u.Identity.ID, "8:acs:ac500000-0000-4000-8000-000000000001_") || u.AccessToken != nil {
		t.Errorf("created: %+v", u)
	}
	with := f.createUser(`{"createTokenWithScopes":["chat","voip"],"expiresInMinutes":60}`)
	if with.AccessToken == nil || with.AccessToken.ExpiresOn != "2025-01-02T04:04:05.0000000Z" {
		t.Fatalf("with a token: %+v", with)
	}
	verify := func(token string, want error) {
		t.Helper()
		id, scopes, err := f.VerifyUser(t.Context(), token)
		if !errors.Is(err, want) || want == nil && (id != with.Identity.ID || len(scopes) == 0) {
			t.Errorf("verified %q %v: %v, want %v", id, scopes, err, want)
		}
	}
	verify(with.AccessToken.Token, nil)
	verify(with.AccessToken.Token+"x", ErrUserToken)
	stop()

	f, _ = start(t, file, epoch.Add(time.Minute))
	verify(with.AccessToken.Token, nil)
	var issued accessToken
	f.do("POST", userPath(with.Identity.ID, "issueAccessToken"), `{"scopes":["voip.join"]}`, 200, &issued)
	if issued.ExpiresOn != "2025-01-03T03:05:05.0000000Z" {
		t.Errorf("issued: %+v", issued)
	}
	f.do("POST", userPath(with.Identity.ID, "revokeAccessTokens"), "", 204, nil)
	verify(issued.Token, ErrUserToken)
	f.do("POST", userPath(with.Identity.ID, "issueAccessToken"), `{"scopes":["voip"]}`, 200, &issued)
	verify(issued.Token, nil)
	f.clock.Advance(24*time.Hour + time.Second)
	verify(issued.Token, ErrUserToken)
	f.do("POST", userPath(with.Identity.ID, "issueAccessToken"), `{"scopes":["voip"]}`, 200, &issued)
	f.do("DELETE", userPath(with.Identity.ID, ""), "", 204, nil)
	verify(issued.Token, ErrUserToken)

	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", userPath(u.Identity.ID, "issueAccessToken"), `{"scopes":[]}`, 400, "ValidationError"},
		{"POST", userPath(u.Identity.ID, "issueAccessToken"), `{"scopes":["video"]}`, 400, "ValidationError"},
		{"POST", userPath(u.Identity.ID, "issueAccessToken"), `{"scopes":["voip"],"expiresInMinutes":59}`, 400, "ValidationError"},
		{"POST", userPath(u.Identity.ID, "issueAccessToken"), `{"scopes":["voip"],"expiresInMinutes":1441}`, 400, "ValidationError"},
		{"POST", userPath(u.Identity.ID, "issueAccessToken"), `{"scopes":"voip"}`, 400, "BadRequest"},
		{"POST", userPath(with.Identity.ID, "issueAccessToken"), `{"scopes":["voip"]}`, 401, "IdentityNotOwned"},
		{"DELETE", userPath(with.Identity.ID, ""), ``, 401, "IdentityNotOwned"},
		{"POST", "/teamsUser/:exchangeAccessToken" + identityVersion, `{"token":"x","appId":"y"}`, 400, "ValidationError"},
		{"POST", "/teamsUser/:exchangeAccessToken" + identityVersion, `{"token":"x","appId":"y","userId":"z"}`, 401, "InvalidToken"},
	} {
		var out struct{ Error struct{ Code string } }
		f.do(c.method, c.path, c.body, c.status, &out)
		if out.Error.Code != c.code {
			t.Errorf("%s %s: %s, want %s", c.path, c.body, out.Error.Code, c.code)
		}
	}
	f.serve(signedRequest("DELETE", userPath(u.Identity.ID, ""), "", secondKey, f.clock.Now()), 401, nil)
}

func TestSIPConfiguration(t *testing.T) {
	f := fresh(t)
	const path = "/sip?api-version=2023-03-01"
	sip := func(method, body, want string) {
		t.Helper()
		golden(t, f.do(method, path, body, 200, nil).Body.String(), want)
	}
	sip("GET", "", `{"trunks":{},"routes":[]}`)
	sip("PATCH", `{"trunks":{"a.example.com":{"sipSignalingPort":5061},"b.example.com":{"sipSignalingPort":5062}}}`,
		`{"trunks":{"a.example.com":{"sipSignalingPort":5061},"b.example.com":{"sipSignalingPort":5062}},"routes":[]}`)
	sip("PATCH", `{"routes":[{"name":"one","numberPattern":"^\\+1","trunks":["b.example.com","a.example.com"]},
		{"name":"two","description":"rest","numberPattern":".*"}]}`,
		`{"trunks":{"a.example.com":{"sipSignalingPort":5061},"b.example.com":{"sipSignalingPort":5062}},
		"routes":[{"name":"one","numberPattern":"^\\+1","trunks":["b.example.com","a.example.com"]},
		{"name":"two","description":"rest","numberPattern":".*","trunks":[]}]}`)
	for _, c := range []struct{ body, inner string }{
		{`{}`, "EmptyPatch"}, {`{"trunks":{}}`, "EmptyPatch"},
		{`{"trunks":{"_bad":{"sipSignalingPort":5061}}}`, "InvalidTrunkFqdn"},
		{`{"trunks":{"c.example.com":{"sipSignalingPort":0}}}`, "InvalidTrunkPort"},
		{`{"trunks":{"a.example.com":null}}`, "MissingTrunk"},
		{`{"routes":[{"name":"","numberPattern":".*"}]}`, "InvalidRouteName"},
		{`{"routes":[{"name":"x","numberPattern":"("}]}`, "InvalidRouteNumberPattern"},
		{`{"routes":[{"name":"x","numberPattern":".*"},{"name":"x","numberPattern":".*"}]}`, "DuplicatedRoute"},
		{`{"routes":[{"name":"x","numberPattern":".*","trunks":["c.example.com"]}]}`, "MissingTrunk"},
	} {
		w := f.do("PATCH", path, c.body, http.StatusUnprocessableEntity, nil)
		if !strings.Contains(w.Body.String(), `"code":"UnprocessableConfiguration"`) ||
			!strings.Contains(w.Body.String(), fmt.Sprintf(`"innererror":{"code":%q`, c.inner)) {
			t.Errorf("%s: %s, want %s", c.body, w.Body, c.inner)
		}
	}
	// Nothing of a refused patch stays; a trunk that no route uses may go.
	sip("PATCH", `{"routes":[]}`, `{"trunks":{"a.example.com":{"sipSignalingPort":5061},"b.example.com":{"sipSignalingPort":5062}},"routes":[]}`)
	sip("PATCH", `{"trunks":{"a.example.com":null,"unknown.example.com":null}}`, `{"trunks":{"b.example.com":{"sipSignalingPort":5062}},"routes":[]}`)
	sip("PATCH", `{"domains":{"example.com":{"enabled":true}}}`,
		`{"domains":{"example.com":{"enabled":true}},"trunks":{"b.example.com":{"sipSignalingPort":5062}},"routes":[]}`)
	golden(t, f.do("GET", path+"&expand=trunks/health", "", 200, nil).Body.String(),
		`{"domains":{"example.com":{"enabled":true}},"trunks":{"b.example.com":{"sipSignalingPort":5062,
		"health":{"tls":{"status":"unknown"},"ping":{"status":"unknown"},"overall":{"status":"unknown"}}}},"routes":[]}`)
	golden(t, f.do("POST", "/sip:testRoutesWithNumber?targetPhoneNumber=%2B12065550100&api-version=2024-11-15-preview",
		`{"trunks":{"a.example.com":{"sipSignalingPort":1}},"routes":[{"name":"no","numberPattern":"^\\+33"},
		{"name":"yes","numberPattern":"^\\+1206","trunks":["a.example.com"]},{"name":"all","numberPattern":".*"}]}`, 200, nil).Body.String(),
		`{"matchingRoutes":[{"name":"yes","numberPattern":"^\\+1206","trunks":["a.example.com"]},{"name":"all","numberPattern":".*","trunks":[]}]}`)
	f.do("POST", "/sip:testRoutesWithNumber?api-version=2024-11-15-preview", `{}`, 400, nil)
	// Another resource has its own.
	w := f.serve(signedRequest("GET", path, "", secondKey, epoch), 200, nil)
	golden(t, w.Body.String(), `{"trunks":{},"routes":[]}`)
}
