package audio

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// unity is a gain of 1 in the fixed point that gains are kept in. With
	// MaxGain and 16 bits of sound it stays within 32 bits.
	unity = 1 << 12
	// MaxGain is the largest gain of a leg: 12 dB.
	MaxGain = 4.0
	// knee is where soft clipping begins: below it a sum is passed exactly.
	knee = 24576
	room = math.MaxInt16 - knee
)

// Mixer joins the legs of a call: each leg hears all others, never itself. One
// goroutine, that which keeps the call's beat, fills the legs' In, calls Mix
// and sends the legs' Out; legs may be added, removed, muted and turned up or
// down by any goroutine.
type Mixer struct {
	// All is the sum of every leg as of the last Mix, as a recording on one
	// channel has it. It belongs to the goroutine that calls Mix.
	All Frame

	mu   sync.Mutex
	legs []*Leg
}

// Leg is one party of a mixer. In and Out belong to the goroutine that calls
// Mix.
type Leg struct {
	// In is what the party says. The caller fills it before each Mix, with
	// silence if there is nothing; Mix does not clear it.
	In Frame
	// Out is what the party hears, as of the last Mix.
	Out Frame

	wanted  atomic.Int32 // gain when not muted
	muted   atomic.Bool
	deaf    atomic.Bool
	current int32 // gain at the end of the last frame
	said    [FrameSamples]int32
	silent  bool
}

// Add makes a leg with a gain of 1. Its sound is heard from the next Mix on.
func (m *Mixer) Add() *Leg {
	l := &Leg{current: unity}
	l.wanted.Store(unity)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.legs = append(m.legs, l)
	return l
}

// Remove takes a leg out; it does no harm if it is out already.
func (m *Mixer) Remove(l *Leg) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.legs = slices.DeleteFunc(m.legs, func(o *Leg) bool { return o == l })
}

// Legs is how many legs there are.
func (m *Mixer) Legs() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.legs)
}

// SetGain turns what the party says up or down, from 0 to MaxGain; values
// outside are taken as the nearest. The change is spread over one frame, so
// that it does not click.
func (l *Leg) SetGain(gain float64) {
	l.wanted.Store(int32(math.Round(max(0, min(gain, MaxGain)) * unity)))
}

// SetMuted says whether the others hear the party. The gain is kept.
func (l *Leg) SetMuted(muted bool) { l.muted.Store(muted) }

// Muted is what SetMuted said last.
func (l *Leg) Muted() bool { return l.muted.Load() }

// SetDeaf says whether the party hears silence: on hold, together with muted.
func (l *Leg) SetDeaf(deaf bool) { l.deaf.Store(deaf) }

// Mix makes every leg's Out, and All, from every leg's In. Sums are of 32 bits.
// When only one party is heard, its sound is passed unchanged; a sum of more is
// compressed softly above 75 % of full scale. It does not allocate.
func (m *Mixer) Mix() {
	m.mu.Lock()
	defer m.mu.Unlock()
	var total [FrameSamples]int32
	speakers := 0
	for _, l := range m.legs {
		l.say()
		if l.silent {
			continue
		}
		speakers++
		for i, s := range l.said {
			total[i] += s
		}
	}
	limit(&m.All, &total, speakers)
	for _, l := range m.legs {
		switch {
		case l.deaf.Load():
			l.Out = Frame{}
		case l.silent:
			l.Out = m.All
		default:
			others := total
			for i, s := range l.said {
				others[i] -= s
			}
			limit(&l.Out, &others, speakers-1)
		}
	}
}

// say makes said, the leg's sound at its gain.
func (l *Leg) say() {
	goal := l.wanted.Load()
	if l.muted.Load() {
		goal = 0
	}
	from := l.current
	l.current = goal
	l.silent = from == 0 && goal == 0 || l.In == Frame{}
	if l.silent {
		return
	}
	if from == unity && goal == unity {
		for i, s := range l.In {
			l.said[i] = int32(s)
		}
		return
	}
	for i, s := range l.In {
		gain := from + (goal-from)*int32(i+1)/int32(FrameSamples)
		l.said[i] = int32(s) * gain / unity
	}
}

// limit brings a sum back to 16 bits.
func limit(dst *Frame, sum *[FrameSamples]int32, speakers int) {
	soft := speakers > 1
	for i, s := range sum {
		switch {
		case soft && s > knee:
			s = knee + over(s-knee)
		case soft && s < -knee:
			s = -knee - over(-knee-s)
		case s > math.MaxInt16:
			s = math.MaxInt16
		case s < math.MinInt16:
			s = math.MinInt16
		}
		dst[i] = int16(s)
	}
}

// over is what is kept of an excess over the knee: at first all of it, never
// more than the room that is left.
func over(excess int32) int32 {
	return int32(room * int64(excess) / (room + int64(excess)))
}
