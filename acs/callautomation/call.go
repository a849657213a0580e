package callautomation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"guichet/acs"
)

// CallState is how far a call is.
type CallState string

// States of calls. The usual way is connecting, connected, disconnecting, disconnected; after that the call is gone.
const (
	CallUnknown          CallState = "unknown"
	CallConnecting       CallState = "connecting"
	CallConnected        CallState = "connected"
	CallTransferring     CallState = "transferring"
	CallTransferAccepted CallState = "transferAccepted"
	CallDisconnecting    CallState = "disconnecting"
	CallDisconnected     CallState = "disconnected"
)

// CallProperties is what the service tells of a call. Members may be empty: the specification makes all optional.
type CallProperties struct {
	// CallConnectionID names the call to [Client.Call].
	CallConnectionID string

	// ServerCallID names the call to recordings and to Connect. It is opaque.
	ServerCallID string

	// CorrelationID is the same for all events of the call.
	CorrelationID string

	State          CallState
	CallbackURI    string
	Targets        []acs.Identifier
	Source         acs.Identifier
	SourceCallerID string // a phone number in E.164 form

	SourceDisplayName string

	// AnsweredBy is the identity that answered, AnsweredFor the number that was called.
	AnsweredBy  acs.Identifier
	AnsweredFor string

	// MediaStreaming and Transcription are nil unless the call was set up with them.
	MediaStreaming *MediaStreamingSubscription
	Transcription  *TranscriptionSubscription
}

// UnmarshalJSON reads the service's CallConnectionProperties.
func (p *CallProperties) UnmarshalJSON(b []byte) error {
	var in struct {
		CallConnectionID     string                      `json:"callConnectionId"`
		ServerCallID         string                      `json:"serverCallId"`
		CorrelationID        string                      `json:"correlationId"`
		State                CallState                   `json:"callConnectionState"`
		CallbackURI          string                      `json:"callbackUri"`
		Targets              []acs.Identifier            `json:"targets"`
		Source               acs.Identifier              `json:"source"`
		SourceCallerIDNumber phone                       `json:"sourceCallerIdNumber"`
		SourceDisplayName    string                      `json:"sourceDisplayName"`
		AnsweredBy           user                        `json:"answeredBy"`
		AnsweredFor          phone                       `json:"answeredFor"`
		MediaStreaming       *MediaStreamingSubscription `json:"mediaStreamingSubscription"`
		Transcription        *TranscriptionSubscription  `json:"transcriptionSubscription"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return fmt.Errorf("properties of call: %w", err)
	}
	*p = CallProperties{
		CallConnectionID: in.CallConnectionID, ServerCallID: in.ServerCallID, CorrelationID: in.CorrelationID,
		State: in.State, CallbackURI: in.CallbackURI, Targets: in.Targets, Source: in.Source,
		SourceCallerID: in.SourceCallerIDNumber.Value, SourceDisplayName: in.SourceDisplayName,
		AnsweredBy: acs.User(in.AnsweredBy.ID), AnsweredFor: in.AnsweredFor.Value,
		MediaStreaming: in.MediaStreaming, Transcription: in.Transcription,
	}
	return nil
}

// CreateCallOptions are the options of CreateCall.
type CreateCallOptions struct {
	// SourceCallerID is the number of the resource, in E.164 form, that phone numbers called see. They cannot be called
	// without it.
	SourceCallerID string

	// SourceDisplayName is the name that others see.
	SourceDisplayName string

	// Source is the ACS user as whom the call is made. It must be one of the resource. The service makes one otherwise.
	Source acs.Identifier

	// TeamsAppSource is the Teams app for which the call is made.
	TeamsAppSource acs.Identifier

	// OperationContext comes back in the call's events.
	OperationContext string

	// CognitiveServicesEndpoint is the address of the speech service that reads texts and recognizes speech in the call.
	CognitiveServicesEndpoint string

	// MediaStreaming and Transcription, when not nil, have audio and transcripts sent.
	MediaStreaming *MediaStreamingOptions
	Transcription  *TranscriptionOptions

	Repeatability Repeatability
}

// media is what the bodies that set up calls have in common.
type media struct {
	OperationContext string                `json:"operationContext,omitempty"`
	CallbackURI      string                `json:"callbackUri"`
	Intelligence     *intelligence         `json:"callIntelligenceOptions,omitempty"`
	MediaStreaming   *mediaStreamingWire   `json:"mediaStreamingOptions,omitempty"`
	Transcription    *transcriptionOptions `json:"transcriptionOptions,omitempty"`
}

type intelligence struct {
	Endpoint string `json:"cognitiveServicesEndpoint"`
}

func newMedia(operationContext, callbackURI, endpoint string, streaming *MediaStreamingOptions, transcription *TranscriptionOptions) media {
	m := media{
		OperationContext: operationContext, CallbackURI: callbackURI,
		MediaStreaming: streaming.wire(), Transcription: transcription.wire(),
	}
	if endpoint != "" {
		m.Intelligence = &intelligence{endpoint}
	}
	return m
}

// CreateCall calls one target, or several as a group. Events of the call go to callbackURI, which Azure wants to be an
// https address. The call is connecting when CreateCall returns; the event CallConnected or CreateCallFailed follows.
//
// A target may be a phone number, a user of ACS or of Teams. There are no custom headers on this operation; the official
// clients drop them.
func (c *Client) CreateCall(ctx context.Context, targets []acs.Identifier, callbackURI string, options *CreateCallOptions) (CallProperties, error) {
	if err := named(targets...); err != nil {
		return CallProperties{}, fmt.Errorf("create call: %w", err)
	}
	if options == nil {
		options = &CreateCallOptions{}
	}
	body := struct {
		Targets              []acs.Identifier `json:"targets"`
		SourceCallerIDNumber *phone           `json:"sourceCallerIdNumber,omitempty"`
		SourceDisplayName    string           `json:"sourceDisplayName,omitempty"`
		Source               *user            `json:"source,omitempty"`
		TeamsAppSource       *app             `json:"teamsAppSource,omitempty"`
		media
	}{
		Targets: targets, SourceCallerIDNumber: newPhone(options.SourceCallerID), SourceDisplayName: options.SourceDisplayName,
		Source: newUser(options.Source), TeamsAppSource: newApp(options.TeamsAppSource),
		media: newMedia(options.OperationContext, callbackURI, options.CognitiveServicesEndpoint, options.MediaStreaming, options.Transcription),
	}
	return c.setUp(ctx, "", body, &options.Repeatability, http.StatusCreated)
}

// AnswerCallOptions are the options of AnswerCall.
type AnswerCallOptions struct {
	// AnsweredBy is the ACS user as whom the call is answered.
	AnsweredBy acs.Identifier

	// OperationContext comes back in the call's events.
	OperationContext string

	// CognitiveServicesEndpoint is the address of the speech service that reads texts and recognizes speech in the call.
	CognitiveServicesEndpoint string

	// MediaStreaming and Transcription, when not nil, have audio and transcripts sent.
	MediaStreaming *MediaStreamingOptions
	Transcription  *TranscriptionOptions

	Repeatability Repeatability
}

// AnswerCall answers the call of an IncomingCall event by its context, which is good once and while it rings. The event
// CallConnected or AnswerFailed follows at callbackURI.
func (c *Client) AnswerCall(ctx context.Context, incomingCallContext, callbackURI string, options *AnswerCallOptions) (CallProperties, error) {
	if options == nil {
		options = &AnswerCallOptions{}
	}
	body := struct {
		IncomingCallContext string `json:"incomingCallContext"`
		AnsweredBy          *user  `json:"answeredBy,omitempty"`
		media
	}{
		IncomingCallContext: incomingCallContext, AnsweredBy: newUser(options.AnsweredBy),
		media: newMedia(options.OperationContext, callbackURI, options.CognitiveServicesEndpoint, options.MediaStreaming, options.Transcription),
	}
	return c.setUp(ctx, ":answer", body, &options.Repeatability, http.StatusOK)
}

// ConnectOptions are the options of Connect.
type ConnectOptions struct {
	// OperationContext comes back in the call's events.
	OperationContext string

	// CognitiveServicesEndpoint is the address of the speech service that reads texts and recognizes speech in the call.
	CognitiveServicesEndpoint string

	// MediaStreaming and Transcription, when not nil, have audio and transcripts sent.
	MediaStreaming *MediaStreamingOptions
	Transcription  *TranscriptionOptions

	Repeatability Repeatability
}

// Connect joins a call that others hold, to steer it. The event CallConnected or ConnectFailed follows at callbackURI.
func (c *Client) Connect(ctx context.Context, call CallLocator, callbackURI string, options *ConnectOptions) (CallProperties, error) {
	if call.id == "" {
		return CallProperties{}, fmt.Errorf("connect: %w", ErrNoID)
	}
	if options == nil {
		options = &ConnectOptions{}
	}
	body := struct {
		CallLocator CallLocator `json:"callLocator"`
		media
	}{
		CallLocator: call,
		media:       newMedia(options.OperationContext, callbackURI, options.CognitiveServicesEndpoint, options.MediaStreaming, options.Transcription),
	}
	return c.setUp(ctx, ":connect", body, &options.Repeatability, http.StatusOK)
}

func (c *Client) setUp(ctx context.Context, verb string, body any, repeat *Repeatability, status int) (CallProperties, error) {
	var out CallProperties
	err := c.do(ctx, request{
		method: http.MethodPost, path: "/calling/callConnections" + verb, repeat: repeat, body: body, out: &out,
		statuses: []int{status},
	})
	if err == nil && out.CallConnectionID == "" {
		err = errors.New("answer names no call connection")
	}
	return out, err
}

// RedirectCall sends the call of an IncomingCall event on to another target, unanswered. The service does not redirect
// calls from ACS users to phone numbers.
func (c *Client) RedirectCall(ctx context.Context, incomingCallContext string, target acs.Identifier, repeatability Repeatability) error {
	if err := named(target); err != nil {
		return fmt.Errorf("redirect call: %w", err)
	}
	body := struct {
		IncomingCallContext string         `json:"incomingCallContext"`
		Target              acs.Identifier `json:"target"`
	}{incomingCallContext, target}
	return c.do(ctx, request{
		method: http.MethodPost, path: "/calling/callConnections:redirect", repeat: &repeatability, body: body,
		statuses: []int{http.StatusNoContent},
	})
}

// RejectReason is what a caller is told. Empty leaves it to the service, for which it is none.
type RejectReason string

// Reasons of rejections.
const (
	RejectNone      RejectReason = "none"
	RejectBusy      RejectReason = "busy"
	RejectForbidden RejectReason = "forbidden"
)

// RejectCall refuses the call of an IncomingCall event.
func (c *Client) RejectCall(ctx context.Context, incomingCallContext string, reason RejectReason, repeatability Repeatability) error {
	body := struct {
		IncomingCallContext string       `json:"incomingCallContext"`
		Reason              RejectReason `json:"callRejectReason,omitempty"`
	}{incomingCallContext, reason}
	return c.do(ctx, request{
		method: http.MethodPost, path: "/calling/callConnections:reject", repeat: &repeatability, body: body,
		statuses: []int{http.StatusNoContent},
	})
}
