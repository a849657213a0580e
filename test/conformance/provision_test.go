package conformance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/v3"

	"guichet/localcloud"
)

// TestProvision walks the way of a contact centre that connects itself: find the
// resource, its keys, make the system topic and a protected subscription, and get
// the text that a customer sends.
func TestProvision(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)

	services := must(armcommunication.NewServicesClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	service := must(services.Get(f.ctx, localcloud.ResourceGroup, localcloud.ResourceName, nil))(t)
	if got := *service.Properties.ImmutableResourceID; got != localcloud.ImmutableResourceID {
		t.Errorf("immutable id %s", got)
	}
	keys := must(services.ListKeys(f.ctx, localcloud.ResourceGroup, localcloud.ResourceName, nil))(t)
	if *keys.PrimaryKey != localcloud.AccessKey || *keys.PrimaryConnectionString != f.cloud.ConnectionString() {
		t.Errorf("keys %+v", keys)
	}
	providers := must(armresources.NewProvidersClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	for _, ns := range []string{"Microsoft.Communication", "Microsoft.EventGrid"} {
		if p := must(providers.Get(f.ctx, ns, nil))(t); *p.RegistrationState != "Registered" {
			t.Errorf("%s is %s", ns, *p.RegistrationState)
		}
	}

	topics := must(armeventgrid.NewSystemTopicsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	poller, err := topics.BeginCreateOrUpdate(f.ctx, localcloud.ResourceGroup, "contoso-topic", armeventgrid.SystemTopic{
		Location: to.Ptr("global"),
		Properties: &armeventgrid.SystemTopicProperties{
			Source: service.ID, TopicType: to.Ptr("Microsoft.Communication.CommunicationServices"),
		},
	}, nil)
	topic := must(done(f, poller, err))(t)
	if *topic.Properties.ProvisioningState != armeventgrid.ResourceProvisioningStateSucceeded {
		t.Errorf("topic is %s", *topic.Properties.ProvisioningState)
	}

	sub := must(f.subscribe("contoso-topic", "texts", protected(hook.URL+"/hook?code=x")))(t)
	if *sub.Properties.ProvisioningState != armeventgrid.EventSubscriptionProvisioningStateSucceeded {
		t.Errorf("subscription is %s", *sub.Properties.ProvisioningState)
	}
	dest := sub.Properties.Destination.(*armeventgrid.WebHookEventSubscriptionDestination).Properties
	if dest.EndpointURL != nil || *dest.EndpointBaseURL != hook.URL+"/hook" {
		t.Errorf("endpoint %v %v", dest.EndpointURL, dest.EndpointBaseURL)
	}
	subs := must(armeventgrid.NewSystemTopicEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	full := must(subs.GetFullURL(f.ctx, localcloud.ResourceGroup, "contoso-topic", "texts", nil))(t)
	if *full.EndpointURL != hook.URL+"/hook?code=x" {
		t.Errorf("full url %s", *full.EndpointURL)
	}
	if got := hook.next(f, "SubscriptionValidation"); !strings.HasPrefix(got.header.Get("Authorization"), "Bearer ") {
		t.Error("the handshake carried no token")
	}

	f.text(`{"id":"11111111-1111-4111-8111-111111111111","text":"hello"}`)
	got := hook.next(f, "Notification")
	for name, want := range map[string]string{
		"aeg-subscription-name": "TEXTS", "aeg-delivery-count": "0", "aeg-metadata-version": "1", "aeg-data-version": "1.0",
		"Content-Type": "application/json; charset=utf-8", "User-Agent": "",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	event := got.events(t)[0]
	if event["eventType"] != "Microsoft.Communication.SMSReceived" || !strings.EqualFold(event["topic"].(string), localcloud.ResourceID) {
		t.Errorf("event %v", event)
	}
	claims := f.verify(strings.TrimPrefix(got.header.Get("Authorization"), "Bearer "))
	if claims["appid"] != localcloud.EventGridAppID || claims["aud"] != localcloud.WebhookAppID || claims["tid"] != localcloud.TenantID {
		t.Errorf("token %v", claims)
	}

	removal, err := subs.BeginDelete(f.ctx, localcloud.ResourceGroup, "contoso-topic", "texts", nil)
	must(done(f, removal, err))(t)
	hook.next(f, "SubscriptionDeletion")
	_, err = subs.Get(f.ctx, localcloud.ResourceGroup, "contoso-topic", "texts", nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
}

// text sends a text from the handset's customer to the toll-free number.
func (f *fixture) text(body string) {
	f.t.Helper()
	url := f.cloud.HTTPURL() + "/_guichet/handset/customers/%2B14255550123/threads/%2B18335550100/messages"
	response := f.call(http.MethodPost, url, strings.NewReader(body), http.Header{"Content-Type": {"application/json"}}, nil)
	if response.StatusCode != http.StatusCreated {
		f.t.Fatalf("text: %s", response.Status)
	}
}

// open is a subscription on an unprotected webhook.
func open(url string) armeventgrid.EventSubscription {
	return armeventgrid.EventSubscription{Properties: &armeventgrid.EventSubscriptionProperties{
		Destination: &armeventgrid.WebHookEventSubscriptionDestination{
			EndpointType: to.Ptr(armeventgrid.EndpointTypeWebHook),
			Properties:   &armeventgrid.WebHookEventSubscriptionDestinationProperties{EndpointURL: to.Ptr(url)},
		},
		Filter: &armeventgrid.EventSubscriptionFilter{IncludedEventTypes: []*string{to.Ptr("Microsoft.Communication.SMSReceived")}},
	}}
}

// protected is a subscription on a webhook that wants Entra tokens.
func protected(url string) armeventgrid.EventSubscription {
	s := open(url)
	p := s.Properties.Destination.(*armeventgrid.WebHookEventSubscriptionDestination).Properties
	p.AzureActiveDirectoryTenantID = to.Ptr(localcloud.TenantID)
	p.AzureActiveDirectoryApplicationIDOrURI = to.Ptr(localcloud.WebhookAppID)
	return s
}

// subscribe puts a subscription on a system topic of the group, which is made
// when missing, and waits for its validation.
func (f *fixture) subscribe(topic, name string, s armeventgrid.EventSubscription) (armeventgrid.EventSubscription, error) {
	f.t.Helper()
	topics := must(armeventgrid.NewSystemTopicsClient(localcloud.SubscriptionID, f.cred, f.arm()))(f.t)
	if _, err := topics.Get(f.ctx, localcloud.ResourceGroup, topic, nil); err != nil {
		poller, err := topics.BeginCreateOrUpdate(f.ctx, localcloud.ResourceGroup, topic, armeventgrid.SystemTopic{
			Location: to.Ptr("global"),
			Properties: &armeventgrid.SystemTopicProperties{
				Source: to.Ptr(localcloud.ResourceID), TopicType: to.Ptr("Microsoft.Communication.CommunicationServices"),
			},
		}, nil)
		must(done(f, poller, err))(f.t)
	}
	subs := must(armeventgrid.NewSystemTopicEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(f.t)
	poller, err := subs.BeginCreateOrUpdate(f.ctx, localcloud.ResourceGroup, topic, name, s, nil)
	created, err := done(f, poller, err)
	return created.EventSubscription, err
}
