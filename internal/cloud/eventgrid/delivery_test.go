package eventgrid

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestRetrySchedule(t *testing.T) {
	g := newGrid(t)
	hook := newEndpoint(t, always(500))
	g.subscribe(properties(hook.URL, func(p *Properties) { p.RetryPolicy = &RetryPolicy{MaxDeliveryAttempts: 30} }))
	g.publish(sms("1"))
	for i, gap := range append(azureSchedule[:10:10], 12*time.Hour) {
		list := g.attempts(i + 1)
		a := list[i]
		if a.Attempt != i+1 || a.Status != 500 {
			t.Fatalf("attempt %d: %+v", i+1, a)
		}
		if a.DeadLetter != "" {
			t.Fatalf("attempt %d: given up: %+v", i+1, a)
		}
		got := a.Next.Sub(a.At)
		if got < gap || got > gap+min(gap/10, 3*time.Second) {
			t.Errorf("gap after attempt %d is %s, want %s and a little", i+1, got, gap)
		}
		g.eventually("the next attempt is scheduled", func() bool { return g.clock.Waiters() > 0 })
		g.clock.Advance(a.Next.Sub(g.clock.Now()))
	}
	// More than a day has passed: the event has outlived its time.
	list := g.attempts(12)
	if last := list[11]; last.DeadLetter != "TimeToLiveExceeded" {
		t.Errorf("end: %+v", last)
	}
	for i, r := range hook.got() {
		if got := r.header.Get("aeg-delivery-count"); got != fmt.Sprint(i) {
			t.Errorf("aeg-delivery-count %s, want %d", got, i)
		}
	}
}

func TestStatuses(t *testing.T) {
	for status, want := range map[int]struct {
		outcome string
		final   bool
		atLeast time.Duration
	}{
		200: {"Delivered", true, 0}, 201: {"Delivered", true, 0}, 202: {"Delivered", true, 0}, 203: {"Delivered", true, 0}, 204: {"Delivered", true, 0},
		205: {"Aborted", false, 0}, 302: {"Aborted", false, 0}, 400: {"BadRequest", true, 0}, 401: {"Unauthorized", true, 0},
		403: {"Forbidden", true, 0}, 404: {"NotFound", false, 5 * time.Minute}, 408: {"TimedOut", false, 2 * time.Minute},
		409: {"Aborted", false, 0}, 413: {"PayloadTooLarge", true, 0}, 429: {"Busy", false, 0}, 500: {"Aborted", false, 0},
		503: {"Busy", false, 30 * time.Second},
	} {
		if got := judge(status); got.outcome != want.outcome || got.final != want.final || got.atLeast != want.atLeast {
			t.Errorf("%d: %+v, want %+v", status, got, want)
		}
	}
	b := &Broker{schedule: azureSchedule}
	if got := b.wait(1, judge(404)); got < 5*time.Minute {
		t.Errorf("after a first 404: %s", got)
	}
	if got := b.wait(40, judge(500)); got < 12*time.Hour || got > 13*time.Hour {
		t.Errorf("after the 40th: %s", got)
	}
}

func TestNoAnswerIsRetried(t *testing.T) {
	g := newGrid(t)
	hook := newEndpoint(t, always(200))
	g.subscribe(properties(hook.URL))
	hook.Close()
	g.publish(sms("1"))
	if a := g.attempts(1)[0]; a.Status != 0 || a.Outcome != "SocketError" || a.Next.IsZero() {
		t.Errorf("%+v", a)
	}
}

func TestDeadLetter(t *testing.T) {
	for schema, member := range map[string]string{schemaEventGrid: "deadLetterReason", schemaCloudEvents: "deadletterreason"} {
		for status, reason := range map[int]string{400: "BadRequest", 500: "MaxDeliveryAttemptsExceeded"} {
			t.Run(fmt.Sprint(schema, status), func(t *testing.T) {
				g := newGrid(t)
				hook := newEndpoint(t, always(status))
				g.subscribe(properties(hook.URL, func(p *Properties) {
					p.EventDeliverySchema = schema
					p.RetryPolicy = &RetryPolicy{MaxDeliveryAttempts: 1}
					p.DeadLetterDestination = &DeadLetter{EndpointType: "StorageBlob"}
					p.DeadLetterDestination.Properties.ResourceID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/store"
					p.DeadLetterDestination.Properties.BlobContainerName = "dead"
				}))
				g.publish(sms("1"))
				g.attempts(1)
				var files []string
				_ = filepath.WalkDir(g.blobs, func(path string, d fs.DirEntry, _ error) error {
					if d != nil && !d.IsDir() {
						files = append(files, path)
					}
					return nil
				})
				if len(files) != 1 || !strings.HasPrefix(files[0], filepath.Join(g.blobs, "store/dead/FIRST-SUB/2030/1/2/3")+"/") {
					t.Fatalf("files %v", files)
				}
				data, err := os.ReadFile(files[0])
				if err != nil {
					t.Fatal(err)
				}
				var list []map[string]any
				if err := json.Unmarshal(data, &list); err != nil || len(list) != 1 {
					t.Fatalf("%s: %v", data, err)
				}
				if list[0][member] != reason || list[0]["id"] != "1" {
					t.Errorf("%v", list[0])
				}
				if g.waiting() != 0 {
					t.Error("the delivery is still waiting")
				}
			})
		}
	}
}

func TestRestartKeepsEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.db")
	down := newEndpoint(t, always(503))
	g := openGrid(t, path)
	g.subscribe(properties(down.URL))
	g.publish(sms("tried"))
	g.attempts(1)
	g.stop()

	// Published by a process that died before it delivered.
	g = openGrid(t, path)
	up := newEndpoint(t, always(200))
	s := g.byNumber[1]
	doc := s.document()
	doc.Active.Destination.Properties.EndpointURL = &up.URL
	if err := g.store(g.ctx, s, doc, nil); err != nil {
		t.Fatal(err)
	}
	g.publish(sms("fresh"))
	g.attempts(2)
	if got := up.got(); len(got) != 1 || !strings.Contains(string(got[0].body), "fresh") {
		t.Fatalf("before the retry is due: %d requests", len(got))
	}
	g.eventually("the retry is scheduled", func() bool { return g.clock.Waiters() > 0 })
	g.clock.Advance(time.Minute)
	g.attempts(3)
	if got := up.got(); len(got) != 2 || !strings.Contains(string(got[1].body), "tried") || g.waiting() != 0 {
		t.Errorf("%d requests, %d waiting", len(got), g.waiting())
	}
}

func TestBacklogLargerThanMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.db")
	const n = 3*laneCapacity + 17
	hook := newEndpoint(t, always(200))
	g := openGrid(t, path)
	g.subscribe(properties(hook.URL))
	var events []Event
	for i := range n {
		events = append(events, sms(fmt.Sprint(i)))
	}
	g.publish(events...)
	g.eventually("all are delivered", func() bool { return len(hook.got()) >= n && g.waiting() == 0 })
	seen := map[string]int{}
	for _, r := range hook.got() {
		var list []gridEvent
		if err := json.Unmarshal(r.body, &list); err != nil {
			t.Fatal(err)
		}
		seen[list[0].ID]++
	}
	if len(seen) != n || len(hook.got()) != n {
		t.Errorf("%d events in %d requests, want %d", len(seen), len(hook.got()), n)
	}
}

func TestBatching(t *testing.T) {
	g := newGrid(t)
	gate := make(chan struct{})
	hook := newEndpoint(t, func(n int) int {
		if n == 1 {
			<-gate
		}
		return 200
	})
	g.subscribe(properties(hook.URL, func(p *Properties) { p.Destination.Properties.MaxEventsPerBatch = 7 }))
	var events []Event
	for i := range 100 {
		events = append(events, sms(fmt.Sprint(i)))
	}
	g.publish(events...)
	close(gate)
	g.attempts(100)
	total := 0
	for _, r := range hook.got() {
		var list []gridEvent
		if err := json.Unmarshal(r.body, &list); err != nil || len(list) > 7 {
			t.Fatalf("a batch of %d: %v", len(list), err)
		}
		total += len(list)
	}
	if total != 100 || len(hook.got()) >= 100 {
		t.Errorf("%d events in %d requests", total, len(hook.got()))
	}
}

func TestCloudEventsDelivery(t *testing.T) {
	g := newGrid(t)
	hook := newEndpoint(t, always(200))
	secret := "s3cret"
	yes := true
	g.subscribe(properties(hook.URL, func(p *Properties) {
		p.EventDeliverySchema = schemaCloudEvents
		p.Destination.Properties.DeliveryAttributeMappings = []AttributeMapping{
			{Name: "x-static", Type: "Static", Properties: AttributeProperty{Value: &secret, IsSecret: &yes}},
			{Name: "x-dynamic", Type: "Dynamic", Properties: AttributeProperty{SourceField: "data.message"}},
			{Name: "x-missing", Type: "Dynamic", Properties: AttributeProperty{SourceField: "data.nothing"}},
		}
	}))
	g.publish(sms("1"))
	g.attempts(1)
	r := hook.got()[0]
	var event map[string]any
	if err := json.Unmarshal(r.body, &event); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	for name, want := range map[string]any{
		"specversion": "1.0", "id": "1", "type": smsType, "source": source, "subject": "/phonenumber/1", "time": "2030-01-02T03:04:05.0000000Z",
	} {
		if event[name] != want {
			t.Errorf("%s is %v, want %v", name, event[name], want)
		}
	}
	for name, want := range map[string]string{
		"Content-Type": "application/cloudevents+json; charset=utf-8", "Origin": "eventgrid.azure.net", "x-static": secret,
		"x-dynamic": "hi", "x-missing": "", "User-Agent": "",
	} {
		if r.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, r.header.Get(name), want)
		}
	}
}

func TestTokenIsCached(t *testing.T) {
	tokens := &directory{}
	g := newGrid(t, func(o *Options) { o.Tokens = tokens })
	hook := newEndpoint(t, always(200))
	g.subscribe(properties(hook.URL, func(p *Properties) {
		p.Destination.Properties.AzureActiveDirectoryTenantID = "t"
		p.Destination.Properties.AzureActiveDirectoryApplicationIDOrURI = "a"
	}))
	g.publish(sms("1"), sms("2"))
	g.attempts(2)
	g.clock.Advance(56 * time.Minute)
	g.publish(sms("3"))
	g.attempts(3)
	want := []string{"Bearer token-1", "Bearer token-1", "Bearer token-2"}
	for i, r := range hook.got() {
		if got := r.header.Get("Authorization"); got != want[i] {
			t.Errorf("delivery %d: %s", i, got)
		}
	}
}
