package eventgrid

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"guichet/internal/cloud/entra"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const (
	source  = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/CommunicationServices/acs"
	topicID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/systemTopics/topic"
	subID   = topicID + "/eventSubscriptions/first-sub"
	smsType = "Microsoft.Communication.SMSReceived"
)

// directory is Entra for these tests: every writer but "stranger" may use every
// application.
type directory struct{ mints int }

func (d *directory) Mint(context.Context, entra.TokenRequest) (entra.Token, error) {
	d.mints++
	return entra.Token{Value: fmt.Sprintf("token-%d", d.mints), ExpiresAt: epoch.Add(time.Hour)}, nil
}

func (d *directory) MayUse(_ context.Context, _, _, principal string) (bool, error) {
	return principal != "stranger", nil
}

func (d *directory) Verify(_ context.Context, token string, _ ...string) (entra.Claims, error) {
	if token != "good" {
		return entra.Claims{}, entra.ErrInvalid
	}
	return entra.Claims{ObjectID: "sender"}, nil
}

var epoch = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// grid is a broker at work, with its clock and database.
type grid struct {
	*Broker
	t     testing.TB
	ctx   context.Context
	clock *clock.Manual
	path  string
	blobs string
	stop  func()
}

// openGrid starts a broker on the database file at path.
func openGrid(t testing.TB, path string, change ...func(*Options)) *grid {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	db, err := sqlstore.Open(ctx, sqlstore.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, Migrations); err != nil {
		t.Fatal(err)
	}
	g := &grid{t: t, ctx: ctx, clock: clock.NewManual(epoch), path: path, blobs: filepath.Join(filepath.Dir(path), "blobs")}
	o := Options{
		DB: db, Clock: g.clock, Log: slog.New(slog.DiscardHandler), Tokens: &directory{}, Hub: bus.New(10),
		BaseURL: "https://cloud.test", BlobDir: g.blobs, Unknown: http.NotFoundHandler(),
	}
	for _, c := range change {
		c(&o)
	}
	if g.Broker, err = New(ctx, o); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(g.stop)
	return g
}

func newGrid(t testing.TB, change ...func(*Options)) *grid {
	return openGrid(t, filepath.Join(t.TempDir(), "cloud.db"), change...)
}

// eventually waits for a condition.
func (g *grid) eventually(what string, ok func() bool) {
	g.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-g.ctx.Done():
			g.t.Fatalf("never: %s", what)
		}
	}
}

// properties of a subscription on a webhook.
func properties(url string, change ...func(*Properties)) Properties {
	p := Properties{Destination: &Destination{EndpointType: "WebHook", Properties: WebHook{EndpointURL: &url}}}
	for _, c := range change {
		c(&p)
	}
	return p
}

// subscribe creates the subscription and waits for the end of its validation.
func (g *grid) subscribe(p Properties) Subscription {
	g.t.Helper()
	s := g.put(p, "writer")
	g.eventually("the validation ends", func() bool {
		s, _ = g.Subscription(subID)
		return s.State == stateSucceeded || s.State == stateFailed
	})
	return s
}

func (g *grid) put(p Properties, writer string) Subscription {
	g.t.Helper()
	t := g.Topic(topicID)
	if t == nil {
		var err error
		if t, err = g.PutTopic(g.ctx, Topic{ID: topicID, Name: "topic", Location: "global", Source: source, TopicType: ACSTopicType}); err != nil {
			g.t.Fatal(err)
		}
	}
	s, err := g.PutSubscription(g.ctx, subID, t, p, writer)
	if err != nil {
		g.t.Fatal(err)
	}
	return s
}

// publish commits events of the source.
func (g *grid) publish(events ...Event) {
	g.t.Helper()
	err := g.db.Tx(g.ctx, func(tx *sql.Tx) error { return g.Publish(g.ctx, tx, source, events...) })
	if err != nil {
		g.t.Fatal(err)
	}
	g.Wake()
}

func sms(id string) Event {
	return Event{ID: id, Subject: "/phonenumber/1", Type: smsType, DataVersion: "1.0", Data: json.RawMessage(`{"message":"hi"}`)}
}

// attempts waits until the delivery log has n lines, and answers them oldest
// first.
func (g *grid) attempts(n int) []Attempt {
	g.t.Helper()
	var list []Attempt
	g.eventually(fmt.Sprintf("%d attempts", n), func() bool {
		var err error
		if list, err = g.Attempts(g.ctx, 0, "", 1000); err != nil {
			g.t.Fatal(err)
		}
		return len(list) >= n
	})
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// waiting counts the deliveries that are not settled.
func (g *grid) waiting() int {
	g.t.Helper()
	n, err := sqlstore.One(g.ctx, g.db.Read(), func(n *int) []any { return []any{n} }, `SELECT count(*) FROM eg_deliveries`)
	if err != nil {
		g.t.Fatal(err)
	}
	return n
}

// endpoint is a webhook: it consents to the handshake, and answers deliveries
// with the status that answer gives.
type endpoint struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

type request struct {
	header http.Header
	body   []byte
}

func newEndpoint(t *testing.T, answer func(n int) int) *endpoint {
	e := &endpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.Method == http.MethodOptions:
			w.Header().Set("WebHook-Allowed-Origin", "*")
		case r.Header.Get("aeg-event-type") == "SubscriptionValidation":
			var list []struct{ Data map[string]string }
			_ = json.Unmarshal(body, &list)
			// The answer's member may be written in any case.
			_ = json.NewEncoder(w).Encode(map[string]string{"ValidationResponse": list[0].Data["validationCode"]})
		default:
			e.mu.Lock()
			e.requests = append(e.requests, request{r.Header.Clone(), body})
			n := len(e.requests)
			e.mu.Unlock()
			w.WriteHeader(answer(n))
		}
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *endpoint) got() []request {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]request(nil), e.requests...)
}

func always(status int) func(int) int { return func(int) int { return status } }

// A validation may be run twice, when the subscription was put while the broker
// started: the second end changes nothing.
func TestValidationEndsOnce(t *testing.T) {
	g := newGrid(t)
	hook := newEndpoint(t, always(200))
	s := g.subscribe(properties(hook.URL))
	g.finish(g.ctx, g.find(subID), s.Operation, nil)
	g.finish(g.ctx, g.find(subID), s.Operation, errors.New("too late"))
	if s, ok := g.Subscription(subID); !ok || s.State != stateSucceeded || s.Properties.Destination == nil {
		t.Errorf("%v %+v", ok, s)
	}
	g.publish(sms("a"))
	g.attempts(1)
}
