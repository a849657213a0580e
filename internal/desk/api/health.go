package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/doctor"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

// Health is an examination of the connection.
type Health struct {
	State     string       `json:"state" enum:"none,running,done" doc:"none: nobody asked since the desk started."`
	Healthy   bool         `json:"healthy" doc:"Nothing failed (so far)."`
	SignedIn  bool         `json:"signedIn" doc:"Azure's control plane was asked too."`
	Done      int          `json:"done" doc:"How many of the checks are done."`
	Total     int          `json:"total"`
	StartedAt *time.Time   `json:"startedAt"`
	EndedAt   *time.Time   `json:"endedAt"`
	Lines     []HealthLine `json:"lines"`
}

// HealthLine is one finding.
type HealthLine struct {
	Check   string            `json:"check" example:"key"`
	Group   string            `json:"group" enum:"connection,azure,events,numbers,desk"`
	State   string            `json:"state" enum:"ok,warning,failed,skipped"`
	Code    string            `json:"code" doc:"Stable name of the finding." example:"key.refused"`
	Args    map[string]string `json:"args" doc:"The values that the sentences name."`
	Title   string            `json:"title"`
	Seen    string            `json:"seen" doc:"What was seen, in the language of the request."`
	Do      string            `json:"do" doc:"What to do; empty when there is nothing to do."`
	Command string            `json:"command" doc:"A command line that does it or shows more; may be empty."`
	Page    string            `json:"page" doc:"The page of the desk where it is done; may be empty."`
}

type healthOut struct{ Body Health }

func (a *api) getHealth(ctx context.Context, _ *struct{}) (*healthOut, error) {
	return a.showHealth(ctx, a.Doctor.Last()), nil
}

func (a *api) runHealth(ctx context.Context, in *struct {
	Body struct {
		TenantID     string `json:"tenantId,omitempty" maxLength:"100" doc:"Of a service principal that acts on Azure's control plane for this one run; nothing of it is kept."`
		ClientID     string `json:"clientId,omitempty" maxLength:"100"`
		ClientSecret string `json:"clientSecret,omitempty" maxLength:"1000"`
	}
},
) (*healthOut, error) {
	var azure *controlplane.Client
	b := in.Body
	if b.TenantID != "" || b.ClientID != "" || b.ClientSecret != "" {
		for _, m := range []struct {
			field string
			right bool
		}{
			{"tenantId", uuid.Validate(b.TenantID) == nil}, {"clientId", uuid.Validate(b.ClientID) == nil}, {"clientSecret", b.ClientSecret != ""},
		} {
			if !m.right {
				return nil, problem.New(problem.Invalid, "health.signIn").On(m.field)
			}
		}
		var err error
		azure, err = a.Azure(controlplane.SignIn{
			Way: controlplane.Secret, TenantID: b.TenantID, ClientID: b.ClientID, ClientSecret: secret.Text(b.ClientSecret),
		})
		if err != nil {
			return nil, problem.New(problem.Invalid, "health.signIn").On("tenantId").Because(err)
		}
	}
	result, err := a.Doctor.Ask(azure)
	if err != nil {
		return nil, err
	}
	return a.showHealth(ctx, result), nil
}

func (a *api) showHealth(ctx context.Context, r doctor.Result) *healthOut {
	h := Health{
		State: "none", Healthy: doctor.Healthy(r.Lines), SignedIn: r.SignedIn, Done: r.Done, Total: r.Total, Lines: make([]HealthLine, len(r.Lines)),
	}
	if !r.StartedAt.IsZero() {
		h.State, h.StartedAt = "running", &r.StartedAt
	}
	if !r.EndedAt.IsZero() {
		h.State, h.EndedAt = "done", &r.EndedAt
	}
	for i, l := range r.Lines {
		told := l.Words(doctor.Language(langOf(ctx)))
		h.Lines[i] = HealthLine{
			Check: l.Check, Group: string(l.Group), State: string(l.State), Code: l.Code, Args: l.Args,
			Title: told.Title, Seen: told.Seen, Do: told.Do, Command: told.Command, Page: told.Page,
		}
	}
	return &healthOut{h}
}
