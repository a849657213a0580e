package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "renew the golden files")

// The page's types are made from this document (see web/package.json), so that a
// change of the API shows there.
func TestOpenAPIDocumentIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	h := New(Options{
		Version: "0", Page: http.NotFoundHandler(), Webhook: http.NotFoundHandler(), Metrics: http.NotFoundHandler(),
		PublicURL: "http://localhost:8080",
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/openapi.json", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, w.Body.Bytes(), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("the API changed: run `make api` and look at the difference")
	}
}

// The documentation needs no other host, and lists every operation.
func TestDocumentationIsWhole(t *testing.T) {
	t.Parallel()
	h := New(Options{
		Version: "0", Page: http.NotFoundHandler(), Webhook: http.NotFoundHandler(), Metrics: http.NotFoundHandler(),
		PublicURL: "http://localhost:8080",
	})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/docs", nil))
	page := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(page, "<script") || strings.Contains(page, "//unpkg") || strings.Contains(page, "src=") {
		t.Errorf("status %d, or the page asks for more", w.Code)
	}
	for _, want := range []string{"/api/conversations/{id}/messages", "/api/session/link", "Idempotency-Key", "customer"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// Every code that a room names has its sentence, and every sentence is used.
func TestEveryProblemHasItsSentence(t *testing.T) {
	t.Parallel()
	named := map[string]bool{"internal": true, "busy": true, "request.invalid": true, "request.method": true}
	code := regexp.MustCompile(`(?:problem\.New\(problem\.\w+, |\.add\([\w.]+, |bad\()"([^"]+)"|"((?:provision|automatic)\.[\w.]+)"`)
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if d.Name() == "provisionwords.go" {
			return err
		}
		for _, m := range code.FindAllSubmatch(text, -1) {
			named[string(m[1])+string(m[2])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for c := range named {
		if s, ok := sentences[c]; !ok || s[0] == "" || s[1] == "" {
			t.Errorf("%s lacks a sentence", c)
		}
	}
	for c := range sentences {
		if !named[c] {
			t.Errorf("%s is never used", c)
		}
	}
}
