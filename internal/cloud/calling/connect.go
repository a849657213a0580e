package calling

import (
	"context"
	"net/http"
	"strings"

	"guichet/internal/cloud/acs"
)

// maxTargets bounds who is called by one createCall; Azure has 350 participants.
const maxTargets = 100

// createCall is POST /calling/callConnections.
func (s *Server) createCall(r *acs.Request) (answer, error) {
	var q struct {
		connectOptions
		Targets              []Identifier `json:"targets"`
		SourceCallerIDNumber *numberModel `json:"sourceCallerIdNumber"`
		SourceDisplayName    string       `json:"sourceDisplayName"`
		Source               *userModel   `json:"source"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	if len(q.Targets) == 0 || len(q.Targets) > maxTargets {
		return answer{}, invalid("The field Targets must have at least one item.")
	}
	if err := bounded("SourceDisplayName", q.SourceDisplayName, maxContext); err != nil {
		return answer{}, err
	}
	self := application(r.Service)
	if q.Source != nil {
		if self = User(q.Source.ID); self.resource() != r.Service.ImmutableID {
			return answer{}, errSourceIdentity
		}
	}
	targets := make([]Identifier, len(q.Targets))
	for i, t := range q.Targets {
		var err error
		if targets[i], err = s.callable(r.Service, t, q.SourceCallerIDNumber); err != nil {
			return answer{}, err
		}
	}
	c := s.newCall()
	conn := s.newConnection(c, r.Service, q.connectOptions, self)
	conn.targets, conn.callerID, conn.displayName, conn.source = targets, q.SourceCallerIDNumber, q.SourceDisplayName, &self
	var out properties
	err := c.act(context.WithoutCancel(r.Context()), func() error {
		c.startedBy = self
		p := &party{id: self, name: q.SourceDisplayName, conn: conn}
		c.admit(p, false)
		out = conn.properties()
		for _, t := range targets {
			c.invite(&invitation{
				target: t, from: caller(self, t, q.SourceCallerIDNumber), name: q.SourceDisplayName,
				ended: func(callee *party, why Cause) { conn.created(p, callee, why) },
			}, s.o.RingFor)
		}
		return nil
	})
	return answer{http.StatusCreated, out, conn.callbacks.release}, err
}

// created is told of each target of a createCall.
func (conn *connection) created(p, callee *party, why Cause) {
	c := conn.call
	switch {
	case callee != nil:
		c.answered(p)
		conn.connected()
		c.updated()
	case len(c.invitations) == 0 && !p.joined && !c.ended:
		// Whether CreateCallFailed, CallDisconnected or both tell of a call that nobody
		// answered is unverified; both do here.
		conn.send("", "CreateCallFailed", conn.result(conn.context, why))
		c.end(why)
	}
}

// callable checks a target that a service calls: a phone number needs a caller id
// that the service owns and may call from.
func (s *Server) callable(service acs.Service, target Identifier, callerID *numberModel) (Identifier, error) {
	id, err := target.known()
	if err != nil {
		return id, invalid(err.Error())
	}
	switch id.Kind {
	case kindUser:
	case kindPhone:
		if callerID == nil || callerID.Value == "" {
			return id, invalid("SourceCallerIdNumber is required to call a phone number.")
		}
		line, owned := s.o.Lines.Line(callerID.Value)
		if !owned || line.ServiceID != service.ImmutableID || !line.Outbound {
			return id, invalid("SourceCallerIdNumber is not a number of the resource that places calls.")
		}
	default:
		// Teams and others cannot be reached from here.
		return id, errNotSupported
	}
	return id, nil
}

// caller is who a target sees calling.
func caller(self, target Identifier, callerID *numberModel) Identifier {
	if target.Kind == kindPhone && callerID != nil {
		return Number(callerID.Value)
	}
	return self
}

// answerCall is POST /calling/callConnections:answer.
func (s *Server) answerCall(r *acs.Request) (answer, error) {
	var q struct {
		connectOptions
		IncomingCallContext string     `json:"incomingCallContext"`
		AnsweredBy          *userModel `json:"answeredBy"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	if q.AnsweredBy != nil && User(q.AnsweredBy.ID).resource() != r.Service.ImmutableID {
		return answer{}, errSourceIdentity
	}
	offer, err := s.claim(q.IncomingCallContext, r.Service.ImmutableID)
	if err != nil {
		return answer{}, err
	}
	inv, c := offer.inv, offer.call
	self := inv.target
	switch {
	case q.AnsweredBy != nil:
		self = User(q.AnsweredBy.ID)
	case self.Kind == kindPhone:
		self = application(r.Service)
	}
	var out properties
	var conn *connection
	err = c.act(context.WithoutCancel(r.Context()), func() error {
		if c.invitations[inv.id] != inv {
			return errCallGone
		}
		conn = s.newConnection(c, r.Service, q.connectOptions, self)
		from := inv.from
		conn.source, conn.displayName, conn.targets, conn.answeredBy = &from, inv.name, []Identifier{inv.target}, q.AnsweredBy
		conn.answeredFor = inv.target.PhoneNumber
		p := &party{id: self, dialled: inv.target.RawID, conn: conn}
		c.admit(p, false)
		out = conn.properties()
		c.join(p)
		c.settle(inv, p, Normal)
		conn.connected()
		c.updated()
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, out, conn.callbacks.release}, nil
}

// redirectCall is POST /calling/callConnections:redirect: the caller rings
// somebody else instead.
func (s *Server) redirectCall(r *acs.Request) (answer, error) {
	var q struct {
		IncomingCallContext string     `json:"incomingCallContext"`
		Target              Identifier `json:"target"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	target, err := q.Target.known()
	if err != nil {
		return answer{}, invalid(err.Error())
	}
	if target.Kind != kindPhone && target.Kind != kindUser {
		return answer{}, errNotSupported
	}
	return s.decline(r, q.IncomingCallContext, func(c *call, inv *invitation) {
		delete(c.invitations, inv.id)
		inv.abandon(Cancelled)
		c.invite(&invitation{target: target, from: inv.from, name: inv.name, sip: inv.sip, voip: inv.voip, ended: inv.ended}, s.o.RingFor)
	})
}

// rejectCall is POST /calling/callConnections:reject.
func (s *Server) rejectCall(r *acs.Request) (answer, error) {
	var q struct {
		IncomingCallContext string `json:"incomingCallContext"`
		CallRejectReason    string `json:"callRejectReason"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	why, ok := map[string]Cause{"": Declined, "none": Declined, "busy": Busy, "forbidden": Forbidden}[strings.ToLower(q.CallRejectReason)]
	if !ok {
		return answer{}, invalid("The field CallRejectReason is invalid.")
	}
	return s.decline(r, q.IncomingCallContext, func(c *call, inv *invitation) { c.settle(inv, nil, why) })
}

// decline takes an incoming call away from its service.
func (s *Server) decline(r *acs.Request, token string, act func(c *call, inv *invitation)) (answer, error) {
	offer, err := s.claim(token, r.Service.ImmutableID)
	if err != nil {
		return answer{}, err
	}
	err = offer.call.act(context.WithoutCancel(r.Context()), func() error {
		if offer.call.invitations[offer.inv.id] != offer.inv {
			return errCallGone
		}
		act(offer.call, offer.inv)
		return nil
	})
	return answer{status: http.StatusNoContent}, err
}

// locator is CallLocator.
type locator struct {
	Kind         string `json:"kind"`
	ServerCallID string `json:"serverCallId"`
	GroupCallID  string `json:"groupCallId"`
	RoomID       string `json:"roomId"`
}

// connect is POST /calling/callConnections:connect: an application joins a call
// that is under way, or a group call that begins with it.
func (s *Server) connect(r *acs.Request) (answer, error) {
	var q struct {
		connectOptions
		CallLocator locator `json:"callLocator"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	c, err := s.locate(r.Service, q.CallLocator, true)
	if err != nil {
		return answer{}, err
	}
	self := application(r.Service)
	var out properties
	var conn *connection
	err = c.act(context.WithoutCancel(r.Context()), func() error {
		conn = s.newConnection(c, r.Service, q.connectOptions, self)
		conn.source = &self
		p := &party{id: self, conn: conn}
		c.admit(p, false)
		out = conn.properties()
		if c.startedBy.RawID == "" {
			c.startedBy = self
		}
		c.join(p)
		conn.connected()
		c.updated()
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, out, conn.callbacks.release}, nil
}

// locate finds a call of the service; a group call that nobody is in begins when
// begin says so. Rooms are not emulated.
func (s *Server) locate(service acs.Service, l locator, begin bool) (*call, error) {
	switch strings.ToLower(l.Kind) {
	case "servercalllocator":
		s.mu.Lock()
		defer s.mu.Unlock()
		c := s.calls[l.ServerCallID]
		if c == nil || !c.services[service.ImmutableID] {
			return nil, errCallGone
		}
		return c, nil
	case "groupcalllocator":
		if l.GroupCallID == "" || len(l.GroupCallID) > 256 {
			return nil, invalid("The field GroupCallId is invalid.")
		}
		key := service.ImmutableID + "/" + l.GroupCallID
		s.mu.Lock()
		c := s.groups[key]
		s.mu.Unlock()
		if c == nil && !begin {
			return nil, errCallGone
		}
		if c == nil {
			c = s.newCall()
			s.mu.Lock()
			c.group, s.groups[key] = l.GroupCallID, c
			s.mu.Unlock()
			s.share(c, service.ImmutableID)
		}
		return c, nil
	case "roomcalllocator":
		return nil, errNotSupported
	}
	return nil, invalid("The field CallLocator is invalid.")
}
