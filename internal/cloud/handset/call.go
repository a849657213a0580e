package handset

import (
	"encoding/json"
	"strings"
	"sync"
	"time"

	"guichet/internal/cloud/calling"
	"guichet/internal/platform/audio"
)

// States of a call.
const (
	stateCalling   = "calling"
	stateRinging   = "ringing"
	stateConnected = "connected"
	stateEnded     = "ended"
)

// lost is why a call ended whose page did not come back: the phone's radio link
// broke. Its code is the handset's own.
var lost = calling.Cause{Code: 487, SubCode: 0, Message: "The phone lost its connection."}

// call is a call of a customer's phone. It implements calling.Line.
type call struct {
	h        *Handsets
	id       string
	customer string
	// other is the number of who called or was called, or its raw id.
	other, name string
	outgoing    bool
	at          time.Time
	// decided is closed when an incoming call was accepted or declined.
	decided chan struct{}

	mu          sync.Mutex
	leg         *calling.Leg
	state       string
	why         calling.Cause
	lost        bool
	connectedAt time.Time
	endedAt     time.Time
	// page is the id of the page that holds the call, media its sound.
	page  string
	media *media
	keys  []byte
}

// maxKeys bounds how many pressed keys are shown.
const maxKeys = 200

// View is a call as a handset shows it.
type View struct {
	ID       string `json:"id"`
	Customer string `json:"customer"`
	// Other is the number at the other end, or the raw id of who has none.
	Other    string `json:"other"`
	Name     string `json:"name"`
	Outgoing bool   `json:"outgoing"`
	// State is calling, ringing, connected or ended; Code, SubCode and Reason say why
	// it ended. Lost says that the page went away and did not come back.
	State   string `json:"state"`
	Code    int    `json:"code"`
	SubCode int    `json:"subCode"`
	Reason  string `json:"reason"`
	Lost    bool   `json:"lost"`
	// Page is the id of the page that holds the call, empty while it rings.
	Page string `json:"page"`
	// Keys are the keys that were pressed, as the network received them.
	Keys string `json:"keys"`
	// At, ConnectedAt and EndedAt are RFC 3339; those that have not come are absent.
	At          time.Time `json:"at"`
	ConnectedAt time.Time `json:"connectedAt,omitzero"`
	EndedAt     time.Time `json:"endedAt,omitzero"`
}

// View is the call at this moment.
func (c *call) View() View {
	c.mu.Lock()
	defer c.mu.Unlock()
	return View{
		ID: c.id, Customer: c.customer, Other: c.other, Name: c.name, Outgoing: c.outgoing, State: c.state,
		Code: c.why.Code, SubCode: c.why.SubCode, Reason: c.why.Message, Lost: c.lost, Page: c.page, Keys: string(c.keys),
		At: c.at, ConnectedAt: c.connectedAt, EndedAt: c.endedAt,
	}
}

// notify tells the customer's pages that the call changed.
func (c *call) notify() {
	data, err := json.Marshal(struct {
		Type string `json:"type"`
		Call View   `json:"call"`
	}{"call", c.View()})
	if err != nil {
		panic("handset: a call that is not JSON: " + err.Error())
	}
	c.h.o.Hub.Publish(c.h.o.Topic(c.customer), data)
}

// Ringing is told by the call server that the other end rings.
func (c *call) Ringing() { c.enter(stateRinging) }

// Answered implements calling.Line.
func (c *call) Answered() { c.enter(stateConnected) }

func (c *call) enter(state string) {
	c.mu.Lock()
	changed := c.state != stateEnded && c.state != state
	if changed {
		c.state = state
		if state == stateConnected {
			c.connectedAt = c.h.o.Clock.Now()
		}
	}
	c.mu.Unlock()
	if changed {
		c.notify()
	}
}

// Play implements calling.Line; in return the page's sound goes to the call.
func (c *call) Play(f *audio.Frame) {
	c.mu.Lock()
	m, leg := c.media, c.leg
	c.mu.Unlock()
	if m == nil {
		return
	}
	m.play(f)
	var in audio.Frame
	m.frame(&in)
	leg.Speak(&in)
}

// Tone implements calling.Line: it is heard as its two tones.
func (c *call) Tone(digit byte) {
	c.mu.Lock()
	m := c.media
	c.mu.Unlock()
	if m != nil {
		m.tone(digit)
	}
}

// HungUp implements calling.Line.
func (c *call) HungUp(why calling.Cause) { c.end(why, "") }

// end ends the call, unless it is over or not in the state that it must be in.
func (c *call) end(why calling.Cause, only string) bool {
	c.mu.Lock()
	if c.state == stateEnded || only != "" && c.state != only {
		c.mu.Unlock()
		return false
	}
	if c.decided != nil && c.state == stateRinging {
		close(c.decided)
	}
	c.state, c.endedAt = stateEnded, c.h.o.Clock.Now()
	if c.why = why; c.lost {
		c.why = lost
	}
	m := c.media
	c.media = nil
	c.mu.Unlock()
	if m != nil {
		c.h.work.Go(m.close)
	}
	c.h.over(c)
	c.notify()
	return true
}

// pressed is told of a key that the page pressed.
func (c *call) pressed(digit byte) {
	c.mu.Lock()
	leg, connected := c.leg, c.state == stateConnected
	if connected && len(c.keys) < maxKeys {
		c.keys = append(c.keys, digit)
	}
	c.mu.Unlock()
	if connected {
		leg.Press(digit)
		c.notify()
	}
}

// accept gives a ringing call to a page, which has its media already; false when
// another page or the caller was faster.
func (c *call) accept(page string, m *media) bool {
	c.mu.Lock()
	if c.outgoing || c.state != stateRinging {
		c.mu.Unlock()
		return false
	}
	c.state, c.connectedAt, c.page, c.media = stateConnected, c.h.o.Clock.Now(), page, m
	close(c.decided)
	c.mu.Unlock()
	c.notify()
	return true
}

// decline refuses a ringing call; false when it rings no more.
func (c *call) decline() bool { return !c.outgoing && c.end(calling.Declined, stateRinging) }

// declined is why an incoming call was not accepted.
func (c *call) declined() (calling.Cause, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why, c.state == stateEnded
}

// carry gives the call new media, of the page that holds it; false when the call
// is over or another page's.
func (c *call) carry(page string, m *media) bool {
	c.mu.Lock()
	if c.state == stateEnded || c.page != page {
		c.mu.Unlock()
		return false
	}
	before := c.media
	c.media = m
	c.mu.Unlock()
	if before != nil {
		c.h.work.Go(before.close)
	}
	return true
}

// hangUp ends the call from the phone's side.
func (c *call) hangUp() {
	c.mu.Lock()
	leg, ringing := c.leg, !c.outgoing && c.state == stateRinging
	c.mu.Unlock()
	if ringing {
		c.decline()
		return
	}
	leg.HangUp()
}

// attend watches the way to the page and hangs up when it is gone for good.
func (c *call) attend(m *media) {
	up, deadline := false, c.h.o.Clock.Now().Add(c.h.o.Grace)
	for {
		var due <-chan time.Time
		stop := func() {}
		if !up {
			due, stop = c.h.o.Clock.Until(deadline)
		}
		select {
		case <-m.changed:
			now := m.up()
			if up && !now {
				deadline = c.h.o.Clock.Now().Add(c.h.o.Grace)
			}
			up = now
		case <-due:
			c.mu.Lock()
			gone := c.media == m && c.state != stateEnded
			c.lost = c.lost || gone
			c.mu.Unlock()
			stop()
			if gone {
				c.hangUp()
			}
			return
		case <-m.closed:
			stop()
			return
		}
		stop()
	}
}

// valid says whether a text can be dialled.
func valid(number string) bool {
	if len(number) < 8 || len(number) > 16 || number[0] != '+' || number[1] == '0' {
		return false
	}
	return strings.Trim(number[1:], "0123456789") == ""
}
