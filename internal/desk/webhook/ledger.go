package webhook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// State of an event in the ledger.
type State string

// The states of an event.
const (
	// Received: committed, not yet acted on.
	Received State = "received"
	// Applied: its effect is committed.
	Applied State = "applied"
	// Ignored: nothing here acts on it; the reason says why.
	Ignored State = "ignored"
	// Failed: it could not be acted on; the reason says why. It can be replayed.
	Failed State = "failed"
)

// Keeps is how long an event that was dealt with stays: longer than Event Grid's
// own retries (24 h by default), so that a late duplicate is still recognised.
const Keeps = 48 * time.Hour

// Limits of the ledger's writer. While requests wait to be taken in, few events
// are applied in one transaction: what is accepted is safe and can wait.
const (
	batchAtMost     = 256
	waitingAtMost   = 4096
	appliedAtOnce   = 64
	appliedInBursts = 4
)

// Event is one row of the ledger.
type Event struct {
	// Seq orders rows by their arrival.
	Seq          int64
	ConnectionID string
	// ID is Event Grid's id, unique within a connection.
	ID string
	// Kind is the endpoint it came in by.
	Kind Kind
	// Type is the event's type, such as Microsoft.Communication.SMSReceived.
	Type string
	// Raw is the event as it came, in the schema it came in.
	Raw        []byte
	State      State
	Reason     string
	ReceivedAt time.Time
	AppliedAt  time.Time
}

// Ledger keeps every event that was accepted.
type Ledger struct {
	db      *sqlstore.DB
	clock   clock.Clock
	batcher *sqlstore.Batcher[[]Event, int]
	wake    chan struct{}
}

// NewLedger makes the ledger over a migrated database.
func NewLedger(db *sqlstore.DB, c clock.Clock) *Ledger {
	l := &Ledger{db: db, clock: c, wake: make(chan struct{}, 1)}
	l.batcher = sqlstore.NewBatcher(db, batchAtMost, waitingAtMost, l.insert)
	return l
}

// Accept commits events and returns how many were new. It returns
// sqlstore.ErrBusy when too many wait.
func (l *Ledger) Accept(ctx context.Context, events []Event) (int, error) {
	n, err := l.batcher.Do(ctx, events)
	if err == nil && n > 0 {
		l.Wake()
	}
	return n, err
}

// Wake has the worker look for events now.
func (l *Ledger) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

const insertEvent = `
	INSERT INTO ledger (event_key, connection_id, event_id, kind, type, raw, state, reason, received_at, applied_at)
	VALUES ($1, $2, $3, $4, $5, $6, 'received', '', $7, 0) ON CONFLICT (event_key) DO NOTHING`

func (l *Ledger) insert(ctx context.Context, tx *sql.Tx, requests [][]Event) ([]int, error) {
	insert, err := tx.PrepareContext(ctx, insertEvent)
	if err != nil {
		return nil, err
	}
	defer func() { _ = insert.Close() }()
	now := sqlstore.Micros(l.clock.Now())
	added := make([]int, len(requests))
	for i, events := range requests {
		for _, e := range events {
			res, err := insert.ExecContext(ctx, e.ConnectionID+"/"+e.ID, e.ConnectionID, e.ID, string(e.Kind), e.Type, e.Raw, now)
			if err != nil {
				return nil, fmt.Errorf("accept event: %w", err)
			}
			n, err := res.RowsAffected()
			if err != nil {
				return nil, err
			}
			added[i] += int(n)
		}
	}
	return added, nil
}

const eventColumns = `seq, connection_id, event_id, kind, type, raw, state, reason, received_at, applied_at`

func columns(e *Event) []any {
	return []any{
		&e.Seq, &e.ConnectionID, &e.ID, &e.Kind, &e.Type, &e.Raw, &e.State, &e.Reason,
		sqlstore.At(&e.ReceivedAt), sqlstore.At(&e.AppliedAt),
	}
}

// Get reads one event.
func (l *Ledger) Get(ctx context.Context, seq int64) (Event, error) {
	e, err := sqlstore.One(ctx, l.db.Read(), columns, `SELECT `+eventColumns+` FROM ledger WHERE seq = $1`, seq)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return e, problem.New(problem.NotFound, "event.unknown")
	}
	return e, err
}

// List reads up to limit events before the row number before (0: from the
// newest), newest first, of one state and one kind, or of all when empty.
func (l *Ledger) List(ctx context.Context, state State, kind Kind, before int64, limit int) ([]Event, error) {
	if before == 0 {
		before = 1 << 62
	}
	list, err := sqlstore.List(ctx, l.db.Read(), columns, `SELECT `+eventColumns+` FROM ledger
		WHERE seq < $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR kind = $3) ORDER BY seq DESC LIMIT $4`,
		before, string(state), string(kind), limit)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return list, nil
}

// LastReceived is when the newest event of a connection came, zero when none did.
func (l *Ledger) LastReceived(ctx context.Context, connectionID string) (time.Time, error) {
	at, err := sqlstore.One(ctx, l.db.Read(), func(t *time.Time) []any { return []any{sqlstore.At(t)} },
		`SELECT received_at FROM ledger WHERE connection_id = $1 ORDER BY seq DESC LIMIT 1`, connectionID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return time.Time{}, nil
	}
	return at, err
}

// Replay has an event that was dealt with acted on once more. Every effect is
// idempotent, so replaying an applied event changes nothing.
func (l *Ledger) Replay(ctx context.Context, seq int64) (e Event, err error) {
	err = l.db.Tx(ctx, func(tx *sql.Tx) error {
		e, err = sqlstore.One(ctx, tx, columns, `UPDATE ledger SET state = 'received', reason = '', applied_at = 0
			WHERE seq = $1 RETURNING `+eventColumns, seq)
		if errors.Is(err, sqlstore.ErrNotFound) {
			return problem.New(problem.NotFound, "event.unknown")
		}
		return err
	})
	if err == nil {
		l.Wake()
	}
	return e, err
}

// forget deletes what was dealt with longer than Keeps ago, a part at a time.
func (l *Ledger) forget(ctx context.Context) error {
	before := sqlstore.Micros(l.clock.Now().Add(-Keeps))
	return l.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM ledger WHERE seq IN (SELECT seq FROM ledger
			WHERE received_at < $1 AND state <> 'received' ORDER BY seq LIMIT 1000)`, before)
		return err
	})
}
