package callautomation

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"guichet/acs"
)

// RecordingMetadata is what the service writes down of a recording's chunk. Members may be empty.
type RecordingMetadata struct {
	ResourceID      string
	CallID          string
	ChunkDocumentID string

	// ChunkIndex orders the chunks, from 0.
	ChunkIndex int

	// ChunkStart is zero when not told in a readable way.
	ChunkStart    time.Time
	ChunkDuration time.Duration

	// Pauses are what the chunk leaves out.
	Pauses []RecordingPause

	Content RecordingContent
	Channel RecordingChannel
	Format  RecordingFormat

	// SampleRate is in hertz, BitRate in bits per second as far as known.
	SampleRate, BitRate, Channels int

	// Video is nil for audio.
	Video *RecordingVideo

	Participants []RecordedParticipant
}

// RecordingPause is a pause of a recording.
type RecordingPause struct {
	Start    time.Time
	Duration time.Duration
}

// RecordingVideo is the form of a recording's pictures, in pixels and frames per second.
type RecordingVideo struct {
	LongerSide  int     `json:"longerSideLength"`
	ShorterSide int     `json:"shorterSideLength"`
	FrameRate   float64 `json:"framerate"`
	BitRate     int     `json:"bitRate"`
}

// RecordedParticipant is somebody who is heard.
type RecordedParticipant struct {
	Identifier acs.Identifier

	// Channel is the channel in an unmixed recording, -1 in others.
	Channel int
}

// milliseconds are a number; documents have fractions, too.
type milliseconds float64

func (m milliseconds) duration() time.Duration {
	return time.Duration(float64(m) * float64(time.Millisecond))
}

// ParseRecordingMetadata reads a metadata document, however it was got. The document of the real service has its content
// type and its channel type in each other's place, against the documentation; both are understood.
func ParseRecordingMetadata(document []byte) (RecordingMetadata, error) {
	var in struct {
		ResourceID      string       `json:"resourceId"`
		CallID          string       `json:"callId"`
		ChunkDocumentID string       `json:"chunkDocumentId"`
		ChunkIndex      int          `json:"chunkIndex"`
		ChunkStart      string       `json:"chunkStartTime"`
		ChunkDuration   milliseconds `json:"chunkDuration"`
		Pauses          []struct {
			Start    string       `json:"startTime"`
			Duration milliseconds `json:"duration"`
		} `json:"pauseResumeIntervals"`
		Info struct {
			Content string `json:"contentType"`
			Channel string `json:"channelType"`
			Format  string `json:"format"`
			Audio   struct {
				SampleRate int `json:"sampleRate"`
				BitRate    int `json:"bitRate"`
				Channels   int `json:"channels"`
			} `json:"audioConfiguration"`
			Video *RecordingVideo `json:"videoConfiguration"`
		} `json:"recordingInfo"`
		Participants []struct {
			ID      string `json:"participantId"`
			Channel *int   `json:"channel"`
		} `json:"participants"`
	}
	if err := json.Unmarshal(document, &in); err != nil {
		return RecordingMetadata{}, fmt.Errorf("metadata of recording: %w", err)
	}
	content, channel := in.Info.Content, in.Info.Channel
	if isChannel(content) {
		content, channel = channel, content
	}
	out := RecordingMetadata{
		ResourceID: in.ResourceID, CallID: in.CallID, ChunkDocumentID: in.ChunkDocumentID, ChunkIndex: in.ChunkIndex,
		ChunkStart: readTime(in.ChunkStart), ChunkDuration: in.ChunkDuration.duration(),
		Content: RecordingContent(lowerFirst(content)), Channel: RecordingChannel(lowerFirst(channel)),
		Format:     RecordingFormat(strings.ToLower(in.Info.Format)),
		SampleRate: in.Info.Audio.SampleRate, BitRate: in.Info.Audio.BitRate, Channels: in.Info.Audio.Channels,
		Video: in.Info.Video,
	}
	for _, p := range in.Pauses {
		out.Pauses = append(out.Pauses, RecordingPause{readTime(p.Start), p.Duration.duration()})
	}
	for _, p := range in.Participants {
		r := RecordedParticipant{Identifier: acs.ParseRawID(p.ID), Channel: -1}
		if p.Channel != nil {
			r.Channel = *p.Channel
		}
		out.Participants = append(out.Participants, r)
	}
	return out, nil
}

func isChannel(s string) bool {
	return strings.EqualFold(s, string(RecordMixed)) || strings.EqualFold(s, string(RecordUnmixed))
}

// lowerFirst makes AudioVideo what is sent as audioVideo.
func lowerFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// readTime returns zero for what it cannot read.
func readTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
