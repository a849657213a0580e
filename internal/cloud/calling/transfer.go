package calling

import (
	"context"
	"net/http"
	"slices"
	"time"

	"guichet/internal/cloud/acs"
)

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

// Transfer has another phone take the far end's place, as the far end asks: it is
// called, and when it answers, the leg is hung up. done is told what became of
// it, Normal for an answer, before that; it must not block.
func (l *Leg) Transfer(to Identifier, done func(Cause)) {
	asked := false
	l.post(func(c *call, p *party) {
		asked = true
		inv := &invitation{target: to, from: p.id, name: p.name}
		inv.ended = func(target *party, why Cause) {
			done(why)
			if target != nil {
				c.left(p, Normal)
				c.updated()
			}
		}
		c.invite(inv, min(c.s.o.RingFor, transferWithin))
	})
	if !asked {
		done(Unreachable)
	}
}
