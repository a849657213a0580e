package phonenumbers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs/internal/rest"
)

// ReservationStatus is the state of a reservation. Only an active one can be changed, deleted or bought.
type ReservationStatus string

// States of reservations.
const (
	ReservationActive    ReservationStatus = "active"
	ReservationSubmitted ReservationStatus = "submitted"
	ReservationCompleted ReservationStatus = "completed"
	ReservationExpired   ReservationStatus = "expired"
)

// Reservation holds numbers for the resource for a while: a quarter of an hour after the last change, and at most two
// hours after it was made.
type Reservation struct {
	// ID is the UUID that the client chose.
	ID string `json:"id"`

	ExpiresAt time.Time `json:"expiresAt"`

	// PhoneNumbers are the numbers by their ids. Lists of reservations do not have them. A number that could not be
	// reserved is in state Errored and says why.
	PhoneNumbers map[string]*AvailablePhoneNumber `json:"phoneNumbers"`

	Status ReservationStatus `json:"status"`
}

// ReservationChange says what becomes different in a reservation.
type ReservationChange struct {
	// Add are numbers that Browse has shown. Those that are in the reservation already are ignored.
	Add []AvailablePhoneNumber

	// Remove are the ids of numbers to let go.
	Remove []string
}

// ErrNumberID is returned for a number to be reserved that has no id.
var ErrNumberID = errors.New("number has no id")

// CreateOrUpdateReservation makes a reservation with an id, a UUID of the caller's choice, or changes the one that has
// it. It may be called again with the same change. Some of the numbers may fail, which is no error of the call.
func (c *Client) CreateOrUpdateReservation(ctx context.Context, id string, change ReservationChange) (Reservation, error) {
	var out Reservation
	numbers := make(map[string]*AvailablePhoneNumber, len(change.Add)+len(change.Remove))
	for _, n := range change.Add {
		if n.ID == "" {
			return out, fmt.Errorf("reserve numbers: %w", ErrNumberID)
		}
		numbers[n.ID] = &n
	}
	for _, n := range change.Remove {
		numbers[n] = nil
	}
	req, err := c.request(ctx, http.MethodPatch, reservation(id))
	if err != nil {
		return out, err
	}
	body := struct {
		PhoneNumbers map[string]*AvailablePhoneNumber `json:"phoneNumbers"`
	}{numbers}
	if err := rest.SetBody(req, rest.MergePatch, body); err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK, http.StatusCreated, http.StatusMultiStatus)
}

// GetReservation returns a reservation with its numbers.
func (c *Client) GetReservation(ctx context.Context, id string) (Reservation, error) {
	var out Reservation
	req, err := c.request(ctx, http.MethodGet, reservation(id))
	if err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}

// DeleteReservation lets all numbers of a reservation go.
func (c *Client) DeleteReservation(ctx context.Context, id string) error {
	req, err := c.request(ctx, http.MethodDelete, reservation(id))
	if err != nil {
		return err
	}
	return c.rest.Call(req, nil, http.StatusNoContent)
}

// BeginPurchaseReservation begins to buy all numbers of a reservation. This costs money.
func (c *Client) BeginPurchaseReservation(ctx context.Context, id string, options *PurchaseOptions) (*runtime.Poller[PurchaseResult], error) {
	req, err := c.request(ctx, http.MethodPost, reservation(id)+"/:purchase")
	if err != nil {
		return nil, err
	}
	if options != nil && options.AgreeToNotResell {
		err = rest.SetBody(req, rest.JSON, struct {
			AgreeToNotResell bool `json:"agreeToNotResell"`
		}{true})
	} else {
		// The official client names the type of the body that it does not send.
		req.Raw().Header.Set("Content-Type", rest.JSON)
	}
	if err != nil {
		return nil, err
	}
	return rest.NewPoller[PurchaseResult](c.rest, req, rest.Outcome{})
}

// ListReservationsPage is a page of reservations, without their numbers.
type ListReservationsPage struct {
	Reservations []Reservation `json:"reservations"`
	NextLink     string        `json:"nextLink"`
}

// NewListReservationsPager pages through the reservations of the resource.
func (c *Client) NewListReservationsPager(options *ListOptions) *runtime.Pager[ListReservationsPage] {
	return rest.NewPager(c.rest, func(p ListReservationsPage) string { return p.NextLink },
		func(ctx context.Context) (*policy.Request, error) {
			return c.rest.NewRequest(ctx, http.MethodGet, "/availablePhoneNumbers/reservations", rest.Query{
				{Name: "maxPageSize", Value: options.maxPageSize()},
				{Name: "api-version", Value: c.rest.APIVersion()},
			})
		})
}

func reservation(id string) string {
	return "/availablePhoneNumbers/reservations/" + rest.EscapePath(id)
}
