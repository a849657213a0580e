package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"testing"
	"time"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/jobs"
	"guichet/internal/platform/sqlstore"
	"guichet/internal/platform/sqlstore/sqlstoretest"
)

var (
	migrations = []fs.FS{jobs.Migrations}
	start      = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	quiet      = slog.New(slog.DiscardHandler)
)

// bench is a queue that runs, and what its handler saw.
type bench struct {
	t     *testing.T
	db    *sqlstore.DB
	clock *clock.Manual
	queue *jobs.Queue
	stop  func()
}

func newBench(t *testing.T, db *sqlstore.DB, kind jobs.Kind) *bench {
	t.Helper()
	b := &bench{t: t, db: db, clock: clock.NewManual(start)}
	b.queue = jobs.New(db, b.clock, map[string]jobs.Kind{"work": kind})
	return b
}

func (b *bench) run() {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.queue.Run(ctx, quiet) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(b.stop)
}

func (b *bench) enqueue(j jobs.Job) {
	b.t.Helper()
	j.Kind = "work"
	err := b.db.Tx(b.t.Context(), func(tx *sql.Tx) error { return jobs.Enqueue(b.t.Context(), tx, b.clock.Now(), j) })
	if err != nil {
		b.t.Fatal(err)
	}
	b.queue.Wake()
}

// advance moves the clock once the runner sleeps.
func (b *bench) advance(d time.Duration) {
	b.t.Helper()
	eventually(b.t, func() bool { return b.clock.Waiters() > 0 })
	b.clock.Advance(d)
}

func (b *bench) state(payload string) string {
	b.t.Helper()
	state, err := sqlstore.One(b.t.Context(), b.db.Read(), func(s *string) []any { return []any{s} },
		`SELECT state FROM job WHERE payload = $1`, payload)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return "gone"
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return state
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-deadline:
			t.Fatal("the condition did not come true")
		case <-tick.C:
		}
	}
}

func TestFailuresFollowTheScheduleAndEndInTheDeadLetter(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, migrations, func(t *testing.T, db *sqlstore.DB) {
		tries := make(chan time.Time, 10)
		var b *bench
		dead := make(chan string, 1)
		b = newBench(t, db, jobs.Kind{
			Handler: func(context.Context, jobs.Job) (jobs.Done, error) {
				tries <- b.clock.Now()
				return jobs.Done{}, errors.New("not yet")
			},
			Dead: func(j jobs.Job, cause error) jobs.Done {
				return jobs.Done{AfterCommit: func() { dead <- cause.Error() }}
			},
			Schedule: []time.Duration{10 * time.Second, time.Minute},
		})
		b.run()
		b.enqueue(jobs.Job{Payload: "p"})
		if at := <-tries; !at.Equal(start) {
			t.Errorf("first try at %v", at)
		}
		for i, pause := range []time.Duration{10 * time.Second, time.Minute} {
			eventually(t, func() bool { return b.state("p") == "ready" })
			b.advance(pause - time.Second)
			select {
			case at := <-tries:
				t.Fatalf("try %d came early, at %v", i+2, at)
			default:
			}
			b.advance(time.Second)
			<-tries
		}
		if cause := <-dead; cause != "not yet" || b.state("p") != "dead" {
			t.Errorf("dead of %q, state %s", cause, b.state("p"))
		}
	})
}

func TestPermanentErrorIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, migrations, func(t *testing.T, db *sqlstore.DB) {
		cause := errors.New("never")
		dead := make(chan error, 1)
		b := newBench(t, db, jobs.Kind{
			Handler:  func(context.Context, jobs.Job) (jobs.Done, error) { return jobs.Done{}, jobs.Permanent(cause) },
			Dead:     func(_ jobs.Job, err error) jobs.Done { dead <- err; return jobs.Done{} },
			Schedule: []time.Duration{time.Second},
		})
		b.run()
		b.enqueue(jobs.Job{Payload: "p"})
		if err := <-dead; !errors.Is(err, cause) {
			t.Errorf("dead of %v", err)
		}
	})
}

func TestLaneKeepsOrderAndKeyIsUnique(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, migrations, func(t *testing.T, db *sqlstore.DB) {
		var mu sync.Mutex
		var order []string
		failed := false
		b := newBench(t, db, jobs.Kind{
			Handler: func(_ context.Context, j jobs.Job) (jobs.Done, error) {
				mu.Lock()
				defer mu.Unlock()
				if j.Payload == "1" && !failed {
					failed = true
					return jobs.Done{}, errors.New("once")
				}
				order = append(order, j.Payload)
				return jobs.Done{}, nil
			},
			Schedule: []time.Duration{time.Second}, Concurrency: 4,
		})
		for _, payload := range []string{"1", "2", "3"} {
			b.enqueue(jobs.Job{Key: payload, Lane: "l", Payload: payload})
			b.enqueue(jobs.Job{Key: payload, Lane: "l", Payload: "again"})
		}
		b.run()
		eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return failed })
		eventually(t, func() bool { return b.state("1") == "ready" })
		b.advance(time.Second)
		eventually(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(order) == 3 })
		if got := order[0] + order[1] + order[2]; got != "123" {
			t.Errorf("order %s", got)
		}
	})
}

func TestEffectIsWrittenWithTheEnd(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, migrations, func(t *testing.T, db *sqlstore.DB) {
		var tries int
		done := make(chan int, 1)
		b := newBench(t, db, jobs.Kind{Handler: func(ctx context.Context, j jobs.Job) (jobs.Done, error) {
			tries++
			return jobs.Done{
				Write: func(tx *sql.Tx) error {
					return jobs.Enqueue(context.Background(), tx, start, jobs.Job{Kind: "other", Payload: "effect of " + j.Payload})
				},
				AfterCommit: func() { done <- tries },
			}, nil
		}})
		b.run()
		b.enqueue(jobs.Job{Payload: "p"})
		<-done
		if b.state("p") != "gone" || b.state("effect of p") != "ready" {
			t.Errorf("job %s, effect %s", b.state("p"), b.state("effect of p"))
		}
	})
}

// A process that dies in the middle leaves its job "running"; the next takes it
// up: on SQLite at once, on PostgreSQL when the lease ends.
func TestWhatWasCutOffIsTakenUp(t *testing.T) {
	t.Parallel()
	sqlstoretest.Each(t, migrations, func(t *testing.T, db *sqlstore.DB) {
		began := make(chan struct{})
		first := newBench(t, db, jobs.Kind{Handler: func(ctx context.Context, _ jobs.Job) (jobs.Done, error) {
			close(began)
			<-ctx.Done()
			return jobs.Done{}, ctx.Err()
		}})
		first.run()
		first.enqueue(jobs.Job{Payload: "p"})
		<-began
		first.stop()
		if s := first.state("p"); s != "running" {
			t.Fatalf("the cut-off job is %s", s)
		}
		again := make(chan int, 1)
		second := newBench(t, db, jobs.Kind{Handler: func(_ context.Context, j jobs.Job) (jobs.Done, error) {
			again <- j.Attempts
			return jobs.Done{}, nil
		}})
		second.run()
		if db.Dialect().Name == "postgres" {
			second.advance(time.Minute)
		}
		if attempts := <-again; attempts != 2 {
			t.Errorf("attempt %d", attempts)
		}
	})
}
