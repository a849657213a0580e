package webhook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"guichet/internal/platform/sqlstore"
)

// Outcome is what became of an event.
type Outcome struct {
	// State is Applied, Ignored or Failed.
	State State
	// Reason says why it was ignored or failed.
	Reason string
	// AfterCommit publishes what changed; nil when nothing did.
	AfterCommit func()
}

// Applier acts on an event in the transaction that marks it. It must be
// idempotent. An error means that it could not be told yet (the database, a
// race): the event is tried again; what is wrong with the event itself is an
// Outcome with Failed.
type Applier interface {
	Apply(ctx context.Context, tx *sql.Tx, e Event) (Outcome, error)
}

// How an event that meets an error is tried again.
const (
	pauseAfterError = time.Second
	triesAtMost     = 10
	forgetEvery     = 10 * time.Minute
	rescan          = time.Second
)

// Run writes what Accept is given and applies it in the order of arrival, until
// ctx ends. Events left over from an earlier run come first.
func (l *Ledger) Run(ctx context.Context, a Applier, log *slog.Logger) error {
	writer := make(chan error, 1)
	go func() { writer <- l.batcher.Run(ctx) }()
	w := worker{ledger: l, applier: a, log: log, tries: map[int64]int{}}
	w.run(ctx)
	return <-writer
}

type worker struct {
	ledger  *Ledger
	applier Applier
	log     *slog.Logger
	// tries counts the errors of events that are still waiting.
	tries map[int64]int
}

func (w *worker) run(ctx context.Context) {
	nextForget := w.ledger.clock.Now()
	for ctx.Err() == nil {
		n, err := w.batch(ctx)
		pause := 30 * time.Second
		if w.ledger.db.Dialect().Name != sqlstore.SQLite.Name {
			pause = rescan
		}
		switch {
		case err != nil && ctx.Err() == nil:
			w.log.Error("ledger: an event waits", "error", err)
			pause = pauseAfterError
		case n > 0:
			continue
		case !w.ledger.clock.Now().Before(nextForget):
			nextForget = w.ledger.clock.Now().Add(forgetEvery)
			if err := w.ledger.forget(ctx); err != nil && ctx.Err() == nil {
				w.log.Error("ledger: old events stay", "error", err)
			}
		}
		timer, stop := w.ledger.clock.After(pause)
		select {
		case <-ctx.Done():
		case <-w.ledger.wake:
		case <-timer:
		}
		stop()
	}
}

// batch applies what waits, many in one transaction; when one of them meets an
// error, each alone, so that it does not hold up the others.
func (w *worker) batch(ctx context.Context) (int, error) {
	limit := appliedAtOnce
	if w.ledger.batcher.Waiting() > 0 {
		limit = appliedInBursts
	}
	n, err := w.apply(ctx, limit, 0)
	if err == nil || ctx.Err() != nil {
		return n, err
	}
	waiting, err := sqlstore.List(ctx, w.ledger.db.Read(), func(n *int64) []any { return []any{n} },
		`SELECT seq FROM ledger WHERE state = 'received' ORDER BY seq LIMIT $1`, appliedAtOnce)
	if err != nil {
		return 0, err
	}
	done := 0
	var errs []error
	for _, seq := range waiting {
		n, err := w.apply(ctx, 1, seq)
		if err != nil {
			errs = append(errs, fmt.Errorf("event %d: %w", seq, err))
			w.tries[seq]++
			if w.tries[seq] >= triesAtMost {
				delete(w.tries, seq)
				errs = append(errs, w.giveUp(ctx, seq, err))
			}
			continue
		}
		delete(w.tries, seq)
		done += n
	}
	return done, errors.Join(errs...)
}

// apply acts on up to limit waiting events, or on the one numbered only.
func (w *worker) apply(ctx context.Context, limit int, only int64) (int, error) {
	var after []func()
	var events []Event
	var outcomes []Outcome
	// A batch that began is finished, also when the desk stops.
	ctx = context.WithoutCancel(ctx)
	err := w.ledger.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		after, outcomes = nil, nil
		events, err = sqlstore.List(ctx, tx, columns, `SELECT `+eventColumns+` FROM ledger
			WHERE state = 'received' AND ($1 = 0 OR seq = $1) ORDER BY seq LIMIT $2`+w.ledger.db.Dialect().SkipLocked, only, limit)
		if err != nil {
			return err
		}
		for _, e := range events {
			outcome, err := w.applier.Apply(ctx, tx, e)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `UPDATE ledger SET state = $1, reason = $2, applied_at = $3 WHERE seq = $4`,
				string(outcome.State), outcome.Reason, sqlstore.Micros(w.ledger.clock.Now()), e.Seq)
			if err != nil {
				return err
			}
			outcomes = append(outcomes, outcome)
			if outcome.AfterCommit != nil {
				after = append(after, outcome.AfterCommit)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, publish := range after {
		publish()
	}
	for i, e := range events {
		w.log.Info("event", "seq", e.Seq, "event", e.ID, "kind", e.Kind, "type", e.Type,
			"outcome", outcomes[i].State, "reason", outcomes[i].Reason,
			"ms", w.ledger.clock.Now().Sub(e.ReceivedAt).Milliseconds())
	}
	return len(events), nil
}

// giveUp marks an event that met an error too often, so that an administrator
// sees it and can replay it.
func (w *worker) giveUp(ctx context.Context, seq int64, cause error) error {
	return w.ledger.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE ledger SET state = 'failed', reason = $1, applied_at = $2 WHERE seq = $3 AND state = 'received'`,
			cause.Error(), sqlstore.Micros(w.ledger.clock.Now()), seq)
		return err
	})
}
