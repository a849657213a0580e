package rtpaudio

// Bounds of a Buffer, in packets.
const (
	slots = 64
	// DefaultDepth is enough for a network within one country: 40 ms.
	DefaultDepth = 2
	maxDepth     = 25
	// slack is how far above its depth a buffer may grow before the oldest
	// packets are thrown away: 160 ms.
	slack = 8
	// maxPayload bounds what a packet may bring: 187 ms of G.711.
	maxPayload = 1500
	// A stream that jumps is believed at its second packet in a row, so that one
	// stray packet does not end it; one that steps back a little, which might be
	// packets that are merely late, at its fifth.
	jumpRun, backRun = 2, 5
	// window is after how many packets a delay that was never needed is taken
	// back: 5 s.
	window = 250
)

// State is what a Buffer has for the moment.
type State int

// The states.
const (
	// Waiting: nothing is due; the stream has not begun, paused, or is late.
	Waiting State = iota
	// Playing: the next packet is here.
	Playing
	// Lost: the next packet did not come in time, but later ones did.
	Lost
)

// Stats counts what became of a stream's packets.
type Stats struct {
	// Received is how many came, whatever became of them.
	Received int64
	// Lost never came, or too late.
	Lost int64
	// Late came after their turn, Doubled again.
	Late, Doubled int64
	// Dropped were thrown away because too many waited, or were too long.
	Dropped int64
	// Resyncs is how often the stream began anew: another source, or a jump of its
	// sequence.
	Resyncs int64
}

// Buffer puts the packets of an RTP stream in order and evens out their delay.
// It holds payloads and knows no sound. It is not safe for concurrent use;
// Receiver is.
type Buffer struct {
	depth   int
	ring    [slots]slot
	begun   bool
	played  bool // since it began, so it cannot begin earlier any more
	filling bool
	waited  int // turns while filling with something there
	ssrc    uint32
	next    uint16 // sequence number whose turn it is
	queued  int
	least   int // fewest queued in the present window
	turns   int
	stray   stray
	stats   Stats
}

type slot struct {
	full    bool
	seq     uint16
	payload []byte
}

// stray is the latest packet that did not belong to the stream.
type stray struct {
	slot
	ssrc uint32
	run  int
}

// NewBuffer returns a buffer that begins to play, at first and after a pause,
// when depth packets are there, from 1 to 25.
func NewBuffer(depth int) *Buffer {
	return &Buffer{depth: max(1, min(depth, maxDepth)), filling: true}
}

// Stats is the count so far.
func (b *Buffer) Stats() Stats { return b.stats }

// Queued is how many packets wait.
func (b *Buffer) Queued() int { return b.queued }

// Push takes a packet; the payload is copied. An empty payload holds the place of
// a packet that is no sound, such as a telephone event, so that it does not
// count as lost.
func (b *Buffer) Push(ssrc uint32, seq uint16, payload []byte) {
	b.stats.Received++
	if len(payload) > maxPayload {
		b.stats.Dropped++
		return
	}
	if !b.begun {
		b.begin(ssrc, seq)
	}
	ahead := int(int16(seq - b.next))
	switch {
	case ssrc != b.ssrc || ahead >= slots || ahead <= -100:
		b.doubt(ssrc, seq, payload, jumpRun)
		return
	case ahead < 0 && !b.played && ahead >= -b.depth:
		b.next = seq // the stream's first packet came second
	case ahead < 0:
		b.stats.Late++
		b.doubt(ssrc, seq, payload, backRun)
		return
	}
	b.stray.run = 0
	b.keep(seq, payload)
}

// doubt remembers a packet that does not fit, and begins anew when enough came
// in a row.
func (b *Buffer) doubt(ssrc uint32, seq uint16, payload []byte, enough int) {
	s := &b.stray
	if s.run > 0 && s.ssrc == ssrc && s.seq+1 == seq {
		s.run++
	} else {
		s.run = 1
	}
	if s.run < enough {
		s.ssrc, s.seq, s.payload = ssrc, seq, append(s.payload[:0], payload...)
		return
	}
	b.stats.Resyncs++
	b.begin(ssrc, s.seq)
	b.keep(s.seq, s.payload)
	b.keep(seq, payload)
	s.run = 0
}

func (b *Buffer) begin(ssrc uint32, seq uint16) {
	for i := range b.ring {
		b.ring[i].full = false
	}
	b.begun, b.played, b.filling, b.waited = true, false, true, 0
	b.ssrc, b.next, b.queued = ssrc, seq, 0
	b.turns = 0
}

func (b *Buffer) keep(seq uint16, payload []byte) {
	s := &b.ring[seq%slots]
	if s.full && s.seq == seq {
		b.stats.Doubled++
		return
	}
	s.full, s.seq, s.payload = true, seq, append(s.payload[:0], payload...)
	b.queued++
	if b.queued > b.depth+slack {
		for b.queued > b.depth {
			if _, state := b.take(); state == Playing {
				b.stats.Dropped++
			}
		}
	}
}

// Pop is the turn of the next packet. The payload is valid until the next Push.
func (b *Buffer) Pop() ([]byte, State) {
	if b.filling {
		if b.queued > 0 {
			b.waited++
		}
		// What is left of a stream that paused is not held back for ever.
		if b.queued < b.depth && b.waited <= b.depth {
			return nil, Waiting
		}
		b.filling, b.turns = false, 0
	}
	if b.queued == 0 {
		b.filling, b.waited = true, 0
		return nil, Waiting
	}
	if b.turns == 0 || b.queued < b.least {
		b.least = b.queued
	}
	b.turns++
	return b.take()
}

func (b *Buffer) take() ([]byte, State) {
	s := &b.ring[b.next%slots]
	found := s.full && s.seq == b.next
	b.next++
	b.played = true
	if !found {
		b.stats.Lost++
		return nil, Lost
	}
	s.full = false
	b.queued--
	return s.payload, Playing
}

// Surplus says, once, that more packets than the depth waited all through the last
// five seconds: a packet may be left out to shorten the delay.
func (b *Buffer) Surplus() bool {
	if b.turns < window {
		return false
	}
	b.turns = 0
	return b.least > b.depth
}
