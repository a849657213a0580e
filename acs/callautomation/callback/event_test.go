package callback_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"guichet/acs"
	"guichet/acs/callautomation"
	"guichet/acs/callautomation/callback"
)

const common = `"callConnectionId":"401f0000","serverCallId":"c2VydmVy","correlationId":"c0440000","operationContext":"op1",
	"resultInformation":{"code":200,"subCode":8531,"message":"done","sipDetails":{"code":486,"message":"Busy Here"},"q850Details":{"code":17,"message":"user busy"}}`

var wantCommon = callback.Common{
	CallConnectionID: "401f0000", ServerCallID: "c2VydmVy", CorrelationID: "c0440000", OperationContext: "op1",
	Result: &callback.ResultInformation{
		Code: 200, SubCode: 8531, Message: "done",
		SIP:  &callback.NetworkResult{Code: 486, Message: "Busy Here"},
		Q850: &callback.NetworkResult{Code: 17, Message: "user busy"},
	},
}

const (
	phone     = `{"kind":"phoneNumber","rawId":"4:+14255550123","phoneNumber":{"value":"+14255550123"}}`
	user      = `{"kind":"communicationUser","rawId":"8:acs:a_b","communicationUser":{"id":"8:acs:a_b"}}`
	streaming = `"mediaStreamingUpdate":{"contentType":"Audio","mediaStreamingStatus":"mediaStreamingStarted","mediaStreamingStatusDetails":"subscriptionStarted"}`
	words     = `"transcriptionUpdate":{"transcriptionStatus":"transcriptionFailed","transcriptionStatusDetails":"badRequest","transcriptionMessage":"m"}`
)

func envelope(name, data string) string {
	return fmt.Sprintf(`{"id":"e1","source":"calling/callConnections/401f0000","subject":"calling/callConnections/401f0000",
		"type":"Microsoft.Communication.%s","data":%s,"time":"2025-01-02T03:04:05.1234567+00:00","specversion":"1.0","datacontenttype":"application/json"}`, name, data)
}

// Every type of event, with all that it tells.
func TestEveryType(t *testing.T) {
	t.Parallel()
	customer, agent := acs.PhoneNumber("+14255550123"), acs.User("8:acs:a_b")
	started := callback.MediaStreamingUpdate{ContentType: "Audio", Status: "mediaStreamingStarted", Details: "subscriptionStarted"}
	failed := callback.TranscriptionUpdate{Status: "transcriptionFailed", Details: "badRequest", Message: "m"}
	two := 2
	tests := []struct {
		name, more string
		want       callback.Data
	}{
		{"CallConnected", "", &callback.CallConnected{Common: wantCommon}},
		{"CallDisconnected", "", &callback.CallDisconnected{Common: wantCommon}},
		{"CreateCallFailed", "", &callback.CreateCallFailed{Common: wantCommon}},
		{"AnswerFailed", "", &callback.AnswerFailed{Common: wantCommon}},
		{"ConnectFailed", "", &callback.ConnectFailed{Common: wantCommon}},
		{"CallTransferAccepted", `"transferTarget":` + phone + `,"transferee":` + user,
			&callback.CallTransferAccepted{Common: wantCommon, Target: customer, Transferee: agent}},
		{"CallTransferFailed", "", &callback.CallTransferFailed{Common: wantCommon}},
		{"AddParticipantSucceeded", `"participant":` + phone, &callback.AddParticipantSucceeded{Common: wantCommon, Participant: customer}},
		{"AddParticipantFailed", `"participant":` + phone, &callback.AddParticipantFailed{Common: wantCommon, Participant: customer}},
		{"RemoveParticipantSucceeded", `"participant":` + user, &callback.RemoveParticipantSucceeded{Common: wantCommon, Participant: agent}},
		{"RemoveParticipantFailed", `"participant":` + user, &callback.RemoveParticipantFailed{Common: wantCommon, Participant: agent}},
		{"MoveParticipantSucceeded", `"participant":` + user + `,"fromCall":"f"`,
			&callback.MoveParticipantSucceeded{Common: wantCommon, Participant: agent, FromCall: "f"}},
		{"MoveParticipantFailed", `"participant":` + user + `,"fromCall":"f"`,
			&callback.MoveParticipantFailed{Common: wantCommon, Participant: agent, FromCall: "f"}},
		{"CancelAddParticipantSucceeded", `"invitationId":"i"`, &callback.CancelAddParticipantSucceeded{Common: wantCommon, InvitationID: "i"}},
		{"CancelAddParticipantFailed", `"invitationId":"i"`, &callback.CancelAddParticipantFailed{Common: wantCommon, InvitationID: "i"}},
		{"ParticipantsUpdated", `"sequenceNumber":3,"participants":[{"identifier":` + phone + `,"isMuted":true,"isOnHold":false}]`,
			&callback.ParticipantsUpdated{Common: wantCommon, SequenceNumber: 3, Participants: []callautomation.Participant{{Identifier: customer, IsMuted: true}}}},
		{"HoldFailed", "", &callback.HoldFailed{Common: wantCommon}},
		{"RecordingStateChanged", `"recordingId":"r","state":"active","startDateTime":"2025-01-02T03:04:05.0000000+00:00","recordingKind":"azureCommunicationServices"`,
			&callback.RecordingStateChanged{
				Common: wantCommon, RecordingID: "r", State: callautomation.RecordingActive, Kind: callautomation.RecordingByACS,
				Start: callback.Time{Time: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)},
			}},
		{"StartRecordingFailed", `"recordingId":"r"`, &callback.StartRecordingFailed{Common: wantCommon, RecordingID: "r"}},
		{"PlayStarted", "", &callback.PlayStarted{Common: wantCommon}},
		{"PlayCompleted", "", &callback.PlayCompleted{Common: wantCommon}},
		{"PlayFailed", `"failedPlaySourceIndex":2`, &callback.PlayFailed{Common: wantCommon, FailedSource: &two}},
		{"PlayCanceled", "", &callback.PlayCanceled{Common: wantCommon}},
		{"RecognizeCompleted", `"recognitionType":"dtmf","dtmfResult":{"tones":["one","pound"]}`,
			&callback.RecognizeCompleted{Common: wantCommon, Type: callback.RecognizedDTMF, DTMF: &callback.DTMFResult{
				Tones: []callautomation.Tone{callautomation.Tone1, callautomation.TonePound},
			}}},
		{"RecognizeCompleted", `"recognitionType":"choices","choiceResult":{"label":"yes","recognizedPhrase":null,"confidence":0.5,"languageIdentified":"fr","sentimentAnalysisResult":{"sentiment":"positive"}}`,
			&callback.RecognizeCompleted{Common: wantCommon, Type: callback.RecognizedChoices, Choice: &callback.ChoiceResult{
				Label: "yes", Confidence: 0.5, Language: "fr", Sentiment: &callback.Sentiment{Sentiment: "positive"},
			}}},
		{"RecognizeCompleted", `"recognitionType":"speech","speechResult":{"speech":"hello","confidence":1}`,
			&callback.RecognizeCompleted{Common: wantCommon, Type: callback.RecognizedSpeech, Speech: &callback.SpeechResult{Speech: "hello", Confidence: 1}}},
		{"RecognizeFailed", `"failedPlaySourceIndex":2`, &callback.RecognizeFailed{Common: wantCommon, FailedSource: &two}},
		{"RecognizeCanceled", "", &callback.RecognizeCanceled{Common: wantCommon}},
		{"ContinuousDtmfRecognitionToneReceived", `"sequenceId":4,"tone":"asterisk"`,
			&callback.ContinuousDTMFRecognitionToneReceived{Common: wantCommon, SequenceID: 4, Tone: callautomation.ToneAsterisk}},
		{"ContinuousDtmfRecognitionToneFailed", "", &callback.ContinuousDTMFRecognitionToneFailed{Common: wantCommon}},
		{"ContinuousDtmfRecognitionStopped", "", &callback.ContinuousDTMFRecognitionStopped{Common: wantCommon}},
		{"SendDtmfTonesCompleted", "", &callback.SendDTMFTonesCompleted{Common: wantCommon}},
		{"SendDtmfTonesFailed", "", &callback.SendDTMFTonesFailed{Common: wantCommon}},
		{"MediaStreamingStarted", streaming, &callback.MediaStreamingStarted{Common: wantCommon, Update: started}},
		{"MediaStreamingStopped", streaming, &callback.MediaStreamingStopped{Common: wantCommon, Update: started}},
		{"MediaStreamingFailed", streaming, &callback.MediaStreamingFailed{Common: wantCommon, Update: started}},
		{"TranscriptionStarted", words, &callback.TranscriptionStarted{Common: wantCommon, Update: failed}},
		{"TranscriptionStopped", words, &callback.TranscriptionStopped{Common: wantCommon, Update: failed}},
		{"TranscriptionUpdated", words, &callback.TranscriptionUpdated{Common: wantCommon, Update: failed}},
		{"TranscriptionFailed", words, &callback.TranscriptionFailed{Common: wantCommon, Update: failed}},
		{"TranscriptionCallSummaryUpdated", words, &callback.TranscriptionCallSummaryUpdated{Common: wantCommon, Update: failed}},
	}
	names := map[string]bool{}
	for _, test := range tests {
		names[test.name] = true
		data := "{" + common
		if test.more != "" {
			data += "," + test.more
		}
		events, err := callback.ParseEvents([]byte("[" + envelope(test.name, data+"}") + "]"))
		if err != nil || len(events) != 1 {
			t.Errorf("%s: %v, %v", test.name, events, err)
			continue
		}
		e := events[0]
		if e.Type != test.name || e.ID != "e1" || e.Source == "" || e.Subject == "" || e.Time.UnixNano() != 1735787045123456700 {
			t.Errorf("%s: envelope %+v", test.name, e)
		}
		if got, ok := e.Data.(*callback.RecordingStateChanged); ok {
			got.Start.Time = got.Start.UTC()
		}
		if !reflect.DeepEqual(e.Data, test.want) {
			t.Errorf("%s: %+v, want %+v", test.name, e.Data, test.want)
		}
		if e.Data.Call().CallConnectionID != "401f0000" {
			t.Errorf("%s: common %+v", test.name, e.Data.Call())
		}
	}
	// @azure/communication-call-automation 1.6.0 knows 38, the specification one more.
	if len(names) != 39 {
		t.Errorf("%d types", len(names))
	}
}

func TestEventsAreReadTolerantly(t *testing.T) {
	t.Parallel()
	read := func(body string) callback.Event {
		t.Helper()
		events, err := callback.ParseEvents([]byte(body))
		if err != nil || len(events) != 1 {
			t.Fatalf("%s: %v, %v", body, events, err)
		}
		return events[0]
	}
	e := read(envelope("HoldAudioStarted", `{`+common+`,"x":1}`))
	unknown, ok := e.Data.(*callback.Unknown)
	if !ok || unknown.Err != nil || unknown.CallConnectionID != "401f0000" || !strings.Contains(string(unknown.Data), `"x":1`) || e.Type != "HoldAudioStarted" {
		t.Errorf("unknown type: %+v", e)
	}
	e = read(envelope("PlayFailed", `{"callConnectionId":"401f0000","failedPlaySourceIndex":"x"}`))
	if unknown, ok := e.Data.(*callback.Unknown); !ok || unknown.Err == nil || unknown.CallConnectionID != "401f0000" {
		t.Errorf("unreadable data: %+v", e.Data)
	}
	e = read(`[{"type":"microsoft.communication.CallConnected"}]`)
	if _, ok := e.Data.(*callback.CallConnected); !ok || !e.Time.IsZero() || e.ID != "" {
		t.Errorf("only the type: %+v", e)
	}
	e = read(` {"TYPE":"Microsoft.Communication.CallConnected","Data":{"CallConnectionId":"c"},"time":"?"} `)
	if e.Data.Call().CallConnectionID != "c" || !e.Time.IsZero() {
		t.Errorf("other case: %+v", e)
	}
	e = read(envelope("ParticipantsUpdated", `null`))
	if p, ok := e.Data.(*callback.ParticipantsUpdated); !ok || p.Participants != nil {
		t.Errorf("null data: %+v", e)
	}
	if e = read(envelope("RecordingStateChanged", `{"startDateTime":12,"state":"active"}`)); e.Data.(*callback.RecordingStateChanged).State != "active" {
		t.Errorf("unreadable time: %+v", e)
	}
	events, err := callback.ParseEvents([]byte("[" + envelope("CallConnected", "{}") + "," + envelope("CallDisconnected", "{}") + "]"))
	if err != nil || len(events) != 2 || events[1].Type != "CallDisconnected" {
		t.Errorf("two events: %v, %v", events, err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	tones, err := callautomation.ParseTones("19*#")
	if err != nil {
		t.Fatal(err)
	}
	if got := (&callback.DTMFResult{Tones: tones}).Keys(); got != "19*#" {
		t.Errorf("%q", got)
	}
}

var malformed = []string{"", "  ", "[]", "null", "1", `"x"`, "{}", "[1]", "[null]", `{"type":1}`, `{"id":"x"}`, `[{"type":"x"}`,
	`[{"eventType":"Microsoft.Communication.CallConnected","data":{}}]`, `{"type":"x"} x`}

func TestMalformedEvents(t *testing.T) {
	t.Parallel()
	for _, body := range malformed {
		if events, err := callback.ParseEvents([]byte(body)); !errors.Is(err, callback.ErrMalformed) || events != nil {
			t.Errorf("%s: %v, %v", body, events, err)
		}
	}
}

func FuzzParseEvents(f *testing.F) {
	for _, body := range malformed {
		f.Add([]byte(body))
	}
	f.Add([]byte("[" + envelope("RecognizeCompleted", `{"dtmfResult":{"tones":["one"]}}`) + "]"))
	f.Add([]byte(envelope("CallTransferAccepted", `{"transferee":`+phone+`}`)))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := callback.ParseEvents(body)
		if err != nil {
			if !errors.Is(err, callback.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		for _, e := range events {
			if e.Type == "" || e.Data == nil || e.Data.Call() == nil || !json.Valid(e.Raw) {
				t.Fatalf("%+v", e)
			}
		}
	})
}
