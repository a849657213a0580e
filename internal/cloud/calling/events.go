package calling

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/eventgrid"
)

// publication is an Event Grid event on its way: of a service, by immutable id.
type publication struct {
	service string
	event   eventgrid.Event
}

// publications bounds what waits to be published.
const publications = 4096

// publish hands an event of a service to Event Grid, in order and without waiting
// for the database.
func (s *Server) publish(service, kind, subject string, data any) {
	p := newPublication(service, kind, subject, s.o.Clock.Now(), data)
	select {
	case s.published <- p:
	default:
		s.o.Log.Error("calling.event", "type", kind, "outcome", "dropped: the database is too slow")
	}
}

func newPublication(service, kind, subject string, at time.Time, data any) publication {
	raw, err := json.Marshal(data)
	if err != nil {
		panic("calling: an event that is not JSON: " + err.Error())
	}
	return publication{service, eventgrid.Event{
		ID: uuid.NewString(), Subject: subject, Type: "Microsoft.Communication." + kind, DataVersion: "1.0", Time: at, Data: raw,
	}}
}

// publishing writes events until the calls are over and the channel is empty.
func (s *Server) publishing() {
	for p := range s.published {
		ctx, cancel := context.WithTimeout(context.Background(), commitWithin)
		if err := s.publishOne(ctx, p); err != nil {
			s.o.Log.Error("calling.event", "type", p.event.Type, "error", err)
		}
		cancel()
	}
}

// commitWithin bounds the wait for a commit.
const commitWithin = 30 * time.Second

func (s *Server) publishOne(ctx context.Context, p publication) error {
	err := s.o.DB.Tx(ctx, func(tx *sql.Tx) error { return s.publishIn(ctx, tx, p) })
	if err == nil {
		s.o.Events.Wake()
	}
	return err
}

// publishIn publishes in a transaction of the caller's. The events of a service
// that was deleted have no topic left and go nowhere.
func (s *Server) publishIn(ctx context.Context, tx *sql.Tx, p publication) error {
	services, err := s.o.Services.Services(ctx)
	if err != nil {
		return fmt.Errorf("calling: publish: %w", err)
	}
	for _, service := range services {
		if service.ImmutableID != p.service {
			continue
		}
		if err := s.o.Events.Publish(ctx, tx, service.ID, p.event); err != nil {
			return fmt.Errorf("calling: publish: %w", err)
		}
	}
	return nil
}

// incomingCall is the data of IncomingCall.
type incomingCall struct {
	To                  Identifier     `json:"to"`
	From                Identifier     `json:"from"`
	ServerCallID        string         `json:"serverCallId"`
	CallerDisplayName   string         `json:"callerDisplayName"`
	IncomingCallContext string         `json:"incomingCallContext"`
	CorrelationID       string         `json:"correlationId"`
	CustomContext       *customContext `json:"customContext,omitempty"`
}

// announceIncoming tells a service of a call to it.
func (s *Server) announceIncoming(c *call, inv *invitation, service, token string) {
	data := incomingCall{
		To: inv.target, From: inv.from, ServerCallID: c.id, CallerDisplayName: inv.name, IncomingCallContext: token,
		CorrelationID: c.correlationID,
	}
	if len(inv.sip) > 0 || len(inv.voip) > 0 {
		data.CustomContext = &customContext{inv.sip, inv.voip}
	}
	s.share(c, service)
	s.publish(service, "IncomingCall", "/caller/"+inv.from.RawID+"/recipient/"+inv.target.RawID, data)
}

// callEvent is what the data of the other call events share.
type callEvent struct {
	StartedBy     eventParty `json:"startedBy"`
	ServerCallID  string     `json:"serverCallId"`
	Group         *eventID   `json:"group,omitempty"`
	IsTwoParty    bool       `json:"isTwoParty"`
	CorrelationID string     `json:"correlationId"`
	IsRoomsCall   bool       `json:"isRoomsCall"`
}

type eventID struct {
	ID string `json:"id"`
}

type eventParty struct {
	CommunicationIdentifier Identifier `json:"communicationIdentifier"`
	Role                    string     `json:"role,omitempty"`
}

type callEnded struct {
	callEvent
	Reason                eventReason `json:"reason"`
	CallDurationInSeconds float64     `json:"callDurationInSeconds"`
}

type eventReason struct {
	Code    int    `json:"code"`
	SubCode int    `json:"subCode"`
	Phrase  string `json:"phrase"`
}

type callParticipant struct {
	callEvent
	User          eventParty `json:"user"`
	DisplayName   string     `json:"displayName,omitempty"`
	ParticipantID string     `json:"participantId"`
}

func (c *call) event() callEvent {
	e := callEvent{
		StartedBy: eventParty{c.startedBy, ""}, ServerCallID: c.id, IsTwoParty: len(c.parties) <= 2, CorrelationID: c.correlationID,
	}
	if c.group != "" {
		e.Group = &eventID{c.group}
	}
	return e
}

// user says whether the party is a user of a service. As in Azure, only calls
// with users have the events below; an application and a telephone are none.
func (p *party) user() bool { return p.leg != nil && p.id.Kind == kindUser }

// announceStart publishes CallStarted once there is a user in the call.
func (c *call) announceStart() {
	if c.announced {
		return
	}
	for _, p := range c.parties {
		if p.joined && p.user() {
			c.announced = true
			c.s.publish(p.id.resource(), "CallStarted", "call/"+c.id+"/startedBy/"+c.startedBy.RawID, c.event())
			return
		}
	}
}

// announceParty publishes that a user came or went.
func (c *call) announceParty(p *party, added bool) {
	if !p.user() {
		return
	}
	kind := "CallParticipantAdded"
	if !added {
		kind = "CallParticipantRemoved"
	}
	c.userService = p.id.resource()
	c.s.publish(c.userService, kind, "call/"+c.id+"/participant/"+p.id.RawID,
		callParticipant{c.event(), eventParty{p.id, ""}, p.name, p.leg.ID})
}

// announceEnd publishes CallEnded for a call that had a user.
func (c *call) announceEnd(why Cause) {
	if !c.announced {
		return
	}
	c.s.publish(c.userService, "CallEnded", "call/"+c.id, callEnded{
		c.event(), eventReason{why.Code, why.SubCode, why.Message}, c.s.o.Clock.Now().Sub(c.startedAt).Seconds(),
	})
}
