package callautomation

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"guichet/acs"
)

// PlaySource is what is played: a [FileSource], a [TextSource] or an [SSMLSource].
type PlaySource interface{ wire() playSourceWire }

// FileSource plays an audio file: WAV with 16-bit PCM, mono, at 16 kHz; newer documentation names MP3, too.
type FileSource struct {
	// URI is where the service gets the file.
	URI string

	// CacheID, if not empty, lets the service keep the file under that name, for an hour.
	CacheID string
}

// TextSource has the speech service read a text. The call must be set up with a CognitiveServicesEndpoint.
type TextSource struct {
	Text string

	// Locale is the language of the text, such as fr-FR. It is not needed with a VoiceName.
	Locale string

	// VoiceKind is male, female or empty.
	VoiceKind VoiceKind

	// VoiceName is such as en-US-NancyNeural.
	VoiceName string

	// CustomVoiceEndpointID is where a custom voice is deployed.
	CustomVoiceEndpointID string

	// CacheID, if not empty, lets the service keep the audio under that name, for an hour.
	CacheID string
}

// SSMLSource has the speech service read a text in the Speech Synthesis Markup Language. The call must be set up with a
// CognitiveServicesEndpoint.
type SSMLSource struct {
	SSML string

	// CustomVoiceEndpointID is where a custom voice is deployed.
	CustomVoiceEndpointID string

	// CacheID, if not empty, lets the service keep the audio under that name, for an hour.
	CacheID string
}

// VoiceKind is the kind of a voice that reads.
type VoiceKind string

// Kinds of voices.
const (
	VoiceMale   VoiceKind = "male"
	VoiceFemale VoiceKind = "female"
)

type playSourceWire struct {
	Kind    string    `json:"kind"`
	CacheID string    `json:"playSourceCacheId,omitempty"`
	File    *fileWire `json:"file,omitempty"`
	Text    *textWire `json:"text,omitempty"`
	SSML    *ssmlWire `json:"ssml,omitempty"`
}

type fileWire struct {
	URI string `json:"uri"`
}

type textWire struct {
	Text                  string    `json:"text"`
	Locale                string    `json:"sourceLocale,omitempty"`
	VoiceKind             VoiceKind `json:"voiceKind,omitempty"`
	VoiceName             string    `json:"voiceName,omitempty"`
	CustomVoiceEndpointID string    `json:"customVoiceEndpointId,omitempty"`
}

type ssmlWire struct {
	SSML                  string `json:"ssmlText"`
	CustomVoiceEndpointID string `json:"customVoiceEndpointId,omitempty"`
}

func (s FileSource) wire() playSourceWire {
	return playSourceWire{Kind: "file", CacheID: s.CacheID, File: &fileWire{s.URI}}
}

func (s TextSource) wire() playSourceWire {
	return playSourceWire{Kind: "text", CacheID: s.CacheID, Text: &textWire{
		s.Text, s.Locale, s.VoiceKind, s.VoiceName, s.CustomVoiceEndpointID,
	}}
}

func (s SSMLSource) wire() playSourceWire {
	return playSourceWire{Kind: "ssml", CacheID: s.CacheID, SSML: &ssmlWire{s.SSML, s.CustomVoiceEndpointID}}
}

func sourcesWire(sources []PlaySource) []playSourceWire {
	if len(sources) == 0 {
		return nil
	}
	out := make([]playSourceWire, len(sources))
	for i, s := range sources {
		out[i] = s.wire()
	}
	return out
}

// ErrNoSource is returned by Play when there is nothing to play.
var ErrNoSource = errors.New("nothing to play")

// PlayOptions are the options of Play.
type PlayOptions struct {
	// Loop plays until it is cancelled.
	Loop bool

	// Interrupt plays now, instead of after what is playing or waiting to. It is for everyone only.
	Interrupt bool

	// OperationContext and CallbackURI are as in [OperationOptions].
	OperationContext, CallbackURI string
}

type playOptions struct {
	Loop bool `json:"loop"`
}

// Play plays sources, one after the other, to those named, or to everyone in the call when to is empty. PlayStarted
// follows, then PlayCompleted, PlayFailed or PlayCanceled. Playing to some is refused with status 412 and code 8583
// while something else plays to one, a group is recognized, or tones are sent.
func (c *Call) Play(ctx context.Context, sources []PlaySource, to []acs.Identifier, options *PlayOptions) error {
	if len(sources) == 0 {
		return fmt.Errorf("play: %w", ErrNoSource)
	}
	if options == nil {
		options = &PlayOptions{}
	}
	body := struct {
		Sources   []playSourceWire `json:"playSources"`
		To        []kindless       `json:"playTo"`
		Interrupt bool             `json:"interruptCallMediaOperation,omitempty"`
		Options   playOptions      `json:"playOptions"`
		operation
	}{
		sourcesWire(sources), make([]kindless, len(to)), options.Interrupt, playOptions{options.Loop},
		operation{options.OperationContext, options.CallbackURI},
	}
	for i, id := range to {
		if err := named(id); err != nil {
			return fmt.Errorf("play: %w", err)
		}
		body.To[i] = kindless(id)
	}
	return c.take(ctx, ":play", body)
}

// CancelAllMediaOperations stops what plays and is recognized, and what waits to. PlayCanceled or RecognizeCanceled
// follows for each.
func (c *Call) CancelAllMediaOperations(ctx context.Context) error {
	return c.take(ctx, ":cancelAllMediaOperations", nil)
}

// HoldOptions are the options of Hold.
type HoldOptions struct {
	// Source is what the participant hears, in a loop; nil leaves it to the service.
	Source PlaySource

	// OperationContext and CallbackURI are as in [OperationOptions].
	OperationContext, CallbackURI string
}

type targeted struct {
	Target kindless `json:"targetParticipant"`
	operation
}

// Hold parts a participant from the others. HoldFailed follows if it cannot be done; there is no event of success.
func (c *Call) Hold(ctx context.Context, participant acs.Identifier, options *HoldOptions) error {
	if err := named(participant); err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	if options == nil {
		options = &HoldOptions{}
	}
	body := struct {
		targeted
		Source *playSourceWire `json:"playSourceInfo,omitempty"`
	}{targeted: targeted{kindless(participant), operation{options.OperationContext, options.CallbackURI}}}
	if options.Source != nil {
		source := options.Source.wire()
		body.Source = &source
	}
	return c.done(ctx, ":hold", body)
}

// Unhold brings a participant back to the others.
func (c *Call) Unhold(ctx context.Context, participant acs.Identifier, options *OperationOptions) error {
	if err := named(participant); err != nil {
		return fmt.Errorf("unhold: %w", err)
	}
	return c.done(ctx, ":unhold", targeted{kindless(participant), options.wire()})
}

// done posts an operation that is done with 200 and no body, and is not repeatable.
func (c *Call) done(ctx context.Context, suffix string, body any) error {
	return c.do(ctx, suffix, request{method: http.MethodPost, body: body, statuses: []int{http.StatusOK}})
}
