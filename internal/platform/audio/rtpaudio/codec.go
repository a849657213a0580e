// Package rtpaudio is voice as RTP carries it (RFC 3550, 3551 and 4733): frames
// into packets with the keys that are pressed, and packets, late, lost, doubled
// and out of order as they come, into an even row of frames. It has no sockets.
package rtpaudio

import (
	"errors"
	"fmt"
	"strings"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/g711"
	"guichet/internal/platform/audio/g722"
)

// clockStep is how far 20 ms advance a timestamp: the clock of all codecs here,
// and of telephone events, is 8000, that of G.722 too.
const clockStep = 160

// ErrCodec is the error of an encoding that is not spoken.
var ErrCodec = errors.New("rtpaudio: unknown encoding")

// Codec encodes one stream and decodes another, of the same encoding; it keeps
// their states. Each direction serves one goroutine.
type Codec struct {
	// Name is the encoding's name in SDP.
	Name string
	// PayloadType is the static one of RFC 3551.
	PayloadType uint8

	law      *g711.Law
	up, down *audio.Resampler
	encoder  *g722.Encoder
	decoder  *g722.Decoder
}

// NewCodec returns the codec PCMU, PCMA or G722, in either case of letters.
func NewCodec(name string) (*Codec, error) {
	c := &Codec{Name: strings.ToUpper(name)}
	switch c.Name {
	case "G722":
		c.PayloadType = g722.PayloadType
		c.encoder, c.decoder = g722.NewEncoder(), g722.NewDecoder()
		return c, nil
	case "PCMU":
		c.PayloadType, c.law = 0, g711.Mu
	case "PCMA":
		c.PayloadType, c.law = 8, g711.A
	default:
		return nil, fmt.Errorf("%w %q", ErrCodec, name)
	}
	var err, err2 error
	c.up, err = audio.NewResampler(8000, audio.SampleRate)
	c.down, err2 = audio.NewResampler(audio.SampleRate, 8000)
	return c, errors.Join(err, err2)
}

// Encode appends a frame's payload to dst: 160 bytes in every encoding.
func (c *Codec) Encode(dst []byte, f *audio.Frame) []byte {
	n := len(dst)
	dst = append(dst, make([]byte, clockStep)...)
	if c.law == nil {
		c.encoder.Encode(dst[n:], f[:])
		return dst
	}
	var narrow [clockStep]int16
	c.law.Encode(dst[n:], c.down.Append(narrow[:0], f[:]))
	return dst
}

// Decode appends the sound of a payload of any length, at 16 kHz, to dst: two
// samples for each byte.
func (c *Codec) Decode(dst []int16, payload []byte) []int16 {
	var piece [2 * clockStep]int16
	for len(payload) > 0 {
		n := min(len(payload), clockStep)
		if c.law == nil {
			c.decoder.Decode(piece[:], payload[:n])
			dst = append(dst, piece[:2*n]...)
		} else {
			c.law.Decode(piece[:], payload[:n])
			dst = c.up.Append(dst, piece[:n])
		}
		payload = payload[n:]
	}
	return dst
}
