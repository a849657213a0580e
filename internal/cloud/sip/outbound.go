package sip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/calling"
)

// target is where a call goes out.
type target struct {
	uri       sipmsg.Uri
	transport string
	// destination is host:port, when that is not the URI's.
	destination string
	// callerID replaces the caller's number.
	callerID string
}

// Phones is the exchange of the phones that registered.
func (t *Trunk) Phones() calling.Exchange { return phones{t} }

// Network is the exchange of everybody else who has a number: the trunks.
func (t *Trunk) Network() calling.Exchange { return network{t} }

type phones struct{ t *Trunk }

// Phone implements calling.Exchange.
func (p phones) Phone(raw string) (calling.Phone, bool) {
	number, ok := strings.CutPrefix(raw, "4:")
	if !ok {
		return nil, false
	}
	b, ok := p.t.phones.find(number)
	if !ok {
		return nil, false
	}
	return phone{p.t, []target{{uri: b.contact, transport: b.transport, destination: b.source}}}, true
}

type phone struct {
	t  *Trunk
	at []target
}

// Ring implements calling.Phone.
func (p phone) Ring(ctx context.Context, o calling.Offer) (calling.Line, error) {
	return p.t.ring(ctx, o, p.at)
}

type network struct{ t *Trunk }

// Phone implements calling.Exchange.
func (n network) Phone(raw string) (calling.Phone, bool) {
	number, ok := strings.CutPrefix(raw, "4:")
	return trunks{n.t, number}, ok
}

// trunks reach a number by the routes of who calls.
type trunks struct {
	t      *Trunk
	number string
}

// Ring implements calling.Phone.
func (r trunks) Ring(ctx context.Context, o calling.Offer) (calling.Line, error) {
	line, ok := r.t.o.Lines.Line(numberOf(o.From))
	if !ok {
		return nil, calling.Unreachable
	}
	list, err := r.t.o.Routes.Trunks(ctx, line.ServiceID, r.number)
	if err != nil {
		return nil, fmt.Errorf("sip: routes: %w", err)
	}
	if len(list) == 0 {
		return nil, calling.Unreachable
	}
	at := make([]target, 0, len(list))
	for _, trunk := range list {
		transport := r.t.o.Transport
		if trunk.Port == sipmsg.DefaultTlsPort {
			transport = "tls"
		}
		u := sipmsg.Uri{Scheme: "sip", User: r.number, Host: trunk.FQDN, Port: trunk.Port}
		if transport != "udp" {
			u.UriParams.Add("transport", transport)
		}
		at = append(at, target{uri: u, transport: strings.ToUpper(transport), callerID: trunk.CallerID})
	}
	return r.t.ring(ctx, o, at)
}

func numberOf(id calling.Identifier) string {
	if id.PhoneNumber == nil {
		return ""
	}
	return id.PhoneNumber.Value
}

// errNext says that a trunk is out of order, so that the next one is tried.
type errNext struct{ error }

// ring calls the targets in order, until one answers or refuses.
func (t *Trunk) ring(ctx context.Context, o calling.Offer, at []target) (calling.Line, error) {
	var err error
	for _, to := range at {
		var d *dialog
		if d, err = t.call(ctx, o, to); err == nil {
			return d, nil
		}
		if next := (errNext{}); !errors.As(err, &next) {
			return nil, err
		}
		t.o.Log.Info("sip.trunk", "host", to.uri.Host, "error", err)
	}
	return nil, calling.Unreachable
}

// call calls one target. The work goes on for a moment when ctx ends: a call
// that was placed must be cancelled.
func (t *Trunk) call(ctx context.Context, o calling.Offer, to target) (*dialog, error) {
	select {
	case <-t.ready:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if t.crowded() || !t.enter() {
		return nil, calling.Unreachable
	}
	result := make(chan error)
	var d *dialog
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer t.work.Done()
		defer cancel()
		var err error
		if d, err = t.place(ctx, o, to); err != nil {
			select {
			case result <- err:
			case <-ctx.Done():
			}
			return
		}
		select {
		case result <- nil:
		case <-ctx.Done():
			d.HungUp(calling.Cancelled)
		}
		d.tend()
	}()
	select {
	case err := <-result:
		return d, err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.stopping:
		cancel()
		return nil, calling.Stopped
	}
}

// place sends the INVITE and waits for the answer.
func (t *Trunk) place(ctx context.Context, o calling.Offer, to target) (*dialog, error) {
	peer := to.destination
	if peer == "" {
		peer = net.JoinHostPort(to.uri.Host, strconv.Itoa(to.uri.Port))
	}
	conn, err := t.ports.open()
	if err != nil {
		return nil, err
	}
	d := t.newDialog(newVoice(conn, t.localTo(peer), t.o.Clock))
	d.leg = o.Leg
	d.voice.begin(o.Leg)
	d.run()
	s, err := t.dialogUA(to.transport, peer).WriteInvite(ctx, t.request(o, to, peer, d.voice.offered()))
	if err != nil {
		d.close()
		return nil, errNext{err}
	}
	d.session = s
	t.add(d, keyOf(s.InviteRequest.CallID(), tagOf(s.InviteRequest.From().Params)))
	if err := t.await(ctx, s, d); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// request is the INVITE of a call.
func (t *Trunk) request(o calling.Offer, to target, peer string, body []byte) *sipmsg.Request {
	req := sipmsg.NewRequest(sipmsg.INVITE, *to.uri.Clone())
	req.SetTransport(to.transport)
	if to.destination != "" {
		req.SetDestination(to.destination)
	}
	if to.transport == "UDP" {
		// From the port that we listen at: firewalls and phones want it so.
		own := t.udp.LocalAddr().(*net.UDPAddr)
		req.Laddr = sipmsg.Addr{IP: own.IP, Port: own.Port}
	}
	number := to.callerID
	if number == "" {
		number = numberOf(o.From)
	}
	from := &sipmsg.FromHeader{Address: sipmsg.Uri{Scheme: "sip", User: number, Host: hostOf(t.localTo(peer))}}
	if number == "" {
		from.Address.User = anonymous
	}
	if name := strings.ReplaceAll(o.Name, `"`, ""); printable(name) && len(name) <= maxName {
		from.DisplayName = name
	}
	from.Params.Add("tag", sipmsg.GenerateTagN(16))
	req.AppendHeader(from)
	for _, h := range headersOf(o.SIP) {
		req.AppendHeader(sipmsg.NewHeader(h.name, h.value))
	}
	req.AppendHeader(sipmsg.NewHeader("Allow", allowed))
	req.AppendHeader(sipmsg.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(body)
	return req
}

// await waits for the answer and acknowledges it. What is heard before is left
// out: the call server makes its own ringing.
func (t *Trunk) await(ctx context.Context, s *sipgo.DialogClientSession, d *dialog) error {
	err := s.WaitAnswer(ctx, sipgo.AnswerOptions{Username: t.o.User, Password: t.o.Password})
	if err != nil {
		if s.InviteResponse != nil && s.InviteResponse.IsSuccess() {
			// Answered while it was cancelled.
			t.hangUp(s)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		refused := (*sipgo.ErrDialogResponse)(nil)
		if !errors.As(err, &refused) {
			return errNext{err}
		}
		if code := refused.Res.StatusCode; code == 408 || code >= 500 && code < 600 {
			return errNext{causeOf(code)}
		}
		return causeOf(refused.Res.StatusCode)
	}
	said, err := parseSDP(s.InviteResponse.Body())
	if err == nil {
		err = d.voice.agreed(said)
	}
	if err != nil {
		t.hangUp(s)
		return causeOf(sipmsg.StatusNotAcceptableHere)
	}
	if err := s.Ack(ctx); err != nil {
		return fmt.Errorf("sip: ack: %w", err)
	}
	return nil
}

// hangUp ends a dialog that nobody wants.
func (t *Trunk) hangUp(s *sipgo.DialogClientSession) {
	ctx, cancel := context.WithTimeout(context.Background(), requestWithin)
	defer cancel()
	err := s.Ack(ctx)
	if err == nil {
		err = s.Bye(ctx)
	}
	if err != nil {
		t.o.Log.Debug("sip.bye", "error", err)
	}
}
