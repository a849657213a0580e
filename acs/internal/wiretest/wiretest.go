// Package wiretest compares what a client of this module sends with what an official client sent for the same call.
// The requests of the official clients, and the answers that they got, are golden files which test/conformance/record
// writes. It is for tests only.
package wiretest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const accessKey = "ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI="

// Folder is where a package keeps its golden files.
const Folder = "testdata/wire"

type golden struct {
	Call      string `json:"call"`
	Exchanges []struct {
		Request  request `json:"request"`
		Response struct {
			Status  int               `json:"status"`
			Headers map[string]string `json:"headers"`
			Body    json.RawMessage   `json:"body"`
		} `json:"response"`
	} `json:"exchanges"`
}

type request struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   []string          `json:"query"`
	Headers map[string]string `json:"headers"`
	Body    any               `json:"body,omitempty"`
}

// Server is a server that answers as the golden file says.
type Server struct {
	// ConnectionString leads to it.
	ConnectionString string

	// Options are what a client needs for it. Their transport brings requests to other hosts to the server, too.
	Options azcore.ClientOptions
}

// everywhere takes every request to the server, by http, and leaves the Host header as it is.
type everywhere struct{ host string }

func (e everywhere) Do(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	r.URL.Scheme, r.URL.Host = "http", e.host
	return http.DefaultClient.Do(r)
}

// Case is one call, and the name of the golden file for it, without .json.
type Case struct {
	Name string
	Call func(*testing.T, Server)
}

// Run makes every call against a server that plays its golden file, and reports where requests differ. A golden file
// without a case is an error too.
func Run(t *testing.T, cases []Case) {
	files, err := filepath.Glob(filepath.Join(Folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		if !slices.ContainsFunc(cases, func(c Case) bool { return c.Name == name }) {
			t.Errorf("golden file %s has no case", name)
		}
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			play(t, c)
		})
	}
}

func play(t *testing.T, c Case) {
	b, err := os.ReadFile(filepath.Join(Folder, c.Name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var got []request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		described, err := describe(r)
		mu.Lock()
		defer mu.Unlock()
		i := len(got)
		got = append(got, described)
		if err != nil {
			t.Errorf("request %d: %v", i, err)
		}
		if i >= len(g.Exchanges) {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		answer := g.Exchanges[i].Response
		for name, value := range answer.Headers {
			w.Header().Set(name, value)
		}
		if answer.Body != nil {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
		}
		w.WriteHeader(answer.Status)
		var body bytes.Buffer
		if err := json.Compact(&body, answer.Body); answer.Body != nil && err != nil {
			t.Errorf("answer %d: %v", i, err)
		}
		_, _ = w.Write(bytes.ReplaceAll(body.Bytes(), []byte("<endpoint>"), []byte("http://"+r.Host)))
	}))
	defer server.Close()
	c.Call(t, Server{
		ConnectionString: "endpoint=" + server.URL + "/;accesskey=" + accessKey,
		Options: azcore.ClientOptions{
			InsecureAllowCredentialWithHTTP: true,
			Retry:                           policy.RetryOptions{MaxRetries: -1},
			Transport:                       everywhere{strings.TrimPrefix(server.URL, "http://")},
		},
	})
	mu.Lock()
	defer mu.Unlock()
	if len(got) != len(g.Exchanges) {
		t.Errorf("%d requests, %s made %d", len(got), g.Call, len(g.Exchanges))
	}
	for i := range min(len(got), len(g.Exchanges)) {
		compare(t, fmt.Sprintf("request %d", i), got[i], g.Exchanges[i].Request)
	}
}

func compare(t *testing.T, where string, got, want request) {
	if want.Body == nil && want.Method == http.MethodGet {
		// The official client repeats the content type of the request that began an operation.
		delete(want.Headers, "content-type")
	}
	for _, difference := range []struct {
		what      string
		got, want any
	}{
		{"method", got.Method, want.Method},
		{"path", got.Path, want.Path},
		{"query", got.Query, want.Query},
		{"headers", got.Headers, want.Headers},
		{"body", got.Body, want.Body},
	} {
		if !reflect.DeepEqual(difference.got, difference.want) {
			t.Errorf("%s: %s differs\ngot  %s\nwant %s", where, difference.what, text(difference.got), text(difference.want))
		}
	}
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Headers that say nothing about the protocol, or that follow from the rest of the request.
var dropped = []string{"user-agent", "accept-encoding", "connection", "content-length", "transfer-encoding"}

var (
	uuid     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	httpDate = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$`)
)

// describe writes a request as the golden files do: what differs from run to run is checked and replaced by a word.
func describe(r *http.Request) (request, error) {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	out := request{Method: r.Method, Path: path, Query: []string{}, Headers: map[string]string{"host": "<host>"}}
	form := make([]string, 0)
	for _, pair := range strings.FieldsFunc(query, func(c rune) bool { return c == '&' }) {
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return out, fmt.Errorf("query %q", query)
		}
		out.Query = append(out.Query, name+"="+value)
		form = append(form, formEscape(name)+"="+formEscape(value))
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return out, err
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name = strings.ToLower(name); !slices.Contains(dropped, name) {
			out.Headers[name] = strings.Join(r.Header.Values(name), ", ")
		}
	}
	sum := sha256.Sum256(body)
	hash := base64.StdEncoding.EncodeToString(sum[:])
	key, err := base64.StdEncoding.DecodeString(accessKey)
	if err != nil {
		return out, err
	}
	// A request to another host is signed for the endpoint, which it names, without the query.
	host, target := r.Host, r.RequestURI
	if signed := out.Headers["x-ms-host"]; signed != "" {
		location, err := url.Parse(out.Headers["originalurl"])
		if err != nil || location.Host != r.Host || location.RequestURI() != r.RequestURI {
			return out, fmt.Errorf("header originalurl has the wrong value %q", out.Headers["originalurl"])
		}
		host, target, form = signed, path, nil
		out.Headers["x-ms-host"], out.Headers["host"] = "<host>", "<host of the location>"
	}
	sign := func(target string) string {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s\n%s\n%s;%s;%s", r.Method, target, r.Header.Get("x-ms-date"), host, hash)
		return "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	asForm := path
	if len(form) > 0 {
		asForm += "?" + strings.Join(form, "&")
	}
	for _, check := range []struct {
		name string
		good func(string) bool
		word string
	}{
		{"x-ms-date", httpDate.MatchString, "<date>"},
		{"x-ms-client-request-id", uuid.MatchString, "<uuid>"},
		{"x-ms-content-sha256", func(s string) bool { return s == hash }, "<hash of the body>"},
		// The signature must be good for a server that takes the target as sent, and for one that re-encodes it.
		{"authorization", func(s string) bool { return s == sign(target) && s == sign(asForm) },
			"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=<signature>"},
	} {
		if value := out.Headers[check.name]; !check.good(value) {
			return out, fmt.Errorf("header %s has the wrong value %q", check.name, value)
		}
		out.Headers[check.name] = check.word
	}
	for _, volatile := range []struct {
		name string
		good func(string) bool
		word string
	}{
		{"repeatability-request-id", uuid.MatchString, "<uuid>"},
		{"repeatability-first-sent", httpDate.MatchString, "<date>"},
	} {
		if value, found := out.Headers[volatile.name]; found && volatile.good(value) {
			out.Headers[volatile.name] = volatile.word
		}
	}
	if len(body) > 0 {
		d := json.NewDecoder(bytes.NewReader(body))
		if err := d.Decode(&out.Body); err != nil {
			return out, fmt.Errorf("body %s: %w", body, err)
		}
		replaceVolatile(out.Body)
	}
	return out, nil
}

func formEscape(s string) string {
	return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(s))
}

func replaceVolatile(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			replaceVolatile(item)
		}
	case map[string]any:
		for name, item := range v {
			s, _ := item.(string)
			switch {
			case name == "repeatabilityRequestId" && uuid.MatchString(s):
				v[name] = "<uuid>"
			case name == "repeatabilityFirstSent" && httpDate.MatchString(s):
				v[name] = "<date>"
			default:
				replaceVolatile(item)
			}
		}
	}
}
