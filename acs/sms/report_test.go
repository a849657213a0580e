package sms_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs/sms"
)

func TestGetDeliveryReport(t *testing.T) {
	t.Parallel()
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.RequestURI != "/deliveryReports/Outgoing_1?api-version=2026-01-23" {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.5","title":"Not Found","status":404,"traceId":"00-1-2-00"}`)
			return
		}
		io.WriteString(w, `{"deliveryStatus":"Failed","deliveryStatusDetails":"4006: unreachable","messageId":"Outgoing_1","from":"+18335550100",
			"to":"+14255550123","deliveryAttempts":[{"timestamp":"2025-01-02T03:04:05.1234567Z","segmentsSucceeded":0,"segmentsFailed":2}],
			"receivedTimestamp":"2025-01-02T03:04:06Z","tag":"t1"}`)
	})
	got, err := client.GetDeliveryReport(context.Background(), "Outgoing_1")
	if err != nil {
		t.Fatal(err)
	}
	if got.DeliveryStatus != sms.Failed || got.MessageID != "Outgoing_1" || got.Tag != "t1" || got.From != "+18335550100" ||
		got.To != "+14255550123" || len(got.DeliveryAttempts) != 1 || got.DeliveryAttempts[0].SegmentsFailed != 2 ||
		!got.ReceivedTimestamp.Equal(time.Date(2025, 1, 2, 3, 4, 6, 0, time.UTC)) {
		t.Errorf("report = %+v", got)
	}
	_, err = client.GetDeliveryReport(context.Background(), "Outgoing_2")
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.StatusCode != 404 {
		t.Errorf("unknown report: %v", err)
	}
}

func TestOptOutsOfNobody(t *testing.T) {
	t.Parallel()
	client := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("request sent") })
	if _, err := client.CheckOptOuts(context.Background(), "+18335550100", nil); !errors.Is(err, sms.ErrNoRecipients) {
		t.Errorf("err = %v", err)
	}
}
