package callautomation_test

import (
	"context"
	"io"
	"testing"
	"time"

	"guichet/acs"
	"guichet/acs/callautomation"
	"guichet/acs/internal/wiretest"
)

const (
	resource   = "ac500000-0000-4000-8000-000000000001"
	tenant     = "7e0a0000-0000-4000-8000-000000000001"
	object     = "05e70000-0000-4000-8000-000000000001"
	model      = "5bee0000-0000-4000-8000-000000000001"
	voice      = "5bee0000-0000-4000-8000-000000000002"
	connection = "401f0000-5a4b-4c3d-8e2f-000000000001"
	recording  = "eyJQbGF0Zm9ybUVuZHBvaW50SWQiOiI0MDFmIn0"
	callback   = "https://desk.contoso.com/calls?x=1"
	other      = "https://desk.contoso.com/other"
	speech     = "https://contoso.cognitiveservices.azure.com"
	content    = "https://us-storage.asm.skype.com/v1/objects/0-eus-d12-00/content/video?v=1"
)

var (
	customer = acs.PhoneNumber("+14255550123")
	user     = acs.User("8:acs:" + resource + "_00000000-0000-4000-8000-00000000000a")
	file     = callautomation.FileSource{URI: "https://contoso.com/wait.wav", CacheID: "wait"}
	text     = callautomation.TextSource{
		Text: "Hello <you> & me, à bientôt", Locale: "en-US", VoiceKind: callautomation.VoiceFemale,
		VoiceName: "en-US-NancyNeural", CustomVoiceEndpointID: voice,
	}
	ssml    = callautomation.SSMLSource{SSML: `<speak version="1.0">hi</speak>`, CustomVoiceEndpointID: voice}
	headers = callautomation.CustomCallingContext{
		UserToUser:    "616263;encoding=hex",
		CustomHeaders: map[string]string{"Case": "42"},
		XHeaders:      map[string]string{"Skill": "French"},
		VoIPHeaders:   map[string]string{"queue": "sales"},
	}
	plain      = &callautomation.OperationOptions{OperationContext: "op1"}
	elsewhere  = &callautomation.OperationOptions{OperationContext: "op1", CallbackURI: other}
	repeatable = &callautomation.RepeatableOptions{OperationContext: "op1", CallbackURI: other}
)

// client makes a case of something that is done with a client.
func client(name string, call func(context.Context, *testing.T, *callautomation.Client) error) wiretest.Case {
	return wiretest.Case{Name: name, Call: func(t *testing.T, s wiretest.Server) {
		c, err := callautomation.NewClientFromConnectionString(s.ConnectionString, &callautomation.ClientOptions{ClientOptions: s.Options})
		if err != nil {
			t.Fatal(err)
		}
		if err := call(context.Background(), t, c); err != nil {
			t.Error(err)
		}
	}}
}

// onCall makes a case of something that is done with a call.
func onCall(name string, call func(context.Context, *callautomation.Call) error) wiretest.Case {
	return client(name, func(ctx context.Context, _ *testing.T, c *callautomation.Client) error {
		return call(ctx, c.Call(connection))
	})
}

// contextual is for operations that return their context.
func contextual(name string, call func(context.Context, *callautomation.Call) (string, error)) wiretest.Case {
	return client(name, func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
		got, err := call(ctx, c.Call(connection))
		if got != "op1" {
			t.Errorf("operation context %q", got)
		}
		return err
	})
}

func checkProperties(t *testing.T, p callautomation.CallProperties) {
	t.Helper()
	switch {
	case p.CallConnectionID != connection, p.ServerCallID != "aHR0cHM6Ly9jb250b3Nv", p.CorrelationID == "",
		p.State != callautomation.CallConnecting, p.CallbackURI != callback, len(p.Targets) != 1, p.Targets[0] != customer,
		p.Source != user, p.SourceCallerID != "+18335550100", p.SourceDisplayName != "Contoso", p.AnsweredBy != user,
		p.AnsweredFor != "+18335550100", p.MediaStreaming == nil, p.MediaStreaming.State != callautomation.SubscriptionInactive,
		p.MediaStreaming.ContentTypes[0] != "audio", p.Transcription == nil, p.Transcription.Locale != "en-us",
		p.Transcription.State != callautomation.SubscriptionActive, p.Transcription.ResultTypes[0] != "final":
		t.Errorf("properties %+v", p)
	}
}

func checkParticipant(t *testing.T, p callautomation.Participant) {
	t.Helper()
	if p != (callautomation.Participant{Identifier: customer, IsOnHold: true}) {
		t.Errorf("participant %+v", p)
	}
}

func TestWire(t *testing.T) {
	t.Parallel()
	var all []wiretest.Case
	for _, some := range [][]wiretest.Case{callCases(), connectionCases(), mediaCases(), recordingCases()} {
		all = append(all, some...)
	}
	wiretest.Run(t, all)
}

func callCases() []wiretest.Case {
	setUp := func(name string, call func(context.Context, *callautomation.Client) (callautomation.CallProperties, error)) wiretest.Case {
		return client(name, func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			p, err := call(ctx, c)
			if err == nil {
				checkProperties(t, p)
			}
			return err
		})
	}
	return []wiretest.Case{
		setUp("create-call", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.CreateCall(ctx, []acs.Identifier{user}, callback, nil)
		}),
		setUp("create-call-phone", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.CreateCall(ctx, []acs.Identifier{customer}, callback, &callautomation.CreateCallOptions{
				SourceCallerID: "+18335550100", SourceDisplayName: "Contoso", Source: user,
				TeamsAppSource: acs.TeamsApp(object, ""), OperationContext: "op1", CognitiveServicesEndpoint: speech,
				MediaStreaming: &callautomation.MediaStreamingOptions{
					TransportURL: "wss://desk.contoso.com/audio", Channels: callautomation.AudioUnmixed,
					Format: callautomation.PCM24kMono, Start: true, Bidirectional: true, DTMFTones: true,
				},
				Transcription: &callautomation.TranscriptionOptions{
					TransportURL: "wss://desk.contoso.com/text", Locale: "fr-FR", SpeechModelEndpointID: model, Start: true,
					IntermediateResults: true,
				},
			})
		}),
		setUp("create-group-call", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.CreateCall(ctx, []acs.Identifier{
				customer, user, acs.TeamsUser(object, ""), acs.TeamsUser(object, acs.CloudGCCH), acs.TeamsVisitor("visitor"),
				acs.TeamsApp(object, acs.CloudDoD), acs.TeamsExtensionUser(resource, tenant, object, acs.CloudGCCH),
				acs.ParseRawID("48:something"),
			}, callback, &callautomation.CreateCallOptions{SourceCallerID: "+18335550100"})
		}),
		setUp("answer", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.AnswerCall(ctx, "incoming", callback, &callautomation.AnswerCallOptions{
				AnsweredBy: user, OperationContext: "op1", CognitiveServicesEndpoint: speech,
				MediaStreaming: &callautomation.MediaStreamingOptions{},
				Transcription:  &callautomation.TranscriptionOptions{Locale: "en-US"},
			})
		}),
		setUp("answer-plain", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.AnswerCall(ctx, "incoming", callback, nil)
		}),
		setUp("connect", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.Connect(ctx, callautomation.ServerCall("server1"), callback, &callautomation.ConnectOptions{
				OperationContext: "op1", CognitiveServicesEndpoint: speech,
			})
		}),
		setUp("connect-room", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.Connect(ctx, callautomation.RoomCall("room1"), callback, nil)
		}),
		setUp("connect-group", func(ctx context.Context, c *callautomation.Client) (callautomation.CallProperties, error) {
			return c.Connect(ctx, callautomation.GroupCall("group1"), callback, nil)
		}),
		client("redirect", func(ctx context.Context, _ *testing.T, c *callautomation.Client) error {
			return c.RedirectCall(ctx, "incoming", user, callautomation.Repeatability{})
		}),
		client("reject", func(ctx context.Context, _ *testing.T, c *callautomation.Client) error {
			return c.RejectCall(ctx, "incoming", "", callautomation.Repeatability{})
		}),
		client("reject-busy", func(ctx context.Context, _ *testing.T, c *callautomation.Client) error {
			return c.RejectCall(ctx, "incoming", callautomation.RejectBusy, callautomation.Repeatability{})
		}),
	}
}

func connectionCases() []wiretest.Case {
	return []wiretest.Case{
		client("properties", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			p, err := c.Call(connection).Properties(ctx)
			checkProperties(t, p)
			return err
		}),
		onCall("hang-up", func(ctx context.Context, c *callautomation.Call) error { return c.HangUp(ctx) }),
		onCall("terminate", func(ctx context.Context, c *callautomation.Call) error {
			return c.HangUpForEveryone(ctx, callautomation.Repeatability{})
		}),
		contextual("transfer", func(ctx context.Context, c *callautomation.Call) (string, error) {
			return c.Transfer(ctx, customer, &callautomation.TransferOptions{
				Transferee: user, SourceCallerID: "+18335550100", CallingContext: headers, OperationContext: "op1", CallbackURI: other,
			})
		}),
		contextual("transfer-plain", func(ctx context.Context, c *callautomation.Call) (string, error) {
			return c.Transfer(ctx, user, &callautomation.TransferOptions{OperationContext: "op1"})
		}),
		client("participants", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			n := 0
			for pager := c.Call(connection).NewParticipantsPager(); pager.More(); n++ {
				page, err := pager.NextPage(ctx)
				if err != nil {
					return err
				}
				checkParticipant(t, page.Value[0])
			}
			if n != 2 {
				t.Errorf("%d pages", n)
			}
			return nil
		}),
		client("participant", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			p, err := c.Call(connection).Participant(ctx, customer)
			checkParticipant(t, p)
			return err
		}),
		client("participant-user", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			_, err := c.Call(connection).Participant(ctx, user)
			return err
		}),
		client("add-participant", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			calling := headers
			calling.TeamsPhoneCall = &callautomation.TeamsPhoneCall{
				Caller: &callautomation.TeamsPhoneCaller{
					Identifier: customer, Name: "Ada", PhoneNumber: "+14255550123", RecordID: "r1",
					ScreenPopURL: "https://crm.contoso.com/r1", Authenticated: true,
					AdditionalInformation: map[string]string{"tier": "gold"},
				},
				Source: &callautomation.TeamsPhoneSource{
					Identifier: user, Language: "fr-FR", Status: "ok", IntendedTargets: map[string]acs.Identifier{"first": user},
				},
				SessionID: "s1", Intent: "buy", Topic: "bikes", Context: "c1", TranscriptURL: "https://contoso.com/t1",
				Sentiment: "good", SuggestedActions: "sell",
			}
			got, err := c.Call(connection).AddParticipant(ctx, customer, &callautomation.AddParticipantOptions{
				SourceCallerID: "+18335550100", SourceDisplayName: "Contoso", InvitationTimeout: 30 * time.Second,
				CallingContext: calling, OperationContext: "op1", CallbackURI: other,
			})
			checkParticipant(t, got.Participant)
			if got.InvitationID != "1a000000-0000-4000-8000-000000000001" || got.OperationContext != "op1" {
				t.Errorf("%+v", got)
			}
			return err
		}),
		onCall("add-participant-plain", func(ctx context.Context, c *callautomation.Call) error {
			_, err := c.AddParticipant(ctx, user, nil)
			return err
		}),
		contextual("remove-participant", func(ctx context.Context, c *callautomation.Call) (string, error) {
			return c.RemoveParticipant(ctx, user, repeatable)
		}),
		contextual("mute", func(ctx context.Context, c *callautomation.Call) (string, error) {
			return c.Mute(ctx, user, &callautomation.MuteOptions{OperationContext: "op1"})
		}),
		contextual("cancel-add-participant", func(ctx context.Context, c *callautomation.Call) (string, error) {
			return c.CancelAddParticipant(ctx, "i1", repeatable)
		}),
		client("move-participants", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			got, err := c.Call(connection).MoveParticipants(ctx, []acs.Identifier{customer, user}, "from1", repeatable)
			if err == nil {
				checkParticipant(t, got.Participants[0])
			}
			if got.FromCall != "from1" || got.OperationContext != "op1" {
				t.Errorf("%+v", got)
			}
			return err
		}),
	}
}

func mediaCases() []wiretest.Case {
	recognize := func(name string, who acs.Identifier, what callautomation.Recognition) wiretest.Case {
		what.OperationContext = "op1"
		return onCall(name, func(ctx context.Context, c *callautomation.Call) error { return c.Recognize(ctx, who, what) })
	}
	return []wiretest.Case{
		onCall("play", func(ctx context.Context, c *callautomation.Call) error {
			return c.Play(ctx, []callautomation.PlaySource{file}, []acs.Identifier{customer, user}, nil)
		}),
		onCall("play-text", func(ctx context.Context, c *callautomation.Call) error {
			return c.Play(ctx, []callautomation.PlaySource{text, ssml}, []acs.Identifier{customer}, &callautomation.PlayOptions{
				Loop: true, OperationContext: "op1", CallbackURI: other,
			})
		}),
		onCall("play-all", func(ctx context.Context, c *callautomation.Call) error {
			return c.Play(ctx, []callautomation.PlaySource{callautomation.TextSource{Text: "hi"}}, nil, &callautomation.PlayOptions{
				Interrupt: true, OperationContext: "op1",
			})
		}),
		recognize("recognize-dtmf", customer, callautomation.Recognition{
			DTMF: &callautomation.DTMFInput{
				MaxTones: 4, InterToneTimeout: 3 * time.Second,
				StopTones: []callautomation.Tone{callautomation.TonePound, callautomation.ToneAsterisk},
			},
			Prompts: []callautomation.PlaySource{file}, InterruptPrompt: true, InterruptCallMediaOperation: true,
			InitialSilence: 9 * time.Second, CallbackURI: other,
		}),
		recognize("recognize-dtmf-plain", customer, callautomation.Recognition{DTMF: &callautomation.DTMFInput{}}),
		recognize("recognize-choices", user, callautomation.Recognition{
			Choices: []callautomation.Choice{
				{Label: "yes", Phrases: []string{"yes", "oui"}, Tone: callautomation.Tone1},
				{Label: "no", Phrases: []string{"no"}},
			},
			Prompts: []callautomation.PlaySource{text, file}, SpeechLanguage: "fr-FR", SpeechModelEndpointID: model,
		}),
		recognize("recognize-speech", customer, callautomation.Recognition{
			Speech: &callautomation.SpeechInput{EndSilence: time.Second}, SpeechLanguage: "en-US",
		}),
		recognize("recognize-speech-or-dtmf", customer, callautomation.Recognition{
			Speech: &callautomation.SpeechInput{}, DTMF: &callautomation.DTMFInput{MaxTones: 2},
		}),
		onCall("cancel-media", func(ctx context.Context, c *callautomation.Call) error { return c.CancelAllMediaOperations(ctx) }),
		onCall("start-continuous-dtmf", func(ctx context.Context, c *callautomation.Call) error {
			return c.StartContinuousDTMFRecognition(ctx, customer, plain)
		}),
		onCall("stop-continuous-dtmf", func(ctx context.Context, c *callautomation.Call) error {
			return c.StopContinuousDTMFRecognition(ctx, customer, elsewhere)
		}),
		contextual("send-dtmf", func(ctx context.Context, c *callautomation.Call) (string, error) {
			tones, err := callautomation.ParseTones("1#")
			if err != nil {
				return "", err
			}
			return c.SendDTMFTones(ctx, tones, customer, repeatable)
		}),
		onCall("hold", func(ctx context.Context, c *callautomation.Call) error {
			return c.Hold(ctx, customer, &callautomation.HoldOptions{Source: file, OperationContext: "op1", CallbackURI: other})
		}),
		onCall("hold-plain", func(ctx context.Context, c *callautomation.Call) error { return c.Hold(ctx, customer, nil) }),
		onCall("unhold", func(ctx context.Context, c *callautomation.Call) error { return c.Unhold(ctx, customer, plain) }),
		onCall("start-media-streaming", func(ctx context.Context, c *callautomation.Call) error {
			return c.StartMediaStreaming(ctx, elsewhere)
		}),
		onCall("stop-media-streaming", func(ctx context.Context, c *callautomation.Call) error { return c.StopMediaStreaming(ctx, nil) }),
		onCall("start-transcription", func(ctx context.Context, c *callautomation.Call) error {
			return c.StartTranscription(ctx, &callautomation.StartTranscriptionOptions{
				Locale: "fr-FR", SpeechModelEndpointID: model, OperationContext: "op1", CallbackURI: other,
			})
		}),
		onCall("stop-transcription", func(ctx context.Context, c *callautomation.Call) error { return c.StopTranscription(ctx, plain) }),
		onCall("update-transcription", func(ctx context.Context, c *callautomation.Call) error {
			return c.UpdateTranscription(ctx, callautomation.StartTranscriptionOptions{
				Locale: "en-US", SpeechModelEndpointID: model, OperationContext: "op1",
			})
		}),
	}
}

func recordingCases() []wiretest.Case {
	download := func(name string, options *callautomation.DownloadOptions, offset, length, size int64) wiretest.Case {
		return client(name, func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			part, err := c.DownloadRecording(ctx, content, options)
			if err != nil {
				return err
			}
			defer part.Body.Close()
			b, err := io.ReadAll(part.Body)
			if int64(len(b)) != length || part.Length != length || part.Offset != offset || part.Size != size {
				t.Errorf("%d bytes, %+v", len(b), part)
			}
			return err
		})
	}
	return []wiretest.Case{
		client("recording-start", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			got, err := c.StartRecording(ctx, callautomation.RecordingRequest{
				Call: callautomation.ServerCall("server1"), StateCallbackURI: callback,
				Content: callautomation.RecordAudio, Channel: callautomation.RecordUnmixed, Format: callautomation.RecordWAV,
				PauseOnStart: true, ChannelOrder: []acs.Identifier{customer, user},
				ChannelAffinity:  []callautomation.ChannelAffinity{{Channel: 0, Participant: customer}, {Channel: 1, Participant: user}},
				BlobContainerURL: "https://contoso.blob.core.windows.net/calls",
			})
			if got != (callautomation.Recording{ID: recording, State: callautomation.RecordingActive, Kind: callautomation.RecordingByACS}) {
				t.Errorf("%+v", got)
			}
			return err
		}),
		client("recording-start-connection", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			got, err := c.StartRecording(ctx, callautomation.RecordingRequest{CallConnectionID: connection})
			if got.State != callautomation.RecordingInactive {
				t.Errorf("%+v", got)
			}
			return err
		}),
		client("recording-state", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			got, err := c.Recording(ctx, recording)
			if got.ID != recording || got.State != callautomation.RecordingActive {
				t.Errorf("%+v", got)
			}
			return err
		}),
		client("recording-pause", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			return c.PauseRecording(ctx, recording)
		}),
		client("recording-resume", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			return c.ResumeRecording(ctx, recording)
		}),
		client("recording-stop", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			return c.StopRecording(ctx, recording)
		}),
		download("recording-download", nil, 0, 16, -1),
		download("recording-download-range", &callautomation.DownloadOptions{Offset: 2, Length: 9}, 2, 9, 16),
		download("recording-download-rest", &callautomation.DownloadOptions{Offset: 7}, 7, 9, 16),
		client("recording-delete", func(ctx context.Context, t *testing.T, c *callautomation.Client) error {
			return c.DeleteRecording(ctx, "https://us-storage.asm.skype.com/v1/objects/0-eus-d12-00")
		}),
	}
}
