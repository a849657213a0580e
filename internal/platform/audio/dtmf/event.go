// Package dtmf handles the digits that callers press: as events in RTP (RFC
// 4733), as tones in the sound, and the generation of both.
package dtmf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Digits are the keys in the order of their event codes, 0 to 15.
const Digits = "0123456789*#ABCD"

// ClockRate is that of the RTP timestamps and durations (telephone-event/8000).
const ClockRate = 8000

// ErrPayload is the error of a payload that is no telephone event.
var ErrPayload = errors.New("not a telephone event")

// Event is the payload of an RTP packet of the format telephone-event, RFC
// 4733, section 2.3.
type Event struct {
	// Code is the event: 0 to 15 are Digits, others are signals of lines.
	Code uint8
	// End says that the key was released.
	End bool
	// Volume is the level below 0 dBm0 in dB, 0 to 63.
	Volume uint8
	// Duration is how long the key is down so far, in units of the clock.
	Duration uint16
}

// Parse reads a payload. Bytes after the first event are ignored.
func Parse(payload []byte) (Event, error) {
	if len(payload) < 4 {
		return Event{}, fmt.Errorf("%w: it has %d bytes", ErrPayload, len(payload))
	}
	return Event{
		Code: payload[0], End: payload[1]&0x80 != 0, Volume: payload[1] & 0x3f,
		Duration: binary.BigEndian.Uint16(payload[2:]),
	}, nil
}

// Append appends the payload, four bytes.
func (e Event) Append(b []byte) []byte {
	flags := e.Volume & 0x3f
	if e.End {
		flags |= 0x80
	}
	return binary.BigEndian.AppendUint16(append(b, e.Code, flags), e.Duration)
}

// Digit is the key of the event; ok is false for events that are no keys.
func (e Event) Digit() (digit byte, ok bool) {
	if int(e.Code) >= len(Digits) {
		return 0, false
	}
	return Digits[e.Code], true
}

// Collector makes digits of the packets of one RTP stream: each key once,
// however often its packets are repeated, lost or late. Its zero value is ready.
type Collector struct {
	begun    bool
	ended    bool
	at       uint32 // timestamp of the key's first, or latest, segment
	code     uint8
	duration uint16
	before   time.Duration // of the segments before
}

// Packet takes a packet's timestamp and event. Pressed is true once for each
// key, with the first packet that arrives of it, be it the last one sent.
// Released is true once for each key, with its duration, when its end arrives.
// If all its end packets are lost, the key is never released.
func (c *Collector) Packet(timestamp uint32, e Event) (pressed, released bool, held time.Duration) {
	switch age := int32(timestamp - c.at); {
	case c.begun && age < 0:
		return false, false, 0 // a straggler of the key before
	case !c.begun || age > 0:
		// A key held for more than eight seconds goes on under a new timestamp.
		goesOn := c.begun && !c.ended && c.code == e.Code && age == int32(c.duration) && c.duration > 0xff00
		if goesOn {
			c.before += units(c.duration)
		} else {
			c.before = 0
		}
		c.begun, c.ended, c.at, c.code, c.duration = true, false, timestamp, e.Code, 0
		pressed = !goesOn
	case c.ended:
		return false, false, 0
	}
	c.duration = max(c.duration, e.Duration)
	if e.End {
		c.ended = true
		return pressed, true, c.before + units(c.duration)
	}
	return pressed, false, 0
}

func units(n uint16) time.Duration { return time.Duration(n) * time.Second / ClockRate }

// Press makes the packets of one key, one for each 20 ms: to be sent instead of
// sound, all with the timestamp of the first.
type Press struct {
	event Event
	total uint16
	ends  int
	first bool
}

const (
	step = ClockRate / 50
	// repeats is how often the end is sent, RFC 4733, section 2.5.1.4.
	repeats = 3
	// maxPress keeps a key within one segment.
	maxPress = 8 * time.Second
)

// NewPress presses a digit of Digits (lower case a to d too) for the duration
// given, from 40 ms to 8 s in steps of 20 ms; others are taken as the nearest.
func NewPress(digit byte, held time.Duration) (*Press, error) {
	code := strings.IndexByte(Digits, upper(digit))
	if code < 0 {
		return nil, fmt.Errorf("dtmf: %q is no digit", digit)
	}
	held = max(2*20*time.Millisecond, min(held, maxPress))
	total := uint16((held + 10*time.Millisecond) / (20 * time.Millisecond) * step)
	return &Press{event: Event{Code: uint8(code), Volume: 10}, total: total, first: true}, nil
}

// Next is the next packet's payload; marker is the marker bit of its header.
// It is called once for each frame; ok is false when the key is over.
func (p *Press) Next() (e Event, marker, ok bool) {
	if p.ends == repeats {
		return Event{}, false, false
	}
	marker, p.first = p.first, false
	if p.event.Duration < p.total {
		p.event.Duration += step
	}
	if p.event.Duration == p.total {
		p.event.End = true
		p.ends++
	}
	return p.event, marker, true
}

func upper(digit byte) byte {
	if digit >= 'a' && digit <= 'd' {
		return digit - 'a' + 'A'
	}
	return digit
}
