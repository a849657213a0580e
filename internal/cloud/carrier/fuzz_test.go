package carrier

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzHandset gives the handset's API whatever comes, in path and body: it is
// taken or refused in the API's shape, and is never a fault of the cloud's own.
func FuzzHandset(f *testing.F) {
	targets := []struct{ method, path string }{
		{"POST", "/customers"},
		{"GET", "/customers/{}/threads"},
		{"GET", "/customers/{}/threads/{}/messages"},
		{"POST", "/customers/{}/threads/{}/messages"},
		{"GET", "/customers/{}/delivery"},
		{"PUT", "/customers/{}/delivery"},
	}
	for i := range targets {
		for _, body := range []string{
			`{"number":"+14255550199"}`, `{"id":"11111111-1111-4111-8111-111111111111","text":"hello"}`,
			`{"id":"x","text":""}`, `{"mode":"failed","code":"4006"}`, `{"mode":"delayed","delaySeconds":1e9}`, `{"mode":"lost"}`,
			`{"mode":7}`, `null`, `[]`, `{}{}`, ``, `{"number":null}`, "{\"id\":\"{11111111-1111-4111-8111-111111111111}\",\"text\":\"\xff\"}",
		} {
			f.Add(uint8(i), "+14255550123", body)
		}
		f.Add(uint8(i), "%2B14255550123", `{}`)
		f.Add(uint8(i), "+0", `{}`)
	}
	n, _ := start(f, filepath.Join(f.TempDir(), "c.db"), epoch)
	f.Fuzz(func(t *testing.T, which uint8, number, body string) {
		x := targets[int(which)%len(targets)]
		r := httptest.NewRequest(x.method, "/_guichet/handset"+strings.ReplaceAll(x.path, "{}", url.PathEscape(number)), strings.NewReader(body))
		w := httptest.NewRecorder()
		n.handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s %q: %d %s", x.method, x.path, body, w.Code, w.Body)
		}
		if w.Code/100 == 2 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s: %s", x.method, x.path, w.Body)
		}
	})
}
