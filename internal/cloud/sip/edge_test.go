package sip_test

import (
	"bytes"
	"net"
	"testing"
	"time"

	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/sip"
)

// say writes raw bytes to the trunk and returns the first answer, empty for none
// within a moment.
func say(t *testing.T, network, address, text string) string {
	t.Helper()
	conn := must(net.Dial(network, address))(t)
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, _ := conn.Read(buf)
	line, _, _ := bytes.Cut(buf[:n], []byte("\r\n"))
	return string(line)
}

const ping = "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK-p\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n" +
	"Call-ID: ping\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

func TestGarbageDoesNoHarm(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, text := range []string{
		"\x00\x01\x02", "GET / HTTP/1.1\r\n\r\n", "INVITE sip:x SIP/2.0\r\n\r\n",
		"BYE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK-q\r\nCSeq: 1 BYE\r\n\r\n",
	} {
		for _, network := range []string{"udp", "tcp"} {
			if line := say(t, network, f.trunk.Address(), text); line != "" && line != "SIP/2.0 400 Bad Request" && line != "SIP/2.0 400 A header is missing" {
				t.Errorf("%q over %s: %s", text, network, line)
			}
		}
	}
	if line := say(t, "udp", f.trunk.Address(), ping); line != "SIP/2.0 200 OK" {
		t.Errorf("OPTIONS afterwards: %q", line)
	}
}

func TestATrunkThatIsOutOfOrderCannotBeReached(t *testing.T) {
	t.Parallel()
	f := start(t, func(o *sip.Options) { o.Transport = "tcp" })
	// The trunk is a port at which nothing listens.
	closed := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	port := closed.Addr().(*net.TCPAddr).Port
	_ = closed.Close()
	f.route("", port)
	if leg := f.leg(f.dial(agent, nil).ID, "ended"); leg.Code != 480 {
		t.Errorf("%+v", leg)
	}
}

func TestATrunkMayAskForThePassword(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	f.route("", p.ports["udp"])
	accepted := make(chan *call, 1)
	p.answer = func(c *call) {
		h := c.request.GetHeader("Authorization")
		if h == nil {
			res := sipmsg.NewResponseFromRequest(c.request, 401, "Unauthorized", nil)
			res.AppendHeader(header("WWW-Authenticate", `Digest realm="carrier", nonce="abc", algorithm=MD5, qop="auth"`))
			_ = c.server.WriteResponse(res)
			return
		}
		if !bytes.Contains([]byte(h.Value()), []byte(`username="`+sipUser+`"`)) {
			t.Errorf("%s", h.Value())
		}
		accepted <- c
		c.accept("PCMU")
	}
	leg := f.leg(f.dial(agent, nil).ID, "connected")
	f.control("POST", "/legs/"+leg.ID+"/hangup", nil, 204, nil)
	(<-accepted).over()
}
