package setup

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
)

// checkAddress refuses an address of the desk that Azure cannot call.
func (a *automatic) checkAddress(context.Context) (found, error) {
	if a.Azure.Authority != connection.PublicAzure.Authority {
		return is(a.PublicURL), nil
	}
	u, err := url.Parse(a.PublicURL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback() {
		return found{}, blocked("", "provision.address", "url", a.PublicURL)
	}
	return is(a.PublicURL), nil
}

func (a *automatic) findSubscription(ctx context.Context) (f found, err error) {
	if a.me, err = a.azure.Me(ctx); err != nil {
		return f, err
	}
	list, err := a.azure.Subscriptions(ctx)
	if err != nil {
		return f, err
	}
	var fits []controlplane.Subscription
	for _, s := range list {
		if a.run.SubscriptionID == "" || strings.EqualFold(s.ID, a.run.SubscriptionID) {
			fits = append(fits, s)
		}
	}
	who := []string{"who", a.me.Name, "id", a.run.SubscriptionID}
	give := func(scope string) string {
		return "az role assignment create --role Contributor --assignee-object-id " + a.me.ObjectID +
			" --assignee-principal-type " + a.me.Kind() + " --scope " + scope
	}
	switch {
	case len(fits) == 0 && a.run.SubscriptionID != "":
		return f, blocked(give("/subscriptions/"+shellWord(a.run.SubscriptionID)), "provision.subscription.unseen", who...)
	case len(fits) == 0:
		return f, blocked(give("/subscriptions/<SUBSCRIPTION>"), "provision.subscription.none", who...)
	case len(fits) > 1:
		return f, blocked("", "provision.subscription.several", "list", names(fits, func(s controlplane.Subscription) string { return s.ID + " (" + s.Name + ")" }))
	}
	s := fits[0]
	if !s.Enabled {
		return f, blocked("", "provision.subscription.inactive", "name", s.Name)
	}
	if s.TenantID != "" && a.me.TenantID != "" && !strings.EqualFold(s.TenantID, a.me.TenantID) {
		return f, blocked("", "provision.subscription.tenant", "name", s.Name, "tenant", s.TenantID, "own", a.me.TenantID)
	}
	a.run.SubscriptionID = s.ID
	f = is(s.Name)
	if s.Trial {
		f.note = note("provision.subscription.trial", "name", s.Name)
	}
	return f, a.azure.Use(s.ID, s.TenantID)
}

func names[T any](list []T, name func(T) string) string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = name(v)
	}
	return strings.Join(all, ", ")
}

func (a *automatic) findResource(ctx context.Context) (f found, err error) {
	list, err := a.azure.Resources(ctx)
	if controlplane.Denied(err) {
		return f, a.lacks([]string{"Microsoft.Communication/communicationServices/read"}, a.scope())
	}
	if err != nil {
		return f, err
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
		return f, blocked(
			"az communication create --name "+shellWord(or(a.run.ResourceName, "NAME"))+" --resource-group "+shellWord(or(a.run.ResourceGroup, "GROUP"))+
				" --location global --data-location Europe --subscription "+a.run.SubscriptionID,
			"provision.resource.none",
		)
	case len(fits) > 1:
		return f, blocked("", "provision.resource.several", "list", names(fits, func(r controlplane.Resource) string { return r.Group + "/" + r.Name }))
	}
	return a.take(ctx, fits[0], is)
}

// take has the run go on with a resource.
func (a *automatic) take(ctx context.Context, r controlplane.Resource, how func(string) found) (f found, err error) {
	if r.KeysOff {
		return f, blocked("az resource update --ids "+shellWord(r.ID)+" --set properties.disableLocalAuth=false", "provision.resource.keysOff", "name", r.Name)
	}
	a.resource = r
	before, err := a.Connections.MadeFor(ctx, r.ID)
	if err != nil {
		return f, err
	}
	providers := a.made.Providers
	resource, group := or(a.made.Resource, before.Resource), or(a.made.Group, before.Group)
	a.made = before
	a.made.Resource, a.made.Group = resource, group
	a.made.Providers = merged(before.Providers, providers)
	return how(r.Group + "/" + r.Name), nil
}

func merged(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// createResource makes the resource, and its group if need be.
func (a *automatic) createResource(ctx context.Context) (f found, err error) {
	t := a.run.Target
	if t.ResourceGroup == "" || t.ResourceName == "" || t.DataLocation == "" {
		return f, blocked("", "provision.create.incomplete")
	}
	have, err := a.azure.Resource(ctx, t.ResourceGroup, t.ResourceName)
	if err == nil {
		return a.take(ctx, have, is)
	}
	if !controlplane.Missing(err) {
		return f, err
	}
	hasGroup, err := a.hasGroup(ctx)
	if err != nil {
		return f, err
	}
	a.resource = controlplane.Resource{ID: ResourceID(a.run.SubscriptionID, t.ResourceGroup, t.ResourceName), Group: t.ResourceGroup, Name: t.ResourceName}
	if a.run.DryRun {
		if hasGroup {
			return would("provision.would.resource", "name", t.ResourceName, "group", t.ResourceGroup, "location", t.DataLocation), nil
		}
		return would("provision.would.resourceAndGroup", "name", t.ResourceName, "group", t.ResourceGroup, "location", t.DataLocation), nil
	}
	if !hasGroup {
		if t.GroupLocation == "" {
			return f, blocked("", "provision.create.groupLocation", "group", t.ResourceGroup)
		}
		a.made.Group = t.ResourceGroup
		if err := a.making(ctx, func() error { return a.azure.CreateGroup(ctx, t.ResourceGroup, t.GroupLocation) }, func() { a.made.Group = "" }); err != nil {
			return f, err
		}
	}
	a.made.Resource = t.ResourceGroup + "/" + t.ResourceName
	var made controlplane.Resource
	err = a.making(ctx, func() (err error) {
		made, err = a.azure.CreateResource(ctx, t.ResourceGroup, t.ResourceName, t.DataLocation)
		return err
	}, func() { a.made.Resource = "" })
	switch controlplane.Code(err) {
	case "":
	case "NameReservationTaken":
		return f, blocked("", "provision.create.taken", "name", t.ResourceName)
	case "InvalidResourceName", "BadRequest", "LocationNotAvailableForResourceType":
		return f, blocked("", "provision.create.refused", "answer", controlplane.Brief(err))
	}
	if err != nil {
		return f, err
	}
	return a.take(ctx, made, did)
}

// making writes down what is about to be made, then makes it; what Azure refused
// was not made.
func (a *automatic) making(ctx context.Context, do func() error, undo func()) error {
	if err := a.noted(ctx); err != nil {
		return err
	}
	err := do()
	if err != nil && controlplane.Refused(err) {
		undo()
		if err := a.noted(ctx); err != nil {
			return err
		}
	}
	return err
}

func (a *automatic) hasGroup(ctx context.Context) (bool, error) {
	groups, err := a.azure.Groups(ctx)
	if err != nil {
		return false, err
	}
	for _, g := range groups {
		if strings.EqualFold(g.Name, a.run.ResourceGroup) {
			return true, nil
		}
	}
	return false, nil
}

// checkRights asks Azure which actions are allowed, before the first change.
func (a *automatic) checkRights(ctx context.Context) (f found, err error) {
	type need struct {
		scope   string
		actions []string
	}
	group := a.azure.Scope(or(a.resource.Group, a.run.ResourceGroup))
	needs := []need{{group, controlplane.GroupActions}}
	if a.run.Create {
		needs[0].actions = append(append([]string{}, controlplane.GroupActions...), controlplane.CreateActions...)
		has, err := a.hasGroup(ctx)
		if err != nil {
			return f, err
		}
		if !has {
			// What is not there yet is asked for where it will be.
			needs[0].scope = a.azure.Scope("")
			needs[0].actions = append(needs[0].actions, controlplane.CreateGroupActions...)
		}
	}
	needs = append(needs, need{a.azure.Scope(""), controlplane.SubscriptionActions})
	for i, at := range needs {
		lacking, err := a.azure.Lacking(ctx, at.scope, at.actions)
		if err != nil {
			return f, err
		}
		if len(lacking) == 0 {
			continue
		}
		if i == len(needs)-1 && a.registered(ctx) {
			// Nothing is left to be registered, so the right to do so is not needed.
			continue
		}
		return f, a.lacks(lacking, at.scope)
	}
	return is(a.me.Name), nil
}

func (a *automatic) registered(ctx context.Context) bool {
	for _, namespace := range controlplane.Providers {
		if state, err := a.azure.ProviderState(ctx, namespace); err != nil || state != "Registered" {
			return false
		}
	}
	return true
}
