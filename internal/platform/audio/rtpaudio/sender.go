package rtpaudio

import (
	"fmt"
	"time"

	"github.com/pion/rtp"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
)

// maxKeys is how many keys may wait to be sent.
const maxKeys = 64

// gap is how many frames of sound follow a key before the next: 60 ms.
const gap = 3

// Sender makes the packets of one stream. It serves one goroutine.
type Sender struct {
	codec     *Codec
	eventType uint8
	header    rtp.Header
	keys      []*dtmf.Press
	press     *dtmf.Press
	pressedAt uint32
	pause     int
	payload   []byte
}

// NewSender returns a sender in the codec's encoding, with telephone events of
// the payload type given. The source's number, the first sequence number and
// the first timestamp are to be random (RFC 3550, section 5.1).
func NewSender(codec *Codec, eventType uint8, ssrc uint32, seq uint16, timestamp uint32) *Sender {
	return &Sender{
		codec: codec, eventType: eventType, payload: make([]byte, 0, clockStep),
		header: rtp.Header{Version: 2, Marker: true, SSRC: ssrc, SequenceNumber: seq, Timestamp: timestamp},
	}
}

// Press queues a key; the frames that follow carry it instead of sound.
func (s *Sender) Press(digit byte, held time.Duration) error {
	if len(s.keys) >= maxKeys {
		return fmt.Errorf("rtpaudio: %d keys wait already", len(s.keys))
	}
	p, err := dtmf.NewPress(digit, held)
	if err != nil {
		return err
	}
	s.keys = append(s.keys, p)
	return nil
}

// Append appends the packet of the next 20 ms to dst. With room in dst it does
// not allocate.
func (s *Sender) Append(dst []byte, f *audio.Frame) ([]byte, error) {
	now := s.header.Timestamp
	if s.press == nil && s.pause == 0 && len(s.keys) > 0 {
		s.press, s.keys, s.pressedAt = s.keys[0], s.keys[1:], now
	}
	if s.press != nil {
		if e, marker, ok := s.press.Next(); ok {
			h := s.header
			h.PayloadType, h.Timestamp, h.Marker = s.eventType, s.pressedAt, marker
			s.payload = e.Append(s.payload[:0])
			s.advance()
			// Sound begins anew afterwards.
			s.header.Marker = true
			return appendPacket(dst, &h, s.payload)
		}
		s.press, s.pause = nil, gap
	}
	s.pause = max(0, s.pause-1)
	s.header.PayloadType = s.codec.PayloadType
	s.payload = s.codec.Encode(s.payload[:0], f)
	h := s.header
	s.advance()
	s.header.Marker = false
	return appendPacket(dst, &h, s.payload)
}

// Skip lets 20 ms pass without a packet.
func (s *Sender) Skip() {
	s.header.Timestamp += clockStep
	s.header.Marker = true
}

func (s *Sender) advance() {
	s.header.SequenceNumber++
	s.header.Timestamp += clockStep
}

func appendPacket(dst []byte, h *rtp.Header, payload []byte) ([]byte, error) {
	n := len(dst)
	dst = append(dst, make([]byte, h.MarshalSize())...)
	if _, err := h.MarshalTo(dst[n:]); err != nil {
		return dst[:n], fmt.Errorf("rtpaudio: write packet: %w", err)
	}
	return append(dst, payload...), nil
}
