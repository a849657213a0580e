package sip_test

import (
	"net/url"
	"testing"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/calling"
)

// notified is the next NOTIFY's first line.
func (p *peer) notified() string {
	p.t.Helper()
	select {
	case line := <-p.refers:
		return line
	case <-time.After(10 * time.Second):
		p.t.Fatal("no NOTIFY came")
		return ""
	}
}

func TestAPhoneTransfersItsCall(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	c, leg := connect(t, f, p, dialling{transport: "udp", codec: "PCMU"})
	refer := func(to string) int {
		return c.ask(sipmsg.REFER, "", nil, header("Refer-To", "<sip:"+to+"@127.0.0.1>")).StatusCode
	}
	if status := refer("reception"); status != 603 {
		t.Errorf("to no number: %d", status)
	}
	f.control("PUT", "/phones/"+url.PathEscape(agent), calling.Behaviour{Does: "busy"}, 200, nil)
	if status := refer(agent); status != 202 {
		t.Fatalf("%d", status)
	}
	for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"} {
		if line := p.notified(); line != want {
			t.Errorf("%s, want %s", line, want)
		}
	}
	// The call is still there, and can be transferred to somebody who is.
	f.leg(leg, "connected")
	f.control("PUT", "/phones/"+url.PathEscape(agent), calling.Behaviour{Does: "answer"}, 200, nil)
	if status := until(t, "the first transfer is over", func() (int, bool) {
		status := refer(agent)
		return status, status != 491
	}); status != 202 {
		t.Fatalf("%d", status)
	}
	for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 200 OK"} {
		if line := p.notified(); line != want {
			t.Errorf("%s, want %s", line, want)
		}
	}
	c.over()
	other := f.legOf("4:"+agent, "connected")
	f.sayWAV(other.ID, pitch(2*time.Second, 700))
	f.legHears(leg, 700)
}
