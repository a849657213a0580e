package eventgrid

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPortalCountsWhatBecameOfEvents(t *testing.T) {
	g := newGrid(t)
	// The first event is delivered, the second refused for good, the third waits
	// for its next attempt.
	e := newEndpoint(t, func(n int) int { return []int{200, 400, 503}[n-1] })
	g.subscribe(properties(e.URL + "/hook?code=secret"))
	for i, id := range []string{"a", "b", "c"} {
		g.publish(sms(id))
		g.attempts(i + 1)
	}
	mux := http.NewServeMux()
	g.PortalRoutes(mux)
	ask := func(resource string) []portalSubscription {
		t.Helper()
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_guichet/eventgrid/subscriptions?resource="+resource, nil))
		if strings.Contains(w.Body.String(), "secret") {
			t.Error("the query of an endpoint is shown")
		}
		var list struct{ Items []portalSubscription }
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		return list.Items
	}
	for _, resource := range []string{"", source, strings.ToUpper(source), topicID} {
		list := ask(resource)
		if len(list) != 1 {
			t.Fatalf("%q: %d subscriptions", resource, len(list))
		}
		s := list[0]
		if want := (portalMetrics{Metrics{Matched: 3, Delivered: 1, Failed: 2, Dropped: 1}, 1}); s.Metrics != want {
			t.Errorf("%q: metrics %+v, want %+v", resource, s.Metrics, want)
		}
		if s.TopicName != "topic" || s.Source != source || s.State != stateSucceeded ||
			s.Destination.Properties.EndpointBaseURL != e.URL+"/hook" {
			t.Errorf("%+v", s)
		}
	}
	if list := ask("/subscriptions/other"); len(list) != 0 {
		t.Errorf("another resource has %d subscriptions", len(list))
	}
}

// The metrics over time tell when each event was matched, tried and given up, and
// add up to the sums; what was never tried is matched all the same.
func TestMetricSeries(t *testing.T) {
	answers := []int{200, 503, 503}
	g := newGrid(t)
	e := newEndpoint(t, func(n int) int { return answers[n-1] })
	dead := &DeadLetter{EndpointType: "StorageBlob"}
	dead.Properties.ResourceID, dead.Properties.BlobContainerName = "/subscriptions/s/storageAccounts/store", "dead"
	g.subscribe(properties(e.URL, func(p *Properties) {
		p.RetryPolicy = &RetryPolicy{MaxDeliveryAttempts: 2}
		p.DeadLetterDestination = dead
	}))
	g.publish(sms("a"))
	g.attempts(1)
	g.clock.Advance(2 * time.Minute)
	g.publish(sms("b"))
	retry := g.attempts(2)[1].Next
	g.eventually("the next attempt is scheduled", func() bool { return g.clock.Waiters() > 0 })
	g.clock.Advance(retry.Sub(g.clock.Now()))
	last := g.attempts(3)[2]
	if last.DeadLetter == "" || last.Dropped || last.Untried {
		t.Errorf("the end: %+v", last)
	}

	mux := http.NewServeMux()
	g.PortalRoutes(mux)
	ask := func(query string) (series portalSeries, status int) {
		t.Helper()
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/_guichet/eventgrid/metrics?subscription="+query, nil))
		if err := json.Unmarshal(w.Body.Bytes(), &series); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		return series, w.Code
	}
	series, status := ask(strings.ToUpper(subID) + "&interval=60&slots=4")
	if want := epoch.Truncate(time.Minute).Add(-time.Minute); status != http.StatusOK || !series.From.Equal(want) {
		t.Fatalf("%d, from %s, want %s", status, series.From, want)
	}
	want := []Metrics{{}, {Matched: 1, Delivered: 1}, {}, {Matched: 1, Failed: 2, DeadLettered: 1}}
	if !slices.Equal(series.Slots, want) {
		t.Errorf("slots %+v, want %+v", series.Slots, want)
	}
	if series, _ := ask("/other&interval=60&slots=2"); !slices.Equal(series.Slots, make([]Metrics, 2)) {
		t.Errorf("another subscription has %+v", series.Slots)
	}
	for _, query := range []string{subID, subID + "&interval=60&slots=0", subID + "&interval=60&slots=1001", subID + "&interval=x&slots=1"} {
		if _, status := ask(query); status != http.StatusBadRequest {
			t.Errorf("%s: %d", query, status)
		}
	}
}

// What gives no dead letters drops, and what outlives its time was not tried once
// more.
func TestDroppedUntried(t *testing.T) {
	g := newGrid(t)
	e := newEndpoint(t, always(503))
	g.subscribe(properties(e.URL, func(p *Properties) { p.RetryPolicy = &RetryPolicy{EventTimeToLiveInMinutes: 1} }))
	g.publish(sms("a"))
	g.attempts(1)
	g.eventually("the next attempt is scheduled", func() bool { return g.clock.Waiters() > 0 })
	g.clock.Advance(2 * time.Minute)
	if last := g.attempts(2)[1]; last.DeadLetter != "TimeToLiveExceeded" || !last.Dropped || !last.Untried {
		t.Errorf("the end: %+v", last)
	}
	counts, err := g.metrics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := counts[strings.ToLower(subID)], (portalMetrics{Metrics{Matched: 1, Failed: 1, Dropped: 1}, 0}); got != want {
		t.Errorf("metrics %+v, want %+v", got, want)
	}
}

// A subscription that could not be validated says why.
func TestPortalTellsTheFailure(t *testing.T) {
	g := newGrid(t)
	refuses := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(refuses.Close)
	g.subscribe(properties(refuses.URL))
	list, err := g.portalSubscriptions(t.Context(), "")
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	if s := list[0]; s.State != stateFailed || !strings.HasPrefix(s.Failure, "Webhook validation handshake failed for "+refuses.URL) {
		t.Errorf("%s: %q", s.State, s.Failure)
	}
}
