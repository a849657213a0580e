package eventgrid

import (
	"context"
	"strings"
	"time"

	"guichet/internal/platform/sqlstore"
)

// Metrics count what became of a subscription's events, within the delivery log
// that is kept.
type Metrics struct {
	// Matched counts the events that passed the filter; an event that was late by
	// a fault counts when it was first tried.
	Matched int `json:"matched"`
	// Delivered and Failed count attempts.
	Delivered int `json:"delivered"`
	Failed    int `json:"failed"`
	// DeadLettered and Dropped count events that are not tried again: dead-lettered
	// where the subscription had a destination for them, else dropped.
	DeadLettered int `json:"deadLettered"`
	Dropped      int `json:"dropped"`
}

func (m *Metrics) cols() []any {
	return []any{&m.Matched, &m.Delivered, &m.Failed, &m.DeadLettered, &m.Dropped}
}

// Metric is one of Azure's metrics of event subscriptions (metrics namespace
// Microsoft.EventGrid/eventSubscriptions); all are counts.
type Metric struct {
	Name, DisplayName, Description string
	// Of reads the metric's value.
	Of func(Metrics) int
}

// SubscriptionMetrics are the metrics that are kept of event subscriptions.
var SubscriptionMetrics = []Metric{
	{"MatchedEventCount", "Matched Events", "Total events matched to this event subscription",
		func(m Metrics) int { return m.Matched }},
	{"DeliverySuccessCount", "Delivered Events", "Total events delivered to this event subscription",
		func(m Metrics) int { return m.Delivered }},
	{"DeliveryAttemptFailCount", "Delivery Failed Events", "Total events failed to deliver to this event subscription",
		func(m Metrics) int { return m.Failed }},
	{"DeadLetteredCount", "Dead Lettered Events", "Total dead lettered events matching to this event subscription",
		func(m Metrics) int { return m.DeadLettered }},
	{"DroppedEventCount", "Dropped Events", "Total dropped events matching to this event subscription",
		func(m Metrics) int { return m.Dropped }},
}

// sums are the columns of Metrics over lines of the delivery log. A dead letter
// that could not be written has a next attempt, and does not count.
const sums = `coalesce(sum((attempt = 1 AND tried = 1) OR attempt = 0), 0),
	coalesce(sum(tried = 1 AND outcome = 'Delivered'), 0), coalesce(sum(tried = 1 AND outcome <> 'Delivered'), 0),
	coalesce(sum(dead_letter <> '' AND next_us = 0 AND dropped = 0), 0), coalesce(sum(dropped = 1), 0)`

const (
	sumAttempts = `SELECT subscription, ` + sums + ` FROM eg_attempts GROUP BY subscription`
	// countPending finds also which of the waiting events were never tried: these
	// are matched, and on no line of the log yet.
	countPending = `SELECT s.key, count(*), sum(d.attempts = 0) FROM eg_deliveries d
		JOIN eg_subscriptions s ON s.number = d.subscription GROUP BY s.key`
	sumSlots = `SELECT (at_us - $1) / $2, ` + sums + ` FROM eg_attempts
		WHERE subscription = $3 AND at_us >= $1 AND at_us < $4 GROUP BY 1`
	untriedSlots = `SELECT (d.published_us - $1) / $2, count(*) FROM eg_deliveries d
		JOIN eg_subscriptions s ON s.number = d.subscription
		WHERE s.key = $3 AND d.published_us >= $1 AND d.published_us < $4 AND d.attempts = 0 GROUP BY 1`
)

// MetricSeries counts what became of a subscription's events in each of the
// intervals between from and to; the last one may be cut short by to. The
// interval is at least a microsecond.
func (b *Broker) MetricSeries(ctx context.Context, subscription string, from, to time.Time, interval time.Duration) ([]Metrics, error) {
	start, end, step, key := sqlstore.Micros(from), sqlstore.Micros(to), interval.Microseconds(), strings.ToLower(subscription)
	series := make([]Metrics, max(0, (end-start+step-1)/step))
	type slot struct {
		at int64
		m  Metrics
	}
	slots, err := sqlstore.List(ctx, b.db.Read(), func(s *slot) []any { return append([]any{&s.at}, s.m.cols()...) },
		sumSlots, start, step, key, end)
	if err != nil {
		return nil, err
	}
	for _, s := range slots {
		series[s.at] = s.m
	}
	slots, err = sqlstore.List(ctx, b.db.Read(), func(s *slot) []any { return []any{&s.at, &s.m.Matched} },
		untriedSlots, start, step, key, end)
	for _, s := range slots {
		series[s.at].Matched += s.m.Matched
	}
	return series, err
}

// portalMetrics are the sums of a subscription, for the portal; Pending is what
// waits for an attempt now.
type portalMetrics struct {
	Metrics
	Pending int `json:"pending"`
}

// metrics of every subscription, by its id in lower case.
func (b *Broker) metrics(ctx context.Context) (map[string]portalMetrics, error) {
	type row struct {
		key     string
		m       portalMetrics
		untried int
	}
	found := map[string]portalMetrics{}
	rows, err := sqlstore.List(ctx, b.db.Read(), func(r *row) []any { return append([]any{&r.key}, r.m.cols()...) }, sumAttempts)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		found[r.key] = r.m
	}
	rows, err = sqlstore.List(ctx, b.db.Read(), func(r *row) []any { return []any{&r.key, &r.m.Pending, &r.untried} }, countPending)
	for _, r := range rows {
		m := found[r.key]
		m.Pending = r.m.Pending
		m.Matched += r.untried
		found[r.key] = m
	}
	return found, err
}
