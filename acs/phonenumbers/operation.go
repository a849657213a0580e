package phonenumbers

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs/internal/rest"
)

// OperationType is the kind of a long-running operation.
type OperationType string

// Kinds of operations.
const (
	OperationSearch              OperationType = "search"
	OperationPurchase            OperationType = "purchase"
	OperationRelease             OperationType = "releasePhoneNumber"
	OperationUpdateCapabilities  OperationType = "updatePhoneNumberCapabilities"
	OperationReservationPurchase OperationType = "reservationPurchase"
)

// OperationStatus is how far a long-running operation has come. Its casing varies: compare with EqualFold.
type OperationStatus string

// Statuses of operations.
const (
	StatusNotStarted OperationStatus = "notStarted"
	StatusRunning    OperationStatus = "running"
	StatusSucceeded  OperationStatus = "succeeded"
	StatusFailed     OperationStatus = "failed"
)

// EqualFold compares without regard to case.
func (s OperationStatus) EqualFold(other OperationStatus) bool {
	return strings.EqualFold(string(s), string(other))
}

// Operation is a long-running operation as the service shows it. Pollers deal with it; it is of use to those who kept
// only an operation's id.
type Operation struct {
	ID               string          `json:"id"`
	OperationType    OperationType   `json:"operationType"`
	Status           OperationStatus `json:"status"`
	ResourceLocation string          `json:"resourceLocation"`
	CreatedDateTime  time.Time       `json:"createdDateTime"`

	// LastActionDateTime is in the year 1 when nothing happened yet.
	LastActionDateTime time.Time `json:"lastActionDateTime"`

	// Error tells why the operation failed.
	Error *Error `json:"error"`
}

// Error is an error inside an answer that is otherwise a success.
type Error struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"`
}

// GetOperation returns a long-running operation by its id, such as purchase_<uuid>.
func (c *Client) GetOperation(ctx context.Context, id string) (Operation, error) {
	var out Operation
	req, err := c.request(ctx, http.MethodGet, "/phoneNumbers/operations/"+rest.EscapePath(id))
	if err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}

// CancelOperation cancels a long-running operation.
func (c *Client) CancelOperation(ctx context.Context, id string) error {
	req, err := c.request(ctx, http.MethodDelete, "/phoneNumbers/operations/"+rest.EscapePath(id))
	if err != nil {
		return err
	}
	return c.rest.Call(req, nil, http.StatusNoContent)
}

// ReleaseResult is the result of an operation that has none but its success.
type ReleaseResult struct{}

// BeginRelease begins to give back a number. It ends to be the resource's at the end of the billing period.
func (c *Client) BeginRelease(ctx context.Context, phoneNumber string) (*runtime.Poller[ReleaseResult], error) {
	req, err := c.request(ctx, http.MethodDelete, "/phoneNumbers/"+rest.EscapePath(phoneNumber))
	if err != nil {
		return nil, err
	}
	return rest.NewPoller[ReleaseResult](c.rest, req, rest.Outcome{})
}

// BeginUpdateCapabilities begins to change what a number can do. A capability that is empty stays as it is. The result
// is the changed number.
func (c *Client) BeginUpdateCapabilities(ctx context.Context, phoneNumber string, capabilities Capabilities) (*runtime.Poller[PurchasedPhoneNumber], error) {
	path := "/phoneNumbers/" + rest.EscapePath(phoneNumber)
	req, err := c.request(ctx, http.MethodPatch, path+"/capabilities")
	if err != nil {
		return nil, err
	}
	if err := rest.SetBody(req, rest.MergePatch, capabilities); err != nil {
		return nil, err
	}
	return rest.NewPoller[PurchasedPhoneNumber](c.rest, req, rest.Outcome{Wanted: true, Path: path})
}

// ResumeRelease returns the poller of BeginRelease from its resume token.
func (c *Client) ResumeRelease(token string) (*runtime.Poller[ReleaseResult], error) {
	return rest.ResumePoller[ReleaseResult](c.rest, token)
}

// ResumeUpdateCapabilities returns the poller of BeginUpdateCapabilities from its resume token.
func (c *Client) ResumeUpdateCapabilities(token string) (*runtime.Poller[PurchasedPhoneNumber], error) {
	return rest.ResumePoller[PurchasedPhoneNumber](c.rest, token)
}
