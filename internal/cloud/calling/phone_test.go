package calling_test

import (
	"context"
	"testing"

	"guichet/internal/cloud/calling"
	"guichet/internal/platform/audio"
)

// network is an exchange as a trunk or a browser would be: one phone, which hangs
// up while it is still picking up.
type network struct{ ended chan calling.Cause }

func (n network) Phone(raw string) (calling.Phone, bool) { return n, raw == "4:"+agent }

func (n network) Ring(_ context.Context, o calling.Offer) (calling.Line, error) {
	o.Leg.HangUp()
	return n, nil
}

func (network) Answered()                {}
func (network) Play(*audio.Frame)        {}
func (network) Tone(byte)                {}
func (n network) HungUp(c calling.Cause) { n.ended <- c }

func TestPhoneThatHangsUpWhileItAnswersIsNotLeftInTheCall(t *testing.T) {
	t.Parallel()
	f := start(t)
	n := network{make(chan calling.Cause, 1)}
	f.server.Attach(n)
	leg := f.dial(customer, business)
	var in incoming
	f.event("IncomingCall", &in)
	f.do("POST", "callConnections:redirect", map[string]any{"incomingCallContext": in.IncomingCallContext, "target": calling.Number(agent)}, 204, nil)
	f.leg(leg.ID, "ended")
	if c := <-n.ended; c != calling.Normal {
		t.Errorf("%+v", c)
	}
}
