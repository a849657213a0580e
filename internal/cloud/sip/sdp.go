package sip

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"guichet/internal/platform/audio/rtpaudio"
)

// Bounds of a session description.
const (
	maxSDP      = 16 << 10
	maxSDPLines = 400
	maxMedia    = 8
	maxFormats  = 64
)

// direction is what a stream carries, as its describer sees it (RFC 4566, 6).
type direction string

const (
	sendrecv direction = "sendrecv"
	sendonly direction = "sendonly"
	recvonly direction = "recvonly"
	inactive direction = "inactive"
)

func (d direction) sends() bool    { return d == sendrecv || d == sendonly }
func (d direction) receives() bool { return d == sendrecv || d == recvonly }

// mirrored is the answer to a direction (RFC 3264, 6.1).
func (d direction) mirrored() direction {
	switch d {
	case sendonly:
		return recvonly
	case recvonly:
		return sendonly
	}
	return d
}

// format is an encoding under its payload type.
type format struct {
	pt   uint8
	name string
}

// ours are the encodings that are spoken, the best first.
var ours = []format{{9, "G722"}, {0, "PCMU"}, {8, "PCMA"}}

// description is what matters of a peer's SDP: its first stream of plain RTP
// voice.
type description struct {
	// addr is where the peer wants to be sent to. It is not valid when the peer
	// gave a name: what it sends then shows where it is.
	addr netip.AddrPort
	dir  direction
	// formats are those of ours, in the peer's order.
	formats []format
	// event is the payload type of telephone events, if events says that there are any.
	event  uint8
	events bool
	// lines are the m= lines of the offer, audio the index of the one that is meant.
	lines []string
	audio int
}

// Errors of a description: it cannot be read, or nothing in it is spoken here.
var (
	errSDP   = errors.New("sip: the session description cannot be read")
	errMedia = errors.New("sip: the session description has no voice that is spoken here")
)

// section is a media description while it is read.
type section struct {
	line    string
	port    int
	proto   string
	kind    string
	pts     []uint8
	names   map[uint8]string
	dir     direction
	host    string
	hasHost bool
}

// parseSDP reads a session description (RFC 4566).
func parseSDP(body []byte) (description, error) {
	if len(body) == 0 || len(body) > maxSDP {
		return description{}, errSDP
	}
	lines := strings.Split(string(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))), "\n")
	if len(lines) > maxSDPLines || lines[0] != "v=0" {
		return description{}, errSDP
	}
	session := section{dir: sendrecv}
	var media []*section
	at := &session
	for _, line := range lines[1:] {
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != '=' {
			return description{}, fmt.Errorf("%w: a line is not one", errSDP)
		}
		value := line[2:]
		var err error
		switch line[0] {
		case 'm':
			if len(media) == maxMedia {
				return description{}, fmt.Errorf("%w: too many streams", errSDP)
			}
			at = &section{line: value, dir: session.dir, names: map[uint8]string{}}
			media = append(media, at)
			err = at.media(value)
		case 'c':
			fields := strings.Fields(value)
			if len(fields) != 3 || fields[0] != "IN" {
				return description{}, fmt.Errorf("%w: c=", errSDP)
			}
			at.host, _, _ = strings.Cut(fields[2], "/")
			at.hasHost = true
		case 'a':
			err = at.attribute(value)
		}
		if err != nil {
			return description{}, err
		}
	}
	return choose(session, media)
}

// media reads an m= line.
func (s *section) media(value string) error {
	fields := strings.Fields(value)
	if len(fields) < 4 || len(fields) > 3+maxFormats {
		return fmt.Errorf("%w: m=", errSDP)
	}
	port, _, _ := strings.Cut(fields[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return fmt.Errorf("%w: m=", errSDP)
	}
	s.kind, s.port, s.proto = fields[0], int(n), fields[2]
	for _, f := range fields[3:] {
		if pt, err := strconv.ParseUint(f, 10, 7); err == nil {
			s.pts = append(s.pts, uint8(pt))
		}
	}
	return nil
}

// attribute reads what matters of an a= line.
func (s *section) attribute(value string) error {
	name, rest, _ := strings.Cut(value, ":")
	switch d := direction(name); d {
	case sendrecv, sendonly, recvonly, inactive:
		s.dir = d
		return nil
	}
	if name != "rtpmap" || s.names == nil {
		return nil
	}
	number, encoding, ok := strings.Cut(strings.TrimSpace(rest), " ")
	pt, err := strconv.ParseUint(number, 10, 7)
	if !ok || err != nil {
		return fmt.Errorf("%w: a=rtpmap", errSDP)
	}
	s.names[uint8(pt)] = strings.ToUpper(strings.TrimSpace(encoding))
	return nil
}

// choose takes the first stream of voice that can be answered.
func choose(session section, media []*section) (description, error) {
	d := description{audio: -1}
	for i, m := range media {
		d.lines = append(d.lines, m.line)
		if d.audio >= 0 || m.kind != "audio" || m.port == 0 || m.proto != "RTP/AVP" {
			continue
		}
		formats, event, events := m.spoken()
		if len(formats) == 0 {
			continue
		}
		d.audio, d.formats, d.event, d.events, d.dir = i, formats, event, events, m.dir
		host := m.host
		if !m.hasHost {
			host = session.host
		}
		if ip, err := netip.ParseAddr(host); err == nil {
			if ip.IsUnspecified() {
				// How phones put a call on hold before RFC 3264.
				d.dir = held(d.dir)
			} else {
				d.addr = netip.AddrPortFrom(ip.Unmap(), uint16(m.port))
			}
		}
	}
	if d.audio < 0 {
		return description{}, errMedia
	}
	return d, nil
}

// held is a direction without the receiving.
func held(d direction) direction {
	if d.sends() {
		return sendonly
	}
	return inactive
}

// spoken is what of a stream's formats is spoken here.
func (s *section) spoken() (list []format, event uint8, events bool) {
	for _, pt := range s.pts {
		name, ok := s.names[pt]
		if !ok {
			for _, f := range ours {
				if f.pt == pt {
					name = f.name + "/8000"
				}
			}
		}
		name, rate, _ := strings.Cut(name, "/")
		rate, channels, _ := strings.Cut(rate, "/")
		if rate != "8000" || channels != "" && channels != "1" {
			continue
		}
		if name == "TELEPHONE-EVENT" && !events {
			event, events = pt, true
			continue
		}
		for _, f := range ours {
			if f.name == name {
				list = append(list, format{pt, name})
			}
		}
	}
	return list, event, events
}

// local is what a description of our own says.
type local struct {
	addr    netip.AddrPort
	id      uint64
	version uint64
	dir     direction
	formats []format
	event   uint8
	events  bool
	// lines are the m= lines of the offer that it answers, all refused but audio;
	// nil for an offer.
	lines []string
	audio int
}

// text writes the description (RFC 4566, and RFC 3264 for answers).
func (l local) text() []byte {
	family := "IP4"
	if l.addr.Addr().Is6() {
		family = "IP6"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		l.id, l.version, family, l.addr.Addr(), family, l.addr.Addr())
	lines, audio := l.lines, l.audio
	if lines == nil {
		lines, audio = []string{""}, 0
	}
	for i, line := range lines {
		if i != audio {
			// Refused: the same line with the port 0.
			fields := strings.Fields(line)
			fields[1] = "0"
			fmt.Fprintf(&b, "m=%s\r\n", strings.Join(fields, " "))
			continue
		}
		fmt.Fprintf(&b, "m=audio %d RTP/AVP", l.addr.Port())
		for _, f := range l.formats {
			fmt.Fprintf(&b, " %d", f.pt)
		}
		if l.events {
			fmt.Fprintf(&b, " %d", l.event)
		}
		b.WriteString("\r\n")
		for _, f := range l.formats {
			fmt.Fprintf(&b, "a=rtpmap:%d %s/8000\r\n", f.pt, f.name)
		}
		if l.events {
			fmt.Fprintf(&b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", l.event, l.event)
		}
		fmt.Fprintf(&b, "a=ptime:20\r\na=%s\r\n", l.dir)
	}
	return []byte(b.String())
}

// offer is our first description of a call that we place.
func offer(addr netip.AddrPort, id uint64) local {
	return local{
		addr: addr, id: id, version: 1, dir: sendrecv, formats: ours, event: rtpaudio.DefaultEventType, events: true,
	}
}

// answer is our description in reply to an offer: the first encoding of the peer's
// that is spoken, under the peer's payload types.
func answer(addr netip.AddrPort, id, version uint64, d description) local {
	return local{
		addr: addr, id: id, version: version, dir: d.dir.mirrored(), formats: d.formats[:1], event: d.event, events: d.events,
		lines: d.lines, audio: d.audio,
	}
}
