package api

import (
	"context"
	"time"

	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/setup"
	"guichet/internal/desk/setup/automatic"
	"guichet/internal/desk/setup/script"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

// AutomaticConnection is how the automatic connection stands.
type AutomaticConnection struct {
	Ways   []AutomaticWay  `json:"ways"`
	SignIn AutomaticSignIn `json:"signIn"`
	Run    *AutomaticRun   `json:"run,omitempty" doc:"The last run, and how far it has come; absent when there was none."`
}

// AutomaticWay is a way to sign in to Azure.
type AutomaticWay struct {
	Way       string `json:"way" enum:"device-code,secret,managed-identity,cli"`
	Available bool   `json:"available" doc:"Whether the desk's machine offers it."`
}

// AutomaticSignIn is one's own sign-in to Azure. It is kept in memory only, and
// its secret is never shown.
type AutomaticSignIn struct {
	State    string     `json:"state" enum:"none,pending,signed-in,failed"`
	Way      string     `json:"way" enum:",device-code,secret,managed-identity,cli"`
	Code     string     `json:"code" doc:"What to enter at url; empty unless one signs in by a device code."`
	URL      string     `json:"url"`
	Ends     *time.Time `json:"ends" doc:"Until when the code, or the sign-in, is good."`
	Who      string     `json:"who" doc:"The user, or the application's id."`
	TenantID string     `json:"tenantId"`
	Problem  string     `json:"problem" doc:"Why it failed and what to do."`
}

// AutomaticTarget says what is connected. Empty members are looked for, and must
// then be the only one of their kind.
type AutomaticTarget struct {
	SubscriptionID string `json:"subscriptionId,omitempty" maxLength:"100"`
	ResourceGroup  string `json:"resourceGroup,omitempty" maxLength:"90"`
	ResourceName   string `json:"resourceName,omitempty" maxLength:"63"`
	AppID          string `json:"appId,omitempty" maxLength:"100" doc:"An app registration that exists; one is found by name or made when empty."`
	Create         bool   `json:"create,omitempty" doc:"Make the resource, and its group if need be."`
	DataLocation   string `json:"dataLocation,omitempty" maxLength:"50" example:"Europe"`
	GroupLocation  string `json:"groupLocation,omitempty" maxLength:"50" example:"westeurope"`
	TestNumber     string `json:"testNumber,omitempty" maxLength:"16" doc:"A phone that gets one text, whose delivery report must come back; E.164. Empty sends none." example:"+14255550123"`
}

// target is the order's; an unchecked number would cost a text to nowhere.
func (t AutomaticTarget) target() (setup.Target, error) {
	if t.TestNumber != "" && !e164(t.TestNumber) {
		return setup.Target{}, problem.New(problem.Invalid, "automatic.number").On("testNumber")
	}
	return setup.Target{
		SubscriptionID: t.SubscriptionID, ResourceGroup: t.ResourceGroup, ResourceName: t.ResourceName, AppID: t.AppID,
		Create: t.Create, DataLocation: t.DataLocation, GroupLocation: t.GroupLocation, TestNumber: t.TestNumber,
	}, nil
}

func e164(s string) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for _, c := range s[1:] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// AutomaticRun is a run and how far it has come.
type AutomaticRun struct {
	Kind      string          `json:"kind" enum:"plan,connect,undo"`
	State     string          `json:"state" enum:"running,done,blocked,failed,cancelled,interrupted"`
	Target    AutomaticTarget `json:"target"`
	Way       string          `json:"way" enum:"device-code,secret,managed-identity,cli" doc:"How its starter had signed in."`
	StartedAt time.Time       `json:"startedAt"`
	EndedAt   *time.Time      `json:"endedAt"`
	Steps     []AutomaticStep `json:"steps"`
}

// AutomaticStep is a step of a run.
type AutomaticStep struct {
	Step            string     `json:"step" enum:"address,subscription,rights,providers,resource,application,owner,desk,topic,recording,sms,incoming-call,handshakes,numbers,test"`
	State           string     `json:"state" enum:"pending,running,waiting,right,done,would,blocked"`
	Detail          string     `json:"detail" doc:"What was found or done, why it waits, or why it is blocked and what to do."`
	Command         string     `json:"command" doc:"The exact command that an administrator of Azure has to run."`
	StartedAt       *time.Time `json:"startedAt"`
	EndedAt         *time.Time `json:"endedAt"`
	WaitedSeconds   int        `json:"waitedSeconds"`
	RetryInSeconds  int        `json:"retryInSeconds"`
	PatienceSeconds int        `json:"patienceSeconds"`
}

type automaticOut struct{ Body AutomaticConnection }

func (a *api) getAutomatic(ctx context.Context, _ *struct{}) (*automaticOut, error) {
	return a.showAutomatic(ctx), nil
}

func (a *api) showAutomatic(ctx context.Context) *automaticOut {
	ways := a.Automatic.Ways()
	out := &automaticOut{}
	for _, way := range []controlplane.Way{controlplane.DeviceCode, controlplane.Secret, controlplane.ManagedIdentity, controlplane.AzureCLI} {
		out.Body.Ways = append(out.Body.Ways, AutomaticWay{Way: string(way), Available: ways[way]})
	}
	in := a.Automatic.SignInOf(userOf(ctx).ID)
	out.Body.SignIn = AutomaticSignIn{
		State: string(in.State), Way: string(in.Way), Code: in.Code, URL: in.URL, Ends: moment(in.Ends), Who: in.Who, TenantID: in.TenantID,
	}
	if in.Reason != nil {
		out.Body.SignIn.Problem = sentence(in.Reason.Code, langOf(ctx), in.Reason.Args)
	}
	if run := a.Automatic.Current(); run != nil {
		out.Body.Run = showRun(run, langOf(ctx))
	}
	return out
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func showRun(r *automatic.Run, lang int) *AutomaticRun {
	t := r.Target
	v := &AutomaticRun{
		Kind: string(r.Kind), State: string(r.State), Way: string(r.Way), StartedAt: r.StartedAt, EndedAt: moment(r.EndedAt),
		Target: AutomaticTarget{
			SubscriptionID: t.SubscriptionID, ResourceGroup: t.ResourceGroup, ResourceName: t.ResourceName, AppID: t.AppID,
			Create: t.Create, DataLocation: t.DataLocation, GroupLocation: t.GroupLocation, TestNumber: t.TestNumber,
		},
		Steps: make([]AutomaticStep, len(r.Steps)),
	}
	for i, s := range r.Steps {
		detail := s.Detail
		if s.Code != "" {
			detail = sentence(s.Code, lang, s.Args)
		}
		v.Steps[i] = AutomaticStep{
			Step: s.Step, State: string(s.State), Detail: detail, Command: s.Command, StartedAt: moment(s.StartedAt), EndedAt: moment(s.EndedAt),
			WaitedSeconds: s.WaitedSeconds, RetryInSeconds: s.RetryInSeconds, PatienceSeconds: s.PatienceSeconds,
		}
	}
	return v
}

func (a *api) automaticSignIn(ctx context.Context, in *struct {
	Body struct {
		Way          string `json:"way" enum:"device-code,secret,managed-identity,cli"`
		TenantID     string `json:"tenantId,omitempty" maxLength:"100" doc:"GUID or domain; may be empty except for a service principal."`
		ClientID     string `json:"clientId,omitempty" maxLength:"100"`
		ClientSecret string `json:"clientSecret,omitempty" maxLength:"500" doc:"Used for this run; not stored."`
	}
},
) (*automaticOut, error) {
	err := a.Automatic.SignIn(userOf(ctx).ID, controlplane.SignIn{
		Way: controlplane.Way(in.Body.Way), TenantID: in.Body.TenantID, ClientID: in.Body.ClientID, ClientSecret: secret.Text(in.Body.ClientSecret),
	})
	if err != nil {
		return nil, err
	}
	return a.showAutomatic(ctx), nil
}

func (a *api) automaticSignOut(ctx context.Context, _ *struct{}) (*automaticOut, error) {
	a.Automatic.SignOut(userOf(ctx).ID)
	return a.showAutomatic(ctx), nil
}

// AzureSubscription is a subscription that one can see.
type AzureSubscription struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	TenantID string `json:"tenantId"`
	Active   bool   `json:"active"`
	Trial    bool   `json:"trial" doc:"Of an offer with free credit, which cannot buy numbers."`
}

// AzureResource is an ACS resource.
type AzureResource struct {
	Group string `json:"group"`
	Name  string `json:"name"`
}

// AzureGroup is a resource group.
type AzureGroup struct {
	Name     string `json:"name"`
	Location string `json:"location"`
}

type choicesOut struct {
	Body struct {
		Subscriptions []AzureSubscription `json:"subscriptions"`
		Resources     []AzureResource     `json:"resources" doc:"Of the subscription that was asked for."`
		Groups        []AzureGroup        `json:"groups" doc:"Of the subscription that was asked for."`
		DataLocations []string            `json:"dataLocations"`
	}
}

type ofSubscription struct {
	SubscriptionID string `query:"subscriptionId" maxLength:"100"`
}

func (a *api) automaticChoices(ctx context.Context, in *ofSubscription) (*choicesOut, error) {
	c, err := a.Automatic.Choices(ctx, userOf(ctx).ID, in.SubscriptionID)
	if err != nil {
		return nil, err
	}
	out := &choicesOut{}
	b := &out.Body
	b.Subscriptions, b.Resources, b.Groups = []AzureSubscription{}, []AzureResource{}, []AzureGroup{}
	for _, s := range c.Subscriptions {
		b.Subscriptions = append(b.Subscriptions, AzureSubscription{ID: s.ID, Name: s.Name, TenantID: s.TenantID, Active: s.Enabled, Trial: s.Trial})
	}
	for _, r := range c.Resources {
		b.Resources = append(b.Resources, AzureResource{Group: r.Group, Name: r.Name})
	}
	for _, g := range c.Groups {
		b.Groups = append(b.Groups, AzureGroup(g))
	}
	b.DataLocations = controlplane.DataLocations
	return out, nil
}

// ConnectionCondition is one of those under which a resource can be connected.
type ConnectionCondition struct {
	Name    string `json:"name" enum:"one,administrator,trial,subscription,contributor"`
	State   string `json:"state" enum:"met,unmet,unknown" doc:"unknown: it is checked while connecting."`
	Cure    string `json:"cure" doc:"What to do about it."`
	Command string `json:"command" doc:"The exact command that an administrator of Azure has to run."`
}

type conditionsOut struct {
	Body struct {
		Items []ConnectionCondition `json:"items"`
	}
}

func (a *api) conditions(ctx context.Context, in *ofSubscription) (*conditionsOut, error) {
	list, err := a.Automatic.Conditions(ctx, userOf(ctx).ID, in.SubscriptionID)
	if err != nil {
		return nil, err
	}
	out := &conditionsOut{}
	for _, c := range list {
		v := ConnectionCondition{Name: c.Name, State: string(c.Met), Command: c.Command}
		if c.Cure != nil {
			v.Cure = sentence(c.Cure.Code, langOf(ctx), c.Cure.Args)
		}
		out.Body.Items = append(out.Body.Items, v)
	}
	return out, nil
}

func (a *api) automaticStart(ctx context.Context, in *struct {
	Body struct {
		Kind           string          `json:"kind" enum:"plan,connect,undo" doc:"plan only tells what connect would change; undo disconnects and takes back what connect made."`
		Target         AutomaticTarget `json:"target,omitempty"`
		DeleteResource bool            `json:"deleteResource,omitempty" doc:"For undo: also delete the ACS resource if connect made it. One that owns phone numbers is never deleted."`
	}
},
) (*automaticOut, error) {
	target, err := in.Body.Target.target()
	if err != nil {
		return nil, err
	}
	order := automatic.Order{Kind: automatic.Kind(in.Body.Kind), Target: target, DeleteResource: in.Body.DeleteResource}
	if _, err := a.Automatic.Start(userOf(ctx).ID, order); err != nil {
		return nil, err
	}
	return a.showAutomatic(ctx), nil
}

func (a *api) automaticAgain(ctx context.Context, _ *struct{}) (*automaticOut, error) {
	if _, err := a.Automatic.Again(userOf(ctx).ID); err != nil {
		return nil, err
	}
	return a.showAutomatic(ctx), nil
}

func (a *api) automaticCancel(ctx context.Context, _ *struct{}) (*automaticOut, error) {
	if err := a.Automatic.Cancel(); err != nil {
		return nil, err
	}
	return a.showAutomatic(ctx), nil
}

func (a *api) automaticDismiss(ctx context.Context, _ *struct{}) (*automaticOut, error) {
	if err := a.Automatic.Dismiss(ctx); err != nil {
		return nil, err
	}
	return a.showAutomatic(ctx), nil
}

type scriptOut struct {
	Body struct {
		Script string `json:"script"`
	}
}

func (a *api) automaticScript(ctx context.Context, in *struct {
	Body struct {
		Format string          `json:"format" enum:"az,bicep,terraform"`
		Target AutomaticTarget `json:"target"`
	}
},
) (*scriptOut, error) {
	target, err := in.Body.Target.target()
	if err != nil {
		return nil, err
	}
	plan, err := a.Setup.Script(ctx, target)
	if err != nil {
		return nil, err
	}
	out := &scriptOut{}
	out.Body.Script, err = script.Print(script.Format(in.Body.Format), plan)
	return out, err
}
