// Package automatic is the automatic connection as an administrator drives it
// from the page: the sign-in to Azure, what there is to choose from, and one run
// at a time, whose progress survives the page and the desk. It keeps no secret:
// a sign-in lives in memory, and belongs to who made it. What a run does is the
// room setup's.
package automatic

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/setup"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Kind is what a run does.
type Kind string

// The kinds of a run.
const (
	// Plan only looks, and tells what Connect would change.
	Plan    Kind = "plan"
	Connect Kind = "connect"
	// Undo disconnects, and takes back what Connect made.
	Undo Kind = "undo"
)

// State is how far a run has come.
type State string

// The states of a run.
const (
	Running State = "running"
	Done    State = "done"
	// Blocked: a step said why it cannot go on, and what to do.
	Blocked   State = "blocked"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	// Interrupted: the desk stopped in the middle.
	Interrupted State = "interrupted"
)

// Order says what is to be run.
type Order struct {
	Kind   Kind         `json:"kind"`
	Target setup.Target `json:"target"`
	// DeleteResource is for Undo.
	DeleteResource bool `json:"deleteResource,omitempty"`
}

// Step is a step with its times; a step that has not begun has none.
type Step struct {
	setup.Progress
	StartedAt time.Time `json:"startedAt"`
	EndedAt   time.Time `json:"endedAt"`
}

// Run is a run, as far as it has come.
type Run struct {
	Order
	State State `json:"state"`
	// By is the id of who started it, Way how they had signed in.
	By        string           `json:"by"`
	Way       controlplane.Way `json:"way"`
	StartedAt time.Time        `json:"startedAt"`
	EndedAt   time.Time        `json:"endedAt"`
	Steps     []Step           `json:"steps"`
}

// Options of New; all are required, except Pause.
type Options struct {
	DB    *sqlstore.DB
	Clock clock.Clock
	Setup *setup.Setup
	// SignIn prepares a client of Azure.
	SignIn func(controlplane.SignIn) (*controlplane.Client, error)
	// Changed is called when the run changed.
	Changed func()
	Log     *slog.Logger
	// Pause waits between tries; a timer when nil.
	Pause func(ctx context.Context, d time.Duration) error
}

// Automatic is the room.
type Automatic struct {
	Options
	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	signIns map[string]*signIn
	run     *Run
	// cancel ends the run that is on.
	cancel func()
}

// New makes the room over a migrated database; what ran when the desk stopped is
// interrupted.
func New(ctx context.Context, o Options) (*Automatic, error) {
	a := &Automatic{Options: o, signIns: map[string]*signIn{}}
	a.life, a.end = context.WithCancel(context.WithoutCancel(ctx))
	text, err := sqlstore.One(ctx, o.DB.Read(), func(v *string) []any { return []any{v} }, `SELECT run FROM automatic_run WHERE id = 1`)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return a, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the automatic connection: %w", err)
	}
	a.run = &Run{}
	if err := json.Unmarshal([]byte(text), a.run); err != nil {
		return nil, fmt.Errorf("read the automatic connection: %w", err)
	}
	if a.run.State == Running {
		a.run.State = Interrupted
	}
	return a, nil
}

// Stop interrupts what runs and waits until it has ended. It may be repeated.
func (a *Automatic) Stop() {
	// Nothing begins any more once the lock is free again.
	a.mu.Lock()
	a.end()
	a.mu.Unlock()
	a.work.Wait()
}

// Current is the last run, or nil.
func (a *Automatic) Current() *Run {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.copied()
}

func (a *Automatic) copied() *Run {
	if a.run == nil {
		return nil
	}
	r := *a.run
	r.Steps = append([]Step{}, a.run.Steps...)
	return &r
}

// Start begins a run with the user's own sign-in. One runs at a time.
func (a *Automatic) Start(user string, o Order) (*Run, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.start(user, o)
}

// Again begins the last run once more, which goes on where it stopped, as what is
// right is left alone.
func (a *Automatic) Again(user string) (*Run, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.run == nil {
		return nil, problem.New(problem.Conflict, "automatic.none")
	}
	return a.start(user, a.run.Order)
}

func (a *Automatic) start(user string, o Order) (*Run, error) {
	if a.cancel != nil {
		return nil, problem.New(problem.Conflict, "automatic.running")
	}
	if a.life.Err() != nil {
		return nil, problem.New(problem.Unavailable, "busy")
	}
	s := a.signedIn(user)
	if s == nil {
		return nil, problem.New(problem.Conflict, "automatic.signInNeeded")
	}
	r := &Run{Order: o, State: Running, By: user, Way: s.ask.Way, StartedAt: a.Clock.Now()}
	if o.Kind != Undo {
		for _, name := range setup.Steps(o.Target) {
			r.Steps = append(r.Steps, Step{Progress: setup.Progress{Step: name, State: setup.Pending}})
		}
	}
	a.run = r
	if err := a.keep(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(a.life)
	a.cancel = cancel
	client := s.client.Clone()
	a.work.Go(func() {
		defer cancel()
		a.finish(ctx, a.perform(ctx, client, user, o))
	})
	return a.copied(), nil
}

func (a *Automatic) perform(ctx context.Context, client *controlplane.Client, user string, o Order) error {
	if o.Kind == Undo {
		err := a.Setup.Undo(ctx, client, setup.Undoing{Actor: user, DeleteResource: o.DeleteResource, Report: a.report})
		if errors.Is(err, connection.ErrNone) {
			err = nil
		}
		return err
	}
	return a.Setup.ConnectAutomatically(ctx, client, setup.Run{
		Target: o.Target, DryRun: o.Kind == Plan, Actor: user, Report: a.report, Pause: a.Pause,
	})
}

// report takes in news of a step. A run that undoes says each thing on a line of
// its own.
func (a *Automatic) report(p setup.Progress) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.Clock.Now()
	var s *Step
	for i := range a.run.Steps {
		if a.run.Steps[i].Step == p.Step && a.run.Kind != Undo {
			s = &a.run.Steps[i]
		}
	}
	if s == nil {
		a.run.Steps = append(a.run.Steps, Step{})
		s = &a.run.Steps[len(a.run.Steps)-1]
	}
	s.Progress = p
	if s.StartedAt.IsZero() {
		s.StartedAt = now
	}
	if p.State != setup.Running && p.State != setup.Waiting {
		s.EndedAt = now
	}
	if err := a.keep(); err != nil {
		a.Log.Error("progress not kept", "error", err)
	}
	a.Changed()
}

// finish notes how the run ended.
func (a *Automatic) finish(ctx context.Context, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.run
	r.EndedAt = a.Clock.Now()
	switch {
	case err == nil:
		r.State = Done
	case a.life.Err() != nil:
		r.State = Interrupted
	case ctx.Err() != nil:
		r.State = Cancelled
	case errors.Is(err, setup.ErrBlocked):
		r.State = Blocked
	default:
		r.State = Failed
	}
	if r.State == Failed {
		a.Log.Error("automatic connection failed", "error", err)
	}
	a.cancel = nil
	if r.State == Done && r.Kind != Plan {
		delete(a.signIns, r.By)
	}
	if err := a.keep(); err != nil {
		a.Log.Error("end of the automatic connection not kept", "error", err)
	}
	a.Log.Info("automatic connection", "kind", r.Kind, "outcome", r.State, "duration", r.EndedAt.Sub(r.StartedAt))
	a.Changed()
}

// Cancel ends the run that is on; what it did stays done.
func (a *Automatic) Cancel() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancel == nil {
		return problem.New(problem.Conflict, "automatic.none")
	}
	a.cancel()
	return nil
}

// Dismiss forgets a run that has ended.
func (a *Automatic) Dismiss(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cancel != nil {
		return problem.New(problem.Conflict, "automatic.running")
	}
	a.run = nil
	return a.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM automatic_run`)
		return err
	})
}

// keep stores the run.
func (a *Automatic) keep() error {
	text, err := json.Marshal(a.run)
	if err != nil {
		return err
	}
	ctx := context.WithoutCancel(a.life)
	return a.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO automatic_run (id, run) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET run = excluded.run`, string(text))
		return err
	})
}
