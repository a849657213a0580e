package api

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/live"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/problem"
)

// Number is a phone number of the connected resource.
type Number struct {
	Number          string `json:"number" doc:"E.164." example:"+18335550100"`
	Type            string `json:"type" enum:"geographic,tollFree,mobile"`
	Country         string `json:"country" doc:"ISO 3166." example:"US"`
	SMSInbound      bool   `json:"smsInbound"`
	SMSOutbound     bool   `json:"smsOutbound"`
	CallingInbound  bool   `json:"callingInbound"`
	CallingOutbound bool   `json:"callingOutbound"`
}

type numbersOut struct {
	Body struct {
		Items []Number `json:"items"`
	}
}

func (a *api) listNumbers(ctx context.Context, _ *struct{}) (*numbersOut, error) {
	list, err := a.Numbers.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &numbersOut{}
	out.Body.Items = make([]Number, len(list))
	for i, n := range list {
		out.Body.Items[i] = Number(n)
	}
	return out, nil
}

// Connection is the connection to Azure; its secret is never shown.
type Connection struct {
	State                string     `json:"state" enum:"none,connected"`
	ResourceName         string     `json:"resourceName"`
	ResourceID           string     `json:"resourceId"`
	Endpoint             string     `json:"endpoint"`
	EventGridAppID       string     `json:"eventGridAppId"`
	EventGridAppTenantID string     `json:"eventGridAppTenantId"`
	ConnectedAt          *time.Time `json:"connectedAt"`
	Webhooks             Webhooks   `json:"webhooks"`
	LastEventAt          *time.Time `json:"lastEventAt" doc:"When the newest event came; null when none did."`
}

// Webhooks are the endpoints to which Event Grid delivers.
type Webhooks struct {
	Recording    string `json:"recording"`
	SMS          string `json:"sms"`
	IncomingCall string `json:"incomingCall"`
}

type connectionOut struct{ Body Connection }

func (a *api) getConnection(ctx context.Context, _ *struct{}) (*connectionOut, error) {
	c, err := a.Connections.Current(ctx)
	if errors.Is(err, connection.ErrNone) {
		return &connectionOut{Connection{State: "none"}}, nil
	}
	if err != nil {
		return nil, err
	}
	out := &connectionOut{Connection{
		State: "connected", ResourceName: c.ResourceName, ResourceID: c.ResourceID, Endpoint: c.Endpoint,
		EventGridAppID: c.AppID, EventGridAppTenantID: c.TenantID, ConnectedAt: &c.CreatedAt,
		Webhooks: Webhooks{
			Recording:    a.PublicURL + webhook.Path(webhook.Recording, c.ID),
			SMS:          a.PublicURL + webhook.Path(webhook.SMS, c.ID),
			IncomingCall: a.PublicURL + webhook.Path(webhook.IncomingCall, c.ID),
		},
	}}
	last, err := a.Ledger.LastReceived(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if !last.IsZero() {
		out.Body.LastEventAt = &last
	}
	return out, nil
}

// Event is an event of the ledger.
type Event struct {
	Seq        int64           `json:"seq"`
	ID         string          `json:"id"`
	Kind       string          `json:"kind" enum:"recording,sms,incoming-call"`
	Type       string          `json:"type"`
	State      string          `json:"state" enum:"received,applied,ignored,failed"`
	Reason     string          `json:"reason"`
	ReceivedAt time.Time       `json:"receivedAt"`
	AppliedAt  *time.Time      `json:"appliedAt"`
	Raw        json.RawMessage `json:"raw,omitempty" doc:"The event as it came; only when one event is read."`
}

func showEvent(e webhook.Event) Event {
	v := Event{
		Seq: e.Seq, ID: e.ID, Kind: string(e.Kind), Type: e.Type, State: string(e.State), Reason: e.Reason,
		ReceivedAt: e.ReceivedAt,
	}
	if !e.AppliedAt.IsZero() {
		v.AppliedAt = &e.AppliedAt
	}
	return v
}

type eventsOut struct {
	Body struct {
		Items []Event `json:"items"`
		Next  string  `json:"next"`
	}
}

func (a *api) listEvents(ctx context.Context, in *struct {
	State  string `query:"state" enum:",received,applied,ignored,failed"`
	Kind   string `query:"kind" enum:",recording,sms,incoming-call"`
	Cursor string `query:"cursor" maxLength:"20"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
},
) (*eventsOut, error) {
	var before int64
	if in.Cursor != "" {
		n, err := strconv.ParseInt(in.Cursor, 10, 64)
		if err != nil || n < 1 {
			return nil, problem.New(problem.Invalid, "cursor").On("cursor")
		}
		before = n
	}
	list, err := a.Ledger.List(ctx, webhook.State(in.State), webhook.Kind(in.Kind), before, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &eventsOut{}
	out.Body.Items = make([]Event, len(list))
	for i, e := range list {
		out.Body.Items[i] = showEvent(e)
	}
	if len(list) == in.Limit {
		out.Body.Next = strconv.FormatInt(list[len(list)-1].Seq, 10)
	}
	return out, nil
}

type eventSeq struct {
	Seq int64 `path:"seq"`
}

type eventOut struct{ Body Event }

func (a *api) getEvent(ctx context.Context, in *eventSeq) (*eventOut, error) {
	e, err := a.Ledger.Get(ctx, in.Seq)
	if err != nil {
		return nil, err
	}
	v := showEvent(e)
	v.Raw = e.Raw
	return &eventOut{v}, nil
}

func (a *api) replayEvent(ctx context.Context, in *eventSeq) (*eventOut, error) {
	e, err := a.Ledger.Replay(ctx, in.Seq)
	if err != nil {
		return nil, err
	}
	a.Live.Look(live.TopicEvents)
	return &eventOut{showEvent(e)}, nil
}
