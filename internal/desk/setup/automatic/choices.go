package automatic

import (
	"context"
	"errors"
	"strings"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/platform/problem"
)

// Choices are what there is to choose from.
type Choices struct {
	Subscriptions []controlplane.Subscription
	// Resources and Groups are of the subscription that was asked for.
	Resources []controlplane.Resource
	Groups    []controlplane.Group
}

// Choices lists what the user's sign-in can see: subscriptions, and of one of
// them, unless it is empty, resources and resource groups.
func (a *Automatic) Choices(ctx context.Context, user, subscriptionID string) (Choices, error) {
	client, err := a.client(user)
	if err != nil {
		return Choices{}, err
	}
	var c Choices
	if c.Subscriptions, err = client.Subscriptions(ctx); err != nil {
		return c, unanswered(err)
	}
	if subscriptionID == "" {
		return c, nil
	}
	if err := client.Use(subscriptionID, ""); err != nil {
		return c, err
	}
	if c.Resources, err = client.Resources(ctx); err != nil && !controlplane.Denied(err) {
		return c, unanswered(err)
	}
	if c.Groups, err = client.Groups(ctx); err != nil && !controlplane.Denied(err) {
		return c, unanswered(err)
	}
	return c, nil
}

func unanswered(err error) error {
	return problem.New(problem.Unavailable, "automatic.azure", "answer", brief(err)).Because(err)
}

func (a *Automatic) client(user string) (*controlplane.Client, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.signedIn(user)
	if s == nil {
		return nil, problem.New(problem.Conflict, "automatic.signInNeeded")
	}
	return s.client.Clone(), nil
}

// Met says whether a condition is met.
type Met string

// What is known of a condition.
const (
	IsMet    Met = "met"
	IsNotMet Met = "unmet"
	// Unknown: it is checked while connecting.
	Unknown Met = "unknown"
)

// Condition is one of those under which a resource can be connected.
type Condition struct {
	Name string
	Met  Met
	// Cure says what to do about one that is not met, Command what an administrator
	// of Azure has to run.
	Cure    *problem.Error
	Command string
}

// Names of the conditions, in the order of the original's guide.
const (
	ConditionOne           = "one"
	ConditionAdministrator = "administrator"
	ConditionTrial         = "trial"
	ConditionSubscription  = "subscription"
	ConditionContributor   = "contributor"
)

// Conditions tells what is known of the conditions: of the desk at once, of Azure
// once the user has signed in, for one subscription. Whoever asks is an
// administrator.
func (a *Automatic) Conditions(ctx context.Context, user, subscriptionID string) ([]Condition, error) {
	list := []Condition{
		{Name: ConditionOne, Met: IsMet},
		{Name: ConditionAdministrator, Met: IsMet},
		{Name: ConditionTrial, Met: Unknown},
		{Name: ConditionSubscription, Met: Unknown},
		{Name: ConditionContributor, Met: Unknown},
	}
	current, err := a.Setup.Connections.Current(ctx)
	switch {
	case err == nil:
		list[0].Met, list[0].Cure = IsNotMet, problem.New(problem.Conflict, "connection.exists", "name", current.ResourceName)
	case !errors.Is(err, connection.ErrNone):
		return nil, err
	}
	client, err := a.client(user)
	if err != nil {
		// Not signed in: what Azure knows is checked while connecting.
		return list, nil
	}
	me, err := client.Me(ctx)
	if err != nil {
		return nil, unanswered(err)
	}
	subscriptions, err := client.Subscriptions(ctx)
	if err != nil {
		return nil, unanswered(err)
	}
	for _, s := range subscriptions {
		if strings.EqualFold(s.ID, subscriptionID) || subscriptionID == "" && len(subscriptions) == 1 {
			return list, a.inAzure(ctx, client, me, s, list)
		}
	}
	return list, nil
}

// inAzure fills in what Azure knows of a subscription.
func (a *Automatic) inAzure(ctx context.Context, client *controlplane.Client, me controlplane.Identity, s controlplane.Subscription, list []Condition) error {
	trial, subscription, contributor := &list[2], &list[3], &list[4]
	trial.Met, subscription.Met, contributor.Met = IsMet, IsMet, IsMet
	if s.Trial {
		trial.Met, trial.Cure = IsNotMet, problem.New(problem.Conflict, "automatic.trial", "name", s.Name)
	}
	switch {
	case !s.Enabled:
		subscription.Met, subscription.Cure = IsNotMet, problem.New(problem.Conflict, "provision.subscription.inactive", "name", s.Name)
	case s.TenantID != "" && !strings.EqualFold(s.TenantID, me.TenantID):
		subscription.Met = IsNotMet
		subscription.Cure = problem.New(problem.Conflict, "provision.subscription.tenant", "name", s.Name, "tenant", s.TenantID, "own", me.TenantID)
	}
	if err := client.Use(s.ID, s.TenantID); err != nil {
		return err
	}
	lacking, err := client.Lacking(ctx, client.Scope(""), controlplane.GroupActions)
	if err != nil {
		return unanswered(err)
	}
	if len(lacking) > 0 {
		// A role on the resource group alone is enough, which is not seen from here.
		contributor.Met = Unknown
		contributor.Cure = problem.New(problem.Conflict, "provision.rights", "actions", strings.Join(lacking, ", "), "who", me.Name, "scope", client.Scope(""))
		contributor.Command = "az role assignment create --role Contributor --assignee-object-id " + me.ObjectID +
			" --assignee-principal-type " + me.Kind() + " --scope " + client.Scope("")
	}
	return nil
}
