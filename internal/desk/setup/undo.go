package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
)

// Undo disconnects the desk and takes back exactly what an automatic connection
// made in Azure: event subscriptions, the system topic, the app registration.
// What was there before stays; providers stay registered, as others may use
// them. It can be repeated after an interruption.
func (s *Setup) Undo(ctx context.Context, azure *controlplane.Client, actor string, report func(Progress)) error {
	last, err := s.Connections.Last(ctx)
	if errors.Is(err, connection.ErrNone) {
		return connection.ErrNone
	}
	if err != nil {
		return err
	}
	made, err := s.Connections.Made(ctx, last.ID)
	if err != nil {
		return err
	}
	subscriptionID, _, ok := strings.Cut(strings.TrimPrefix(strings.ToLower(last.ResourceID), "/subscriptions/"), "/")
	if !ok {
		return fmt.Errorf("the resource id %s names no subscription", last.ResourceID)
	}
	if err := azure.Use(subscriptionID, last.TenantID); err != nil {
		return err
	}
	if last.State == connection.Connected {
		if _, err := s.Disconnect(ctx, actor); err != nil {
			return err
		}
	}
	report(Progress{Step: StepDesk, State: Done, Detail: "disconnected from " + last.ResourceName})
	var errs []error
	undo := func(step, what string, err error) {
		if err != nil {
			errs = append(errs, err)
			report(Progress{Step: step, State: Blocked, Detail: controlplane.Brief(err)})
			return
		}
		report(Progress{Step: step, State: Done, Detail: "deleted " + what})
	}
	for _, path := range made.Subscriptions {
		if group, rest, ok := strings.Cut(path, "/"); ok {
			topic, name, _ := strings.Cut(rest, "/")
			undo(StepTopic, name, azure.Unsubscribe(ctx, group, topic, name))
		}
	}
	if group, topic, ok := strings.Cut(made.Topic, "/"); ok && len(errs) == 0 {
		undo(StepTopic, topic, azure.DeleteTopic(ctx, group, topic))
	}
	if made.Application != "" {
		undo(StepApplication, "the app registration", azure.DeleteApplication(ctx, made.Application))
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return s.Connections.NoteMade(ctx, last.ID, connection.Made{})
}
