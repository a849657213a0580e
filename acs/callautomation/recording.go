package callautomation

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"guichet/acs"
	"guichet/acs/internal/rest"
)

// RecordingState tells whether a recording takes sound.
type RecordingState string

// States of recordings. One that pauses, or that was stopped, is inactive.
const (
	RecordingActive   RecordingState = "active"
	RecordingInactive RecordingState = "inactive"
)

// RecordingKind tells who records.
type RecordingKind string

// Kinds of recordings.
const (
	RecordingByACS             RecordingKind = "azureCommunicationServices"
	RecordingByTeams           RecordingKind = "teams"
	RecordingByTeamsCompliance RecordingKind = "teamsCompliance"
)

// Recording is the state of a recording.
type Recording struct {
	// ID names the recording. It is opaque.
	ID    string         `json:"recordingId"`
	State RecordingState `json:"recordingState"`
	Kind  RecordingKind  `json:"recordingKind"`
}

// Values of StartRecordingOptions.
type (
	// RecordingContent is what is recorded.
	RecordingContent string

	// RecordingChannel says whether voices share a channel.
	RecordingChannel string

	// RecordingFormat is the form of the file.
	RecordingFormat string
)

// What is recorded, and how. Audio and video go together with mixed channels and MP4; unmixed channels with WAV.
const (
	RecordAudio      RecordingContent = "audio"
	RecordAudioVideo RecordingContent = "audioVideo"

	RecordMixed   RecordingChannel = "mixed"
	RecordUnmixed RecordingChannel = "unmixed"

	RecordWAV RecordingFormat = "wav"
	RecordMP3 RecordingFormat = "mp3"
	RecordMP4 RecordingFormat = "mp4"
)

// MaxChannels is how many channels an unmixed recording has, one participant each.
const MaxChannels = 5

// ErrRecording is wrapped by errors about a recording that cannot be as it is wanted.
var ErrRecording = errors.New("invalid recording")

// ChannelAffinity puts a participant on a channel of an unmixed recording.
type ChannelAffinity struct {
	// Channel is from 0 to MaxChannels-1.
	Channel     int            `json:"channel"`
	Participant acs.Identifier `json:"participant"`
}

// RecordingRequest says what to record and how.
type RecordingRequest struct {
	// Call is a [ServerCall] or a [GroupCall], CallConnectionID a call of this resource. Exactly one must be given.
	Call             CallLocator
	CallConnectionID string

	// StateCallbackURI gets the events RecordingStateChanged and StartRecordingFailed. Empty wants none.
	StateCallbackURI string

	// Content, Channel and Format are left to the service when empty. Older documentation tells its defaults: audio and
	// video, mixed, MP4.
	Content RecordingContent
	Channel RecordingChannel
	Format  RecordingFormat

	// PauseOnStart begins with a pause.
	PauseOnStart bool

	// ChannelOrder and ChannelAffinity say who is on which channel of an unmixed recording. Without them channels are
	// given in the order in which voices are first heard.
	ChannelOrder    []acs.Identifier
	ChannelAffinity []ChannelAffinity

	// BlobContainerURL is a container of Azure Storage into which the recording is put, too. The resource's managed
	// identity must be a Storage Blob Data Contributor there. Empty keeps it with the service only, for a day or two.
	BlobContainerURL string

	Repeatability Repeatability
}

type storage struct {
	Kind      string `json:"recordingStorageKind"`
	Container string `json:"recordingDestinationContainerUrl"`
}

// StartRecording begins a recording. One that has begun is refused with status 400 and code 8553 or 8559. When it is over
// and its file is ready, Event Grid delivers the event RecordingFileStatusUpdated, some minutes later.
func (c *Client) StartRecording(ctx context.Context, r RecordingRequest) (Recording, error) {
	var out Recording
	switch {
	case (r.Call.id == "") == (r.CallConnectionID == ""):
		return out, fmt.Errorf("start recording: %w: either the call or its connection must be named", ErrRecording)
	case r.Call.kind == "roomCallLocator":
		return out, fmt.Errorf("start recording: %w: a call is not recorded by its room", ErrRecording)
	}
	for _, a := range r.ChannelAffinity {
		if a.Channel < 0 || a.Channel >= MaxChannels || a.Participant.IsZero() {
			return out, fmt.Errorf("start recording: %w: channel %d", ErrRecording, a.Channel)
		}
	}
	body := struct {
		Call             *CallLocator      `json:"callLocator,omitempty"`
		CallConnectionID string            `json:"callConnectionId,omitempty"`
		StateCallbackURI string            `json:"recordingStateCallbackUri,omitempty"`
		Content          RecordingContent  `json:"recordingContentType,omitempty"`
		Channel          RecordingChannel  `json:"recordingChannelType,omitempty"`
		Format           RecordingFormat   `json:"recordingFormatType,omitempty"`
		ChannelOrder     []acs.Identifier  `json:"audioChannelParticipantOrdering,omitempty"`
		ChannelAffinity  []ChannelAffinity `json:"channelAffinity,omitempty"`
		PauseOnStart     bool              `json:"pauseOnStart,omitempty"`
		Storage          *storage          `json:"externalStorage,omitempty"`
	}{
		CallConnectionID: r.CallConnectionID, StateCallbackURI: r.StateCallbackURI, Content: r.Content, Channel: r.Channel,
		Format: r.Format, ChannelOrder: r.ChannelOrder, ChannelAffinity: r.ChannelAffinity, PauseOnStart: r.PauseOnStart,
	}
	if r.Call.id != "" {
		body.Call = &r.Call
	}
	if r.BlobContainerURL != "" {
		body.Storage = &storage{"azureBlobStorage", r.BlobContainerURL}
	}
	err := c.do(ctx, request{
		method: http.MethodPost, path: "/calling/recordings", repeat: &r.Repeatability, body: body, out: &out,
		statuses: []int{http.StatusOK, http.StatusAccepted},
	})
	return out, err
}

// Recording returns the state of a recording by its id.
func (c *Client) Recording(ctx context.Context, recordingID string) (Recording, error) {
	var out Recording
	err := c.recording(ctx, recordingID, "", request{method: http.MethodGet, out: &out, statuses: []int{http.StatusOK}})
	return out, err
}

// PauseRecording has a recording leave out what comes. RecordingStateChanged follows.
func (c *Client) PauseRecording(ctx context.Context, recordingID string) error {
	return c.recording(ctx, recordingID, ":pause", request{method: http.MethodPost, statuses: []int{http.StatusAccepted}})
}

// ResumeRecording ends the pause. RecordingStateChanged follows.
func (c *Client) ResumeRecording(ctx context.Context, recordingID string) error {
	return c.recording(ctx, recordingID, ":resume", request{method: http.MethodPost, statuses: []int{http.StatusAccepted}})
}

// StopRecording ends a recording for good. RecordingStateChanged follows. A recording ends with its call, too.
func (c *Client) StopRecording(ctx context.Context, recordingID string) error {
	return c.recording(ctx, recordingID, "", request{method: http.MethodDelete, statuses: []int{http.StatusNoContent}})
}

func (c *Client) recording(ctx context.Context, id, suffix string, r request) error {
	if id == "" {
		return fmt.Errorf("recording: %w", ErrNoID)
	}
	r.path = "/calling/recordings/" + rest.EscapePath(id) + suffix
	return c.do(ctx, r)
}
