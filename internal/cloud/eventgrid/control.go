package eventgrid

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// portalSubscription is an event subscription, for the portal. The endpoint is
// shown without its query, which may hold a secret.
type portalSubscription struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Topic     string `json:"topic"`
	TopicName string `json:"topicName"`
	Source    string `json:"source"`
	State     string `json:"state"`
	// Failure is why the last validation failed, in the words of its operation.
	Failure string `json:"failure,omitempty"`
	Properties
	Metrics portalMetrics `json:"metrics"`
}

// portalSubscriptions lists the event subscriptions on a resource: a topic, or
// what a system topic has as its source; all of them when resource is empty.
func (b *Broker) portalSubscriptions(ctx context.Context, resource string) ([]portalSubscription, error) {
	counts, err := b.metrics(ctx)
	if err != nil {
		return nil, err
	}
	list := []portalSubscription{}
	for _, s := range b.Subscriptions(func(Subscription) bool { return true }) {
		item := portalSubscription{
			ID: s.ID, Name: s.Name, Topic: s.Topic, State: s.State, Properties: s.Properties.View(), Metrics: counts[strings.ToLower(s.ID)],
		}
		if s.State == stateFailed {
			op, err := b.Operation(ctx, s.Operation)
			if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
				return nil, err
			}
			item.Failure = op.Message
		}
		if t := b.Topic(s.Topic); t != nil {
			item.TopicName, item.Source = t.Name, t.Source
		}
		if resource == "" || strings.EqualFold(resource, item.Topic) || strings.EqualFold(resource, item.Source) {
			list = append(list, item)
		}
	}
	return list, nil
}

// maxSlots bounds a series of metrics.
const maxSlots = 1000

// portalSeries are the metrics of a subscription over time, for the portal: those
// of each interval in the given number of them, the last of which has begun.
type portalSeries struct {
	From time.Time `json:"from"`
	// IntervalSeconds is the length of a slot.
	IntervalSeconds int       `json:"intervalSeconds"`
	Slots           []Metrics `json:"slots"`
}

func (b *Broker) portalSeries(ctx context.Context, subscription string, seconds, slots int) (portalSeries, error) {
	interval := time.Duration(seconds) * time.Second
	to := b.clock.Now().Truncate(interval).Add(interval)
	from := to.Add(-interval * time.Duration(slots))
	list, err := b.MetricSeries(ctx, subscription, from, to, interval)
	return portalSeries{from, seconds, list}, err
}

// PortalRoutes adds what the portal asks of Event Grid, without a sign-in:
//
//   - GET /_guichet/eventgrid/subscriptions?resource=: the event subscriptions on
//     a resource or topic, with their metrics
//   - GET /_guichet/eventgrid/metrics?subscription=&interval=&slots=: the metrics
//     of one over time; the interval is in seconds
func (b *Broker) PortalRoutes(mux *http.ServeMux) {
	fail := func(w http.ResponseWriter, r *http.Request, err error) {
		b.log.ErrorContext(r.Context(), "control.failed", "path", r.URL.Path, "error", err)
		azerror.Write(w, http.StatusInternalServerError, "InternalServerError", "The local cloud failed; see its log.")
	}
	mux.HandleFunc("GET /_guichet/eventgrid/subscriptions", func(w http.ResponseWriter, r *http.Request) {
		list, err := b.portalSubscriptions(r.Context(), r.URL.Query().Get("resource"))
		if err != nil {
			fail(w, r, err)
			return
		}
		azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": list})
	})
	mux.HandleFunc("GET /_guichet/eventgrid/metrics", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		seconds, notSeconds := strconv.Atoi(q.Get("interval"))
		slots, notSlots := strconv.Atoi(q.Get("slots"))
		if notSeconds != nil || notSlots != nil || seconds < 1 || seconds > 86400 || slots < 1 || slots > maxSlots {
			azerror.Write(w, http.StatusBadRequest, "InvalidRequest",
				"The interval must be 1 to 86400 seconds, and slots 1 to 1000.")
			return
		}
		series, err := b.portalSeries(r.Context(), q.Get("subscription"), seconds, slots)
		if err != nil {
			fail(w, r, err)
			return
		}
		azerror.WriteJSON(w, http.StatusOK, series)
	})
}
