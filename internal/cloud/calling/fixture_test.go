package calling_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/calling"
	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/eventgrid"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const (
	business = wk.NumberTollFree
	customer = wk.HandsetNumber
	agent    = "+14255550199"
	user     = "8:acs:" + wk.ACSImmutableID + "_0000-1"
)

type services struct{}

func (services) Services(context.Context) ([]acs.Service, error) {
	return []acs.Service{{
		ID: wk.ACSResourceID, ImmutableID: wk.ACSImmutableID, HostName: "localhost",
		Keys: []string{wk.ACSPrimaryKey, wk.ACSSecondaryKey},
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

// fixture is a call server on a real address, and an application that it calls
// back.
type fixture struct {
	t      *testing.T
	url    string
	grid   grid
	app    *application
	server *calling.Server
	stop   func()
}

func start(t *testing.T, change ...func(*calling.Options)) *fixture {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db, err := sqlstore.Open(ctx, sqlstore.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, acs.Migrations(), carrier.Migrations(), calling.Migrations()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	g := grid{make(chan eventgrid.Event, 1000)}
	network, err := carrier.New(ctx, carrier.Options{DB: db, Clock: clock.System, Log: log, Hub: bus.New(10)})
	if err != nil {
		t.Fatal(err)
	}
	plane, err := acs.New(ctx, acs.Options{
		DB: db, Clock: clock.System, Log: log, Services: services{}, Tokens: tokens{}, Events: g, Carrier: network,
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	o := calling.Options{
		DB: db, Clock: clock.System, Log: log, Gate: plane, Files: plane, Dir: t.TempDir(), Lines: plane, Services: services{}, Events: g, Hub: bus.New(100),
		CustomerTopic: carrier.Topic, BaseURL: server.URL, CallbackGaps: []time.Duration{10 * time.Millisecond},
	}
	for _, f := range change {
		f(&o)
	}
	calls, err := calling.New(o)
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", calls.Handler(http.NotFoundHandler()))
	control := http.NewServeMux()
	calls.Routes(control)
	mux.Handle("/_guichet/", control)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := calls.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	f := &fixture{t: t, url: server.URL, grid: g, app: newApplication(t), server: calls}
	var once sync.Once
	f.stop = func() {
		once.Do(func() {
			cancel()
			wg.Wait()
		})
	}
	t.Cleanup(func() {
		f.stop()
		server.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// send makes a signed request; body nil sends none.
func (f *fixture) send(method, path string, body any, header http.Header) (*http.Response, []byte) {
	f.t.Helper()
	var data []byte
	if body != nil {
		if text, ok := body.(string); ok {
			data = []byte(text)
		} else {
			data = must(json.Marshal(body))(f.t)
		}
	}
	r := must(http.NewRequestWithContext(f.t.Context(), method, f.url+path, bytes.NewReader(data)))(f.t)
	for name, values := range header {
		r.Header[name] = values
	}
	sum := sha256.Sum256(data)
	hash, date := base64.StdEncoding.EncodeToString(sum[:]), time.Now().UTC().Format(http.TimeFormat)
	key := must(base64.StdEncoding.DecodeString(wk.ACSPrimaryKey))(f.t)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(method + "\n" + r.URL.RequestURI() + "\n" + date + ";" + r.URL.Host + ";" + hash))
	r.Header.Set("x-ms-date", date)
	r.Header.Set("x-ms-content-sha256", hash)
	r.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+
		base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	response := must(http.DefaultClient.Do(r))(f.t)
	defer func() { _ = response.Body.Close() }()
	return response, must(io.ReadAll(response.Body))(f.t)
}

const version = "?api-version=2026-03-12"

// do makes a request of the data plane, checks its status and decodes its answer.
func (f *fixture) do(method, path string, body any, status int, out any) {
	f.t.Helper()
	response, data := f.send(method, "/calling/"+path+version, body, nil)
	if response.StatusCode != status {
		f.t.Fatalf("%s %s: %d %s, want %d", method, path, response.StatusCode, data, status)
	}
	if out != nil {
		if err := json.Unmarshal(data, out); err != nil {
			f.t.Fatalf("%s: %v", data, err)
		}
	}
}

// refused checks that a request is refused with a subcode.
func (f *fixture) refused(method, path string, body any, status int, code string) {
	f.t.Helper()
	var e struct {
		Error struct{ Code, Message string }
	}
	f.do(method, path, body, status, &e)
	if e.Error.Code != code {
		f.t.Fatalf("%s %s: %s %s, want %s", method, path, e.Error.Code, e.Error.Message, code)
	}
}

// control makes a request of the control API.
func (f *fixture) control(method, path string, body any, status int, out any) {
	f.t.Helper()
	var data []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		data = b
	default:
		data = must(json.Marshal(b))(f.t)
	}
	r := must(http.NewRequestWithContext(f.t.Context(), method, f.url+"/_guichet/calls"+path, bytes.NewReader(data)))(f.t)
	response := must(http.DefaultClient.Do(r))(f.t)
	defer func() { _ = response.Body.Close() }()
	answer := must(io.ReadAll(response.Body))(f.t)
	if response.StatusCode != status {
		f.t.Fatalf("%s %s: %d %s, want %d", method, path, response.StatusCode, answer, status)
	}
	switch o := out.(type) {
	case nil:
	case *[]byte:
		*o = answer
	default:
		if err := json.Unmarshal(answer, out); err != nil {
			f.t.Fatalf("%s: %v", answer, err)
		}
	}
}

// phone says what a number does when it is called.
func (f *fixture) phone(number, does string) {
	f.t.Helper()
	f.control("PUT", "/phones/"+url.PathEscape(number), calling.Behaviour{Does: does}, 200, nil)
}

// dial has a virtual phone call.
func (f *fixture) dial(from, to string) calling.LegView {
	f.t.Helper()
	var leg calling.LegView
	f.control("POST", "", map[string]any{"from": from, "to": to, "sipHeaders": map[string]string{"User-To-User": "abc"}}, 201, &leg)
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

// legOf waits for the newest leg of a phone in a state.
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

// event is the next Event Grid event of a type.
func (f *fixture) event(kind string, out any) eventgrid.Event {
	f.t.Helper()
	for {
		select {
		case e := <-f.grid.events:
			if e.Type != "Microsoft.Communication."+kind {
				continue
			}
			if out != nil {
				if err := json.Unmarshal(e.Data, out); err != nil {
					f.t.Fatal(err)
				}
			}
			return e
		case <-time.After(10 * time.Second):
			f.t.Fatalf("no %s was published", kind)
		}
	}
}

type incoming struct {
	IncomingCallContext, ServerCallID string
	From, To                          calling.Identifier
	CustomContext                     struct{ SIPHeaders map[string]string }
}

type properties struct {
	CallConnectionID, ServerCallID, CorrelationID, CallConnectionState string
}

// answered places a call from the customer and has the application answer it.
func (f *fixture) answered(more map[string]any) (properties, calling.LegView) {
	f.t.Helper()
	leg := f.dial(customer, business)
	var in incoming
	f.event("IncomingCall", &in)
	body := map[string]any{"incomingCallContext": in.IncomingCallContext, "callbackUri": f.app.URL, "operationContext": "ctx"}
	for k, v := range more {
		body[k] = v
	}
	var p properties
	f.do("POST", "callConnections:answer", body, 200, &p)
	f.app.want(f.t, "CallConnected")
	f.app.want(f.t, "ParticipantsUpdated")
	return p, f.leg(leg.ID, "connected")
}

// happened is a callback.
type happened struct {
	Type, Source, Subject, SpecVersion string
	Data                               struct {
		CallConnectionID, ServerCallID, OperationContext string
		ResultInformation                                struct{ Code, SubCode int }
		Participants                                     []struct {
			Identifier        calling.Identifier
			IsMuted, IsOnHold bool
		}
		Participant           calling.Identifier
		InvitationID          string
		FromCall              string
		FailedPlaySourceIndex *int
		RecognitionType       string
		DtmfResult            struct{ Tones []string }
		Tone                  string
		SequenceID            int
		MediaStreamingUpdate  struct{ MediaStreamingStatus, MediaStreamingStatusDetails string }
		RecordingID, State    string
	}
	Token string `json:"-"`
}

// application receives callbacks.
type application struct {
	*httptest.Server
	got chan happened
	// refuse makes the next callbacks fail.
	mu     sync.Mutex
	refuse int
}

func newApplication(t *testing.T) *application {
	t.Helper()
	a := &application{got: make(chan happened, 1000)}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		refuse := a.refuse > 0
		if refuse {
			a.refuse--
		}
		a.mu.Unlock()
		if refuse {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var list []happened
		if err := json.NewDecoder(r.Body).Decode(&list); err != nil || len(list) != 1 {
			t.Errorf("a callback that is not one event: %v", err)
			return
		}
		list[0].Token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		list[0].Type = strings.TrimPrefix(list[0].Type, "Microsoft.Communication.")
		a.got <- list[0]
	}))
	t.Cleanup(a.Close)
	return a
}

// want is the next callback, which must be of that type.
func (a *application) want(t *testing.T, kind string) happened {
	t.Helper()
	select {
	case e := <-a.got:
		if e.Type != kind {
			t.Fatalf("%s happened (%+v), want %s", e.Type, e.Data, kind)
		}
		return e
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not happen", kind)
	}
	panic("unreachable")
}

// until polls until a condition is met.
func until[T any](t *testing.T, what string, get func() (T, bool)) T {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
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
