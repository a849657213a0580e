package doctor

import (
	"context"
	"slices"
	"time"

	"guichet/internal/desk/controlplane"
	"guichet/internal/platform/problem"
)

// Result is the examination that runs, or the last one.
type Result struct {
	// Lines are those known so far, Done of Total checks.
	Lines       []Line
	Done, Total int
	// StartedAt is zero when there was none since the desk started; EndedAt is zero
	// while it runs.
	StartedAt, EndedAt time.Time
	// SignedIn: Azure's control plane was asked too.
	SignedIn bool
}

// Running says whether the examination is under way.
func (r Result) Running() bool { return !r.StartedAt.IsZero() && r.EndedAt.IsZero() }

// Last is the examination that runs, or the last one that was asked for with
// Ask. It is kept in memory.
func (d *Doctor) Last() Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.last
	r.Lines = slices.Clone(r.Lines)
	return r
}

// Ask has Run examine. One runs at a time: while it does, Ask is refused. azure
// may be nil and is forgotten when the examination ended.
func (d *Doctor) Ask(azure *controlplane.Client) (Result, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last.Running() {
		return Result{}, problem.New(problem.Conflict, "health.running")
	}
	d.last = Result{Total: Total(), StartedAt: d.Clock.Now(), SignedIn: azure != nil, Lines: []Line{}}
	// There is room: one is asked for at a time.
	d.asks <- azure
	return d.last, nil
}

// Run does what is asked for, until ctx ends.
func (d *Doctor) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case azure := <-d.asks:
			d.Examine(ctx, azure, func(l Line, done int) {
				d.mu.Lock()
				defer d.mu.Unlock()
				d.last.Lines, d.last.Done = append(d.last.Lines, l), done
			})
			d.mu.Lock()
			d.last.Done, d.last.EndedAt = d.last.Total, d.Clock.Now()
			d.mu.Unlock()
		}
	}
}
