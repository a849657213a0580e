// Package sms is the client of the SMS operations of Azure Communication Services: sending, the list of recipients
// who opted out, and delivery reports. It does not receive; incoming texts and delivery reports arrive as events.
package sms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs"
	"guichet/acs/internal/rest"
)

// Versions of the protocol. Sending speaks the one of the official stable client; the later one has the operations
// that the first lacks.
const (
	sendVersion  = "2021-03-07"
	laterVersion = "2026-01-23"
)

// ClientOptions are the options of a client. The zero value is ready to use.
type ClientOptions struct {
	azcore.ClientOptions
}

// Client sends texts from the numbers of one ACS resource. It is safe for concurrent use.
type Client struct {
	rest  *rest.Client
	later string
	now   func() time.Time
}

// NewClient returns a client for the resource at endpoint, such as https://contoso.communication.azure.com. Nothing is
// sent yet. options may be nil. An http endpoint is an error unless the options allow credentials over http.
func NewClient(endpoint string, credential acs.Credential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	c, err := rest.New("guichet/acs/sms.Client", sendVersion, endpoint, credential, &options.ClientOptions)
	if err != nil {
		return nil, fmt.Errorf("sms client: %w", err)
	}
	later := laterVersion
	if options.APIVersion != "" {
		later = options.APIVersion
	}
	return &Client{rest: c, later: later, now: time.Now}, nil
}

// NewClientFromConnectionString is NewClient with the endpoint and the key of a connection string.
func NewClientFromConnectionString(connectionString string, options *ClientOptions) (*Client, error) {
	cs, err := acs.ParseConnectionString(connectionString)
	if err != nil {
		return nil, fmt.Errorf("sms client: %w", err)
	}
	return NewClient(cs.Endpoint, cs.Credential, options)
}

// Recipient is one addressee of a text.
type Recipient struct {
	// To is the phone number in E.164 form, with a plus sign.
	To string

	// RepeatabilityRequestID, a UUID, makes the service send to this recipient once, however often the request with
	// this id arrives. A caller that stores the id (and the time) before it calls may safely call again after a crash.
	// When empty, each call of Send makes its own, which covers the retries within that call.
	RepeatabilityRequestID string

	// RepeatabilityFirstSent is when the request with this id was made first, to the second. When zero it is now.
	RepeatabilityFirstSent time.Time
}

// SendOptions are the options of Send.
type SendOptions struct {
	// EnableDeliveryReport asks for an event with the fate of each text.
	EnableDeliveryReport bool

	// Tag comes back in the delivery report. Empty sends none.
	Tag string

	// DeliveryReportTimeout is how long the service waits for the carrier before it reports, in whole seconds, from
	// one minute to twelve hours. Zero leaves it to the service. Setting it makes the request name a later version of
	// the protocol, as the stable one lacks it.
	DeliveryReportTimeout time.Duration
}

// SendResponse is what became of a request to send: one result per recipient.
type SendResponse struct {
	Value []SendResult `json:"value"`
}

// SendResult tells whether the service accepted the text for one recipient. Whether it arrived is told later, by a
// delivery report.
type SendResult struct {
	// To is the number as it was sent.
	To string `json:"to"`

	// MessageID names the text in delivery reports. It is empty unless Successful.
	MessageID string `json:"messageId"`

	// HTTPStatusCode is 202 for an accepted text; 400, 429, 503 and others tell why it was not.
	HTTPStatusCode int `json:"httpStatusCode"`

	// RepeatabilityResult is accepted or rejected, or empty.
	RepeatabilityResult string `json:"repeatabilityResult"`

	// Successful tells whether the text was accepted.
	Successful bool `json:"successful"`

	// ErrorMessage is the service's reason, when not Successful.
	ErrorMessage string `json:"errorMessage"`
}

// Err returns nil for an accepted text, else a *RecipientError.
func (r SendResult) Err() error {
	if r.Successful {
		return nil
	}
	return &RecipientError{StatusCode: r.HTTPStatusCode, Message: r.ErrorMessage}
}

// RecipientError is the refusal of a text to one recipient of a request that was otherwise accepted. It does not
// contain the number.
type RecipientError struct {
	// StatusCode is the status of this recipient, such as 400 for a malformed number.
	StatusCode int

	// Message is the reason in the service's words.
	Message string
}

func (e *RecipientError) Error() string {
	return fmt.Sprintf("text refused for recipient: %d %s", e.StatusCode, e.Message)
}

// ErrNoRecipients is returned by operations on recipients when there are none, before anything is sent.
var ErrNoRecipients = errors.New("no recipients")

type sendRequest struct {
	From       string          `json:"from"`
	Recipients []sendRecipient `json:"smsRecipients"`
	Message    string          `json:"message"`
	Options    sendOptions     `json:"smsSendOptions"`
}

type sendRecipient struct {
	To        string `json:"to"`
	RequestID string `json:"repeatabilityRequestId"`
	FirstSent string `json:"repeatabilityFirstSent"`
}

type sendOptions struct {
	EnableDeliveryReport bool   `json:"enableDeliveryReport"`
	Tag                  string `json:"tag,omitempty"`
	TimeoutSeconds       int64  `json:"deliveryReportTimeoutInSeconds,omitempty"`
}

// Send sends one text to up to 100 recipients. from is a number of the resource in E.164 form, a short code or an
// alphanumeric sender id. The message may have up to 2048 characters; the service splits it into segments.
//
// A nil error means that the service took the request; the results tell about each recipient. A request as a whole is
// refused by an *azcore.ResponseError, for instance when from is not a number of the resource (401) or too much was
// sent (429). Throttling, faults of the service and of the network are retried as the client's options say.
func (c *Client) Send(ctx context.Context, from string, recipients []Recipient, message string, options *SendOptions) (SendResponse, error) {
	if len(recipients) == 0 {
		return SendResponse{}, fmt.Errorf("send text: %w", ErrNoRecipients)
	}
	if options == nil {
		options = &SendOptions{}
	}
	now := c.now()
	body := sendRequest{
		From:       from,
		Recipients: make([]sendRecipient, len(recipients)),
		Message:    message,
		Options: sendOptions{
			EnableDeliveryReport: options.EnableDeliveryReport,
			Tag:                  options.Tag,
			TimeoutSeconds:       int64(options.DeliveryReportTimeout / time.Second),
		},
	}
	for i, r := range recipients {
		id, first := r.RepeatabilityRequestID, r.RepeatabilityFirstSent
		if id == "" {
			id = rest.NewUUID()
		}
		if first.IsZero() {
			first = now
		}
		body.Recipients[i] = sendRecipient{To: r.To, RequestID: id, FirstSent: first.UTC().Format(http.TimeFormat)}
	}
	version := c.rest.APIVersion()
	if body.Options.TimeoutSeconds > 0 {
		version = c.later
	}
	var out SendResponse
	err := c.post(ctx, "/sms", version, body, &out, http.StatusAccepted)
	return out, err
}

func (c *Client) post(ctx context.Context, path, version string, body, out any, status int) error {
	req, err := c.rest.NewRequest(ctx, http.MethodPost, path, rest.Query{{Name: "api-version", Value: version}})
	if err != nil {
		return err
	}
	if err := rest.SetBody(req, rest.JSON, body); err != nil {
		return err
	}
	return c.rest.Call(req, out, status)
}
