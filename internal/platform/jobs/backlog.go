package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guichet/internal/platform/sqlstore"
)

// Backlog is what the queue holds that is not as it should be.
type Backlog struct {
	// Dead counts jobs that were given up after several tries (one that was refused
	// at once has told its owner why); Kind and LastError are the newest one's.
	Dead            int
	Kind, LastError string
	// Late counts jobs that should have begun before the time asked for.
	Late int
}

// Backlog counts the jobs made since a time that are dead, and those that were
// due before a time and have not begun.
func (q *Queue) Backlog(ctx context.Context, since, due time.Time) (Backlog, error) {
	var b Backlog
	err := q.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM job WHERE state = 'dead' AND attempts > 1 AND created_at >= $1`, sqlstore.Micros(since)).
		Scan(&b.Dead)
	if err == nil {
		// One that waits for an earlier one of its lane is not late by itself.
		err = q.db.Read().QueryRowContext(ctx, `SELECT count(*) FROM job WHERE state = 'ready' AND due_at < $1
			AND (lane = '' OR NOT EXISTS (SELECT 1 FROM job AS earlier WHERE earlier.lane = job.lane
				AND earlier.id < job.id AND earlier.state <> 'dead'))`, sqlstore.Micros(due)).Scan(&b.Late)
	}
	if err == nil {
		var newest Job
		newest, err = sqlstore.One(ctx, q.db.Read(), func(j *Job) []any { return []any{&j.Kind, &j.LastError} },
			`SELECT kind, last_error FROM job WHERE state = 'dead' AND attempts > 1 AND created_at >= $1 ORDER BY id DESC LIMIT 1`, sqlstore.Micros(since))
		b.Kind, b.LastError = newest.Kind, newest.LastError
		if errors.Is(err, sqlstore.ErrNotFound) {
			err = nil
		}
	}
	if err != nil {
		return b, fmt.Errorf("look at the jobs: %w", err)
	}
	return b, nil
}
