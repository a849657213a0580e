package eventgrid

import (
	"context"
	"net/http"
	"strings"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// Metrics count what became of a subscription's events, within the delivery log
// that is kept; Pending is what waits for an attempt now.
type Metrics struct {
	// Delivered and Failed count attempts.
	Delivered int `json:"delivered"`
	Failed    int `json:"failed"`
	// GivenUp counts events that will not be tried again: dead-lettered where the
	// subscription has a destination for them, else dropped.
	GivenUp int `json:"givenUp"`
	Pending int `json:"pending"`
}

// portalSubscription is an event subscription, for the portal. The endpoint is
// shown without its query, which may hold a secret.
type portalSubscription struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Topic     string `json:"topic"`
	TopicName string `json:"topicName"`
	Source    string `json:"source"`
	State     string `json:"state"`
	Properties
	Metrics Metrics `json:"metrics"`
}

const (
	countAttempts = `SELECT subscription, sum(outcome = 'Delivered'), sum(outcome <> 'Delivered'),
		sum(dead_letter <> '') FROM eg_attempts GROUP BY subscription`
	countPending = `SELECT s.key, count(*) FROM eg_deliveries d JOIN eg_subscriptions s ON s.number = d.subscription GROUP BY s.key`
)

// metrics of every subscription, by its id in lower case.
func (b *Broker) metrics(ctx context.Context) (map[string]Metrics, error) {
	type row struct {
		key string
		m   Metrics
	}
	found := map[string]Metrics{}
	rows, err := sqlstore.List(ctx, b.db.Read(), func(r *row) []any {
		return []any{&r.key, &r.m.Delivered, &r.m.Failed, &r.m.GivenUp}
	}, countAttempts)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		found[r.key] = r.m
	}
	rows, err = sqlstore.List(ctx, b.db.Read(), func(r *row) []any { return []any{&r.key, &r.m.Pending} }, countPending)
	for _, r := range rows {
		m := found[r.key]
		m.Pending = r.m.Pending
		found[r.key] = m
	}
	return found, err
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
		if t := b.Topic(s.Topic); t != nil {
			item.TopicName, item.Source = t.Name, t.Source
		}
		if resource == "" || strings.EqualFold(resource, item.Topic) || strings.EqualFold(resource, item.Source) {
			list = append(list, item)
		}
	}
	return list, nil
}

// PortalRoutes adds what the portal asks of Event Grid, without a sign-in:
// GET /_guichet/eventgrid/subscriptions?resource=, the event subscriptions on a
// resource or topic, with their metrics.
func (b *Broker) PortalRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /_guichet/eventgrid/subscriptions", func(w http.ResponseWriter, r *http.Request) {
		list, err := b.portalSubscriptions(r.Context(), r.URL.Query().Get("resource"))
		if err != nil {
			b.log.ErrorContext(r.Context(), "control.failed", "path", r.URL.Path, "error", err)
			azerror.Write(w, http.StatusInternalServerError, "InternalServerError", "The local cloud failed; see its log.")
			return
		}
		azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": list})
	})
}
