package eventgrid

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// operation waits for the end of the subscription's last operation.
func (g *grid) operation(s Subscription) Operation {
	g.t.Helper()
	var op Operation
	g.eventually("the operation ends", func() bool {
		var err error
		if op, err = g.Operation(g.ctx, s.Operation); err != nil {
			g.t.Fatal(err)
		}
		return op.Status != "InProgress"
	})
	return op
}

func TestHandshakeRefused(t *testing.T) {
	statuses := map[int]string{200: "", 202: "Accepted", 204: "NoContent", 404: "NotFound", 401: "Unauthorized", 500: "InternalServerError"}
	for status, name := range statuses {
		if status == 200 {
			continue
		}
		hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		g := newGrid(t)
		op := g.operation(g.put(properties(hook.URL+"/x?code=secret"), "writer"))
		want := "Webhook validation handshake failed for " + hook.URL + "/x. Http POST request failed with response code " + name + ". For troublehooting"
		if op.Status != "Failed" || op.Code != "Url validation" || !strings.HasPrefix(op.Message, want) || strings.Contains(op.Message, "secret") {
			t.Errorf("%d: %+v", status, op)
		}
		if s, _ := g.Subscription(subID); s.State != stateFailed {
			t.Errorf("%d: the subscription is %s", status, s.State)
		}
		hook.Close()
	}
}

func TestHandshakeUnreachable(t *testing.T) {
	hook := httptest.NewServer(http.NotFoundHandler())
	hook.Close()
	g := newGrid(t)
	if op := g.operation(g.put(properties(hook.URL), "writer")); !strings.Contains(op.Message, "response code Unknown.") {
		t.Errorf("%+v", op)
	}
}

func TestHandshakeTimesOutThreeTimes(t *testing.T) {
	calls := make(chan struct{}, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		calls <- struct{}{}
		<-r.Context().Done()
	}))
	defer hook.Close()
	g := newGrid(t, func(o *Options) { o.Timeout = 20 * time.Millisecond })
	s := g.put(properties(hook.URL), "writer")
	for range handshakeTries - 1 {
		<-calls
		g.eventually("it waits before it tries again", func() bool { return g.clock.Waiters() > 0 })
		g.clock.Advance(handshakeGap)
	}
	<-calls
	if op := g.operation(s); op.Status != "Failed" {
		t.Errorf("%+v", op)
	}
}

func TestStrangerIsRefused(t *testing.T) {
	g := newGrid(t)
	hook := newEndpoint(t, always(200))
	op := g.operation(g.put(properties(hook.URL, func(p *Properties) {
		p.Destination.Properties.AzureActiveDirectoryTenantID = "t"
		p.Destination.Properties.AzureActiveDirectoryApplicationIDOrURI = "a"
	}), "stranger"))
	if op.Status != "Failed" || !strings.Contains(op.Message, "neither an owner") {
		t.Errorf("%+v", op)
	}
}

// silent is an endpoint that takes the handshake without answering it, and hands
// over the validation URL.
func silent(t *testing.T, urls chan string) *httptest.Server {
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			urls <- r.Header.Get("WebHook-Request-Callback")
			return
		}
		var list []struct{ Data map[string]string }
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &list)
		urls <- list[0].Data["validationUrl"]
	}))
	t.Cleanup(hook.Close)
	return hook
}

func (g *grid) open(link string) int {
	w := httptest.NewRecorder()
	u, err := url.Parse(link)
	if err != nil {
		g.t.Fatal(err)
	}
	g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, u.RequestURI(), nil))
	return w.Code
}

func TestManualValidation(t *testing.T) {
	for _, schema := range []string{schemaEventGrid, schemaCloudEvents} {
		t.Run(schema, func(t *testing.T) {
			g := newGrid(t)
			urls := make(chan string, 1)
			s := g.put(properties(silent(t, urls).URL, func(p *Properties) { p.EventDeliverySchema = schema }), "writer")
			link := <-urls
			g.eventually("it awaits manual action", func() bool {
				v, _ := g.Subscription(subID)
				return v.State == stateAwaiting
			})
			if op, _ := g.Operation(g.ctx, s.Operation); op.Status != "InProgress" {
				t.Errorf("the operation is %s", op.Status)
			}
			if code := g.open(strings.Replace(link, "token=", "token=x", 1)); code != http.StatusBadRequest {
				t.Errorf("a wrong token: %d", code)
			}
			if code := g.open(link); code != http.StatusOK {
				t.Errorf("the link: %d", code)
			}
			if op := g.operation(s); op.Status != "Succeeded" {
				t.Errorf("%+v", op)
			}
			if code := g.open(link); code != http.StatusBadRequest {
				t.Errorf("the link for the second time: %d", code)
			}
		})
	}
}

func TestManualValidationOutlivesRestartAndExpires(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.db")
	g := openGrid(t, path)
	urls := make(chan string, 1)
	s := g.put(properties(silent(t, urls).URL), "writer")
	<-urls
	awaiting := func() bool {
		v, _ := g.Subscription(subID)
		return v.State == stateAwaiting
	}
	g.eventually("it awaits manual action", awaiting)
	g.stop()
	g = openGrid(t, path)
	g.eventually("it waits for the deadline", func() bool { return g.clock.Waiters() > 0 })
	g.clock.Advance(manualWindow - time.Second)
	if !awaiting() {
		t.Error("it gave up too soon")
	}
	g.clock.Advance(time.Second)
	if op := g.operation(s); op.Status != "Failed" || !strings.Contains(op.Message, "retuned 2XX response") {
		t.Errorf("%+v", op)
	}
}

func TestFailedUpdateLeavesDeliveryInForce(t *testing.T) {
	g := newGrid(t)
	hook := newEndpoint(t, always(200))
	g.subscribe(properties(hook.URL))
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	if op := g.operation(g.put(properties(dead.URL), "writer")); op.Status != "Failed" {
		t.Fatalf("%+v", op)
	}
	g.publish(sms("1"))
	if a := g.attempts(1)[0]; a.Status != 200 {
		t.Errorf("%+v", a)
	}
}

func TestEndpointsAreHTTPSOrLoopback(t *testing.T) {
	for link, ok := range map[string]bool{
		"https://example.com/x": true, "http://localhost:1/x": true, "http://127.0.0.9/x": true, "http://[::1]/x": true,
		"http://example.com/x": false, "http://10.0.0.1/x": false, "ftp://localhost/x": false, "/x": false, "": false,
		"http://localhost.example.com": false,
	} {
		p := properties(link)
		if err := p.complete(&Topic{Source: source, TopicType: ACSTopicType}, epoch); (err == nil) != ok {
			t.Errorf("%q: %v", link, err)
		}
	}
}

func TestPropertyLimits(t *testing.T) {
	value := strings.Repeat("x", 4097)
	past := epoch.Add(-time.Second)
	for name, change := range map[string]func(*Properties){
		"31 attempts":        func(p *Properties) { p.RetryPolicy = &RetryPolicy{MaxDeliveryAttempts: 31} },
		"1441 minutes":       func(p *Properties) { p.RetryPolicy = &RetryPolicy{EventTimeToLiveInMinutes: 1441} },
		"5001 in a batch":    func(p *Properties) { p.Destination.Properties.MaxEventsPerBatch = 5001 },
		"1025 kB":            func(p *Properties) { p.Destination.Properties.PreferredBatchSizeInKilobytes = 1025 },
		"expired":            func(p *Properties) { p.ExpirationTimeUTC = &past },
		"tenant alone":       func(p *Properties) { p.Destination.Properties.AzureActiveDirectoryTenantID = "t" },
		"queue":              func(p *Properties) { p.Destination.EndpointType = "StorageQueue" },
		"no destination":     func(p *Properties) { p.Destination = nil },
		"custom schema":      func(p *Properties) { p.EventDeliverySchema = schemaCustom },
		"a reserved header":  attribute(AttributeMapping{Name: "aeg-x", Type: "Static", Properties: AttributeProperty{Value: &value}}),
		"a long header":      attribute(AttributeMapping{Name: "x", Type: "Static", Properties: AttributeProperty{Value: &value}}),
		"a container escape": func(p *Properties) { p.DeadLetterDestination = deadLetterTo("../../etc") },
	} {
		p := properties("https://example.com", change)
		if err := p.complete(&Topic{Source: source, TopicType: ACSTopicType}, epoch); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func attribute(m AttributeMapping) func(*Properties) {
	return func(p *Properties) { p.Destination.Properties.DeliveryAttributeMappings = []AttributeMapping{m} }
}

func deadLetterTo(container string) *DeadLetter {
	d := &DeadLetter{EndpointType: "StorageBlob"}
	d.Properties.ResourceID, d.Properties.BlobContainerName = "/x/storageAccounts/s", container
	return d
}
