package calling

import (
	"net/http"
	"net/url"

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
