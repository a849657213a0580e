package controlplane

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"
)

// TopicType is the topic type of ACS resources (reference: Event Grid system
// topics; ACS topics live in the location "global").
const (
	TopicType     = "Microsoft.Communication.CommunicationServices"
	topicLocation = "global"
)

// EventSubscription is an event subscription to be made: its name, what it delivers
// and where.
type EventSubscription struct {
	Name       string
	EventTypes []string
	Endpoint   string
}

// Topic finds the system topic of a resource; the name is empty when there is
// none. A resource has at most one.
func (c *Client) Topic(ctx context.Context, group, resourceID string) (string, error) {
	for pager := c.topics.NewListByResourceGroupPager(group, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("list system topics: %w", err)
		}
		for _, t := range page.Value {
			if t.Properties != nil && strings.EqualFold(strings.Trim(deref(t.Properties.Source), "/"), strings.Trim(resourceID, "/")) {
				return deref(t.Name), nil
			}
		}
	}
	return "", nil
}

// CreateTopic makes the system topic of a resource.
func (c *Client) CreateTopic(ctx context.Context, group, name, resourceID string) error {
	poller, err := c.topics.BeginCreateOrUpdate(ctx, group, name, armeventgrid.SystemTopic{
		Location:   to.Ptr(topicLocation),
		Properties: &armeventgrid.SystemTopicProperties{Source: &resourceID, TopicType: to.Ptr(TopicType)},
	}, nil)
	if err != nil {
		return fmt.Errorf("make the system topic: %w", err)
	}
	if _, err := poller.PollUntilDone(ctx, poll); err != nil {
		return fmt.Errorf("make the system topic: %w", err)
	}
	return nil
}

// DeleteTopic deletes a system topic; one that is gone is no error.
func (c *Client) DeleteTopic(ctx context.Context, group, name string) error {
	poller, err := c.topics.BeginDelete(ctx, group, name, nil)
	if err == nil {
		_, err = poller.PollUntilDone(ctx, poll)
	}
	if err != nil && !Missing(err) {
		return fmt.Errorf("delete the system topic: %w", err)
	}
	return nil
}

var poll = &runtime.PollUntilDoneOptions{Frequency: time.Second}

// Subscribe makes an event subscription with deliveries authenticated by Entra
// for the application. It returns once the handshake succeeded.
func (c *Client) Subscribe(ctx context.Context, group, topic, appID string, s EventSubscription) error {
	types := make([]*string, len(s.EventTypes))
	for i := range s.EventTypes {
		types[i] = &s.EventTypes[i]
	}
	poller, err := c.subscriptions.BeginCreateOrUpdate(ctx, group, topic, s.Name, armeventgrid.EventSubscription{
		Properties: &armeventgrid.EventSubscriptionProperties{
			Destination: &armeventgrid.WebHookEventSubscriptionDestination{
				EndpointType: to.Ptr(armeventgrid.EndpointTypeWebHook),
				Properties: &armeventgrid.WebHookEventSubscriptionDestinationProperties{
					EndpointURL:                            &s.Endpoint,
					AzureActiveDirectoryTenantID:           &c.tenantID,
					AzureActiveDirectoryApplicationIDOrURI: &appID,
				},
			},
			Filter:              &armeventgrid.EventSubscriptionFilter{IncludedEventTypes: types},
			EventDeliverySchema: to.Ptr(armeventgrid.EventDeliverySchemaEventGridSchema),
		},
	}, nil)
	if err != nil {
		return fmt.Errorf("make the event subscription %s: %w", s.Name, err)
	}
	if _, err := poller.PollUntilDone(ctx, poll); err != nil {
		return fmt.Errorf("make the event subscription %s: %w", s.Name, err)
	}
	return nil
}

// Unsubscribe deletes an event subscription; one that is gone is no error.
func (c *Client) Unsubscribe(ctx context.Context, group, topic, name string) error {
	poller, err := c.subscriptions.BeginDelete(ctx, group, topic, name, nil)
	if err == nil {
		_, err = poller.PollUntilDone(ctx, poll)
	}
	if err != nil && !Missing(err) {
		return fmt.Errorf("delete the event subscription %s: %w", name, err)
	}
	return nil
}

// Absent is the difference of an event subscription that is not there.
const Absent = "missing"

// Differs says how an event subscription differs from what it should be: empty
// when it is right, Absent when there is none.
func (c *Client) Differs(ctx context.Context, group, topic, appID string, s EventSubscription) (string, error) {
	res, err := c.subscriptions.Get(ctx, group, topic, s.Name, nil)
	if Missing(err) {
		return Absent, nil
	}
	if err != nil {
		return "", fmt.Errorf("read the event subscription %s: %w", s.Name, err)
	}
	return difference(res.EventSubscription, c.tenantID, appID, s), nil
}

func difference(got armeventgrid.EventSubscription, tenantID, appID string, want EventSubscription) string {
	p := got.Properties
	if p == nil {
		return "without properties"
	}
	if p.ProvisioningState == nil || *p.ProvisioningState != armeventgrid.EventSubscriptionProvisioningStateSucceeded {
		return "its state is not Succeeded"
	}
	if p.EventDeliverySchema != nil && *p.EventDeliverySchema != armeventgrid.EventDeliverySchemaEventGridSchema {
		return "its schema is " + string(*p.EventDeliverySchema)
	}
	hook, ok := p.Destination.(*armeventgrid.WebHookEventSubscriptionDestination)
	if !ok || hook.Properties == nil {
		return "its endpoint is no webhook"
	}
	for _, m := range []struct{ what, got, want string }{
		{"endpoint", deref(hook.Properties.EndpointBaseURL), want.Endpoint},
		{"tenant", deref(hook.Properties.AzureActiveDirectoryTenantID), tenantID},
		{"application", deref(hook.Properties.AzureActiveDirectoryApplicationIDOrURI), appID},
	} {
		if !strings.EqualFold(m.got, m.want) {
			return fmt.Sprintf("its %s is %q, not %q", m.what, m.got, m.want)
		}
	}
	var types []string
	if p.Filter != nil {
		for _, t := range p.Filter.IncludedEventTypes {
			types = append(types, deref(t))
		}
	}
	slices.Sort(types)
	wanted := slices.Sorted(slices.Values(want.EventTypes))
	if !slices.Equal(types, wanted) {
		return "its event types are " + strings.Join(types, ", ")
	}
	return ""
}
