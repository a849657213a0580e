package sip_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
	"guichet/internal/platform/audio/rtpaudio"
)

// peer is a telephone of another make: the library's agent, and sound of its own.
type peer struct {
	t      *testing.T
	client *sipgo.Client
	ports  map[string]int
	// answer decides what happens to a call that comes in.
	mu     sync.Mutex
	answer func(c *call)
	calls  map[string]*call
	refers chan string
}

// call is one of its calls.
type call struct {
	p       *peer
	server  *sipgo.DialogServerSession
	client  *sipgo.DialogClientSession
	request *sipmsg.Request
	sound   *sound
	ended   chan struct{}
}

func newPeer(t *testing.T, f *fixture) *peer {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	p := &peer{t: t, ports: map[string]int{}, calls: map[string]*call{}, refers: make(chan string, 10)}
	ua := must(sipgo.NewUA(sipgo.WithUserAgent("peer"), sipgo.WithUserAgentHostname("127.0.0.1"),
		sipgo.WithUserAgenTLSConfig(&tls.Config{RootCAs: f.roots}),
		sipgo.WithUserAgentTransportLayerOptions(sipmsg.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sipmsg.WithTransactionLayerLogger(quiet))))(t)
	server := must(sipgo.NewServer(ua, sipgo.WithServerLogger(quiet)))(t)
	p.client = must(sipgo.NewClient(ua, sipgo.WithClientLogger(quiet), sipgo.WithClientNAT()))(t)
	server.OnInvite(p.invited)
	server.OnAck(func(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
		if c := p.find(req); c != nil && c.server != nil {
			_ = c.server.ReadAck(req, tx)
		}
	})
	server.OnBye(func(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
		c := p.find(req)
		if c == nil {
			_ = tx.Respond(sipmsg.NewResponseFromRequest(req, 481, "No", nil))
			return
		}
		if c.server != nil {
			_ = c.server.ReadBye(req, tx)
		} else {
			_ = c.client.ReadBye(req, tx)
		}
	})
	server.OnNotify(func(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
		line, _, _ := strings.Cut(string(req.Body()), "\r\n")
		p.refers <- line
		_ = tx.Respond(sipmsg.NewResponseFromRequest(req, 200, "OK", nil))
	})
	udp := must(net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}))(t)
	tcp := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	certificate, roots := issue(t)
	secure := must(tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}}))(t)
	_ = roots
	p.ports["udp"] = udp.LocalAddr().(*net.UDPAddr).Port
	p.ports["tcp"] = tcp.Addr().(*net.TCPAddr).Port
	p.ports["tls"] = secure.Addr().(*net.TCPAddr).Port
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.ServeUDP(udp) })
	serving.Go(func() { _ = server.ServeTCP(tcp) })
	serving.Go(func() { _ = server.ServeTLS(secure) })
	until(t, "the peer listens", func() (struct{}, bool) {
		c, err := ua.TransportLayer().GetConnection("udp", udp.LocalAddr().String())
		return struct{}{}, err == nil && c != nil
	})
	t.Cleanup(func() {
		p.mu.Lock()
		for _, c := range p.calls {
			c.sound.stop()
		}
		p.mu.Unlock()
		_ = ua.Close()
		_ = udp.Close()
		_ = tcp.Close()
		_ = secure.Close()
		serving.Wait()
	})
	return p
}

func (p *peer) find(req *sipmsg.Request) *call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[req.CallID().Value()]
}

func (p *peer) ua(transport string) *sipgo.DialogUA {
	return &sipgo.DialogUA{Client: p.client, RewriteContact: true, ContactHDR: sipmsg.ContactHeader{Address: sipmsg.Uri{
		Scheme: "sip", User: "peer", Host: "127.0.0.1", Port: p.ports[transport], UriParams: sipmsg.HeaderParams{{K: "transport", V: transport}},
	}}}
}

// dialling is what a peer's call says.
type dialling struct {
	transport, codec, from, to, password string
	headers                              []sipmsg.Header
	body                                 []byte
}

func (p *peer) invitation(f *fixture, d dialling, s *sound) (*sipmsg.Request, string) {
	address := f.trunk.Address()
	if d.transport == "tls" {
		address = f.trunk.SecureAddress()
	}
	host, text, _ := net.SplitHostPort(address)
	port, _ := strconv.Atoi(text)
	req := sipmsg.NewRequest(sipmsg.INVITE, sipmsg.Uri{Scheme: "sip", User: d.to, Host: host, Port: port,
		UriParams: sipmsg.HeaderParams{{K: "transport", V: d.transport}}})
	req.SetTransport(strings.ToUpper(d.transport))
	if d.transport == "udp" {
		req.Laddr = sipmsg.Addr{IP: net.IPv4(127, 0, 0, 1), Port: p.ports["udp"]}
	}
	from := &sipmsg.FromHeader{DisplayName: "Ada", Address: sipmsg.Uri{Scheme: "sip", User: d.from, Host: "127.0.0.1"}}
	from.Params.Add("tag", sipmsg.GenerateTagN(16))
	req.AppendHeader(from)
	for _, h := range d.headers {
		req.AppendHeader(h)
	}
	if d.body == nil {
		d.body = s.describe(d.codec, "sendrecv")
	}
	req.AppendHeader(sipmsg.NewHeader("Content-Type", "application/sdp"))
	req.SetBody(d.body)
	return req, address
}

// dial calls; the error is the refusal.
func (p *peer) dial(ctx context.Context, f *fixture, d dialling) (*call, error) {
	p.t.Helper()
	if d.password == "" {
		d.password = sipPass
	}
	s := newSound(p.t)
	req, _ := p.invitation(f, d, s)
	session, err := p.ua(d.transport).WriteInvite(ctx, req)
	c := &call{p: p, client: session, sound: s, ended: make(chan struct{})}
	if err != nil {
		s.stop()
		return nil, err
	}
	p.mu.Lock()
	p.calls[req.CallID().Value()] = c
	p.mu.Unlock()
	if err := session.WaitAnswer(ctx, sipgo.AnswerOptions{Username: sipUser, Password: d.password}); err != nil {
		s.stop()
		return nil, err
	}
	if err := session.Ack(ctx); err != nil {
		p.t.Fatal(err)
	}
	s.begin(d.codec, session.InviteResponse.Body())
	return c, nil
}

func (c *call) context() context.Context {
	if c.server != nil {
		return c.server.Context()
	}
	return c.client.Context()
}

// over waits for the far end's BYE.
func (c *call) over() {
	c.p.t.Helper()
	select {
	case <-c.context().Done():
	case <-time.After(10 * time.Second):
		c.p.t.Fatal("nobody hung up")
	}
}

func (c *call) hangUp() {
	c.p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var err error
	if c.server != nil {
		err = c.server.Bye(ctx)
	} else {
		err = c.client.Bye(ctx)
	}
	if err != nil {
		c.p.t.Fatal(err)
	}
}

// request sends a request within the dialog.
func (c *call) ask(method sipmsg.RequestMethod, contentType string, body []byte, headers ...sipmsg.Header) *sipmsg.Response {
	c.p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req := sipmsg.NewRequest(method, *c.client.InviteResponse.Contact().Address.Clone())
	if contentType != "" {
		req.AppendHeader(sipmsg.NewHeader("Content-Type", contentType))
	}
	for _, h := range headers {
		req.AppendHeader(h)
	}
	req.SetBody(body)
	res, err := c.client.Do(ctx, req)
	if err != nil {
		c.p.t.Fatal(err)
	}
	if method == sipmsg.INVITE && res.IsSuccess() {
		ack := sipmsg.NewRequest(sipmsg.ACK, *res.Contact().Address.Clone())
		if err := c.client.WriteRequest(ack); err != nil {
			c.p.t.Fatal(err)
		}
	}
	return res
}

// invited takes a call.
func (p *peer) invited(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	transport := strings.ToLower(req.Transport())
	session, err := p.ua(transport).ReadInvite(req, tx)
	if err != nil {
		return
	}
	c := &call{p: p, server: session, request: req, sound: newSound(p.t), ended: make(chan struct{})}
	p.mu.Lock()
	p.calls[req.CallID().Value()] = c
	answer := p.answer
	p.mu.Unlock()
	answer(c)
}

// accept answers a call and keeps it.
func (c *call) accept(codec string) {
	c.sound.begin(codec, c.request.Body())
	if err := c.server.RespondSDP(c.sound.describe(codec, "sendrecv")); err == nil {
		<-c.server.Context().Done()
	}
}

// sound is the RTP of a peer: it says what it is given and keeps what it hears.
type sound struct {
	t    *testing.T
	conn *net.UDPConn

	mu      sync.Mutex
	say     []int16
	heard   []int16
	keys    []byte
	version int
	packets int
	sender  *rtpaudio.Sender
	done    chan struct{}
	once    sync.Once
	work    sync.WaitGroup
}

func newSound(t *testing.T) *sound {
	t.Helper()
	return &sound{t: t, conn: must(net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}))(t), done: make(chan struct{})}
}

var payloadTypes = map[string]int{"PCMU": 0, "PCMA": 8, "G722": 9}

// describe is the SDP. Its address is wrong on purpose: peers lie, and are to be
// answered where they are.
func (s *sound) describe(codec, direction string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	pt := payloadTypes[codec]
	return fmt.Appendf(nil, "v=0\r\no=peer 1 %d IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"+
		"m=audio %d RTP/AVP %d 101\r\na=rtpmap:%d %s/8000\r\na=rtpmap:101 telephone-event/8000\r\na=%s\r\n",
		s.version, 9, pt, pt, codec, direction)
}

// begin speaks with who described itself so.
func (s *sound) begin(codec string, description []byte) {
	port := 0
	for line := range strings.SplitSeq(string(description), "\r\n") {
		if rest, ok := strings.CutPrefix(line, "m=audio "); ok {
			port, _ = strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	remote := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	speaking, hearing := must(rtpaudio.NewCodec(codec))(s.t), must(rtpaudio.NewCodec(codec))(s.t)
	receiver := rtpaudio.NewReceiver(hearing, 101, rtpaudio.DefaultDepth)
	s.mu.Lock()
	s.sender = rtpaudio.NewSender(speaking, 101, 77, 1, 1)
	s.mu.Unlock()
	s.work.Go(func() {
		buf := make([]byte, 2000)
		for {
			n, err := s.conn.Read(buf)
			if err != nil {
				return
			}
			key, err := receiver.Packet(buf[:n])
			s.mu.Lock()
			s.packets++
			if err == nil && key.Pressed {
				s.keys = append(s.keys, key.Digit)
			}
			s.mu.Unlock()
		}
	})
	s.work.Go(func() {
		tick := time.NewTicker(audio.FrameDuration)
		defer tick.Stop()
		var in, out audio.Frame
		var packet []byte
		for {
			select {
			case <-s.done:
				return
			case <-tick.C:
			}
			s.mu.Lock()
			out = audio.Frame{}
			s.say = s.say[copy(out[:], s.say):]
			packet, _ = s.sender.Append(packet[:0], &out)
			if receiver.Frame(&in) {
				s.heard = append(s.heard, in[:]...)
			}
			s.mu.Unlock()
			_, _ = s.conn.WriteToUDP(packet, remote)
		}
	})
}

func (s *sound) stop() {
	s.once.Do(func() {
		close(s.done)
		_ = s.conn.Close()
	})
	s.work.Wait()
}

func (s *sound) speak(samples []int16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say = append(s.say, samples...)
}

func (s *sound) press(digits string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range []byte(digits) {
		if err := s.sender.Press(d, 100*time.Millisecond); err != nil {
			s.t.Error(err)
		}
	}
}

func (s *sound) pressed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.keys)
}

func (s *sound) received() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.packets
}

// hears says whether the loudest pitch of the latest half second is the one given.
func hears(samples []int16, frequency float64) bool {
	const n = audio.SampleRate / 2
	if len(samples) < n {
		return false
	}
	samples = samples[len(samples)-n:]
	pattern := dtmf.AppendTones(nil, 40*time.Millisecond, -6, frequency)
	best, _ := audio.Correlation(samples[n/2:n/2+3*len(pattern)], pattern)
	return audio.Level(samples) > -40 && (best > 0.9 || best < -0.9)
}

func (s *sound) hears(frequency float64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return hears(s.heard, frequency)
}

func pitch(d time.Duration, frequency float64) []int16 {
	return dtmf.AppendTones(nil, d, -10, frequency)
}

// detected are the keys in the sound that was heard.
func (s *sound) detected() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(dtmf.NewDetector().Append(nil, s.heard))
}
