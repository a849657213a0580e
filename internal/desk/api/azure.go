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
	"guichet/internal/platform/secret"
)

// Connection is the connection to Azure; its secret is never shown.
type Connection struct {
	State                string     `json:"state" enum:"none,connected,disconnected" doc:"disconnected: what is shown was connected last."`
	ResourceName         string     `json:"resourceName"`
	ResourceID           string     `json:"resourceId"`
	Endpoint             string     `json:"endpoint"`
	EventGridAppID       string     `json:"eventGridAppId"`
	EventGridAppTenantID string     `json:"eventGridAppTenantId"`
	Key                  string     `json:"key" enum:",refused" doc:"refused: the resource does not take the access key any more."`
	ConnectedAt          *time.Time `json:"connectedAt"`
	Webhooks             Webhooks   `json:"webhooks"`
	LastEventAt          *time.Time `json:"lastEventAt" doc:"When the newest event came; null when none did."`
}

// Webhooks are the endpoints to which Event Grid delivers; they stay the same
// when the same resource is connected again.
type Webhooks struct {
	Recording    string `json:"recording"`
	SMS          string `json:"sms"`
	IncomingCall string `json:"incomingCall"`
}

type connectionOut struct{ Body Connection }

func (a *api) getConnection(ctx context.Context, _ *struct{}) (*connectionOut, error) {
	c, err := a.Connections.Last(ctx)
	if errors.Is(err, connection.ErrNone) {
		return &connectionOut{Connection{State: "none"}}, nil
	}
	if err != nil {
		return nil, err
	}
	return a.showConnection(ctx, c)
}

func (a *api) showConnection(ctx context.Context, c connection.Connection) (*connectionOut, error) {
	out := &connectionOut{Connection{
		State: string(c.State), ResourceName: c.ResourceName, ResourceID: c.ResourceID, Endpoint: c.Endpoint,
		EventGridAppID: c.AppID, EventGridAppTenantID: c.TenantID, Key: string(c.KeyState), ConnectedAt: &c.CreatedAt,
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

// FiveValues are the fields of the connection dialog.
type FiveValues struct {
	ResourceName         string `json:"resourceName,omitempty" maxLength:"200"`
	ResourceID           string `json:"resourceId,omitempty" maxLength:"500"`
	ConnectionString     string `json:"connectionString,omitempty" maxLength:"1000"`
	EventGridAppID       string `json:"eventGridAppId,omitempty" maxLength:"100"`
	EventGridAppTenantID string `json:"eventGridAppTenantId,omitempty" maxLength:"100"`
}

func (v FiveValues) values() connection.Values {
	return connection.Values{
		ResourceName: v.ResourceName, ResourceID: v.ResourceID, ConnectionString: secret.Text(v.ConnectionString),
		AppID: v.EventGridAppID, TenantID: v.EventGridAppTenantID,
	}
}

// Finding is what is wrong with one of the values.
type Finding struct {
	Field   string `json:"field" example:"resourceId"`
	Code    string `json:"code"`
	Message string `json:"message" doc:"What is wrong and what to do."`
}

type findingsOut struct {
	Body struct {
		Findings []Finding `json:"findings" doc:"Empty when nothing is wrong."`
	}
}

func (a *api) checkConnection(ctx context.Context, in *struct {
	Body struct {
		FiveValues
		Ask bool `json:"ask,omitempty" doc:"Also ask Azure. Without it only the shape of what is filled in is checked."`
	}
},
) (*findingsOut, error) {
	var found connection.Findings
	if in.Body.Ask {
		found = a.Connections.Check(ctx, in.Body.values())
	} else {
		found = a.Connections.Shape(in.Body.values(), false)
	}
	out := &findingsOut{}
	out.Body.Findings = make([]Finding, len(found))
	for i, f := range found {
		out.Body.Findings[i] = Finding{Field: f.Field, Code: f.Code, Message: sentence(f.Code, langOf(ctx), f.Args)}
	}
	return out, nil
}

func (a *api) connect(ctx context.Context, in *struct {
	Body struct {
		FiveValues
		Confirmed bool `json:"confirmed" doc:"The resource is connected to this instance only."`
	}
},
) (*connectionOut, error) {
	if !in.Body.Confirmed {
		return nil, problem.New(problem.Invalid, "connection.unconfirmed").On("confirmed")
	}
	c, err := a.Setup.Connect(ctx, userOf(ctx).ID, in.Body.values())
	if err != nil {
		return nil, err
	}
	return a.showConnection(ctx, c)
}

func (a *api) replaceString(ctx context.Context, in *struct {
	Body struct {
		ConnectionString string `json:"connectionString" maxLength:"1000"`
	}
},
) (*connectionOut, error) {
	c, err := a.Setup.Replace(ctx, userOf(ctx).ID, secret.Text(in.Body.ConnectionString))
	if err != nil {
		return nil, err
	}
	return a.showConnection(ctx, c)
}

func (a *api) disconnect(ctx context.Context, _ *struct{}) (*connectionOut, error) {
	c, err := a.Setup.Disconnect(ctx, userOf(ctx).ID)
	if err != nil {
		return nil, err
	}
	return a.showConnection(ctx, c)
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
