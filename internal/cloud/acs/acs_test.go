package acs

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/cloud/traffic"
	"guichet/internal/cloud/wellknown"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const handset = wellknown.HandsetNumber

var epoch = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

// services are the seeded resource and a second one that owns nothing.
type services struct{}

var secondKey = base64.StdEncoding.EncodeToString([]byte("the key of another resource"))

func (services) Services(context.Context) ([]Service, error) {
	return []Service{
		{
			ID: wellknown.ACSResourceID, ImmutableID: wellknown.ACSImmutableID, HostName: "localhost:8443",
			Keys: []string{wellknown.ACSPrimaryKey, wellknown.ACSSecondaryKey},
		},
		{ID: "/other", ImmutableID: "other", HostName: "other", Keys: []string{secondKey}},
	}, nil
}

// tokens knows two bearers.
type tokens struct{}

func (tokens) Authorize(_ context.Context, token string, s Service) (bool, error) {
	switch token {
	case "contributor":
		return s.ImmutableID == wellknown.ACSImmutableID, nil
	case "nobody":
		return false, nil
	}
	return false, errors.New("not a token")
}

// events stores what is published in the caller's transaction.
type events struct{}

func (events) Publish(ctx context.Context, tx *sql.Tx, source string, list ...eventgrid.Event) error {
	for _, e := range list {
		_, err := tx.ExecContext(ctx, `INSERT INTO published (id, source, subject, type, data) VALUES ($1, $2, $3, $4, $5)`,
			e.ID, source, e.Subject, e.Type, string(e.Data))
		if err != nil {
			return err
		}
	}
	return nil
}

func (events) Wake() {}

type published struct{ id, source, subject, kind, data string }

type fixture struct {
	*ACS
	t       testing.TB
	db      *sqlstore.DB
	clock   *clock.Manual
	carrier *carrier.Carrier
	traffic *traffic.Recorder
	handler http.Handler
}

// start opens the data plane on the database file, or on one that is forgotten
// when file is empty; stop ends it as a process would end.
func start(t testing.TB, file string, now time.Time) (f *fixture, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db, err := sqlstore.Open(ctx, sqlstore.Options{DSN: file, Ephemeral: file == ""})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, Migrations(), carrier.Migrations()); err != nil {
		t.Fatal(err)
	}
	err = db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`CREATE TABLE IF NOT EXISTS published (id TEXT PRIMARY KEY, source TEXT, subject TEXT, type TEXT, data TEXT)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	f = &fixture{t: t, db: db, clock: clock.NewManual(now)}
	f.traffic = traffic.New(f.clock, bus.New(10))
	f.carrier, err = carrier.New(ctx, carrier.Options{DB: db, Clock: f.clock, Log: log, Hub: bus.New(10)})
	if err != nil {
		t.Fatal(err)
	}
	f.ACS, err = New(ctx, Options{
		DB: db, Clock: f.clock, Log: log, Services: services{}, Tokens: tokens{}, Events: events{},
		Carrier: f.carrier, MaxSkew: 15 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.carrier.Connect(f.ACS)
	f.handler = f.traffic.Wrap("acs", f.Handler(http.NotFoundHandler()))
	var wg sync.WaitGroup
	for _, run := range []func(context.Context) error{f.Run, f.carrier.Run} {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			wg.Wait()
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return f, stop
}

func fresh(t *testing.T) *fixture {
	f, _ := start(t, filepath.Join(t.TempDir(), "c.db"), epoch)
	return f
}

// signedRequest signs as the official JavaScript client does.
func signedRequest(method, target, body, key string, at time.Time) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = "localhost:8443"
	date, hash := at.Format(http.TimeFormat), bodyHash([]byte(body))
	raw, _ := base64.StdEncoding.DecodeString(key)
	r.Header.Set("x-ms-date", date)
	r.Header.Set("x-ms-content-sha256", hash)
	path, query, ok := strings.Cut(target, "?")
	if ok {
		path += "?" + formQuery(query)
	}
	signature := base64.StdEncoding.EncodeToString(sign(raw, stringToSign(method, path, date, r.Host, hash)))
	r.Header.Set("Authorization", scheme+"SignedHeaders="+signedHeaders+"&Signature="+signature)
	return r
}

// serve answers r and checks the status; out receives the JSON body.
func (f *fixture) serve(r *http.Request, status int, out any) *httptest.ResponseRecorder {
	f.t.Helper()
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	if w.Code != status {
		f.t.Fatalf("%s %s: %d %s, want %d", r.Method, r.RequestURI, w.Code, w.Body, status)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			f.t.Fatalf("%s: %v", w.Body, err)
		}
	}
	return w
}

func (f *fixture) do(method, target, body string, status int, out any) *httptest.ResponseRecorder {
	f.t.Helper()
	return f.serve(signedRequest(method, target, body, wellknown.ACSPrimaryKey, f.clock.Now()), status, out)
}

type smsAnswer struct{ Value []smsResult }

const smsURL = "/sms?api-version=2021-03-07"

func smsBody(to, requestID, options string) string {
	repeat := ""
	if requestID != "" {
		repeat = fmt.Sprintf(`,"repeatabilityRequestId":%q,"repeatabilityFirstSent":%q`, requestID, vectorDate)
	}
	return fmt.Sprintf(`{"from":%q,"smsRecipients":[{"to":%q%s}],"message":"hi","smsSendOptions":%s}`,
		wellknown.NumberTollFree, to, repeat, options)
}

func (f *fixture) published() []published {
	f.t.Helper()
	list, err := sqlstore.List(context.Background(), f.db.Read(), func(p *published) []any {
		return []any{&p.id, &p.source, &p.subject, &p.kind, &p.data}
	}, `SELECT id, source, subject, type, data FROM published ORDER BY rowid`)
	if err != nil {
		f.t.Fatal(err)
	}
	return list
}

func (f *fixture) until(what string, met func() bool) {
	f.t.Helper()
	deadline := time.After(10 * time.Second)
	for !met() {
		select {
		case <-deadline:
			f.t.Fatal("never: " + what)
		case <-time.After(time.Millisecond):
		}
	}
}

func (f *fixture) count(query string, args ...any) int64 {
	f.t.Helper()
	n, err := sqlstore.One(context.Background(), f.db.Read(), func(n *int64) []any { return []any{n} }, query, args...)
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

// control calls the handset's API.
func (f *fixture) control(method, path, body string, status int) {
	f.t.Helper()
	w := httptest.NewRecorder()
	f.carrier.Handler().ServeHTTP(w, httptest.NewRequest(method, "/_guichet/handset"+path, bytes.NewBufferString(body)))
	if w.Code != status {
		f.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
}

func golden(t *testing.T, got, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) != string(y) {
		t.Errorf("got  %s\nwant %s", x, y)
	}
}
