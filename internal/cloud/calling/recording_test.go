package calling_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/calling"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
)

type recording struct{ RecordingID, RecordingState, RecordingKind string }

type fileStatus struct {
	RecordingStorageInfo struct {
		RecordingChunks []struct {
			DocumentID, EndReason, ContentLocation, MetadataLocation, DeleteLocation string
			Index                                                                    int
		}
	}
	RecordingDurationMS                                                                            int64
	RecordingContentType, RecordingChannelType, RecordingFormatType, SessionEndReason, RecordingID string
}

// fetch makes a request for a recorded file, signed as the clients do it: over the
// path alone, with the host of the resource.
func (f *fixture) fetch(method, location, key, ranged string) (*http.Response, []byte) {
	f.t.Helper()
	u := must(url.Parse(location))(f.t)
	r := must(http.NewRequestWithContext(f.t.Context(), method, location, nil))(f.t)
	sum := sha256.Sum256(nil)
	hash, date := base64.StdEncoding.EncodeToString(sum[:]), time.Now().UTC().Format(http.TimeFormat)
	mac := hmac.New(sha256.New, must(base64.StdEncoding.DecodeString(key))(f.t))
	mac.Write([]byte(method + "\n" + u.EscapedPath() + "\n" + date + ";contoso.example;" + hash))
	r.Header.Set("x-ms-host", "contoso.example")
	r.Header.Set("x-ms-date", date)
	r.Header.Set("x-ms-content-sha256", hash)
	r.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+
		base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	if ranged != "" {
		r.Header.Set("Range", ranged)
	}
	response := must(http.DefaultClient.Do(r))(f.t)
	defer func() { _ = response.Body.Close() }()
	return response, must(io.ReadAll(response.Body))(f.t)
}

// record starts a recording of a call.
func (f *fixture) record(p properties, more map[string]any) recording {
	f.t.Helper()
	body := map[string]any{
		"callLocator":               map[string]string{"kind": "serverCallLocator", "serverCallId": p.ServerCallID},
		"recordingStateCallbackUri": f.app.URL, "recordingContentType": "audio", "recordingFormatType": "wav",
	}
	for k, v := range more {
		body[k] = v
	}
	var r recording
	f.do("POST", "recordings", body, 200, &r)
	if e := f.app.want(f.t, "RecordingStateChanged"); e.Data.RecordingID != r.RecordingID || e.Data.State != r.RecordingState {
		f.t.Errorf("%+v", e.Data)
	}
	return r
}

func TestRecording(t *testing.T) {
	t.Parallel()
	f := start(t)
	p, leg := f.answered(nil)
	r := f.record(p, nil)
	if r.RecordingState != "active" || r.RecordingKind != "azureCommunicationServices" {
		t.Errorf("%+v", r)
	}
	again := map[string]any{"callConnectionId": p.CallConnectionID}
	f.refused("POST", "recordings", again, 400, "8553")
	f.refused("POST", "recordings", map[string]any{"callConnectionId": "x"}, 404, "8522")
	f.refused("POST", "recordings", map[string]any{"callConnectionId": p.CallConnectionID, "recordingFormatType": "mp3"}, 400, "8562")
	say := func(hertz float64) []int16 {
		data, sound := tone(t, hertz, 500)
		f.control("POST", "/legs/"+leg.ID+"/say", data, 200, nil)
		until(t, "all is said", func() (bool, bool) { return true, f.leg(leg.ID, "connected").SayingMS == 0 })
		return sound
	}
	at := "recordings/" + r.RecordingID
	before := say(300)
	f.do("POST", at+":pause", nil, 202, nil)
	f.app.want(t, "RecordingStateChanged")
	f.refused("POST", at+":pause", nil, 400, "8573")
	during := say(700)
	f.do("GET", at, nil, 200, &r)
	if r.RecordingState != "inactive" {
		t.Errorf("%+v", r)
	}
	f.do("POST", at+":resume", nil, 202, nil)
	f.app.want(t, "RecordingStateChanged")
	after := say(1200)
	f.do("DELETE", at, nil, 204, nil)
	if e := f.app.want(t, "RecordingStateChanged"); e.Data.State != "inactive" {
		t.Errorf("%+v", e.Data)
	}
	f.refused("GET", at, nil, 404, "8522")

	var status fileStatus
	e := f.event("RecordingFileStatusUpdated", &status)
	if !strings.HasSuffix(e.Subject, "/serverCallId/"+p.ServerCallID+"/recordingId/"+r.RecordingID) || len(status.RecordingStorageInfo.RecordingChunks) != 1 {
		t.Fatalf("%s %s", e.Subject, e.Data)
	}
	chunk := status.RecordingStorageInfo.RecordingChunks[0]
	response, data := f.fetch("GET", chunk.ContentLocation+"?a=b", wk.ACSPrimaryKey, "")
	sound := must(wav.Load(bytes.NewReader(data), time.Hour))(t)
	if response.StatusCode != 200 || !contains(sound, before) || !contains(sound, after) || contains(sound, during) {
		t.Errorf("%s: the recording is not what was said", response.Status)
	}
	response, part := f.fetch("GET", chunk.ContentLocation, wk.ACSPrimaryKey, "bytes=44-143")
	if response.StatusCode != 206 || !bytes.Equal(part, data[44:144]) {
		t.Errorf("%s, %d bytes", response.Status, len(part))
	}
	if response, _ := f.fetch("GET", chunk.ContentLocation, wk.ACSPrimaryKey, "bytes=undefined"); response.StatusCode != 200 {
		t.Errorf("a range that is none: %s", response.Status)
	}
	_, data = f.fetch("GET", chunk.MetadataLocation, wk.ACSPrimaryKey, "")
	var metadata struct {
		ChunkDocumentID      string
		ChunkDuration        int64
		PauseResumeIntervals []struct{ Duration float64 }
		Participants         []struct{ ParticipantID string }
		RecordingInfo        struct{ Format string }
	}
	if err := json.Unmarshal(data, &metadata); err != nil || metadata.ChunkDocumentID != chunk.DocumentID || len(metadata.PauseResumeIntervals) != 1 ||
		metadata.ChunkDuration != status.RecordingDurationMS || len(metadata.Participants) != 2 {
		t.Errorf("%s %v", data, err)
	}
	if response, _ := f.fetch("GET", chunk.ContentLocation, "AAAA", ""); response.StatusCode != 401 {
		t.Errorf("with another key: %s", response.Status)
	}
	if response, _ := f.fetch("DELETE", chunk.DeleteLocation, wk.ACSPrimaryKey, ""); response.StatusCode != 200 {
		t.Errorf("delete: %s", response.Status)
	}
	response, data = f.fetch("GET", chunk.MetadataLocation, wk.ACSPrimaryKey, "")
	if response.StatusCode != 404 || !strings.Contains(string(data), `"message"`) {
		t.Errorf("what was deleted: %s %s", response.Status, data)
	}
}

func TestUnmixedRecordingHasAChannelForEach(t *testing.T) {
	t.Parallel()
	f := start(t, func(o *calling.Options) { o.ChunkFor = time.Second })
	p, leg := f.answered(nil)
	at := "callConnections/" + p.CallConnectionID
	f.phone(agent, "answer")
	f.do("POST", at+"/participants:add", map[string]any{
		"participantToAdd": calling.Number(agent), "sourceCallerIdNumber": map[string]string{"value": business},
	}, 202, nil)
	f.app.want(t, "AddParticipantSucceeded")
	f.app.want(t, "ParticipantsUpdated")
	other := f.legOf("4:"+agent, "connected")
	f.record(p, map[string]any{"recordingChannelType": "unmixed", "channelAffinity": []any{
		map[string]any{"channel": 3, "participant": calling.Number(agent)},
	}})
	data, theirs := tone(t, 300, 700)
	f.control("POST", "/legs/"+other.ID+"/say", data, 200, nil)
	data, ours := tone(t, 900, 700)
	f.control("POST", "/legs/"+leg.ID+"/say", data, 200, nil)
	heard := f.leg(leg.ID, "connected").HeardMS
	until(t, "a second file was begun", func() (bool, bool) { return true, f.leg(leg.ID, "connected").HeardMS > heard+1300 })
	f.do("POST", at+":terminate", nil, 204, nil)
	var status fileStatus
	f.event("RecordingFileStatusUpdated", &status)
	chunks := status.RecordingStorageInfo.RecordingChunks
	if len(chunks) < 2 || chunks[0].EndReason != "ChunkMaximumSizeExceeded" || chunks[1].Index != 1 || status.RecordingChannelType != "Unmixed" ||
		status.SessionEndReason != "CallEnded" {
		t.Fatalf("%+v", status)
	}
	_, file := f.fetch("GET", chunks[0].ContentLocation, wk.ACSSecondaryKey, "")
	reader := must(wav.NewReader(bytes.NewReader(file)))(t)
	if reader.Format.Channels != 5 {
		t.Fatalf("%+v", reader.Format)
	}
	channels := make([][]int16, 5)
	for buf := make([]int16, 5*audio.FrameSamples); ; {
		n, err := reader.Read(buf)
		for i, x := range buf[:n] {
			channels[i%5] = append(channels[i%5], x)
		}
		if err != nil {
			break
		}
	}
	for i, want := range []map[string]bool{{"ours": true}, {}, {}, {"theirs": true}, {}} {
		if contains(channels[i], ours) != want["ours"] || contains(channels[i], theirs) != want["theirs"] {
			t.Errorf("channel %d has somebody else", i)
		}
	}
}

// What was recorded when the process died is put right and announced by the next.
func TestRecordingSurvivesACrash(t *testing.T) {
	t.Parallel()
	var o calling.Options
	f := start(t, func(given *calling.Options) { o = *given })
	p, leg := f.answered(nil)
	r := f.record(p, nil)
	data, sound := tone(t, 500, 500)
	f.control("POST", "/legs/"+leg.ID+"/say", data, 200, nil)
	heard := f.leg(leg.ID, "connected").HeardMS
	until(t, "it was written", func() (bool, bool) { return true, f.leg(leg.ID, "connected").HeardMS > heard+2100 })

	// The next one finds the state as a process leaves it that is killed: nothing of
	// it was closed.
	next := must(calling.New(o))(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- next.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	var status fileStatus
	f.event("RecordingFileStatusUpdated", &status)
	if status.RecordingID != r.RecordingID || status.RecordingDurationMS < 1000 {
		t.Fatalf("%+v", status)
	}
	_, file := f.fetch("GET", status.RecordingStorageInfo.RecordingChunks[0].ContentLocation, wk.ACSPrimaryKey, "")
	if !contains(must(wav.Load(bytes.NewReader(file), time.Hour))(t), sound) {
		t.Error("what was said is not in the file")
	}
}
