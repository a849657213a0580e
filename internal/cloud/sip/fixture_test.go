package sip_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/calling"
	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/cloud/sip"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const (
	business = wk.NumberTollFree
	customer = wk.HandsetNumber
	agent    = "+14255550199"
	sipUser  = "guichet"
	sipPass  = "secret of the trunk"
)

// TestMain counts goroutines at the end. sipgo keeps the reader of a UDP socket
// that it was opening for a request while its user agent was closed; none of
// ours is among them.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/emiago/sipgo/sip.(*TransportUDP).readUDPConnection"))
}

type services struct{}

func (services) Services(context.Context) ([]acs.Service, error) {
	return []acs.Service{{
		ID: wk.ACSResourceID, ImmutableID: wk.ACSImmutableID, HostName: "localhost", Keys: []string{wk.ACSPrimaryKey, wk.ACSSecondaryKey},
	}}, nil
}

type tokens struct{}

func (tokens) Authorize(context.Context, string, acs.Service) (bool, error) {
	return false, errors.New("not a token")
}

// grid takes what is published to Event Grid.
type grid struct{ events chan eventgrid.Event }

func (g grid) Publish(_ context.Context, _ *sql.Tx, _ string, list ...eventgrid.Event) error {
	for _, e := range list {
		g.events <- e
	}
	return nil
}

func (grid) Wake() {}

// fixture is a trunk at a call server, with the data plane of its service.
type fixture struct {
	t     *testing.T
	url   string
	grid  grid
	trunk *sip.Trunk
	roots *x509.CertPool
	stop  func()
}

func start(t *testing.T, change ...func(*sip.Options)) *fixture {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db := must(sqlstore.Open(ctx, sqlstore.Options{Ephemeral: true}))(t)
	if err := db.Migrate(ctx, acs.Migrations(), carrier.Migrations(), calling.Migrations()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	g := grid{make(chan eventgrid.Event, 1000)}
	network := must(carrier.New(ctx, carrier.Options{DB: db, Clock: clock.System, Log: log, Hub: bus.New(10)}))(t)
	plane := must(acs.New(ctx, acs.Options{
		DB: db, Clock: clock.System, Log: log, Services: services{}, Tokens: tokens{}, Events: g, Carrier: network,
	}))(t)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	calls := must(calling.New(calling.Options{
		DB: db, Clock: clock.System, Log: log, Gate: plane, Files: plane, Dir: t.TempDir(), Lines: plane, Services: services{}, Events: g, Hub: bus.New(100),
		CustomerTopic: carrier.Topic, BaseURL: server.URL,
	}))(t)
	mux.Handle("/", plane.Handler(calls.Handler(http.NotFoundHandler())))
	calls.Routes(mux)

	certificate, roots := issue(t)
	o := sip.Options{
		Listen: "127.0.0.1:0", User: sipUser, Password: sipPass, Clock: clock.System, Log: log, Calls: calls, Lines: plane, Routes: plane,
		Certificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &certificate, nil }, Roots: roots,
	}
	for _, f := range change {
		f(&o)
	}
	trunk := must(sip.New(o))(t)
	calls.Attach(trunk.Phones())
	calls.AttachLast(trunk.Network())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{calls.Run, trunk.Run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	f := &fixture{t: t, url: server.URL, grid: g, trunk: trunk, roots: roots}
	var once sync.Once
	f.stop = func() {
		once.Do(func() {
			cancel()
			running.Wait()
		})
	}
	t.Cleanup(func() {
		f.stop()
		server.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// issue makes a certificate for the loopback address, its own authority.
func issue(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	roots := x509.NewCertPool()
	roots.AddCert(must(x509.ParseCertificate(der))(t))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// do makes a signed request of the data plane, checks its status and decodes its
// answer.
func (f *fixture) do(method, path string, body any, status int, out any) {
	f.t.Helper()
	data := must(json.Marshal(body))(f.t)
	r := must(http.NewRequestWithContext(f.t.Context(), method, f.url+path, bytes.NewReader(data)))(f.t)
	sum := sha256.Sum256(data)
	hash, date := base64.StdEncoding.EncodeToString(sum[:]), time.Now().UTC().Format(http.TimeFormat)
	mac := hmac.New(sha256.New, must(base64.StdEncoding.DecodeString(wk.ACSPrimaryKey))(f.t))
	mac.Write([]byte(method + "\n" + r.URL.RequestURI() + "\n" + date + ";" + r.URL.Host + ";" + hash))
	r.Header.Set("x-ms-date", date)
	r.Header.Set("x-ms-content-sha256", hash)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+
		base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	f.send(r, status, out)
}

// control makes a request of the control API.
func (f *fixture) control(method, path string, body any, status int, out any) {
	f.t.Helper()
	data, ok := body.([]byte)
	if !ok {
		data = must(json.Marshal(body))(f.t)
	}
	f.send(must(http.NewRequestWithContext(f.t.Context(), method, f.url+"/_guichet/calls"+path, bytes.NewReader(data)))(f.t), status, out)
}

func (f *fixture) send(r *http.Request, status int, out any) {
	f.t.Helper()
	response := must(http.DefaultClient.Do(r))(f.t)
	defer func() { _ = response.Body.Close() }()
	answer := must(io.ReadAll(response.Body))(f.t)
	if response.StatusCode != status {
		f.t.Fatalf("%s %s: %d %s, want %d", r.Method, r.URL.Path, response.StatusCode, answer, status)
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = answer
	} else if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			f.t.Fatalf("%s: %v", answer, err)
		}
	}
}

// route leads all numbers to trunks of this machine, by their ports.
func (f *fixture) route(override string, ports ...int) {
	f.t.Helper()
	// Two names for one machine, so that there can be two trunks.
	names := []string{"127.0.0.1", "127.0.0.2"}
	trunks, list := map[string]any{}, []string{}
	for i, port := range ports {
		trunks[names[i]] = map[string]any{"sipSignalingPort": port}
		list = append(list, names[i])
	}
	route := map[string]any{"name": "all", "numberPattern": `^\+`, "trunks": list}
	if override != "" {
		route["callerIdOverride"] = override
	}
	f.do("PATCH", "/sip?api-version=2023-03-01", map[string]any{"trunks": trunks, "routes": []any{route}}, 200, nil)
}

type incoming struct {
	IncomingCallContext, CallerDisplayName string
	From, To                               calling.Identifier
	CustomContext                          struct{ SIPHeaders map[string]string }
}

// incoming is the next incoming call that a service is told of.
func (f *fixture) incoming() incoming {
	f.t.Helper()
	for {
		select {
		case e := <-f.grid.events:
			if e.Type == "Microsoft.Communication.IncomingCall" {
				var in incoming
				if err := json.Unmarshal(e.Data, &in); err != nil {
					f.t.Fatal(err)
				}
				return in
			}
		case <-time.After(10 * time.Second):
			f.t.Fatal("no incoming call was announced")
		}
	}
}

// handOver redirects an incoming call to a virtual phone that answers, and returns
// its leg.
func (f *fixture) handOver(in incoming) calling.LegView {
	f.t.Helper()
	user := "8:acs:" + wk.ACSImmutableID + "_0000-1"
	f.control("PUT", "/phones/"+url.PathEscape(user), calling.Behaviour{Does: "answer"}, 200, nil)
	f.do("POST", "/calling/callConnections:redirect?api-version=2026-03-12", map[string]any{
		"incomingCallContext": in.IncomingCallContext, "target": map[string]any{"communicationUser": map[string]any{"id": user}},
	}, 204, nil)
	return f.legOf(user, "connected")
}

// dial has a virtual phone at the business number call.
func (f *fixture) dial(to string, headers map[string]string) calling.LegView {
	f.t.Helper()
	var leg calling.LegView
	f.control("POST", "", map[string]any{"from": business, "to": to, "name": "Contoso", "sipHeaders": headers}, 201, &leg)
	return leg
}

// leg waits until a leg is in a state.
func (f *fixture) leg(id, state string) calling.LegView {
	f.t.Helper()
	return until(f.t, "leg "+state, func() (calling.LegView, bool) {
		var l calling.LegView
		f.control("GET", "/legs/"+id, nil, 200, &l)
		return l, l.State == state
	})
}

func (f *fixture) legOf(raw, state string) calling.LegView {
	f.t.Helper()
	return until(f.t, raw+" "+state, func() (calling.LegView, bool) {
		var list struct{ Items []calling.LegView }
		f.control("GET", "/legs", nil, 200, &list)
		for i := len(list.Items) - 1; i >= 0; i-- {
			if l := list.Items[i]; l.Phone == raw && l.State == state {
				return l, true
			}
		}
		return calling.LegView{}, false
	})
}

// until polls until a condition is met.
func until[T any](t *testing.T, what string, get func() (T, bool)) T {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if v, ok := get(); ok {
			return v
		}
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-tick.C
	}
}

// must fails the test on an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
