package web_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"guichet/web"
)

const script = "console.log('hello')"

func pages(t *testing.T) *web.Pages {
	t.Helper()
	var small bytes.Buffer
	zip := gzip.NewWriter(&small)
	if _, err := io.WriteString(zip, script); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return web.From(fstest.MapFS{
		"desk.html":           {Data: []byte("<title>desk</title>")},
		"assets/desk-1.js":    {Data: []byte(script)},
		"assets/desk-1.js.gz": {Data: small.Bytes()},
		"assets/icon-2.svg":   {Data: []byte("<svg/>")},
		".vite/manifest.json": {Data: []byte("{}")},
	})
}

func get(t *testing.T, handler http.Handler, method, target string, header map[string]string) *http.Response {
	t.Helper()
	request := httptest.NewRequest(method, target, nil)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPageIsServedForEveryPath(t *testing.T) {
	handler := pages(t).Handler("desk")
	for _, target := range []string{"/", "/sign-in", "/conversations/0190?view=mine"} {
		response := get(t, handler, "GET", target, nil)
		if got := body(t, response); response.StatusCode != 200 || got != "<title>desk</title>" {
			t.Errorf("%s: %d %q", target, response.StatusCode, got)
		}
		if got := response.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q", target, got)
		}
		policy := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", target, policy)
		}
		for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy"} {
			if response.Header.Get(name) == "" {
				t.Errorf("%s: no %s", target, name)
			}
		}
	}
}

func TestUnchangedPageIsNotSentAgain(t *testing.T) {
	handler := pages(t).Page("desk")
	etag := get(t, handler, "GET", "/", nil).Header.Get("ETag")
	response := get(t, handler, "GET", "/", map[string]string{"If-None-Match": etag})
	if etag == "" || response.StatusCode != http.StatusNotModified {
		t.Errorf("etag %q: %d", etag, response.StatusCode)
	}
}

func TestAssetEncoding(t *testing.T) {
	handler := pages(t).Assets()
	for _, test := range []struct {
		accept string
		gzip   bool
	}{
		{"", false},
		{"gzip", true},
		{"br, GZIP;q=0.5", true},
		{"br, deflate", false},
		{"gzip;q=0, br", false},
		{"gzip; q=0.0", false},
		{"*", true},
		{"*, gzip;q=0", false},
	} {
		response := get(t, handler, "GET", "/assets/desk-1.js", map[string]string{"Accept-Encoding": test.accept})
		if got := response.Header.Get("Content-Encoding") == "gzip"; got != test.gzip {
			t.Errorf("Accept-Encoding %q: gzip %v", test.accept, got)
		}
		if response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: no Vary", test.accept)
		}
		if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("Cache-Control %q", got)
		}
		if got := response.Header.Get("Content-Type"); got != "text/javascript; charset=utf-8" {
			t.Errorf("Content-Type %q", got)
		}
		reader := io.Reader(response.Body)
		if test.gzip {
			unzipped, err := gzip.NewReader(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			reader = unzipped
		}
		if got, err := io.ReadAll(reader); err != nil || string(got) != script {
			t.Errorf("Accept-Encoding %q: %q, %v", test.accept, got, err)
		}
	}
}

func TestAssetsNotFound(t *testing.T) {
	handler := pages(t).Handler("desk")
	for _, target := range []string{
		"/assets/none.js", "/assets/", "/assets/desk-1.js.gz", "/assets/../.vite/manifest.json", "/assets/../desk.html",
	} {
		if response := get(t, handler, "GET", target, nil); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", target, response.StatusCode)
		}
	}
}

func TestOnlyReads(t *testing.T) {
	handler := pages(t).Handler("desk")
	for _, target := range []string{"/", "/assets/desk-1.js"} {
		if response := get(t, handler, "POST", target, nil); response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", target, response.StatusCode)
		}
		response := get(t, handler, "HEAD", target, nil)
		if got := body(t, response); response.StatusCode != 200 || got != "" {
			t.Errorf("HEAD %s: %d %q", target, response.StatusCode, got)
		}
	}
}

func TestPageThatWasNotBuiltSaysWhatToDo(t *testing.T) {
	handler := web.From(fstest.MapFS{".gitkeep": {}}).Handler("desk")
	response := get(t, handler, "GET", "/", nil)
	if got := body(t, response); response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got, "make build") {
		t.Errorf("%d %q", response.StatusCode, got)
	}
}

// The embedded folder is there in a clean clone and after a build alike; each entry is then either the page or what to do.
func TestBuilt(t *testing.T) {
	for _, entry := range []string{"desk", "portal", "handset"} {
		response := get(t, web.Built().Page(entry), "GET", "/", nil)
		got := body(t, response)
		page := response.StatusCode == 200 && strings.Contains(got, `<script type="module"`)
		missing := response.StatusCode == http.StatusServiceUnavailable && strings.Contains(got, "make build")
		if !page && !missing {
			t.Errorf("%s: %d %q", entry, response.StatusCode, got)
		}
	}
}
