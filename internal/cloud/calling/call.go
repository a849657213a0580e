package calling

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/audio"
)

// call is what several parties are in: phones by their legs, and applications by
// their call connections. One goroutine, run, owns everything in it; the others
// have it act through act.
type call struct {
	s *Server
	// id is the serverCallId; group is the id of a group call or a room that was
	// joined by a locator.
	id, correlationID, group string
	startedAt                time.Time
	// services are those that have a part in the call; Server.mu guards it.
	services map[string]bool

	do   chan func()
	done chan struct{}

	// The rest is the goroutine's own.
	ended       bool
	mixer       audio.Mixer
	parties     []*party
	invitations map[string]*invitation
	sequence    int
	startedBy   Identifier
	announced   bool
	tape        *tape
	userService string
}

// party is one that is in the call, or about to be.
type party struct {
	id Identifier
	// dialled is the raw id that was called to reach it, when that is another.
	dialled string
	name    string
	// One of the two: a phone, or an application.
	leg  *Leg
	line Line
	conn *connection

	mix *audio.Leg
	// joined says that the party is connected and heard.
	joined      bool
	muted, held bool
	// extra is what the party alone hears, beside the call. While it is on hold that
	// is music, of the connection that put it there.
	extra  audio.Frame
	music  *playing
	holder *connection
}

// is says whether the party is meant by a raw id.
func (p *party) is(raw string) bool {
	return strings.EqualFold(p.id.RawID, raw) || p.dialled != "" && strings.EqualFold(p.dialled, raw)
}

// mailbox bounds what may wait for a call's goroutine.
const mailbox = 256

// newCall starts a call whose goroutine runs until the call ends.
func (s *Server) newCall() *call {
	id := uuid.NewString()
	c := &call{
		s: s, id: serverCallID(s.o.BaseURL, id), correlationID: uuid.NewString(), startedAt: s.o.Clock.Now(),
		do: make(chan func(), mailbox), done: make(chan struct{}), invitations: map[string]*invitation{},
		services: map[string]bool{},
	}
	s.mu.Lock()
	s.calls[c.id] = c
	s.mu.Unlock()
	s.work.Go(func() { c.run(s.ctx) })
	return c
}

// serverCallID has the service's form: the address of a conversation in base64
// without padding, fit for a path. Clients treat it as opaque.
func serverCallID(base, id string) string {
	token := strings.ReplaceAll(id, "-", "")
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s/conv/%s?i=0&e=%d", base, token, 638_000_000_000_000_000))
}

// act has the call's goroutine run fn and returns its error; a call that is over
// gives errCallGone.
func (c *call) act(ctx context.Context, fn func() error) error {
	result := make(chan error, 1)
	select {
	case c.do <- func() { result <- fn() }:
	case <-c.done:
		return errCallGone
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-result:
		return err
	case <-c.done:
		select {
		case err := <-result:
			return err
		default:
			return errCallGone
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// post has the goroutine run fn later. It may be called from the goroutine
// itself, and never blocks it.
func (c *call) post(fn func()) {
	select {
	case c.do <- fn:
	default:
		c.s.work.Go(func() {
			select {
			case c.do <- fn:
			case <-c.done:
			}
		})
	}
}

// behind is how far the beat may fall behind before frames are given up.
const behind = 10

// run is the call's life: it acts, and every 20 ms it moves the sound on.
func (c *call) run(ctx context.Context) {
	defer close(c.done)
	clock := c.s.o.Clock
	next := clock.Now()
	for !c.ended {
		wait := next.Sub(clock.Now())
		if wait < -behind*audio.FrameDuration {
			next, wait = clock.Now(), 0
		}
		timer, stop := clock.After(wait)
	waiting:
		for !c.ended {
			select {
			case fn := <-c.do:
				fn()
			case <-timer:
				c.beat()
				break waiting
			case <-ctx.Done():
				c.end(Stopped)
			}
		}
		stop()
		next = next.Add(audio.FrameDuration)
	}
	c.s.forget(c)
}

// beat moves everything on by 20 ms.
func (c *call) beat() {
	now := c.s.o.Clock.Now()
	for _, p := range c.parties {
		p.mix.In, p.extra = audio.Frame{}, audio.Frame{}
	}
	for _, p := range c.parties {
		if !p.joined {
			continue
		}
		if p.leg != nil {
			p.leg.heard(&p.mix.In)
		}
		if p.conn != nil {
			p.conn.say(now, &p.mix.In)
		}
		p.mix.SetMuted(p.muted || p.held)
		p.mix.SetDeaf(p.held)
	}
	c.mixer.Mix()
	for _, p := range c.parties {
		if !p.joined {
			continue
		}
		if p.line != nil {
			add(&p.mix.Out, &p.extra)
			p.line.Play(&p.mix.Out)
		}
		if p.conn != nil && p.conn.stream != nil {
			p.conn.stream.hear(now, c, &p.mix.Out)
		}
	}
	if c.tape != nil {
		c.tape.write()
	}
	for _, conn := range c.applications() {
		conn.beat(now)
	}
}

// add mixes a frame into another, clipped.
func add(to, f *audio.Frame) {
	for i, x := range f {
		to[i] = int16(max(-32768, min(32767, int32(to[i])+int32(x))))
	}
}

func (c *call) byLeg(l *Leg) *party {
	for _, p := range c.parties {
		if p.leg == l {
			return p
		}
	}
	return nil
}

func (c *call) byRawID(raw string) *party {
	for _, p := range c.parties {
		if p.joined && p.is(raw) {
			return p
		}
	}
	return nil
}

// admit puts a party into the call; connected says that it is heard at once.
func (c *call) admit(p *party, connected bool) {
	p.mix = c.mixer.Add()
	c.parties = append(c.parties, p)
	if p.leg != nil {
		p.leg.call.Store(c)
		if p.leg.gone.Load() {
			c.post(func() { c.left(p, Normal) })
		}
	}
	if p.conn != nil {
		c.s.share(c, p.conn.service.ImmutableID)
	}
	if connected {
		c.join(p)
	}
}

// join connects a party that is in the call.
func (c *call) join(p *party) {
	if p.joined {
		return
	}
	p.joined = true
	c.announceStart()
	c.announceParty(p, true)
}

// voices is how many are connected.
func (c *call) voices() int {
	n := 0
	for _, p := range c.parties {
		if p.joined {
			n++
		}
	}
	return n
}

// applications are the connections that are in the call.
func (c *call) applications() []*connection {
	var list []*connection
	for _, p := range c.parties {
		if p.conn != nil {
			list = append(list, p.conn)
		}
	}
	return list
}

// remove takes a party out without a word to it.
func (c *call) remove(p *party) {
	c.mixer.Remove(p.mix)
	c.parties = slices.DeleteFunc(c.parties, func(o *party) bool { return o == p })
	if p.joined {
		c.announceParty(p, false)
	}
}

// left is what follows when a far end hangs up, or is hung up on: the others are
// told, and the call ends with the last pair.
func (c *call) left(p *party, why Cause) {
	if !slices.Contains(c.parties, p) {
		return
	}
	was := p.joined
	c.remove(p)
	if p.line != nil {
		p.line.HungUp(why)
	}
	if p.conn != nil {
		p.conn.over(why)
	}
	c.thin(was, why)
}

// thin ends a call that has become too small, else tells who is left.
func (c *call) thin(told bool, why Cause) {
	if c.ended {
		return
	}
	if c.voices() < 2 {
		c.end(why)
		return
	}
	if told {
		c.updated()
	}
}

// updated tells the applications who is in the call.
func (c *call) updated() {
	c.sequence++
	for _, conn := range c.applications() {
		if conn.state == stateConnecting {
			continue
		}
		conn.send("", "ParticipantsUpdated", participantsUpdated{
			common: conn.common(""), SequenceNumber: c.sequence, Participants: c.participants(),
		})
	}
	c.s.notify(c)
}

// participants is who is in the call, as lists show it.
func (c *call) participants() []participant {
	list := []participant{}
	for _, p := range c.parties {
		if p.joined {
			list = append(list, participant{p.id, p.muted, p.held})
		}
	}
	return list
}

// end ends the call for everybody.
func (c *call) end(why Cause) {
	if c.ended {
		return
	}
	c.ended = true
	if c.tape != nil {
		c.tape.stop("CallEnded")
	}
	for _, id := range slices.Sorted(maps.Keys(c.invitations)) {
		inv := c.invitations[id]
		delete(c.invitations, id)
		inv.abandon(Cancelled)
		if inv.ended != nil {
			inv.ended(nil, Cancelled)
		}
	}
	for _, p := range slices.Clone(c.parties) {
		c.remove(p)
		if p.line != nil {
			p.line.HungUp(why)
		}
		if p.conn != nil {
			p.conn.over(why)
		}
	}
	c.announceEnd(why)
	c.s.notify(c)
}
