package clock_test

import (
	"testing"
	"time"

	"guichet/internal/platform/clock"
)

func TestManualFiresWhenMovedFarEnough(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	c := clock.NewManual(start)
	soon, stop := c.After(time.Minute)
	defer stop()
	later, stopLater := c.After(time.Hour)
	c.Advance(59 * time.Second)
	select {
	case <-soon:
		t.Fatal("fired early")
	default:
	}
	c.Advance(time.Second)
	if at := <-soon; !at.Equal(start.Add(time.Minute)) {
		t.Errorf("fired at %v", at)
	}
	stopLater()
	if c.Waiters() != 0 {
		t.Errorf("%d timers left", c.Waiters())
	}
	c.Advance(2 * time.Hour)
	select {
	case <-later:
		t.Error("a stopped timer fired")
	default:
	}
	at, _ := c.After(0)
	<-at
}

func TestUntilDoesNotWaitForWhatHasPassed(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))
	due := c.Now().Add(time.Minute)
	// Time passes between the reading and the waiting.
	c.Advance(40 * time.Second)
	soon, stop := c.Until(due)
	defer stop()
	c.Advance(20 * time.Second)
	select {
	case <-soon:
	default:
		t.Error("waits beyond the moment")
	}
	past, stopPast := c.Until(due)
	defer stopPast()
	select {
	case <-past:
	default:
		t.Error("waits for a moment that has come")
	}
}
