package desk

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"time"

	"guichet/internal/desk/people"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/sqlstore/sqlstoretest"
)

// bench is a running desk that is connected to a test's Azure.
type bench struct {
	*Desk
	t     testing.TB
	azure *azure
	hook  string
	dir   string
	dsn   string
	stop  func()
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	t.Parallel()
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dsn := ""
			if kind == "postgres" {
				dsn = sqlstoretest.Postgres(t)
			}
			test(t, newBench(t, dsn))
		})
	}
}

func newBench(t testing.TB, dsn string) *bench {
	t.Helper()
	b := &bench{t: t, azure: newAzure(t), dir: t.TempDir(), dsn: dsn}
	b.start()
	c, err := b.connections.Connect(t.Context(), b.azure.values(), unaudited)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.numbers.Sync(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	b.hook = webhook.Path(webhook.SMS, c.ID)
	return b
}

func unaudited(*sql.Tx, string, string, string) error { return nil }

func (b *bench) start() {
	b.t.Helper()
	d, err := New(b.t.Context(), b.options())
	if err != nil {
		b.t.Fatal(err)
	}
	b.Desk = d
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(b.stop)
}

func (b *bench) options() Options {
	return Options{
		DataDir: b.dir, DSN: b.dsn, Listen: "localhost:0", Azure: b.azure.settings(), Version: "test",
		Page: http.NotFoundHandler(), PasswordCost: 4, Log: slog.New(slog.DiscardHandler),
	}
}

// deliver posts to the webhook as Event Grid does and returns the status.
func (b *bench) deliver(token string, body []byte) int {
	b.t.Helper()
	code, err := b.tryDeliver(token, body)
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

func (b *bench) tryDeliver(token string, body []byte) (int, error) {
	req, err := http.NewRequest(http.MethodPost, b.URL()+b.hook, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("aeg-event-type", "Notification")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func (b *bench) receive(events ...string) {
	b.t.Helper()
	if code := b.deliver(b.azure.token(), batch(events...)); code != http.StatusOK {
		b.t.Fatalf("delivery answered %d", code)
	}
}

// visitor is someone who uses the API.
type visitor struct {
	b      *bench
	client *http.Client
	accept string
}

// as signs a new user in.
func (b *bench) as(name string, role people.Role) *visitor {
	b.t.Helper()
	u, err := b.people.Add(b.t.Context(), "test", people.NewUser{Email: name + "@example.com", Name: name, Role: role, Password: "correct horse"})
	if err != nil {
		b.t.Fatal(err)
	}
	v := b.anonymous()
	v.do("POST", "/api/session", map[string]any{"email": u.Email, "password": "correct horse"}, http.StatusOK, nil)
	return v
}

func (b *bench) anonymous() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return &visitor{b: b, client: &http.Client{Jar: jar}, accept: "en"}
}

type fields = map[string]any

// do makes a call, wants a status, and decodes the answer into out.
func (v *visitor) do(method, path string, in any, want int, out any, headers ...string) {
	v.b.t.Helper()
	var body io.Reader
	if raw, ok := in.(string); ok {
		body = strings.NewReader(raw)
	} else if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			v.b.t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, v.b.URL()+path, body)
	if err != nil {
		v.b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", v.accept)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.b.t.Fatal(err)
	}
	if resp.StatusCode != want {
		v.b.t.Fatalf("%s %s answered %d, not %d: %s", method, path, resp.StatusCode, want, text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			v.b.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
}

type page struct {
	Items []fields `json:"items"`
	Next  string   `json:"next"`
}

func (v *visitor) list(path string) []fields {
	v.b.t.Helper()
	var p page
	v.do("GET", path, nil, http.StatusOK, &p)
	return p.Items
}

// eventually waits for a condition.
func (b *bench) eventually(what string, condition func() bool) {
	b.t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-deadline:
			b.t.Fatalf("did not come true: %s", what)
		case <-tick.C:
		}
	}
}

// settled waits until nothing in the ledger waits.
func (b *bench) settled() {
	b.t.Helper()
	b.eventually("the ledger settled", func() bool {
		waiting, err := b.ledger.List(b.t.Context(), webhook.Received, "", 0, 1)
		return err == nil && len(waiting) == 0
	})
}

func TestForgedTokensAreRefusedAndWriteNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		a := b.azure
		now := time.Now()
		stranger := *a.key
		other, err := newKey()
		if err != nil {
			t.Fatal(err)
		}
		cases := map[string]struct {
			token string
			want  int
		}{
			"none":              {"", 401},
			"garbage":           {"x.y.z", 401},
			"unsigned":          {strings.TrimRight(sign(&stranger, "none", a.claims()), "."), 401},
			"alg none":          {sign(a.key, "none", a.claims()), 401},
			"hmac of the key":   {sign(a.key, "HS256", a.claims()), 401},
			"wrong key":         {sign(other, "RS256", a.claims()), 401},
			"expired":           {sign(a.key, "RS256", with(a.claims(), "exp", now.Add(-time.Hour).Unix())), 401},
			"without end":       {sign(a.key, "RS256", with(a.claims(), "exp", nil)), 401},
			"not yet":           {sign(a.key, "RS256", with(a.claims(), "nbf", now.Add(time.Hour).Unix())), 401},
			"wrong audience":    {sign(a.key, "RS256", with(a.claims(), "aud", otherTenant)), 401},
			"wrong tenant":      {sign(a.key, "RS256", with(a.claims(), "tid", otherTenant)), 401},
			"wrong issuer":      {sign(a.key, "RS256", with(a.claims(), "iss", "https://sts.windows.net/"+otherTenant+"/")), 401},
			"wrong caller":      {sign(a.key, "RS256", with(a.claims(), "appid", appID)), 403},
			"wrong caller, v2":  {sign(a.key, "RS256", with(a.claimsV2(), "azp", appID)), 403},
			"v2 issuer, v1 ver": {sign(a.key, "RS256", with(a.claims(), "iss", "https://login.microsoftonline.com/"+tenant+"/v2.0")), 401},
		}
		for name, c := range cases {
			if got := b.deliver(c.token, batch(received("1", "hello"))); got != c.want {
				t.Errorf("%s: %d, not %d", name, got, c.want)
			}
		}
		if list, err := b.ledger.List(t.Context(), "", "", 0, 10); err != nil || len(list) != 0 {
			t.Errorf("the ledger holds %d events, %v", len(list), err)
		}
		for _, good := range []string{a.token(), sign(a.key, "RS256", a.claimsV2()), sign(a.key, "RS256", with(a.claims(), "aud", "api://"+appID))} {
			if got := b.deliver(good, batch(received("1", "hello"))); got != 200 {
				t.Errorf("an honest token: %d", got)
			}
		}
	})
}

func TestBadBodies(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		good := batch(received("1", "hello"))
		huge := batch(received("1", strings.Repeat("x", 2<<20)))
		for name, c := range map[string]struct {
			body []byte
			want int
		}{
			"truncated":         {good[:len(good)/2], 400},
			"not JSON":          {[]byte("hello"), 400},
			"empty":             {nil, 400},
			"empty list":        {[]byte("[]"), 400},
			"no id":             {[]byte(`[{"eventType":"x","data":{}}]`), 400},
			"one of two broken": {batch(received("9", "x"), `{"id":""}`), 400},
			"oversized":         {huge, 413},
		} {
			if got := b.deliver(b.azure.token(), c.body); got != c.want {
				t.Errorf("%s: %d, not %d", name, got, c.want)
			}
		}
		if list, err := b.ledger.List(t.Context(), "", "", 0, 10); err != nil || len(list) != 0 {
			t.Errorf("the ledger holds %d events, %v", len(list), err)
		}
		for _, path := range []string{"/webhooks/other/x", "/webhooks/sms/not-a-connection"} {
			resp, err := http.Post(b.URL()+path, "application/json", bytes.NewReader(good))
			if err != nil || resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %v, %v", path, resp, err)
			}
			_ = resp.Body.Close()
		}
	})
}

func TestEventsTwiceUnknownAndBroken(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		b.receive(received("1", "hello"), received("2", "world"))
		b.receive(received("2", "world"), received("1", "hello"), received("3", "!"))
		b.receive(event("4", "Microsoft.Communication.IncomingCall", `{}`),
			event("5", "Microsoft.Communication.ChatMessageReceived", `{}`),
			event("6", "Microsoft.Communication.SMSReceived", `{"message":5}`),
			report("7", "Outgoing_unknown", "Delivered", ""),
			report("8", "Outgoing_unknown", "Dancing", ""))
		b.settled()
		conversations := admin.list("/api/conversations")
		if len(conversations) != 1 {
			t.Fatalf("%d conversations", len(conversations))
		}
		if texts := admin.list("/api/conversations/" + conversations[0]["id"].(string) + "/messages"); len(texts) != 3 {
			t.Errorf("%d messages: %v", len(texts), texts)
		}
		states := map[string]string{}
		for _, e := range admin.list("/api/events") {
			states[e["id"].(string)] = e["state"].(string) + ": " + e["reason"].(string)
		}
		for id, want := range map[string]string{
			"1": "applied: ", "3": "applied: ", "4": "ignored: events of type", "5": "ignored: events of type",
			"6": "failed: the event cannot be read", "7": "applied: kept", "8": "ignored: the delivery status",
		} {
			if !strings.HasPrefix(states[id], want) {
				t.Errorf("event %s is %q, not %q", id, states[id], want)
			}
		}
		broken := admin.list("/api/events?state=failed")
		if len(broken) != 1 {
			t.Fatalf("%d failed events", len(broken))
		}
		seq := fmt.Sprint(broken[0]["seq"])
		var one fields
		admin.do("GET", "/api/events/"+seq, nil, 200, &one)
		if raw, ok := one["raw"].(fields); !ok || raw["id"] != "6" {
			t.Errorf("raw event %v", one["raw"])
		}
		admin.do("POST", "/api/events/"+seq+"/replay", nil, 200, nil)
		b.settled()
		if got := admin.list("/api/events?state=failed"); len(got) != 1 {
			t.Errorf("after a replay %d failed events", len(got))
		}
	})
}

func TestReplyIsSentOnceAndItsReportArrives(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		alice := b.as("alice", people.Agent)
		b.receive(received("1", "hello"))
		b.settled()
		id := alice.list("/api/conversations?view=open")[0]["id"].(string)
		alice.do("POST", "/api/conversations/"+id+"/assign", nil, 200, nil)

		// The service is in trouble at first, and its report overtakes its answer.
		b.azure.mu.Lock()
		b.azure.answers = []func(http.ResponseWriter){status(503), status(429)}
		b.azure.beforeAnswer = func(providerID string) {
			if code, err := b.tryDeliver(b.azure.token(), batch(report("r1", providerID, "Delivered", "2000: No Error."))); code != 200 {
				t.Errorf("early report: %d, %v", code, err)
			}
			b.settled()
		}
		b.azure.mu.Unlock()
		var first, again fields
		path := "/api/conversations/" + id + "/messages"
		alice.do("POST", path, fields{"text": "hi"}, 201, &first, "Idempotency-Key", "k")
		alice.do("POST", path, fields{"text": "hi"}, 201, &again, "Idempotency-Key", "k")
		if first["id"] != again["id"] {
			t.Errorf("two messages for one key")
		}
		delivery := func() string { return alice.list(path)[1]["delivery"].(string) }
		b.eventually("the text is delivered", func() bool { return delivery() == "delivered" })
		if n := b.azure.texts(); n != 1 {
			t.Errorf("%d texts sent", n)
		}
		b.receive(report("r2", "Outgoing_"+first["id"].(string), "Failed", "4006: late"))
		b.settled()
		if got := delivery(); got != "delivered" {
			t.Errorf("a late report made it %s", got)
		}
	})
}

func TestRefusedTextSaysWhy(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		alice := b.as("alice", people.Agent)
		b.receive(received("1", "hello"))
		b.settled()
		id := alice.list("/api/conversations")[0]["id"].(string)
		alice.do("POST", "/api/conversations/"+id+"/assign", nil, 200, nil)
		path := "/api/conversations/" + id + "/messages"
		b.azure.mu.Lock()
		b.azure.answers = []func(http.ResponseWriter){func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = fmt.Fprintf(w, `{"value":[{"to":%q,"httpStatusCode":400,"successful":false,"errorMessage":"Invalid To phone number format."}]}`, customer)
		}}
		b.azure.mu.Unlock()
		alice.do("POST", path, fields{"text": "one"}, 201, nil)
		failure := func(i int) fields {
			f, _ := alice.list(path)[i]["failure"].(fields)
			return f
		}
		b.eventually("the refusal shows", func() bool { return failure(1) != nil })
		if f := failure(1); f["code"] != "400" || f["reason"] != "Invalid To phone number format." {
			t.Errorf("refusal %v", f)
		}
		var second fields
		alice.do("POST", path, fields{"text": "two"}, 201, &second)
		b.eventually("the second is sent", func() bool { return alice.list(path)[2]["delivery"] == "sent" })
		b.receive(report("r", "Outgoing_"+second["id"].(string), "Failed", "4007: Recipient opted out"))
		b.eventually("the report shows", func() bool { return failure(2) != nil })
		if f := failure(2); f["code"] != "4007" || f["reason"] != "Recipient opted out" {
			t.Errorf("failure %v", f)
		}
	})
}

func TestOpenPageSeesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		alice := b.as("alice", people.Agent)
		notices := alice.live()
		if n := <-notices; n["event"] != "hello" {
			t.Fatalf("first %v", n)
		}
		b.receive(received("1", "hello"))
		n := <-notices
		message, _ := n["message"].(fields)
		conversation, _ := n["conversation"].(fields)
		if message["text"] != "hello" || conversation["state"] != "open" || conversation["unread"] != 1.0 {
			t.Errorf("notice %v", n)
		}
		alice.do("POST", "/api/conversations/"+conversation["id"].(string)+"/assign", nil, 200, nil)
		if n := <-notices; n["conversation"].(fields)["agent"].(fields)["name"] != "alice" {
			t.Errorf("notice %v", n)
		}
	})
}

// live reads the visitor's notices; the ledger's own are left out.
func (v *visitor) live() <-chan fields {
	v.b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v.b.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.b.URL()+"/api/live", nil)
	if err != nil {
		v.b.t.Fatal(err)
	}
	resp, err := v.client.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		v.b.t.Fatalf("live: %v, %v", resp, err)
	}
	notices := make(chan fields, 100)
	go func() {
		defer close(notices)
		defer func() { _ = resp.Body.Close() }()
		event := ""
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				event = name
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				n := fields{"event": event}
				if json.Unmarshal([]byte(data), &n) == nil {
					notices <- n
				}
			}
		}
	}()
	return notices
}

func TestWhatWasAcceptedBeforeACrashIsApplied(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		c, err := b.connections.Current(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.stop()
		// A ledger without its worker: accepted, and then the process died.
		db, err := OpenStore(t.Context(), b.dir, b.dsn)
		if err != nil {
			t.Fatal(err)
		}
		ledger := webhook.NewLedger(db, b.clockForTests())
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = ledger.Run(ctx, neverApplies{}, slog.New(slog.DiscardHandler))
		}()
		_, err = ledger.Accept(t.Context(), []webhook.Event{{
			ConnectionID: c.ID, ID: "1", Kind: webhook.SMS, Type: "Microsoft.Communication.SMSReceived", Raw: []byte(received("1", "hello")),
		}})
		cancel()
		<-ended
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		b.start()
		alice := b.as("alice", people.Agent)
		b.settled()
		if got := alice.list("/api/conversations"); len(got) != 1 || got[0]["lastText"] != "hello" {
			t.Errorf("after the restart: %v", got)
		}
	})
}

// neverApplies is a worker that dies before it does anything.
type neverApplies struct{}

func (neverApplies) Apply(context.Context, *sql.Tx, webhook.Event) (webhook.Outcome, error) {
	return webhook.Outcome{}, errors.New("died")
}

func TestSecondProcessIsKeptOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, "")
	if _, err := New(t.Context(), b.options()); err == nil || !strings.Contains(err.Error(), "another Guichet") {
		t.Errorf("a second desk in the folder: %v", err)
	}
	o := b.options()
	o.DataDir, o.Listen = t.TempDir(), strings.TrimPrefix(b.URL(), "http://")
	if _, err := New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "already in use") {
		t.Errorf("a second desk on the address: %v", err)
	}
}

func TestConnectionStringIsSealed(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		var stored string
		if err := b.db.Read().QueryRowContext(t.Context(), `SELECT connection_string FROM connection`).Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(stored, accessKey) || !strings.HasPrefix(stored, "enc1:") {
			t.Errorf("stored %q", stored)
		}
		admin := b.as("root", people.Administrator)
		var shown fields
		admin.do("GET", "/api/connection", nil, 200, &shown)
		if text := fmt.Sprint(shown); strings.Contains(text, accessKey) || shown["state"] != "connected" {
			t.Errorf("shown %v", shown)
		}
	})
}
