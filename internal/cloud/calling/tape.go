package calling

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"slices"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
)

// maxChannels is how many participants a recording that is not mixed has, each on
// a channel of its own.
const maxChannels = 5

// tape is a recording of a call that runs. But for its id it belongs to the
// call's goroutine.
type tape struct {
	s       *Server
	call    *call
	id      string
	service string
	// callID is the call connection by which it was started.
	callID   string
	callback string
	notices  *callbacks
	unmixed  bool
	// fixed are the channels by raw id that the application chose; seats those in
	// use, in the order of the channels.
	fixed  map[string]int
	seats  [maxChannels]string
	paused bool

	began  time.Time
	pauses []interval
	since  time.Time

	file   *os.File
	writer *wav.Writer
	chunk  chunk
	frame  [audio.FrameSamples * maxChannels]int16
	failed bool
}

// interval is a pause, as the metadata document has it.
type interval struct {
	StartTime string  `json:"startTime"`
	Duration  float64 `json:"duration"`
}

// recordingID has the service's form: base64 of two ids.
func recordingID() string {
	data, err := json.Marshal(map[string]string{"PlatformEndpointId": uuid.NewString(), "ResourceSpecificId": uuid.NewString()})
	if err != nil {
		panic("calling: a recording id that is not JSON: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

func (t *tape) channels() int {
	if t.unmixed {
		return maxChannels
	}
	return 1
}

func (t *tape) state() string {
	if t.paused {
		return "inactive"
	}
	return "active"
}

// seat is the channel of a participant, -1 without one. Without an order of the
// application's, channels are given by the first sound.
func (t *tape) seat(p *party) int {
	if i := slices.Index(t.seats[:], p.id.RawID); i >= 0 {
		return i
	}
	if i, ok := t.fixed[p.id.RawID]; ok && t.seats[i] == "" {
		t.seats[i] = p.id.RawID
		return i
	}
	if p.mix.In == (audio.Frame{}) {
		return -1
	}
	for i, taken := range t.seats {
		if taken == "" && !t.reserved(i) {
			t.seats[i] = p.id.RawID
			return i
		}
	}
	return -1
}

func (t *tape) reserved(channel int) bool {
	for _, i := range t.fixed {
		if i == channel {
			return true
		}
	}
	return false
}

// write records 20 ms; it runs in the call's goroutine, after the mixing.
func (t *tape) write() {
	if t.paused || t.failed {
		return
	}
	samples := t.frame[:audio.FrameSamples*t.channels()]
	if t.unmixed {
		clear(samples)
		for _, p := range t.call.parties {
			if !p.joined {
				continue
			}
			i := t.seat(p)
			if i < 0 || p.muted || p.held {
				continue
			}
			for n, x := range p.mix.In {
				samples[n*maxChannels+i] = x
			}
		}
	} else {
		copy(samples, t.call.mixer.All[:])
	}
	if err := t.writer.Write(samples); err != nil {
		t.s.o.Log.Error("calling.recording", "outcome", "not written", "error", err)
		t.failed = true
		return
	}
	// A process that dies loses a second at most.
	if t.writer.Samples()%audio.SampleRate == 0 {
		_ = t.writer.Flush()
	}
	if t.writer.Samples() >= int64(t.s.o.ChunkFor/time.Second)*audio.SampleRate {
		t.close("ChunkMaximumSizeExceeded")
		t.open(t.chunk.Number + 1)
	}
}

// open begins a chunk.
func (t *tape) open(number int) {
	now := t.s.o.Clock.Now()
	t.chunk = chunk{
		DocumentID: documentID(), RecordingID: t.id, Number: number, StartedAt: now, DurationMS: -1,
		ExpiresAt: now.Add(t.s.o.ChunkFor + keepRecordings),
	}
	t.pauses = nil
	file, err := os.OpenFile(t.s.path(t.chunk.DocumentID), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		t.file = file
		t.writer, err = wav.NewWriter(file, audio.SampleRate, t.channels())
	}
	if err != nil {
		t.s.o.Log.Error("calling.recording", "outcome", "not written", "error", err)
		t.failed = true
		return
	}
	opened := t.chunk
	t.s.store(func(s *Server) error { return s.insertChunk(opened) })
}

// close ends a chunk.
func (t *tape) close(reason string) {
	if t.file == nil {
		return
	}
	if err := t.writer.Close(); err != nil {
		t.s.o.Log.Error("calling.recording", "outcome", "not finished", "error", err)
	}
	_ = t.file.Close()
	t.file = nil
	t.chunk.DurationMS = t.writer.Samples() * 1000 / audio.SampleRate
	t.chunk.EndReason = reason
	t.chunk.ExpiresAt = t.s.o.Clock.Now().Add(keepRecordings)
	t.chunk.Metadata = t.metadata()
	done := t.chunk
	t.s.store(func(s *Server) error { return s.finishChunk(done) })
}

// pause and resume; both say whether they changed anything.
func (t *tape) pause(paused bool) bool {
	if t.paused == paused {
		return false
	}
	now := t.s.o.Clock.Now()
	t.paused = paused
	if paused {
		t.since = now
	} else {
		t.pauses = append(t.pauses, interval{azureTime(t.since), float64(now.Sub(t.since).Milliseconds())})
	}
	t.changed()
	return true
}

// stop ends the recording and announces its files.
func (t *tape) stop(reason string) {
	t.call.tape = nil
	if t.paused {
		t.pauses = append(t.pauses, interval{azureTime(t.since), float64(t.s.o.Clock.Now().Sub(t.since).Milliseconds())})
	}
	t.paused = true
	t.close("SessionEnded")
	t.changed()
	if t.notices != nil {
		t.notices.close()
	}
	t.s.mu.Lock()
	delete(t.s.tapes, t.id)
	t.s.mu.Unlock()
	id, now := t.id, t.s.o.Clock.Now()
	t.s.store(func(s *Server) error { return s.endRecording(id, now, reason) })
}

// recordingState is the data of RecordingStateChanged.
type recordingState struct {
	common
	RecordingID   string `json:"recordingId"`
	State         string `json:"state"`
	StartDateTime string `json:"startDateTime"`
	RecordingKind string `json:"recordingKind"`
}

// changed tells the application of the recording's state.
func (t *tape) changed() {
	if t.notices == nil {
		return
	}
	source := "calling/recordings/" + t.id
	t.notices.put(callback{t.callback, "RecordingStateChanged", t.s.envelope(source, "RecordingStateChanged", recordingState{
		common{CallConnectionID: t.callID, ServerCallID: t.call.id, CorrelationID: t.call.correlationID},
		t.id, t.state(), azureTime(t.began), recordingKind,
	})})
}

const recordingKind = "azureCommunicationServices"

// metadata is the chunk's metadata document, in the shape of a recorded one.
func (t *tape) metadata() string {
	type seat struct {
		ParticipantID string `json:"participantId"`
		Channel       *int   `json:"channel,omitempty"`
	}
	type info struct {
		ContentType        string         `json:"contentType"`
		ChannelType        string         `json:"channelType"`
		Format             string         `json:"format"`
		AudioConfiguration map[string]int `json:"audioConfiguration"`
	}
	seats := []seat{}
	if t.unmixed {
		for i, raw := range t.seats {
			if raw != "" {
				seats = append(seats, seat{raw, &i})
			}
		}
	} else {
		for _, p := range t.call.parties {
			if p.joined {
				seats = append(seats, seat{ParticipantID: p.id.RawID})
			}
		}
	}
	kind := "mixed"
	if t.unmixed {
		kind = "unmixed"
	}
	data, err := json.Marshal(map[string]any{
		"resourceId": t.service, "callId": t.callID, "chunkDocumentId": t.chunk.DocumentID, "chunkIndex": t.chunk.Number,
		"chunkStartTime": azureTime(t.chunk.StartedAt), "chunkDuration": t.chunk.DurationMS,
		"pauseResumeIntervals": append([]interval{}, t.pauses...), "participants": seats,
		"recordingInfo": info{"audio", kind, "wav", map[string]int{
			"sampleRate": audio.SampleRate, "bitRate": audio.SampleRate * 16 * t.channels(), "channels": t.channels(),
		}},
	})
	if err != nil {
		panic("calling: metadata that is not JSON: " + err.Error())
	}
	return string(data)
}
