package calling_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"guichet/internal/cloud/calling"
	"guichet/internal/platform/audio"
)

// socket is an application's end of a media stream.
type socket struct {
	*httptest.Server
	headers chan http.Header

	mu       sync.Mutex
	conn     *websocket.Conn
	kinds    []string
	rate     int
	speakers map[string][]int16
	digits   string
	closed   chan struct{}
}

type message struct {
	Kind          string
	AudioMetadata struct {
		SampleRate, Channels, Length int
		Encoding                     string
	}
	AudioData struct {
		Data, ParticipantRawID, Timestamp string
		Silent                            bool
	}
	DtmfData struct{ Data string }
}

func newSocket(t *testing.T) *socket {
	t.Helper()
	s := &socket{headers: make(chan http.Header, 10), speakers: map[string][]int16{}, closed: make(chan struct{}, 10)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.conn = conn
		s.mu.Unlock()
		s.headers <- r.Header
		for {
			_, data, err := conn.Read(context.Background())
			if err != nil {
				s.closed <- struct{}{}
				return
			}
			var m message
			if err := json.Unmarshal(data, &m); err != nil {
				t.Errorf("%s: %v", data, err)
				return
			}
			s.mu.Lock()
			s.kinds = append(s.kinds, m.Kind)
			switch m.Kind {
			case "AudioMetadata":
				s.rate = m.AudioMetadata.SampleRate
			case "AudioData":
				pcm, _ := base64.StdEncoding.DecodeString(m.AudioData.Data)
				samples := make([]int16, len(pcm)/2)
				audio.FromBytes(samples, pcm)
				s.speakers[m.AudioData.ParticipantRawID] = append(s.speakers[m.AudioData.ParticipantRawID], samples...)
				if len(samples) != s.rate/50 {
					t.Errorf("a frame of %d samples", len(samples))
				}
			case "DtmfData":
				s.digits += m.DtmfData.Data
			}
			s.mu.Unlock()
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *socket) options(kind, format string) map[string]any {
	return map[string]any{"mediaStreamingOptions": map[string]any{
		"transportType": "websocket", "audioChannelType": kind, "transportUrl": strings.Replace(s.URL, "http", "ws", 1),
		"startMediaStreaming": true, "enableBidirectional": true, "audioFormat": format, "enableDtmfTones": true,
	}}
}

func (s *socket) send(t *testing.T, v any) {
	t.Helper()
	data, ok := v.([]byte)
	if !ok {
		data = must(json.Marshal(v))(t)
	}
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	if err := conn.Write(t.Context(), websocket.MessageText, data); err != nil {
		t.Fatal(err)
	}
}

// heard is what the application heard of a speaker, at 16 kHz.
func (s *socket) heard(t *testing.T, speaker string) []int16 {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	sound := s.speakers[speaker]
	if s.rate == audio.SampleRate || s.rate == 0 {
		return append([]int16(nil), sound...)
	}
	return must(audio.NewResampler(s.rate, audio.SampleRate))(t).Append(nil, sound)
}

// streaming answers a call with a stream and waits for it.
func (f *fixture) streaming(s *socket, kind, format string) (properties, calling.LegView) {
	f.t.Helper()
	leg := f.dial(customer, business)
	var in incoming
	f.event("IncomingCall", &in)
	body := map[string]any{"incomingCallContext": in.IncomingCallContext, "callbackUri": f.app.URL}
	for k, v := range s.options(kind, format) {
		body[k] = v
	}
	var p properties
	f.do("POST", "callConnections:answer", body, 200, &p)
	f.app.want(f.t, "CallConnected")
	f.app.want(f.t, "ParticipantsUpdated")
	if e := f.app.want(f.t, "MediaStreamingStarted"); e.Data.MediaStreamingUpdate.MediaStreamingStatus != "mediaStreamingStarted" {
		f.t.Errorf("%+v", e.Data)
	}
	h := <-s.headers
	if h.Get("x-ms-call-connection-id") != p.CallConnectionID || h.Get("x-ms-call-correlation-id") != p.CorrelationID {
		f.t.Errorf("%v", h)
	}
	f.verify(strings.TrimPrefix(h.Get("Authorization"), "Bearer "))
	return p, f.leg(leg.ID, "connected")
}

// say sends sound as 20 ms frames, in the shape of one of the official helpers.
func (s *socket) say(t *testing.T, samples []int16, shape string) {
	t.Helper()
	for len(samples) > 0 {
		n := min(len(samples), 480)
		data := base64.StdEncoding.EncodeToString(audio.AppendBytes(nil, samples[:n]))
		samples = samples[n:]
		s.send(t, []byte(strings.Replace(shape, "DATA", data, 1)))
	}
}

const (
	shapeJS     = `{"kind":"audioData","audioData":{"data":"DATA","isSilent":false},"stopAudio":{}}`
	shapeNET    = `{"Kind":"AudioData","AudioData":{"Data":"DATA","Timestamp":"0001-01-01T00:00:00+00:00","Participant":null,"IsSilent":false},"StopAudio":null}`
	shapePython = `{"Kind":"AudioData","AudioData":{"Data":"DATA"},"StopAudio":null}`
)

func TestStreamBothWays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, kind, format, shape, speaker string }{
		{"mixed", "mixed", "", shapeJS, ""},
		{"unmixed", "unmixed", "pcm16KMono", shapeNET, "4:" + customer},
		{"24 kHz", "mixed", "Pcm24KMono", shapePython, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, s := start(t), newSocket(t)
			p, leg := f.streaming(s, c.kind, c.format)
			at := "callConnections/" + p.CallConnectionID
			data, sound := tone(t, 400, 600)
			f.control("POST", "/legs/"+leg.ID+"/say", data, 200, nil)
			until(t, "the application hears the caller", func() (bool, bool) { return true, contains(s.heard(t, c.speaker), sound) })
			_, answer := tone(t, 800, 600)
			say := answer
			if c.format == "Pcm24KMono" {
				say = must(audio.NewResampler(audio.SampleRate, 24000))(t).Append(nil, answer)
			}
			s.say(t, say, c.shape)
			f.hears(leg.ID, answer)
			if contains(s.heard(t, c.speaker), answer) {
				t.Error("the application hears itself")
			}
			f.control("POST", "/legs/"+leg.ID+"/press", map[string]any{"digits": "5#"}, 204, nil)
			until(t, "the keys arrive", func() (bool, bool) { s.mu.Lock(); defer s.mu.Unlock(); return true, s.digits == "5#" })
			s.mu.Lock()
			if s.kinds[0] != "AudioMetadata" {
				t.Errorf("the first message is %s", s.kinds[0])
			}
			s.mu.Unlock()

			f.do("POST", at+":stopMediaStreaming", map[string]any{}, 202, nil)
			f.app.want(t, "MediaStreamingStopped")
			<-s.closed
			f.do("POST", at+":startMediaStreaming", map[string]any{"operationContext": "again"}, 202, nil)
			if e := f.app.want(t, "MediaStreamingStarted"); e.Data.OperationContext != "again" {
				t.Errorf("%+v", e.Data)
			}
		})
	}
}

func TestStopAudioClearsWhatWaits(t *testing.T) {
	t.Parallel()
	f, s := start(t), newSocket(t)
	_, leg := f.streaming(s, "mixed", "")
	_, long := tone(t, 300, 20_000)
	s.say(t, long, shapeJS)
	before := f.leg(leg.ID, "connected").HeardMS
	until(t, "some is heard", func() (bool, bool) { return true, f.leg(leg.ID, "connected").HeardMS > before+300 })
	s.send(t, []byte(`{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}`))
	_, next := tone(t, 900, 400)
	s.say(t, next, shapeJS)
	f.hears(leg.ID, next)
	// What cannot be read does no harm.
	for _, odd := range []string{"{", `{"kind":"audioData"}`, `{"kind":"audioData","audioData":{"data":"!"}}`, `[]`, `{"kind":"mark"}`} {
		s.send(t, []byte(odd))
	}
	_, last := tone(t, 1500, 400)
	s.say(t, last, shapeJS)
	f.hears(leg.ID, last)
}

func TestStreamThatFails(t *testing.T) {
	t.Parallel()
	f, s := start(t), newSocket(t)
	_, _ = f.streaming(s, "mixed", "")
	s.mu.Lock()
	conn := s.conn
	s.mu.Unlock()
	_ = conn.Close(websocket.StatusGoingAway, "")
	if e := f.app.want(t, "MediaStreamingFailed"); e.Data.MediaStreamingUpdate.MediaStreamingStatusDetails != "streamConnectionInterrupted" {
		t.Errorf("%+v", e.Data)
	}

	nobody := newSocket(t)
	more := nobody.options("mixed", "")
	nobody.Close()
	f.dial(customer, business)
	var in incoming
	f.event("IncomingCall", &in)
	more["incomingCallContext"], more["callbackUri"] = in.IncomingCallContext, f.app.URL
	var p properties
	f.do("POST", "callConnections:answer", more, 200, &p)
	f.app.want(t, "CallConnected")
	f.app.want(t, "ParticipantsUpdated")
	if e := f.app.want(t, "MediaStreamingFailed"); e.Data.ResultInformation.SubCode != 8603 {
		t.Errorf("%+v", e.Data)
	}
	f.do("POST", "callConnections/"+p.CallConnectionID+":stopMediaStreaming", map[string]any{}, 202, nil)
	f.app.want(t, "MediaStreamingFailed")
	more["mediaStreamingOptions"].(map[string]any)["transportUrl"] = "ws://example.com/x"
	f.refused("POST", "callConnections:answer", more, 400, "8581")
}

// Frames keep their pace: fifty a second.
func TestStreamIsOnTime(t *testing.T) {
	t.Parallel()
	f, s := start(t), newSocket(t)
	f.streaming(s, "mixed", "")
	from, begin := len(s.heard(t, "")), time.Now()
	until(t, "a second was heard", func() (bool, bool) { return true, len(s.heard(t, ""))-from >= audio.SampleRate })
	if took := time.Since(begin); took < 900*time.Millisecond || took > 1300*time.Millisecond {
		t.Errorf("a second of sound took %v", took)
	}
}
