package audio_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/clock"
)

func constant(v int16) (f audio.Frame) {
	for i := range f {
		f[i] = v
	}
	return f
}

func TestEachHearsTheOthers(t *testing.T) {
	t.Parallel()
	var m audio.Mixer
	a, b, c := m.Add(), m.Add(), m.Add()
	a.In, b.In, c.In = constant(100), constant(20), constant(3)
	m.Mix()
	if a.Out != constant(23) || b.Out != constant(103) || c.Out != constant(120) || m.All != constant(123) {
		t.Errorf("they hear %d %d %d, all is %d", a.Out[0], b.Out[0], c.Out[0], m.All[0])
	}
	m.Remove(b)
	m.Remove(b)
	m.Mix()
	if a.Out != constant(3) || c.Out != constant(100) || m.Legs() != 2 {
		t.Errorf("after one left: %d %d, %d legs", a.Out[0], c.Out[0], m.Legs())
	}
	m.Remove(c)
	m.Mix()
	if a.Out != (audio.Frame{}) {
		t.Errorf("alone one hears %d", a.Out[0])
	}
}

func TestMuteGainAndHoldWithoutClicks(t *testing.T) {
	t.Parallel()
	var m audio.Mixer
	a, b := m.Add(), m.Add()
	a.In, b.In = constant(8000), constant(400)
	a.SetMuted(true)
	m.Mix()
	for i := 1; i < audio.FrameSamples; i++ {
		if d := b.Out[i] - b.Out[i-1]; d > 0 || d < -30 {
			t.Fatalf("muting steps by %d at %d", d, i)
		}
	}
	if b.Out[audio.FrameSamples-1] != 0 || a.Out != constant(400) || !a.Muted() {
		t.Errorf("muting ends at %d; the muted hears %d", b.Out[audio.FrameSamples-1], a.Out[0])
	}
	m.Mix()
	if b.Out != (audio.Frame{}) {
		t.Error("a muted party is heard")
	}
	a.SetGain(0.5)
	a.SetMuted(false)
	m.Mix()
	m.Mix()
	if b.Out != constant(4000) {
		t.Errorf("half of 8000 is %d", b.Out[0])
	}
	a.SetGain(100)
	m.Mix()
	m.Mix()
	if b.Out != constant(32000) {
		t.Errorf("the largest gain makes %d", b.Out[0])
	}
	b.SetDeaf(true)
	m.Mix()
	if b.Out != (audio.Frame{}) || a.Out != constant(400) {
		t.Error("who is on hold hears")
	}
}

func TestLoudSumsAreCompressedAndOneVoiceIsNot(t *testing.T) {
	t.Parallel()
	var m audio.Mixer
	a, b, c := m.Add(), m.Add(), m.Add()
	a.In = constant(32767)
	m.Mix()
	if c.Out != constant(32767) {
		t.Errorf("one voice becomes %d", c.Out[0])
	}
	last := int16(0)
	for v := 0; v <= 32767; v += 100 {
		a.In, b.In = constant(int16(v)), constant(int16(v))
		m.Mix()
		up := c.Out[0]
		if 2*v <= 24576 && int(up) != 2*v {
			t.Fatalf("2 × %d is %d", v, up)
		}
		if up < last || up < 0 {
			t.Fatalf("2 × %d is %d, less than before (%d)", v, up, last)
		}
		last = up
		a.In, b.In = constant(int16(-v)), constant(int16(-v))
		m.Mix()
		if d := c.Out[0] + up; d < -1 || d > 1 {
			t.Fatalf("2 × -%d is %d, but upwards %d", v, c.Out[0], up)
		}
	}
	if last < 31000 {
		t.Errorf("the loudest is %d", last)
	}
	for range 100 {
		m.Add().In = constant(-32768)
	}
	m.Mix()
	if m.All[0] > -32000 {
		t.Errorf("a hundred voices make %d", m.All[0])
	}
}

func TestMixingDoesNotAllocate(t *testing.T) {
	var m audio.Mixer
	for i := range 3 {
		m.Add().In = constant(int16(i))
	}
	if n := testing.AllocsPerRun(100, m.Mix); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func BenchmarkMixOfThree(b *testing.B) {
	var m audio.Mixer
	for i := range 3 {
		copy(m.Add().In[:], sine(320, 440+float64(i)*100, 16000, 0.3))
	}
	for b.Loop() {
		m.Mix()
	}
	core(b)
}

// TestFramesKeepTheirTime drives the pacer with a worker that takes 7 ms for
// each frame and a clock that wakes it late by 1 ms: the frames must not drift.
func TestFramesKeepTheirTime(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	c := &late{now: start, by: time.Millisecond}
	p := audio.NewPacer(c)
	for n := range 500 {
		if err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		due := start.Add(time.Duration(n) * audio.FrameDuration)
		if d := c.now.Sub(due); d < 0 || d > time.Millisecond {
			t.Fatalf("frame %d is off by %v", n, d)
		}
		c.now = c.now.Add(7 * time.Millisecond)
	}
	// Held up for 100 ms: five frames at once, then in time again.
	c.now = c.now.Add(100 * time.Millisecond)
	waits := c.waits
	for range 5 {
		_ = p.Wait(t.Context())
	}
	if c.waits != waits || p.Skipped() != 0 {
		t.Errorf("the missed frames waited %d times, %d were skipped", c.waits-waits, p.Skipped())
	}
	// Asleep for a minute: not three thousand frames at once.
	c.now = c.now.Add(time.Minute)
	waits = c.waits
	for range 3 {
		_ = p.Wait(t.Context())
	}
	if c.waits == waits || p.Skipped() < 2990 {
		t.Errorf("after a minute %d waits, %d skipped", c.waits-waits, p.Skipped())
	}
	// The clock put back by an hour must not stop the sound.
	c.now = c.now.Add(-time.Hour)
	before := c.now
	_ = p.Wait(t.Context())
	if d := c.now.Sub(before); d > 2*audio.FrameDuration {
		t.Errorf("after the clock was put back it waits %v", d)
	}
}

func TestPacerEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p := audio.NewPacer(clock.NewManual(time.Now()))
	ctx, cancel := context.WithCancel(t.Context())
	if err := p.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- p.Wait(ctx) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}

// late is a clock that moves to the moment waited for, and a little further.
type late struct {
	now   time.Time
	by    time.Duration
	waits int
}

func (l *late) Now() time.Time { return l.now }

func (l *late) After(d time.Duration) (<-chan time.Time, func()) { return l.Until(l.now.Add(d)) }

func (l *late) Until(t time.Time) (<-chan time.Time, func()) {
	l.waits++
	l.now = t.Add(l.by)
	c := make(chan time.Time, 1)
	c <- l.now
	return c, func() {}
}
