package eventgrid

import (
	"strings"
	"time"
)

// Identifier names a participant of a call.
type Identifier struct {
	// Kind is phoneNumber, communicationUser and others. Older senders leave it out.
	Kind string `json:"kind"`

	// RawID is the whole identifier in one string, such as 4:+14255550123.
	RawID string `json:"rawId"`

	// PhoneNumber is set for phone numbers.
	PhoneNumber *struct {
		Value string `json:"value"`
	} `json:"phoneNumber"`

	// CommunicationUser is set for users of ACS.
	CommunicationUser *struct {
		ID string `json:"id"`
	} `json:"communicationUser"`
}

// Phone returns the phone number in E.164 form, or an empty string if the participant has none or hides it.
func (i Identifier) Phone() string {
	number := ""
	if i.PhoneNumber != nil {
		number = i.PhoneNumber.Value
	}
	if raw, found := strings.CutPrefix(i.RawID, "4:"); number == "" && found {
		number = raw
	}
	if number = withPlus(number); !strings.HasPrefix(number, "+") {
		return ""
	}
	return number
}

// IncomingCall is the data of TypeIncomingCall.
type IncomingCall struct {
	To, From          Identifier
	CallerDisplayName string

	// ServerCallID names the call to the service.
	ServerCallID string

	// IncomingCallContext is what answering, redirecting and rejecting the call take. It is opaque, and as good as a
	// key to the call: it does not belong in a log.
	IncomingCallContext string

	CorrelationID string

	// SIPHeaders and VoIPHeaders are the custom headers of the call.
	SIPHeaders, VoIPHeaders map[string]string

	// OnBehalfOfCallee is set when the call was forwarded.
	OnBehalfOfCallee *Identifier
}

// IncomingCall reads the data of an event of TypeIncomingCall. Member names are matched without regard to case.
func (e Event) IncomingCall() (IncomingCall, error) {
	var d struct {
		To, From                                                            Identifier
		CallerDisplayName, ServerCallID, IncomingCallContext, CorrelationID string
		CustomContext                                                       struct {
			SIPHeaders, VoIPHeaders map[string]string
		}
		OnBehalfOfCallee *Identifier
	}
	if err := e.data(TypeIncomingCall, &d); err != nil {
		return IncomingCall{}, err
	}
	return IncomingCall{
		To: d.To, From: d.From, CallerDisplayName: d.CallerDisplayName, ServerCallID: d.ServerCallID,
		IncomingCallContext: d.IncomingCallContext, CorrelationID: d.CorrelationID,
		SIPHeaders: d.CustomContext.SIPHeaders, VoIPHeaders: d.CustomContext.VoIPHeaders,
		OnBehalfOfCallee: d.OnBehalfOfCallee,
	}, nil
}

// RecordingFileStatus is the data of TypeRecordingFileStatusUpdated: a recording can be fetched, for about two days.
type RecordingFileStatus struct {
	// Chunks are the parts of the recording.
	Chunks []RecordingChunk

	// StartTime is zero when not told in a readable way.
	StartTime time.Time

	Duration time.Duration

	// ContentType is Audio or AudioVideo, ChannelType Mixed or Unmixed, FormatType Wav, Mp3 or Mp4. They may be empty.
	ContentType, ChannelType, FormatType string

	// SessionEndReason is such as CallEnded.
	SessionEndReason string
}

// RecordingChunk is one part of a recording.
type RecordingChunk struct {
	DocumentID string

	// Index orders the chunks.
	Index int64

	// EndReason is such as SessionEnded.
	EndReason string

	// The locations are addresses at the service, which need its authentication.
	ContentLocation, MetadataLocation, DeleteLocation string
}

// RecordingFileStatus reads the data of an event of TypeRecordingFileStatusUpdated. Member names are matched without
// regard to case.
func (e Event) RecordingFileStatus() (RecordingFileStatus, error) {
	var d struct {
		RecordingStorageInfo struct {
			RecordingChunks []RecordingChunk
		}
		RecordingStartTime                                              looseTime
		RecordingDurationMS                                             int64
		RecordingContentType, RecordingChannelType, RecordingFormatType string
		SessionEndReason                                                string
	}
	if err := e.data(TypeRecordingFileStatusUpdated, &d); err != nil {
		return RecordingFileStatus{}, err
	}
	return RecordingFileStatus{
		Chunks: d.RecordingStorageInfo.RecordingChunks, StartTime: d.RecordingStartTime.Time,
		Duration:    time.Duration(d.RecordingDurationMS) * time.Millisecond,
		ContentType: d.RecordingContentType, ChannelType: d.RecordingChannelType, FormatType: d.RecordingFormatType,
		SessionEndReason: d.SessionEndReason,
	}, nil
}
