package entra

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/wellknown"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const (
	base     = "https://cloud.test"
	armScope = "https://management.azure.com/.default"
	armURI   = "https://management.azure.com"
)

var epoch = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// authority is a directory with its clock and control API.
type authority struct {
	*Entra
	t       testing.TB
	db      *sqlstore.DB
	clock   *clock.Manual
	control *http.ServeMux
	// changes counts what Routes told of.
	changes int
}

// openAuthority opens the directory in the database file at path; close it
// before opening it again.
func openAuthority(t testing.TB, path string) *authority {
	t.Helper()
	ctx := context.Background()
	db, err := sqlstore.Open(ctx, sqlstore.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, Migrations); err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, db: db, clock: clock.NewManual(epoch), control: http.NewServeMux()}
	a.Entra, err = New(ctx, Options{
		DB: db, Clock: a.clock, Log: slog.New(slog.DiscardHandler), BaseURL: base, Unknown: http.NotFoundHandler(),
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Routes(a.control, func() { a.changes++ })
	return a
}

func newAuthority(t testing.TB) *authority {
	return openAuthority(t, filepath.Join(t.TempDir(), "cloud.db"))
}

// ask makes a request and decodes its JSON answer.
func (a *authority) ask(h http.Handler, method, target, contentType, body string) (int, map[string]any) {
	a.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return a.answerOf(h, r)
}

// answer is what the directory answers to a request.
func (a *authority) answer(r *http.Request) (int, map[string]any) { return a.answerOf(a.Entra, r) }

func (a *authority) answerOf(h http.Handler, r *http.Request) (int, map[string]any) {
	a.t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	out := map[string]any{}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			a.t.Fatalf("%s %s: %s: %v", r.Method, r.URL, w.Body, err)
		}
	}
	return w.Code, out
}

// post makes a call of the control API.
func (a *authority) post(path, body string) (int, map[string]any) {
	a.t.Helper()
	return a.ask(a.control, http.MethodPost, "/_guichet/entra/"+path, "application/json", body)
}

func secretForm() url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {wellknown.ToolsClientID}, "client_secret": {wellknown.ToolsSecret},
		"scope": {armScope},
	}
}

// sign asks for a token at path.
func (a *authority) sign(path string, form url.Values) (int, map[string]any) {
	a.t.Helper()
	return a.ask(a.Entra, http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

// token is a token for ARM.
func (a *authority) token() string {
	a.t.Helper()
	status, body := a.sign("/"+wellknown.TenantID+"/oauth2/v2.0/token", secretForm())
	token, ok := body["access_token"].(string)
	if status != http.StatusOK || !ok {
		a.t.Fatalf("%d %v", status, body)
	}
	return token
}

// header is that of a token.
func header(t testing.TB, token string) map[string]any {
	t.Helper()
	first, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// published are the ids of the keys in a JWKS.
func (a *authority) published(path string) []string {
	a.t.Helper()
	status, body := a.ask(a.Entra, http.MethodGet, path, "", "")
	list, _ := body["keys"].([]any)
	if status != http.StatusOK {
		a.t.Fatalf("%s: %d", path, status)
	}
	var ids []string
	for _, key := range list {
		id, _ := key.(map[string]any)["kid"].(string)
		ids = append(ids, id)
	}
	return ids
}

// number is the AADSTS number of a refusal.
func number(body map[string]any) int {
	list, _ := body["error_codes"].([]any)
	if len(list) != 1 {
		return 0
	}
	n, _ := list[0].(float64)
	return int(n)
}
