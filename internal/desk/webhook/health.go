package webhook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"guichet/internal/platform/sqlstore"
)

// LastOf is when the newest event of a connection came in by one endpoint, zero
// when none did within Keeps.
func (l *Ledger) LastOf(ctx context.Context, connectionID string, kind Kind) (time.Time, error) {
	at, err := sqlstore.One(ctx, l.db.Read(), func(t *time.Time) []any { return []any{sqlstore.At(t)} },
		`SELECT received_at FROM ledger WHERE connection_id = $1 AND kind = $2 ORDER BY seq DESC LIMIT 1`, connectionID, string(kind))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return time.Time{}, nil
	}
	return at, err
}

// Backlog is what the ledger holds that is not as it should be.
type Backlog struct {
	// Failed counts events that could not be acted on; Reason is the newest one's.
	Failed int
	Reason string
	// Waiting counts events not yet acted on; Oldest is when the first of them
	// came.
	Waiting int
	Oldest  time.Time
}

// Backlog looks at the events of every connection.
func (l *Ledger) Backlog(ctx context.Context) (Backlog, error) {
	var b Backlog
	var oldest sql.NullInt64
	err := l.db.Read().QueryRowContext(ctx, `SELECT count(*), min(received_at) FROM ledger WHERE state = 'received'`).
		Scan(&b.Waiting, &oldest)
	if err == nil {
		err = l.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM ledger WHERE state = 'failed'`).Scan(&b.Failed)
	}
	if err == nil && b.Failed > 0 {
		b.Reason, err = sqlstore.One(ctx, l.db.Read(), func(s *string) []any { return []any{s} },
			`SELECT reason FROM ledger WHERE state = 'failed' ORDER BY seq DESC LIMIT 1`)
	}
	if err != nil {
		return b, fmt.Errorf("look at the ledger: %w", err)
	}
	if oldest.Valid {
		b.Oldest = sqlstore.Time(oldest.Int64)
	}
	return b, nil
}
