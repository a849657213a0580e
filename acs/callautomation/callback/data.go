package callback

import (
	"encoding/json"
	"time"

	"guichet/acs"
	"guichet/acs/callautomation"
)

// Data is what an event tells: a pointer to a struct of this package.
type Data interface {
	// Call returns what all events have in common.
	Call() *Common
}

// Common is what all events have in common. Members may be empty.
type Common struct {
	// CallConnectionID names the call to the client.
	CallConnectionID string `json:"callConnectionId"`

	// ServerCallID names the call to recordings.
	ServerCallID string `json:"serverCallId"`

	// CorrelationID is the same for all events of a call.
	CorrelationID string `json:"correlationId"`

	// OperationContext is what was given with the operation. ParticipantsUpdated and RecordingStateChanged have none.
	OperationContext string `json:"operationContext"`

	// Result is nil when the event tells none.
	Result *ResultInformation `json:"resultInformation"`
}

// Call returns c.
func (c *Common) Call() *Common { return c }

// ResultInformation says how an operation ended.
type ResultInformation struct {
	// Code is like an HTTP status: 200, 400, 408, 500, 603 and others.
	Code int `json:"code"`

	// SubCode says more, such as 8531 for the most keys being received, or 8510 for silence.
	SubCode int `json:"subCode"`

	// Message is in English, for logs of developers.
	Message string `json:"message"`

	// SIP and Q850 are told of calls to phone networks, from version 2026-03-12 on.
	SIP  *NetworkResult `json:"sipDetails"`
	Q850 *NetworkResult `json:"q850Details"`
}

// NetworkResult is a code of a phone network.
type NetworkResult struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Unknown is the data of an event whose type this package does not know, or whose data it cannot read.
type Unknown struct {
	Common

	// Data is the JSON of the data, nil when absent.
	Data json.RawMessage `json:"-"`

	// Err is nil for an unknown type, else it says why the data of a known type could not be read.
	Err error `json:"-"`
}

// Events of the call itself.
type (
	// CallConnected tells that a call that was made, answered or connected to is established.
	CallConnected struct{ Common }

	// CallDisconnected tells that the call is over. No event of it follows.
	CallDisconnected struct{ Common }

	// CreateCallFailed tells that a call that was made was not established.
	CreateCallFailed struct{ Common }

	// AnswerFailed tells that a call was not answered.
	AnswerFailed struct{ Common }

	// ConnectFailed tells that a call was not connected to.
	ConnectFailed struct{ Common }

	// CallTransferAccepted tells that the target took the transferred call.
	CallTransferAccepted struct {
		Common
		Target     acs.Identifier `json:"transferTarget"`
		Transferee acs.Identifier `json:"transferee"`
	}

	// CallTransferFailed tells that it did not.
	CallTransferFailed struct{ Common }
)

// Events of participants.
type (
	// AddParticipantSucceeded tells that somebody who was invited came.
	AddParticipantSucceeded struct {
		Common
		Participant acs.Identifier `json:"participant"`
	}

	// AddParticipantFailed tells that somebody who was invited did not come.
	AddParticipantFailed struct {
		Common
		Participant acs.Identifier `json:"participant"`
	}

	// RemoveParticipantSucceeded tells that somebody was taken out of the call.
	RemoveParticipantSucceeded struct {
		Common
		Participant acs.Identifier `json:"participant"`
	}

	// RemoveParticipantFailed tells that somebody was not taken out of the call.
	RemoveParticipantFailed struct {
		Common
		Participant acs.Identifier `json:"participant"`
	}

	// MoveParticipantSucceeded tells that somebody was brought here from another call.
	MoveParticipantSucceeded struct {
		Common
		Participant acs.Identifier `json:"participant"`
		FromCall    string         `json:"fromCall"`
	}

	// MoveParticipantFailed tells that somebody was not brought here.
	MoveParticipantFailed struct {
		Common
		Participant acs.Identifier `json:"participant"`
		FromCall    string         `json:"fromCall"`
	}

	// CancelAddParticipantSucceeded tells that an invitation was taken back.
	CancelAddParticipantSucceeded struct {
		Common
		InvitationID string `json:"invitationId"`
	}

	// CancelAddParticipantFailed tells that it was too late for that.
	CancelAddParticipantFailed struct {
		Common
		InvitationID string `json:"invitationId"`
	}

	// ParticipantsUpdated tells who is in the call. The one with the highest number is the latest.
	ParticipantsUpdated struct {
		Common
		SequenceNumber int                          `json:"sequenceNumber"`
		Participants   []callautomation.Participant `json:"participants"`
	}

	// HoldFailed tells that somebody was not put on hold.
	HoldFailed struct{ Common }
)

// Events of recordings.
type (
	// RecordingStateChanged tells that a recording began, paused, went on or ended.
	RecordingStateChanged struct {
		Common
		RecordingID string                        `json:"recordingId"`
		State       callautomation.RecordingState `json:"state"`
		Start       Time                          `json:"startDateTime"`
		Kind        callautomation.RecordingKind  `json:"recordingKind"`
	}

	// StartRecordingFailed tells that a recording did not begin.
	StartRecordingFailed struct {
		Common
		RecordingID string `json:"recordingId"`
	}
)

// Time is zero when it was not told in a readable way.
type Time struct{ time.Time }

// UnmarshalJSON never fails: an event is not lost for its time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		if read, err := time.Parse(time.RFC3339, s); err == nil {
			t.Time = read
		}
	}
	return nil
}
