package eventgrid

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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
		if want := (Metrics{Delivered: 1, Failed: 2, GivenUp: 1, Pending: 1}); s.Metrics != want {
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
