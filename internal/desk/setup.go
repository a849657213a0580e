package desk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/live"
	"guichet/internal/desk/webhook"
)

// Target says which resource Connect connects and who provisions it.
type Target struct {
	connection.SignIn
	// SubscriptionID, ResourceGroup and ResourceName are where the resource lies.
	SubscriptionID, ResourceGroup, ResourceName string
	// AppID is the application registration that Event Grid's deliveries are
	// authenticated for.
	AppID string
}

// Connect provisions Azure's side and connects the desk: the resource and its
// keys, the five values, the system topic, the event subscription with its
// handshake, the numbers. Run must be answering, as Event Grid calls the desk
// during the handshake. It changes nothing that is right already, so that an
// interrupted run can be repeated. step is told what begins.
func (d *Desk) Connect(ctx context.Context, t Target, step func(what string)) error {
	p, err := connection.NewProvisioner(d.azure, d.client, t.SignIn, t.SubscriptionID)
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
	c, err := d.connections.Connect(ctx, values, func(tx *sql.Tx, id string) error {
		return d.people.Audit(ctx, tx, "system", "connection.connect", id, values.ResourceName)
	})
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
		Name: "guichet-sms", EventTypes: webhook.Serves[webhook.SMS], Endpoint: d.publicURL + webhook.Path(webhook.SMS, c.ID),
	})
	if err != nil {
		return err
	}
	step("reading the phone numbers")
	n, err := d.numbers.Sync(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := d.connections.Provisioned(ctx, c.ID, d.publicURL); err != nil {
		return err
	}
	d.live.Look(live.TopicConnection)
	d.live.Look(live.TopicNumbers)
	step(fmt.Sprintf("connected, %d phone numbers", n))
	return nil
}

// Connected says whether the resource at endpoint is connected and Azure's side
// set up to call this desk where it is now.
func (d *Desk) Connected(ctx context.Context, endpoint string) (bool, error) {
	c, err := d.connections.Current(ctx)
	if errors.Is(err, connection.ErrNone) {
		return false, nil
	}
	return err == nil && c.ProvisionedFor == d.publicURL && strings.TrimRight(c.Endpoint, "/") == strings.TrimRight(endpoint, "/"), err
}

// SignInLink makes a one-time link for a user and returns its URL and its end.
func (d *Desk) SignInLink(ctx context.Context, email string) (string, time.Time, error) {
	u, err := d.people.ByEmail(ctx, email)
	if err != nil {
		return "", time.Time{}, err
	}
	token, ends, err := d.people.Link(ctx, "system", u.ID)
	if err != nil {
		return "", time.Time{}, err
	}
	return d.publicURL + "/sign-in#token=" + token, ends, nil
}
