package phonenumbers

import (
	"context"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs/internal/rest"
)

// SearchRequest says what numbers are looked for. All but AreaCode and Quantity are required.
type SearchRequest struct {
	PhoneNumberType PhoneNumberType `json:"phoneNumberType"`
	AssignmentType  AssignmentType  `json:"assignmentType"`
	Capabilities    Capabilities    `json:"capabilities"`

	// AreaCode is such as 833. Empty leaves it to the service.
	AreaCode string `json:"areaCode,omitempty"`

	// Quantity is how many numbers are wanted. Zero means one.
	Quantity int `json:"quantity"`
}

// SearchResult is what a search found. The numbers are held until SearchExpiresBy, about a quarter of an hour.
type SearchResult struct {
	// SearchID is what BeginPurchase takes.
	SearchID string `json:"searchId"`

	// PhoneNumbers may be fewer than were asked for.
	PhoneNumbers []string `json:"phoneNumbers"`

	PhoneNumberType PhoneNumberType `json:"phoneNumberType"`
	AssignmentType  AssignmentType  `json:"assignmentType"`
	Capabilities    Capabilities    `json:"capabilities"`

	// Cost is that of each number.
	Cost            Cost      `json:"cost"`
	SearchExpiresBy time.Time `json:"searchExpiresBy"`

	// IsAgreementToNotResellRequired tells that the purchase needs AgreeToNotResell.
	IsAgreementToNotResellRequired bool `json:"isAgreementToNotResellRequired"`

	// ErrorCode and Error tell why nothing, or not everything, was found, such as OutOfStock.
	ErrorCode int    `json:"errorCode"`
	Error     string `json:"error"`
}

// BeginSearch begins a search for numbers of a country (ISO 3166-2, such as US). Numbers that it finds are held for the
// resource for a while.
func (c *Client) BeginSearch(ctx context.Context, countryCode string, search SearchRequest) (*runtime.Poller[SearchResult], error) {
	search.Quantity = max(search.Quantity, 1)
	req, err := c.request(ctx, http.MethodPost, country(countryCode)+"/:search")
	if err != nil {
		return nil, err
	}
	if err := rest.SetBody(req, rest.JSON, search); err != nil {
		return nil, err
	}
	return rest.NewPoller[SearchResult](c.rest, req, rest.Outcome{Wanted: true})
}

// ResumeSearch returns the poller of BeginSearch from its resume token.
func (c *Client) ResumeSearch(token string) (*runtime.Poller[SearchResult], error) {
	return rest.ResumePoller[SearchResult](c.rest, token)
}

// GetSearchResult returns what a search found, by its id.
func (c *Client) GetSearchResult(ctx context.Context, searchID string) (SearchResult, error) {
	var out SearchResult
	req, err := c.request(ctx, http.MethodGet, "/availablePhoneNumbers/searchResults/"+rest.EscapePath(searchID))
	if err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}

// PurchaseResult is the result of an operation that has none but its success. The numbers are among those that
// NewListPurchasedPager lists.
type PurchaseResult struct{}

// PurchaseOptions are the options of BeginPurchase and BeginPurchaseReservation.
type PurchaseOptions struct {
	// AgreeToNotResell is the promise not to sell the numbers on, which some numbers require.
	AgreeToNotResell bool
}

// BeginPurchase begins to buy all numbers that a search found. This costs money.
func (c *Client) BeginPurchase(ctx context.Context, searchID string, options *PurchaseOptions) (*runtime.Poller[PurchaseResult], error) {
	req, err := c.request(ctx, http.MethodPost, "/availablePhoneNumbers/:purchase")
	if err != nil {
		return nil, err
	}
	body := struct {
		SearchID         string `json:"searchId"`
		AgreeToNotResell bool   `json:"agreeToNotResell,omitempty"`
	}{SearchID: searchID, AgreeToNotResell: options != nil && options.AgreeToNotResell}
	if err := rest.SetBody(req, rest.JSON, body); err != nil {
		return nil, err
	}
	return rest.NewPoller[PurchaseResult](c.rest, req, rest.Outcome{})
}

// ResumePurchase returns the poller of BeginPurchase or BeginPurchaseReservation from its resume token.
func (c *Client) ResumePurchase(token string) (*runtime.Poller[PurchaseResult], error) {
	return rest.ResumePoller[PurchaseResult](c.rest, token)
}

// AvailabilityStatus is the state of a number that is not bought.
type AvailabilityStatus string

// States of numbers that are not bought.
const (
	Available AvailabilityStatus = "available"
	Reserved  AvailabilityStatus = "reserved"
	Expired   AvailabilityStatus = "expired"
	Errored   AvailabilityStatus = "error"
	Purchased AvailabilityStatus = "purchased"
)

// AvailablePhoneNumber is a number that may be reserved and bought.
type AvailablePhoneNumber struct {
	// ID is the number's digits.
	ID string `json:"id,omitempty"`

	CountryCode     string             `json:"countryCode"`
	PhoneNumber     string             `json:"phoneNumber,omitempty"`
	Capabilities    Capabilities       `json:"capabilities"`
	PhoneNumberType PhoneNumberType    `json:"phoneNumberType"`
	AssignmentType  AssignmentType     `json:"assignmentType"`
	Cost            *Cost              `json:"cost,omitempty"`
	Status          AvailabilityStatus `json:"status,omitempty"`

	// IsAgreementToNotResellRequired tells that the purchase needs AgreeToNotResell.
	IsAgreementToNotResellRequired bool `json:"isAgreementToNotResellRequired"`

	// Error tells why a number could not be reserved.
	Error *Error `json:"error,omitempty"`
}

// BrowseRequest says what numbers are shown. PhoneNumberType is required.
type BrowseRequest struct {
	PhoneNumberType PhoneNumberType

	// Capabilities are the least that a number must be able to do.
	Capabilities Capabilities

	AssignmentType AssignmentType

	// PhoneNumberPrefixes are digits that numbers may begin with, without the country's.
	PhoneNumberPrefixes []string
}

// BrowseResult has numbers in random order.
type BrowseResult struct {
	PhoneNumbers []AvailablePhoneNumber `json:"phoneNumbers"`
}

// Browse shows some numbers of a country that could be reserved. Nothing is held for the resource.
func (c *Client) Browse(ctx context.Context, countryCode string, browse BrowseRequest) (BrowseResult, error) {
	var out BrowseResult
	req, err := c.request(ctx, http.MethodPost, country(countryCode)+"/:browse")
	if err != nil {
		return out, err
	}
	body := struct {
		PhoneNumberType     PhoneNumberType `json:"phoneNumberType"`
		Capabilities        *Capabilities   `json:"capabilities,omitempty"`
		AssignmentType      AssignmentType  `json:"assignmentType,omitempty"`
		PhoneNumberPrefixes []string        `json:"phoneNumberPrefixes,omitempty"`
	}{PhoneNumberType: browse.PhoneNumberType, AssignmentType: browse.AssignmentType, PhoneNumberPrefixes: browse.PhoneNumberPrefixes}
	if browse.Capabilities != (Capabilities{}) {
		body.Capabilities = &browse.Capabilities
	}
	if err := rest.SetBody(req, rest.JSON, body); err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}

func country(code string) string {
	return "/availablePhoneNumbers/countries/" + rest.EscapePath(code)
}
