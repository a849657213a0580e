package connection

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"

	"guichet/internal/platform/secret"
)

// topicType is the topic type of ACS resources (reference: Event Grid system
// topics; ACS topics live in the location "global").
const (
	topicType     = "Microsoft.Communication.CommunicationServices"
	topicLocation = "global"
)

// SignIn is the service principal that provisions.
type SignIn struct {
	TenantID, ClientID string
	ClientSecret       secret.Text
}

// Subscription is an event subscription to be made: its name, what it delivers
// and where.
type Subscription struct {
	Name       string
	EventTypes []string
	Endpoint   string
}

// Provisioner acts on Azure's control plane through the official SDKs.
type Provisioner struct {
	credential    azcore.TokenCredential
	services      *armcommunication.ServicesClient
	topics        *armeventgrid.SystemTopicsClient
	subscriptions *armeventgrid.SystemTopicEventSubscriptionsClient
	tenantID      string
}

// NewProvisioner signs in; nothing is sent before the first call.
func NewProvisioner(a Azure, client *http.Client, s SignIn, subscriptionID string) (*Provisioner, error) {
	configuration := cloud.Configuration{
		ActiveDirectoryAuthorityHost: a.Authority,
		Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager: {Endpoint: a.ResourceManager, Audience: a.Audience},
		},
	}
	options := policy.ClientOptions{Cloud: configuration, Transport: client}
	credential, err := azidentity.NewClientSecretCredential(s.TenantID, s.ClientID, s.ClientSecret.Reveal(),
		&azidentity.ClientSecretCredentialOptions{
			ClientOptions: options,
			// The authority is configured, so there is nobody else to ask about it.
			DisableInstanceDiscovery: a.Authority != PublicAzure.Authority,
		})
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	armOptions := &arm.ClientOptions{ClientOptions: options}
	p := &Provisioner{credential: credential, tenantID: s.TenantID}
	if p.services, err = armcommunication.NewServicesClient(subscriptionID, credential, armOptions); err != nil {
		return nil, err
	}
	if p.topics, err = armeventgrid.NewSystemTopicsClient(subscriptionID, credential, armOptions); err != nil {
		return nil, err
	}
	p.subscriptions, err = armeventgrid.NewSystemTopicEventSubscriptionsClient(subscriptionID, credential, armOptions)
	return p, err
}

// Resource reads an ACS resource and its keys: three of the five values.
func (p *Provisioner) Resource(ctx context.Context, group, name string) (Values, error) {
	resource, err := p.services.Get(ctx, group, name, nil)
	if err != nil {
		return Values{}, fmt.Errorf("read the resource: %w", err)
	}
	keys, err := p.services.ListKeys(ctx, group, name, nil)
	if err != nil {
		return Values{}, fmt.Errorf("read its keys: %w", err)
	}
	if resource.ID == nil || resource.Name == nil || keys.PrimaryConnectionString == nil {
		return Values{}, errors.New("read the resource: the answer lacks id, name or connection string")
	}
	return Values{
		ResourceName: *resource.Name, ResourceID: *resource.ID, TenantID: p.tenantID,
		ConnectionString: secret.Text(*keys.PrimaryConnectionString),
	}, nil
}

// Topic finds the system topic of a resource, or makes one, and returns its
// name. A resource has at most one.
func (p *Provisioner) Topic(ctx context.Context, group, resourceID, resourceName string) (string, error) {
	for pager := p.topics.NewListByResourceGroupPager(group, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("list system topics: %w", err)
		}
		for _, t := range page.Value {
			if t.Properties != nil && t.Properties.Source != nil && t.Name != nil &&
				strings.EqualFold(strings.Trim(*t.Properties.Source, "/"), strings.Trim(resourceID, "/")) {
				return *t.Name, nil
			}
		}
	}
	name := resourceName + "-events"
	poller, err := p.topics.BeginCreateOrUpdate(ctx, group, name, armeventgrid.SystemTopic{
		Location:   to.Ptr(topicLocation),
		Properties: &armeventgrid.SystemTopicProperties{Source: &resourceID, TopicType: to.Ptr(topicType)},
	}, nil)
	if err != nil {
		return "", fmt.Errorf("make the system topic: %w", err)
	}
	if _, err := poller.PollUntilDone(ctx, poll); err != nil {
		return "", fmt.Errorf("make the system topic: %w", err)
	}
	return name, nil
}

var poll = &runtime.PollUntilDoneOptions{Frequency: time.Second}

// Subscribe makes an event subscription with deliveries authenticated by Entra
// for the application, or leaves it alone when it is right already. It returns
// once the handshake succeeded.
func (p *Provisioner) Subscribe(ctx context.Context, group, topic, appID string, s Subscription) error {
	if p.isRight(ctx, group, topic, appID, s) {
		return nil
	}
	types := make([]*string, len(s.EventTypes))
	for i := range s.EventTypes {
		types[i] = &s.EventTypes[i]
	}
	poller, err := p.subscriptions.BeginCreateOrUpdate(ctx, group, topic, s.Name, armeventgrid.EventSubscription{
		Properties: &armeventgrid.EventSubscriptionProperties{
			Destination: &armeventgrid.WebHookEventSubscriptionDestination{
				EndpointType: to.Ptr(armeventgrid.EndpointTypeWebHook),
				Properties: &armeventgrid.WebHookEventSubscriptionDestinationProperties{
					EndpointURL:                            &s.Endpoint,
					AzureActiveDirectoryTenantID:           &p.tenantID,
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

// isRight says whether the event subscription exists as it should be. Trouble in
// finding out means no: making it again is harmless.
func (p *Provisioner) isRight(ctx context.Context, group, topic, appID string, s Subscription) bool {
	res, err := p.subscriptions.Get(ctx, group, topic, s.Name, nil)
	if err != nil || res.Properties == nil || res.Properties.Filter == nil ||
		res.Properties.ProvisioningState == nil || *res.Properties.ProvisioningState != armeventgrid.EventSubscriptionProvisioningStateSucceeded {
		return false
	}
	hook, ok := res.Properties.Destination.(*armeventgrid.WebHookEventSubscriptionDestination)
	if !ok || hook.Properties == nil {
		return false
	}
	has := map[string]bool{}
	for _, t := range res.Properties.Filter.IncludedEventTypes {
		has[*t] = true
	}
	for _, t := range s.EventTypes {
		if !has[t] {
			return false
		}
	}
	same := func(v *string, want string) bool { return v != nil && strings.EqualFold(*v, want) }
	return len(has) == len(s.EventTypes) && same(hook.Properties.EndpointBaseURL, s.Endpoint) &&
		same(hook.Properties.AzureActiveDirectoryTenantID, p.tenantID) &&
		same(hook.Properties.AzureActiveDirectoryApplicationIDOrURI, appID)
}
