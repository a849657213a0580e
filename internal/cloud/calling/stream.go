package calling

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"guichet/internal/cloud/acs"
	"guichet/internal/platform/audio"
)

// mediaOptions are the options of media streaming of createCall, answer and
// connect.
type mediaOptions struct {
	TransportType       string `json:"transportType"`
	TransportURL        string `json:"transportUrl"`
	ContentType         string `json:"contentType"`
	AudioChannelType    string `json:"audioChannelType"`
	StartMediaStreaming bool   `json:"startMediaStreaming"`
	EnableBidirectional bool   `json:"enableBidirectional"`
	AudioFormat         string `json:"audioFormat"`
	EnableDtmfTones     bool   `json:"enableDtmfTones"`
}

func (o *mediaOptions) check() error {
	if o == nil {
		return nil
	}
	switch {
	case !strings.EqualFold(o.TransportType, "websocket"):
		return invalid("The field TransportType is invalid.")
	case !strings.EqualFold(o.AudioChannelType, "mixed") && !strings.EqualFold(o.AudioChannelType, "unmixed"):
		return invalid("The field AudioChannelType is invalid.")
	case o.ContentType != "" && !strings.EqualFold(o.ContentType, "audio"):
		return invalid("The field ContentType is invalid.")
	case o.AudioFormat != "" && !strings.EqualFold(o.AudioFormat, "pcm16KMono") && !strings.EqualFold(o.AudioFormat, "pcm24KMono"):
		return invalid("The field AudioFormat is invalid.")
	case o.TransportURL != "" && reachable(o.TransportURL, "wss", "ws") != nil:
		return &failure{http.StatusBadRequest, "8581", "The field TransportUrl is invalid."}
	}
	return nil
}

func (o *mediaOptions) rate() int {
	if strings.EqualFold(o.AudioFormat, "pcm24KMono") {
		return 24000
	}
	return audio.SampleRate
}

// Bounds of a stream.
const (
	// streamQueue is how many messages may wait to be sent: beyond, the oldest goes.
	streamQueue = 10
	// maxQueued is how much sound of the application may wait to be played.
	maxQueued  = 3 * 60 * audio.SampleRate
	maxMessage = 1 << 20
	// cushion is the sound that is gathered before the application is heard, so that
	// its jitter is not; after cushionFor there is no more waiting for it.
	cushion    = 2 * audio.FrameSamples
	cushionFor = 60 * time.Millisecond
	dialWithin = 10 * time.Second
	// speakers is how many participants a stream that is not mixed carries.
	speakers = 4
)

// stream is the WebSocket of a connection: what the call says goes to the
// application, and what the application says comes back.
type stream struct {
	conn *connection
	o    mediaOptions
	id   string

	cancel context.CancelFunc
	out    chan []byte
	// open says that the metadata was sent; it belongs to the call's goroutine, as
	// do the next two.
	open  bool
	lanes map[string]*lane
	// mu guards what the application said.
	mu      sync.Mutex
	in      []int16
	back    *audio.Resampler
	flowing bool
	since   time.Time
}

// lane turns the frames of one speaker into the stream's rate.
type lane struct {
	up   *audio.Resampler
	rest []int16
}

// mediaEvent is the data of the media streaming events.
type mediaEvent struct {
	common
	MediaStreamingUpdate mediaUpdate `json:"mediaStreamingUpdate"`
}

type mediaUpdate struct {
	ContentType string `json:"contentType"`
	Status      string `json:"mediaStreamingStatus"`
	Details     string `json:"mediaStreamingStatusDetails"`
}

func (conn *connection) sendMedia(o operationOptions, kind, details string, why Cause) {
	conn.send(o.OperationCallbackURI, "MediaStreaming"+kind, mediaEvent{
		conn.result(o.OperationContext, why), mediaUpdate{"Audio", "mediaStreaming" + kind, details},
	})
}

// startMedia is POST …:startMediaStreaming.
func (s *Server) startMedia(r *acs.Request, id string) (answer, error) {
	return s.mediaOperation(r, id, func(conn *connection, o operationOptions) error {
		switch {
		case conn.media == nil || conn.media.TransportURL == "":
			conn.sendMedia(o, "Failed", "streamUrlMissing", Cause{400, 8581, "The call was set up without the address of a stream."})
		case conn.stream != nil:
			return errMediaConflict
		default:
			conn.startStream(o)
		}
		return nil
	})
}

// stopMedia is POST …:stopMediaStreaming. That the socket is closed is unverified.
func (s *Server) stopMedia(r *acs.Request, id string) (answer, error) {
	return s.mediaOperation(r, id, func(conn *connection, o operationOptions) error {
		if conn.stream == nil {
			conn.sendMedia(o, "Failed", "badRequest", Cause{400, 8603, "Media streaming is not started."})
			return nil
		}
		conn.stopStream()
		conn.sendMedia(o, "Stopped", "subscriptionStopped", success)
		return nil
	})
}

func (s *Server) mediaOperation(r *acs.Request, id string, act func(conn *connection, o operationOptions) error) (answer, error) {
	var q operationOptions
	if len(r.Body) > 0 {
		if err := decode(r.Body, &q); err != nil {
			return answer{}, err
		}
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		return answer{status: http.StatusAccepted}, act(conn, q)
	})
}

// startStream connects to the application; it runs in the call's goroutine.
func (conn *connection) startStream(o operationOptions) {
	ctx, cancel := context.WithCancel(conn.s.ctx)
	st := &stream{
		conn: conn, o: *conn.media, id: uuid.NewString(), cancel: cancel, out: make(chan []byte, streamQueue), lanes: map[string]*lane{},
	}
	if st.o.rate() != audio.SampleRate {
		st.back, _ = audio.NewResampler(st.o.rate(), audio.SampleRate)
	}
	conn.stream = st
	c := conn.call
	header := http.Header{}
	header.Set("x-ms-call-connection-id", conn.id)
	header.Set("x-ms-call-correlation-id", c.correlationID)
	conn.s.work.Go(func() {
		defer cancel()
		socket, err := st.connect(ctx, header)
		if err != nil {
			conn.s.o.Log.Warn("calling.stream", "outcome", "not connected", "error", err)
			c.post(func() { st.over(o, "initialWebSocketConnectionFailed", "The WebSocket could not be connected.") })
			return
		}
		defer func() { _ = socket.CloseNow() }()
		c.post(func() {
			if conn.stream == st {
				st.open = true
				conn.sendMedia(o, "Started", "subscriptionStarted", success)
			}
		})
		conn.s.work.Go(func() {
			st.read(ctx, socket)
			cancel()
		})
		if err := st.write(ctx, socket); err != nil && ctx.Err() == nil {
			conn.s.o.Log.Warn("calling.stream", "outcome", "broken", "error", err)
		}
		c.post(func() { st.over(o, "streamConnectionInterrupted", "The WebSocket was closed by the application.") })
		_ = socket.Close(websocket.StatusNormalClosure, "")
	})
}

// over ends a stream that the application did not want to end.
func (st *stream) over(o operationOptions, details, message string) {
	if st.conn.stream != st || st.conn.state == stateDisconnected {
		return
	}
	st.conn.stopStream()
	st.conn.sendMedia(o, "Failed", details, Cause{500, 8603, message})
}

// stopStream closes the stream; it runs in the call's goroutine.
func (conn *connection) stopStream() {
	if conn.stream != nil {
		conn.stream.cancel()
		conn.stream = nil
	}
}

// connect dials and sends the metadata.
func (st *stream) connect(ctx context.Context, header http.Header) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	token, err := st.conn.s.token(ctx, st.conn.service.ImmutableID, mediaLife)
	if err != nil {
		return nil, err
	}
	header.Set("Authorization", "Bearer "+token)
	socket, response, err := websocket.Dial(ctx, st.o.TransportURL, &websocket.DialOptions{
		HTTPClient: st.conn.s.sockets, HTTPHeader: header, CompressionMode: websocket.CompressionDisabled,
	})
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(maxMessage)
	type metadata struct {
		SubscriptionID string `json:"subscriptionId"`
		Encoding       string `json:"encoding"`
		SampleRate     int    `json:"sampleRate"`
		Channels       int    `json:"channels"`
		Length         int    `json:"length"`
	}
	first, err := json.Marshal(struct {
		Kind          string   `json:"kind"`
		AudioMetadata metadata `json:"audioMetadata"`
	}{"AudioMetadata", metadata{st.id, "PCM", st.o.rate(), 1, st.o.rate() / 50 * 2}})
	if err == nil {
		err = socket.Write(ctx, websocket.MessageText, first)
	}
	if err != nil {
		_ = socket.CloseNow()
		return nil, err
	}
	return socket, nil
}

func (st *stream) write(ctx context.Context, socket *websocket.Conn) error {
	for {
		select {
		case message := <-st.out:
			if err := socket.Write(ctx, websocket.MessageText, message); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// put queues a message; when the application takes them too slowly, the oldest
// goes.
func (st *stream) put(message []byte) {
	for {
		select {
		case st.out <- message:
			return
		default:
		}
		select {
		case <-st.out:
		default:
		}
	}
}

// hear sends 20 ms of the call; out is what the application hears of it mixed.
func (st *stream) hear(now time.Time, c *call, out *audio.Frame) {
	if !st.open {
		return
	}
	at := now.UTC().Format("2006-01-02T15:04:05.000Z")
	if strings.EqualFold(st.o.AudioChannelType, "mixed") {
		st.frames("", at, out)
		return
	}
	var list []*party
	for _, p := range c.parties {
		if p.joined && p.conn != st.conn {
			list = append(list, p)
		}
	}
	if len(list) > speakers {
		slices.SortStableFunc(list, func(a, b *party) int {
			return int(audio.RMS(b.mix.In[:])*32768) - int(audio.RMS(a.mix.In[:])*32768)
		})
		list = list[:speakers]
	}
	for _, p := range list {
		said := p.mix.In
		if p.muted || p.held {
			said = audio.Frame{}
		}
		st.frames(p.id.RawID, at, &said)
	}
}

// frames sends a speaker's frame, in the stream's rate.
func (st *stream) frames(speaker, at string, f *audio.Frame) {
	if st.o.rate() == audio.SampleRate {
		st.put(audioData(speaker, at, f[:]))
		return
	}
	l := st.lanes[speaker]
	if l == nil {
		l = &lane{}
		l.up, _ = audio.NewResampler(audio.SampleRate, st.o.rate())
		st.lanes[speaker] = l
	}
	l.rest = l.up.Append(l.rest, f[:])
	for size := st.o.rate() / 50; len(l.rest) >= size; {
		st.put(audioData(speaker, at, l.rest[:size]))
		l.rest = append(l.rest[:0], l.rest[size:]...)
	}
}

// audioData is an AudioData message. It is written by hand, as fifty a second of
// every call are.
func audioData(speaker, at string, samples []int16) []byte {
	silent := true
	for _, x := range samples {
		if x != 0 {
			silent = false
			break
		}
	}
	pcm := audio.AppendBytes(make([]byte, 0, 2*len(samples)), samples)
	b := make([]byte, 0, 4*len(pcm)/3+256)
	b = append(b, `{"kind":"AudioData","audioData":{"timestamp":"`...)
	b = append(b, at...)
	if speaker != "" {
		// An explicit null would break the JavaScript client.
		quoted, _ := json.Marshal(speaker)
		b = append(b, `","participantRawID":`...)
		b = append(b, quoted...)
		b = append(b, `,"data":"`...)
	} else {
		b = append(b, `","data":"`...)
	}
	b = base64.StdEncoding.AppendEncode(b, pcm)
	b = append(b, `","silent":`...)
	if silent {
		b = append(b, "true}}"...)
	} else {
		b = append(b, "false}}"...)
	}
	return b
}

// tone tells the application of a key, if it wants to know.
func (st *stream) tone(tone string) {
	if st.open && st.o.EnableDtmfTones {
		st.put([]byte(`{"kind":"DtmfData","dtmfData":{"data":"` + string(rune(digits[tone])) + `"}}`))
	}
}

// outgoing is a message of the application. Casing differs between the official
// helpers, and JavaScript's audio carries a stopAudio too: the kind alone decides.
type outgoing struct {
	Kind      string `json:"kind"`
	AudioData *struct {
		Data string `json:"data"`
	} `json:"audioData"`
}

func (st *stream) read(ctx context.Context, socket *websocket.Conn) {
	for {
		_, message, err := socket.Read(ctx)
		if err != nil {
			return
		}
		if st.o.EnableBidirectional {
			st.said(message, st.conn.s.o.Clock.Now())
		}
	}
}

// said takes a message of the application. What cannot be read is left out.
func (st *stream) said(message []byte, now time.Time) {
	var m outgoing
	if json.Unmarshal(message, &m) != nil {
		return
	}
	switch {
	case strings.EqualFold(m.Kind, "stopAudio"):
		st.mu.Lock()
		st.in, st.flowing = nil, false
		st.mu.Unlock()
	case strings.EqualFold(m.Kind, "audioData") && m.AudioData != nil:
		pcm, err := base64.StdEncoding.DecodeString(m.AudioData.Data)
		if err != nil {
			return
		}
		samples := make([]int16, len(pcm)/2)
		audio.FromBytes(samples, pcm)
		st.mu.Lock()
		defer st.mu.Unlock()
		if st.back != nil {
			samples = st.back.Append(nil, samples)
		}
		if len(st.in) == 0 {
			st.since = now
		}
		// Beyond the bound the newest is lost, so that what is played stays whole.
		st.in = append(st.in, samples[:min(len(samples), maxQueued-len(st.in))]...)
	}
}

// say adds the next 20 ms that the application says.
func (st *stream) say(now time.Time, to *audio.Frame) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.in) == 0 {
		st.flowing = false
		return
	}
	if !st.flowing && len(st.in) < cushion && now.Sub(st.since) < cushionFor {
		return
	}
	st.flowing = true
	var f audio.Frame
	st.in = st.in[copy(f[:], st.in):]
	add(to, &f)
}
