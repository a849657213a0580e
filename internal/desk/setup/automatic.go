package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/webhook"
)

// Target says which resource Provision connects and who provisions it.
type Target struct {
	connection.SignIn
	// SubscriptionID, ResourceGroup and ResourceName are where the resource lies.
	SubscriptionID, ResourceGroup, ResourceName string
	// AppID is the application registration that Event Grid's deliveries are
	// authenticated for.
	AppID string
}

// Provision provisions Azure's side and connects the desk: the resource and its
// keys, the five values, the system topic, the event subscription with its
// handshake, the numbers. Run must be answering, as Event Grid calls the desk
// during the handshake. It changes nothing that is right already, so that an
// interrupted run can be repeated. step is told what begins.
func (s *Setup) Provision(ctx context.Context, t Target, step func(what string)) error {
	p, err := connection.NewProvisioner(s.Azure, s.Client, t.SignIn, t.SubscriptionID)
	if err != nil {
		return err
	}
	step("reading the resource " + t.ResourceName)
	values, err := p.Resource(ctx, t.ResourceGroup, t.ResourceName)
	if err != nil {
		return err
	}
	values.AppID = t.AppID
	step("connecting the desk")
	c, err := s.Connections.Connect(ctx, values, s.audit(ctx, "system"))
	if err != nil {
		return err
	}
	step("making the system topic")
	topic, err := p.Topic(ctx, t.ResourceGroup, values.ResourceID, values.ResourceName)
	if err != nil {
		return err
	}
	step("making the event subscription for texts")
	err = p.Subscribe(ctx, t.ResourceGroup, topic, c.AppID, connection.Subscription{
		Name: "guichet-sms", EventTypes: webhook.Serves[webhook.SMS], Endpoint: s.PublicURL + webhook.Path(webhook.SMS, c.ID),
	})
	if err != nil {
		return err
	}
	step("reading the phone numbers")
	synced, err := s.Numbers.Sync(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := s.Connections.Provisioned(ctx, c.ID, s.PublicURL); err != nil {
		return err
	}
	s.Changed()
	s.KeyGood(ctx)
	step(fmt.Sprintf("connected, %d phone numbers", synced.Owned))
	return nil
}

// Done says whether the resource at endpoint is connected and Azure's side
// set up to call this desk where it is now.
func (s *Setup) Done(ctx context.Context, endpoint string) (bool, error) {
	c, err := s.Connections.Current(ctx)
	if errors.Is(err, connection.ErrNone) {
		return false, nil
	}
	return err == nil && c.ProvisionedFor == s.PublicURL && strings.TrimRight(c.Endpoint, "/") == strings.TrimRight(endpoint, "/"), err
}
