package eventgrid

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"guichet/internal/cloud/entra"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/sqlstore"
)

// webhookClient sends deliveries. It follows no redirect and names no agent.
func webhookClient(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			MaxIdleConns:        512,
			MaxIdleConnsPerHost: 2 * laneWorkers,
			IdleConnTimeout:     90 * time.Second,
			DisableCompression:  true,
			ForceAttemptHTTP2:   true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// outcome is what became of a delivery's attempt.
type outcome struct {
	delivery *delivery
	record   Attempt
	// nextUS is when the next attempt is due; 0 when there is none.
	nextUS int64
}

// attempt delivers a batch of one subscription, all or nothing, and says what
// becomes of each event. Dead letters are on disk when it returns.
func (b *Broker) attempt(ctx context.Context, s *subscription, batch []*delivery) []outcome {
	active := s.active.Load()
	if active == nil {
		active = &activeSubscription{}
	}
	now := b.clock.Now()
	ttl := time.Duration(active.properties.RetryPolicy.EventTimeToLiveInMinutes) * time.Minute
	var outcomes []outcome
	var fresh []*delivery
	var events []*stored
	for _, d := range batch {
		e, err := d.event()
		switch {
		case err != nil:
			outcomes = append(outcomes, b.giveUp(ctx, active, d, &stored{}, "InvalidEvent"))
		case d.attempts > 0 && now.Sub(sqlstore.Time(d.publishedUS)) >= ttl:
			outcomes = append(outcomes, b.giveUp(ctx, active, d, e, "TimeToLiveExceeded"))
		default:
			fresh, events = append(fresh, d), append(events, e)
		}
	}
	if len(fresh) == 0 {
		return outcomes
	}
	status, v := b.send(ctx, active, events, fresh[0].attempts)
	duration := b.clock.Now().Sub(now)
	for i, d := range fresh {
		d.attempts++
		d.lastUS, d.lastOutcome = sqlstore.Micros(now), v.outcome
		o := outcome{delivery: d}
		switch {
		case v.outcome == outcomeDelivered:
		case v.final:
			o = b.giveUp(ctx, active, d, events[i], v.outcome)
		case d.attempts >= active.properties.RetryPolicy.MaxDeliveryAttempts:
			o = b.giveUp(ctx, active, d, events[i], "MaxDeliveryAttemptsExceeded")
		default:
			o.nextUS = sqlstore.Micros(now.Add(b.wait(d.attempts, v)))
		}
		o.record.Untried = false
		o.record.Subscription, o.record.EventID, o.record.EventType = active.id, events[i].ID, events[i].EventType
		o.record.Attempt, o.record.At, o.record.Status, o.record.Outcome = d.attempts, now, status, v.outcome
		o.record.DurationMS = float64(duration.Microseconds()) / 1000
		o.record.Next = sqlstore.Time(o.nextUS)
		outcomes = append(outcomes, o)
	}
	if v.outcome != outcomeDelivered {
		b.log.InfoContext(ctx, "eventgrid.attempt", "subscription", active.name, "events", len(fresh), "attempt", fresh[0].attempts,
			"status", status, "outcome", v.outcome, "duration_ms", duration.Milliseconds(), "next", outcomes[len(outcomes)-1].record.Next)
	}
	return outcomes
}

// send makes the request. The status is 0 when there was no answer.
func (b *Broker) send(ctx context.Context, a *activeSubscription, events []*stored, count int) (int, verdict) {
	w := a.properties.Destination.Properties
	payload, contentType, err := body(a.properties.EventDeliverySchema, w.batched(), events)
	if err != nil {
		return 0, verdict{outcome: outcomeAborted}
	}
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url(), bytes.NewReader(payload))
	if err != nil {
		return 0, verdict{outcome: outcomeAborted}
	}
	h := r.Header
	h.Set("Content-Type", contentType)
	h.Set("Accept-Encoding", "gzip,deflate")
	h.Set("User-Agent", "")
	// Azure writes these in lower case, and the subscription's name in capitals.
	h["aeg-event-type"] = []string{"Notification"}
	h["aeg-subscription-name"] = []string{strings.ToUpper(a.name)}
	h["aeg-delivery-count"] = []string{strconv.Itoa(count)}
	h["aeg-metadata-version"] = []string{"1"}
	if a.properties.EventDeliverySchema == schemaCloudEvents {
		h["aeg-data-version"] = []string{""}
		h.Set("Origin", requestOrigin)
		h.Set("WebHook-Request-Origin", requestOrigin)
	} else {
		h["aeg-data-version"] = []string{events[0].DataVersion}
	}
	for _, m := range w.DeliveryAttributeMappings {
		if value, ok := m.resolve(events[0]); ok {
			h.Set(m.Name, value)
		}
	}
	if err := b.authorize(ctx, r, w); err != nil {
		b.log.InfoContext(ctx, "eventgrid.token", "subscription", a.name, "error", err)
		return 0, verdict{outcome: outcomeUnauthorized}
	}
	response, err := b.client.Do(r)
	if err != nil {
		return 0, judgeError(err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswer))
	_ = response.Body.Close()
	return response.StatusCode, judge(response.StatusCode)
}

// resolve is the header's value for an event; a dynamic one whose field is
// missing or not a plain value is left out.
func (m AttributeMapping) resolve(e *stored) (string, bool) {
	if strings.EqualFold(m.Type, "Static") {
		return *m.Properties.Value, true
	}
	view := fieldView{source: e.Topic, event: &Event{
		ID: e.ID, Subject: e.Subject, Type: e.EventType, DataVersion: e.DataVersion, Data: e.Data, Extensions: e.Extensions,
	}}
	value, _ := view.lookup(m.Properties.SourceField)
	text := ""
	switch v := value.(type) {
	case string:
		text = v
	case bool:
		text = strconv.FormatBool(v)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return "", false
	}
	return text, !strings.ContainsAny(text, "\r\n") && len(text) <= 4096
}

type bearerKey struct{ tenant, resource string }

// bearerCache keeps tokens for protected webhooks until shortly before they end.
type bearerCache struct {
	mu     sync.Mutex
	tokens map[bearerKey]entra.Token
}

// authorize attaches the token of a protected webhook.
func (b *Broker) authorize(ctx context.Context, r *http.Request, w WebHook) error {
	if w.AzureActiveDirectoryTenantID == "" {
		return nil
	}
	key := bearerKey{w.AzureActiveDirectoryTenantID, w.AzureActiveDirectoryApplicationIDOrURI}
	b.bearer.mu.Lock()
	defer b.bearer.mu.Unlock()
	token, ok := b.bearer.tokens[key]
	if !ok || b.clock.Now().Add(5*time.Minute).After(token.ExpiresAt) {
		var err error
		token, err = b.tokens.Mint(ctx, entra.TokenRequest{TenantID: key.tenant, ClientID: wk.EventGridAppID, Resource: key.resource})
		if err != nil {
			return err
		}
		b.bearer.tokens[key] = token
	}
	r.Header.Set("Authorization", "Bearer "+token.Value)
	return nil
}

// ForgetTokens drops the cached tokens, after the directory changed.
func (b *Broker) ForgetTokens() {
	b.bearer.mu.Lock()
	defer b.bearer.mu.Unlock()
	clear(b.bearer.tokens)
}

const (
	settleDelivery = `DELETE FROM eg_deliveries WHERE seq = $1`
	retryDelivery  = `UPDATE eg_deliveries SET attempts = $1, next_us = $2, last_us = $3, last_outcome = $4 WHERE seq = $5`
	insertAttempt  = `INSERT INTO eg_attempts (subscription, event_id, event_type, attempt, at_us, status, outcome, duration_us,
		next_us, dead_letter, tried, dropped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING n`
	pruneAttempts = `DELETE FROM eg_attempts WHERE n <= $1`
	// keepAttempts bounds the delivery log.
	keepAttempts = 20000
)

// writeOutcomes is the group commit of many workers' outcomes.
func (b *Broker) writeOutcomes(ctx context.Context, tx *sql.Tx, batches [][]outcome) ([]struct{}, error) {
	for _, batch := range batches {
		for _, o := range batch {
			if err := writeOutcome(ctx, tx, o); err != nil {
				return nil, fmt.Errorf("record deliveries: %w", err)
			}
		}
	}
	return make([]struct{}, len(batches)), nil
}

func writeOutcome(ctx context.Context, tx *sql.Tx, o outcome) error {
	d := o.delivery
	var err error
	if o.nextUS == 0 {
		_, err = tx.ExecContext(ctx, settleDelivery, d.seq)
	} else {
		_, err = tx.ExecContext(ctx, retryDelivery, d.attempts, o.nextUS, d.lastUS, d.lastOutcome, d.seq)
	}
	if err != nil {
		return err
	}
	r := o.record
	n, err := sqlstore.One(ctx, tx, func(n *int64) []any { return []any{n} }, insertAttempt, strings.ToLower(r.Subscription),
		r.EventID, r.EventType, r.Attempt, sqlstore.Micros(r.At), r.Status, r.Outcome, int64(r.DurationMS*1000), o.nextUS, r.DeadLetter,
		!r.Untried, r.Dropped)
	if err == nil && n%1000 == 0 {
		_, err = tx.ExecContext(ctx, pruneAttempts, n-keepAttempts)
	}
	return err
}

// HubTopic is the hub topic of the notices of attempts.
const HubTopic = "deliveries"

// Attempt is a line of the delivery log.
type Attempt struct {
	N            int64     `json:"n"`
	Subscription string    `json:"subscription"`
	EventID      string    `json:"eventId"`
	EventType    string    `json:"eventType"`
	Attempt      int       `json:"attempt"`
	At           time.Time `json:"at"`
	// Status is the HTTP status, 0 without an answer.
	Status     int       `json:"status"`
	Outcome    string    `json:"outcome"`
	DurationMS float64   `json:"durationMs"`
	Next       time.Time `json:"next,omitzero"`
	// DeadLetter is why the event was given up, empty when it was not.
	DeadLetter string `json:"deadLetter,omitempty"`
	// Dropped says that it was given up without a place for dead letters.
	Dropped bool `json:"dropped,omitempty"`
	// Untried says that the event was given up without another attempt.
	Untried bool `json:"untried,omitempty"`
}

const selectAttempts = `SELECT n, subscription, event_id, event_type, attempt, at_us, status, outcome, duration_us, next_us,
	dead_letter, dropped, tried = 0 FROM eg_attempts WHERE n > $1 AND ($2 = '' OR subscription = $2) ORDER BY n DESC LIMIT $3`

// Attempts lists the delivery log after line number after, newest first; of one
// subscription when its id is given.
func (b *Broker) Attempts(ctx context.Context, after int64, subscription string, limit int) ([]Attempt, error) {
	type row struct {
		Attempt
		at, duration, next int64
	}
	rows, err := sqlstore.List(ctx, b.db.Read(), func(r *row) []any {
		return []any{
			&r.N, &r.Subscription, &r.EventID, &r.EventType, &r.Attempt.Attempt, &r.at, &r.Status, &r.Outcome, &r.duration, &r.next,
			&r.DeadLetter, &r.Dropped, &r.Untried,
		}
	}, selectAttempts, after, strings.ToLower(subscription), limit)
	list := make([]Attempt, 0, len(rows))
	for _, r := range rows {
		r.At, r.Next, r.DurationMS = sqlstore.Time(r.at), sqlstore.Time(r.next), float64(r.duration)/1000
		list = append(list, r.Attempt)
	}
	return list, err
}

// announce tells the hub of attempts.
func (b *Broker) announce(outcomes []outcome) {
	for _, o := range outcomes {
		data, err := json.Marshal(map[string]any{"type": "delivery", "delivery": o.record})
		if err == nil {
			b.hub.Publish(HubTopic, data)
		}
	}
}
