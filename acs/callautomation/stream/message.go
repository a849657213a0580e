// Package stream reads and writes the messages on the WebSockets of a call: audio, pressed keys and transcripts that
// Call Automation sends, and audio for the call that it takes. It does not open or accept connections; the service
// connects to the address in the options of a call, with a token that
// [guichet/acs/callautomation/callback.Verifier] checks, and the headers x-ms-call-connection-id and
// x-ms-call-correlation-id.
//
// Each message is one JSON object in a text frame of the WebSocket. The first one tells the format. Audio comes every 20
// milliseconds, of each of up to four speakers when it is not mixed, so that reading and writing it allocates nothing.
//
// The facts of the protocol are those of @azure/communication-call-automation 1.6.0 and of the documentation. Not
// documented are subprotocols, keep-alives, close codes, whether silence is sent, and bounds of messages.
package stream

import (
	"encoding/binary"
	"errors"
	"time"

	"guichet/acs"
)

// MaxMessage is the length in bytes of the longest message that is read. Audio has about one or two thousand.
const MaxMessage = 1 << 20

// ErrMalformed is wrapped by every error of [Reader.Read].
var ErrMalformed = errors.New("malformed streaming message")

// Kind is the kind of a message.
type Kind string

// Kinds of messages that the service sends. Mark data are of recent .NET clients only.
const (
	KindAudioMetadata         Kind = "AudioMetadata"
	KindAudioData             Kind = "AudioData"
	KindDTMFData              Kind = "DtmfData"
	KindMarkData              Kind = "MarkData"
	KindTranscriptionMetadata Kind = "TranscriptionMetadata"
	KindTranscriptionData     Kind = "TranscriptionData"
)

// Message is one message of the service. Of Audio and the pointers only what the kind says is set. Other kinds than those
// above are not an error: they are told as they are, with nothing set.
type Message struct {
	Kind Kind

	Audio                 Audio
	AudioMetadata         *AudioMetadata
	DTMF                  *DTMF
	Mark                  *Mark
	TranscriptionMetadata *TranscriptionMetadata
	Transcription         *Transcription
}

// Audio is a piece of sound, of 20 milliseconds.
type Audio struct {
	// Data is signed 16-bit little-endian PCM. It is good until the reader reads the next message.
	Data []byte

	// Timestamp is zero when not told in a readable way.
	Timestamp time.Time

	// Participant is who speaks; it names nobody when voices are mixed.
	Participant acs.Identifier

	// Silent tells that there is nothing to hear.
	Silent bool
}

// AppendSamples appends the audio's samples to a slice. Half a sample at the end is left out.
func (a Audio) AppendSamples(to []int16) []int16 {
	for i := 0; i+1 < len(a.Data); i += 2 {
		to = append(to, int16(binary.LittleEndian.Uint16(a.Data[i:])))
	}
	return to
}

// AudioMetadata is the format of audio.
type AudioMetadata struct {
	SubscriptionID string `json:"subscriptionId"`

	// Encoding is PCM.
	Encoding string `json:"encoding"`

	// SampleRate is 16000 or 24000 samples a second.
	SampleRate int `json:"sampleRate"`

	// Channels is 1.
	Channels int `json:"channels"`

	// Length is the number of bytes of a piece: 640 at 16 kHz. Newer models do not have it; it is zero then.
	Length int `json:"length"`
}

// PieceBytes is how many bytes 20 milliseconds of audio have: what the service sends at once, and should be sent.
func (m AudioMetadata) PieceBytes() int { return m.SampleRate / 50 * 2 * max(m.Channels, 1) }

// DTMF is a key that was pressed.
type DTMF struct {
	// Key is one of 0 to 9, A to D, * and #. What people type into phones is often secret.
	Key string

	// Timestamp and Participant may be zero.
	Timestamp   time.Time
	Participant acs.Identifier
}

// Mark tells that audio which was sent before a mark was played.
type Mark struct {
	ID     string `json:"id"`
	Status string `json:"status"`
}

// TranscriptionMetadata is what is transcribed, and how.
type TranscriptionMetadata struct {
	SubscriptionID string `json:"subscriptionId"`

	// Locale is such as en-us.
	Locale           string `json:"locale"`
	CallConnectionID string `json:"callConnectionId"`
	CorrelationID    string `json:"correlationId"`

	// SpeechModelEndpointID is empty for the common model.
	SpeechModelEndpointID string `json:"speechRecognitionModelEndpointId"`
}

// Transcription is something that was said.
type Transcription struct {
	Text string

	// Format is display.
	Format string

	// Confidence is from 0 to 1.
	Confidence float64

	// OffsetTicks is where in the speech it is, in units of 100 nanoseconds. It may be larger than any time.Duration.
	OffsetTicks uint64

	// Duration is how long it took. Documented samples do not have it.
	Duration time.Duration

	Words       []Word
	Participant acs.Identifier

	// Final tells that the text will not change any more.
	Final bool

	// Language is told by newer versions, of which no released client knows it.
	Language string
}

// Word is one word of a Transcription.
type Word struct {
	Text        string
	OffsetTicks uint64
	Duration    time.Duration
}
