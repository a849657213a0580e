package eventgrid_test

import (
	"encoding/json"
	"testing"
	"time"

	"guichet/eventgrid"
)

func event(eventType, data string) eventgrid.Event {
	return eventgrid.Event{ID: "e1", Type: eventType, Data: json.RawMessage(data)}
}

func TestSMSReceivedData(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 1, 2, 3, 4, 5, 123456700, time.UTC)
	for _, test := range []struct {
		name, data string
		want       eventgrid.SMSReceived
	}{
		{"camel case", `{"messageId":"Incoming_1","from":"14255550123","to":"18335550100","message":"hi","receivedTimestamp":"2025-01-02T03:04:05.1234567Z","segmentCount":2}`,
			eventgrid.SMSReceived{MessageID: "Incoming_1", From: "+14255550123", To: "+18335550100", Message: "hi", ReceivedTimestamp: at, SegmentCount: 2}},
		{"pascal case, plus signs", `{"MessageId":"Incoming_1","From":"+14255550123","To":"+18335550100","Message":"","ReceivedTimestamp":"2025-01-02T03:04:05.1234567+00:00"}`,
			eventgrid.SMSReceived{MessageID: "Incoming_1", From: "+14255550123", To: "+18335550100", ReceivedTimestamp: at}},
		{"short code, strange time", `{"messageId":"1","from":"123456","to":"Contoso","receivedTimestamp":{}}`,
			eventgrid.SMSReceived{MessageID: "1", From: "123456", To: "Contoso"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := event(eventgrid.TypeSMSReceived, test.data).SMSReceived()
			if err != nil || !got.ReceivedTimestamp.Equal(test.want.ReceivedTimestamp) {
				t.Fatalf("%+v, %v", got, err)
			}
			got.ReceivedTimestamp = test.want.ReceivedTimestamp
			if got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestSMSDeliveryReportData(t *testing.T) {
	t.Parallel()
	got, err := event(eventgrid.TypeSMSDeliveryReportReceived, `{"messageId":"Outgoing_1","from":"18335550100","to":"+14255550123",
		"deliveryStatus":"Failed","deliveryStatusDetails":"4006: unreachable","receivedTimestamp":"2025-01-02T03:04:06Z",
		"deliveryAttempts":[{"timestamp":"2025-01-02T03:04:05Z","segmentsSucceeded":1,"segmentsFailed":2}],"Tag":"t1"}`).SMSDeliveryReport()
	if err != nil {
		t.Fatal(err)
	}
	if got.MessageID != "Outgoing_1" || got.From != "+18335550100" || got.To != "+14255550123" || got.DeliveryStatus != "Failed" ||
		got.DeliveryStatusDetails != "4006: unreachable" || got.Tag != "t1" || got.ReceivedTimestamp.Second() != 6 {
		t.Errorf("got %+v", got)
	}
	if len(got.DeliveryAttempts) != 1 || got.DeliveryAttempts[0].SegmentsSucceeded != 1 ||
		got.DeliveryAttempts[0].SegmentsFailed != 2 || got.DeliveryAttempts[0].Timestamp.Second() != 5 {
		t.Errorf("attempts = %+v", got.DeliveryAttempts)
	}
}

func TestIncomingCallData(t *testing.T) {
	t.Parallel()
	got, err := event(eventgrid.TypeIncomingCall, `{"to":{"kind":"phoneNumber","rawId":"4:+18335550100","phoneNumber":{"value":"+18335550100"}},
		"from":{"rawId":"4:14255550123"},"serverCallId":"sc","callerDisplayName":"Ann","incomingCallContext":"ctx","correlationId":"cid",
		"customContext":{"sipHeaders":{"userToUser":"u"},"voipHeaders":null},"onBehalfOfCallee":{"rawId":"8:acs:1_2","communicationUser":{"id":"8:acs:1_2"}}}`).IncomingCall()
	if err != nil {
		t.Fatal(err)
	}
	if got.To.Phone() != "+18335550100" || got.From.Phone() != "+14255550123" || got.ServerCallID != "sc" || got.CallerDisplayName != "Ann" ||
		got.IncomingCallContext != "ctx" || got.CorrelationID != "cid" || got.SIPHeaders["userToUser"] != "u" {
		t.Errorf("got %+v", got)
	}
	if got.OnBehalfOfCallee == nil || got.OnBehalfOfCallee.CommunicationUser.ID != "8:acs:1_2" || got.OnBehalfOfCallee.Phone() != "" {
		t.Errorf("callee = %+v", got.OnBehalfOfCallee)
	}
	for _, raw := range []string{"4:anonymous", "4:", "8:acs:14255550123", ""} {
		if p := (eventgrid.Identifier{RawID: raw}).Phone(); p != "" {
			t.Errorf("phone of %q = %q", raw, p)
		}
	}
}

func TestRecordingData(t *testing.T) {
	t.Parallel()
	got, err := event(eventgrid.TypeRecordingFileStatusUpdated, `{"recordingStorageInfo":{"recordingChunks":[
		{"documentId":"0-eus-d12-1","index":1,"endReason":"SessionEnded","contentLocation":"https://s/c","metadataLocation":"https://s/m","deleteLocation":"https://s/d"}]},
		"recordingStartTime":"2025-01-02T03:04:05Z","recordingDurationMs":1500,"recordingContentType":"Audio","recordingChannelType":"Mixed",
		"recordingFormatType":"Wav","sessionEndReason":"CallEnded"}`).RecordingFileStatus()
	if err != nil {
		t.Fatal(err)
	}
	want := eventgrid.RecordingChunk{DocumentID: "0-eus-d12-1", Index: 1, EndReason: "SessionEnded",
		ContentLocation: "https://s/c", MetadataLocation: "https://s/m", DeleteLocation: "https://s/d"}
	if len(got.Chunks) != 1 || got.Chunks[0] != want {
		t.Errorf("chunks = %+v", got.Chunks)
	}
	if got.Duration != 1500*time.Millisecond || got.StartTime.Second() != 5 || got.ContentType != "Audio" ||
		got.ChannelType != "Mixed" || got.FormatType != "Wav" || got.SessionEndReason != "CallEnded" {
		t.Errorf("got %+v", got)
	}
}

func TestDataErrors(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]eventgrid.Event{
		"other type": event(eventgrid.TypeIncomingCall, "{}"),
		"no data":    event(eventgrid.TypeSMSReceived, ""),
		"not object": event(eventgrid.TypeSMSReceived, "[]"),
	} {
		if _, err := e.SMSReceived(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
