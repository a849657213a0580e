package conformance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/messaging"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/eventgrid/azeventgrid"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/eventgrid/azsystemevents"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"

	"guichet/localcloud"
)

const acsTopicType = "Microsoft.Communication.CommunicationServices"

// names are the names of event subscriptions.
func names(list []*armeventgrid.EventSubscription) map[string]bool {
	set := map[string]bool{}
	for _, s := range list {
		set[*s.Name] = true
	}
	return set
}

// TestSubscriptionLists: each list has the subscriptions of its scope, and those
// of global topics stand apart from those of a region.
func TestSubscriptionLists(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	const group, topicType, region = localcloud.ResourceGroup, "Microsoft.EventGrid.Topics", "westeurope"
	must(f.subscribe("system", "global-sub", open(hook.URL)))(t)
	f.customTopic("custom", armeventgrid.InputSchemaEventGridSchema, armeventgrid.EventDeliverySchemaEventGridSchema, hook)

	subs := must(armeventgrid.NewEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	want := func(what, name string, list []*armeventgrid.EventSubscription) {
		t.Helper()
		if len(list) != 1 || !names(list)[name] {
			t.Errorf("%s: %v, want %s", what, names(list), name)
		}
	}
	want("global", "global-sub", all(f, subs.NewListGlobalBySubscriptionPager(nil),
		func(p armeventgrid.EventSubscriptionsClientListGlobalBySubscriptionResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	want("global of a type", "global-sub", all(f, subs.NewListGlobalBySubscriptionForTopicTypePager(acsTopicType, nil),
		func(p armeventgrid.EventSubscriptionsClientListGlobalBySubscriptionForTopicTypeResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	want("global in a group", "global-sub", all(f, subs.NewListGlobalByResourceGroupPager(group, nil),
		func(p armeventgrid.EventSubscriptionsClientListGlobalByResourceGroupResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	want("global in a group of a type", "global-sub", all(f, subs.NewListGlobalByResourceGroupForTopicTypePager(group, acsTopicType, nil),
		func(p armeventgrid.EventSubscriptionsClientListGlobalByResourceGroupForTopicTypeResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	want("regional", "custom-sub", all(f, subs.NewListRegionalBySubscriptionPager(region, nil),
		func(p armeventgrid.EventSubscriptionsClientListRegionalBySubscriptionResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	want("regional of a type", "custom-sub", all(f, subs.NewListRegionalBySubscriptionForTopicTypePager(region, topicType, nil),
		func(p armeventgrid.EventSubscriptionsClientListRegionalBySubscriptionForTopicTypeResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	want("regional in a group", "custom-sub", all(f, subs.NewListRegionalByResourceGroupPager(group, region, nil),
		func(p armeventgrid.EventSubscriptionsClientListRegionalByResourceGroupResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	want("regional in a group of a type", "custom-sub", all(f, subs.NewListRegionalByResourceGroupForTopicTypePager(group, region, topicType, nil),
		func(p armeventgrid.EventSubscriptionsClientListRegionalByResourceGroupForTopicTypeResponse) []*armeventgrid.EventSubscription {
			return p.Value
		}))
	_, err := subs.Get(f.ctx, localcloud.ResourceID, "nothing", nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
}

// TestSystemTopic changes a system topic and a subscription on it.
func TestSystemTopic(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	const group = localcloud.ResourceGroup
	topics := must(armeventgrid.NewSystemTopicsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	for _, name := range []string{"one-sub", "two-sub"} {
		must(f.subscribe("topic", name, open(hook.URL)))(t)
	}
	second, err := topics.BeginCreateOrUpdate(f.ctx, group, "another", armeventgrid.SystemTopic{
		Location:   to.Ptr("global"),
		Properties: &armeventgrid.SystemTopicProperties{Source: to.Ptr(localcloud.ResourceID), TopicType: to.Ptr(acsTopicType)},
	}, nil)
	_, err = done(f, second, err)
	wantCode(t, err, http.StatusConflict, "ResourceConflict")

	change, err := topics.BeginUpdate(f.ctx, group, "topic", armeventgrid.SystemTopicUpdateParameters{Tags: map[string]*string{"a": to.Ptr("b")}}, nil)
	if changed := must(done(f, change, err))(t); *changed.Tags["a"] != "b" {
		t.Errorf("%+v", changed.Tags)
	}
	subs := must(armeventgrid.NewSystemTopicEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	pages := 0
	pager := subs.NewListBySystemTopicPager(group, "topic", &armeventgrid.SystemTopicEventSubscriptionsClientListBySystemTopicOptions{Top: to.Ptr[int32](1)})
	for pager.More() {
		pages += len(must(pager.NextPage(f.ctx))(t).Value)
	}
	if pages != 2 {
		t.Errorf("%d subscriptions on pages of one", pages)
	}
	if attributes := must(subs.GetDeliveryAttributes(f.ctx, group, "topic", "one-sub", nil))(t); len(attributes.Value) != 0 {
		t.Errorf("%+v", attributes)
	}
	update, err := subs.BeginUpdate(f.ctx, group, "topic", "one-sub", armeventgrid.EventSubscriptionUpdateParameters{Labels: []*string{to.Ptr("blue")}}, nil)
	if updated := must(done(f, update, err))(t); len(updated.Properties.Labels) != 1 {
		t.Errorf("%+v", updated.Properties)
	}
	read := must(subs.Get(f.ctx, group, "topic", "one-sub", nil))(t)
	if *read.Properties.Filter.SubjectBeginsWith != "" || *read.Properties.EventDeliverySchema != armeventgrid.EventDeliverySchemaEventGridSchema {
		t.Errorf("%+v", read.Properties.Filter)
	}
	removal, err := subs.BeginDelete(f.ctx, group, "topic", "one-sub", nil)
	must(done(f, removal, err))(t)
	gone, err := topics.BeginDelete(f.ctx, group, "topic", nil)
	must(done(f, gone, err))(t)
	_, err = topics.Get(f.ctx, group, "topic", nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
}

// TestCustomTopicManagement walks the life of a custom topic and of its
// subscription.
func TestCustomTopicManagement(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	const group, name = localcloud.ResourceGroup, "custom"
	f.customTopic(name, armeventgrid.InputSchemaEventGridSchema, armeventgrid.EventDeliverySchemaCloudEventSchemaV10, hook)
	topics := must(armeventgrid.NewTopicsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	topic := must(topics.Get(f.ctx, group, name, nil))(t)
	if *topic.Properties.ProvisioningState != armeventgrid.TopicProvisioningStateSucceeded || *topic.Properties.InputSchema != armeventgrid.InputSchemaEventGridSchema {
		t.Errorf("%+v", topic.Properties)
	}
	before := must(topics.ListSharedAccessKeys(f.ctx, group, name, nil))(t)
	poller, err := topics.BeginRegenerateKey(f.ctx, group, name, armeventgrid.TopicRegenerateKeyRequest{KeyName: to.Ptr("key2")}, nil)
	after := must(done(f, poller, err))(t)
	if *after.Key1 != *before.Key1 || *after.Key2 == *before.Key2 {
		t.Error("the wrong key was replaced")
	}
	_, err = topics.BeginRegenerateKey(f.ctx, group, name, armeventgrid.TopicRegenerateKeyRequest{KeyName: to.Ptr("key3")}, nil)
	wantCode(t, err, http.StatusBadRequest, "InvalidRequest")
	change, err := topics.BeginUpdate(f.ctx, group, name, armeventgrid.TopicUpdateParameters{Tags: map[string]*string{"a": to.Ptr("b")}}, nil)
	must(done(f, change, err))(t)
	byGroup := all(f, topics.NewListByResourceGroupPager(group, nil), func(p armeventgrid.TopicsClientListByResourceGroupResponse) []*armeventgrid.Topic { return p.Value })
	bySub := all(f, topics.NewListBySubscriptionPager(nil), func(p armeventgrid.TopicsClientListBySubscriptionResponse) []*armeventgrid.Topic { return p.Value })
	if len(byGroup) != 1 || len(bySub) != 1 || *bySub[0].Tags["a"] != "b" {
		t.Errorf("%d in the group, %d in the subscription", len(byGroup), len(bySub))
	}
	events := all(f, topics.NewListEventTypesPager(group, "Microsoft.Communication", "CommunicationServices", localcloud.ResourceName, nil),
		func(p armeventgrid.TopicsClientListEventTypesResponse) []*armeventgrid.EventType { return p.Value })
	if len(events) != 53 {
		t.Errorf("%d event types", len(events))
	}

	subs := must(armeventgrid.NewTopicEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	if list := all(f, subs.NewListPager(group, name, nil), func(p armeventgrid.TopicEventSubscriptionsClientListResponse) []*armeventgrid.EventSubscription {
		return p.Value
	}); len(list) != 1 {
		t.Errorf("%d subscriptions", len(list))
	}
	if full := must(subs.GetFullURL(f.ctx, group, name, "custom-sub", nil))(t); *full.EndpointURL != hook.URL {
		t.Errorf("full url %s", *full.EndpointURL)
	}
	must(subs.GetDeliveryAttributes(f.ctx, group, name, "custom-sub", nil))(t)
	update, err := subs.BeginUpdate(f.ctx, group, name, "custom-sub", armeventgrid.EventSubscriptionUpdateParameters{Labels: []*string{to.Ptr("blue")}}, nil)
	must(done(f, update, err))(t)
	if read := must(subs.Get(f.ctx, group, name, "custom-sub", nil))(t); len(read.Properties.Labels) != 1 {
		t.Errorf("%+v", read.Properties)
	}
	removal, err := subs.BeginDelete(f.ctx, group, name, "custom-sub", nil)
	must(done(f, removal, err))(t)
	_, err = subs.Get(f.ctx, group, name, "custom-sub", nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
	gone, err := topics.BeginDelete(f.ctx, group, name, nil)
	must(done(f, gone, err))(t)
	_, err = topics.Get(f.ctx, group, name, nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
}

// TestPublishCredentials publishes by signature and by the token of a principal
// that was made a sender.
func TestPublishCredentials(t *testing.T) {
	f := start(t)
	options := &azeventgrid.ClientOptions{ClientOptions: f.azure}
	hook := newWebhook(t, nil)
	topic, key := f.customTopic("grid-topic", armeventgrid.InputSchemaEventGridSchema, armeventgrid.EventDeliverySchemaEventGridSchema, hook)
	endpoint := *topic.Properties.Endpoint
	event := azeventgrid.Event{
		Subject: to.Ptr("s"), EventType: to.Ptr("Contoso.Thing"), EventTime: to.Ptr(time.Now()), DataVersion: to.Ptr("1"), Data: map[string]any{},
	}
	sign := func(expiry time.Time) string {
		text := "r=" + url.QueryEscape(endpoint) + "&e=" + url.QueryEscape(expiry.UTC().Format(time.RFC3339))
		mac := hmac.New(sha256.New, must(base64.StdEncoding.DecodeString(key))(t))
		mac.Write([]byte(text))
		return text + "&s=" + url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	bySignature := func(expiry time.Time) *azeventgrid.Client {
		return must(azeventgrid.NewClientWithSAS(endpoint, azcore.NewSASCredential(sign(expiry)), options))(t)
	}
	event.ID = to.Ptr("signed")
	must(bySignature(time.Now().Add(time.Hour)).PublishEvents(f.ctx, []azeventgrid.Event{event}, nil))(t)
	if got := hook.next(f, "Notification").events(t)[0]; got["id"] != "signed" {
		t.Errorf("%v", got)
	}
	_, err := bySignature(time.Now().Add(-time.Hour)).PublishEvents(f.ctx, []azeventgrid.Event{event}, nil)
	wantCode(t, err, http.StatusUnauthorized, "Unauthorized")

	if status := f.control(http.MethodPost, "arm/roleAssignments", map[string]any{
		"scope": *topic.ID, "role": "EventGrid Data Sender", "principalId": localcloud.ObjectID,
	}, nil); status != http.StatusCreated {
		t.Fatalf("grant: %d", status)
	}
	byToken := must(azeventgrid.NewClient(endpoint, f.cred, options))(t)
	event.ID = to.Ptr("token")
	must(byToken.PublishEvents(f.ctx, []azeventgrid.Event{event}, nil))(t)
	if got := hook.next(f, "Notification").events(t)[0]; got["id"] != "token" {
		t.Errorf("%v", got)
	}
	proofs.works(publisherSDK, "Client.PublishEvents")

	// The other schema at a topic that does not take it.
	ce := must(messaging.NewCloudEvent("/s", "Contoso.Thing", map[string]any{}, nil))(t)
	_, err = byToken.PublishCloudEvents(f.ctx, []messaging.CloudEvent{ce}, nil)
	wantCode(t, err, http.StatusBadRequest, "BadRequest")
	proofs.refuses(publisherSDK, "Client.PublishCloudEvents", "400 BadRequest")
}

// TestSystemEvents reads the handshake and the farewell with azsystemevents.
func TestSystemEvents(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	must(f.subscribe("topic", "first-sub", open(hook.URL)))(t)
	var validation []struct {
		EventType string
		Data      azsystemevents.SubscriptionValidationEventData
	}
	if err := json.Unmarshal(hook.next(f, "SubscriptionValidation").body, &validation); err != nil {
		t.Fatal(err)
	}
	if validation[0].EventType != azsystemevents.TypeSubscriptionValidation || *validation[0].Data.ValidationCode == "" || *validation[0].Data.ValidationURL == "" {
		t.Errorf("%+v", validation[0])
	}
	proofs.works(eventsSDK, "SubscriptionValidationEventData")
	subs := must(armeventgrid.NewSystemTopicEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	removal, err := subs.BeginDelete(f.ctx, localcloud.ResourceGroup, "topic", "first-sub", nil)
	must(done(f, removal, err))(t)
	var farewell []struct {
		EventType string
		Data      azsystemevents.SubscriptionDeletedEventData
	}
	if err := json.Unmarshal(hook.next(f, "SubscriptionDeletion").body, &farewell); err != nil {
		t.Fatal(err)
	}
	if farewell[0].EventType != azsystemevents.TypeSubscriptionDeleted || *farewell[0].Data.EventSubscriptionID == "" {
		t.Errorf("%+v", farewell[0])
	}
	proofs.works(eventsSDK, "SubscriptionDeletedEventData")
}
