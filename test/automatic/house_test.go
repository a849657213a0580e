// Package automatic tests the automatic connection of the desk through its API,
// with the local cloud as Azure: the two meet over HTTP only.
package automatic

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"sync"
	"testing"
	"time"

	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/people"
	"guichet/localcloud"
)

// house is a local cloud and a desk that can be stopped and started again.
type house struct {
	t      *testing.T
	cloud  *localcloud.Cloud
	dir    string
	listen string
	desk   *desk.Desk
	stop   func()
	client *http.Client
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	ln, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, cloud: localcloud.Start(t), dir: t.TempDir(), listen: ln.Addr().String()}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	h.start()
	return h
}

const password = "a long password"

// start starts the desk and signs its administrator in.
func (h *house) start() {
	h.t.Helper()
	azure := connection.PublicAzure
	azure.Authority, azure.ResourceManager, azure.Graph, azure.CAFile = h.cloud.AuthorityHost(), h.cloud.URL(), h.cloud.URL(), h.cloud.CAFile()
	d, err := desk.New(h.t.Context(), desk.Options{
		DataDir: h.dir, Listen: h.listen, Azure: azure, Page: http.NotFoundHandler(), Version: "test", PasswordCost: 4,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.desk = d
	if n, err := d.People().Count(h.t.Context()); err != nil {
		h.t.Fatal(err)
	} else if n == 0 {
		_, err := d.People().Add(h.t.Context(), "test", people.NewUser{
			Email: "admin@contoso.example", Name: "Ada", Role: people.Administrator, Password: password,
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Error(err)
		}
	})
	h.t.Cleanup(h.stop)
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.client = &http.Client{Jar: jar}
	h.do("POST", "/api/session", fields{"email": "admin@contoso.example", "password": password}, 200, nil)
}

type fields = map[string]any

// do makes a call of the desk's API, wants a status and decodes the answer.
func (h *house) do(method, path string, in any, want int, out any) {
	h.t.Helper()
	status, text := call(h.t, h.client, method, h.desk.URL()+path, in, nil)
	if status != want {
		h.t.Fatalf("%s %s answered %d, not %d: %s", method, path, status, want, text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
}

func call(t *testing.T, client *http.Client, method, url string, in any, header http.Header) (int, []byte) {
	t.Helper()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, text
}

// standing is how the automatic connection stands.
type standing struct {
	SignIn struct{ State, Who, Problem, Code, URL string }
	Run    *struct {
		Kind, State, Way string
		Steps            []struct {
			Step, State, Detail, Command   string
			WaitedSeconds, PatienceSeconds int
		}
	}
}

func (s standing) step(name string) (state, detail, command string) {
	if s.Run == nil {
		return "", "", ""
	}
	for _, each := range s.Run.Steps {
		if each.Step == name {
			return each.State, each.Detail, each.Command
		}
	}
	return "", "", ""
}

func (h *house) standing() (s standing) {
	h.t.Helper()
	h.do("GET", "/api/connection/automatic", nil, 200, &s)
	return s
}

// until waits for a state of affairs for up to two minutes.
func (h *house) until(what string, met func(standing) bool) standing {
	h.t.Helper()
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		s := h.standing()
		if met(s) {
			return s
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			h.t.Fatalf("never: %s; %+v", what, s)
		}
	}
}

func (h *house) signIn(clientID, secret string) {
	h.t.Helper()
	h.do("POST", "/api/connection/automatic/sign-in",
		fields{"way": "secret", "tenantId": localcloud.TenantID, "clientId": clientID, "clientSecret": secret}, 200, nil)
	h.until("signed in", func(s standing) bool { return s.SignIn.State == "signed-in" })
}

func (h *house) signInAsTools() { h.t.Helper(); h.signIn(localcloud.ClientID, localcloud.ClientSecret) }

// run starts a run and waits until it has ended as wanted.
func (h *house) run(kind string, target fields, want string) standing {
	h.t.Helper()
	h.do("POST", "/api/connection/automatic/run", fields{"kind": kind, "target": target}, 200, nil)
	return h.ended(want)
}

func (h *house) ended(want string) standing {
	h.t.Helper()
	s := h.until("the run ends", func(s standing) bool { return s.Run != nil && s.Run.State != "running" })
	if s.Run.State != want {
		h.t.Fatalf("the run ended %s, not %s: %+v", s.Run.State, want, s.Run)
	}
	return s
}

// token is one of the tools' principal.
func (h *house) token(audience string) string {
	h.t.Helper()
	resp, err := h.cloud.Client().PostForm(h.cloud.URL()+"/"+localcloud.TenantID+"/oauth2/v2.0/token", map[string][]string{
		"grant_type": {"client_credentials"}, "client_id": {localcloud.ClientID}, "client_secret": {localcloud.ClientSecret}, "scope": {audience + "/.default"},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || body.Token == "" {
		h.t.Fatalf("no token: %s %v", resp.Status, err)
	}
	return "Bearer " + body.Token
}

// azure makes a call of the cloud as the tools' principal.
func (h *house) azure(audience, method, path string, in any, out any) int {
	h.t.Helper()
	status, text := call(h.t, h.cloud.Client(), method, h.cloud.URL()+path, in, http.Header{"Authorization": {h.token(audience)}})
	if out != nil && status < 300 {
		if err := json.Unmarshal(text, out); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return status
}

const (
	graph = "https://graph.microsoft.com"
	arm   = localcloud.ResourceManagerAudience
)

// control makes a call of the cloud's control API.
func (h *house) control(method, path string, in any) {
	h.t.Helper()
	if status, text := call(h.t, http.DefaultClient, method, h.cloud.HTTPURL()+path, in, nil); status >= 300 {
		h.t.Fatalf("%s %s: %d %s", method, path, status, text)
	}
}
