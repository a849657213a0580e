package calling

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"guichet/internal/platform/audio"
)

// The seam between the call server and what is at the far end of a leg: the
// virtual phones of the control API, a handset in a browser, a SIP trunk.
//
//   - To be called, a network implements Exchange and is given to Attach. The
//     server asks it for a Phone by raw id and calls Ring.
//   - To call, it calls Dial with a Line.
//   - While a call lasts, the server drives the Line (what the far end hears) and
//     the network drives the Leg (what the far end says, presses, hangs up).
//
// Sound is 16 kHz PCM16 mono in frames of 20 ms, audio.Frame.

// Offer is a call that is offered to a phone.
type Offer struct {
	// ID names the ringing; it is the id of the Leg when the phone accepts.
	ID string
	// From is who calls, To who is called.
	From, To Identifier
	// Name is the display name of the caller, often empty.
	Name string
	// SIP and VoIP are the headers of the custom calling context.
	SIP, VoIP map[string]string
	// Leg is the phone's hold on the call, of use once it has accepted.
	Leg *Leg
}

// Phone can be called.
type Phone interface {
	// Ring offers a call and waits for what becomes of it: a Line when the phone
	// accepts, else an error, which should be one of the Causes below. ctx ends
	// when the caller gives up or nobody answered in time.
	Ring(ctx context.Context, o Offer) (Line, error)
}

// Exchange finds phones.
type Exchange interface {
	// Phone is the phone with that raw id (4:+1…, 8:acs:…), if there is one.
	Phone(rawID string) (Phone, bool)
}

// Line carries what the far end of a leg hears. The call server calls it from
// the goroutine of the call: it must not block, and must not call HangUp or Press
// of the Leg from within; Speak it may.
type Line interface {
	// Answered says that the call which was placed from this line was answered.
	Answered()
	// Play is what the far end hears next; it is called every 20 ms from the
	// moment that the leg is connected. The frame must not be kept.
	Play(f *audio.Frame)
	// Tone has the far end receive a DTMF tone: one of 0-9, *, #, A-D.
	Tone(digit byte)
	// HungUp says that the leg is over, and why. It comes exactly once, whichever
	// side hung up.
	HungUp(c Cause)
}

// Ringer is a Line that wants to be told when the call that was placed from it
// rings somewhere. It is called as the Line's other methods are, before Answered.
type Ringer interface {
	Ringing()
}

// Cause is why a leg or a call ended: an HTTP-like code, which follows SIP's, and
// Azure's subcode.
type Cause struct {
	Code, SubCode int
	Message       string
}

// Error makes a cause usable as the error of Ring.
func (c Cause) Error() string { return c.Message }

// Causes. The subcodes are in Azure's list; which of them comes with which
// ending is unverified.
var (
	Normal      = Cause{200, 0, "The call ended."}
	Busy        = Cause{486, 8539, "The callee is busy."}
	Declined    = Cause{603, 8538, "The callee declined the call."}
	NoAnswer    = Cause{480, 8541, "The callee did not answer in time."}
	Unreachable = Cause{480, 8544, "The callee cannot be reached."}
	Forbidden   = Cause{403, 8538, "The call was rejected."}
	Cancelled   = Cause{487, 8542, "The call was cancelled."}
	Stopped     = Cause{500, 8528, "The call server was stopped."}
)

// cause is the Cause of an error of Ring.
func cause(err error) Cause {
	c, ok := errors.AsType[Cause](err)
	switch {
	case ok:
		return c
	case errors.Is(err, context.DeadlineExceeded):
		return NoAnswer
	case errors.Is(err, context.Canceled):
		return Cancelled
	}
	return Unreachable
}

// Leg is a far end's hold on its call. Its methods may be called from any
// goroutine, also after the call ended.
type Leg struct {
	// ID names the leg.
	ID string
	// call is where the leg is now; it may be moved to another call.
	call atomic.Pointer[call]
	// gone says that the far end hung up; a leg that is between two calls at that
	// moment is hung up by the next.
	gone atomic.Bool

	mu sync.Mutex
	in []audio.Frame
}

// depth is how many frames of a far end may wait to be mixed. A deeper queue
// would be heard as a delay that never goes away.
const depth = 4

func newLeg() *Leg { return &Leg{ID: uuid.NewString()} }

// Speak takes 20 ms of what the far end says. When the call is behind, the oldest
// frame is dropped.
func (l *Leg) Speak(f *audio.Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.in) == depth {
		copy(l.in, l.in[1:])
		l.in = l.in[:depth-1]
	}
	l.in = append(l.in, *f)
}

// heard takes the next frame, false when the far end said nothing.
func (l *Leg) heard(f *audio.Frame) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.in) == 0 {
		return false
	}
	*f = l.in[0]
	copy(l.in, l.in[1:])
	l.in = l.in[:len(l.in)-1]
	return true
}

// Press says that the far end pressed a key: one of 0-9, *, #, A-D.
func (l *Leg) Press(digit byte) {
	if tone, ok := toneOf(digit); ok {
		l.post(func(c *call, p *party) { c.pressed(p, tone) })
	}
}

// HangUp says that the far end hung up, or gave up before it was answered.
func (l *Leg) HangUp() {
	l.gone.Store(true)
	l.post(func(c *call, p *party) { c.left(p, Normal) })
}

// post has the call act on the leg's party, if it is still there.
func (l *Leg) post(fn func(c *call, p *party)) {
	for {
		c := l.call.Load()
		if c == nil {
			return
		}
		moved := false
		err := c.act(context.Background(), func() error {
			if p := c.byLeg(l); p != nil {
				fn(c, p)
			} else {
				moved = l.call.Load() != c
			}
			return nil
		})
		if err == nil && !moved {
			return
		}
		if err != nil && l.call.Load() == c {
			return
		}
	}
}
