package rtpaudio_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"guichet/internal/platform/audio/rtpaudio"
)

// line drives a buffer as a script: numbers push packets of one byte, the
// sequence number; turn pops, and what came is noted: a number, -1 for lost, -2
// for waiting.
type line struct {
	*rtpaudio.Buffer
	heard []int
}

func (l *line) push(seqs ...int) {
	for _, seq := range seqs {
		l.Push(1, uint16(seq), []byte{byte(seq)})
	}
}

func (l *line) turn(n int) {
	for range n {
		switch payload, state := l.Pop(); state {
		case rtpaudio.Playing:
			l.heard = append(l.heard, int(payload[0]))
		case rtpaudio.Lost:
			l.heard = append(l.heard, -1)
		default:
			l.heard = append(l.heard, -2)
		}
	}
}

func TestPacketsComeOutInOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		play func(l *line)
		want []int
	}{
		"as they came":          {func(l *line) { l.turn(1); l.push(1); l.turn(1); l.push(2, 3); l.turn(3) }, []int{-2, -2, 1, 2, 3}},
		"swapped":               {func(l *line) { l.push(1, 3, 2, 4); l.turn(4) }, []int{1, 2, 3, 4}},
		"the first came second": {func(l *line) { l.push(2, 1, 3); l.turn(3) }, []int{1, 2, 3}},
		"one is lost":           {func(l *line) { l.push(1, 2, 4); l.turn(4) }, []int{1, 2, -1, 4}},
		"one is late":           {func(l *line) { l.push(1, 3, 4); l.turn(2); l.push(2); l.turn(2) }, []int{1, -1, 3, 4}},
		"doubled":               {func(l *line) { l.push(1, 1, 2, 2); l.turn(3) }, []int{1, 2, -2}},
		"numbers wrap":          {func(l *line) { l.push(65534, 65535, 0, 1); l.turn(4) }, []int{254, 255, 0, 1}},
		"a pause fills up again": {func(l *line) {
			l.push(1, 2)
			l.turn(3)
			l.push(3)
			l.turn(1)
			l.push(4)
			l.turn(2)
		}, []int{1, 2, -2, -2, 3, 4}},
		"the rest before a pause": {func(l *line) { l.push(1, 2); l.turn(3); l.push(3); l.turn(3) },
			[]int{1, 2, -2, -2, -2, 3}},
		"a jump of the sequence": {func(l *line) { l.push(1, 2); l.turn(1); l.push(9001, 9002); l.turn(2) }, []int{1, 9001 & 255, 9002 & 255}},
		"a jump back":            {func(l *line) { l.push(9001, 9002); l.turn(1); l.push(1, 2); l.turn(2) }, []int{9001 & 255, 1, 2}},
		"a small jump back":      {func(l *line) { l.push(60, 61); l.turn(2); l.push(20, 21, 22, 23, 24); l.turn(2) }, []int{60, 61, 23, 24}},
		"a stray packet":         {func(l *line) { l.push(1, 2, 9001, 3); l.turn(3) }, []int{1, 2, 3}},
	} {
		l := &line{Buffer: rtpaudio.NewBuffer(2)}
		c.play(l)
		if !slices.Equal(l.heard, c.want) {
			t.Errorf("%s: %v, want %v", name, l.heard, c.want)
		}
	}
}

func TestAnotherSourceIsFollowed(t *testing.T) {
	t.Parallel()
	b := rtpaudio.NewBuffer(1)
	b.Push(1, 100, []byte{1})
	b.Push(2, 50, []byte{2})
	if p, s := b.Pop(); s != rtpaudio.Playing || p[0] != 1 {
		t.Errorf("one packet of a stranger: %v %v", p, s)
	}
	b.Push(2, 51, []byte{3})
	p1, _ := b.Pop()
	first := p1[0]
	p2, _ := b.Pop()
	if first != 2 || p2[0] != 3 || b.Stats().Resyncs != 1 {
		t.Errorf("%d %d, %+v", first, p2[0], b.Stats())
	}
}

func TestABurstIsCutToTheDepth(t *testing.T) {
	t.Parallel()
	l := &line{Buffer: rtpaudio.NewBuffer(3)}
	for seq := range 40 {
		l.push(seq)
		if l.Queued() > 11 {
			t.Fatalf("%d packets wait", l.Queued())
		}
	}
	if s := l.Stats(); s.Dropped == 0 || s.Received != 40 {
		t.Errorf("%+v", s)
	}
	l.Push(1, 40, make([]byte, 2000))
	if q := l.Queued(); q > 11 {
		t.Errorf("%d", q)
	}
	l.turn(1)
	if l.heard[0] < 20 {
		t.Errorf("the oldest were kept: %v", l.heard)
	}
}

func TestADelayThatIsNotNeededIsTakenBack(t *testing.T) {
	t.Parallel()
	l := &line{Buffer: rtpaudio.NewBuffer(2)}
	l.push(0, 1, 2, 3, 4, 5, 6, 7) // after a stall of the network
	surplus := 0
	for seq := 8; seq < 3000; seq++ {
		l.turn(1)
		l.push(seq)
		if l.Surplus() {
			surplus++
			l.turn(1)
		}
	}
	if surplus < 4 || surplus > 6 || l.Queued() > 3 {
		t.Errorf("%d were left out, %d wait", surplus, l.Queued())
	}
}

// FuzzBuffer feeds a script of pushes and pops and holds the buffer to its
// bounds: it never grows, never plays a packet twice nor out of order unless
// it resynchronised.
func FuzzBuffer(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 2, 0, 255, 0, 9, 0, 255, 255})
	f.Add([]byte{1, 255, 254, 1, 0, 0, 255, 1, 0, 1, 255})
	f.Fuzz(func(t *testing.T, script []byte) {
		b := rtpaudio.NewBuffer(3)
		var last uint16
		played, resyncs := false, int64(0)
		for len(script) > 0 {
			if script[0] == 255 || len(script) < 3 {
				script = script[1:]
				payload, state := b.Pop()
				if r := b.Stats().Resyncs; r != resyncs {
					played, resyncs = false, r
				}
				if state == rtpaudio.Playing {
					seq := binary.BigEndian.Uint16(payload)
					if played && int16(seq-last) <= 0 {
						t.Fatalf("%d after %d", seq, last)
					}
					played, last = true, seq
				}
			} else {
				b.Push(uint32(script[0]%2), binary.BigEndian.Uint16(script[1:]), script[1:3])
				script = script[3:]
			}
			if b.Queued() < 0 || b.Queued() > 11 {
				t.Fatalf("%d packets wait", b.Queued())
			}
		}
	})
}
