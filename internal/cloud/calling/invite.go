package calling

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// invitation is the ringing of somebody who is to join a call.
type invitation struct {
	id       string
	target   Identifier
	from     Identifier
	name     string
	sip      map[string]string
	voip     map[string]string
	deadline time.Time
	// ended is run by the call's goroutine once the target is in the call, or with
	// nil and the cause when it will not be.
	ended func(p *party, why Cause)

	cancel  context.CancelFunc
	context string
	leg     *Leg
}

// abandon stops the ringing.
func (i *invitation) abandon(why Cause) {
	if i.cancel != nil {
		i.cancel()
	}
	if i.leg != nil {
		i.leg.call.Store(nil)
	}
}

// invite rings the target: a number that a service owns becomes an incoming call
// of that service; anybody else is looked up among the phones. A user of a
// service is both, and the first to answer has the call. It says whether anybody
// rings.
func (c *call) invite(inv *invitation, within time.Duration) (rings bool) {
	inv.id = uuid.NewString()
	inv.deadline = c.s.o.Clock.Now().Add(within)
	c.invitations[inv.id] = inv
	service, owned := c.s.owner(inv.target)
	if owned {
		inv.context = c.s.offer(c, inv, service)
		rings = true
	}
	if owned && inv.target.Kind == kindPhone {
		c.watch(inv, within)
		return true
	}
	if phone, ok := c.s.phone(inv.target.RawID); ok {
		rings = true
		inv.leg = newLeg()
		inv.leg.call.Store(c)
		c.ring(inv, phone, !owned)
	}
	if !rings {
		// Nobody is there: said after the answer to the request, as a network would.
		c.post(func() { c.settle(inv, nil, Unreachable) })
		return false
	}
	c.watch(inv, within)
	return true
}

// ring offers the call to a phone; alone says that nobody else rings.
func (c *call) ring(inv *invitation, phone Phone, alone bool) {
	ctx, cancel := context.WithCancel(c.s.ctx)
	inv.cancel = cancel
	offer := Offer{ID: inv.leg.ID, From: inv.from, To: inv.target, Name: inv.name, SIP: inv.sip, VoIP: inv.voip, Leg: inv.leg}
	c.s.work.Go(func() {
		defer cancel()
		line, err := phone.Ring(ctx, offer)
		if err != nil {
			why := cause(err)
			if alone {
				c.post(func() { c.settle(inv, nil, why) })
			}
			return
		}
		err = c.act(context.Background(), func() error {
			if c.invitations[inv.id] != inv {
				return Cancelled
			}
			p := &party{id: inv.target, leg: inv.leg, line: line}
			c.admit(p, true)
			c.settle(inv, p, Normal)
			return nil
		})
		if err != nil {
			line.HungUp(Cancelled)
		}
	})
}

// watch gives the invitation up when its time is over.
func (c *call) watch(inv *invitation, within time.Duration) {
	timer, stop := c.s.o.Clock.After(within)
	c.s.work.Go(func() {
		defer stop()
		select {
		case <-timer:
			c.post(func() { c.settle(inv, nil, NoAnswer) })
		case <-c.done:
		case <-c.s.ctx.Done():
		}
	})
}

// settle ends an invitation, once.
func (c *call) settle(inv *invitation, p *party, why Cause) {
	if c.invitations[inv.id] != inv {
		return
	}
	delete(c.invitations, inv.id)
	c.s.withdraw(inv.context)
	if p == nil || p.leg != inv.leg {
		inv.abandon(why)
	}
	if inv.ended != nil {
		inv.ended(p, why)
	}
}

// incoming is an incoming call that was announced to a service and may be
// answered, redirected or rejected once.
type incoming struct {
	call    *call
	inv     *invitation
	service string
}

// offer announces an incoming call to a service and returns its context.
func (s *Server) offer(c *call, inv *invitation, service string) string {
	token := newContext()
	s.mu.Lock()
	s.offers[token] = &incoming{c, inv, service}
	s.mu.Unlock()
	s.announceIncoming(c, inv, service, token)
	return token
}

// newContext makes an incomingCallContext. Like Azure's it looks like a JWT
// without a signature; it is a name that cannot be guessed, and nothing more.
func newContext() string {
	part := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			panic("calling: a context that is not JSON: " + err.Error())
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	return part(map[string]string{"alg": "none"}) + "." + part(map[string]string{"cc": uuid.NewString() + uuid.NewString()}) + "."
}

// claim takes an incoming call for good. One that was answered, redirected,
// rejected or given up is gone; a context that was never given out is invalid.
// Which codes Azure uses for the two is unverified.
func (s *Server) claim(token, service string) (*incoming, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	offer, ok := s.offers[token]
	switch {
	case !ok && s.spent.has(token):
		return nil, errCallGone
	case !ok:
		return nil, invalid("The incoming call context is not valid.")
	case offer.service != service:
		return nil, errSourceIdentity
	}
	delete(s.offers, token)
	s.spent.add(token)
	return offer, nil
}

// withdraw makes a context useless.
func (s *Server) withdraw(token string) {
	if token == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.offers[token]; ok {
		delete(s.offers, token)
		s.spent.add(token)
	}
}

// spentMost bounds the memory of contexts that were used.
const spentMost = 10_000

// spentContexts are contexts that are of no more use, the newest of them.
type spentContexts struct {
	known map[string]bool
	order []string
}

func (p *spentContexts) has(token string) bool { return p.known[token] }

func (p *spentContexts) add(token string) {
	if p.known == nil {
		p.known = map[string]bool{}
	}
	p.known[token] = true
	p.order = append(p.order, token)
	if len(p.order) > spentMost {
		delete(p.known, p.order[0])
		p.order = p.order[1:]
	}
}

// Dial places a call from a phone and returns its leg at once; Answered or HungUp
// of the line follow. within bounds the ringing; RingFor when 0.
func (s *Server) Dial(o Offer, line Line, within time.Duration) *Leg {
	if within == 0 {
		within = s.o.RingFor
	}
	leg := newLeg()
	c := s.newCall()
	c.post(func() {
		c.startedBy = o.From
		p := &party{id: o.From, name: o.Name, leg: leg, line: line}
		c.admit(p, false)
		rings := c.invite(&invitation{
			target: o.To, from: o.From, name: o.Name, sip: o.SIP, voip: o.VoIP,
			ended: func(callee *party, why Cause) {
				if callee == nil {
					c.end(why)
					return
				}
				c.answered(p)
			},
		}, within)
		if ringer, ok := line.(Ringer); ok && rings {
			ringer.Ringing()
		}
	})
	leg.call.Store(c)
	return leg
}

// answered connects the party that placed the call.
func (c *call) answered(p *party) {
	if p.joined {
		return
	}
	c.join(p)
	if p.line != nil {
		p.line.Answered()
	}
}
