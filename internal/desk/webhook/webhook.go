// Package webhook owns the three endpoints that Event Grid delivers to and the
// ledger of what came: an event is committed there before the delivery is
// answered, and applied afterwards. It does not know what an event means: an
// Applier acts on it.
package webhook

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"golang.org/x/time/rate"

	"guichet/eventgrid"
	"guichet/internal/desk/connection"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Kind is one of the three endpoints of a connection.
type Kind string

// The endpoints, as they stand in their paths.
const (
	Recording    Kind = "recording"
	SMS          Kind = "sms"
	IncomingCall Kind = "incoming-call"
)

// Valid says whether k is one of the three.
func (k Kind) Valid() bool { return k == Recording || k == SMS || k == IncomingCall }

// Serves are the event types that each endpoint is for.
var Serves = map[Kind][]string{
	Recording:    {eventgrid.TypeRecordingFileStatusUpdated},
	SMS:          {eventgrid.TypeSMSReceived, eventgrid.TypeSMSDeliveryReportReceived},
	IncomingCall: {eventgrid.TypeIncomingCall},
}

// Path is where a connection's endpoint lies below the desk's public URL.
func Path(k Kind, connectionID string) string { return "/webhooks/" + string(k) + "/" + connectionID }

// Connections finds the connection that a delivery is for.
type Connections interface {
	Current(ctx context.Context) (connection.Connection, error)
}

// Options of New.
type Options struct {
	Ledger      *Ledger
	Connections Connections
	// Azure says whose tokens are good.
	Azure connection.Azure
	// Client fetches Entra's keys.
	Client *http.Client
	Log    *slog.Logger
	// Audit is told of refused deliveries, at a bounded rate.
	Audit func(ctx context.Context, kind Kind, reason string)
}

// Webhook serves POST and OPTIONS of /webhooks/{kind}/{connection}.
type Webhook struct {
	o Options
	// refusals bounds the audit lines that strangers can cause.
	refusals *rate.Limiter

	mu       sync.Mutex
	serving  connection.Connection
	handlers map[Kind]http.Handler
}

// New makes the room.
func New(o Options) *Webhook {
	return &Webhook{o: o, refusals: rate.NewLimiter(rate.Limit(0.2), 20)}
}

// ServeHTTP answers one request. The path's values kind and connection choose
// the endpoint; one that does not exist is 404.
func (w *Webhook) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	kind, id := Kind(r.PathValue("kind")), r.PathValue("connection")
	if !kind.Valid() {
		http.NotFound(rw, r)
		return
	}
	c, err := w.o.Connections.Current(r.Context())
	switch {
	case errors.Is(err, connection.ErrNone) || err == nil && c.ID != id:
		http.NotFound(rw, r)
		return
	case err != nil:
		w.o.Log.Error("webhook: connection not read", "error", err)
		http.Error(rw, "try again later", http.StatusServiceUnavailable)
		return
	}
	handler, err := w.handler(c, kind)
	if err != nil {
		w.o.Log.Error("webhook: no handler", "error", err)
		http.Error(rw, "try again later", http.StatusServiceUnavailable)
		return
	}
	handler.ServeHTTP(rw, r)
}

// handler is the endpoint's handler, made anew when the connection changed.
func (w *Webhook) handler(c connection.Connection, kind Kind) (http.Handler, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.handlers != nil && w.serving == c {
		return w.handlers[kind], nil
	}
	verifier, err := eventgrid.NewVerifier(eventgrid.VerifierOptions{
		TenantID:   c.TenantID,
		Audiences:  []string{c.AppID, "api://" + c.AppID},
		CallerID:   w.o.Azure.EventGridApp,
		Authority:  w.o.Azure.Authority,
		HTTPClient: w.o.Client,
		Now:        w.o.Ledger.clock.Now,
	})
	if err != nil {
		return nil, fmt.Errorf("token check: %w", err)
	}
	handlers := map[Kind]http.Handler{}
	for k := range Serves {
		handlers[k], err = eventgrid.NewHandler(eventgrid.Options{
			Verifier:  verifier,
			Handle:    func(ctx context.Context, d eventgrid.Delivery) error { return w.accept(ctx, c.ID, k, d) },
			OnRefused: func(r *http.Request, refusal eventgrid.Refusal) { w.refused(r, k, refusal) },
		})
		if err != nil {
			return nil, err
		}
	}
	w.serving, w.handlers = c, handlers
	return handlers[kind], nil
}

func (w *Webhook) accept(ctx context.Context, connectionID string, kind Kind, d eventgrid.Delivery) error {
	if d.Deletion() {
		w.o.Log.Warn("event subscription deleted in Azure", "kind", kind, "subscription", d.SubscriptionName)
	}
	events := make([]Event, len(d.Events))
	for i, e := range d.Events {
		events[i] = Event{ConnectionID: connectionID, ID: e.ID, Kind: kind, Type: e.Type, Raw: e.Raw}
	}
	if _, err := w.o.Ledger.Accept(ctx, events); err != nil {
		w.o.Log.Error("webhook: events not accepted", "kind", kind, "events", len(events), "error", err)
		return err
	}
	return nil
}

func (w *Webhook) refused(r *http.Request, kind Kind, refusal eventgrid.Refusal) {
	if !w.refusals.Allow() {
		return
	}
	w.o.Log.Warn("webhook refused", "kind", kind, "reason", refusal.Reason, "status", refusal.Status, "error", refusal.Err)
	w.o.Audit(context.WithoutCancel(r.Context()), kind, string(refusal.Reason))
}
