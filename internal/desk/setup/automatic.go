package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/problem"
)

// Target says what is connected. Empty members are looked for, and must then be
// the only one of their kind.
type Target struct {
	// SubscriptionID, ResourceGroup and ResourceName are where the resource lies.
	SubscriptionID, ResourceGroup, ResourceName string
	// AppID is an app registration that exists; without it, one named AppName is
	// looked for and made if need be.
	AppID, AppName string
}

// AppName is what the app registration is called unless told otherwise.
const AppName = "Guichet Event Grid webhook"

// Steps, in their order.
const (
	StepSubscription = "subscription"
	StepRights       = "rights"
	StepProviders    = "providers"
	StepResource     = "resource"
	StepApplication  = "application"
	StepDesk         = "desk"
	StepTopic        = "topic"
	StepRecording    = "recording"
	StepSMS          = "sms"
	StepCalls        = "incoming-call"
	StepNumbers      = "numbers"
)

// StepState is how far a step has come.
type StepState string

// The states of a step.
const (
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
	// Blocked: it cannot go on; Cure says what to do.
	Blocked StepState = "blocked"
)

// Progress is news of a step.
type Progress struct {
	Step  string    `json:"step"`
	State StepState `json:"state"`
	// Detail says what was found or done.
	Detail string `json:"detail,omitempty"`
	// Cure is what a person has to do, such as a command to run.
	Cure string `json:"cure,omitempty"`
}

// Run is one automatic connection.
type Run struct {
	Target
	// DryRun only looks and tells what would be changed.
	DryRun bool
	// Patience bounds how long one step is tried again; 15 minutes when 0, which
	// is how long Azure may need to make an app registration known everywhere.
	Patience time.Duration
	// Report is told of progress; required.
	Report func(Progress)
	// Pause waits between tries; a timer when nil.
	Pause func(ctx context.Context, d time.Duration) error
}

// ErrBlocked says that a step cannot go on; its Progress said why.
var ErrBlocked = errors.New("a step is blocked")

// blockedError is a refusal with its cure.
type blockedError struct {
	detail, cure string
}

func (b *blockedError) Error() string { return b.detail }

// automatic is the state of a run.
type automatic struct {
	*Setup
	run   Run
	azure *controlplane.Client

	resource controlplane.Resource
	appID    string
	topic    string
	made     connection.Made
	current  connection.Connection
}

// ConnectAutomatically provisions Azure's side and connects the desk, step by step. It changes
// nothing that is right already, so that an interrupted run can be repeated. The
// desk must be answering, as Event Grid calls it during the handshakes.
func (s *Setup) ConnectAutomatically(ctx context.Context, azure *controlplane.Client, r Run) error {
	if r.Patience == 0 {
		r.Patience = 15 * time.Minute
	}
	if r.AppName == "" {
		r.AppName = AppName
	}
	if r.Pause == nil {
		r.Pause = pause
	}
	a := &automatic{Setup: s, run: r, azure: azure}
	steps := []struct {
		name string
		do   func(ctx context.Context) (StepState, string, error)
	}{
		{StepSubscription, a.findSubscription},
		{StepResource, a.findResource},
		{StepRights, a.checkRights},
		{StepProviders, a.registerProviders},
		{StepApplication, a.findApplication},
		{StepDesk, a.connectDesk},
		{StepTopic, a.makeTopic},
		{StepRecording, a.subscribe(webhook.Recording)},
		{StepSMS, a.subscribe(webhook.SMS)},
		{StepCalls, a.subscribe(webhook.IncomingCall)},
		{StepNumbers, a.syncNumbers},
	}
	for _, step := range steps {
		if err := a.patiently(ctx, step.name, step.do); err != nil {
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

// patiently does one step, again and again while Azure may only be slow.
func (a *automatic) patiently(ctx context.Context, name string, do func(context.Context) (StepState, string, error)) error {
	say := func(state StepState, detail, cure string) {
		a.run.Report(Progress{Step: name, State: state, Detail: detail, Cure: cure})
	}
	say(Running, "", "")
	waited, next := time.Duration(0), 2*time.Second
	for {
		state, detail, err := do(ctx)
		if err == nil {
			say(state, detail, "")
			return nil
		}
		if blocked, ok := errors.AsType[*blockedError](err); ok {
			say(Blocked, blocked.detail, blocked.cure)
			return fmt.Errorf("%w: %s", ErrBlocked, blocked.detail)
		}
		if refused, ok := errors.AsType[*problem.Error](err); ok {
			say(Blocked, a.Words(refused), "")
			return fmt.Errorf("%w: %s", ErrBlocked, a.Words(refused))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if waited >= a.run.Patience || a.run.DryRun {
			say(Blocked, controlplane.Brief(err), "")
			// Of an answer its code: its whole text holds the request.
			return fmt.Errorf("%w: %s: %s", ErrBlocked, name, controlplane.Brief(err))
		}
		say(Waiting, controlplane.Brief(err), "")
		if err := a.run.Pause(ctx, next); err != nil {
			return err
		}
		waited += next
		next = min(2*next, 30*time.Second)
	}
}

func (a *automatic) findSubscription(ctx context.Context) (StepState, string, error) {
	list, err := a.azure.Subscriptions(ctx)
	if err != nil {
		return "", "", err
	}
	var fits []controlplane.Subscription
	for _, s := range list {
		if a.run.SubscriptionID == "" || strings.EqualFold(s.ID, a.run.SubscriptionID) {
			fits = append(fits, s)
		}
	}
	switch {
	case len(fits) == 0 && a.run.SubscriptionID != "":
		return "", "", &blockedError{
			"the subscription " + a.run.SubscriptionID + " is not to be seen",
			"Give the one who signs in at least the role Reader on it.",
		}
	case len(fits) == 0:
		return "", "", &blockedError{"no subscription is to be seen", "Give the one who signs in a role on the subscription of the resource."}
	case len(fits) > 1:
		return "", "", &blockedError{"there are several subscriptions", "Choose one with --subscription: " + names(fits, func(s controlplane.Subscription) string { return s.ID + " (" + s.Name + ")" })}
	}
	s := fits[0]
	if !s.Enabled {
		return "", "", &blockedError{"the subscription " + s.Name + " is not active", "Reactivate it in the Azure portal: Subscriptions › Reactivate."}
	}
	a.run.SubscriptionID = s.ID
	detail := s.Name
	if s.Trial {
		detail += "; a trial subscription cannot buy phone numbers"
	}
	return Right, detail, a.azure.Use(s.ID, s.TenantID)
}

func names[T any](list []T, name func(T) string) string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = name(v)
	}
	return strings.Join(all, ", ")
}

func (a *automatic) findResource(ctx context.Context) (StepState, string, error) {
	list, err := a.azure.Resources(ctx)
	if controlplane.Denied(err) {
		return "", "", a.lacks([]string{"Microsoft.Communication/communicationServices/read"}, a.azure.Scope(a.run.ResourceGroup))
	}
	if err != nil {
		return "", "", err
	}
	var fits []controlplane.Resource
	for _, r := range list {
		if (a.run.ResourceName == "" || strings.EqualFold(r.Name, a.run.ResourceName)) &&
			(a.run.ResourceGroup == "" || strings.EqualFold(r.Group, a.run.ResourceGroup)) {
			fits = append(fits, r)
		}
	}
	switch {
	case len(fits) == 0:
		return "", "", &blockedError{
			"no such Azure Communication Services resource is to be seen",
			"Look at the name and the group, or make one: az communication create --name NAME --resource-group GROUP --location global --data-location Europe",
		}
	case len(fits) > 1:
		return "", "", &blockedError{"there are several resources", "Choose one with --resource and --resource-group: " + names(fits, func(r controlplane.Resource) string { return r.Group + "/" + r.Name })}
	case fits[0].KeysOff:
		return "", "", &blockedError{
			"access keys are switched off on the resource (disableLocalAuth)",
			"az resource update --ids " + fits[0].ID + " --set properties.disableLocalAuth=false",
		}
	}
	a.resource = fits[0]
	return Right, a.resource.Group + "/" + a.resource.Name, nil
}

// lacks is a block for missing rights, with the command that gives them.
func (a *automatic) lacks(actions []string, scope string) error {
	return &blockedError{
		"the one who signs in may not: " + strings.Join(actions, ", "),
		"An Owner of it has to run: az role assignment create --role Contributor --assignee <who signs in> --scope " + scope + " — then go on with the same command.",
	}
}

func (a *automatic) checkRights(ctx context.Context) (StepState, string, error) {
	for _, at := range []struct {
		scope   string
		actions []string
	}{
		{a.azure.Scope(a.resource.Group), controlplane.GroupActions},
		{a.azure.Scope(""), controlplane.SubscriptionActions},
	} {
		lacking, err := a.azure.Lacking(ctx, at.scope, at.actions)
		if err != nil {
			return "", "", err
		}
		if len(lacking) == 0 {
			continue
		}
		if at.scope == a.azure.Scope("") && a.registered(ctx) {
			// Nothing is left to be registered, so the right to do so is not needed.
			continue
		}
		return "", "", a.lacks(lacking, at.scope)
	}
	return Right, "", nil
}

func (a *automatic) registered(ctx context.Context) bool {
	for _, namespace := range controlplane.Providers {
		if state, err := a.azure.ProviderState(ctx, namespace); err != nil || state != "Registered" {
			return false
		}
	}
	return true
}

func (a *automatic) registerProviders(ctx context.Context) (StepState, string, error) {
	state, detail := Right, ""
	for _, namespace := range controlplane.Providers {
		is, err := a.azure.ProviderState(ctx, namespace)
		if err != nil {
			return "", "", err
		}
		if is == "Registered" {
			continue
		}
		if a.run.DryRun {
			state, detail = Would, "register "+namespace
			continue
		}
		if is != "Registering" {
			if err := a.azure.Register(ctx, namespace); err != nil {
				return "", "", err
			}
			a.made.Providers = append(a.made.Providers, namespace)
		}
		if is, err = a.azure.ProviderState(ctx, namespace); err != nil {
			return "", "", err
		}
		if is != "Registered" {
			return "", "", fmt.Errorf("%s is %s", namespace, is)
		}
	}
	if len(a.made.Providers) > 0 {
		state, detail = Done, strings.Join(a.made.Providers, ", ")
	}
	return state, detail, nil
}

func (a *automatic) findApplication(ctx context.Context) (StepState, string, error) {
	// A resource that was connected before keeps its application.
	if last, err := a.Connections.Last(ctx); err == nil && a.run.AppID == "" && strings.EqualFold(last.ResourceID, a.resource.ID) {
		a.run.AppID = last.AppID
	}
	if a.run.AppID != "" {
		a.appID = strings.ToLower(a.run.AppID)
		return Right, a.appID, nil
	}
	app, state, err := a.namedApplication(ctx)
	if controlplane.Denied(err) {
		return "", "", &blockedError{
			"the one who signs in may not register applications",
			"An Application Administrator has to run: az ad app create --display-name '" + a.run.AppName +
				"' --sign-in-audience AzureADMultipleOrgs && az ad sp create --id <appId> && az ad app owner add --id <appId> --owner-object-id <who signs in> — then go on with --app-id <appId>.",
		}
	}
	if err != nil || state == Would {
		return state, "register the application " + a.run.AppName, err
	}
	a.appID = app.AppID
	has, err := a.azure.HasPrincipal(ctx, app.AppID)
	if err != nil {
		return "", "", err
	}
	if !has {
		if a.run.DryRun {
			return Would, "make the service principal of " + app.AppID, nil
		}
		if err := a.azure.CreatePrincipal(ctx, app.AppID); err != nil {
			return "", "", err
		}
		state = Done
	}
	return state, a.appID, nil
}

func (a *automatic) namedApplication(ctx context.Context) (controlplane.Application, StepState, error) {
	list, err := a.azure.Applications(ctx, a.run.AppName)
	if err != nil {
		return controlplane.Application{}, "", err
	}
	switch {
	case len(list) > 1:
		return controlplane.Application{}, "", &blockedError{
			"several app registrations are named " + a.run.AppName,
			"Choose one with --app-id: " + names(list, func(app controlplane.Application) string { return app.AppID }),
		}
	case len(list) == 1:
		if a.made.Application != "" {
			return list[0], Done, nil
		}
		return list[0], Right, nil
	case a.run.DryRun:
		return controlplane.Application{}, Would, nil
	}
	app, err := a.azure.CreateApplication(ctx, a.run.AppName)
	if err == nil {
		a.made.Application = app.ObjectID
	}
	return app, Done, err
}

func (a *automatic) connectDesk(ctx context.Context) (StepState, string, error) {
	values, err := a.azure.Values(ctx, a.resource)
	if err != nil {
		return "", "", err
	}
	values.AppID = a.appID
	current, err := a.Connections.Current(ctx)
	if err == nil {
		same, checkErr := a.Connections.Same(ctx, values)
		if checkErr != nil {
			return "", "", checkErr
		}
		if same {
			a.current = current
			return Right, current.ResourceName, nil
		}
	} else if !errors.Is(err, connection.ErrNone) {
		return "", "", err
	}
	if a.run.DryRun {
		return Would, "connect the desk to " + a.resource.Name, nil
	}
	a.current, err = a.Connections.Connect(ctx, values, a.audit(ctx, "system"))
	if err != nil {
		return "", "", err
	}
	a.Changed()
	a.KeyGood(ctx)
	return Done, a.resource.Name, a.Connections.NoteMade(ctx, a.current.ID, a.made)
}

func (a *automatic) makeTopic(ctx context.Context) (StepState, string, error) {
	name, err := a.azure.Topic(ctx, a.resource.Group, a.resource.ID)
	if err != nil {
		return "", "", err
	}
	if name != "" {
		a.topic = name
		return Right, name, nil
	}
	a.topic = a.resource.Name + "-events"
	if a.run.DryRun {
		return Would, "make the system topic " + a.topic, nil
	}
	if err := a.azure.CreateTopic(ctx, a.resource.Group, a.topic, a.resource.ID); err != nil {
		return "", "", err
	}
	a.made.Topic = a.resource.Group + "/" + a.topic
	return Done, a.topic, a.Connections.NoteMade(ctx, a.current.ID, a.made)
}

// subscribe makes the event subscription of one endpoint.
func (a *automatic) subscribe(kind webhook.Kind) func(context.Context) (StepState, string, error) {
	return func(ctx context.Context) (StepState, string, error) {
		want := controlplane.EventSubscription{Name: "guichet-" + string(kind), EventTypes: webhook.Serves[kind]}
		if a.current.ID == "" {
			return Would, "make the event subscription " + want.Name, nil
		}
		want.Endpoint = a.PublicURL + webhook.Path(kind, a.current.ID)
		differs, err := a.azure.Differs(ctx, a.resource.Group, a.topic, a.appID, want)
		if err != nil {
			return "", "", err
		}
		if differs == "" {
			return Right, want.Name, nil
		}
		if a.run.DryRun {
			return Would, want.Name + ": " + differs, nil
		}
		if err := a.azure.Subscribe(ctx, a.resource.Group, a.topic, a.appID, want); err != nil {
			return "", "", err
		}
		if differs == "missing" {
			a.made.Subscriptions = append(a.made.Subscriptions, a.resource.Group+"/"+a.topic+"/"+want.Name)
		}
		return Done, want.Name, a.Connections.NoteMade(ctx, a.current.ID, a.made)
	}
}

func (a *automatic) syncNumbers(ctx context.Context) (StepState, string, error) {
	if a.run.DryRun {
		return Right, "", nil
	}
	synced, err := a.Numbers.Sync(ctx, a.current.ID)
	if err != nil {
		return "", "", err
	}
	state := Right
	if synced.Added+synced.Removed > 0 {
		state = Done
	}
	return state, fmt.Sprintf("%d phone numbers", synced.Owned), nil
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
