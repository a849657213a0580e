package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/webhook"
)

func (a *automatic) registerProviders(ctx context.Context) (f found, err error) {
	var missing, done []string
	for _, namespace := range controlplane.Providers {
		state, err := a.azure.ProviderState(ctx, namespace)
		if err != nil {
			return f, err
		}
		if state == "Registered" {
			continue
		}
		missing = append(missing, namespace)
		if a.run.DryRun {
			continue
		}
		if state != "Registering" {
			if err := a.azure.Register(ctx, namespace); err != nil {
				return f, err
			}
			a.made.Providers = merged(a.made.Providers, []string{namespace})
		}
		if state, err = a.azure.ProviderState(ctx, namespace); err != nil {
			return f, err
		}
		if state != "Registered" {
			return f, fmt.Errorf("%s is %s", namespace, state)
		}
		done = append(done, namespace)
	}
	switch {
	case len(missing) > 0 && a.run.DryRun:
		return would("provision.would.providers", "names", strings.Join(missing, ", ")), nil
	case len(done) > 0:
		return did(strings.Join(done, ", ")), nil
	}
	return is(strings.Join(controlplane.Providers, ", ")), nil
}

// findApplication finds or makes the app registration and its service principal.
func (a *automatic) findApplication(ctx context.Context) (f found, err error) {
	// A resource that was connected before keeps its application.
	if before, err := a.Connections.ForResource(ctx, a.resource.ID); err == nil && a.run.AppID == "" {
		a.run.AppID = before.AppID
	}
	if a.run.AppID != "" {
		return a.givenApplication(ctx)
	}
	app, f, err := a.namedApplication(ctx)
	if controlplane.Denied(err) {
		return f, blocked(
			"APP=$(az ad app create --display-name "+shellWord(a.run.AppName)+" --sign-in-audience AzureADMultipleOrgs --query appId --output tsv) && "+
				"az ad sp create --id \"$APP\" && az ad app owner add --id \"$APP\" --owner-object-id "+a.me.ObjectID+" && echo \"$APP\"",
			"provision.application.denied", "who", a.me.Name,
		)
	}
	if err != nil || f.state == Would {
		return f, err
	}
	a.appID = app.AppID
	return a.principal(ctx, app, f)
}

// givenApplication looks at the application that was named. Who may not look
// leaves it to Event Grid to check it.
func (a *automatic) givenApplication(ctx context.Context) (f found, err error) {
	a.appID = strings.ToLower(strings.TrimSpace(a.run.AppID))
	app, ok, err := a.azure.Application(ctx, a.appID)
	switch {
	case controlplane.Denied(err):
		return found{state: Right, note: note("provision.application.unseen", "id", a.appID)}, nil
	case err != nil:
		return f, err
	case !ok:
		return f, blocked("", "provision.application.unknown", "id", a.appID)
	}
	return a.principal(ctx, app, is(a.appID))
}

// principal makes an application's service principal unless it is there.
func (a *automatic) principal(ctx context.Context, app controlplane.Application, f found) (found, error) {
	has, err := a.azure.Principal(ctx, app.AppID)
	if err != nil || has != "" {
		return f, err
	}
	if a.run.DryRun {
		return would("provision.would.principal", "id", app.AppID), nil
	}
	id, err := a.azure.CreatePrincipal(ctx, app.AppID)
	if controlplane.Denied(err) {
		return f, blocked("az ad sp create --id "+app.AppID, "provision.principal.denied", "id", app.AppID)
	}
	if err != nil {
		return f, err
	}
	// That of an application made here goes with it.
	if a.made.Application != app.ObjectID {
		a.made.Principal = id
	}
	return did(app.AppID), a.noted(ctx)
}

func (a *automatic) namedApplication(ctx context.Context) (app controlplane.Application, f found, err error) {
	list, err := a.azure.Applications(ctx, a.run.AppName)
	if err != nil {
		return app, f, err
	}
	switch {
	case len(list) > 1:
		return app, f, blocked("", "provision.application.several", "name", a.run.AppName,
			"list", names(list, func(app controlplane.Application) string { return app.AppID }))
	case len(list) == 1:
		app = list[0]
		f = is(app.AppID)
		// An interrupted run was about to make it, so that it is this desk's.
		if a.made.ApplicationName == a.run.AppName && a.made.Application == "" {
			a.made.Application = app.ObjectID
			f, err = did(app.AppID), a.noted(ctx)
		}
		return app, f, err
	case a.run.DryRun:
		return app, would("provision.would.application", "name", a.run.AppName), nil
	}
	a.made.ApplicationName = a.run.AppName
	err = a.making(ctx, func() (err error) {
		app, err = a.azure.CreateApplication(ctx, a.run.AppName)
		return err
	}, func() { a.made.ApplicationName = "" })
	if err != nil {
		return app, f, err
	}
	a.made.Application = app.ObjectID
	return app, did(app.AppID), a.noted(ctx)
}

// ownApplication makes who acts an owner of the application, which Event Grid
// asks of the one who makes the event subscriptions (check since 30 March 2021).
func (a *automatic) ownApplication(ctx context.Context) (f found, err error) {
	if a.appID == "" {
		return would("provision.would.owner", "who", a.me.Name), nil
	}
	unseen := found{state: Right, note: note("provision.owner.unseen", "who", a.me.Name, "id", a.appID)}
	app, ok, err := a.azure.Application(ctx, a.appID)
	if controlplane.Denied(err) {
		return unseen, nil
	}
	if err == nil && !ok {
		err = fmt.Errorf("the application %s is not known yet", a.appID)
	}
	if err != nil {
		return f, err
	}
	owns, err := a.azure.Owns(ctx, app.ObjectID, a.me.ObjectID)
	switch {
	case controlplane.Denied(err):
		return unseen, nil
	case err != nil:
		return f, err
	case owns:
		return is(a.me.Name), nil
	case a.run.DryRun:
		return would("provision.would.owner", "who", a.me.Name), nil
	}
	// That of an application made here goes with it.
	if a.made.Application != app.ObjectID {
		a.made.Owner = app.ObjectID + "/" + a.me.ObjectID
	}
	err = a.making(ctx, func() error { return a.azure.AddOwner(ctx, app.ObjectID, a.me.ObjectID) }, func() { a.made.Owner = "" })
	if controlplane.Denied(err) {
		return f, blocked("az ad app owner add --id "+a.appID+" --owner-object-id "+a.me.ObjectID, "provision.owner.denied", "who", a.me.Name, "id", a.appID)
	}
	return did(a.me.Name), err
}

func (a *automatic) connectDesk(ctx context.Context) (f found, err error) {
	current, err := a.Connections.Current(ctx)
	if err != nil && !errors.Is(err, connection.ErrNone) {
		return f, err
	}
	connected := err == nil
	if connected && !strings.EqualFold(current.ResourceID, a.resource.ID) {
		return f, blocked("", "connection.exists", "name", current.ResourceName)
	}
	if a.run.DryRun && (a.appID == "" || a.resource.Endpoint == "") {
		return would("provision.would.desk", "name", a.resource.Name), nil
	}
	values, err := a.azure.Values(ctx, a.resource)
	if err != nil {
		return f, err
	}
	values.AppID = a.appID
	if connected {
		same, err := a.Connections.Same(ctx, values)
		if err != nil {
			return f, err
		}
		if same {
			a.current = current
			return is(current.ResourceName), nil
		}
	}
	if a.run.DryRun {
		return would("provision.would.desk", "name", a.resource.Name), nil
	}
	a.current, err = a.Connections.Connect(ctx, values, a.audit(ctx, a.run.Actor))
	if err != nil {
		return f, err
	}
	a.Changed()
	a.KeyGood(ctx)
	return did(a.resource.Name), a.noted(ctx)
}

func (a *automatic) makeTopic(ctx context.Context) (f found, err error) {
	if a.run.DryRun && a.resource.Endpoint == "" {
		return would("provision.would.topic", "name", TopicName(a.resource.Name)), nil
	}
	name, err := a.azure.Topic(ctx, a.resource.Group, a.resource.ID)
	if err != nil {
		return f, err
	}
	if name != "" {
		a.topic = name
		return is(name), nil
	}
	a.topic = TopicName(a.resource.Name)
	if a.run.DryRun {
		return would("provision.would.topic", "name", a.topic), nil
	}
	a.made.Topic = a.resource.Group + "/" + a.topic
	err = a.making(ctx, func() error { return a.azure.CreateTopic(ctx, a.resource.Group, a.topic, a.resource.ID) }, func() { a.made.Topic = "" })
	return did(a.topic), err
}

// TopicName is what the system topic of a resource is called when it is made.
func TopicName(resource string) string { return resource + "-events" }

// SubscriptionName is what the event subscription of an endpoint is called.
func SubscriptionName(kind webhook.Kind) string { return "guichet-" + string(kind) }

func (a *automatic) wanted(kind webhook.Kind) controlplane.EventSubscription {
	return controlplane.EventSubscription{
		Name: SubscriptionName(kind), EventTypes: webhook.Serves[kind], Endpoint: a.PublicURL + webhook.Path(kind, a.current.ID),
	}
}

// subscribe makes the event subscription of one endpoint; Event Grid asks the
// endpoint for its consent before that ends.
func (a *automatic) subscribe(kind webhook.Kind) func(context.Context) (found, error) {
	return func(ctx context.Context) (f found, err error) {
		want := a.wanted(kind)
		if a.current.ID == "" {
			return would("provision.would.subscription", "name", want.Name), nil
		}
		differs, err := a.azure.Differs(ctx, a.resource.Group, a.topic, a.appID, want)
		if err != nil {
			return f, err
		}
		switch {
		case differs == "":
			return is(want.Name), nil
		case a.run.DryRun && differs == controlplane.Absent:
			return would("provision.would.subscription", "name", want.Name), nil
		case a.run.DryRun:
			return would("provision.would.change", "name", want.Name, "difference", differs), nil
		}
		path := a.resource.Group + "/" + a.topic + "/" + want.Name
		before := a.made.Subscriptions
		if differs == controlplane.Absent {
			a.made.Subscriptions = merged(before, []string{path})
		}
		err = a.making(ctx, func() error { return a.azure.Subscribe(ctx, a.resource.Group, a.topic, a.appID, want) }, func() {})
		return did(want.Name), err
	}
}

// checkHandshakes reads all three event subscriptions again: Event Grid calls
// them Succeeded only after the endpoint answered its handshake.
func (a *automatic) checkHandshakes(ctx context.Context) (f found, err error) {
	if a.current.ID == "" || a.run.DryRun {
		return found{state: Right, note: note("provision.handshakes.later")}, nil
	}
	for _, kind := range []webhook.Kind{webhook.Recording, webhook.SMS, webhook.IncomingCall} {
		want := a.wanted(kind)
		differs, err := a.azure.Differs(ctx, a.resource.Group, a.topic, a.appID, want)
		if err != nil {
			return f, err
		}
		if differs != "" {
			return f, fmt.Errorf("%s: %s", want.Name, differs)
		}
	}
	return found{state: Right, note: note("provision.handshakes")}, nil
}

func (a *automatic) syncNumbers(ctx context.Context) (f found, err error) {
	if a.run.DryRun {
		return found{state: Right}, nil
	}
	synced, err := a.Numbers.Sync(ctx, a.current.ID)
	if err != nil {
		return f, err
	}
	f = found{state: Right, note: note("provision.numbers", "count", fmt.Sprint(synced.Owned))}
	if synced.Added+synced.Removed > 0 {
		f.state = Done
	}
	return f, nil
}
