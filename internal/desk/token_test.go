package desk

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"guichet/internal/desk/people"
	"guichet/internal/platform/sqlstore"
)

// program is a caller with a token.
func (b *bench) program(text string) func(method, path string, in any, want int, out any) {
	v := b.anonymous()
	return func(method, path string, in any, want int, out any) {
		b.t.Helper()
		v.do(method, path, in, want, out, "Authorization", "Bearer "+text)
	}
}

// newToken makes a token and returns its id and its text.
func (v *visitor) newToken(role string, days int) (id, text string) {
	v.b.t.Helper()
	var made fields
	v.do("POST", "/api/tokens", fields{"name": "nightly report", "role": role, "days": days}, http.StatusCreated, &made)
	return made["token"].(fields)["id"].(string), made["text"].(string)
}

func TestProgramsUseTheAPIByToken(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		id, text := admin.newToken("agent", 30)
		var stored string
		err := b.db.Read().QueryRowContext(t.Context(), `SELECT token_hash FROM api_token`).Scan(&stored)
		if err != nil || strings.Contains(stored, text) || len(text) < 40 {
			t.Errorf("stored %q for %q, %v", stored, text, err)
		}
		shown := admin.list("/api/tokens")[0]
		if shown["name"] != "nightly report" || shown["user"] != "root@example.com" || shown["role"] != "agent" || shown["lastUsedAt"] != nil || shown["expired"] != false {
			t.Errorf("before its use: %v", shown)
		}
		call := b.program(text)
		var me fields
		call("GET", "/api/me", nil, 200, &me)
		if me["email"] != "root@example.com" || me["role"] != "agent" {
			t.Errorf("acts as %v", me)
		}
		call("GET", "/api/conversations", nil, 200, nil)
		// Its own role bounds it, though its user may more.
		call("GET", "/api/users", nil, 403, nil)
		call("GET", entries, nil, 403, nil)
		if admin.list("/api/tokens")[0]["lastUsedAt"] == nil {
			t.Error("its use is not noted")
		}

		_, full := admin.newToken("administrator", 0)
		more := b.program(full)
		more("GET", "/api/users", nil, 200, nil)
		more("GET", entries, nil, 200, nil)
		var p fields
		more("POST", "/api/tokens", fields{"name": "x", "role": "agent", "days": 0}, 403, &p)
		if p["code"] != "token.notByToken" {
			t.Errorf("a token makes tokens: %v", p)
		}
		more("DELETE", "/api/tokens/"+id, nil, 403, nil)
		more("PATCH", "/api/me", fields{"password": "a long password"}, 403, nil)

		admin.do("DELETE", "/api/tokens/"+id, nil, 204, nil)
		call("GET", "/api/me", nil, 401, &p)
		if p["code"] != "token.refused" {
			t.Errorf("revoked: %v", p)
		}
		admin.do("DELETE", "/api/tokens/"+id, nil, 404, nil)
		// A wrong token is not made good by a session.
		admin.do("GET", "/api/me", nil, 401, nil, "Authorization", "Bearer "+text)
		admin.do("GET", "/api/me", nil, 200, nil)
		if got := b.audit("token.revoke", id); len(got) != 1 {
			t.Errorf("audit %v", got)
		}
	})
}

func TestTokensFollowTheirUserAndExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin, second := b.as("root", people.Administrator), b.as("second", people.Administrator)
		_, text := second.newToken("administrator", 1)
		call := b.program(text)
		call("GET", "/api/users", nil, 200, nil)
		id := b.idOf("second@example.com")
		admin.do("PATCH", "/api/users/"+id, fields{"role": "agent"}, 200, nil)
		call("GET", "/api/users", nil, 403, nil)
		call("GET", "/api/conversations", nil, 200, nil)
		admin.do("PATCH", "/api/users/"+id, fields{"disabled": true}, 200, nil)
		call("GET", "/api/conversations", nil, 401, nil)
		admin.do("PATCH", "/api/users/"+id, fields{"disabled": false}, 200, nil)

		err := b.db.Tx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE api_token SET expires_at = $1`, sqlstore.Micros(time.Now().Add(-time.Second)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		call("GET", "/api/conversations", nil, 401, nil)
		if shown := admin.list("/api/tokens")[0]; shown["expired"] != true {
			t.Errorf("expired: %v", shown)
		}

		for body, code := range map[string]string{
			`{"name":" ","role":"agent","days":1}`:    "token.name",
			`{"name":"x","role":"king","days":1}`:     "request.invalid",
			`{"name":"x","role":"agent","days":9999}`: "request.invalid",
		} {
			var p fields
			admin.do("POST", "/api/tokens", body, 422, &p)
			if p["code"] != code {
				t.Errorf("%s: %v", body, p)
			}
		}
		b.as("agent", people.Agent).do("GET", "/api/tokens", nil, 403, nil)
		u := b.idOf("agent@example.com")
		if _, _, err := b.people.AddToken(t.Context(), "shell", people.NewToken{UserID: u, Name: "x", Role: people.Administrator}); err == nil ||
			!strings.HasPrefix(err.Error(), "token.role") {
			t.Errorf("more than its user: %v", err)
		}
	})
}

// A user whose role is taken in the tenant is out with all that acts as them.
func TestTokensEndWithTheRoleInEntra(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		m := b.microsoft("Administrator")
		m.enter()
		_, text := m.newToken("agent", 1)
		call := b.program(text)
		call("GET", "/api/me", nil, 200, nil)
		m.claims["roles"] = []string{}
		if code, _ := b.other(m).refused(); code != "signIn.entraNoRole" {
			t.Errorf("refused %s", code)
		}
		call("GET", "/api/me", nil, 401, nil)
	})
}
