package calling

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"guichet/internal/cloud/acs"
)

// operationOptions are what most operations on a call have in common.
type operationOptions struct {
	OperationContext     string `json:"operationContext"`
	OperationCallbackURI string `json:"operationCallbackUri"`
}

func (o *operationOptions) check(s *Server) error {
	if err := bounded("OperationContext", o.OperationContext, maxContext); err != nil {
		return err
	}
	if o.OperationCallbackURI == "" {
		return nil
	}
	return s.checkCallback("OperationCallbackUri", o.OperationCallbackURI)
}

// contextOnly answers with the operation's own context.
type contextOnly struct {
	OperationContext string `json:"operationContext,omitempty"`
}

// customContext is the custom calling context: SIP headers for telephones, VoIP
// headers for users.
type customContext struct {
	SIPHeaders  map[string]string `json:"sipHeaders,omitempty"`
	VoIPHeaders map[string]string `json:"voipHeaders,omitempty"`
}

// check applies the documented limits: one User-To-User and five other SIP
// headers, 1,000 VoIP headers.
func (x *customContext) check() error {
	if x == nil {
		return nil
	}
	sip := 0
	for key, value := range x.SIPHeaders {
		if key != "User-To-User" {
			sip++
		}
		if len(key) > 64 || len(value) > 256 {
			return invalid("A SIP header of the custom calling context is too long.")
		}
	}
	for key, value := range x.VoIPHeaders {
		if len(key) > 64 || len(value) > 1024 {
			return invalid("A VoIP header of the custom calling context is too long.")
		}
	}
	if sip > 5 || len(x.VoIPHeaders) > 1000 {
		return invalid("The custom calling context has too many headers.")
	}
	return nil
}

func (x *customContext) headers() (sip, voip map[string]string) {
	if x == nil {
		return nil, nil
	}
	return x.SIPHeaders, x.VoIPHeaders
}

// participantEvent is the data of the events about one participant.
type participantEvent struct {
	common
	Participant Identifier `json:"participant"`
	FromCall    string     `json:"fromCall,omitempty"`
}

type invitationEvent struct {
	common
	InvitationID string `json:"invitationId"`
}

// listParticipants is GET …/participants. All of them fit into one page.
func (s *Server) listParticipants(r *acs.Request) (answer, error) {
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		return answer{status: http.StatusOK, body: map[string]any{"value": conn.call.participants()}}, nil
	})
}

// getParticipant is GET …/participants/{rawId}.
func (s *Server) getParticipant(r *acs.Request) (answer, error) {
	raw := r.PathValue("raw")
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		p := conn.call.byRawID(raw)
		if p == nil {
			// Clients that sign what they escaped once more.
			if plain, err := url.PathUnescape(raw); err == nil {
				p = conn.call.byRawID(plain)
			}
		}
		if p == nil {
			return answer{}, errParticipantGone
		}
		return answer{status: http.StatusOK, body: participant{p.id, p.muted, p.held}}, nil
	})
}

// addParticipant is POST …/participants:add.
func (s *Server) addParticipant(r *acs.Request) (answer, error) {
	var q struct {
		operationOptions
		ParticipantToAdd     Identifier     `json:"participantToAdd"`
		SourceCallerIDNumber *numberModel   `json:"sourceCallerIdNumber"`
		SourceDisplayName    string         `json:"sourceDisplayName"`
		InvitationTimeout    *int           `json:"invitationTimeoutInSeconds"`
		CustomCallingContext *customContext `json:"customCallingContext"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	target, err := s.callable(r.Service, q.ParticipantToAdd, q.SourceCallerIDNumber)
	if err != nil {
		return answer{}, err
	}
	if err := q.CustomCallingContext.check(); err != nil {
		return answer{}, err
	}
	within, err := s.ringFor(q.InvitationTimeout)
	if err != nil {
		return answer{}, err
	}
	sip, voip := q.CustomCallingContext.headers()
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		c := conn.call
		if c.byRawID(target.RawID) != nil {
			return answer{}, invalid("The participant is in the call already.")
		}
		inv := &invitation{
			target: target, from: caller(conn.self, target, q.SourceCallerIDNumber), name: q.SourceDisplayName, sip: sip, voip: voip,
		}
		inv.ended = func(p *party, why Cause) {
			if p == nil {
				conn.send(q.OperationCallbackURI, "AddParticipantFailed", participantEvent{conn.result(q.OperationContext, why), target, ""})
				return
			}
			conn.send(q.OperationCallbackURI, "AddParticipantSucceeded", participantEvent{conn.result(q.OperationContext, success), target, ""})
			c.updated()
		}
		c.invite(inv, within)
		return answer{status: http.StatusAccepted, body: struct {
			Participant      participant `json:"participant"`
			OperationContext string      `json:"operationContext,omitempty"`
			InvitationID     string      `json:"invitationId"`
		}{participant{Identifier: target}, q.OperationContext, inv.id}}, nil
	})
}

// cancelAddParticipant is POST …/participants:cancelAddParticipant. That no
// AddParticipantFailed follows a cancellation is unverified.
func (s *Server) cancelAddParticipant(r *acs.Request) (answer, error) {
	var q struct {
		operationOptions
		InvitationID string `json:"invitationId"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	if q.InvitationID == "" {
		return answer{}, invalid("The field InvitationId is required.")
	}
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		if inv := conn.call.invitations[q.InvitationID]; inv != nil {
			inv.ended = nil
			conn.call.settle(inv, nil, Cancelled)
			conn.send(q.OperationCallbackURI, "CancelAddParticipantSucceeded", invitationEvent{conn.result(q.OperationContext, success), q.InvitationID})
		} else {
			why := Cause{400, 8558, "There is no such invitation."}
			conn.send(q.OperationCallbackURI, "CancelAddParticipantFailed", invitationEvent{conn.result(q.OperationContext, why), q.InvitationID})
		}
		return answer{status: http.StatusAccepted, body: struct {
			InvitationID     string `json:"invitationId"`
			OperationContext string `json:"operationContext,omitempty"`
		}{q.InvitationID, q.OperationContext}}, nil
	})
}

// errNotPresent is the result of an operation on somebody who is not in the call.
var errNotPresent = Cause{404, 8558, "The participant is not in the call."}

// removeParticipant is POST …/participants:remove.
func (s *Server) removeParticipant(r *acs.Request) (answer, error) {
	var q struct {
		operationOptions
		ParticipantToRemove Identifier `json:"participantToRemove"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	target, err := q.ParticipantToRemove.known()
	if err != nil {
		return answer{}, invalid(err.Error())
	}
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		p := conn.call.byRawID(target.RawID)
		if p == nil {
			conn.send(q.OperationCallbackURI, "RemoveParticipantFailed", participantEvent{conn.result(q.OperationContext, errNotPresent), target, ""})
		} else {
			conn.send(q.OperationCallbackURI, "RemoveParticipantSucceeded", participantEvent{conn.result(q.OperationContext, success), p.id, ""})
			conn.call.left(p, Normal)
		}
		return answer{status: http.StatusAccepted, body: contextOnly{q.OperationContext}}, nil
	})
}

// muteParticipants is POST …/participants:mute. Only users can be muted.
func (s *Server) muteParticipants(r *acs.Request) (answer, error) {
	var q struct {
		operationOptions
		TargetParticipants []Identifier `json:"targetParticipants"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	targets, err := knownAll("TargetParticipants", q.TargetParticipants)
	if err != nil {
		return answer{}, err
	}
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		var list []*party
		for _, t := range targets {
			if t.Kind != kindUser {
				return answer{}, invalid("Only communication users can be muted.")
			}
			p := conn.call.byRawID(t.RawID)
			if p == nil {
				return answer{}, errParticipantGone
			}
			list = append(list, p)
		}
		for _, p := range list {
			p.muted = true
		}
		// That the others are told this way is unverified.
		conn.call.updated()
		return answer{status: http.StatusOK, body: contextOnly{q.OperationContext}}, nil
	})
}

func knownAll(field string, list []Identifier) ([]Identifier, error) {
	if len(list) == 0 || len(list) > maxTargets {
		return nil, invalid("The field " + field + " must have at least one item.")
	}
	out := make([]Identifier, len(list))
	for i, t := range list {
		var err error
		if out[i], err = t.known(); err != nil {
			return nil, invalid(err.Error())
		}
	}
	return out, nil
}

// moveParticipants is POST …/participants:moveHere: legs come from another call of
// the same service.
func (s *Server) moveParticipants(r *acs.Request) (answer, error) {
	var q struct {
		operationOptions
		TargetParticipants []Identifier `json:"targetParticipants"`
		FromCall           string       `json:"fromCall"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	targets, err := knownAll("TargetParticipants", q.TargetParticipants)
	if err != nil {
		return answer{}, err
	}
	if q.FromCall == r.PathValue("id") {
		return answer{}, invalid("FromCall is the call itself.")
	}
	s.mu.Lock()
	from := s.connections[q.FromCall]
	s.mu.Unlock()
	if from == nil || from.service.ImmutableID != r.Service.ImmutableID {
		return answer{}, errCallGone
	}
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		body := struct {
			Participants     []participant `json:"participants"`
			OperationContext string        `json:"operationContext,omitempty"`
			FromCall         string        `json:"fromCall"`
		}{OperationContext: q.OperationContext, FromCall: q.FromCall}
		for _, t := range targets {
			body.Participants = append(body.Participants, participant{Identifier: t})
			s.move(from.call, conn.call, t.RawID, func(p *party) {
				if conn.state == stateDisconnected {
					return
				}
				if p == nil {
					conn.send(q.OperationCallbackURI, "MoveParticipantFailed",
						participantEvent{conn.result(q.OperationContext, errNotPresent), t, q.FromCall})
					return
				}
				conn.send(q.OperationCallbackURI, "MoveParticipantSucceeded",
					participantEvent{conn.result(q.OperationContext, success), p.id, q.FromCall})
				conn.call.updated()
			})
		}
		return answer{status: http.StatusAccepted, body: body}, nil
	})
}

// move takes a phone's party from one call to another and tells the latter's
// goroutine, with nil when it was not there. Neither waits for the other.
func (s *Server) move(from, to *call, raw string, done func(p *party)) {
	s.work.Go(func() {
		var p *party
		err := from.act(s.ctx, func() error {
			if p = from.byRawID(raw); p != nil && p.leg == nil {
				p = nil
			}
			if p == nil {
				return nil
			}
			from.remove(p)
			from.thin(true, Normal)
			return nil
		})
		if err != nil {
			p = nil
		}
		if p != nil {
			p.joined, p.muted, p.held = false, false, false
		}
		err = to.act(s.ctx, func() error {
			if p != nil {
				to.admit(p, true)
			}
			done(p)
			return nil
		})
		if err != nil && p != nil {
			p.line.HungUp(Cancelled)
		}
	})
}

// transferEvent is the data of CallTransferAccepted and CallTransferFailed.
type transferEvent struct {
	common
	TransferTarget *Identifier `json:"transferTarget,omitempty"`
	Transferee     *Identifier `json:"transferee,omitempty"`
}

// transfer is POST …:transferToParticipant. In a call of two, the other party is
// the transferee, and the application leaves once the target has answered; of a
// larger call the transferee is taken to a call of its own with the target.
func (s *Server) transfer(r *acs.Request, id string) (answer, error) {
	var q struct {
		operationOptions
		TargetParticipant    Identifier     `json:"targetParticipant"`
		Transferee           *Identifier    `json:"transferee"`
		CustomCallingContext *customContext `json:"customCallingContext"`
		SourceCallerIDNumber *numberModel   `json:"sourceCallerIdNumber"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	target, err := q.TargetParticipant.known()
	if err != nil {
		return answer{}, invalid(err.Error())
	}
	if target.Kind != kindPhone && target.Kind != kindUser {
		return answer{}, errNotSupported
	}
	if err := q.CustomCallingContext.check(); err != nil {
		return answer{}, err
	}
	var wanted string
	if q.Transferee != nil {
		t, err := q.Transferee.known()
		if err != nil {
			return answer{}, invalid(err.Error())
		}
		wanted = t.RawID
	}
	sip, voip := q.CustomCallingContext.headers()
	return s.on(r, id, func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		who, err := conn.transferee(wanted)
		if err != nil {
			return answer{}, err
		}
		if who.id.Kind == kindUser && target.Kind == kindPhone {
			return answer{}, errNotSupported
		}
		from := who.id
		if target.Kind == kindPhone && q.SourceCallerIDNumber != nil {
			from = Number(q.SourceCallerIDNumber.Value)
		}
		whole := len(conn.others()) == 1
		if whole {
			conn.state = stateTransferring
		}
		inv := &invitation{target: target, from: from, sip: sip, voip: voip}
		inv.ended = func(p *party, why Cause) { conn.transferred(q.operationOptions, who, p, target, whole, why) }
		conn.call.invite(inv, min(s.o.RingFor, transferWithin))
		return answer{status: http.StatusAccepted, body: contextOnly{q.OperationContext}}, nil
	})
}

// transferWithin bounds the ringing of a transfer's target.
const transferWithin = time.Minute

// transferee is who is transferred.
func (conn *connection) transferee(raw string) (*party, error) {
	others := conn.others()
	if raw == "" {
		if len(others) != 1 {
			return nil, invalid("Transferee is required in a call of more than two.")
		}
		return others[0], nil
	}
	for _, p := range others {
		if p.is(raw) {
			return p, nil
		}
	}
	return nil, errParticipantGone
}

// transferred is told what became of a transfer's target.
func (conn *connection) transferred(o operationOptions, who, p *party, target Identifier, whole bool, why Cause) {
	c := conn.call
	if conn.state == stateDisconnected {
		return
	}
	if p == nil || !slices.Contains(c.parties, who) {
		if p != nil {
			c.left(p, Cancelled)
		}
		if whole {
			conn.state = stateConnected
		}
		conn.send(o.OperationCallbackURI, "CallTransferFailed", transferEvent{common: conn.result(o.OperationContext, why)})
		return
	}
	conn.send(o.OperationCallbackURI, "CallTransferAccepted", transferEvent{conn.result(o.OperationContext, success), &target, &who.id})
	if whole {
		conn.state = stateTransferAccepted
		c.left(conn.seat(), Normal)
		return
	}
	apart := conn.s.newCall()
	ctx := context.WithoutCancel(conn.s.ctx)
	c.remove(who)
	c.remove(p)
	who.joined, p.joined = false, false
	conn.s.work.Go(func() {
		err := apart.act(ctx, func() error {
			apart.startedBy = who.id
			apart.admit(who, true)
			apart.admit(p, true)
			return nil
		})
		if err != nil {
			for _, lost := range []*party{who, p} {
				if lost.line != nil {
					lost.line.HungUp(Stopped)
				}
			}
		}
	})
	c.thin(true, Normal)
}
