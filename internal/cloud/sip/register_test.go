package sip_test

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"
)

// register registers as a number, by a user name, and returns the last answer.
func (p *peer) register(f *fixture, transport, number, user, password, expires string) *sipmsg.Response {
	p.t.Helper()
	address := f.trunk.Address()
	if transport == "tls" {
		address = f.trunk.SecureAddress()
	}
	host, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	req := sipmsg.NewRequest(sipmsg.REGISTER, sipmsg.Uri{Scheme: "sip", Host: host, Port: port})
	req.SetTransport(strings.ToUpper(transport))
	if transport == "udp" {
		req.Laddr = sipmsg.Addr{IP: net.IPv4(127, 0, 0, 1), Port: p.ports["udp"]}
	}
	aor := sipmsg.Uri{Scheme: "sip", User: number, Host: host}
	from := &sipmsg.FromHeader{Address: aor}
	from.Params.Add("tag", sipmsg.GenerateTagN(16))
	req.AppendHeader(from)
	req.AppendHeader(&sipmsg.ToHeader{Address: aor})
	// The address is that of somebody else, as behind NAT.
	req.AppendHeader(&sipmsg.ContactHeader{Address: sipmsg.Uri{Scheme: "sip", User: "phone", Host: "10.9.8.7", Port: 5060}})
	req.AppendHeader(sipmsg.NewHeader("Expires", expires))
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	res := must(p.client.Do(ctx, req))(p.t)
	if res.StatusCode == 401 {
		res = must(p.client.DoDigestAuth(ctx, req, res, sipgo.DigestAuth{Username: user, Password: password}))(p.t)
	}
	return res
}

func TestAPhoneRegistersAndIsCalled(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp", "tls"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			p := newPeer(t, f)
			taken := make(chan *call, 1)
			p.answer = func(c *call) {
				taken <- c
				c.accept("PCMA")
			}
			res := p.register(f, transport, customer, strings.TrimPrefix(customer, "+"), sipPass, "600")
			if res.StatusCode != 200 || res.Contact() == nil {
				t.Fatalf("%d %s", res.StatusCode, res)
			}
			if expires, _ := res.Contact().Params.Get("expires"); expires != "600" && expires != "599" {
				t.Errorf("expires %s", expires)
			}
			leg := f.dial(customer, nil)
			c := <-taken
			f.leg(leg.ID, "connected")
			f.sayWAV(leg.ID, pitch(2*time.Second, 1000))
			until(t, "the phone hears", func() (struct{}, bool) { return struct{}{}, c.sound.hears(1000) })
			c.hangUp()
			f.leg(leg.ID, "ended")

			if res := p.register(f, transport, customer, sipUser, sipPass, "0"); res.StatusCode != 200 || res.Contact() != nil {
				t.Errorf("unregistered: %d %v", res.StatusCode, res.Contact())
			}
			if gone := f.leg(f.dial(customer, nil).ID, "ended"); gone.Code != 480 {
				t.Errorf("called after it unregistered: %+v", gone)
			}
		})
	}
}

func TestRegistrationsAreRefused(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	for name, c := range map[string]struct {
		number, user, password, expires string
		want                            int
	}{
		"a wrong password":         {customer, sipUser, "wrong", "600", 401},
		"another's user name":      {customer, "14255550000", sipPass, "600", 401},
		"a number of a service":    {business, sipUser, sipPass, "600", 403},
		"no number":                {"reception", sipUser, sipPass, "600", 404},
		"too short to be of use":   {customer, sipUser, sipPass, "5", 423},
		"for longer than is given": {customer, sipUser, sipPass, "999999", 200},
	} {
		if res := p.register(f, "udp", c.number, c.user, c.password, c.expires); res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, c.want)
		}
	}
}
