// Package sip is the SIP trunk of the local cloud: any SIP phone, PBX or carrier
// calls the numbers of communication resources, and is called by them, over UDP,
// TCP and TLS (RFC 3261) with G.711 or G.722 by RTP and telephone events of
// RFC 4733. It holds the dialogs with their sound and the registrations of phones.
// Which trunk takes a call is for Azure's SIP routing to say (Routes); what is in
// a call, for the call server.
package sip

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/calling"
	"guichet/internal/platform/clock"
)

// Calls places the calls that come in.
type Calls interface {
	Dial(o calling.Offer, line calling.Line, within time.Duration) *calling.Leg
}

// Lines knows the numbers that services own.
type Lines interface {
	Line(number string) (acs.Line, bool)
}

// Routes says which trunks take a service's call to a number, in order.
type Routes interface {
	Trunks(ctx context.Context, serviceID, number string) ([]acs.Trunk, error)
}

// Options of New; all but those with a default are required.
type Options struct {
	// Listen is the host:port of UDP and TCP; TLS is on the next port. Port 0 picks
	// free ones.
	Listen string
	// RTP is the range of ports for sound, as 20000-20999; any when empty.
	RTP string
	// User and Password are what callers must have, and what trunks are given that
	// ask for it.
	User, Password string
	// Transport is how trunks are reached, udp (when empty), tcp or tls. A trunk on
	// port 5061 is always reached over TLS.
	Transport string

	Clock  clock.Clock
	Log    *slog.Logger
	Calls  Calls
	Lines  Lines
	Routes Routes
	// Certificate is that of the TLS port; Roots are the authorities that the
	// certificates of trunks may come from.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	Roots       *x509.CertPool
}

// maxDialogs bounds the calls at one time.
const maxDialogs = 500

// maxMessage is the longest message sent over UDP: an INVITE with a whole custom
// calling context. The library's own limit is that of one Ethernet frame.
const maxMessage = 4096

func init() {
	sipmsg.UDPMTUSize = maxMessage + 200
	// The library would log whole messages, and with them numbers and credentials.
	sipmsg.SetDefaultLogger(quiet)
}

var quiet = slog.New(slog.DiscardHandler)

// Trunk is the SIP side of the call server. Its addresses are taken when New
// returns; Run makes it answer.
type Trunk struct {
	o       Options
	doorman *doorman
	phones  *registrar
	ports   *ports

	ip     netip.Addr
	udp    *net.UDPConn
	tcp    net.Listener
	tls    net.Listener
	ua     *sipgo.UserAgent
	server *sipgo.Server
	client *sipgo.Client

	// ready is closed when Run answers, stopping when it ends; work is what Run waits for.
	ready    chan struct{}
	stopping chan struct{}
	work     sync.WaitGroup

	mu      sync.Mutex
	stopped bool
	dialogs map[string]*dialog
}

// New takes the addresses. The caller calls Run or Close.
func New(o Options) (*Trunk, error) {
	if o.Calls == nil || o.Lines == nil || o.Routes == nil || o.Certificate == nil || o.User == "" || o.Password == "" {
		return nil, errors.New("sip: calls, lines, routes, a certificate, a user and a password are required")
	}
	o.Transport = strings.ToLower(o.Transport)
	switch o.Transport {
	case "":
		o.Transport = "udp"
	case "udp", "tcp", "tls":
	default:
		return nil, fmt.Errorf("sip: %q is no transport: it is udp, tcp or tls", o.Transport)
	}
	first, last, err := rangeOf(o.RTP)
	if err != nil {
		return nil, err
	}
	t := &Trunk{
		o: o, doorman: newDoorman(o.Clock, o.User, o.Password), phones: newRegistrar(o.Clock),
		ready: make(chan struct{}), stopping: make(chan struct{}), dialogs: map[string]*dialog{},
	}
	if err := t.listen(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	t.ports = &ports{ip: t.ip, first: first, last: last}
	if err := t.agent(); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

// pairs is how often a free port is looked for that UDP and TCP both have.
const pairs = 20

func (t *Trunk) listen() error {
	addr, err := net.ResolveUDPAddr("udp", t.o.Listen)
	if err != nil {
		return fmt.Errorf("sip: %s is not an address: %w", t.o.Listen, err)
	}
	for try := 1; ; try++ {
		if t.udp, err = net.ListenUDP("udp", addr); err != nil {
			return fmt.Errorf("sip: %w", err)
		}
		own := t.udp.LocalAddr().(*net.UDPAddr)
		t.ip = own.AddrPort().Addr().Unmap()
		if t.tcp, err = net.Listen("tcp", own.String()); err == nil {
			break
		}
		_ = t.udp.Close()
		if addr.Port != 0 || try == pairs {
			return fmt.Errorf("sip: %w", err)
		}
	}
	secure := *addr
	if secure.Port != 0 {
		secure.Port++
	}
	t.tls, err = tls.Listen("tcp", secure.String(), &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: t.o.Certificate})
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	return nil
}

func (t *Trunk) agent() error {
	var err error
	t.ua, err = sipgo.NewUA(
		sipgo.WithUserAgent("Guichet"), sipgo.WithUserAgentHostname(hostOf(t.ip)),
		sipgo.WithUserAgenTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.o.Roots}),
		sipgo.WithUserAgentTransportLayerOptions(sipmsg.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sipmsg.WithTransactionLayerLogger(quiet)),
	)
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	if t.server, err = sipgo.NewServer(t.ua, sipgo.WithServerLogger(quiet)); err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	if t.client, err = sipgo.NewClient(t.ua, sipgo.WithClientLogger(quiet), sipgo.WithClientNAT()); err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	for method, handle := range map[sipmsg.RequestMethod]func(*sipmsg.Request, sipmsg.ServerTransaction){
		sipmsg.INVITE: t.invite, sipmsg.ACK: t.acked, sipmsg.BYE: t.byed, sipmsg.CANCEL: t.outside, sipmsg.REGISTER: t.register,
		sipmsg.OPTIONS: t.options, sipmsg.REFER: t.refer, sipmsg.INFO: t.info, sipmsg.NOTIFY: t.outside,
	} {
		t.server.OnRequest(method, t.guarded(handle))
	}
	t.server.OnNoRoute(t.guarded(func(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
		res := sipmsg.NewResponseFromRequest(req, sipmsg.StatusMethodNotAllowed, "Method Not Allowed", nil)
		res.AppendHeader(sipmsg.NewHeader("Allow", allowed))
		t.send(tx, res)
	}))
	return nil
}

const allowed = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, REFER, INFO"

// guarded keeps Run waiting for a handler, and refuses requests that lack what
// every request has (RFC 3261, 8.1.1).
func (t *Trunk) guarded(h sipgo.RequestHandler) sipgo.RequestHandler {
	return func(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
		if !t.enter() {
			t.respond(req, tx, sipmsg.StatusServiceUnavailable, "Service Unavailable")
			return
		}
		defer t.work.Done()
		if req.From() == nil || req.To() == nil || req.CallID() == nil || req.CSeq() == nil || req.Via() == nil {
			if !req.IsAck() {
				t.respond(req, tx, sipmsg.StatusBadRequest, "A header is missing")
			}
			return
		}
		h(req, tx)
	}
}

// enter is the beginning of work that Run waits for; false when Run has ended.
func (t *Trunk) enter() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopped {
		t.work.Add(1)
	}
	return !t.stopped
}

// Run answers until ctx ends; then every call is ended. It may be called once.
func (t *Trunk) Run(ctx context.Context) error {
	var serving sync.WaitGroup
	serving.Go(func() { _ = t.server.ServeUDP(t.udp) })
	serving.Go(func() { _ = t.server.ServeTCP(t.tcp) })
	serving.Go(func() { _ = t.server.ServeTLS(t.tls) })
	t.begin(ctx)
	<-ctx.Done()
	t.mu.Lock()
	t.stopped = true
	t.mu.Unlock()
	close(t.stopping)

	// Calls are ended with a BYE while the peers can still be spoken to; what waits
	// for a peer that is gone ends with the transactions.
	idle := make(chan struct{})
	go func() {
		t.work.Wait()
		close(idle)
	}()
	limit := time.NewTimer(requestWithin)
	defer limit.Stop()
	select {
	case <-idle:
	case <-limit.C:
	}
	err := t.Close()
	<-idle
	serving.Wait()
	return err
}

// begin lets calls out once the library knows the socket that they go out by; it
// would try to take the address anew.
func (t *Trunk) begin(ctx context.Context) {
	defer close(t.ready)
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if c, err := t.ua.TransportLayer().GetConnection("udp", t.udp.LocalAddr().String()); err == nil && c != nil {
			_, _ = c.TryClose()
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// Close gives back what New took, for a trunk that is never run.
func (t *Trunk) Close() error {
	var errs []error
	closeOne := func(c io.Closer) {
		if err := c.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if t.ua != nil {
		_ = t.ua.Close()
	}
	if t.udp != nil {
		closeOne(t.udp)
	}
	if t.tcp != nil {
		closeOne(t.tcp)
	}
	if t.tls != nil {
		closeOne(t.tls)
	}
	return errors.Join(errs...)
}

// Address is host:port of UDP and TCP.
func (t *Trunk) Address() string { return t.tcp.Addr().String() }

// SecureAddress is host:port of TLS.
func (t *Trunk) SecureAddress() string { return t.tls.Addr().String() }

// localTo is our address as a peer sees it.
func (t *Trunk) localTo(peer string) netip.Addr {
	if !t.ip.IsUnspecified() {
		return t.ip
	}
	// No packet is sent: the system is asked which address it would use.
	conn, err := net.Dial("udp", peer)
	if err != nil {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	defer func() { _ = conn.Close() }()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}

func hostOf(ip netip.Addr) string {
	if ip.Is6() {
		return "[" + ip.String() + "]"
	}
	return ip.String()
}

// contactFor is where a peer reaches us by a transport.
func (t *Trunk) contactFor(transport, peer string) *sipmsg.ContactHeader {
	at := t.tcp.Addr()
	if strings.EqualFold(transport, "tls") {
		at = t.tls.Addr()
	}
	h := &sipmsg.ContactHeader{Address: sipmsg.Uri{
		Scheme: "sip", User: "guichet", Host: hostOf(t.localTo(peer)), Port: at.(*net.TCPAddr).Port,
	}}
	if !strings.EqualFold(transport, "udp") {
		h.Address.UriParams.Add("transport", strings.ToLower(transport))
	}
	return h
}

// dialogUA is the library's agent for one dialog.
func (t *Trunk) dialogUA(transport, peer string) *sipgo.DialogUA {
	// Requests within the dialog go where the peer's come from: it may be behind NAT.
	return &sipgo.DialogUA{Client: t.client, ContactHDR: *t.contactFor(transport, peer), RewriteContact: true}
}

func tagOf(params sipmsg.HeaderParams) string {
	tag, _ := params.Get("tag")
	return tag
}

// keyOf names a dialog by its call and our tag.
func keyOf(callID *sipmsg.CallIDHeader, tag string) string { return callID.Value() + "\x00" + tag }

func (t *Trunk) add(d *dialog, key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d.key = key
	t.dialogs[key] = d
}

func (t *Trunk) forget(d *dialog) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.dialogs, d.key)
}

// within is the dialog of a request.
func (t *Trunk) within(req *sipmsg.Request) *dialog {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dialogs[keyOf(req.CallID(), tagOf(req.To().Params))]
}

// crowded says that no more calls are taken.
func (t *Trunk) crowded() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.dialogs) >= maxDialogs
}

func (t *Trunk) send(tx sipmsg.ServerTransaction, res *sipmsg.Response) {
	if err := tx.Respond(res); err != nil {
		t.o.Log.Debug("sip.respond", "status", res.StatusCode, "error", err)
	}
}

func (t *Trunk) respond(req *sipmsg.Request, tx sipmsg.ServerTransaction, status int, reason string) {
	t.send(tx, sipmsg.NewResponseFromRequest(req, status, reason, nil))
}

// acked passes an ACK on to its dialog.
func (t *Trunk) acked(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	d := t.within(req)
	if d == nil {
		return
	}
	d.ack(req)
	if s, ok := d.session.(*sipgo.DialogServerSession); ok {
		// An ACK of another request than the first is none of its business.
		_ = s.ReadAck(req, tx)
	}
}

// byed ends a dialog.
func (t *Trunk) byed(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	d := t.within(req)
	if d == nil {
		t.outside(req, tx)
		return
	}
	if err := d.session.ReadBye(req, tx); err != nil {
		t.respond(req, tx, sipmsg.StatusInternalServerError, "The sequence number is not the next")
	}
}

// outside answers a request within a dialog that there is not.
func (t *Trunk) outside(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	t.respond(req, tx, sipmsg.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist")
}

// options answers who asks whether anybody is there.
func (t *Trunk) options(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	res := sipmsg.NewResponseFromRequest(req, sipmsg.StatusOK, "OK", nil)
	res.AppendHeader(sipmsg.NewHeader("Allow", allowed))
	res.AppendHeader(sipmsg.NewHeader("Accept", "application/sdp"))
	t.send(tx, res)
}

// info takes keys from phones that send them so (application/dtmf-relay).
func (t *Trunk) info(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	d := t.within(req)
	if d == nil {
		t.outside(req, tx)
		return
	}
	if h := req.ContentType(); h == nil || !strings.EqualFold(h.Value(), "application/dtmf-relay") {
		t.respond(req, tx, sipmsg.StatusUnsupportedMediaType, "Unsupported Media Type")
		return
	}
	for line := range strings.SplitSeq(string(req.Body()), "\n") {
		name, value, _ := strings.Cut(line, "=")
		if value = strings.TrimSpace(value); strings.EqualFold(strings.TrimSpace(name), "Signal") && len(value) == 1 {
			d.leg.Press(value[0])
			t.respond(req, tx, sipmsg.StatusOK, "OK")
			return
		}
	}
	t.respond(req, tx, sipmsg.StatusBadRequest, "No signal")
}
