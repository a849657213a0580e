package handset_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"guichet/internal/cloud"
	"guichet/internal/cloud/handset"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/rtpaudio"
	"guichet/internal/platform/audio/wav"
)

const (
	customer = wk.HandsetNumber
	friend   = "+14255550177"
)

// fixture is a whole local cloud.
type fixture struct {
	t   testing.TB
	url string
}

func start(t testing.TB) *fixture {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c, err := cloud.New(ctx, cloud.Options{Ephemeral: true, HTTPSListen: "localhost:0", HTTPListen: "localhost:0"})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &fixture{t, c.HTTPURL()}
}

// ask makes a request of the control API and gives status and body.
func (f *fixture) ask(method, path string, body any) (int, []byte) {
	f.t.Helper()
	data, ok := body.([]byte)
	if !ok && body != nil {
		data = must(json.Marshal(body))(f.t)
	}
	r := must(http.NewRequest(method, f.url+"/_guichet"+path, bytes.NewReader(data)))(f.t)
	response := must(http.DefaultClient.Do(r))(f.t)
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode, must(io.ReadAll(response.Body))(f.t)
}

// do is ask with the status that is wanted and the answer decoded.
func (f *fixture) do(method, path string, body any, want int, out any) {
	f.t.Helper()
	status, answer := f.ask(method, path, body)
	if status != want {
		f.t.Fatalf("%s %s: %d %s, want %d", method, path, status, answer, want)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			f.t.Fatalf("%s: %v", answer, err)
		}
	}
}

func callsOf(number string) string {
	return "/handset/customers/" + url.PathEscape(number) + "/calls"
}

// call waits until the newest call of a customer is in a state.
func (f *fixture) call(number, state string) handset.View {
	f.t.Helper()
	return until(f.t, number+" "+state, func() (handset.View, bool) {
		var list struct{ Items []handset.View }
		f.do("GET", callsOf(number), nil, 200, &list)
		if len(list.Items) == 0 {
			return handset.View{}, false
		}
		v := list.Items[len(list.Items)-1]
		return v, v.State == state
	})
}

// leg is a virtual phone's.
type leg struct {
	ID, Phone, State string
	Code, SubCode    int
}

func (f *fixture) leg(raw, state string) leg {
	f.t.Helper()
	return until(f.t, raw+" "+state, func() (leg, bool) {
		var list struct{ Items []leg }
		f.do("GET", "/calls/legs", nil, 200, &list)
		for i := len(list.Items) - 1; i >= 0; i-- {
			if l := list.Items[i]; l.Phone == raw && l.State == state {
				return l, true
			}
		}
		return leg{}, false
	})
}

// phone has a virtual phone do something when it is called.
func (f *fixture) phone(number, does string) {
	f.t.Helper()
	f.do("PUT", "/calls/phones/"+url.PathEscape(number), map[string]any{"does": does}, 200, nil)
}

// heard is what a virtual phone heard.
func (f *fixture) heard(id string) []int16 {
	f.t.Helper()
	status, file := f.ask("GET", "/calls/legs/"+id+"/heard", nil)
	if status != 200 {
		f.t.Fatalf("%d %s", status, file)
	}
	return must(wav.Load(bytes.NewReader(file), 10*time.Minute))(f.t)
}

// page is a page's end of a call: a peer connection as a browser has it.
type page struct {
	t      testing.TB
	pc     *webrtc.PeerConnection
	track  *voice
	sender *rtpaudio.Sender
	offer  string
	codec  string

	mu     sync.Mutex
	heard  []int16
	speech []int16
	stop   chan struct{}
	once   sync.Once
}

const events = 126

// newPage makes a page that offers Opus, the codec given and telephone events.
func newPage(t testing.TB, name string) *page {
	t.Helper()
	codec := must(rtpaudio.NewCodec(name))(t)
	engine := &webrtc.MediaEngine{}
	for payload, c := range map[uint8]webrtc.RTPCodecCapability{
		111:               {MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2},
		codec.PayloadType: {MimeType: "audio/" + name, ClockRate: 8000},
		events:            {MimeType: "audio/telephone-event", ClockRate: 8000},
	} {
		err := engine.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: c, PayloadType: webrtc.PayloadType(payload)}, webrtc.RTPCodecTypeAudio)
		if err != nil {
			t.Fatal(err)
		}
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	p := &page{t: t, codec: name, sender: rtpaudio.NewSender(codec, events, 7, 100, 1000), stop: make(chan struct{})}
	p.pc = must(webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{}))(t)
	t.Cleanup(p.close)
	track := must(webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: "audio/" + name, ClockRate: 8000}, "mic", "mic"))(t)
	p.track = &voice{TrackLocalStaticRTP: track}
	must(p.pc.AddTrack(p.track))(t)
	p.pc.OnTrack(func(r *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { p.listen(r) })
	offer := must(p.pc.CreateOffer(nil))(t)
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	p.offer = p.pc.LocalDescription().SDP
	return p
}

func (p *page) listen(r *webrtc.TrackRemote) {
	codec, err := rtpaudio.NewCodec(p.codec)
	if err != nil {
		return
	}
	for {
		packet, _, err := r.ReadRTP()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.heard = codec.Decode(p.heard, packet.Payload)
		p.mu.Unlock()
	}
}

// talk takes the answer and begins to send: silence, and what say and press give.
func (p *page) talk(answer string) {
	p.t.Helper()
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		tick := time.NewTicker(audio.FrameDuration)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-p.stop:
				return
			}
			if p.pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
				continue
			}
			var f audio.Frame
			p.mu.Lock()
			p.speech = p.speech[copy(f[:], p.speech):]
			packet, err := p.sender.Append(nil, &f)
			p.mu.Unlock()
			if err == nil {
				p.track.write(packet)
			}
		}
	}()
}

// voice is a track whose packets keep their payload type, as a telephone event's is
// another than that of the sound before it.
type voice struct {
	*webrtc.TrackLocalStaticRTP
	mu     sync.Mutex
	stream webrtc.TrackLocalWriter
	ssrc   uint32
}

func (v *voice) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	v.mu.Lock()
	v.stream, v.ssrc = c.WriteStream(), uint32(c.SSRC())
	v.mu.Unlock()
	return v.TrackLocalStaticRTP.Bind(c)
}

func (v *voice) write(b []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var packet rtp.Packet
	if v.stream == nil || packet.Unmarshal(b) != nil {
		return
	}
	packet.SSRC = v.ssrc
	_, _ = v.stream.WriteRTP(&packet.Header, packet.Payload)
}

func (p *page) press(digits string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, digit := range []byte(digits) {
		if err := p.sender.Press(digit, 100*time.Millisecond); err != nil {
			p.t.Error(err)
		}
	}
}

func (p *page) say(sound []int16) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.speech = append(p.speech, sound...)
}

func (p *page) close() {
	p.once.Do(func() {
		close(p.stop)
		_ = p.pc.Close()
	})
}

// hears waits until the page has heard a sound.
func (p *page) hears(pattern []int16) {
	p.t.Helper()
	until(p.t, "the page hears", func() (int, bool) {
		p.mu.Lock()
		samples := slices.Clone(p.heard)
		p.mu.Unlock()
		return len(samples), contains(samples, pattern)
	})
}

// chirp is a sound in which no two places are alike.
func chirp(hertz float64, d time.Duration) []int16 {
	samples := make([]int16, int(d.Seconds()*audio.SampleRate))
	for i := range samples {
		at := float64(i) / audio.SampleRate
		samples[i] = int16(8000 * math.Sin(2*math.Pi*(hertz*at+150*at*at)))
	}
	return samples
}

// contains says whether the last 10 s of a sound have 100 ms of a pattern in them; a
// busy machine loses others.
func contains(sound, pattern []int16) bool {
	const part = audio.SampleRate / 10
	sound = sound[max(0, len(sound)-10*audio.SampleRate):]
	for at := part; at+2*part <= len(pattern); at += 2 * part {
		if best, _ := audio.Correlation(sound, pattern[at:at+part]); best > 0.95 {
			return true
		}
	}
	return false
}

// file is a sound as a WAV file.
func file(t testing.TB, samples []int16) []byte {
	t.Helper()
	out := &memory{}
	w := must(wav.NewWriter(out, audio.SampleRate, 1))(t)
	if err := w.Write(samples); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.data
}

type memory struct {
	data []byte
	at   int
}

func (m *memory) Write(p []byte) (int, error) {
	if more := m.at + len(p) - len(m.data); more > 0 {
		m.data = append(m.data, make([]byte, more)...)
	}
	m.at += copy(m.data[m.at:], p)
	return len(p), nil
}

func (m *memory) Seek(offset int64, whence int) (int64, error) {
	m.at = map[int]int{0: 0, 1: m.at, 2: len(m.data)}[whence] + int(offset)
	return int64(m.at), nil
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// until asks until it gets what it wants.
func until[T any](t testing.TB, what string, ask func() (T, bool)) T {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		v, ok := ask()
		if ok {
			return v
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: never; last %+v", what, v)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
