package handset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
	"guichet/internal/platform/audio/rtpaudio"
)

// errOffer says that a session description cannot be answered.
var errOffer = errors.New("the offer is not one audio section with G.722, PCMU or PCMA")

// media is the sound between a page and its call: one peer connection.
type media struct {
	pc       *webrtc.PeerConnection
	track    *webrtc.TrackLocalStaticRTP
	sender   *rtpaudio.Sender
	receiver *rtpaudio.Receiver
	pressed  func(digit byte)

	// listening says that the call takes the page's sound; before, it is left out,
	// or it would be heard late.
	listening atomic.Bool
	frames    chan audio.Frame
	// changed tells that the state of the connection did.
	changed chan struct{}
	closed  chan struct{}
	once    sync.Once

	mu    sync.Mutex
	tones []int16
}

// Bounds of the media.
const (
	// queue is how many frames may wait for the socket: more would be a delay that
	// stays.
	queue = 2
	// gathering bounds the making of an answer.
	gathering = 5 * time.Second
	// disconnected and failed are after what silence the way to the page is taken for
	// interrupted, and for gone.
	disconnected, failed = 2 * time.Second, 5 * time.Second
	maxTones             = 20 * audio.SampleRate
	toneOn, toneOff      = 160 * time.Millisecond, 60 * time.Millisecond
	toneLevel            = -13
	noEvents             = 255
)

// newMedia answers the session description of a page.
func newMedia(ctx context.Context, socket ice.UDPMux, log *slog.Logger, offer string, pressed func(byte)) (m *media, answer string, err error) {
	description := webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}
	format, err := choose(&description)
	if err != nil {
		return nil, "", err
	}
	m = &media{pressed: pressed, frames: make(chan audio.Frame, queue), changed: make(chan struct{}, 1), closed: make(chan struct{})}
	codec, err := rtpaudio.NewCodec(format.name)
	if err != nil {
		return nil, "", err
	}
	codec.PayloadType = format.payload
	seed := random()
	m.sender = rtpaudio.NewSender(codec, noEvents, uint32(seed), uint16(seed>>32), uint32(seed>>16))
	m.receiver = rtpaudio.NewReceiver(codec, format.events, rtpaudio.DefaultDepth)
	if m.pc, err = format.connection(socket); err != nil {
		return nil, "", err
	}
	defer func() {
		if err != nil {
			m.close()
		}
	}()
	m.pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { m.receive(t) })
	m.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		log.Debug("handset.media", "state", s.String())
		select {
		case m.changed <- struct{}{}:
		default:
		}
	})
	if answer, err = m.answer(ctx, description, format); err != nil {
		return nil, "", err
	}
	go m.send()
	return m, answer, nil
}

func (m *media) answer(ctx context.Context, offer webrtc.SessionDescription, f format) (string, error) {
	if err := m.pc.SetRemoteDescription(offer); err != nil {
		return "", fmt.Errorf("%w: %w", errOffer, err)
	}
	var err error
	if m.track, err = webrtc.NewTrackLocalStaticRTP(f.capability(), "call", "call"); err != nil {
		return "", fmt.Errorf("handset: make the track: %w", err)
	}
	sender, err := m.pc.AddTrack(m.track)
	if err != nil {
		return "", fmt.Errorf("handset: add the track: %w", err)
	}
	go func() {
		// What the page reports of what it heard is read, so that it is handled, until
		// the connection is closed.
		for b := make([]byte, 1500); ; {
			if _, _, err := sender.Read(b); err != nil {
				return
			}
		}
	}()
	answer, err := m.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errOffer, err)
	}
	ctx, cancel := context.WithTimeout(ctx, gathering)
	defer cancel()
	gathered := webrtc.GatheringCompletePromise(m.pc)
	if err := m.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("%w: %w", errOffer, err)
	}
	select {
	case <-gathered:
		return m.pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", fmt.Errorf("handset: gather addresses: %w", ctx.Err())
	}
}

// format is what an offer and this end agree on.
type format struct {
	name            string
	payload, events uint8
}

// choose takes the best encoding of an offer: G.722, which has the rate of calls,
// then what every browser has.
func choose(offer *webrtc.SessionDescription) (format, error) {
	parsed, err := offer.Unmarshal()
	if err != nil {
		return format{}, fmt.Errorf("%w: %w", errOffer, err)
	}
	if len(parsed.MediaDescriptions) != 1 || parsed.MediaDescriptions[0].MediaName.Media != "audio" {
		return format{}, errOffer
	}
	rank := map[string]int{"PCMA": 1, "PCMU": 2, "G722": 3}
	f := format{events: noEvents}
	for _, a := range parsed.MediaDescriptions[0].Attributes {
		if a.Key != "rtpmap" {
			continue
		}
		payload, encoding, _ := strings.Cut(a.Value, " ")
		pt, err := strconv.ParseUint(payload, 10, 7)
		if err != nil {
			continue
		}
		name, rate, _ := strings.Cut(strings.ToUpper(encoding), "/")
		rate, _, _ = strings.Cut(rate, "/")
		switch {
		case rate != "8000":
		case name == "TELEPHONE-EVENT":
			f.events = uint8(pt)
		case rank[name] > rank[f.name]:
			f.name, f.payload = name, uint8(pt)
		}
	}
	if f.name == "" || f.events == f.payload {
		return format{}, errOffer
	}
	return f, nil
}

func (f format) capability() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{MimeType: "audio/" + f.name, ClockRate: dtmf.ClockRate}
}

// connection is a peer connection that knows this format alone and listens on the
// socket alone.
func (f format) connection(socket ice.UDPMux) (*webrtc.PeerConnection, error) {
	engine := &webrtc.MediaEngine{}
	err := engine.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: f.capability(), PayloadType: webrtc.PayloadType(f.payload),
	}, webrtc.RTPCodecTypeAudio)
	if err == nil && f.events != noEvents {
		err = engine.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/telephone-event", ClockRate: dtmf.ClockRate},
			PayloadType:        webrtc.PayloadType(f.events),
		}, webrtc.RTPCodecTypeAudio)
	}
	if err != nil {
		return nil, fmt.Errorf("handset: register the codecs: %w", err)
	}
	var settings webrtc.SettingEngine
	settings.SetICEUDPMux(socket)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICETimeouts(disconnected, failed, 500*time.Millisecond)
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, fmt.Errorf("handset: make a peer connection: %w", err)
	}
	return pc, nil
}

// up says whether the way to the page works.
func (m *media) up() bool { return m.pc.ConnectionState() == webrtc.PeerConnectionStateConnected }

// receive takes the packets of the page until it is gone.
func (m *media) receive(t *webrtc.TrackRemote) {
	for b := make([]byte, 1500); ; {
		n, _, err := t.Read(b)
		if err != nil {
			return
		}
		if !m.listening.Load() {
			continue
		}
		// A packet that cannot be read is one that was lost.
		if key, err := m.receiver.Packet(b[:n]); err == nil && key.Pressed {
			m.pressed(key.Digit)
		}
	}
}

// frame is the page's next 20 ms.
func (m *media) frame(f *audio.Frame) {
	m.listening.Store(true)
	m.receiver.Frame(f)
}

// play sends 20 ms to the page; when the socket is behind, the oldest is dropped.
func (m *media) play(f *audio.Frame) {
	out := *f
	m.mu.Lock()
	if n := copy(out[:], m.tones); n > 0 {
		m.tones = m.tones[n:]
	}
	m.mu.Unlock()
	for {
		select {
		case m.frames <- out:
			return
		default:
		}
		select {
		case <-m.frames:
		default:
		}
	}
}

// tone queues the sound of a key.
func (m *media) tone(digit byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tones) > maxTones {
		return
	}
	// A digit that has no tones is no sound.
	if tones, err := dtmf.AppendDigits(m.tones, string(digit), toneOn, toneOff, toneLevel); err == nil {
		m.tones = tones
	}
}

func (m *media) send() {
	packet := make([]byte, 0, 400)
	for {
		select {
		case f := <-m.frames:
			var err error
			if packet, err = m.sender.Append(packet[:0], &f); err == nil {
				// A page that is away hears nothing; the state of the connection tells of it.
				_, _ = m.track.Write(packet)
			}
		case <-m.closed:
			return
		}
	}
}

// close ends the connection; it may be called more than once.
func (m *media) close() {
	m.once.Do(func() {
		close(m.closed)
		_ = m.pc.Close()
	})
}
