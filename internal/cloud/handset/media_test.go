package handset

import (
	"testing"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
)

// TestToneIsHeard: a tone that the other end sends is heard as the key's tones, in
// place of the sound; and a queue that nobody empties keeps the newest.
func TestToneIsHeard(t *testing.T) {
	m := &media{frames: make(chan audio.Frame, queue)}
	for _, digit := range []byte("5#") {
		m.tone(digit)
	}
	m.tone('x')
	detector := dtmf.NewDetector()
	var heard []byte
	for range 30 {
		m.play(&audio.Frame{})
		f := <-m.frames
		heard = detector.Append(heard, f[:])
	}
	if string(heard) != "5#" {
		t.Errorf("heard %q", heard)
	}
	for i := range int16(5) {
		m.play(&audio.Frame{i})
	}
	if f := <-m.frames; f[0] != 3 {
		t.Errorf("the oldest kept is %d", f[0])
	}
}
