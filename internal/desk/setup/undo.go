package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/platform/problem"
)

// Undoing says how an automatic connection is undone.
type Undoing struct {
	// Actor is who is named in the audit log.
	Actor string
	// DeleteResource also deletes an ACS resource that the connection made; one
	// that owns phone numbers is never deleted.
	DeleteResource bool
	// Report is told of progress; required.
	Report func(Progress)
}

// Undo disconnects the desk and takes back exactly what automatic connections
// made in Azure: event subscriptions, the system topic, the app registration, its
// service principal or owner, and the resource when that is asked for. What was
// there before stays; providers stay registered and a resource group stays, as
// others may use them. It can be repeated after an interruption, and also undoes
// a connection that was not finished. It returns connection.ErrNone when there
// never was one.
func (s *Setup) Undo(ctx context.Context, azure *controlplane.Client, u Undoing) error {
	pending, err := s.Connections.Pending(ctx)
	if err != nil {
		return err
	}
	last, err := s.Connections.Last(ctx)
	if errors.Is(err, connection.ErrNone) && len(pending) == 0 {
		return connection.ErrNone
	}
	if err == nil {
		made, err := s.Connections.Made(ctx, last.ID)
		if err != nil {
			return err
		}
		one := &undoing{Setup: s, Undoing: u, azure: azure, left: connection.Pending{ResourceID: last.ResourceID, TenantID: last.TenantID, Made: made}}
		one.keep = func(m connection.Made) error {
			if made.Application != "" && m.Application == "" {
				if err := s.Connections.ForgetApplication(ctx, last.ID); err != nil {
					return err
				}
			}
			return s.Connections.NoteMade(ctx, last.ID, m)
		}
		if err := one.begin(ctx); err != nil {
			return err
		}
		if last.State == connection.Connected {
			if _, err := s.Disconnect(ctx, u.Actor); err != nil {
				return err
			}
		}
		u.Report(s.told(StepDesk, Done, note("provision.undo.desk", "name", last.ResourceName)))
		if err := one.undo(ctx); err != nil {
			return err
		}
	} else if !errors.Is(err, connection.ErrNone) {
		return err
	}
	for _, p := range pending {
		one := &undoing{Setup: s, Undoing: u, azure: azure, left: p}
		one.keep = func(m connection.Made) error {
			if m.Empty() {
				return s.Connections.DropPending(ctx, p.ResourceID)
			}
			return s.Connections.NotePending(ctx, connection.Pending{ResourceID: p.ResourceID, TenantID: p.TenantID, Made: m})
		}
		if err := one.begin(ctx); err != nil {
			return err
		}
		if err := one.undo(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *Setup) told(step string, state StepState, n *problem.Error) Progress {
	return Progress{Step: step, State: state, Code: n.Code, Args: n.Args, Detail: s.Words(n)}
}

// undoing takes back what was made for one resource.
type undoing struct {
	*Setup
	Undoing
	azure *controlplane.Client
	left  connection.Pending
	keep  func(connection.Made) error
}

// begin signs in and chooses the subscription, before anything is changed.
func (u *undoing) begin(ctx context.Context) error {
	id, _, ok := strings.Cut(strings.TrimPrefix(strings.ToLower(u.left.ResourceID), "/subscriptions/"), "/")
	if !ok {
		return fmt.Errorf("the resource id %s names no subscription", u.left.ResourceID)
	}
	if err := u.azure.Use(id, u.left.TenantID); err != nil {
		return err
	}
	if _, err := u.azure.Me(ctx); err != nil {
		u.Report(u.told(StepSubscription, Blocked, note("provision.failed", "answer", controlplane.Brief(err))))
		return fmt.Errorf("%w: %s", ErrBlocked, controlplane.Brief(err))
	}
	return nil
}

func (u *undoing) undo(ctx context.Context) error {
	var errs []error
	made := u.left.Made
	try := func(step, what string, err error) bool {
		if err != nil {
			errs = append(errs, err)
			u.Report(u.told(step, Blocked, note("provision.undo.failed", "what", what, "answer", controlplane.Brief(err))))
			return false
		}
		u.Report(u.told(step, Done, note("provision.undo.deleted", "what", what)))
		return true
	}
	var left []string
	for _, path := range made.Subscriptions {
		group, rest, _ := strings.Cut(path, "/")
		topic, name, _ := strings.Cut(rest, "/")
		if !try(StepTopic, name, u.azure.Unsubscribe(ctx, group, topic, name)) {
			left = append(left, path)
		}
	}
	made.Subscriptions = left
	if group, topic, ok := strings.Cut(made.Topic, "/"); ok && len(left) == 0 {
		if try(StepTopic, topic, u.azure.DeleteTopic(ctx, group, topic)) {
			made.Topic = ""
		}
	}
	if made.Application != "" {
		if try(StepApplication, made.ApplicationName, u.azure.DeleteApplication(ctx, made.Application)) {
			made.Application, made.ApplicationName = "", ""
		}
	} else {
		// It was about to be made, and was not.
		made.ApplicationName = ""
	}
	if made.Principal != "" && try(StepApplication, made.Principal, u.azure.DeletePrincipal(ctx, made.Principal)) {
		made.Principal = ""
	}
	if application, owner, ok := strings.Cut(made.Owner, "/"); ok {
		if try(StepOwner, owner, u.azure.RemoveOwner(ctx, application, owner)) {
			made.Owner = ""
		}
	}
	made.Providers = nil
	if made.Resource != "" && len(errs) == 0 {
		if err := u.undoResource(ctx, &made); err != nil {
			errs = append(errs, err)
		}
	}
	if err := u.keep(made); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// undoResource deletes the resource when that was asked for and nothing is lost
// by it; what stays is said.
func (u *undoing) undoResource(ctx context.Context, made *connection.Made) error {
	group, name, _ := strings.Cut(made.Resource, "/")
	resource, err := u.azure.Resource(ctx, group, name)
	if controlplane.Missing(err) {
		made.Resource, made.Group = "", ""
		return nil
	}
	if err == nil && !u.DeleteResource {
		u.Report(u.told(StepResource, Right, note("provision.undo.resourceStays", "name", name)))
		return nil
	}
	owned := 0
	if err == nil {
		var values connection.Values
		if values, err = u.azure.Values(ctx, resource); err == nil {
			owned, err = u.Connections.Owned(ctx, values.ConnectionString)
		}
	}
	if err == nil && owned > 0 {
		u.Report(u.told(StepResource, Blocked, note("provision.undo.numbers", "name", name, "count", fmt.Sprint(owned))))
		return fmt.Errorf("%w: %s owns %d phone numbers", ErrBlocked, name, owned)
	}
	if err == nil {
		err = u.azure.DeleteResource(ctx, group, name)
	}
	if err != nil {
		u.Report(u.told(StepResource, Blocked, note("provision.undo.failed", "what", name, "answer", controlplane.Brief(err))))
		return err
	}
	made.Resource = ""
	u.Report(u.told(StepResource, Done, note("provision.undo.deleted", "what", name)))
	if made.Group != "" {
		p := u.told(StepResource, Right, note("provision.undo.groupStays", "name", made.Group))
		p.Command = "az group delete --name " + shellWord(made.Group)
		u.Report(p)
		made.Group = ""
	}
	return nil
}
