package stream

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"guichet/acs"
)

// Reader reads messages. It keeps what audio is decoded into, so that each connection wants one of its own; it is not
// safe for concurrent use. The zero value is ready to use.
type Reader struct {
	audio []byte

	// speakers are those of the last messages, so that their identifiers are not made anew for each.
	speakers [8]acs.Identifier
	next     int
}

// Read reads one message, a text or binary frame of the WebSocket. Kinds and names of members are matched without regard
// to case, as they differ between senders; null members are absent.
func (r *Reader) Read(message []byte) (Message, error) {
	if len(message) > MaxMessage {
		return Message{}, fmt.Errorf("%w: longer than %d bytes", ErrMalformed, MaxMessage)
	}
	if audio, ok := r.scanAudio(message); ok {
		return Message{Kind: KindAudioData, Audio: audio}, nil
	}
	return readAny(message)
}

// wire has the members of all messages.
type wire struct {
	Kind          *string        `json:"kind"`
	AudioMetadata *AudioMetadata `json:"audioMetadata"`
	AudioData     *struct {
		Data          []byte `json:"data"`
		Timestamp     string `json:"timestamp"`
		ParticipantID string `json:"participantRawID"`
		Silent        bool   `json:"silent"`
		IsSilent      bool   `json:"isSilent"`
	} `json:"audioData"`
	DTMF *struct {
		Data          string `json:"data"`
		Timestamp     string `json:"timestamp"`
		ParticipantID string `json:"participantRawID"`
	} `json:"dtmfData"`
	Mark                  *Mark                  `json:"markData"`
	TranscriptionMetadata *TranscriptionMetadata `json:"transcriptionMetadata"`
	Transcription         *struct {
		Text          string     `json:"text"`
		Format        string     `json:"format"`
		Confidence    float64    `json:"confidence"`
		Offset        uint64     `json:"offset"`
		Duration      uint64     `json:"duration"`
		Words         []wordWire `json:"words"`
		ParticipantID string     `json:"participantRawID"`
		Status        string     `json:"resultStatus"`
		Language      string     `json:"languageIdentified"`
	} `json:"transcriptionData"`
}

type wordWire struct {
	Text     string `json:"text"`
	Offset   uint64 `json:"offset"`
	Duration uint64 `json:"duration"`
}

// readAny reads what scanAudio does not: rare messages, and audio in another form than the service's.
func readAny(message []byte) (Message, error) {
	var w wire
	if err := json.Unmarshal(message, &w); err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if w.Kind == nil || *w.Kind == "" {
		return Message{}, fmt.Errorf("%w: no kind", ErrMalformed)
	}
	m := Message{Kind: Kind(*w.Kind)}
	for _, known := range []Kind{
		KindAudioMetadata, KindAudioData, KindDTMFData, KindMarkData, KindTranscriptionMetadata, KindTranscriptionData,
	} {
		if strings.EqualFold(*w.Kind, string(known)) {
			m.Kind = known
			if !w.fill(&m) {
				return Message{}, fmt.Errorf("%w: %s without its data", ErrMalformed, known)
			}
		}
	}
	return m, nil
}

// fill sets what the kind says, and tells whether it is there.
func (w *wire) fill(m *Message) bool {
	switch m.Kind {
	case KindAudioMetadata:
		m.AudioMetadata = w.AudioMetadata
		return w.AudioMetadata != nil
	case KindAudioData:
		if w.AudioData == nil {
			return false
		}
		d := w.AudioData
		m.Audio = Audio{d.Data, readTime(d.Timestamp), acs.ParseRawID(d.ParticipantID), d.Silent || d.IsSilent}
	case KindDTMFData:
		if w.DTMF == nil {
			return false
		}
		m.DTMF = &DTMF{w.DTMF.Data, readTime(w.DTMF.Timestamp), acs.ParseRawID(w.DTMF.ParticipantID)}
	case KindMarkData:
		m.Mark = w.Mark
		return w.Mark != nil
	case KindTranscriptionMetadata:
		m.TranscriptionMetadata = w.TranscriptionMetadata
		return w.TranscriptionMetadata != nil
	case KindTranscriptionData:
		if w.Transcription == nil {
			return false
		}
		d := w.Transcription
		t := &Transcription{
			Text: d.Text, Format: d.Format, Confidence: d.Confidence, OffsetTicks: d.Offset, Duration: ticks(d.Duration),
			Participant: acs.ParseRawID(d.ParticipantID), Final: strings.EqualFold(d.Status, "Final"), Language: d.Language,
		}
		for _, word := range d.Words {
			t.Words = append(t.Words, Word{word.Text, word.Offset, ticks(word.Duration)})
		}
		m.Transcription = t
	}
	return true
}

// ticks are units of 100 nanoseconds. What is longer than any duration is the longest.
func ticks(n uint64) time.Duration {
	if n > math.MaxInt64/100 {
		return math.MaxInt64
	}
	return time.Duration(n) * 100
}

// readTime returns zero for what it cannot read.
func readTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
