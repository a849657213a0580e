package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What is wrong with a request's members is told in the language of the request,
// and never in the words of a parser.
func TestWrongMembersAreNamedInTheLanguageAsked(t *testing.T) {
	t.Parallel()
	h := New(Options{
		Version: "0", Page: http.NotFoundHandler(), Webhook: http.NotFoundHandler(), Metrics: http.NotFoundHandler(),
		PublicURL: "http://localhost:8080",
	})
	for body, want := range map[string][2]string{
		`{`:                                  {"This is not valid JSON.", "Ce n’est pas du JSON valide."},
		"{\"a\":\x00}":                       {"This is not valid JSON.", "Ce n’est pas du JSON valide."},
		`[]`:                                 {"This must be a JSON object.", "Cette valeur doit être un objet JSON."},
		``:                                   {"The request has no body.", "La demande n’a pas de corps."},
		`{"email":"a"}`:                      {"“password” is missing.", "« password » est absent."},
		`{"email":1,"password":"b"}`:         {"This must be a text.", "Cette valeur doit être un texte."},
		`{"email":"a","password":"b","c":1}`: {"There is no member of this name.", "Aucun membre ne porte ce nom."},
		`{"email":"a","password":"` + strings.Repeat("x", 2<<20): {"The request is too large.", "La demande est trop volumineuse."},
	} {
		for lang, accepted := range []string{"en", "fr"} {
			r := httptest.NewRequest(http.MethodPost, "/api/session", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept-Language", accepted)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			var p Problem
			err := json.Unmarshal(w.Body.Bytes(), &p)
			if err != nil || p.Status != w.Code || len(p.Errors) != 1 || p.Errors[0].Message != want[lang] {
				t.Errorf("%.40q in %s: %d %s", body, accepted, w.Code, w.Body)
			}
		}
	}
}

// A method that an address does not know is refused with those that it does.
func TestMethodsThatAnAddressDoesNotKnow(t *testing.T) {
	t.Parallel()
	h := New(Options{
		Version: "0", Page: http.NotFoundHandler(), Webhook: http.NotFoundHandler(), Metrics: http.NotFoundHandler(),
		PublicURL: "http://localhost:8080",
	})
	for target, want := range map[string]struct {
		status      int
		allow, code string
	}{
		"PUT /api/users":           {http.StatusMethodNotAllowed, "GET, HEAD, POST", "request.method"},
		"POST /api/users/x":        {http.StatusMethodNotAllowed, "PATCH", "request.method"},
		"DELETE /api/live":         {http.StatusMethodNotAllowed, "GET, HEAD", "request.method"},
		"OPTIONS /api/session":     {http.StatusMethodNotAllowed, "POST, DELETE", "request.method"},
		"GET /api/nothing":         {http.StatusNotFound, "", "request.unknown"},
		"PUT /api/nothing":         {http.StatusNotFound, "", "request.unknown"},
		"GET /api/users/x/nothing": {http.StatusNotFound, "", "request.unknown"},
	} {
		method, path, _ := strings.Cut(target, " ")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		var p Problem
		err := json.Unmarshal(w.Body.Bytes(), &p)
		if err != nil || w.Code != want.status || p.Status != want.status || p.Code != want.code || w.Header().Get("Allow") != want.allow {
			t.Errorf("%s: %d, Allow %q, %s", target, w.Code, w.Header().Get("Allow"), w.Body)
		}
	}
}
