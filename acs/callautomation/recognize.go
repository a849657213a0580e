package callautomation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guichet/acs"
)

// Defaults of Recognize, those of the official client.
const (
	DefaultInitialSilence = 5 * time.Second
	DefaultInterTone      = 2 * time.Second
	DefaultEndSilence     = 2 * time.Second
)

// ErrRecognize is wrapped by errors about what is to be recognized.
var ErrRecognize = errors.New("invalid recognition")

// DTMFInput is the keys that are recognized.
type DTMFInput struct {
	// MaxTones ends the recognition after that many keys. Zero leaves it to the service.
	MaxTones int

	// StopTones end the recognition.
	StopTones []Tone

	// InterToneTimeout ends the recognition after that time without another key, from 1 to 60 seconds, whole. Zero is
	// DefaultInterTone.
	InterToneTimeout time.Duration
}

// Choice is one of several that are recognized by phrases, or by a key.
type Choice struct {
	// Label is what the event tells.
	Label string `json:"label"`

	// Phrases are at least one.
	Phrases []string `json:"phrases"`

	// Tone may be empty.
	Tone Tone `json:"tone,omitempty"`
}

// SpeechInput is free speech.
type SpeechInput struct {
	// EndSilence ends the recognition after that time without a word, to the millisecond. Zero is DefaultEndSilence.
	EndSilence time.Duration
}

// Recognition says what to recognize, of whom, and how. Exactly one of DTMF, Choices and Speech must be given, or DTMF
// and Speech together, of which the first to be complete counts.
type Recognition struct {
	DTMF    *DTMFInput
	Choices []Choice
	Speech  *SpeechInput

	// Prompts are played first. InterruptPrompt lets a key or a word stop them.
	Prompts         []PlaySource
	InterruptPrompt bool

	// InterruptCallMediaOperation begins now, instead of after what plays or waits to.
	InterruptCallMediaOperation bool

	// InitialSilence ends the recognition when nothing comes, after the prompt, for that time, at most 300 seconds, whole.
	// Zero is DefaultInitialSilence.
	InitialSilence time.Duration

	// SpeechLanguage is the language of words, such as fr-FR. The service's default is en-US.
	SpeechLanguage string

	// SpeechModelEndpointID is the GUID of a custom model.
	SpeechModelEndpointID string

	// OperationContext and CallbackURI are as in [OperationOptions].
	OperationContext, CallbackURI string
}

type recognizeWire struct {
	InputType string           `json:"recognizeInputType"`
	Prompt    *playSourceWire  `json:"playPrompt,omitempty"`
	Prompts   []playSourceWire `json:"playPrompts,omitempty"`
	Interrupt bool             `json:"interruptCallMediaOperation,omitempty"`
	Options   recognizeOptions `json:"recognizeOptions"`
	operation
}

type recognizeOptions struct {
	Target                kindless       `json:"targetParticipant"`
	InterruptPrompt       bool           `json:"interruptPrompt,omitempty"`
	InitialSilence        int64          `json:"initialSilenceTimeoutInSeconds"`
	SpeechLanguage        string         `json:"speechLanguage,omitempty"`
	SpeechModelEndpointID string         `json:"speechRecognitionModelEndpointId,omitempty"`
	DTMF                  *dtmfOptions   `json:"dtmfOptions,omitempty"`
	Choices               []Choice       `json:"choices,omitempty"`
	Speech                *speechOptions `json:"speechOptions,omitempty"`
}

type dtmfOptions struct {
	InterTone int64  `json:"interToneTimeoutInSeconds"`
	MaxTones  int    `json:"maxTonesToCollect,omitempty"`
	StopTones []Tone `json:"stopTones,omitempty"`
}

type speechOptions struct {
	EndSilence int64 `json:"endSilenceTimeoutInMs"`
}

// Recognize listens to one participant. RecognizeCompleted, RecognizeFailed or RecognizeCanceled follows. Speech and
// choices want a call that was set up with a CognitiveServicesEndpoint.
func (c *Call) Recognize(ctx context.Context, participant acs.Identifier, what Recognition) error {
	if err := named(participant); err != nil {
		return fmt.Errorf("recognize: %w", err)
	}
	body, err := what.wire()
	if err != nil {
		return fmt.Errorf("recognize: %w", err)
	}
	body.Options.Target = kindless(participant)
	return c.take(ctx, ":recognize", body)
}

func (r Recognition) wire() (recognizeWire, error) {
	w := recognizeWire{
		Interrupt: r.InterruptCallMediaOperation, operation: operation{r.OperationContext, r.CallbackURI},
		Options: recognizeOptions{
			InterruptPrompt: r.InterruptPrompt, InitialSilence: seconds(orDefault(r.InitialSilence, DefaultInitialSilence)),
			SpeechLanguage: r.SpeechLanguage, SpeechModelEndpointID: r.SpeechModelEndpointID, Choices: r.Choices,
		},
	}
	switch {
	case len(r.Choices) > 0 && r.DTMF == nil && r.Speech == nil:
		w.InputType = "choices"
	case len(r.Choices) > 0 || r.DTMF == nil && r.Speech == nil:
		return w, fmt.Errorf("%w: neither tones, nor choices, nor speech, nor tones and speech", ErrRecognize)
	case r.Speech == nil:
		w.InputType = "dtmf"
	case r.DTMF == nil:
		w.InputType = "speech"
	default:
		w.InputType = "speechOrDtmf"
	}
	if s := w.Options.InitialSilence; s < 0 || s > 300 {
		return w, fmt.Errorf("%w: initial silence is not up to 300 seconds", ErrRecognize)
	}
	if d := r.DTMF; d != nil {
		w.Options.DTMF = &dtmfOptions{seconds(orDefault(d.InterToneTimeout, DefaultInterTone)), d.MaxTones, d.StopTones}
		if s := w.Options.DTMF.InterTone; s < 1 || s > 60 {
			return w, fmt.Errorf("%w: time between tones is not 1 to 60 seconds", ErrRecognize)
		}
	}
	if s := r.Speech; s != nil {
		w.Options.Speech = &speechOptions{orDefault(s.EndSilence, DefaultEndSilence).Milliseconds()}
	}
	// One prompt goes into the older member, which servers of any version know.
	if prompts := sourcesWire(r.Prompts); len(prompts) == 1 {
		w.Prompt = &prompts[0]
	} else {
		w.Prompts = prompts
	}
	return w, nil
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}
