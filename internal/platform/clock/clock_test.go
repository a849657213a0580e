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
