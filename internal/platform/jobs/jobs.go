// Package jobs is a durable queue of work that is tried again until it succeeds:
// one table, enqueued in the transaction that needs the work, claimed under a
// lease, dead-lettered with its last error. It knows no kind of work; deadlines
// of domain rows are not jobs but columns of those rows.
package jobs

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// Migrations are the queue's table.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Job is one piece of work.
type Job struct {
	// ID orders jobs by their making (UUIDv7).
	ID string
	// Kind chooses the handler.
	Kind string
	// Key is unique among the unfinished jobs of a kind; a second one is not made.
	Key string
	// Lane, when not empty, keeps the jobs that share it in order, one at a time.
	Lane string
	// Payload is the handler's own text.
	Payload string
	// Due is when it may start; the zero time means now.
	Due time.Time
	// Attempts counts the tries begun, this one included.
	Attempts int
	// LastError is what the try before this one ended with.
	LastError string
}

// Done is the effect of a job that ended.
type Done struct {
	// Write writes it in the transaction that ends the job; nil writes nothing.
	Write func(tx *sql.Tx) error
	// AfterCommit is called once it is durable; nil does nothing.
	AfterCommit func()
}

// Handler does the work. A nil error ends the job with the returned Done; an
// error has it tried again by the kind's schedule, or ends it at once when it is
// Permanent.
type Handler func(ctx context.Context, job Job) (Done, error)

// Kind says how one kind of job is run.
type Kind struct {
	// Handler does the work; required.
	Handler Handler
	// Dead gives the effect of a job that is given up; nil has none.
	Dead func(job Job, cause error) Done
	// Schedule holds the pauses after the first, second… failure; when it is used
	// up the job is dead.
	Schedule []time.Duration
	// Concurrency is how many run at once, 4 when 0.
	Concurrency int
	// Lease is how long a try may take before another node takes it over, 1 min
	// when 0. The handler's context ends with it.
	Lease time.Duration
}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error after which trying again is pointless.
func Permanent(err error) error { return permanent{err} }

// Queue enqueues and runs jobs.
type Queue struct {
	db    *sqlstore.DB
	clock clock.Clock
	kinds map[string]Kind
	wake  chan struct{}
}

// New makes a queue over db; kinds are fixed from here on.
func New(db *sqlstore.DB, c clock.Clock, kinds map[string]Kind) *Queue {
	q := &Queue{db: db, clock: c, kinds: map[string]Kind{}, wake: make(chan struct{}, 1)}
	for name, k := range kinds {
		if k.Concurrency == 0 {
			k.Concurrency = 4
		}
		if k.Lease == 0 {
			k.Lease = time.Minute
		}
		q.kinds[name] = k
	}
	return q
}

// Enqueue adds a job in the caller's transaction. A job with the same kind and
// key that is still unfinished makes it a no-op. Call Wake after the commit.
func Enqueue(ctx context.Context, tx sqlstore.Q, now time.Time, j Job) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", j.Kind, err)
	}
	if j.Key == "" {
		j.Key = id.String()
	}
	if j.Due.IsZero() {
		j.Due = now
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO job (id, kind, unique_key, lane, payload, state, attempts, due_at, lease_until, last_error, created_at)
		VALUES ($1, $2, $3, $4, $5, 'ready', 0, $6, 0, '', $7)
		ON CONFLICT (kind, unique_key) WHERE state <> 'dead' DO NOTHING`,
		id.String(), j.Kind, j.Key, j.Lane, j.Payload, sqlstore.Micros(j.Due), sqlstore.Micros(now))
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", j.Kind, err)
	}
	return nil
}

// Wake has the runner look at the table now.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Hurry has the jobs of a kind that wait for their next try start now, because
// what they failed for was mended.
func (q *Queue) Hurry(ctx context.Context, kind string) error {
	err := q.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE job SET due_at = $1 WHERE kind = $2 AND state = 'ready'`,
			sqlstore.Micros(q.clock.Now()), kind)
		return err
	})
	q.Wake()
	return err
}

// Waiting counts the jobs that are ready or running.
func (q *Queue) Waiting(ctx context.Context) (int, error) {
	return sqlstore.One(ctx, q.db.Read(), func(n *int) []any { return []any{n} },
		`SELECT count(*) FROM job WHERE state <> 'dead'`)
}

func isPermanent(err error) bool {
	_, ok := errors.AsType[permanent](err)
	return ok
}
