package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/messaging"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/eventgrid/azeventgrid"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"

	"guichet/localcloud"
)

func TestHandshakeFailureThroughSDK(t *testing.T) {
	f := start(t)
	hook := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(hook.Close)
	_, err := f.subscribe("topic", "first-sub", open(hook.URL+"/here"))
	if err == nil || !strings.Contains(err.Error(), "Url validation") || !strings.Contains(err.Error(), "handshake failed for "+hook.URL+"/here") {
		t.Errorf("got %v", err)
	}
	_, err = f.subscribe("topic", "second-sub", open("http://example.com/"))
	wantCode(t, err, http.StatusBadRequest, "InvalidRequest")
}

func TestProtectedWebhookNeedsItsApplication(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	mine := f.register(map[string]any{"displayName": "mine", "owners": []string{localcloud.ObjectID}})
	foreign := f.register(map[string]any{"displayName": "foreign"})
	for app, ok := range map[string]bool{
		localcloud.WebhookAppID: true, "api://" + localcloud.WebhookAppID: true, mine.AppID: true,
		foreign.AppID: false, "00000000-0000-0000-0000-000000000009": false,
	} {
		s := protected(hook.URL)
		s.Properties.Destination.(*armeventgrid.WebHookEventSubscriptionDestination).Properties.AzureActiveDirectoryApplicationIDOrURI = to.Ptr(app)
		if _, err := f.subscribe("topic", "sub-"+app[len(app)-4:], s); (err == nil) != ok {
			t.Errorf("%s: %v", app, err)
		}
	}
}

func TestSubscriptionOnResource(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	subs := must(armeventgrid.NewEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	s := open(hook.URL + "?key=1")
	s.Properties.Destination.(*armeventgrid.WebHookEventSubscriptionDestination).Properties.DeliveryAttributeMappings = []armeventgrid.DeliveryAttributeMappingClassification{
		&armeventgrid.StaticDeliveryAttributeMapping{
			Type: to.Ptr(armeventgrid.DeliveryAttributeMappingTypeStatic), Name: to.Ptr("x-secret"),
			Properties: &armeventgrid.StaticDeliveryAttributeMappingProperties{Value: to.Ptr("hush"), IsSecret: to.Ptr(true)},
		},
	}
	poller, err := subs.BeginCreateOrUpdate(f.ctx, localcloud.ResourceID, "on-resource", s, nil)
	made := must(done(f, poller, err))(t)
	topicID := *made.Properties.Topic
	topics := must(armeventgrid.NewSystemTopicsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	list := all(f, topics.NewListByResourceGroupPager(localcloud.ResourceGroup, nil), func(p armeventgrid.SystemTopicsClientListByResourceGroupResponse) []*armeventgrid.SystemTopic {
		return p.Value
	})
	if len(list) != 1 || *list[0].ID != topicID || !strings.HasPrefix(*list[0].Name, localcloud.ResourceName+"-") {
		t.Fatalf("topics %+v", list)
	}
	byResource := all(f, subs.NewListByResourcePager(localcloud.ResourceGroup, "Microsoft.Communication", "CommunicationServices", localcloud.ResourceName, nil),
		func(p armeventgrid.EventSubscriptionsClientListByResourceResponse) []*armeventgrid.EventSubscription {
			return p.Value
		})
	if len(byResource) != 1 {
		t.Errorf("%d subscriptions on the resource", len(byResource))
	}
	if full := must(subs.GetFullURL(f.ctx, localcloud.ResourceID, "on-resource", nil))(t); *full.EndpointURL != hook.URL+"?key=1" {
		t.Errorf("full url %s", *full.EndpointURL)
	}
	attributes := must(subs.GetDeliveryAttributes(f.ctx, localcloud.ResourceID, "on-resource", nil))(t)
	if len(attributes.Value) != 1 || *attributes.Value[0].(*armeventgrid.StaticDeliveryAttributeMapping).Properties.Value != "hush" {
		t.Errorf("attributes %+v", attributes)
	}
	read := must(subs.Get(f.ctx, localcloud.ResourceID, "on-resource", nil))(t)
	mapping := read.Properties.Destination.(*armeventgrid.WebHookEventSubscriptionDestination).Properties.DeliveryAttributeMappings[0]
	if *mapping.(*armeventgrid.StaticDeliveryAttributeMapping).Properties.Value == "hush" {
		t.Error("a secret header was read back")
	}
	change, err := subs.BeginUpdate(f.ctx, localcloud.ResourceID, "on-resource", armeventgrid.EventSubscriptionUpdateParameters{Labels: []*string{to.Ptr("blue")}}, nil)
	if changed := must(done(f, change, err))(t); len(changed.Properties.Labels) != 1 || len(changed.Properties.Filter.IncludedEventTypes) != 1 {
		t.Errorf("%+v", changed.Properties)
	}
	f.text(`{"id":"11111111-1111-4111-8111-111111111112","text":"hello"}`)
	if got := hook.next(f, "Notification"); got.header.Get("x-secret") != "hush" {
		t.Errorf("x-secret is %q", got.header.Get("x-secret"))
	}
	// The topic came with the subscription and goes with it.
	removal, err := subs.BeginDelete(f.ctx, localcloud.ResourceID, "on-resource", nil)
	must(done(f, removal, err))(t)
	if left := all(f, topics.NewListBySubscriptionPager(nil), func(p armeventgrid.SystemTopicsClientListBySubscriptionResponse) []*armeventgrid.SystemTopic {
		return p.Value
	}); len(left) != 0 {
		t.Errorf("%d topics are left", len(left))
	}
}

func TestTopicTypes(t *testing.T) {
	f := start(t)
	types := must(armeventgrid.NewTopicTypesClient(f.cred, f.arm()))(t)
	events := all(f, types.NewListEventTypesPager("Microsoft.Communication.CommunicationServices", nil),
		func(p armeventgrid.TopicTypesClientListEventTypesResponse) []*armeventgrid.EventType { return p.Value })
	if len(events) != 53 {
		t.Errorf("%d event types", len(events))
	}
	if list := all(f, types.NewListPager(nil), func(p armeventgrid.TopicTypesClientListResponse) []*armeventgrid.TopicTypeInfo { return p.Value }); len(list) == 0 {
		t.Error("no topic types")
	}
	must(types.Get(f.ctx, "microsoft.communication.communicationservices", nil))(t)
	_, err := types.Get(f.ctx, "Contoso.Nothing", nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
}

// customTopic makes a topic with a subscription on hook.
func (f *fixture) customTopic(name string, schema armeventgrid.InputSchema, out armeventgrid.EventDeliverySchema, hook *webhook) (armeventgrid.Topic, string) {
	f.t.Helper()
	topics := must(armeventgrid.NewTopicsClient(localcloud.SubscriptionID, f.cred, f.arm()))(f.t)
	poller, err := topics.BeginCreateOrUpdate(f.ctx, localcloud.ResourceGroup, name, armeventgrid.Topic{
		Location: to.Ptr("westeurope"), Properties: &armeventgrid.TopicProperties{InputSchema: to.Ptr(schema)},
	}, nil)
	topic := must(done(f, poller, err))(f.t).Topic
	subs := must(armeventgrid.NewTopicEventSubscriptionsClient(localcloud.SubscriptionID, f.cred, f.arm()))(f.t)
	s := open(hook.URL)
	s.Properties.Filter, s.Properties.EventDeliverySchema = nil, to.Ptr(out)
	sub, err := subs.BeginCreateOrUpdate(f.ctx, localcloud.ResourceGroup, name, "custom-sub", s, nil)
	must(done(f, sub, err))(f.t)
	keys := must(topics.ListSharedAccessKeys(f.ctx, localcloud.ResourceGroup, name, nil))(f.t)
	return topic, *keys.Key1
}

func TestCustomTopics(t *testing.T) {
	f := start(t)
	options := &azeventgrid.ClientOptions{ClientOptions: f.azure}
	hook := newWebhook(t, nil)
	topic, key := f.customTopic("grid-topic", armeventgrid.InputSchemaEventGridSchema, armeventgrid.EventDeliverySchemaEventGridSchema, hook)
	byKey := must(azeventgrid.NewClientWithSharedKeyCredential(*topic.Properties.Endpoint, azcore.NewKeyCredential(key), options))(t)
	event := azeventgrid.Event{
		ID: to.Ptr("e1"), Subject: to.Ptr("s"), EventType: to.Ptr("Contoso.Thing"), EventTime: to.Ptr(time.Now()), DataVersion: to.Ptr("2"),
		Data: map[string]any{"x": 1},
	}
	must(byKey.PublishEvents(f.ctx, []azeventgrid.Event{event}, nil))(t)
	got := hook.next(f, "Notification").events(t)[0]
	if got["id"] != "e1" || got["topic"] != *topic.ID || got["dataVersion"] != "2" || got["metadataVersion"] != "1" {
		t.Errorf("%v", got)
	}
	wrong := must(azeventgrid.NewClientWithSharedKeyCredential(*topic.Properties.Endpoint, azcore.NewKeyCredential("AAAA"), options))(t)
	_, err := wrong.PublishEvents(f.ctx, []azeventgrid.Event{event}, nil)
	wantCode(t, err, http.StatusUnauthorized, "Unauthorized")
	proofs.refuses(publisherSDK, "Client.PublishEvents", "401 Unauthorized")
	event.Subject = nil
	_, err = byKey.PublishEvents(f.ctx, []azeventgrid.Event{event}, nil)
	wantCode(t, err, http.StatusBadRequest, "BadRequest")
	proofs.refuses(publisherSDK, "Client.PublishEvents", "400 BadRequest")
	byToken := must(azeventgrid.NewClient(*topic.Properties.Endpoint, f.cred, options))(t)
	_, err = byToken.PublishEvents(f.ctx, []azeventgrid.Event{event}, nil)
	wantCode(t, err, http.StatusForbidden, "Forbidden") // a Contributor is no sender
	proofs.refuses(publisherSDK, "Client.PublishEvents", "403 Forbidden")

	cloudHook := newWebhook(t, nil)
	topic, key = f.customTopic("cloud-topic", armeventgrid.InputSchemaCloudEventSchemaV10, armeventgrid.EventDeliverySchemaCloudEventSchemaV10, cloudHook)
	byKey = must(azeventgrid.NewClientWithSharedKeyCredential(*topic.Properties.Endpoint, azcore.NewKeyCredential(key), options))(t)
	ce := must(messaging.NewCloudEvent("/contoso/source", "Contoso.Thing", map[string]any{"x": 1}, &messaging.CloudEventOptions{Extensions: map[string]any{"color": "red"}}))(t)
	must(byKey.PublishCloudEvents(f.ctx, []messaging.CloudEvent{ce}, nil))(t)
	var delivered map[string]any
	if err := json.Unmarshal(cloudHook.next(f, "Notification").body, &delivered); err != nil {
		t.Fatal(err)
	}
	if delivered["id"] != ce.ID || delivered["source"] != "/contoso/source" || delivered["color"] != "red" || delivered["specversion"] != "1.0" {
		t.Errorf("%v", delivered)
	}
	proofs.works(publisherSDK, "Client.PublishCloudEvents")
}

func TestFaults(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	must(f.subscribe("topic", "first-sub", open(hook.URL)))(t)
	seven := 7
	if status := f.control(http.MethodPost, "faults", map[string]any{"kind": "request", "plane": "arm", "status": 429, "retryAfter": seven, "count": 1}, nil); status != http.StatusCreated {
		t.Fatalf("fault: %d", status)
	}
	good := "Bearer " + must(f.get(f.cred, "https://management.azure.com/.default"))(t)
	response, code := f.raw("GET", "/subscriptions?api-version=2022-12-01", good)
	if response.StatusCode != http.StatusTooManyRequests || code != "TooManyRequests" || response.Header.Get("Retry-After") != "7" {
		t.Errorf("%s %s", response.Status, code)
	}
	if response, _ := f.raw("GET", "/subscriptions?api-version=2022-12-01", good); response.StatusCode != http.StatusOK {
		t.Errorf("the second request: %s", response.Status)
	}
	f.control(http.MethodPost, "faults", map[string]any{"kind": "duplicate", "count": 1}, nil)
	f.text(`{"id":"11111111-1111-4111-8111-111111111113","text":"twice"}`)
	if a, b := hook.next(f, "Notification").events(t)[0], hook.next(f, "Notification").events(t)[0]; a["id"] != b["id"] {
		t.Errorf("%v and %v", a["id"], b["id"])
	}
	f.control(http.MethodPost, "faults", map[string]any{"kind": "lose", "count": 1}, nil)
	f.text(`{"id":"11111111-1111-4111-8111-111111111114","text":"lost"}`)
	f.text(`{"id":"11111111-1111-4111-8111-111111111115","text":"kept"}`)
	if data := hook.next(f, "Notification").events(t)[0]["data"].(map[string]any); data["message"] != "kept" {
		t.Errorf("%v", data)
	}
	f.control(http.MethodPost, "faults", map[string]any{"kind": "handshake", "count": 1}, nil)
	if _, err := f.subscribe("topic", "second-sub", open(hook.URL)); err == nil {
		t.Error("the handshake was not refused")
	}
	if status := f.control(http.MethodPost, "faults", map[string]any{"kind": "nonsense"}, nil); status != http.StatusBadRequest {
		t.Errorf("a senseless fault: %d", status)
	}
}

func TestReset(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	must(f.subscribe("topic", "first-sub", open(hook.URL)))(t)
	f.register(map[string]any{"displayName": "mine"})
	if err := f.cloud.Reset(f.ctx); err != nil {
		t.Fatal(err)
	}
	topics := must(armeventgrid.NewSystemTopicsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	_, err := topics.Get(f.ctx, localcloud.ResourceGroup, "topic", nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
	must(f.subscribe("topic", "first-sub", open(hook.URL)))(t)
	f.text(`{"id":"11111111-1111-4111-8111-111111111116","text":"after"}`)
	hook.next(f, "Notification")
}

// TestRestart: what was accepted before a stop is delivered after it.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var mu sync.Mutex
	status := http.StatusServiceUnavailable
	hook := newWebhook(t, func(received) int {
		mu.Lock()
		defer mu.Unlock()
		return status
	})
	withDir := func(o *localcloud.Options) {
		o.DataDir, o.RetrySchedule = dir, []time.Duration{50 * time.Millisecond}
	}
	ctx, stop := context.WithCancel(t.Context())
	first := must(localcloud.New(ctx, localcloud.Options{DataDir: dir, RetrySchedule: []time.Duration{time.Hour}}))(t)
	ended := make(chan error, 1)
	go func() { ended <- first.Run(ctx) }()
	f := connect(ctx, t, first)
	must(f.subscribe("topic", "first-sub", protected(hook.URL)))(t)
	before := must(f.get(f.cred, "https://management.azure.com/.default"))(t)
	f.text(`{"id":"11111111-1111-4111-8111-111111111117","text":"kept"}`)
	hook.next(f, "Notification")
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	status = http.StatusOK
	mu.Unlock()
	g := begin(t, withDir)
	f.ctx = g.ctx
	f.cloud = g.cloud
	f.verify(before) // the signing key is the same
	f.text(fmt.Sprintf(`{"id":%q,"text":"new"}`, "11111111-1111-4111-8111-111111111118"))
	if data := hook.next(g, "Notification").events(t)[0]["data"].(map[string]any); data["message"] != "new" {
		t.Errorf("%v", data)
	}
	// The log is written once the answer is in.
	var log struct {
		Items []struct {
			Attempt int
			Next    time.Time
		}
	}
	for len(log.Items) < 2 {
		if g.ctx.Err() != nil {
			t.Fatalf("delivery log %+v", log)
		}
		g.control(http.MethodGet, "deliveries", nil, &log)
	}
	if log.Items[1].Next.IsZero() {
		t.Errorf("delivery log %+v", log)
	}
}
