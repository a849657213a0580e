package calling_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"crypto/rsa"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"guichet/internal/cloud/calling"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
)

// tone is a WAV file of that many milliseconds with a sine. In a short one the
// frequency rises, so that no two places are alike; a long one is monotonous.
func tone(t *testing.T, hertz float64, ms int) (file []byte, samples []int16) {
	t.Helper()
	samples = make([]int16, ms*audio.SampleRate/1000)
	rise := 150.0
	if ms > 5000 {
		rise = 0
	}
	for i := range samples {
		at := float64(i) / audio.SampleRate
		samples[i] = int16(8000 * math.Sin(2*math.Pi*(hertz*at+rise*at*at)))
	}
	out := &seeker{}
	w := must(wav.NewWriter(out, audio.SampleRate, 1))(t)
	if err := w.Write(samples); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.data, samples
}

// seeker is a file in memory.
type seeker struct {
	data []byte
	at   int
}

func (s *seeker) Write(p []byte) (int, error) {
	if more := s.at + len(p) - len(s.data); more > 0 {
		s.data = append(s.data, make([]byte, more)...)
	}
	s.at += copy(s.data[s.at:], p)
	return len(p), nil
}

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	s.at = map[int]int{0: 0, 1: s.at, 2: len(s.data)}[whence] + int(offset)
	return int64(s.at), nil
}

// heard is what a leg's phone heard so far.
func (f *fixture) heard(id string) []int16 {
	f.t.Helper()
	var file []byte
	f.control("GET", "/legs/"+id+"/heard", nil, 200, &file)
	return must(wav.Load(bytes.NewReader(file), 10*60e9))(f.t)
}

// contains says whether a sound has 200 ms from the middle of a pattern in it.
func contains(sound, pattern []int16) bool {
	const part = audio.SampleRate / 5
	middle := pattern[len(pattern)/2-part/2:][:part]
	best, _ := audio.Correlation(sound, middle)
	return best > 0.95
}

// hears waits until a leg's phone has heard a sound.
func (f *fixture) hears(id string, pattern []int16) {
	f.t.Helper()
	until(f.t, "the sound is heard", func() (bool, bool) { return true, contains(f.heard(id), pattern) })
}

func TestIncomingCallIsAnsweredAndBothSidesHearTheOther(t *testing.T) {
	t.Parallel()
	f := start(t)
	leg := f.dial(customer, business)
	var in incoming
	e := f.event("IncomingCall", &in)
	if e.Subject != "/caller/4:"+customer+"/recipient/4:"+business || in.From.RawID != "4:"+customer || in.To.PhoneNumber == nil {
		t.Errorf("%s %s", e.Subject, e.Data)
	}
	if in.CustomContext.SIPHeaders["User-To-User"] != "abc" {
		t.Errorf("the headers are lost: %s", e.Data)
	}
	body := map[string]any{"incomingCallContext": in.IncomingCallContext, "callbackUri": f.app.URL, "operationContext": "ctx"}
	var p properties
	f.do("POST", "callConnections:answer", body, 200, &p)
	if p.CallConnectionState != "connecting" || p.ServerCallID != in.ServerCallID {
		t.Errorf("%+v", p)
	}
	connected := f.app.want(t, "CallConnected")
	if connected.Data.CallConnectionID != p.CallConnectionID || connected.Data.OperationContext != "ctx" ||
		connected.Data.ResultInformation.Code != 200 || connected.Source != "calling/callConnections/"+p.CallConnectionID {
		t.Errorf("%+v", connected)
	}
	f.verify(connected.Token)
	if got := f.app.want(t, "ParticipantsUpdated").Data.Participants; len(got) != 2 || got[0].Identifier.RawID != "4:"+customer {
		t.Errorf("%+v", got)
	}
	f.leg(leg.ID, "connected")

	// A second one joins; what one says the other hears.
	f.phone(agent, "answer")
	at := "callConnections/" + p.CallConnectionID
	add := map[string]any{
		"participantToAdd": calling.Number(agent), "sourceCallerIdNumber": map[string]string{"value": business}, "operationContext": "add",
		"customCallingContext": map[string]any{"sipHeaders": map[string]string{"X-MS-Custom-a": "b"}},
	}
	var added struct{ InvitationID string }
	f.do("POST", at+"/participants:add", add, 202, &added)
	if e := f.app.want(t, "AddParticipantSucceeded"); e.Data.Participant.RawID != "4:"+agent || e.Data.OperationContext != "add" || added.InvitationID == "" {
		t.Errorf("%+v", e)
	}
	if got := f.app.want(t, "ParticipantsUpdated").Data.Participants; len(got) != 3 {
		t.Errorf("%+v", got)
	}
	other := f.legOf("4:"+agent, "connected")
	if other.Other != "4:"+business || other.SIPHeaders["X-MS-Custom-a"] != "b" {
		t.Errorf("%+v", other)
	}
	file, sound := tone(t, 400, 600)
	f.control("POST", "/legs/"+leg.ID+"/say", file, 200, nil)
	f.hears(other.ID, sound)
	if contains(f.heard(leg.ID), sound) {
		t.Error("a phone hears itself")
	}

	f.control("POST", "/legs/"+other.ID+"/hangup", nil, 204, nil)
	f.app.want(t, "ParticipantsUpdated")
	f.control("POST", "/legs/"+leg.ID+"/hangup", nil, 204, nil)
	f.app.want(t, "CallDisconnected")
	f.refused("GET", at, nil, 404, "8522")
	if l := f.leg(leg.ID, "ended"); l.Code != 200 {
		t.Errorf("%+v", l)
	}
}

// verify checks a callback's token by the published documents.
func (f *fixture) verify(token string) {
	f.t.Helper()
	get := func(url string, into any) {
		r := must(http.Get(url))(f.t)
		defer func() { _ = r.Body.Close() }()
		if err := json.NewDecoder(r.Body).Decode(into); err != nil {
			f.t.Fatal(err)
		}
	}
	var doc struct {
		Issuer string
		Keys   string `json:"jwks_uri"`
	}
	get(f.url+"/calling/.well-known/acsopenidconfiguration", &doc)
	var keys struct{ Keys []struct{ Kid, N, E string } }
	get(doc.Keys, &keys)
	_, err := jwt.Parse(token, func(t *jwt.Token) (any, error) {
		n, _ := base64.RawURLEncoding.DecodeString(keys.Keys[0].N)
		e, _ := base64.RawURLEncoding.DecodeString(keys.Keys[0].E)
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
	}, jwt.WithIssuer(doc.Issuer), jwt.WithAudience(wk.ACSImmutableID), jwt.WithExpirationRequired(), jwt.WithValidMethods([]string{"RS256"}))
	if err != nil {
		f.t.Errorf("the token of a callback: %v", err)
	}
}

func TestContextsServeOnce(t *testing.T) {
	t.Parallel()
	f := start(t)
	answer := func(token string, status int, code string) {
		t.Helper()
		f.refused("POST", "callConnections:answer", map[string]any{"incomingCallContext": token, "callbackUri": f.app.URL}, status, code)
	}
	answer("forged", 400, "8523")
	answer("", 400, "8523")

	leg := f.dial(customer, business)
	var in incoming
	f.event("IncomingCall", &in)
	f.refused("POST", "callConnections:answer", map[string]any{"incomingCallContext": in.IncomingCallContext, "callbackUri": "http://example.com/x"}, 400, "8523")
	f.do("POST", "callConnections:reject", map[string]any{"incomingCallContext": in.IncomingCallContext, "callRejectReason": "busy"}, 204, nil)
	if l := f.leg(leg.ID, "ended"); l.Code != 486 || l.SubCode != 8539 {
		t.Errorf("%+v", l)
	}
	answer(in.IncomingCallContext, 404, "8522")

	// A caller who gives up, and one who is not answered.
	leg = f.dial(customer, business)
	f.event("IncomingCall", &in)
	f.control("POST", "/legs/"+leg.ID+"/hangup", nil, 204, nil)
	f.leg(leg.ID, "ended")
	answer(in.IncomingCallContext, 404, "8522")
	var late calling.LegView
	f.control("POST", "", map[string]any{"from": customer, "to": business, "ringMs": 50}, 201, &late)
	f.event("IncomingCall", &in)
	if l := f.leg(late.ID, "ended"); l.Code != 480 {
		t.Errorf("%+v", l)
	}
	answer(in.IncomingCallContext, 404, "8522")
}

func TestRedirectRingsSomebodyElse(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.phone(agent, "answer")
	leg := f.dial(customer, business)
	var in incoming
	f.event("IncomingCall", &in)
	f.do("POST", "callConnections:redirect", map[string]any{"incomingCallContext": in.IncomingCallContext, "target": calling.Number(agent)}, 204, nil)
	f.leg(leg.ID, "connected")
	other := f.legOf("4:"+agent, "connected")
	file, sound := tone(t, 300, 500)
	f.control("POST", "/legs/"+other.ID+"/say", file, 200, nil)
	f.hears(leg.ID, sound)
	f.control("POST", "/legs/"+leg.ID+"/hangup", nil, 204, nil)
	f.leg(other.ID, "ended")

	// To another number of the service, it is a new incoming call.
	f.dial(customer, business)
	f.event("IncomingCall", &in)
	f.do("POST", "callConnections:redirect", map[string]any{"incomingCallContext": in.IncomingCallContext, "target": calling.Number(wk.NumberGeographic)}, 204, nil)
	var again incoming
	f.event("IncomingCall", &again)
	if again.To.RawID != "4:"+wk.NumberGeographic || again.IncomingCallContext == in.IncomingCallContext {
		t.Errorf("%+v", again)
	}
}

func TestOutgoingCall(t *testing.T) {
	t.Parallel()
	f := start(t)
	create := map[string]any{
		"targets": []calling.Identifier{calling.Number(customer)}, "callbackUri": f.app.URL, "operationContext": "out",
		"sourceCallerIdNumber": map[string]string{"value": business},
	}
	f.phone(customer, "answer")
	id, repeat := uuid.NewString(), http.Header{}
	repeat.Set("Repeatability-Request-ID", id)
	repeat.Set("Repeatability-First-Sent", "Sun, 22 Nov 2026 23:00:00 GMT")
	var ids []string
	for range 2 {
		response, data := f.send("POST", "/calling/callConnections"+version, create, repeat)
		var p properties
		if err := json.Unmarshal(data, &p); err != nil || response.StatusCode != 201 {
			t.Fatalf("%d %s", response.StatusCode, data)
		}
		ids = append(ids, p.CallConnectionID)
	}
	if ids[0] != ids[1] {
		t.Error("a repeated request made a second call")
	}
	f.app.want(t, "CallConnected")
	f.app.want(t, "ParticipantsUpdated")
	leg := f.legOf("4:"+customer, "connected")
	at := "callConnections/" + ids[0]
	var list struct {
		Value []struct{ Identifier calling.Identifier }
	}
	f.do("GET", at+"/participants", nil, 200, &list)
	if len(list.Value) != 2 {
		t.Errorf("%+v", list)
	}
	f.do("GET", at+"/participants/4%3A%2B14255550123", nil, 200, nil)
	f.refused("GET", at+"/participants/4%3A%2B1", nil, 404, "8522")
	f.do("POST", at+":terminate", nil, 204, nil)
	f.app.want(t, "CallDisconnected")
	f.leg(leg.ID, "ended")

	for does, want := range map[string][2]int{"busy": {486, 8539}, "decline": {603, 8538}} {
		f.phone(customer, does)
		f.do("POST", "callConnections", create, 201, nil)
		if r := f.app.want(t, "CreateCallFailed").Data.ResultInformation; r.Code != want[0] || r.SubCode != want[1] {
			t.Errorf("%s: %+v", does, r)
		}
		f.app.want(t, "CallDisconnected")
	}
	f.phone(customer, "ring")
	var p properties
	f.do("POST", "callConnections", create, 201, &p)
	f.refused("POST", "callConnections/"+p.CallConnectionID+"/participants:remove",
		map[string]any{"participantToRemove": calling.Number(customer)}, 400, "8501")
	f.do("DELETE", "callConnections/"+p.CallConnectionID, nil, 204, nil)
	f.app.want(t, "CallDisconnected")
	f.legOf("4:"+customer, "ended")

	delete(create, "sourceCallerIdNumber")
	f.refused("POST", "callConnections", create, 400, "8523")
	create["source"] = map[string]string{"id": "8:acs:somebody_else"}
	f.refused("POST", "callConnections", create, 403, "7507")
}

func TestParticipants(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, leg := f.answered(nil)
	at := "callConnections/" + p.CallConnectionID
	add := func(target calling.Identifier) (id string) {
		var added struct{ InvitationID string }
		f.do("POST", at+"/participants:add", map[string]any{
			"participantToAdd": target, "sourceCallerIdNumber": map[string]string{"value": business},
		}, 202, &added)
		return added.InvitationID
	}
	// Nobody there; busy; cancelled.
	add(calling.Number("+14255550177"))
	if r := f.app.want(t, "AddParticipantFailed").Data; r.ResultInformation.SubCode != 8544 || r.Participant.RawID == "" {
		t.Errorf("%+v", r)
	}
	f.phone(agent, "ring")
	id := add(calling.Number(agent))
	f.do("POST", at+"/participants:cancelAddParticipant", map[string]any{"invitationId": id}, 202, nil)
	if e := f.app.want(t, "CancelAddParticipantSucceeded"); e.Data.InvitationID != id {
		t.Errorf("%+v", e)
	}
	f.do("POST", at+"/participants:cancelAddParticipant", map[string]any{"invitationId": id}, 202, nil)
	f.app.want(t, "CancelAddParticipantFailed")
	f.legOf("4:"+agent, "ended")

	// A user: announced, muted, removed, and the calls' own events of Event Grid.
	f.phone(user, "answer")
	add(calling.User(user))
	f.app.want(t, "AddParticipantSucceeded")
	f.app.want(t, "ParticipantsUpdated")
	f.event("CallStarted", nil)
	f.event("CallParticipantAdded", nil)
	file, sound := tone(t, 500, 500)
	them := f.legOf(user, "connected")
	f.control("POST", "/legs/"+them.ID+"/say", file, 200, nil)
	f.hears(leg.ID, sound)
	f.refused("POST", at+"/participants:mute", map[string]any{"targetParticipants": []calling.Identifier{calling.Number(customer)}}, 400, "8523")
	f.do("POST", at+"/participants:mute", map[string]any{"targetParticipants": []calling.Identifier{calling.User(user)}}, 200, nil)
	if got := f.app.want(t, "ParticipantsUpdated").Data.Participants; !slices.ContainsFunc(got, func(p struct {
		Identifier        calling.Identifier
		IsMuted, IsOnHold bool
	}) bool {
		return p.IsMuted && p.Identifier.RawID == user
	}) {
		t.Errorf("nobody is muted: %+v", got)
	}
	file, sound = tone(t, 900, 500)
	f.control("POST", "/legs/"+them.ID+"/say", file, 200, nil)
	until(t, "all is said", func() (bool, bool) { l := f.leg(them.ID, "connected"); return true, l.SayingMS == 0 })
	if contains(f.heard(leg.ID), sound) {
		t.Error("a muted user is heard")
	}
	f.do("POST", at+"/participants:remove", map[string]any{"participantToRemove": calling.User(user)}, 202, nil)
	f.app.want(t, "RemoveParticipantSucceeded")
	f.app.want(t, "ParticipantsUpdated")
	f.event("CallParticipantRemoved", nil)
	f.leg(them.ID, "ended")
	f.do("POST", at+"/participants:remove", map[string]any{"participantToRemove": calling.User(user)}, 202, nil)
	f.app.want(t, "RemoveParticipantFailed")
	f.do("POST", at+":terminate", nil, 204, nil)
	f.event("CallEnded", nil)
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, leg := f.answered(nil)
	at := "callConnections/" + p.CallConnectionID
	transfer := map[string]any{"targetParticipant": calling.Number(agent), "operationContext": "t"}
	f.phone(agent, "busy")
	f.do("POST", at+":transferToParticipant", transfer, 202, nil)
	if r := f.app.want(t, "CallTransferFailed").Data.ResultInformation; r.SubCode != 8539 {
		t.Errorf("%+v", r)
	}
	f.phone(agent, "answer")
	f.do("POST", at+":transferToParticipant", transfer, 202, nil)
	f.app.want(t, "CallTransferAccepted")
	f.app.want(t, "CallDisconnected")
	other := f.legOf("4:"+agent, "connected")
	file, sound := tone(t, 700, 500)
	f.control("POST", "/legs/"+other.ID+"/say", file, 200, nil)
	f.hears(leg.ID, sound)
}

func TestMoveAndConnect(t *testing.T) {
	t.Parallel()
	f := start(t)
	first, leg := f.answered(nil)
	second, _ := f.answered(nil)
	// Another application joins the second call.
	var third properties
	f.do("POST", "callConnections:connect", map[string]any{
		"callLocator": map[string]string{"kind": "serverCallLocator", "serverCallId": second.ServerCallID}, "callbackUri": f.app.URL,
	}, 200, &third)
	if third.ServerCallID != second.ServerCallID || third.CallConnectionID == second.CallConnectionID {
		t.Errorf("%+v", third)
	}
	for range 3 { // CallConnected, and ParticipantsUpdated to both
		<-f.app.got
	}
	f.do("DELETE", "callConnections/"+third.CallConnectionID, nil, 204, nil)
	for range 2 {
		<-f.app.got
	}
	f.do("POST", "callConnections/"+second.CallConnectionID+"/participants:moveHere", map[string]any{
		"targetParticipants": []calling.Identifier{calling.Number(customer)}, "fromCall": first.CallConnectionID,
	}, 202, nil)
	var kinds []string
	for range 3 {
		kinds = append(kinds, (<-f.app.got).Type)
	}
	slices.Sort(kinds)
	if strings.Join(kinds, " ") != "CallDisconnected MoveParticipantSucceeded ParticipantsUpdated" {
		t.Errorf("%v", kinds)
	}
	f.refused("GET", "callConnections/"+first.CallConnectionID, nil, 404, "8522")
	f.leg(leg.ID, "connected")
	f.refused("POST", "callConnections:connect", map[string]any{
		"callLocator": map[string]string{"kind": "serverCallLocator", "serverCallId": "x"}, "callbackUri": f.app.URL,
	}, 404, "8522")
}

func TestCallbacksAreRepeatedInOrder(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.app.mu.Lock()
	f.app.refuse = 1
	f.app.mu.Unlock()
	p, _ := f.answered(nil)
	f.do("DELETE", "callConnections/"+p.CallConnectionID, nil, 204, nil)
	f.app.want(t, "CallDisconnected")
}

func TestStopHangsUp(t *testing.T) {
	t.Parallel()
	f := start(t)
	_, leg := f.answered(nil)
	f.stop()
	f.app.want(t, "CallDisconnected")
	f.leg(leg.ID, "ended")
}

func TestUnknownIsUnknown(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.refused("GET", "callConnections/nobody", nil, 404, "8522")
	f.refused("POST", "callConnections/nobody:terminate", nil, 404, "8522")
	f.refused("POST", "callConnections:answer", "{", 400, "8523")
	for _, path := range []string{"callConnections/x:summarizeCall", "nothing"} {
		if response, _ := f.send("POST", "/calling/"+path+version, nil, nil); response.StatusCode != 404 {
			t.Errorf("%s: %s", path, response.Status)
		}
	}
	if response, _ := f.send("POST", "/calling/callConnections"+version, strings.Repeat(" ", 2<<20), nil); response.StatusCode != 413 {
		t.Errorf("an oversize body: %s", response.Status)
	}
}
