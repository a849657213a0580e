package callautomation

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs"
	"guichet/acs/internal/rest"
)

// Participant is somebody in a call.
type Participant struct {
	Identifier acs.Identifier `json:"identifier"`
	IsMuted    bool           `json:"isMuted"`
	IsOnHold   bool           `json:"isOnHold"`
}

// ParticipantsPage is one page of the participants of a call.
type ParticipantsPage struct {
	Value    []Participant `json:"value"`
	NextLink string        `json:"nextLink"`
}

// NewParticipantsPager returns a pager over those in the call. What records or transcribes is not among them.
func (c *Call) NewParticipantsPager() *runtime.Pager[ParticipantsPage] {
	return rest.NewPager(c.client.rest, func(p ParticipantsPage) string { return p.NextLink },
		func(ctx context.Context) (*policy.Request, error) {
			if c.id == "" {
				return nil, fmt.Errorf("call: %w", ErrNoID)
			}
			return c.client.rest.NewRequest(ctx, http.MethodGet, "/calling/callConnections/"+rest.EscapePath(c.id)+"/participants",
				rest.Query{{Name: "api-version", Value: c.client.rest.APIVersion()}})
		})
}

// Participant returns one of those in the call. For others the error is an *azcore.ResponseError with status 404.
func (c *Call) Participant(ctx context.Context, id acs.Identifier) (Participant, error) {
	var out Participant
	if err := named(id); err != nil {
		return out, fmt.Errorf("participant: %w", err)
	}
	err := c.do(ctx, "/participants/"+rest.EscapePath(id.RawID()), request{
		method: http.MethodGet, out: &out, statuses: []int{http.StatusOK},
	})
	return out, err
}

// MaxInvitationTimeout is the longest time for which AddParticipant may ring.
const MaxInvitationTimeout = 180 * time.Second

// ErrInvitationTimeout is returned by AddParticipant for a timeout that is negative or too long.
var ErrInvitationTimeout = errors.New("invitation timeout is not between 0 and 180 seconds")

// AddParticipantOptions are the options of AddParticipant.
type AddParticipantOptions struct {
	// SourceCallerID is the number of the resource, in E.164 form, that a phone number called sees. It must be given for
	// phone numbers.
	SourceCallerID string

	// SourceDisplayName is the name that the invited sees.
	SourceDisplayName string

	// InvitationTimeout is how long to ring, in whole seconds, at most MaxInvitationTimeout. Zero leaves it to the service.
	InvitationTimeout time.Duration

	// CallingContext goes to the invited.
	CallingContext CustomCallingContext

	// OperationContext and CallbackURI are as in [RepeatableOptions].
	OperationContext, CallbackURI string

	Repeatability Repeatability
}

// AddParticipantResult tells of an invitation that was made.
type AddParticipantResult struct {
	Participant      Participant `json:"participant"`
	OperationContext string      `json:"operationContext"`

	// InvitationID is what CancelAddParticipant takes.
	InvitationID string `json:"invitationId"`
}

// AddParticipant invites somebody to the call. AddParticipantSucceeded or AddParticipantFailed follows, and
// ParticipantsUpdated. A call has at most 350 participants.
func (c *Call) AddParticipant(ctx context.Context, participant acs.Identifier, options *AddParticipantOptions) (AddParticipantResult, error) {
	var out AddParticipantResult
	if err := named(participant); err != nil {
		return out, fmt.Errorf("add participant: %w", err)
	}
	if options == nil {
		options = &AddParticipantOptions{}
	}
	if t := options.InvitationTimeout; t < 0 || t > MaxInvitationTimeout {
		return out, fmt.Errorf("add participant: %w", ErrInvitationTimeout)
	}
	calling, err := options.CallingContext.wire()
	if err != nil {
		return out, fmt.Errorf("add participant: %w", err)
	}
	body := struct {
		Participant          acs.Identifier     `json:"participantToAdd"`
		SourceCallerIDNumber *phone             `json:"sourceCallerIdNumber,omitempty"`
		SourceDisplayName    string             `json:"sourceDisplayName,omitempty"`
		Timeout              int64              `json:"invitationTimeoutInSeconds,omitempty"`
		CallingContext       callingContextWire `json:"customCallingContext"`
		operation
	}{
		participant, newPhone(options.SourceCallerID), options.SourceDisplayName, seconds(options.InvitationTimeout), calling,
		operation{options.OperationContext, options.CallbackURI},
	}
	err = c.do(ctx, "/participants:add", request{
		method: http.MethodPost, repeat: &options.Repeatability, body: body, out: &out, statuses: []int{http.StatusAccepted},
	})
	return out, err
}

// RemoveParticipant takes somebody out of the call. RemoveParticipantSucceeded or RemoveParticipantFailed follows, and
// ParticipantsUpdated. It returns the operation context that the service took.
func (c *Call) RemoveParticipant(ctx context.Context, participant acs.Identifier, options *RepeatableOptions) (operationContext string, err error) {
	if err := named(participant); err != nil {
		return "", fmt.Errorf("remove participant: %w", err)
	}
	body := struct {
		Participant acs.Identifier `json:"participantToRemove"`
		operation
	}{participant, options.wire()}
	return c.contextual(ctx, "/participants:remove", body, options.repeatability(), http.StatusAccepted)
}

// MuteOptions are the options of Mute. There is no callback address of its own for it.
type MuteOptions struct {
	// OperationContext is returned. Empty sends none.
	OperationContext string

	Repeatability Repeatability
}

// Mute silences a participant, which must be a user of ACS, for the others. It cannot be undone by the service, only by
// the user. It returns the operation context that the service took.
func (c *Call) Mute(ctx context.Context, participant acs.Identifier, options *MuteOptions) (operationContext string, err error) {
	if err := named(participant); err != nil {
		return "", fmt.Errorf("mute participant: %w", err)
	}
	if options == nil {
		options = &MuteOptions{}
	}
	body := struct {
		Participants []acs.Identifier `json:"targetParticipants"`
		operation
	}{[]acs.Identifier{participant}, operation{OperationContext: options.OperationContext}}
	return c.contextual(ctx, "/participants:mute", body, &options.Repeatability, http.StatusOK)
}

// CancelAddParticipant takes an invitation back that was not accepted yet. CancelAddParticipantSucceeded or
// CancelAddParticipantFailed follows. It returns the operation context that the service took.
func (c *Call) CancelAddParticipant(ctx context.Context, invitationID string, options *RepeatableOptions) (operationContext string, err error) {
	if invitationID == "" {
		return "", fmt.Errorf("cancel invitation: %w", ErrNoID)
	}
	body := struct {
		InvitationID string `json:"invitationId"`
		operation
	}{invitationID, options.wire()}
	return c.contextual(ctx, "/participants:cancelAddParticipant", body, options.repeatability(), http.StatusAccepted)
}

// MoveParticipantsResult tells who is being moved.
type MoveParticipantsResult struct {
	Participants     []Participant `json:"participants"`
	OperationContext string        `json:"operationContext"`

	// FromCall is the callConnectionId of the call that they leave.
	FromCall string `json:"fromCall"`
}

// MoveParticipants brings participants of another call of the same resource, named by its callConnectionId, into this
// one. MoveParticipantSucceeded or MoveParticipantFailed follows, presumably one for each.
func (c *Call) MoveParticipants(ctx context.Context, participants []acs.Identifier, fromCall string, options *RepeatableOptions) (MoveParticipantsResult, error) {
	var out MoveParticipantsResult
	if err := named(participants...); err != nil {
		return out, fmt.Errorf("move participants: %w", err)
	}
	if fromCall == "" {
		return out, fmt.Errorf("move participants: %w", ErrNoID)
	}
	body := struct {
		Participants []acs.Identifier `json:"targetParticipants"`
		FromCall     string           `json:"fromCall"`
		operation
	}{participants, fromCall, options.wire()}
	err := c.do(ctx, "/participants:moveHere", request{
		method: http.MethodPost, repeat: options.repeatability(), body: body, out: &out, statuses: []int{http.StatusAccepted},
	})
	return out, err
}

// seconds are whole ones; what is left over counts as one more, so that a short time does not become none.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }
