package rtpaudio

import (
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtp"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
)

// DefaultEventType is the payload type that telephone events are usually
// given; SDP decides.
const DefaultEventType = 101

// Receiver makes frames of the packets of one peer. Packet and Frame may be called from
// different goroutines.
type Receiver struct {
	mu        sync.Mutex
	codec     *Codec
	eventType uint8
	packet    rtp.Packet
	buffer    *Buffer
	keys      dtmf.Collector
	keysOf    uint32 // the source whose keys are collected
	conceal   concealer
	pending   []int16
	last      int // samples of the last packet
}

// NewReceiver returns a receiver of the codec's encoding, and of telephone events
// of the payload type given, with a jitter buffer of depth packets.
func NewReceiver(codec *Codec, eventType uint8, depth int) *Receiver {
	return &Receiver{
		codec: codec, eventType: eventType, buffer: NewBuffer(depth),
		pending: make([]int16, 0, 2*maxPayload+audio.FrameSamples), last: audio.FrameSamples,
	}
}

// Key is what a packet said of a key.
type Key struct {
	// Digit is one of dtmf.Digits, 0 if the packet brought nothing new.
	Digit byte
	// Pressed and Released may both be set, when only the end arrived.
	Pressed, Released bool
	// Held is how long, when released.
	Held time.Duration
}

// Packet takes a packet as it came from the network. Packets of other payload types
// than the two are no sound. An error means that it is not RTP, or a broken
// telephone event.
func (r *Receiver) Packet(b []byte) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.packet.Unmarshal(b); err != nil {
		return Key{}, fmt.Errorf("rtpaudio: read packet: %w", err)
	}
	h := &r.packet.Header
	if h.Version != 2 {
		return Key{}, fmt.Errorf("rtpaudio: read packet: version %d", h.Version)
	}
	switch h.PayloadType {
	case r.codec.PayloadType:
		r.buffer.Push(h.SSRC, h.SequenceNumber, r.packet.Payload)
		return Key{}, nil
	case r.eventType:
		r.buffer.Push(h.SSRC, h.SequenceNumber, nil)
		return r.key(h)
	default:
		r.buffer.Push(h.SSRC, h.SequenceNumber, nil)
		return Key{}, nil
	}
}

func (r *Receiver) key(h *rtp.Header) (Key, error) {
	e, err := dtmf.Parse(r.packet.Payload)
	if err != nil {
		return Key{}, fmt.Errorf("rtpaudio: read packet: %w", err)
	}
	// The timestamps of another source have nothing to do with those before.
	if h.SSRC != r.keysOf {
		r.keysOf, r.keys = h.SSRC, dtmf.Collector{}
	}
	var k Key
	k.Pressed, k.Released, k.Held = r.keys.Packet(h.Timestamp, e)
	if digit, ok := e.Digit(); ok && (k.Pressed || k.Released) {
		k.Digit = digit
		return k, nil
	}
	return Key{}, nil
}

// Frame makes the next 20 ms. It is called once for each frame time and always
// fills f: with what came, with a fading repetition where that is missing, with
// silence when nothing comes. It returns whether any of it came. It does not
// allocate.
func (r *Receiver) Frame(f *audio.Frame) (heard bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.buffer.Surplus() {
		// Decoded all the same: the codec's state must follow.
		before := len(r.pending)
		r.next()
		r.pending = r.pending[:before]
	}
	for len(r.pending) < audio.FrameSamples {
		before := len(r.pending)
		switch r.next() {
		case Playing:
			if n := len(r.pending) - before; n > 0 {
				heard, r.last = true, n
				r.conceal.heard(r.pending[before:])
			}
		case Lost:
			r.fill(r.last)
		case Waiting:
			r.fill(audio.FrameSamples - before)
		}
	}
	copy(f[:], r.pending)
	r.pending = r.pending[:copy(r.pending, r.pending[audio.FrameSamples:])]
	return heard
}

// next takes a turn of the buffer and appends what it brings.
func (r *Receiver) next() State {
	payload, state := r.buffer.Pop()
	if state == Playing {
		r.pending = r.codec.Decode(r.pending, payload)
	}
	return state
}

func (r *Receiver) fill(n int) {
	before := len(r.pending)
	r.pending = r.pending[:before+n]
	r.conceal.fill(r.pending[before:])
}

// Stats is the count of the packets so far.
func (r *Receiver) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.buffer.Stats()
}
