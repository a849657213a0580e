package calling_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guichet/internal/cloud/calling"
	"guichet/internal/platform/audio/wav"
)

// files serves WAV files by name.
func files(t *testing.T, list map[string][]byte) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := list[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func file(uri string) map[string]any {
	return map[string]any{"kind": "file", "file": map[string]string{"uri": uri}}
}

// narrow is a WAV file of 8 kHz, which Azure does not play.
func narrow(t *testing.T) []byte {
	t.Helper()
	out := &seeker{}
	w := must(wav.NewWriter(out, 8000, 1))(t)
	if err := errors.Join(w.Write(make([]int16, 800)), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.data
}

func TestPlay(t *testing.T) {
	t.Parallel()
	f := start(t)
	short, sound := tone(t, 440, 400)
	long, _ := tone(t, 200, 60_000)
	host := files(t, map[string][]byte{"/a.wav": short, "/long.wav": long, "/text": []byte("no sound"), "/8k.wav": narrow(t)})
	p, leg := f.answered(nil)
	at := "callConnections/" + p.CallConnectionID
	play := func(sources []any, more map[string]any) {
		body := map[string]any{"playSources": sources, "playTo": []any{}, "operationContext": "p"}
		for k, v := range more {
			body[k] = v
		}
		f.do("POST", at+":play", body, 202, nil)
	}
	play([]any{file(host + "/a.wav"), file(host + "/a.wav")}, nil)
	f.app.want(t, "PlayStarted")
	if e := f.app.want(t, "PlayCompleted"); e.Data.OperationContext != "p" || e.Data.ResultInformation.SubCode != 0 {
		t.Errorf("%+v", e)
	}
	f.hears(leg.ID, sound)
	if l := f.leg(leg.ID, "connected"); l.HeardMS < 750 {
		t.Errorf("both files were played in %d ms", l.HeardMS)
	}

	// One waits for the other, until a third interrupts both.
	loop := map[string]any{"playOptions": map[string]bool{"loop": true}}
	play([]any{file(host + "/a.wav")}, loop)
	play([]any{file(host + "/long.wav")}, nil)
	f.app.want(t, "PlayStarted")
	play([]any{file(host + "/a.wav")}, map[string]any{"interruptCallMediaOperation": true, "operationContext": "third"})
	for range 2 {
		if e := f.app.want(t, "PlayCanceled"); e.Data.ResultInformation.SubCode != 8508 {
			t.Errorf("%+v", e)
		}
	}
	f.app.want(t, "PlayStarted")
	if e := f.app.want(t, "PlayCompleted"); e.Data.OperationContext != "third" {
		t.Errorf("%+v", e)
	}
	play([]any{file(host + "/long.wav")}, nil)
	f.app.want(t, "PlayStarted")
	f.do("POST", at+":cancelAllMediaOperations", nil, 202, nil)
	f.app.want(t, "PlayCanceled")

	for subCode, source := range map[int]any{
		8536: file(host + "/none.wav"), 8535: file(host + "/text"), 8565: map[string]any{"kind": "text", "text": map[string]string{"text": "Hello"}},
	} {
		play([]any{source}, nil)
		if e := f.app.want(t, "PlayFailed"); e.Data.ResultInformation.SubCode != subCode || e.Data.FailedPlaySourceIndex == nil {
			t.Errorf("%d: %+v", subCode, e)
		}
	}
	play([]any{file(host + "/a.wav"), file(host + "/8k.wav")}, nil)
	if e := f.app.want(t, "PlayFailed"); e.Data.ResultInformation.SubCode != 8535 || *e.Data.FailedPlaySourceIndex != 1 {
		t.Errorf("%+v", e)
	}
	f.refused("POST", at+":play", map[string]any{"playSources": []any{map[string]any{"kind": "text", "text": map[string]string{"text": " "}}}}, 400, "8582")
	f.refused("POST", at+":play", map[string]any{"playSources": []any{}}, 400, "8523")
}

func TestPlayToOneIsHeardByOne(t *testing.T) {
	t.Parallel()
	f := start(t)
	data, sound := tone(t, 440, 600)
	host := files(t, map[string][]byte{"/a.wav": data})
	p, leg := f.answered(nil)
	at := "callConnections/" + p.CallConnectionID
	f.phone(agent, "answer")
	f.do("POST", at+"/participants:add", map[string]any{
		"participantToAdd": calling.Number(agent), "sourceCallerIdNumber": map[string]string{"value": business},
	}, 202, nil)
	f.app.want(t, "AddParticipantSucceeded")
	f.app.want(t, "ParticipantsUpdated")
	other := f.legOf("4:"+agent, "connected")
	one := map[string]any{"playSources": []any{file(host + "/a.wav")}, "playTo": []calling.Identifier{calling.Number(agent)}}
	f.do("POST", at+":play", one, 202, nil)
	f.refused("POST", at+":play", one, 412, "8583")
	f.app.want(t, "PlayStarted")
	f.app.want(t, "PlayCompleted")
	f.hears(other.ID, sound)
	if contains(f.heard(leg.ID), sound) {
		t.Error("the other one heard it too")
	}

	// On hold one hears the music and nobody else.
	f.do("POST", at+":hold", map[string]any{"targetParticipant": calling.Number(customer), "playSourceInfo": file(host + "/a.wav")}, 200, nil)
	f.hears(leg.ID, sound)
	f.do("POST", at+":hold", map[string]any{"targetParticipant": calling.Number(customer)}, 200, nil)
	var who struct{ IsOnHold bool }
	f.do("GET", at+"/participants/4%3A%2B14255550123", nil, 200, &who)
	voice, said := tone(t, 1000, 400)
	f.control("POST", "/legs/"+other.ID+"/say", voice, 200, nil)
	until(t, "all is said", func() (bool, bool) { return true, f.leg(other.ID, "connected").SayingMS == 0 })
	if !who.IsOnHold || contains(f.heard(leg.ID), said) {
		t.Error("one who is on hold hears the call")
	}
	f.do("POST", at+":unhold", map[string]any{"targetParticipant": calling.Number(customer)}, 200, nil)
	f.control("POST", "/legs/"+other.ID+"/say", voice, 200, nil)
	f.hears(leg.ID, said)
	f.do("POST", at+":hold", map[string]any{"targetParticipant": calling.Number(customer), "playSourceInfo": file(host + "/none")}, 200, nil)
	f.app.want(t, "HoldFailed")
}

func TestRecognize(t *testing.T) {
	t.Parallel()
	f := start(t)
	data, sound := tone(t, 440, 300)
	long, _ := tone(t, 300, 60_000)
	host := files(t, map[string][]byte{"/a.wav": data, "/long.wav": long})
	p, leg := f.answered(nil)
	at := "callConnections/" + p.CallConnectionID
	ask := func(options map[string]any, prompt string, more map[string]any) {
		options["targetParticipant"] = map[string]any{"rawId": "4:" + customer, "phoneNumber": map[string]any{"value": customer}}
		body := map[string]any{"recognizeInputType": "dtmf", "recognizeOptions": options, "operationContext": "r"}
		if prompt != "" {
			body["playPrompt"] = file(host + prompt)
		}
		for k, v := range more {
			body[k] = v
		}
		f.do("POST", at+":recognize", body, 202, nil)
	}
	press := func(digits string) {
		f.control("POST", "/legs/"+leg.ID+"/press", map[string]any{"digits": digits, "gapMs": 20}, 204, nil)
	}
	completed := func(subCode int, tones string) {
		t.Helper()
		e := f.app.want(t, "RecognizeCompleted")
		if e.Data.ResultInformation.SubCode != subCode || strings.Join(e.Data.DtmfResult.Tones, " ") != tones || e.Data.RecognitionType != "dtmf" {
			t.Errorf("%+v, want %d %s", e.Data, subCode, tones)
		}
	}
	ask(map[string]any{"dtmfOptions": map[string]any{"maxTonesToCollect": 3}}, "/a.wav", nil)
	f.hears(leg.ID, sound)
	heard := f.leg(leg.ID, "connected").HeardMS
	until(t, "the prompt is over", func() (bool, bool) { return true, f.leg(leg.ID, "connected").HeardMS > heard+200 })
	press("12*")
	completed(8531, "one two asterisk")

	ask(map[string]any{"interruptPrompt": true, "dtmfOptions": map[string]any{"stopTones": []string{"pound"}}}, "/long.wav", nil)
	heard = f.leg(leg.ID, "connected").HeardMS
	until(t, "the prompt plays", func() (bool, bool) { return true, f.leg(leg.ID, "connected").HeardMS > heard+200 })
	press("45#")
	completed(8514, "four five")

	ask(map[string]any{"dtmfOptions": map[string]any{"interToneTimeoutInSeconds": 1}}, "", nil)
	press("7")
	if e := f.app.want(t, "RecognizeCompleted"); e.Data.ResultInformation.SubCode != 8532 || len(e.Data.DtmfResult.Tones) == 0 {
		t.Errorf("%+v", e.Data)
	}

	ask(map[string]any{"initialSilenceTimeoutInSeconds": 1}, "", nil)
	if e := f.app.want(t, "RecognizeFailed"); e.Data.ResultInformation.SubCode != 8510 {
		t.Errorf("%+v", e.Data)
	}
	ask(map[string]any{}, "/none.wav", nil)
	if e := f.app.want(t, "RecognizeFailed"); e.Data.ResultInformation.SubCode != 8511 {
		t.Errorf("%+v", e.Data)
	}
	ask(map[string]any{}, "", map[string]any{"recognizeInputType": "speech"})
	if e := f.app.want(t, "RecognizeFailed"); e.Data.ResultInformation.SubCode != 8565 {
		t.Errorf("%+v", e.Data)
	}
	ask(map[string]any{}, "/long.wav", nil)
	f.do("POST", at+":cancelAllMediaOperations", nil, 202, nil)
	f.app.want(t, "RecognizeCanceled")
	f.refused("POST", at+":recognize", map[string]any{"recognizeInputType": "dtmf"}, 400, "8523")
}

func TestTones(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, leg := f.answered(nil)
	at := "callConnections/" + p.CallConnectionID
	target := map[string]any{"targetParticipant": calling.Number(customer), "operationContext": "c"}
	f.do("POST", at+":startContinuousDtmfRecognition", target, 200, nil)
	f.control("POST", "/legs/"+leg.ID+"/press", map[string]any{"digits": "9#"}, 204, nil)
	for i, want := range []string{"nine", "pound"} {
		if e := f.app.want(t, "ContinuousDtmfRecognitionToneReceived"); e.Data.Tone != want || e.Data.SequenceID != i+1 {
			t.Errorf("%+v", e.Data)
		}
	}
	f.do("POST", at+":stopContinuousDtmfRecognition", target, 200, nil)
	f.app.want(t, "ContinuousDtmfRecognitionStopped")
	f.do("POST", at+":stopContinuousDtmfRecognition", target, 200, nil)

	target["tones"] = []string{"one", "asterisk", "d"}
	f.do("POST", at+":sendDtmfTones", target, 202, nil)
	f.app.want(t, "SendDtmfTonesCompleted")
	if l := f.leg(leg.ID, "connected"); l.Tones != "1*D" {
		t.Errorf("the phone received %q", l.Tones)
	}
	target["tones"] = []string{"eleven"}
	f.refused("POST", at+":sendDtmfTones", target, 400, "8523")
	f.do("POST", at+":startTranscription", map[string]any{"locale": "en-US"}, 202, nil)
	if e := f.app.want(t, "TranscriptionFailed"); e.Data.ResultInformation.SubCode != 8522 {
		t.Errorf("%+v", e.Data)
	}
}
