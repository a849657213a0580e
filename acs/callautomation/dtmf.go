package callautomation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"guichet/acs"
)

// Tone is a key of a phone.
type Tone string

// Tones, as the service writes them.
const (
	Tone0        Tone = "zero"
	Tone1        Tone = "one"
	Tone2        Tone = "two"
	Tone3        Tone = "three"
	Tone4        Tone = "four"
	Tone5        Tone = "five"
	Tone6        Tone = "six"
	Tone7        Tone = "seven"
	Tone8        Tone = "eight"
	Tone9        Tone = "nine"
	ToneA        Tone = "a"
	ToneB        Tone = "b"
	ToneC        Tone = "c"
	ToneD        Tone = "d"
	TonePound    Tone = "pound"
	ToneAsterisk Tone = "asterisk"
)

// MaxTones is how many tones may be sent at once.
const MaxTones = 18

// ErrTones is wrapped by errors about tones: an unknown key, none, or too many.
var ErrTones = errors.New("invalid tones")

const keys = "0123456789ABCD#*"

var tones = [len(keys)]Tone{
	Tone0, Tone1, Tone2, Tone3, Tone4, Tone5, Tone6, Tone7, Tone8, Tone9, ToneA, ToneB, ToneC, ToneD, TonePound, ToneAsterisk,
}

// ParseTones reads the keys of a phone, such as 12#: digits, letters A to D in either case, pound and asterisk.
func ParseTones(text string) ([]Tone, error) {
	out := make([]Tone, 0, len(text))
	for _, r := range strings.ToUpper(text) {
		i := strings.IndexRune(keys, r)
		if i < 0 {
			// The key is not quoted: what is typed into phones is often secret.
			return nil, fmt.Errorf("%w: a key that phones do not have", ErrTones)
		}
		out = append(out, tones[i])
	}
	return out, nil
}

// Key returns the key of the tone, such as 1 or #, and an empty string for a tone that is unknown.
func (t Tone) Key() string {
	for i, known := range tones {
		if strings.EqualFold(string(known), string(t)) {
			return keys[i : i+1]
		}
	}
	return ""
}

// StartContinuousDTMFRecognition has every key that a participant presses told by an event,
// ContinuousDtmfRecognitionToneReceived, beside whatever else goes on. The official client sends no callback address
// of its own for it, which the specification has.
func (c *Call) StartContinuousDTMFRecognition(ctx context.Context, participant acs.Identifier, options *OperationOptions) error {
	if err := named(participant); err != nil {
		return fmt.Errorf("start recognition of tones: %w", err)
	}
	return c.done(ctx, ":startContinuousDtmfRecognition", targeted{kindless(participant), options.wire()})
}

// StopContinuousDTMFRecognition ends it. ContinuousDtmfRecognitionStopped follows if it was started.
func (c *Call) StopContinuousDTMFRecognition(ctx context.Context, participant acs.Identifier, options *OperationOptions) error {
	if err := named(participant); err != nil {
		return fmt.Errorf("stop recognition of tones: %w", err)
	}
	return c.done(ctx, ":stopContinuousDtmfRecognition", targeted{kindless(participant), options.wire()})
}

// SendDTMFTones presses keys, at most MaxTones, for a participant that must be a phone number. SendDtmfTonesCompleted or
// SendDtmfTonesFailed follows. It returns the operation context that the service took.
func (c *Call) SendDTMFTones(ctx context.Context, tones []Tone, participant acs.Identifier, options *RepeatableOptions) (operationContext string, err error) {
	if err := named(participant); err != nil {
		return "", fmt.Errorf("send tones: %w", err)
	}
	if len(tones) == 0 || len(tones) > MaxTones {
		return "", fmt.Errorf("send tones: %w: %d, not 1 to %d", ErrTones, len(tones), MaxTones)
	}
	body := struct {
		Tones []Tone `json:"tones"`
		targeted
	}{tones, targeted{kindless(participant), options.wire()}}
	return c.contextual(ctx, ":sendDtmfTones", body, options.repeatability(), http.StatusAccepted)
}
