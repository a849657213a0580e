package carrier

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const (
	customer = "+14255550123"
	business = "+18335550100"
	base     = "/_guichet/handset/customers/%2B14255550123"
)

// exchange records what it is told, in tables that share the transaction.
type exchange struct {
	mu        sync.Mutex
	committed int
}

func (e *exchange) Numbers(context.Context) ([]Number, error) {
	return []Number{{Number: business, Type: "tollFree", Country: "US", SMS: true, Calling: true}}, nil
}

func (e *exchange) Accept(ctx context.Context, tx *sql.Tx, texts []Text) ([]Verdict, error) {
	verdicts := make([]Verdict, len(texts))
	for i, t := range texts {
		if t.Business != business {
			verdicts[i].Refused = "not in service"
			continue
		}
		if strings.Contains(t.Body, "poison") {
			return nil, fmt.Errorf("the exchange cannot take %q", t.Body)
		}
		if t.Body == "STOP" {
			verdicts[i].Reply = "stopped"
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO taken (id) VALUES ($1)`, t.ID); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

func (e *exchange) Decided(ctx context.Context, tx *sql.Tx, outcomes []Outcome) error {
	for _, o := range outcomes {
		if _, err := tx.ExecContext(ctx, `INSERT INTO decided (id, failure) VALUES ($1, $2)`, o.ID, o.Failure); err != nil {
			return err
		}
	}
	return nil
}

func (e *exchange) Committed() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.committed++
}

type fixture struct {
	*Carrier
	t       testing.TB
	db      *sqlstore.DB
	clock   *clock.Manual
	hub     *bus.Hub
	handler http.Handler
}

// start opens a carrier on the database file; stop ends it as a process would
// end, with the file left behind.
func start(t testing.TB, file string, now time.Time) (f *fixture, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	db, err := sqlstore.Open(ctx, sqlstore.Options{DSN: file})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, Migrations()); err != nil {
		t.Fatal(err)
	}
	err = db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS taken (id TEXT PRIMARY KEY);
			CREATE TABLE IF NOT EXISTS decided (id TEXT PRIMARY KEY, failure TEXT)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f = &fixture{t: t, db: db, clock: clock.NewManual(now), hub: bus.New(100)}
	f.Carrier, err = New(ctx, Options{DB: db, Clock: f.clock, Log: slog.New(slog.DiscardHandler), Hub: f.hub})
	if err != nil {
		t.Fatal(err)
	}
	f.Connect(&exchange{})
	f.handler = f.Handler()
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return f, stop
}

var epoch = time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)

func fresh(t *testing.T) *fixture {
	f, _ := start(t, filepath.Join(t.TempDir(), "c.db"), epoch)
	return f
}

// do calls the handset API and checks the status.
func (f *fixture) do(method, path, body string, status int, out any) {
	f.t.Helper()
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, httptest.NewRequest(method, path, bytes.NewBufferString(body)))
	if w.Code != status {
		f.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, w.Code, w.Body, status)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			f.t.Fatalf("%s: %v", w.Body, err)
		}
	}
}

func (f *fixture) post(text string) Message {
	f.t.Helper()
	var m Message
	f.do("POST", base+"/threads/"+business+"/messages", fmt.Sprintf(`{"id":%q,"text":%q}`, uuid.NewString(), text), 201, &m)
	return m
}

func (f *fixture) messages() []Message {
	f.t.Helper()
	var out items[Message]
	f.do("GET", base+"/threads/%2B18335550100/messages", "", 200, &out)
	return out.Items
}

func (f *fixture) submit(id string) {
	f.t.Helper()
	text := []Outgoing{{ID: id, Business: business, Customer: customer, Body: "hello", At: f.clock.Now()}}
	if err := f.db.Tx(f.t.Context(), func(tx *sql.Tx) error { return f.Submit(f.t.Context(), tx, text) }); err != nil {
		f.t.Fatal(err)
	}
	f.Submitted(text)
}

// until waits for a condition with a deadline.
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

func (f *fixture) status(id string) string {
	for _, m := range f.messages() {
		if m.ID == id {
			return m.Status
		}
	}
	return ""
}

func (f *fixture) count(table string) int64 {
	f.t.Helper()
	n, err := sqlstore.One(f.t.Context(), f.db.Read(), scanInt, `SELECT COUNT(*) FROM `+table)
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

func TestTextFromHandsetIsTakenOnce(t *testing.T) {
	f := fresh(t)
	id := uuid.NewString()
	body := fmt.Sprintf(`{"id":%q,"text":"hi"}`, id)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			w := httptest.NewRecorder()
			f.handler.ServeHTTP(w, httptest.NewRequest("POST", base+"/threads/"+business+"/messages", strings.NewReader(body)))
			if w.Code != 201 || !strings.Contains(w.Body.String(), id) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	wg.Wait()
	if n := f.count("taken"); n != 1 {
		t.Errorf("the exchange took the text %d times", n)
	}
	got := f.messages()
	if len(got) != 1 || got[0].Status != "received" || got[0].Direction != "toBusiness" || got[0].Text != "hi" {
		t.Errorf("messages: %+v", got)
	}
	// The same id in another thread is somebody else's.
	f.do("POST", base+"/threads/+33199000001/messages", body, 409, nil)
}

func TestLongThreadIsReadInPages(t *testing.T) {
	f := fresh(t)
	const texts = 2*pageSize + 1
	for i := range texts {
		f.post(fmt.Sprint(i))
	}
	var got []string
	var pages int
	for before := ""; ; pages++ {
		var page messagePage
		f.do("GET", base+"/threads/"+business+"/messages?before="+before, "", 200, &page)
		part := []string{}
		for _, m := range page.Items {
			part = append(part, m.Text)
		}
		got = append(part, got...)
		if before = page.Next; before == "" {
			break
		}
	}
	if pages != 2 || len(got) != texts {
		t.Fatalf("%d texts in %d more pages", len(got), pages)
	}
	for i, text := range got {
		if text != fmt.Sprint(i) {
			t.Fatalf("text %d is %q", i, text)
		}
	}
	var none messagePage
	f.do("GET", base+"/threads/"+business+"/messages?before=unknown", "", 200, &none)
	if len(none.Items) != 0 || none.Next != "" {
		t.Errorf("before an unknown message: %+v", none)
	}
}

func TestOneBadTextLeavesItsNeighboursAlone(t *testing.T) {
	f := fresh(t)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			text, want := "fine", 201
			if i == 3 {
				text, want = "poison", 500
			}
			w := httptest.NewRecorder()
			f.handler.ServeHTTP(w, httptest.NewRequest("POST", base+"/threads/"+business+"/messages",
				strings.NewReader(fmt.Sprintf(`{"id":%q,"text":%q}`, uuid.NewString(), text))))
			if w.Code != want {
				t.Errorf("%s: %d", text, w.Code)
			}
		})
	}
	wg.Wait()
	if got := len(f.messages()); got != 9 {
		t.Errorf("%d messages, want 9", got)
	}
}

func TestRefusedTextAndNetworkReply(t *testing.T) {
	f := fresh(t)
	var m Message
	f.do("POST", base+"/threads/+18335550199/messages", fmt.Sprintf(`{"id":%q,"text":"hi"}`, uuid.NewString()), 201, &m)
	if m.Status != "failed" || m.StatusDetail != "not in service" {
		t.Errorf("refused text: %+v", m)
	}
	f.post("STOP")
	got := f.messages()
	if len(got) != 2 || got[1].Text != "stopped" || got[1].Direction != "toCustomer" || got[1].Status != "delivered" {
		t.Errorf("reply: %+v", got)
	}
}

func TestDeliveryChoices(t *testing.T) {
	f := fresh(t)
	f.submit("now")
	f.until("delivered", func() bool { return f.status("now") == "delivered" })

	f.do("PUT", base+"/delivery", `{"mode":"failed","code":"4006"}`, 200, nil)
	f.submit("lost")
	f.until("failed", func() bool { return f.status("lost") == "failed" })
	failure, err := sqlstore.One(t.Context(), f.db.Read(), func(s *string) []any { return []any{s} },
		`SELECT failure FROM decided WHERE id = 'lost'`)
	if err != nil || !strings.HasPrefix(failure, "4006: ") {
		t.Errorf("failure %q, %v", failure, err)
	}

	f.do("PUT", base+"/delivery", `{"mode":"delayed","delaySeconds":10}`, 200, nil)
	f.submit("late")
	f.until("the scanner sleeps", func() bool { return f.clock.Waiters() > 0 })
	f.clock.Advance(9 * time.Second)
	if got := f.status("late"); got != "pending" {
		t.Errorf("after 9 s: %s", got)
	}
	f.clock.Advance(time.Second)
	f.until("delivered late", func() bool { return f.status("late") == "delivered" })
	if n := f.count("decided"); n != 3 {
		t.Errorf("%d outcomes, want 3", n)
	}
}

func TestRestartKeepsWhatIsPending(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.db")
	f, stop := start(t, file, epoch)
	f.do("PUT", base+"/delivery", `{"mode":"delayed","delaySeconds":60}`, 200, nil)
	f.submit("late")
	f.do("POST", "/_guichet/handset/customers", `{"number":"+14255550124"}`, 201, nil)
	stop()

	f, stop = start(t, file, epoch.Add(30*time.Second))
	if got := f.status("late"); got != "pending" {
		t.Fatalf("after the restart: %s", got)
	}
	var d Delivery
	f.do("GET", base+"/delivery", "", 200, &d)
	if d != (Delivery{Mode: "delayed", DelaySeconds: 60}) {
		t.Errorf("the choice was lost: %+v", d)
	}
	stop()

	// Due while nothing ran.
	f, _ = start(t, file, epoch.Add(2*time.Minute))
	f.until("delivered", func() bool { return f.status("late") == "delivered" })
	if n := f.count("decided"); n != 1 {
		t.Errorf("%d outcomes, want 1", n)
	}
	var h struct{ Customers []string }
	f.do("GET", "/_guichet/handset", "", 200, &h)
	if fmt.Sprint(h.Customers) != "[+14255550123 +14255550124]" {
		t.Errorf("customers: %v", h.Customers)
	}
}

func TestHandsetContract(t *testing.T) {
	f := fresh(t)
	var h map[string]any
	f.do("GET", "/_guichet/handset", "", 200, &h)
	if h["defaultCustomer"] != customer {
		t.Errorf("%v", h)
	}
	want := map[string]any{"number": business, "type": "tollFree", "country": "US", "sms": true, "calling": true}
	if got := h["numbers"].([]any)[0]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("numbers: %v", got)
	}
	f.post("first")
	f.post("second")
	var threads items[map[string]any]
	f.do("GET", base+"/threads", "", 200, &threads)
	if len(threads.Items) != 1 || threads.Items[0]["lastText"] != "second" ||
		threads.Items[0]["lastDirection"] != "toBusiness" || threads.Items[0]["number"] != business ||
		threads.Items[0]["lastAt"] != "2025-01-02T03:04:05Z" {
		t.Errorf("threads: %v", threads.Items)
	}
	for range 2 {
		f.do("POST", "/_guichet/handset/customers", `{"number":"+14255550177"}`, 201, nil)
	}
	thread := base + "/threads/" + business + "/messages"
	id := uuid.NewString()
	for _, bad := range []struct{ method, path, body string }{
		{"POST", "/_guichet/handset/customers", `{"number":"4255550177"}`},
		{"POST", "/_guichet/handset/customers", `{"number":7}`},
		{"POST", "/_guichet/handset/customers", `{"number":"+14255550177","x":1}`},
		{"POST", "/_guichet/handset/customers", `{"number":"+14255550177"} {}`},
		{"POST", "/_guichet/handset/customers", ``},
		{"GET", "/_guichet/handset/customers/abc/threads", ``},
		{"POST", thread, `{"id":"1","text":"hi"}`},
		{"POST", thread, `{"id":"` + id + `","text":" "}`},
		{"POST", thread, `{"id":"` + id + `","text":"` + strings.Repeat("é", 2049) + `"}`},
		{"POST", thread, `{"id":"` + id + `","text":"` + strings.Repeat("x", maxBody) + `"}`},
		{"PUT", base + "/delivery", `{"mode":"lost"}`},
		{"PUT", base + "/delivery", `{"mode":"failed","code":"1"}`},
		{"PUT", base + "/delivery", `{"mode":"delayed","delaySeconds":0}`},
	} {
		var out struct {
			Error struct{ Code, Message string }
		}
		f.do(bad.method, bad.path, bad.body, 400, &out)
		if out.Error.Code == "" || out.Error.Message == "" {
			t.Errorf("%v: no reason given", bad)
		}
	}
	r := httptest.NewRequest("POST", "/_guichet/handset/customers", strings.NewReader(`{"number":"+14255550178"}`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("a foreign page may call: %d", w.Code)
	}
}

func TestNotices(t *testing.T) {
	f := fresh(t)
	sub := f.hub.Subscribe("", func(topic string) bool { return topic == Topic(customer) })
	defer sub.Close()
	f.post("hi")
	f.submit("x")
	f.until("x is decided", func() bool { return f.status("x") == "delivered" })
	f.do("PUT", base+"/delivery", `{"mode":"delayed","delaySeconds":5}`, 200, nil)
	f.submit("y")
	var got []string
	for range 3 {
		select {
		case n := <-sub.C:
			var notice struct {
				Type    string
				Message Message
			}
			if err := json.Unmarshal(n.Data, &notice); err != nil {
				t.Fatal(err)
			}
			got = append(got, notice.Type+" "+notice.Message.Status)
		case <-time.After(10 * time.Second):
			t.Fatalf("only %v", got)
		}
	}
	if want := "[message received message delivered message pending]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}
