// Package clock is the one place that reads the wall clock, so that a test can
// move time by hand. It knows no deadlines and schedules nothing by itself.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time and wakes its caller.
type Clock interface {
	// Now is the present moment in UTC.
	Now() time.Time
	// After returns a channel that receives once after d, and a function that
	// releases the timer; calling it more than once does no harm.
	After(d time.Duration) (<-chan time.Time, func())
	// Until is After for a moment: what waits for a deadline says which, so that
	// time which passes between reading the clock and waiting is not waited for
	// once more.
	Until(t time.Time) (<-chan time.Time, func())
}

// System is the machine's own clock.
var System Clock = system{}

type system struct{}

func (system) Now() time.Time { return time.Now().UTC() }

func (system) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

func (s system) Until(t time.Time) (<-chan time.Time, func()) { return s.After(time.Until(t)) }

// Manual is a clock that stands still until Advance is called. It is safe for
// concurrent use.
type Manual struct {
	mu      sync.Mutex
	now     time.Time
	waiting map[*waiter]struct{}
}

type waiter struct {
	at time.Time
	c  chan time.Time
}

// NewManual returns a clock that shows t.
func NewManual(t time.Time) *Manual {
	return &Manual{now: t.UTC(), waiting: map[*waiter]struct{}{}}
}

// Now is the time last set.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// After fires when Advance has moved the clock by d or more; a d of zero or
// less fires at once.
func (m *Manual) After(d time.Duration) (<-chan time.Time, func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.until(m.now.Add(d))
}

// Until fires when Advance has moved the clock to t or beyond; a t that is not
// in the future fires at once.
func (m *Manual) Until(t time.Time) (<-chan time.Time, func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.until(t)
}

func (m *Manual) until(t time.Time) (<-chan time.Time, func()) {
	w := &waiter{at: t, c: make(chan time.Time, 1)}
	if !t.After(m.now) {
		w.c <- m.now
		return w.c, func() {}
	}
	m.waiting[w] = struct{}{}
	return w.c, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.waiting, w)
	}
}

// Advance moves the clock forward and fires every timer that came due.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	for w := range m.waiting {
		if !w.at.After(m.now) {
			w.c <- m.now
			delete(m.waiting, w)
		}
	}
}

// Waiters is how many timers are pending: a test waits for it before it
// advances the clock.
func (m *Manual) Waiters() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting)
}
