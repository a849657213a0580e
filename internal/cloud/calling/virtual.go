package calling

import (
	"context"
	"slices"
	"sync"
	"time"

	"guichet/internal/platform/audio"
)

// What a virtual phone does when it is called.
const (
	doesAnswer  = "answer"
	doesBusy    = "busy"
	doesDecline = "decline"
	doesNothing = "ring"
)

// Behaviour is what a virtual phone does when it is called: after AfterMS
// milliseconds it answers, is busy or declines; or it rings for ever.
type Behaviour struct {
	Does    string `json:"does"`
	AfterMS int    `json:"afterMs,omitempty"`
}

// maxHeard bounds what a virtual phone remembers to have heard: ten minutes.
const maxHeard = 10 * 60 * audio.SampleRate

// keepEnded bounds how many legs that are over are remembered.
const keepEnded = 200

// virtualPhones are phones without anybody at them: the control API says what
// they do when they are called, what they say and press, and gives back what they
// heard.
type virtualPhones struct {
	s *Server

	mu         sync.Mutex
	behaviours map[string]Behaviour
	lines      map[string]*virtualLine
	order      []string
}

func newVirtualPhones(s *Server) *virtualPhones {
	return &virtualPhones{s: s, behaviours: map[string]Behaviour{}, lines: map[string]*virtualLine{}}
}

func (v *virtualPhones) reset() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.behaviours, v.lines, v.order = map[string]Behaviour{}, map[string]*virtualLine{}, nil
}

// Phone implements Exchange: a phone exists once its behaviour was set.
func (v *virtualPhones) Phone(raw string) (Phone, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	b, ok := v.behaviours[raw]
	return virtualPhone{v, raw, b}, ok
}

type virtualPhone struct {
	v         *virtualPhones
	raw       string
	behaviour Behaviour
}

// Ring implements Phone.
func (p virtualPhone) Ring(ctx context.Context, o Offer) (Line, error) {
	line := p.v.newLine(p.raw, o, false)
	line.leg = o.Leg
	p.v.add(line)
	if err := p.wait(ctx); err != nil {
		line.HungUp(cause(err))
		return nil, err
	}
	line.set("connected")
	return line, nil
}

func (p virtualPhone) wait(ctx context.Context) error {
	timer, stop := p.v.s.o.Clock.After(time.Duration(p.behaviour.AfterMS) * time.Millisecond)
	defer stop()
	if p.behaviour.Does == doesNothing {
		timer = nil
	}
	select {
	case <-timer:
	case <-ctx.Done():
		return ctx.Err()
	}
	switch p.behaviour.Does {
	case doesBusy:
		return Busy
	case doesDecline:
		return Declined
	}
	return nil
}

// virtualLine is a leg of a virtual phone.
type virtualLine struct {
	v        *virtualPhones
	raw      string
	offer    Offer
	outgoing bool
	at       time.Time

	mu    sync.Mutex
	leg   *Leg
	state string
	why   Cause
	// say is what is still to be said.
	say []int16
	// heard is what was heard since the leg was connected; tones came with it.
	heard []int16
	tones []byte
}

func (v *virtualPhones) newLine(raw string, o Offer, outgoing bool) *virtualLine {
	return &virtualLine{v: v, raw: raw, offer: o, outgoing: outgoing, at: v.s.o.Clock.Now(), state: "ringing"}
}

// add remembers a line, and forgets the oldest that is over.
func (v *virtualPhones) add(l *virtualLine) {
	v.mu.Lock()
	v.lines[l.leg.ID] = l
	v.order = append(v.order, l.leg.ID)
	for i := 0; len(v.order) > keepEnded && i < len(v.order); {
		if old := v.lines[v.order[i]]; old.view().State == "ended" {
			delete(v.lines, v.order[i])
			v.order = slices.Delete(v.order, i, i+1)
		} else {
			i++
		}
	}
	v.mu.Unlock()
	l.notify()
}

func (v *virtualPhones) line(id string) *virtualLine {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lines[id]
}

func (v *virtualPhones) list() []*virtualLine {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := make([]*virtualLine, 0, len(v.order))
	for _, id := range v.order {
		out = append(out, v.lines[id])
	}
	return out
}

// dial places a call from a virtual phone.
func (v *virtualPhones) dial(o Offer, within time.Duration) *virtualLine {
	l := v.newLine(o.From.RawID, o, true)
	// Until the leg is known, nobody else sees the line.
	l.mu.Lock()
	l.leg = v.s.Dial(o, l, within)
	l.mu.Unlock()
	v.add(l)
	return l
}

func (l *virtualLine) set(state string) {
	l.mu.Lock()
	if l.state != "ended" {
		l.state = state
	}
	l.mu.Unlock()
	l.notify()
}

// Answered implements Line.
func (l *virtualLine) Answered() { l.set("connected") }

// Play implements Line; in return the phone says the next of what it was given.
func (l *virtualLine) Play(f *audio.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.heard) < maxHeard {
		l.heard = append(l.heard, f[:]...)
	}
	if len(l.say) == 0 {
		return
	}
	var next audio.Frame
	l.say = l.say[copy(next[:], l.say):]
	l.leg.Speak(&next)
}

// Tone implements Line.
func (l *virtualLine) Tone(digit byte) {
	l.mu.Lock()
	l.tones = append(l.tones, digit)
	l.mu.Unlock()
	l.notify()
}

// HungUp implements Line.
func (l *virtualLine) HungUp(c Cause) {
	l.mu.Lock()
	l.state, l.why, l.say = "ended", c, nil
	l.mu.Unlock()
	l.notify()
}

// LegView is a leg of a virtual phone as the control API shows it.
type LegView struct {
	ID string `json:"id"`
	// Phone is the raw id of the phone, Other that of who it is in a call with.
	Phone string `json:"phone"`
	Other string `json:"other"`
	Name  string `json:"name,omitempty"`
	// Outgoing says that the phone placed the call.
	Outgoing bool `json:"outgoing"`
	// State is ringing, connected or ended; Reason, Code and SubCode are why.
	State       string            `json:"state"`
	Reason      string            `json:"reason,omitempty"`
	Code        int               `json:"code,omitempty"`
	SubCode     int               `json:"subCode,omitempty"`
	At          time.Time         `json:"at"`
	SIPHeaders  map[string]string `json:"sipHeaders,omitempty"`
	VoIPHeaders map[string]string `json:"voipHeaders,omitempty"`
	// Saying is how many milliseconds are still to be said, HeardMS how many were
	// heard; Tones are the digits received.
	SayingMS int    `json:"sayingMs"`
	HeardMS  int    `json:"heardMs"`
	Tones    string `json:"tones"`
}

func (l *virtualLine) view() LegView {
	l.mu.Lock()
	defer l.mu.Unlock()
	other := l.offer.From
	if l.outgoing {
		other = l.offer.To
	}
	return LegView{
		ID: l.leg.ID, Phone: l.raw, Other: other.RawID, Name: l.offer.Name, Outgoing: l.outgoing, State: l.state, Reason: l.why.Message,
		Code: l.why.Code, SubCode: l.why.SubCode, At: l.at, SIPHeaders: l.offer.SIP, VoIPHeaders: l.offer.VoIP,
		SayingMS: len(l.say) * 1000 / audio.SampleRate, HeardMS: len(l.heard) * 1000 / audio.SampleRate, Tones: string(l.tones),
	}
}
