package desk

import (
	"crypto/rsa"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/desk/entra"
	"guichet/internal/desk/people"
	"guichet/internal/platform/sqlstore"
)

const oid = "55555555-5555-4555-8555-555555555555"

// microsoft is a browser that signs in with Entra ID, and what Entra ID says of
// its user.
type microsoft struct {
	*visitor
	key    *rsa.PrivateKey
	alg    string
	claims map[string]any
}

func (b *bench) microsoft(roles ...string) *microsoft {
	b.t.Helper()
	if err := b.SignInWithEntra(entra.Settings{TenantID: tenant, ClientID: appID, ClientSecret: "s"}); err != nil {
		b.t.Fatal(err)
	}
	v := b.anonymous()
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	now := time.Now()
	return &microsoft{visitor: v, key: b.azure.key, alg: "RS256", claims: map[string]any{
		"iss": b.azure.url + "/" + tenant + "/v2.0", "aud": appID, "tid": tenant, "oid": oid, "ver": "2.0", "sub": "x",
		"iat": now.Unix(), "nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
		"name": "Megan Bowen", "preferred_username": "Megan@contoso.example", "roles": roles,
	}}
}

// begin presses the button and returns what Entra ID is asked.
func (m *microsoft) begin(from string) url.Values {
	m.b.t.Helper()
	resp, _ := m.answer("GET", "/api/session/entra?from="+url.QueryEscape(from))
	target, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		m.b.t.Fatalf("begin: %d, %v", resp.StatusCode, err)
	}
	return target.Query()
}

// end comes back with a code and returns where the desk leads to.
func (m *microsoft) end(asked url.Values) string {
	m.b.t.Helper()
	claims := maps.Clone(m.claims)
	if _, own := claims["nonce"]; !own {
		claims["nonce"] = asked.Get("nonce")
	}
	m.b.azure.mu.Lock()
	m.b.azure.idToken = func() string { return sign(m.key, m.alg, claims) }
	m.b.azure.mu.Unlock()
	return m.back(url.Values{"code": {"c"}, "state": {asked.Get("state")}})
}

func (m *microsoft) back(answer url.Values) string {
	m.b.t.Helper()
	resp, body := m.answer("GET", entra.CallbackPath+"?"+answer.Encode())
	if resp.StatusCode != http.StatusSeeOther {
		m.b.t.Fatalf("back: %d %s", resp.StatusCode, body)
	}
	return resp.Header.Get("Location")
}

// refused signs in, wants to be refused, and returns the problem's code and words.
func (m *microsoft) refused() (code, detail string) {
	m.b.t.Helper()
	return m.toldAt(m.end(m.begin("/conversations")))
}

func (m *microsoft) toldAt(location string) (code, detail string) {
	m.b.t.Helper()
	if !strings.HasPrefix(location, "/sign-in") || !strings.HasSuffix(location, "#refused") {
		m.b.t.Fatalf("not refused: %s", location)
	}
	m.do("GET", "/api/me", nil, http.StatusUnauthorized, nil)
	var out struct{ Code, Detail string }
	m.do("GET", "/api/session/refusal", nil, http.StatusOK, &out)
	return out.Code, out.Detail
}

func (m *microsoft) me() fields {
	m.b.t.Helper()
	var me fields
	m.do("GET", "/api/me", nil, http.StatusOK, &me)
	return me
}

func (m *microsoft) enter() fields {
	m.b.t.Helper()
	if at := m.end(m.begin("/conversations?view=open")); at != "/conversations?view=open" {
		_, detail := m.toldAt(at)
		m.b.t.Fatalf("led to %s: %s", at, detail)
	}
	return m.me()
}

func TestUsersOfEntraComeInWithTheirRole(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		var ways fields
		b.anonymous().do("GET", "/api/session/ways", nil, 200, &ways)
		if ways["entra"] != false {
			t.Errorf("ways before it is set up: %v", ways)
		}
		admin := b.as("root", people.Administrator)
		m := b.microsoft("agent", "Supervisor", "Other")
		b.anonymous().do("GET", "/api/session/ways", nil, 200, &ways)
		asked := m.begin("/x")
		if ways["entra"] != true || asked.Get("code_challenge_method") != "S256" || asked.Get("redirect_uri") != b.URL()+"/api/session/entra/callback" ||
			asked.Get("response_type") != "code" || asked.Get("client_id") != appID || len(asked.Get("nonce")) < 20 {
			t.Errorf("%v, asked %v", ways, asked)
		}
		me := m.enter()
		if me["role"] != "supervisor" || me["source"] != "entra" || me["email"] != "megan@contoso.example" || me["hasPassword"] != false || me["name"] != "Megan Bowen" {
			t.Errorf("at first: %v", me)
		}
		id := me["id"].(string)

		// The tenant has the say of the role, and of how one proves to be that user.
		var p fields
		admin.do("PATCH", "/api/users/"+id, fields{"role": "agent"}, 409, &p)
		if p["code"] != "user.entraRole" {
			t.Errorf("problem %v", p)
		}
		m.do("PATCH", "/api/me", fields{"password": "a long password"}, 409, nil)
		admin.do("POST", "/api/users/"+id+"/sign-in-link", nil, 409, nil)
		b.anonymous().do("POST", "/api/session", fields{"email": "megan@contoso.example", "password": ""}, 401, nil)

		m.claims["roles"], m.claims["preferred_username"] = []string{"Administrator"}, "renamed@contoso.example"
		if again := m.enter(); again["id"] != id || again["role"] != "administrator" {
			t.Errorf("role changed: %v", again)
		}
		m.claims["roles"] = []string{"Agent"}
		if again := m.enter(); again["role"] != "agent" {
			t.Errorf("role taken: %v", again)
		}

		audited := b.audit("signIn", id)
		if !slices.Equal(audited, []string{"entra", "entra", "entra"}) {
			t.Errorf("audit %v", audited)
		}
		if root := b.audit("signIn", b.idOf("root@example.com")); !slices.Equal(root, []string{"password"}) {
			t.Errorf("audit of a password %v", root)
		}

		// A page elsewhere is never led to.
		for _, from := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "/api/me", ""} {
			if at := m.end(m.begin(from)); at != "/" {
				t.Errorf("%s led to %s", from, at)
			}
		}
	})
}

// audit lists the details of what was audited of a subject.
func (b *bench) audit(action, subject string) []string {
	b.t.Helper()
	list, err := sqlstore.List(b.t.Context(), b.db.Read(), func(s *string) []any { return []any{s} },
		`SELECT detail FROM audit WHERE action = $1 AND subject = $2 ORDER BY id`, action, subject)
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func (b *bench) idOf(email string) string {
	b.t.Helper()
	u, err := b.people.ByEmail(b.t.Context(), email)
	if err != nil {
		b.t.Fatal(err)
	}
	return u.ID
}

func TestWhoHasNoRoleOrIsDisabledStaysOut(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		m := b.microsoft()
		m.accept = "fr"
		code, detail := m.refused()
		if code != "signIn.entraNoRole" || !strings.Contains(detail, "rôle d’application") || !strings.Contains(detail, "Megan@contoso.example") || strings.Contains(detail, "{") {
			t.Errorf("%s: %s", code, detail)
		}
		if got := b.audit("signIn.refused", oid); !slices.Equal(got, []string{"signIn.entraNoRole"}) {
			t.Errorf("audit %v", got)
		}
		if _, err := b.people.ByEmail(t.Context(), "megan@contoso.example"); err == nil {
			t.Error("a user without a role was made")
		}
		// The role is given later, and taken again.
		m.claims["roles"] = []string{"Agent"}
		id := m.enter()["id"].(string)
		elsewhere := b.microsoft()
		if code, _ := elsewhere.refused(); code != "signIn.entraNoRole" {
			t.Errorf("the role was taken: %s", code)
		}
		b.eventually("the older session ends with the role", func() bool {
			resp, _ := m.answer("GET", "/api/me")
			return resp.StatusCode == http.StatusUnauthorized
		})
		m.enter()
		admin.do("PATCH", "/api/users/"+id, fields{"disabled": true}, 200, nil)
		m.do("GET", "/api/me", nil, 401, nil)
		if code, _ := m.refused(); code != "signIn.entraDisabled" {
			t.Errorf("disabled: %s", code)
		}
		admin.do("PATCH", "/api/users/"+id, fields{"disabled": false}, 200, nil)
		m.enter()
	})
}

func TestUserOfTheSameAddressIsLinkedByAnAdministratorOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		local := b.as("megan", people.Agent)
		m := b.microsoft("Supervisor")
		m.claims["preferred_username"] = "MEGAN@example.com"
		if code, _ := m.refused(); code != "signIn.entraEmail" {
			t.Fatalf("the same address: %s", code)
		}
		id := b.idOf("megan@example.com")
		var shown fields
		admin.do("PATCH", "/api/users/"+id, fields{"linking": true}, 200, &shown)
		if shown["linking"] != true || shown["source"] != "desk" {
			t.Errorf("may be linked: %v", shown)
		}
		local.do("GET", "/api/me", nil, 200, nil)
		me := m.enter()
		if me["id"] != id || me["role"] != "supervisor" || me["source"] != "entra" || me["hasPassword"] != false || me["linking"] != false {
			t.Errorf("linked: %v", me)
		}
		b.eventually("what the password opened ends", func() bool {
			resp, _ := local.answer("GET", "/api/me")
			return resp.StatusCode == http.StatusUnauthorized
		})
		local.do("POST", "/api/session", fields{"email": "megan@example.com", "password": "correct horse"}, 401, nil)

		// Another account that got the same address later is not the same person.
		m.claims["oid"] = otherTenant
		if code, _ := b.other(m).refused(); code != "signIn.entraEmail" {
			t.Errorf("a new account of the same name: %s", code)
		}
	})
}

// other is the same account in another browser.
func (b *bench) other(m *microsoft) *microsoft {
	n := b.microsoft()
	n.claims, n.key, n.alg = m.claims, m.key, m.alg
	return n
}

func TestForgedIdentitiesAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		stranger, err := newKey()
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		for name, change := range map[string]func(*microsoft){
			"key":            func(m *microsoft) { m.key = stranger },
			"unsigned":       func(m *microsoft) { m.alg = "none" },
			"hmac":           func(m *microsoft) { m.alg = "HS256" },
			"audience":       func(m *microsoft) { m.claims["aud"] = otherTenant },
			"issuer":         func(m *microsoft) { m.claims["iss"] = b.azure.url + "/" + otherTenant + "/v2.0" },
			"tenant":         func(m *microsoft) { m.claims["tid"] = otherTenant },
			"expired":        func(m *microsoft) { m.claims["exp"] = now.Add(-time.Hour).Unix() },
			"not yet":        func(m *microsoft) { m.claims["nbf"] = now.Add(time.Hour).Unix() },
			"nonce":          func(m *microsoft) { m.claims["nonce"] = "another" },
			"no nonce":       func(m *microsoft) { m.claims["nonce"] = "" },
			"no object":      func(m *microsoft) { m.claims["oid"] = "" },
			"no token":       func(m *microsoft) { m.claims = map[string]any{} },
			"roles are text": func(m *microsoft) { m.claims["roles"] = "Administrator" },
		} {
			m := b.microsoft("Administrator")
			change(m)
			if code, _ := m.refused(); code != "signIn.entraToken" {
				t.Errorf("%s: %s", name, code)
			}
		}
		if n, err := b.people.Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d users, %v", n, err)
		}
	})
}

func TestAnAttemptEndsOnceInItsOwnBrowser(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		m := b.microsoft("Agent")
		asked := m.begin("/")
		answer := url.Values{"code": {"c"}, "state": {asked.Get("state")}}

		// Somebody else's browser is sent with a state that is good elsewhere.
		victim := b.microsoft()
		if code, _ := victim.toldAt(victim.back(answer)); code != "signIn.entraStale" {
			t.Errorf("another browser: %s", code)
		}
		victim.begin("/")
		if code, _ := victim.toldAt(victim.back(answer)); code != "signIn.entraStale" {
			t.Errorf("another browser with an attempt of its own: %s", code)
		}
		twisted := url.Values{"code": {"c"}, "state": {asked.Get("state")[:12] + "TWISTED"}}
		if code, _ := m.toldAt(m.back(twisted)); code != "signIn.entraStale" {
			t.Errorf("a twisted state: %s", code)
		}

		// Two tabs at once do not disturb each other.
		one, two := m.begin("/one"), m.begin("/two")
		if at := m.end(one); at != "/one" {
			t.Errorf("the first tab led to %s", at)
		}
		if at := m.end(two); at != "/two" {
			t.Errorf("the second tab led to %s", at)
		}
		again := b.microsoft("Agent")
		asked = again.begin("/")
		again.end(asked)
		again.do("DELETE", "/api/session", nil, 204, nil)
		if code, _ := again.toldAt(again.end(asked)); code != "signIn.entraStale" {
			t.Errorf("a replayed state: %s", code)
		}
		asked = again.begin("/conversations")
		b.azure.mu.Lock()
		b.azure.idToken = nil
		b.azure.mu.Unlock()
		at := again.back(url.Values{"code": {"used"}, "state": {asked.Get("state")}})
		code, detail := again.toldAt(at)
		if code != "signIn.entraExpired" || !strings.Contains(detail, "AADSTS54005") || !strings.Contains(at, "from=%2Fconversations") {
			t.Errorf("a used code: %s %s at %s", code, detail, at)
		}
	})
}

func TestRefusalsOfEntraAreExplained(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		m := b.microsoft("Agent")
		for description, want := range map[string]string{
			"AADSTS65004: User declined to consent.":     "signIn.entraDeclined",
			"AADSTS90094: Admin consent is required.":    "signIn.entraConsent",
			"AADSTS50105: not assigned":                  "signIn.entraUnassigned",
			"AADSTS700016: Application was not found":    "signIn.entraRegistration",
			"AADSTS99999: <b>call +1 555 0100</b> now":   "signIn.entraRefused",
			"Your account is locked, call +1 555 0100 !": "signIn.entraRefused",
		} {
			asked := m.begin("/")
			answer := url.Values{"state": {asked.Get("state")}, "error": {"server_error"}, "error_description": {description}}
			code, detail := m.toldAt(m.back(answer))
			if code != want || strings.Contains(detail, "555") || strings.Contains(detail, "{") {
				t.Errorf("%s: %s, %s", description, code, detail)
			}
			if number, _, ok := strings.Cut(description, ":"); ok && !strings.Contains(detail, number) {
				t.Errorf("%s lacks its code: %s", description, detail)
			}
		}
		// What nobody sealed is not shown.
		var out fields
		b.anonymous().do("GET", "/api/session/refusal", nil, 200, &out, "Cookie", "guichet_entra_refusal=forged")
		if out["code"] != "" {
			t.Errorf("a forged refusal: %v", out)
		}
		if err := b.SignInWithEntra(entra.Settings{TenantID: "contoso.com", ClientID: appID}); err == nil ||
			!strings.Contains(err.Error(), "contoso.com") || !strings.Contains(err.Error(), "secret") {
			t.Errorf("bad settings: %v", err)
		}
	})
}
