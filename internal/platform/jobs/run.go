package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"guichet/internal/platform/sqlstore"
)

// rescan bounds how long the runner sleeps: another node may have written a job
// that this one was not woken for.
const rescan = time.Second

// Run works until ctx ends, then waits for what runs. What is cut off is taken
// up again: on SQLite at the next start, on PostgreSQL when its lease ends.
func (q *Queue) Run(ctx context.Context, log *slog.Logger) error {
	if q.db.Dialect().Name == sqlstore.SQLite.Name {
		// One process owns the file, so whatever says "running" is a predecessor's.
		err := q.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE job SET state = 'ready', lease_until = 0 WHERE state = 'running'`)
			return err
		})
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("jobs: take up what was running: %w", err)
		}
	}
	running := map[string]int{}
	var wg sync.WaitGroup
	defer wg.Wait()
	finished := make(chan string, 64)
	for {
		claimed, next, err := q.claim(ctx, running)
		if err != nil && ctx.Err() == nil {
			log.Error("jobs: claim failed", "error", err)
			next = q.clock.Now().Add(rescan)
		}
		for _, j := range claimed {
			running[j.Kind]++
			wg.Add(1)
			go func() {
				defer wg.Done()
				q.run(ctx, j, log)
				select {
				case finished <- j.Kind:
				case <-ctx.Done():
				}
			}()
		}
		if !q.sleep(ctx, next, running, finished) {
			return nil
		}
	}
}

// sleep waits for a reason to look again; false means the end.
func (q *Queue) sleep(ctx context.Context, next time.Time, running map[string]int, finished chan string) bool {
	wait := 30 * time.Second
	if q.db.Dialect().Name != sqlstore.SQLite.Name {
		wait = rescan
	}
	look := q.clock.Now().Add(wait)
	if !next.IsZero() && next.Before(look) {
		look = next
	}
	timer, stop := q.clock.Until(look)
	defer stop()
	select {
	case <-ctx.Done():
		return false
	case <-q.wake:
	case <-timer:
	case kind := <-finished:
		running[kind]--
	}
	for {
		select {
		case kind := <-finished:
			running[kind]--
		default:
			return ctx.Err() == nil
		}
	}
}

const jobColumns = `id, kind, unique_key, lane, payload, attempts, last_error`

func columns(j *Job) []any {
	return []any{&j.ID, &j.Kind, &j.Key, &j.Lane, &j.Payload, &j.Attempts, &j.LastError}
}

// claim takes what is due and has room; next is when the nearest other job is.
func (q *Queue) claim(ctx context.Context, running map[string]int) (claimed []Job, next time.Time, err error) {
	now := q.clock.Now()
	err = q.db.Tx(ctx, func(tx *sql.Tx) error {
		claimed, next = nil, time.Time{}
		for name, kind := range q.kinds {
			room := kind.Concurrency - running[name]
			if room <= 0 {
				continue
			}
			list, err := sqlstore.List(ctx, tx, columns, `
				UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $1
				WHERE id IN (SELECT id FROM job WHERE kind = $2
					AND (state = 'ready' AND due_at <= $3 OR state = 'running' AND lease_until <= $3)
					AND (lane = '' OR NOT EXISTS (SELECT 1 FROM job AS earlier WHERE earlier.lane = job.lane
						AND earlier.id < job.id AND earlier.state <> 'dead'))
					ORDER BY due_at, id LIMIT $4`+q.db.Dialect().SkipLocked+`)
				RETURNING `+jobColumns,
				sqlstore.Micros(now.Add(kind.Lease)), name, sqlstore.Micros(now), room)
			if err != nil {
				return err
			}
			claimed = append(claimed, list...)
		}
		due, err := sqlstore.One(ctx, tx, func(v *sql.NullInt64) []any { return []any{v} }, `
			SELECT min(CASE WHEN state = 'ready' THEN due_at ELSE lease_until END) FROM job
			WHERE state = 'ready' AND due_at > $1 OR state = 'running'`, sqlstore.Micros(now))
		if err != nil {
			return err
		}
		if due.Valid {
			next = sqlstore.Time(due.Int64)
		}
		return nil
	})
	if err != nil {
		return nil, next, err
	}
	return claimed, next, nil
}

// run makes one try and writes its outcome.
func (q *Queue) run(ctx context.Context, j Job, log *slog.Logger) {
	kind := q.kinds[j.Kind]
	start := q.clock.Now()
	try, cancel := context.WithTimeout(ctx, kind.Lease)
	defer cancel()
	done, cause := kind.Handler(try, j)
	if cause != nil && ctx.Err() != nil {
		// The process stops: the job stays claimed and is taken up again.
		return
	}
	outcome := "done"
	switch {
	case cause == nil:
	case isPermanent(cause) || j.Attempts > len(kind.Schedule):
		outcome, done = "dead", Done{}
		if kind.Dead != nil {
			done = kind.Dead(j, cause)
		}
	default:
		outcome, done = "again", Done{}
	}
	err := q.settle(context.WithoutCancel(ctx), j, outcome, done, cause)
	attrs := []any{
		"kind", j.Kind, "job", j.ID, "attempt", j.Attempts, "outcome", outcome,
		"ms", q.clock.Now().Sub(start).Milliseconds(),
	}
	if cause != nil {
		attrs = append(attrs, "error", cause.Error())
	}
	if err != nil {
		log.Error("job outcome not written", append(attrs, "write", err)...)
		return
	}
	log.Info("job", attrs...)
	if done.AfterCommit != nil {
		done.AfterCommit()
	}
}

func (q *Queue) settle(ctx context.Context, j Job, outcome string, done Done, cause error) error {
	return q.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		if done.Write != nil {
			if err := done.Write(tx); err != nil {
				return err
			}
		}
		switch outcome {
		case "done":
			_, err = tx.ExecContext(ctx, `DELETE FROM job WHERE id = $1`, j.ID)
		case "dead":
			_, err = tx.ExecContext(ctx, `UPDATE job SET state = 'dead', last_error = $1 WHERE id = $2`, cause.Error(), j.ID)
		default:
			due := q.clock.Now().Add(q.kinds[j.Kind].Schedule[j.Attempts-1])
			_, err = tx.ExecContext(ctx, `UPDATE job SET state = 'ready', due_at = $1, lease_until = 0, last_error = $2 WHERE id = $3`,
				sqlstore.Micros(due), cause.Error(), j.ID)
		}
		return err
	})
}
