package cloud

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"guichet/internal/platform/httpserver"
	"guichet/internal/platform/sqlstore"
)

// local is a cloud that runs for a test.
func local(t *testing.T, o Options) *Cloud {
	t.Helper()
	o.HTTPSListen, o.HTTPListen = "localhost:0", "localhost:0"
	ctx, cancel := context.WithCancel(t.Context())
	c, err := New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return c
}

// get answers status and body; redirects are not followed.
func get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestPlaneOf(t *testing.T) {
	for path, want := range map[string]string{
		"/subscriptions": planeARM, "//SUBSCRIPTIONS/x//y": planeARM, "/providers/Microsoft.EventGrid/topicTypes": planeARM, "/tenants": planeARM,
		"/sms": planeACS, "/phoneNumbers": planeACS, "/availablePhoneNumbers/countries": planeACS,
		"/common/discovery/instance": planeEntra, "/contoso.onmicrosoft.com/oauth2/v2.0/token": planeEntra,
		"/x/.well-known/openid-configuration": planeEntra, "/eventgrid/topics/x/api/events": planeEventGrid,
		"/": planeUnknown, "/x": planeUnknown, "/x/y": planeUnknown,
	} {
		if got := planeOf(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestUnknownRouteIsCounted(t *testing.T) {
	c := local(t, Options{Ephemeral: true})
	response, body := get(t, c.HTTPURL()+"/nothing/here?secret=1")
	if response.StatusCode != http.StatusNotFound || !strings.Contains(body, `"error":{"code":"NotFound"`) {
		t.Errorf("%s %s", response.Status, body)
	}
	_, body = get(t, c.HTTPURL()+"/_guichet/requests")
	var list struct {
		Items []struct {
			Path, Plane string
			Status      int
		}
		UnknownRoutes map[string]int
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 || list.Items[0].Path != "/nothing/here" || list.Items[0].Status != 404 || list.UnknownRoutes["GET /nothing/here"] != 1 {
		t.Errorf("%s", body)
	}
	if strings.Contains(body, "secret") {
		t.Error("a query was recorded")
	}
}

func TestPages(t *testing.T) {
	c := local(t, Options{Ephemeral: true, Pages: func(entry string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page "+entry) })
	}})
	if response, _ := get(t, c.HTTPURL()+"/"); response.Header.Get("Location") != "/portal" {
		t.Errorf("/ leads to %q", response.Header.Get("Location"))
	}
	for path, want := range map[string]string{
		"/handset": "page handset", "/handset/x": "page handset", "/portal": "page portal", "/portal/requests": "page portal",
		"/assets/a.js": "page portal",
	} {
		if _, body := get(t, c.HTTPURL()+path); body != want {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestControlRefusesOtherOrigins(t *testing.T) {
	c := local(t, Options{Ephemeral: true})
	r, err := http.NewRequest(http.MethodPost, c.HTTPURL()+"/_guichet/reset", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("got %s", response.Status)
	}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	c := local(t, Options{DataDir: dir})
	if want := filepath.Join(dir, "cloud", "ca.pem"); c.CAFile() != want {
		t.Errorf("CA file %s, want %s", c.CAFile(), want)
	}
	if info, err := os.Stat(filepath.Join(dir, "cloud", "ca-key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v %v", info, err)
	}
	_, port, _ := net.SplitHostPort(c.HostName())
	for _, host := range []string{"localhost", "127.0.0.1"} {
		for _, name := range []string{"localhost", "127.0.0.1", "::1", "login.microsoftonline.com", "management.azure.com"} {
			conn, err := tls.Dial("tcp", net.JoinHostPort(host, port), &tls.Config{RootCAs: c.CAPool(), ServerName: name})
			if err != nil {
				t.Errorf("%s as %s: %v", host, name, err)
				continue
			}
			_ = conn.Close()
		}
	}
}

func TestNewRefuses(t *testing.T) {
	free := func(o Options) Options {
		if o.HTTPSListen == "" {
			o.HTTPSListen = "localhost:0"
		}
		o.HTTPListen = "localhost:0"
		return o
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	junk := t.TempDir()
	if err := os.MkdirAll(filepath.Join(junk, "cloud"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(junk, "cloud", "cloud.db"), []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		o    Options
		want error
	}{
		"a port in use":  {Options{Ephemeral: true, HTTPSListen: taken.Addr().String()}, httpserver.ErrInUse},
		"a public port":  {Options{Ephemeral: true, HTTPSListen: "0.0.0.0:0"}, ErrPublic},
		"a file as data": {Options{DataDir: file}, nil},
		"a junk file":    {Options{DataDir: junk}, sqlstore.ErrUnusable},
	} {
		c, err := New(t.Context(), free(test.o))
		if err == nil {
			_ = c.Close()
			t.Errorf("%s: accepted", name)
			continue
		}
		if test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStart: a start on a fresh folder is quick, as no key is made before it.
func TestStart(t *testing.T) {
	begin := time.Now()
	c, err := New(t.Context(), Options{Ephemeral: true, HTTPSListen: "localhost:0", HTTPListen: "localhost:0"})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	t.Cleanup(func() { _ = c.Close() })
	if took > time.Second {
		t.Errorf("a start took %s", took)
	}
	t.Logf("a start took %s", took)
}
