package sip

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"guichet/internal/cloud/calling"
	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
	"guichet/internal/platform/audio/rtpaudio"
	"guichet/internal/platform/clock"
)

const (
	// toneHeld is how long a key is pressed that we send.
	toneHeld  = 120 * time.Millisecond
	tonePause = 80 * time.Millisecond
	toneLevel = -13
	// maxTones bounds the keys that wait as sound: ten seconds.
	maxTones = 10 * audio.SampleRate
	// latchedFor is for how long the source of a stream is kept although nothing
	// comes from it: only then may another take its place.
	latchedFor = 2 * time.Second
	maxPacket  = 2048
)

// voice is the RTP of one call. The beat of the call drives it: each frame that
// is played is a packet out and a frame in.
type voice struct {
	conn  *net.UDPConn
	clock clock.Clock
	addr  netip.AddrPort
	id    uint64

	mu      sync.Mutex
	leg     *calling.Leg
	version uint64
	// said is our latest description, dir its direction.
	said local
	dir  direction
	// format and event are what is spoken now.
	format   format
	event    uint8
	events   bool
	sender   *rtpaudio.Sender
	receiver *rtpaudio.Receiver
	detector *dtmf.Detector
	digits   []byte
	// remote is where packets go: where the peer said, then where its packets come
	// from.
	remote  netip.AddrPort
	latched bool
	heardAt time.Time
	packet  []byte
	in      audio.Frame
	// tones is what is still to be sent of keys as sound, out a frame of it.
	tones []int16
	out   audio.Frame
	// pressed are keys that were heard in the sound.
	pressed chan byte
}

func newVoice(conn *net.UDPConn, ip netip.Addr, c clock.Clock) *voice {
	port := conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	return &voice{
		conn: conn, clock: c, addr: netip.AddrPortFrom(ip, port), id: uint64(rand.Uint32()), dir: sendrecv,
		packet: make([]byte, 0, maxPacket), pressed: make(chan byte, 32), heardAt: c.Now(),
	}
}

// offered is our offer.
func (v *voice) offered() []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.version == 0 {
		v.version, v.said = 1, offer(v.addr, v.id)
	}
	return v.said.text()
}

// accept takes a peer's offer and returns our answer.
func (v *voice) accept(d description) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.version++
	v.said = answer(v.addr, v.id, v.version, d)
	if err := v.agree(d, v.said.dir); err != nil {
		return nil, err
	}
	return v.said.text(), nil
}

// agreed takes a peer's answer to our offer.
func (v *voice) agreed(d description) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.agree(d, d.dir.mirrored())
}

func (v *voice) agree(d description, dir direction) error {
	f := d.formats[0]
	if v.sender == nil || f != v.format || d.event != v.event || d.events != v.events {
		codec, err := rtpaudio.NewCodec(f.name)
		if err != nil {
			return fmt.Errorf("sip: %w", err)
		}
		codec.PayloadType = f.pt
		// A payload type that is never sent, when there are no events.
		event := uint8(0x7f)
		v.detector = dtmf.NewDetector()
		if d.events {
			event, v.detector = d.event, nil
		}
		v.format, v.event, v.events = f, d.event, d.events
		v.sender = rtpaudio.NewSender(codec, event, rand.Uint32(), uint16(rand.Uint32()), rand.Uint32())
		v.receiver = rtpaudio.NewReceiver(codec, event, rtpaudio.DefaultDepth)
	}
	v.dir = dir
	if d.addr.IsValid() {
		v.remote = d.addr
	}
	v.latched, v.heardAt = false, v.clock.Now()
	return nil
}

// begin gives the sound a leg to go to.
func (v *voice) begin(leg *calling.Leg) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.leg = leg
}

// silentFor is how long nothing has come although something should.
func (v *voice) silentFor() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.dir.receives() {
		return 0
	}
	return v.clock.Now().Sub(v.heardAt)
}

// read takes packets until the socket is closed.
func (v *voice) read() {
	buf := make([]byte, maxPacket)
	for {
		n, from, err := v.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			close(v.pressed)
			return
		}
		leg, key := v.take(buf[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		if leg != nil && key != 0 {
			leg.Press(key)
		}
	}
}

// press presses the keys that were heard in the sound.
func (v *voice) press() {
	for key := range v.pressed {
		v.mu.Lock()
		leg := v.leg
		v.mu.Unlock()
		if leg != nil {
			leg.Press(key)
		}
	}
}

// take takes a packet, and with the first one its source for the peer's address:
// what peers say of themselves is often wrong.
func (v *voice) take(b []byte, from netip.AddrPort) (*calling.Leg, byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.clock.Now()
	if v.receiver == nil || len(b) < 12 || b[0]>>6 != 2 || isRTCP(b[1]) || v.latched && from != v.remote && now.Sub(v.heardAt) < latchedFor {
		return nil, 0
	}
	key, err := v.receiver.Packet(b)
	if err != nil {
		return nil, 0
	}
	v.remote, v.latched, v.heardAt = from, true, now
	if !v.dir.receives() || !key.Pressed {
		return nil, 0
	}
	return v.leg, key.Digit
}

// isRTCP tells RTCP on the same port by its packet type (RFC 5761, 4).
func isRTCP(second byte) bool { return second >= 192 && second <= 223 }

// play sends 20 ms, and has the leg hear the next 20 ms of the peer.
func (v *voice) play(f *audio.Frame) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sender == nil {
		return
	}
	if len(v.tones) > 0 {
		v.out = audio.Frame{}
		v.tones = v.tones[copy(v.out[:], v.tones):]
		f = &v.out
	}
	if v.dir.sends() && v.remote.IsValid() {
		if packet, err := v.sender.Append(v.packet[:0], f); err == nil {
			// A packet that cannot be sent is lost, as any other.
			_, _ = v.conn.WriteToUDPAddrPort(packet, v.remote)
		}
	} else {
		v.sender.Skip()
	}
	if !v.dir.receives() || v.leg == nil {
		return
	}
	v.receiver.Frame(&v.in)
	v.leg.Speak(&v.in)
	if v.detector == nil {
		return
	}
	v.digits = v.detector.Append(v.digits[:0], v.in[:])
	for _, digit := range v.digits {
		select {
		case v.pressed <- digit:
		default:
		}
	}
}

// tone has the peer receive a key: as an event, or as sound if it takes none.
func (v *voice) tone(digit byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.sender == nil:
	case v.events:
		// It is refused only when a minute of keys waits already.
		_ = v.sender.Press(digit, toneHeld)
	case len(v.tones) < maxTones:
		if tones, err := dtmf.AppendDigits(v.tones, string(rune(digit)), toneHeld, tonePause, toneLevel); err == nil {
			v.tones = tones
		}
	}
}

// ports hands out the sockets of calls.
type ports struct {
	ip          netip.Addr
	first, last uint16

	mu   sync.Mutex
	next uint16
}

// open takes a free even port of the range, or any where there is no range.
func (p *ports) open() (*net.UDPConn, error) {
	if p.first == 0 {
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.ip, 0)))
		if err != nil {
			return nil, fmt.Errorf("sip: RTP port: %w", err)
		}
		return conn, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var last error
	for range (int(p.last)-int(p.first))/2 + 1 {
		if p.next < p.first || p.next > p.last {
			p.next = p.first + p.first%2
		}
		port := p.next
		p.next += 2
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.ip, port)))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, fmt.Errorf("sip: no RTP port is free: %w", last)
}

// rangeOf reads FIRST-LAST; empty is no range.
func rangeOf(text string) (first, last uint16, err error) {
	if text == "" {
		return 0, 0, nil
	}
	var a, b uint16
	if n, err := fmt.Sscanf(text, "%d-%d", &a, &b); n != 2 || err != nil || a < 1024 || b < a+1 || fmt.Sprintf("%d-%d", a, b) != text {
		return 0, 0, fmt.Errorf("sip: %q is no range of ports as 20000-20999", text)
	}
	return a, b, nil
}
