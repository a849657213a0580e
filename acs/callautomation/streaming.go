package callautomation

import "context"

// AudioChannelType says how the voices of a call are streamed.
type AudioChannelType string

// Audio channel types. Unmixed streams each of up to four dominant speakers by itself.
const (
	AudioMixed   AudioChannelType = "mixed"
	AudioUnmixed AudioChannelType = "unmixed"
)

// AudioFormat is the form of streamed audio: signed 16-bit little-endian PCM, mono, in frames of 20 ms.
type AudioFormat string

// Audio formats. The service's default is 16 kHz.
const (
	PCM16kMono AudioFormat = "pcm16KMono"
	PCM24kMono AudioFormat = "pcm24KMono"
)

// MediaStreamingOptions have the audio of a call sent to a WebSocket, and taken from it. Package
// [guichet/acs/callautomation/stream] has its messages.
type MediaStreamingOptions struct {
	// TransportURL is the wss address that the service connects to, with a token as on callbacks.
	TransportURL string

	// Channels is AudioMixed when empty.
	Channels AudioChannelType

	// Format is left to the service when empty, which takes PCM16kMono.
	Format AudioFormat

	// Start streams from the beginning of the call. Otherwise [Call.StartMediaStreaming] does.
	Start bool

	// Bidirectional lets the other side play audio into the call.
	Bidirectional bool

	// DTMFTones streams pressed keys, too.
	DTMFTones bool
}

type mediaStreamingWire struct {
	TransportType string           `json:"transportType"`
	TransportURL  string           `json:"transportUrl,omitempty"`
	ContentType   string           `json:"contentType,omitempty"`
	Channels      AudioChannelType `json:"audioChannelType"`
	Format        AudioFormat      `json:"audioFormat,omitempty"`
	Start         bool             `json:"startMediaStreaming,omitempty"`
	Bidirectional bool             `json:"enableBidirectional,omitempty"`
	DTMFTones     bool             `json:"enableDtmfTones,omitempty"`
}

func (o *MediaStreamingOptions) wire() *mediaStreamingWire {
	if o == nil {
		return nil
	}
	w := &mediaStreamingWire{
		TransportType: "websocket", TransportURL: o.TransportURL, ContentType: "audio", Channels: o.Channels,
		Format: o.Format, Start: o.Start, Bidirectional: o.Bidirectional, DTMFTones: o.DTMFTones,
	}
	if w.Channels == "" {
		w.Channels = AudioMixed
	}
	return w
}

// TranscriptionOptions have the words of a call sent to a WebSocket. Package [guichet/acs/callautomation/stream] has its
// messages.
type TranscriptionOptions struct {
	// TransportURL is the wss address that the service connects to, with a token as on callbacks.
	TransportURL string

	// Locale is the language with its region, such as en-US. The service refuses one without a region.
	Locale string

	// SpeechModelEndpointID is the GUID of a custom model. Empty takes the common one.
	SpeechModelEndpointID string

	// Start transcribes from the beginning of the call. Otherwise [Call.StartTranscription] does.
	Start bool

	// IntermediateResults sends what is not final, too.
	IntermediateResults bool
}

type transcriptionOptions struct {
	TransportType         string `json:"transportType"`
	TransportURL          string `json:"transportUrl,omitempty"`
	Locale                string `json:"locale,omitempty"`
	SpeechModelEndpointID string `json:"speechModelEndpointId,omitempty"`
	Start                 bool   `json:"startTranscription,omitempty"`
	IntermediateResults   bool   `json:"enableIntermediateResults,omitempty"`
}

func (o *TranscriptionOptions) wire() *transcriptionOptions {
	if o == nil {
		return nil
	}
	return &transcriptionOptions{
		TransportType: "websocket", TransportURL: o.TransportURL, Locale: o.Locale,
		SpeechModelEndpointID: o.SpeechModelEndpointID, Start: o.Start, IntermediateResults: o.IntermediateResults,
	}
}

// SubscriptionState is the state of a call's streaming.
type SubscriptionState string

// States of subscriptions.
const (
	SubscriptionDisabled SubscriptionState = "disabled"
	SubscriptionInactive SubscriptionState = "inactive"
	SubscriptionActive   SubscriptionState = "active"
)

// MediaStreamingSubscription is the state of a call's media streaming.
type MediaStreamingSubscription struct {
	ID           string            `json:"id"`
	State        SubscriptionState `json:"state"`
	ContentTypes []string          `json:"subscribedContentTypes"`
}

// TranscriptionSubscription is the state of a call's transcription.
type TranscriptionSubscription struct {
	ID          string            `json:"id"`
	State       SubscriptionState `json:"state"`
	ResultTypes []string          `json:"subscribedResultTypes"` // final, intermediate
	Locale      string            `json:"locale"`
}

// StartMediaStreaming begins to stream audio as the call was set up with. MediaStreamingStarted or MediaStreamingFailed
// follows.
func (c *Call) StartMediaStreaming(ctx context.Context, options *OperationOptions) error {
	return c.take(ctx, ":startMediaStreaming", options.wire())
}

// StopMediaStreaming ends it. MediaStreamingStopped or MediaStreamingFailed follows.
func (c *Call) StopMediaStreaming(ctx context.Context, options *OperationOptions) error {
	return c.take(ctx, ":stopMediaStreaming", options.wire())
}

// StartTranscriptionOptions are the options of StartTranscription and UpdateTranscription.
type StartTranscriptionOptions struct {
	// Locale is the language with its region. Empty leaves it as the call was set up. UpdateTranscription wants one.
	Locale string

	// SpeechModelEndpointID is the GUID of a custom model.
	SpeechModelEndpointID string

	// OperationContext and CallbackURI are as in [OperationOptions].
	OperationContext, CallbackURI string
}

type transcriptionWire struct {
	Locale                string `json:"locale,omitempty"`
	SpeechModelEndpointID string `json:"speechModelEndpointId,omitempty"`
	operation
}

func (o *StartTranscriptionOptions) wire() transcriptionWire {
	if o == nil {
		return transcriptionWire{}
	}
	return transcriptionWire{o.Locale, o.SpeechModelEndpointID, operation{o.OperationContext, o.CallbackURI}}
}

// StartTranscription begins to transcribe a call that was set up with transcription. TranscriptionStarted or
// TranscriptionFailed follows.
func (c *Call) StartTranscription(ctx context.Context, options *StartTranscriptionOptions) error {
	return c.take(ctx, ":startTranscription", options.wire())
}

// UpdateTranscription changes the language of a transcription. TranscriptionUpdated or TranscriptionFailed follows.
func (c *Call) UpdateTranscription(ctx context.Context, options StartTranscriptionOptions) error {
	return c.take(ctx, ":updateTranscription", options.wire())
}

// StopTranscription ends it. TranscriptionStopped follows.
func (c *Call) StopTranscription(ctx context.Context, options *OperationOptions) error {
	return c.take(ctx, ":stopTranscription", options.wire())
}
