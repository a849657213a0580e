package people

import (
	"context"
	"fmt"
	"time"

	"guichet/internal/platform/sqlstore"
)

// Audited is a line of the audit log.
type Audited struct {
	At                             time.Time
	Actor, Action, Subject, Detail string
}

// Audited lists the lines of one action since a time, newest first.
func (p *People) Audited(ctx context.Context, action string, since time.Time) ([]Audited, error) {
	list, err := sqlstore.List(ctx, p.db.Read(), func(a *Audited) []any {
		return []any{sqlstore.At(&a.At), &a.Actor, &a.Action, &a.Subject, &a.Detail}
	}, `SELECT at, actor, action, subject, detail FROM audit WHERE action = $1 AND at >= $2 ORDER BY at DESC, id DESC`,
		action, sqlstore.Micros(since))
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	return list, nil
}
