package controlplane

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"

	"guichet/internal/platform/secret"
)

// SignInRefused says whether err is a sign-in that Entra refused, and its code
// (see EntraCode). Without an answer of Entra it is the way there that failed.
func SignInRefused(err error) (code string, refused bool) {
	failed, ok := errors.AsType[*azidentity.AuthenticationFailedError](err)
	if !ok {
		return "", false
	}
	return EntraCode(failed), entraCode.MatchString(failed.Error()) || failed.RawResponse != nil
}

// Keys reads the two access keys of a resource.
func (c *Client) Keys(ctx context.Context, group, name string) (primary, secondary secret.Text, err error) {
	keys, err := c.services.ListKeys(ctx, group, name, nil)
	if err != nil {
		return "", "", fmt.Errorf("read the keys: %w", err)
	}
	return secret.Text(deref(keys.PrimaryKey)), secret.Text(deref(keys.SecondaryKey)), nil
}

// SystemTopic is the system topic of a resource.
type SystemTopic struct {
	Name, Group string
	// State is its provisioning state, such as Succeeded.
	State string
}

// FindTopic looks for the system topic of a resource in the whole subscription,
// or in the resource's group when one may not see more; the name is empty when
// there is none.
func (c *Client) FindTopic(ctx context.Context, group, resourceID string) (SystemTopic, error) {
	for pager := c.topics.NewListBySubscriptionPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if Denied(err) {
			return c.topicOfGroup(ctx, group, resourceID)
		}
		if err != nil {
			return SystemTopic{}, fmt.Errorf("list system topics: %w", err)
		}
		if t, ok := topicOf(page.Value, resourceID); ok {
			return t, nil
		}
	}
	return SystemTopic{}, nil
}

func (c *Client) topicOfGroup(ctx context.Context, group, resourceID string) (SystemTopic, error) {
	for pager := c.topics.NewListByResourceGroupPager(group, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return SystemTopic{}, fmt.Errorf("list system topics: %w", err)
		}
		if t, ok := topicOf(page.Value, resourceID); ok {
			return t, nil
		}
	}
	return SystemTopic{}, nil
}

func topicOf(list []*armeventgrid.SystemTopic, resourceID string) (SystemTopic, bool) {
	for _, t := range list {
		if t.Properties == nil || !strings.EqualFold(strings.Trim(deref(t.Properties.Source), "/"), strings.Trim(resourceID, "/")) {
			continue
		}
		found := SystemTopic{Name: deref(t.Name)}
		if parts := strings.Split(deref(t.ID), "/"); len(parts) > 4 {
			found.Group = parts[4]
		}
		if t.Properties.ProvisioningState != nil {
			found.State = string(*t.Properties.ProvisioningState)
		}
		return found, true
	}
	return SystemTopic{}, false
}

// SeenSubscription is an event subscription as it is.
type SeenSubscription struct {
	Name string
	// State is its provisioning state, such as Succeeded or AwaitingManualAction.
	State string
	// Schema is such as EventGridSchema.
	Schema string
	// Endpoint is the webhook without its query, empty when the events go to
	// something else.
	Endpoint string
	// TenantID and App are for whom deliveries carry a token; App is an application
	// id or its URI. Both are empty when deliveries carry none.
	TenantID, App string
	// EventTypes are those delivered; empty is all.
	EventTypes []string
	// Filtered: subjects or fields choose among the events.
	Filtered bool
	// Expires is when Event Grid deletes it, zero for never.
	Expires time.Time
}

// EventSubscriptions lists the event subscriptions of a system topic.
func (c *Client) EventSubscriptions(ctx context.Context, group, topic string) ([]SeenSubscription, error) {
	list := []SeenSubscription{}
	for pager := c.subscriptions.NewListBySystemTopicPager(group, topic, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list event subscriptions: %w", err)
		}
		for _, s := range page.Value {
			list = append(list, showSubscription(*s))
		}
	}
	return list, nil
}

func showSubscription(s armeventgrid.EventSubscription) SeenSubscription {
	seen := SeenSubscription{Name: deref(s.Name)}
	p := s.Properties
	if p == nil {
		return seen
	}
	if p.ProvisioningState != nil {
		seen.State = string(*p.ProvisioningState)
	}
	if p.EventDeliverySchema != nil {
		seen.Schema = string(*p.EventDeliverySchema)
	}
	if p.ExpirationTimeUTC != nil {
		seen.Expires = *p.ExpirationTimeUTC
	}
	if hook, ok := p.Destination.(*armeventgrid.WebHookEventSubscriptionDestination); ok && hook.Properties != nil {
		seen.Endpoint = deref(hook.Properties.EndpointBaseURL)
		seen.TenantID = deref(hook.Properties.AzureActiveDirectoryTenantID)
		seen.App = deref(hook.Properties.AzureActiveDirectoryApplicationIDOrURI)
	}
	if f := p.Filter; f != nil {
		for _, t := range f.IncludedEventTypes {
			seen.EventTypes = append(seen.EventTypes, deref(t))
		}
		seen.Filtered = deref(f.SubjectBeginsWith) != "" || deref(f.SubjectEndsWith) != "" || len(f.AdvancedFilters) > 0
	}
	return seen
}
