package audio

import (
	"context"
	"time"

	"guichet/internal/platform/clock"
)

// maxBehind is how far a Pacer lets its caller fall behind before it gives the
// missed frames up: a receiver's jitter buffer would not hold more.
const maxBehind = 10

// Pacer is the beat that frames are sent by. Frame n is due n frames after the
// first, by absolute time: the time that work and waking take does not add up.
// It serves one goroutine. Each wait takes a timer of the clock, so one pacer
// for many calls is better than one for each.
type Pacer struct {
	clock   clock.Clock
	next    time.Time
	skipped int64
}

// NewPacer returns a pacer whose first frame is due now.
func NewPacer(c clock.Clock) *Pacer {
	return &Pacer{clock: c, next: c.Now()}
}

// Wait returns when the next frame is due, at once if that has passed. A caller
// that was held up is given its missed frames without a pause until it has
// caught up; when it is behind by more than ten, they are skipped. The error is
// the context's.
func (p *Pacer) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := p.clock.Now()
	due := p.next
	if due.Sub(now) > FrameDuration {
		// The machine's clock was put back; waiting for it would be silence.
		due = now.Add(FrameDuration)
	}
	if late := int64(now.Sub(due) / FrameDuration); late > maxBehind {
		p.skipped += late
		due = due.Add(time.Duration(late) * FrameDuration)
	}
	p.next = due.Add(FrameDuration)
	if !due.After(now) {
		return nil
	}
	fired, stop := p.clock.Until(due)
	defer stop()
	select {
	case <-fired:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Skipped is how many frames were given up so far because the caller was held
// up: its machine slept or is overloaded.
func (p *Pacer) Skipped() int64 { return p.skipped }
