package conformance

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/messaging/eventgrid/azsystemevents"

	"guichet/acs/phonenumbers"
	"guichet/acs/sms"
	"guichet/localcloud"
)

// decode reads the data of the one event in a delivery into a model of
// azsystemevents, as a receiver with Microsoft's SDK does.
func decode[T any](t *testing.T, r received, kind string) (data T) {
	t.Helper()
	var list []struct {
		ID, EventType, Subject string
		Data                   json.RawMessage
	}
	if err := json.Unmarshal(r.body, &list); err != nil {
		t.Fatalf("body %s: %v", r.body, err)
	}
	if len(list) != 1 || list[0].EventType != kind || list[0].Subject != "/phonenumber/18335550100" {
		t.Fatalf("got %s, want one %s", r.body, kind)
	}
	if err := json.Unmarshal(list[0].Data, &data); err != nil {
		t.Fatalf("data %s: %v", list[0].Data, err)
	}
	return data
}

// TestTextsThereAndBack reads the events of both directions with azsystemevents,
// and looks the report up.
func TestTextsThereAndBack(t *testing.T) {
	f := start(t)
	hook := newWebhook(t, nil)
	s := open(hook.URL + "/hook")
	s.Properties.Filter.IncludedEventTypes = []*string{
		to.Ptr(azsystemevents.TypeACSSMSReceived), to.Ptr(azsystemevents.TypeACSSMSDeliveryReportReceived),
	}
	must(f.subscribe("contoso-topic", "texts", s))(t)

	f.text(`{"id":"11111111-1111-4111-8111-111111111111","text":"Grüße 😀"}`)
	in := decode[azsystemevents.ACSSMSReceivedEventData](t, hook.next(f, "Notification"), azsystemevents.TypeACSSMSReceived)
	if *in.From != "14255550123" || *in.To != "18335550100" || *in.Message != "Grüße 😀" || *in.SegmentCount != 1 ||
		time.Since(*in.ReceivedTimestamp).Abs() > deadline || *in.MessageID == "" {
		t.Errorf("received: %+v", in)
	}
	proofs.works(eventsSDK, "ACSSMSReceivedEventData")

	client := must(sms.NewClientFromConnectionString(f.cloud.ConnectionString(), &sms.ClientOptions{ClientOptions: f.azure}))(t)
	sent := must(client.Send(f.ctx, localcloud.NumberTollFree, []sms.Recipient{{To: localcloud.HandsetNumber}}, "hello",
		&sms.SendOptions{EnableDeliveryReport: true, Tag: "t1"}))(t)
	id := sent.Value[0].MessageID
	out := decode[azsystemevents.ACSSMSDeliveryReportReceivedEventData](t, hook.next(f, "Notification"),
		azsystemevents.TypeACSSMSDeliveryReportReceived)
	if *out.MessageID != id || *out.DeliveryStatus != "Delivered" || *out.DeliveryStatusDetails == "" || *out.Tag != "t1" ||
		*out.From != "18335550100" || *out.To != localcloud.HandsetNumber || len(out.DeliveryAttempts) != 1 ||
		*out.DeliveryAttempts[0].SegmentsSucceeded != 1 || out.DeliveryAttempts[0].Timestamp.IsZero() {
		t.Errorf("report: %+v", out)
	}
	proofs.works(eventsSDK, "ACSSMSDeliveryReportReceivedEventData")
	report := must(client.GetDeliveryReport(f.ctx, id))(t)
	if report.DeliveryStatus != sms.Delivered || report.Tag != "t1" {
		t.Errorf("report looked up: %+v", report)
	}
}

// TestNumbersOfTheCloud lists the owned numbers with this project's own client.
func TestNumbersOfTheCloud(t *testing.T) {
	f := start(t)
	client := must(phonenumbers.NewClientFromConnectionString(f.cloud.ConnectionString(),
		&phonenumbers.ClientOptions{ClientOptions: f.azure}))(t)
	owned := map[string]bool{}
	for pager := client.NewListPurchasedPager(nil); pager.More(); {
		for _, n := range must(pager.NextPage(f.ctx))(t).PhoneNumbers {
			owned[n.PhoneNumber] = true
		}
	}
	if !owned[localcloud.NumberTollFree] || !owned[localcloud.NumberGeographic] {
		t.Errorf("owned: %v", owned)
	}
}
