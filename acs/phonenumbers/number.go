package phonenumbers

import (
	"encoding/json"
	"time"
)

// PhoneNumberType is the kind of a number.
type PhoneNumberType string

// Kinds of numbers.
const (
	Geographic PhoneNumberType = "geographic"
	TollFree   PhoneNumberType = "tollFree"
	Mobile     PhoneNumberType = "mobile"
)

// AssignmentType tells what a number may be assigned to.
type AssignmentType string

// What numbers may be assigned to.
const (
	Person      AssignmentType = "person"
	Application AssignmentType = "application"
)

// Capability tells the directions in which a number may be used for calls or texts.
type Capability string

// Directions of use.
const (
	None            Capability = "none"
	Inbound         Capability = "inbound"
	Outbound        Capability = "outbound"
	InboundOutbound Capability = "inbound+outbound"
)

// In tells whether incoming use is possible.
func (c Capability) In() bool { return c == Inbound || c == InboundOutbound }

// Out tells whether outgoing use is possible.
func (c Capability) Out() bool { return c == Outbound || c == InboundOutbound }

// Capabilities are what a number can do.
type Capabilities struct {
	Calling Capability `json:"calling,omitempty"`
	SMS     Capability `json:"sms,omitempty"`
}

// Cost is the price of a number.
type Cost struct {
	// Amount is the price of one billing period, as the decimal number that the service wrote.
	Amount json.Number `json:"amount"`

	// CurrencyCode is the ISO 4217 code.
	CurrencyCode string `json:"currencyCode"`

	// BillingFrequency is always monthly.
	BillingFrequency string `json:"billingFrequency"`
}

// PurchasedPhoneNumber is a number that a resource owns.
type PurchasedPhoneNumber struct {
	// ID is the number's digits, without the plus sign.
	ID string `json:"id"`

	// PhoneNumber is the number in E.164 form.
	PhoneNumber string `json:"phoneNumber"`

	// CountryCode is the ISO 3166-2 code, such as US.
	CountryCode string `json:"countryCode"`

	PhoneNumberType PhoneNumberType `json:"phoneNumberType"`
	Capabilities    Capabilities    `json:"capabilities"`
	AssignmentType  AssignmentType  `json:"assignmentType"`
	PurchaseDate    time.Time       `json:"purchaseDate"`
	Cost            Cost            `json:"cost"`
}
