package calling

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
)

// playSource is what is played.
type playSource struct {
	Kind              string `json:"kind"`
	PlaySourceCacheID string `json:"playSourceCacheId"`
	File              *struct {
		URI string `json:"uri"`
	} `json:"file"`
	Text *struct {
		Text string `json:"text"`
	} `json:"text"`
	SSML *struct {
		SSMLText string `json:"ssmlText"`
	} `json:"ssml"`
}

// maxSources bounds the sources of one request.
const maxSources = 100

// check refuses what cannot be a source.
func (p *playSource) check() error {
	switch strings.ToLower(p.Kind) {
	case "file":
		if p.File == nil || p.File.URI == "" {
			return invalid("A source of kind file needs file.uri.")
		}
		return bounded("Uri", p.File.URI, maxURL)
	case "text":
		if p.Text == nil || strings.TrimSpace(p.Text.Text) == "" {
			return &failure{http.StatusBadRequest, "8582", "The text to play is empty."}
		}
	case "ssml":
		if p.SSML == nil || strings.TrimSpace(p.SSML.SSMLText) == "" {
			return &failure{http.StatusBadRequest, "8582", "The SSML to play is empty."}
		}
	default:
		return invalid("The kind of a source must be file, text or ssml.")
	}
	return nil
}

// Results of media operations, with their documented codes.
var (
	causeFormat   = Cause{400, 8535, "Action failed, file format not supported."}
	causeDownload = Cause{400, 8536, "Action failed, file could not be downloaded."}
	causeNoSpeech = Cause{400, 8565, "Action failed, no Cognitive Services are configured: the call has no cognitiveServicesEndpoint."}
	causeSpeech   = Cause{400, 8565, "Action failed, the local cloud has no speech service at the cognitiveServicesEndpoint."}
	causeStopped  = Cause{400, 8508, "Action failed, the operation was cancelled."}
)

// speech is why a text is not spoken: there is no speech service here, whatever
// the application configured.
func (conn *connection) speech() Cause {
	if conn.cognitive == "" {
		return causeNoSpeech
	}
	return causeSpeech
}

// Bounds of a file that is played.
const (
	maxFile      = 64 << 20
	maxPlay      = 30 * time.Minute
	fetchTimeout = 15 * time.Second
	cacheFor     = time.Hour
	cacheMost    = 100
)

// library fetches the files that are played, and keeps those with a cache id for
// an hour, as Azure does.
type library struct {
	mu    sync.Mutex
	kept  map[string]shelved
	order []string
}

type shelved struct {
	sound []int16
	at    time.Time
}

// fetch is the sound of a source. Its error is a Cause.
func (s *Server) fetch(ctx context.Context, conn *connection, p playSource) ([]int16, error) {
	if !strings.EqualFold(p.Kind, "file") {
		return nil, conn.speech()
	}
	key := ""
	if p.PlaySourceCacheID != "" {
		key = conn.service.ImmutableID + " " + p.PlaySourceCacheID
		if sound, ok := s.library.get(key, s.o.Clock.Now()); ok {
			return sound, nil
		}
	}
	sound, err := s.download(ctx, p.File.URI)
	if err != nil {
		c := causeDownload
		if errors.Is(err, wav.ErrFormat) {
			c = causeFormat
		}
		s.o.Log.Info("calling.play", "outcome", c.Message, "error", err)
		return nil, c
	}
	if key != "" {
		s.library.put(key, sound, s.o.Clock.Now())
	}
	return sound, nil
}

// download reads a WAV file from https, or from http on this machine. As in Azure
// it must be mono, of 16 kHz and 16 bits.
func (s *Server) download(ctx context.Context, uri string) ([]int16, error) {
	if err := reachable(uri, "https", "http"); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s", response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxFile))
	if err != nil {
		return nil, err
	}
	header, err := wav.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if f := header.Format; f.Rate != audio.SampleRate || f.Channels != 1 || f.Bits != 16 {
		return nil, fmt.Errorf("%w: %d Hz, %d channels, %d bits", wav.ErrFormat, f.Rate, f.Channels, f.Bits)
	}
	return wav.Load(bytes.NewReader(data), maxPlay)
}

func (l *library) get(key string, now time.Time) ([]int16, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, ok := l.kept[key]
	return one.sound, ok && now.Sub(one.at) < cacheFor
}

func (l *library) put(key string, sound []int16, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept == nil {
		l.kept = map[string]shelved{}
	}
	if _, known := l.kept[key]; !known {
		l.order = append(l.order, key)
	}
	l.kept[key] = shelved{sound, now}
	if len(l.order) > cacheMost {
		delete(l.kept, l.order[0])
		l.order = l.order[1:]
	}
}

// playing is sound on its way to somebody.
type playing struct {
	sound []int16
	at    int
	loop  bool
	frame audio.Frame
}

// next is the next frame, nil when all was played.
func (p *playing) next() *audio.Frame {
	if p.at >= len(p.sound) {
		if !p.loop || len(p.sound) == 0 {
			return nil
		}
		p.at = 0
	}
	n := copy(p.frame[:], p.sound[p.at:])
	clear(p.frame[n:])
	p.at += n
	return &p.frame
}
