package callautomation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"guichet/acs"
	"guichet/acs/callautomation"
)

const accessKey = "ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI="

// newClient returns a client of a server that runs the handler, and the server's address.
func newClient(t *testing.T, handler http.HandlerFunc, change ...func(*callautomation.ClientOptions)) (*callautomation.Client, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	options := &callautomation.ClientOptions{
		ClientOptions: azcore.ClientOptions{
			InsecureAllowCredentialWithHTTP: true,
			Retry:                           policy.RetryOptions{RetryDelay: time.Nanosecond},
		},
		RecordingHosts: []string{strings.TrimPrefix(server.URL, "http://")},
	}
	for _, f := range change {
		f(options)
	}
	c, err := callautomation.NewClientFromConnectionString("endpoint="+server.URL+"/;accesskey="+accessKey, options)
	if err != nil {
		t.Fatal(err)
	}
	return c, server.URL
}

func unused(t *testing.T) http.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) { t.Error("request sent") }
}

// The id that the caller stored must reach the service unchanged, on the first try and on its retries; one that is made
// must stay the same on retries and differ from call to call.
func TestRepeatability(t *testing.T) {
	t.Parallel()
	type sent struct{ id, first string }
	var all []sent
	c, _ := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		all = append(all, sent{r.Header.Get("Repeatability-Request-ID"), r.Header.Get("Repeatability-First-Sent")})
		if len(all)%2 == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	stored := callautomation.Repeatability{
		RequestID: "1afb7f90-0000-4000-8000-000000000001",
		FirstSent: time.Date(2025, 1, 2, 4, 4, 5, 999, time.FixedZone("", 3600)),
	}
	for _, r := range []callautomation.Repeatability{stored, {}, {}} {
		if err := c.RejectCall(context.Background(), "incoming", "", r); err != nil {
			t.Fatal(err)
		}
	}
	if len(all) != 6 {
		t.Fatalf("%d tries", len(all))
	}
	if want := (sent{stored.RequestID, "Thu, 02 Jan 2025 03:04:05 GMT"}); all[0] != want || all[1] != want {
		t.Errorf("stored id: %v", all[:2])
	}
	if all[2] != all[3] || all[2].id == all[4].id || len(all[2].id) != 36 {
		t.Errorf("made ids: %v", all[2:])
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tests := []struct {
		name       string
		status     int
		body, code string
	}{
		{"call gone", 404, `{"error":{"code":"8522","message":"Call not found."}}`, "8522"},
		{"not established", 400, `{"error":{"code":"8501","message":"Action is invalid when call is not in Established state"}}`, "8501"},
		{"incompatible", 412, `{"error":{"code":"8583","message":"x"}}`, "8583"},
		{"empty body", 401, "", ""},
		{"undeclared success", 200, `{}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			err := c.Call(connection).Play(ctx, []callautomation.PlaySource{file}, nil, nil)
			var refused *azcore.ResponseError
			if !errors.As(err, &refused) || refused.StatusCode != test.status || refused.ErrorCode != test.code {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestAnswerWithoutCallConnection(t *testing.T) {
	t.Parallel()
	c, _ := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"callConnectionState":"connecting"}`)
	})
	if _, err := c.AnswerCall(context.Background(), "incoming", callback, nil); err == nil {
		t.Error("no error")
	}
}

// What cannot be is refused before anything is sent.
func TestRefusedLocally(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c, _ := newClient(t, unused(t))
	call, nobody := c.Call(connection), acs.Identifier{}
	recognize := func(r callautomation.Recognition) func() error {
		return func() error { return call.Recognize(ctx, customer, r) }
	}
	add := func(o callautomation.AddParticipantOptions) func() error {
		return func() error { _, err := call.AddParticipant(ctx, customer, &o); return err }
	}
	start := func(r callautomation.RecordingRequest) func() error {
		return func() error { _, err := c.StartRecording(ctx, r); return err }
	}
	many := map[string]string{}
	for _, name := range []string{"A", "B", "C", "D", "E", "F"} {
		many[name] = "x"
	}
	for name, test := range map[string]struct {
		call func() error
		want error
	}{
		"no targets": {func() error { _, err := c.CreateCall(ctx, nil, callback, nil); return err }, callautomation.ErrNoTarget},
		"nobody": {func() error {
			_, err := c.CreateCall(ctx, []acs.Identifier{customer, nobody}, callback, nil)
			return err
		}, callautomation.ErrNoTarget},
		"redirect":        {func() error { return c.RedirectCall(ctx, "x", nobody, callautomation.Repeatability{}) }, callautomation.ErrNoTarget},
		"connect":         {func() error { _, err := c.Connect(ctx, callautomation.ServerCall(""), callback, nil); return err }, callautomation.ErrNoID},
		"no call":         {func() error { return c.Call("").HangUp(ctx) }, callautomation.ErrNoID},
		"no call, pager":  {func() error { _, err := c.Call("").NewParticipantsPager().NextPage(ctx); return err }, callautomation.ErrNoID},
		"transfer":        {func() error { _, err := call.Transfer(ctx, nobody, nil); return err }, callautomation.ErrNoTarget},
		"participant":     {func() error { _, err := call.Participant(ctx, nobody); return err }, callautomation.ErrNoTarget},
		"add":             {func() error { _, err := call.AddParticipant(ctx, nobody, nil); return err }, callautomation.ErrNoTarget},
		"remove":          {func() error { _, err := call.RemoveParticipant(ctx, nobody, nil); return err }, callautomation.ErrNoTarget},
		"mute":            {func() error { _, err := call.Mute(ctx, nobody, nil); return err }, callautomation.ErrNoTarget},
		"cancel":          {func() error { _, err := call.CancelAddParticipant(ctx, "", nil); return err }, callautomation.ErrNoID},
		"move":            {func() error { _, err := call.MoveParticipants(ctx, nil, "x", nil); return err }, callautomation.ErrNoTarget},
		"move from":       {func() error { _, err := call.MoveParticipants(ctx, []acs.Identifier{user}, "", nil); return err }, callautomation.ErrNoID},
		"long invitation": {add(callautomation.AddParticipantOptions{InvitationTimeout: 181 * time.Second}), callautomation.ErrInvitationTimeout},
		"SIP headers": {add(callautomation.AddParticipantOptions{CallingContext: callautomation.CustomCallingContext{CustomHeaders: many}}),
			callautomation.ErrCallingContext},
		"same SIP header": {add(callautomation.AddParticipantOptions{CallingContext: callautomation.CustomCallingContext{
			CustomHeaders: map[string]string{"A": "x"}, XHeaders: map[string]string{"MS-Custom-A": "x"},
		}}), callautomation.ErrCallingContext},
		"long name": {add(callautomation.AddParticipantOptions{CallingContext: callautomation.CustomCallingContext{
			XHeaders: map[string]string{strings.Repeat("a", 63): "x"},
		}}), callautomation.ErrCallingContext},
		"long value": {add(callautomation.AddParticipantOptions{CallingContext: callautomation.CustomCallingContext{
			UserToUser: strings.Repeat("a", 257),
		}}), callautomation.ErrCallingContext},
		"line break": {add(callautomation.AddParticipantOptions{CallingContext: callautomation.CustomCallingContext{
			VoIPHeaders: map[string]string{"a": "x\r\nb: y"},
		}}), callautomation.ErrCallingContext},
		"no name": {add(callautomation.AddParticipantOptions{CallingContext: callautomation.CustomCallingContext{
			XHeaders: map[string]string{"": "x"},
		}}), callautomation.ErrCallingContext},
		"long topic": {add(callautomation.AddParticipantOptions{CallingContext: callautomation.CustomCallingContext{
			TeamsPhoneCall: &callautomation.TeamsPhoneCall{Topic: strings.Repeat("é", 49)},
		}}), callautomation.ErrCallingContext},
		"nothing to play":   {func() error { return call.Play(ctx, nil, nil, nil) }, callautomation.ErrNoSource},
		"play to nobody":    {func() error { return call.Play(ctx, []callautomation.PlaySource{file}, []acs.Identifier{nobody}, nil) }, callautomation.ErrNoTarget},
		"recognize nothing": {recognize(callautomation.Recognition{}), callautomation.ErrRecognize},
		"recognize too much": {recognize(callautomation.Recognition{
			Choices: []callautomation.Choice{{Label: "x"}}, DTMF: &callautomation.DTMFInput{},
		}), callautomation.ErrRecognize},
		"long silence": {recognize(callautomation.Recognition{DTMF: &callautomation.DTMFInput{}, InitialSilence: 301 * time.Second}), callautomation.ErrRecognize},
		"long pause":   {recognize(callautomation.Recognition{DTMF: &callautomation.DTMFInput{InterToneTimeout: 61 * time.Second}}), callautomation.ErrRecognize},
		"too many tones": {func() error {
			_, err := call.SendDTMFTones(ctx, make([]callautomation.Tone, 19), customer, nil)
			return err
		}, callautomation.ErrTones},
		"recording of nothing": {start(callautomation.RecordingRequest{}), callautomation.ErrRecording},
		"recording of two":     {start(callautomation.RecordingRequest{Call: callautomation.ServerCall("x"), CallConnectionID: "y"}), callautomation.ErrRecording},
		"recording of room":    {start(callautomation.RecordingRequest{Call: callautomation.RoomCall("x")}), callautomation.ErrRecording},
		"channel 5": {start(callautomation.RecordingRequest{CallConnectionID: "y", ChannelAffinity: []callautomation.ChannelAffinity{{Channel: 5, Participant: user}}}),
			callautomation.ErrRecording},
		"no recording": {func() error { return c.StopRecording(ctx, "") }, callautomation.ErrNoID},
	} {
		if err := test.call(); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func TestTones(t *testing.T) {
	t.Parallel()
	got, err := callautomation.ParseTones("0123456789ABcd#*")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, tone := range got {
		text += tone.Key()
	}
	if text != "0123456789ABCD#*" || callautomation.Tone("Pound").Key() != "#" || callautomation.Tone("x").Key() != "" {
		t.Errorf("%q", text)
	}
	if _, err := callautomation.ParseTones("12x"); !errors.Is(err, callautomation.ErrTones) || strings.Contains(err.Error(), "12") {
		t.Errorf("%v", err)
	}
}

func TestNewClientErrors(t *testing.T) {
	t.Parallel()
	credential, err := acs.NewKeyCredential(accessKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := callautomation.NewClient("http://localhost:8090", credential, nil); err == nil || !strings.Contains(err.Error(), "InsecureAllowCredentialWithHTTP") {
		t.Errorf("http endpoint: %v", err)
	}
	if _, err := callautomation.NewClientFromConnectionString("endpoint=x", nil); !errors.Is(err, acs.ErrConnectionString) {
		t.Errorf("bad connection string: %v", err)
	}
}
