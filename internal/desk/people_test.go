package desk

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"guichet/internal/desk/people"
	"guichet/internal/platform/clock"
)

func newKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

func (b *bench) clockForTests() clock.Clock { return clock.System }

func TestWhoMayDoWhat(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		for _, path := range []string{"/api/me", "/api/users", "/api/conversations", "/api/numbers", "/api/events", "/api/connection", "/api/live"} {
			var p fields
			b.anonymous().do("GET", path, nil, 401, &p)
			if p["code"] != "signIn.needed" {
				t.Errorf("%s: %v", path, p)
			}
		}
		agent := b.as("agent", people.Agent)
		for _, path := range []string{"/api/users", "/api/events", "/api/connection"} {
			agent.do("GET", path, nil, 403, nil)
		}
		if got := agent.list("/api/numbers"); len(got) != 1 || got[0]["number"] != ours || got[0]["smsInbound"] != true {
			t.Errorf("numbers %v", got)
		}
		b.anonymous().do("GET", "/api/nothing", nil, 404, nil)
		// Another site makes the browser send a form.
		agent.do("DELETE", "/api/session", nil, 403, nil, "Sec-Fetch-Site", "cross-site")
		agent.do("GET", "/api/me", nil, 200, nil)
		agent.do("DELETE", "/api/session", nil, 204, nil)
		agent.do("GET", "/api/me", nil, 401, nil)
	})
}

func TestLinkWorksOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		var made fields
		admin.do("POST", "/api/users", fields{"email": "New@Example.com", "name": "New", "role": "agent"}, 201, &made)
		link, err := url.Parse(made["signInLink"].(string))
		if err != nil || link.Path != "/sign-in" {
			t.Fatalf("link %v, %v", made["signInLink"], err)
		}
		token := strings.TrimPrefix(link.Fragment, "token=")
		fresh := b.anonymous()
		fresh.do("POST", "/api/session/link", fields{"token": token}, 200, nil)
		fresh.do("PATCH", "/api/me", fields{"password": "a long password", "language": "fr"}, 200, nil)
		fresh.do("GET", "/api/me", nil, 200, nil)
		var p fields
		again := b.anonymous()
		again.accept = "fr-CA"
		again.do("POST", "/api/session/link", fields{"token": token}, 401, &p)
		if !strings.Contains(p["detail"].(string), "déjà servi") {
			t.Errorf("problem %v", p)
		}
		again.do("POST", "/api/session", fields{"email": "new@example.com", "password": "a long password"}, 200, nil)
		again.do("PATCH", "/api/me", fields{"password": "another password"}, 422, nil)

		id := made["user"].(fields)["id"].(string)
		admin.do("PATCH", "/api/users/"+id, fields{"disabled": true}, 200, nil)
		again.do("GET", "/api/me", nil, 401, nil)
		again.do("POST", "/api/session", fields{"email": "new@example.com", "password": "a long password"}, 401, nil)
	})
}

func TestLastAdministratorStays(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		var me, p fields
		admin.do("GET", "/api/me", nil, 200, &me)
		path := "/api/users/" + me["id"].(string)
		admin.do("PATCH", path, fields{"role": "agent"}, 409, &p)
		if p["code"] != "user.lastAdministrator" {
			t.Errorf("problem %v", p)
		}
		admin.do("PATCH", path, fields{"disabled": true}, 409, nil)
		b.as("second", people.Administrator)
		admin.do("PATCH", path, fields{"role": "supervisor"}, 200, nil)
		admin.do("GET", "/api/users", nil, 403, nil)
	})
}

func TestBadInputIsExplained(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		for body, code := range map[string]string{
			`{"email":"nobody","name":"x","role":"agent"}`:                         "user.email",
			`{"email":"a@b.example","name":"x","role":"king"}`:                     "request.invalid",
			`{"email":"a@b.example","name":"x","role":"agent","password":"short"}`: "user.password",
			`{"email":"root@example.com","name":"x","role":"agent"}`:               "user.exists",
			`{"email":`: "request.invalid",
			`{"email":"a@b.example","name":"` + strings.Repeat("x", 101) + `","role":"agent"}`: "user.name",
		} {
			var p fields
			want := http.StatusUnprocessableEntity
			switch code {
			case "user.exists":
				want = http.StatusConflict
			case "request.invalid":
				if !strings.HasSuffix(body, "}") {
					want = http.StatusBadRequest
				}
			}
			admin.do("POST", "/api/users", body, want, &p)
			if p["code"] != code || p["detail"] == "" {
				t.Errorf("%s: %v", body, p)
			}
		}
		for _, path := range []string{
			"/api/conversations?view=none", "/api/conversations?limit=1000", "/api/conversations?cursor=!", "/api/events?cursor=x",
		} {
			admin.do("GET", path, nil, 422, nil)
		}
		admin.do("GET", "/api/conversations/none", nil, 404, nil)
		admin.do("GET", "/api/events/999999", nil, 404, nil)
	})
}

func TestGuessingIsSlowedDown(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		b.as("alice", people.Agent)
		guess := fields{"email": "alice@example.com", "password": "wrong password"}
		for range 9 {
			b.anonymous().do("POST", "/api/session", guess, 401, nil)
		}
		b.anonymous().do("POST", "/api/session", guess, 429, nil)
		b.anonymous().do("POST", "/api/session", fields{"email": "nobody@example.com", "password": "x"}, 401, nil)
	})
}
