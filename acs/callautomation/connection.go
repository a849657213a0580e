package callautomation

import (
	"context"
	"fmt"
	"net/http"

	"guichet/acs"
	"guichet/acs/internal/rest"
)

// Call is the operations on one call. Once the call is over they are refused with status 404 and code 8522; while it is
// not connected yet, media operations are refused with status 400 and code 8501 or 8585.
type Call struct {
	client *Client
	id     string
}

// ID returns the callConnectionId.
func (c *Call) ID() string { return c.id }

func (c *Call) do(ctx context.Context, suffix string, r request) error {
	if c.id == "" {
		return fmt.Errorf("call: %w", ErrNoID)
	}
	r.path = "/calling/callConnections/" + rest.EscapePath(c.id) + suffix
	return c.client.do(ctx, r)
}

// take posts an operation that is accepted with 202 and no body, and is not repeatable.
func (c *Call) take(ctx context.Context, suffix string, body any) error {
	return c.do(ctx, suffix, request{method: http.MethodPost, body: body, statuses: []int{http.StatusAccepted}})
}

// Properties returns what the service knows of the call.
func (c *Call) Properties(ctx context.Context) (CallProperties, error) {
	var out CallProperties
	err := c.do(ctx, "", request{method: http.MethodGet, out: &out, statuses: []int{http.StatusOK}})
	return out, err
}

// HangUp leaves the call; others in it go on talking, if there are at least two. CallDisconnected follows.
func (c *Call) HangUp(ctx context.Context) error {
	return c.do(ctx, "", request{method: http.MethodDelete, statuses: []int{http.StatusNoContent}})
}

// HangUpForEveryone ends the call. CallDisconnected follows.
func (c *Call) HangUpForEveryone(ctx context.Context, repeatability Repeatability) error {
	return c.do(ctx, ":terminate", request{
		method: http.MethodPost, repeat: &repeatability, statuses: []int{http.StatusNoContent},
	})
}

// TransferOptions are the options of Transfer.
type TransferOptions struct {
	// Transferee is who is connected to the target. It must be given when the call has more than one other participant.
	Transferee acs.Identifier

	// SourceCallerID is the number of the resource that a phone number called sees.
	SourceCallerID string

	// CallingContext goes to the target.
	CallingContext CustomCallingContext

	// OperationContext and CallbackURI are as in [RepeatableOptions].
	OperationContext, CallbackURI string

	Repeatability Repeatability
}

// Transfer connects the other participant of the call to a target and leaves the call. CallTransferAccepted or
// CallTransferFailed follows. It returns the operation context that the service took. The service does not transfer
// calls of ACS users to phone numbers.
func (c *Call) Transfer(ctx context.Context, target acs.Identifier, options *TransferOptions) (operationContext string, err error) {
	if err := named(target); err != nil {
		return "", fmt.Errorf("transfer: %w", err)
	}
	if options == nil {
		options = &TransferOptions{}
	}
	calling, err := options.CallingContext.wire()
	if err != nil {
		return "", fmt.Errorf("transfer: %w", err)
	}
	body := struct {
		Target               acs.Identifier     `json:"targetParticipant"`
		Transferee           acs.Identifier     `json:"transferee,omitzero"`
		SourceCallerIDNumber *phone             `json:"sourceCallerIdNumber,omitempty"`
		CallingContext       callingContextWire `json:"customCallingContext"`
		operation
	}{
		target, options.Transferee, newPhone(options.SourceCallerID), calling,
		operation{options.OperationContext, options.CallbackURI},
	}
	return c.contextual(ctx, ":transferToParticipant", body, &options.Repeatability, http.StatusAccepted)
}

// contextual posts a repeatable operation whose answer is its context.
func (c *Call) contextual(ctx context.Context, suffix string, body any, repeat *Repeatability, status int) (string, error) {
	var out struct {
		OperationContext string `json:"operationContext"`
	}
	err := c.do(ctx, suffix, request{method: http.MethodPost, repeat: repeat, body: body, out: &out, statuses: []int{status}})
	return out.OperationContext, err
}
