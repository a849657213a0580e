package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/problem"
)

// Target says what is connected. Empty members are looked for, and must then be
// the only one of their kind.
type Target struct {
	// SubscriptionID, ResourceGroup and ResourceName are where the resource lies.
	SubscriptionID string `json:"subscriptionId,omitempty"`
	ResourceGroup  string `json:"resourceGroup,omitempty"`
	ResourceName   string `json:"resourceName,omitempty"`
	// AppID is an app registration that exists; without it, one named AppName is
	// looked for and made if need be.
	AppID   string `json:"appId,omitempty"`
	AppName string `json:"appName,omitempty"`
	// Create makes the resource, and its group if need be, unless it is there;
	// group, name and data location must be given.
	Create bool `json:"create,omitempty"`
	// DataLocation is where a new resource keeps its data, such as Europe;
	// GroupLocation the Azure region of a new group, such as westeurope.
	DataLocation  string `json:"dataLocation,omitempty"`
	GroupLocation string `json:"groupLocation,omitempty"`
	// TestNumber gets one text, whose delivery report must come back; E.164. When
	// empty no text is sent.
	TestNumber string `json:"testNumber,omitempty"`
}

// AppName is what the app registration is called unless told otherwise.
const AppName = "Guichet Event Grid webhook"

// Patience is how long one step is tried again unless told otherwise: so long
// Azure may need to make an app registration known everywhere.
const Patience = 15 * time.Minute

// Steps of a connection.
const (
	StepAddress      = "address"
	StepSubscription = "subscription"
	StepRights       = "rights"
	StepProviders    = "providers"
	StepResource     = "resource"
	StepApplication  = "application"
	StepOwner        = "owner"
	StepDesk         = "desk"
	StepTopic        = "topic"
	StepRecording    = "recording"
	StepSMS          = "sms"
	StepCalls        = "incoming-call"
	StepHandshakes   = "handshakes"
	StepNumbers      = "numbers"
	StepTest         = "test"
)

// StepState is how far a step has come.
type StepState string

// The states of a step.
const (
	// Pending: not begun; only in lists of steps.
	Pending StepState = "pending"
	// Running: being looked at or done.
	Running StepState = "running"
	// Waiting: Azure is slow or not ready yet; it is tried again.
	Waiting StepState = "waiting"
	// Right: it was right already, nothing was changed.
	Right StepState = "right"
	// Done: it was changed.
	Done StepState = "done"
	// Would: a dry run would change it.
	Would StepState = "would"
	// Blocked: it cannot go on; the detail says why and what to do, Command what
	// an administrator of Azure has to run.
	Blocked StepState = "blocked"
)

// Progress is news of a step.
type Progress struct {
	Step  string    `json:"step"`
	State StepState `json:"state"`
	// Detail says what was found or done: a name, or the English sentence of Code.
	Detail string `json:"detail,omitempty"`
	// Code and Args name the sentence, when Detail is one.
	Code string            `json:"code,omitempty"`
	Args map[string]string `json:"args,omitempty"`
	// Command is the exact command that a person has to run.
	Command string `json:"command,omitempty"`
	// Of a step that waits: for how long already, how long until the next try, and
	// how long at most.
	WaitedSeconds   int `json:"waitedSeconds,omitempty"`
	RetryInSeconds  int `json:"retryInSeconds,omitempty"`
	PatienceSeconds int `json:"patienceSeconds,omitempty"`
}

// Run is one automatic connection.
type Run struct {
	Target
	// DryRun only looks and tells what would be changed.
	DryRun bool
	// Patience bounds how long one step is tried again; the constant when 0.
	Patience time.Duration
	// Actor is who is named in the audit log; "system" when empty.
	Actor string
	// Report is told of progress; required.
	Report func(Progress)
	// Pause waits between tries; a timer when nil.
	Pause func(ctx context.Context, d time.Duration) error
}

// ErrBlocked says that a step cannot go on; its Progress said why.
var ErrBlocked = errors.New("a step is blocked")

// blockedError is a refusal with the command that cures it.
type blockedError struct {
	reason  *problem.Error
	command string
}

func (b *blockedError) Error() string { return b.reason.Error() }

func (b *blockedError) Unwrap() error { return b.reason }

func blocked(command string, code string, pairs ...string) error {
	return &blockedError{note(code, pairs...), command}
}

// note is a sentence for people.
func note(code string, pairs ...string) *problem.Error {
	return problem.New(problem.Conflict, code, pairs...)
}

// found is what a step came to: a name, or a sentence.
type found struct {
	state StepState
	name  string
	note  *problem.Error
}

func is(name string) found  { return found{state: Right, name: name} }
func did(name string) found { return found{state: Done, name: name} }
func would(code string, pairs ...string) found {
	return found{state: Would, note: note(code, pairs...)}
}

// automatic is the state of a run.
type automatic struct {
	*Setup
	run   Run
	azure *controlplane.Client

	resource controlplane.Resource
	appID    string
	topic    string
	me       controlplane.Identity
	made     connection.Made
	current  connection.Connection
	test     testText
}

type step struct {
	name string
	do   func(ctx context.Context) (found, error)
}

// steps are those of a run, in their order.
func (a *automatic) steps() []step {
	all := []step{{StepAddress, a.checkAddress}, {StepSubscription, a.findSubscription}}
	if a.run.Create {
		all = append(all, step{StepRights, a.checkRights}, step{StepProviders, a.registerProviders}, step{StepResource, a.createResource})
	} else {
		all = append(all, step{StepResource, a.findResource}, step{StepRights, a.checkRights}, step{StepProviders, a.registerProviders})
	}
	return append(
		all,
		step{StepApplication, a.findApplication},
		step{StepOwner, a.ownApplication},
		step{StepDesk, a.connectDesk},
		step{StepTopic, a.makeTopic},
		step{StepRecording, a.subscribe(webhook.Recording)},
		step{StepSMS, a.subscribe(webhook.SMS)},
		step{StepCalls, a.subscribe(webhook.IncomingCall)},
		step{StepHandshakes, a.checkHandshakes},
		step{StepNumbers, a.syncNumbers},
		step{StepTest, a.sendTest},
	)
}

// Steps names the steps of a run to a target, in their order.
func Steps(t Target) []string {
	a := &automatic{run: Run{Target: t}}
	var all []string
	for _, s := range a.steps() {
		all = append(all, s.name)
	}
	return all
}

// ConnectAutomatically provisions Azure's side and connects the desk, step by
// step. It changes nothing that is right already, so that an interrupted run can
// be repeated. The desk must be answering, as Event Grid calls it during the
// handshakes. It returns ErrBlocked when a step said why it cannot go on.
func (s *Setup) ConnectAutomatically(ctx context.Context, azure *controlplane.Client, r Run) error {
	if r.Patience == 0 {
		r.Patience = Patience
	}
	if r.AppName == "" {
		r.AppName = AppName
	}
	if r.Pause == nil {
		r.Pause = pause
	}
	if r.Actor == "" {
		r.Actor = "system"
	}
	a := &automatic{Setup: s, run: r, azure: azure}
	for _, step := range a.steps() {
		if err := a.patiently(ctx, step); err != nil {
			return err
		}
	}
	if r.DryRun {
		return nil
	}
	if err := s.Connections.Provisioned(ctx, a.current.ID, s.PublicURL); err != nil {
		return err
	}
	s.Changed()
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// say reports what a step came to.
func (a *automatic) say(p Progress, reason *problem.Error) {
	if reason != nil {
		p.Code, p.Args, p.Detail = reason.Code, reason.Args, a.Words(reason)
	}
	a.run.Report(p)
}

// patiently does one step, again and again while Azure may only be slow.
func (a *automatic) patiently(ctx context.Context, s step) error {
	a.say(Progress{Step: s.name, State: Running}, nil)
	waited, next := time.Duration(0), 2*time.Second
	for {
		f, err := s.do(ctx)
		if err == nil {
			a.say(Progress{Step: s.name, State: f.state, Detail: f.name}, f.note)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if stop := a.final(s.name, err, waited); stop != nil {
			a.say(Progress{Step: s.name, State: Blocked, Command: stop.command}, stop.reason)
			// Of an answer its code: its whole text holds the request.
			return fmt.Errorf("%w: %s: %s", ErrBlocked, s.name, a.Words(stop.reason))
		}
		next = min(next, a.run.Patience-waited)
		a.say(Progress{
			Step: s.name, State: Waiting, WaitedSeconds: seconds(waited), RetryInSeconds: seconds(next), PatienceSeconds: seconds(a.run.Patience),
		}, note("provision.waiting", "answer", controlplane.Brief(err)))
		if err := a.run.Pause(ctx, next); err != nil {
			return err
		}
		waited += next
		next = min(2*next, 30*time.Second)
	}
}

func seconds(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }

// final is the block that an error means, or nil when the step is to be tried
// again.
func (a *automatic) final(step string, err error, waited time.Duration) *blockedError {
	if b, ok := errors.AsType[*blockedError](err); ok {
		return b
	}
	if refused, ok := errors.AsType[*problem.Error](err); ok {
		return &blockedError{reason: refused}
	}
	if failed, ok := errors.AsType[*azidentity.AuthenticationFailedError](err); ok {
		return &blockedError{reason: note("provision.signIn", "answer", controlplane.EntraCode(failed))}
	}
	if waited < a.run.Patience && !a.run.DryRun {
		return nil
	}
	if controlplane.Denied(err) {
		b, _ := errors.AsType[*blockedError](a.lacks([]string{controlplane.Brief(err)}, a.scope()))
		return b
	}
	switch step {
	case StepRecording, StepSMS, StepCalls, StepHandshakes:
		return &blockedError{reason: note("provision.handshake", "url", a.PublicURL, "answer", controlplane.Brief(err))}
	}
	return &blockedError{reason: note("provision.failed", "answer", controlplane.Brief(err))}
}

// scope is the group of the resource, or the subscription while it is not known.
func (a *automatic) scope() string {
	if a.resource.Group != "" {
		return a.azure.Scope(a.resource.Group)
	}
	return a.azure.Scope(a.run.ResourceGroup)
}

// lacks is a block for missing rights, with the command that gives them.
func (a *automatic) lacks(actions []string, scope string) error {
	who, kind := a.me.ObjectID, a.me.Kind()
	return blocked(
		"az role assignment create --role Contributor --assignee-object-id "+who+" --assignee-principal-type "+kind+" --scope "+shellWord(scope),
		"provision.rights", "actions", strings.Join(actions, ", "), "who", a.me.Name, "scope", scope,
	)
}

// shellWord quotes a word for a shell when it needs it.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@=+") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// noted writes down what a run made, before it is made where that is possible, so
// that an interruption leaves nothing that cannot be undone.
func (a *automatic) noted(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if a.current.ID == "" {
		return a.Connections.NotePending(ctx, connection.Pending{ResourceID: a.resource.ID, TenantID: a.azure.TenantID(), Made: a.made})
	}
	if err := a.Connections.NoteMade(ctx, a.current.ID, a.made); err != nil {
		return err
	}
	return a.Connections.DropPending(ctx, a.resource.ID)
}

// Complete says whether the resource at endpoint is connected and Azure's side
// set up to call this desk where it is now.
func (s *Setup) Complete(ctx context.Context, endpoint string) (bool, error) {
	c, err := s.Connections.Current(ctx)
	if errors.Is(err, connection.ErrNone) {
		return false, nil
	}
	return err == nil && c.ProvisionedFor == s.PublicURL && strings.TrimRight(c.Endpoint, "/") == strings.TrimRight(endpoint, "/"), err
}
