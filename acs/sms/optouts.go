package sms

import (
	"context"
	"fmt"
	"net/http"

	"guichet/acs/internal/rest"
)

// OptOutResponse has one result per recipient.
type OptOutResponse struct {
	Value []OptOutResult `json:"value"`
}

// OptOutResult is the state of one recipient in the list of those who opted out.
type OptOutResult struct {
	// To is the number as it was sent.
	To string `json:"to"`

	// HTTPStatusCode is 200 when the operation succeeded for this recipient.
	HTTPStatusCode int `json:"httpStatusCode"`

	// IsOptedOut is told by CheckOptOuts only.
	IsOptedOut bool `json:"isOptedOut"`

	// ErrorMessage is the service's reason for a failure.
	ErrorMessage string `json:"errorMessage"`
}

type optOutRequest struct {
	From       string            `json:"from"`
	Recipients []optOutRecipient `json:"recipients"`
}

type optOutRecipient struct {
	To string `json:"to"`
}

// AddOptOuts notes that up to 100 recipients want no texts from a number. Texts to them are refused from then on.
func (c *Client) AddOptOuts(ctx context.Context, from string, to []string) (OptOutResponse, error) {
	return c.optOuts(ctx, "add", from, to)
}

// RemoveOptOuts takes recipients, up to 100, off the list again.
func (c *Client) RemoveOptOuts(ctx context.Context, from string, to []string) (OptOutResponse, error) {
	return c.optOuts(ctx, "remove", from, to)
}

// CheckOptOuts tells which of up to 100 recipients want no texts from a number.
func (c *Client) CheckOptOuts(ctx context.Context, from string, to []string) (OptOutResponse, error) {
	return c.optOuts(ctx, "check", from, to)
}

func (c *Client) optOuts(ctx context.Context, verb, from string, to []string) (OptOutResponse, error) {
	if len(to) == 0 {
		return OptOutResponse{}, fmt.Errorf("%s opt-outs: %w", verb, ErrNoRecipients)
	}
	body := optOutRequest{From: from, Recipients: make([]optOutRecipient, len(to))}
	for i, number := range to {
		body.Recipients[i].To = number
	}
	var out OptOutResponse
	err := c.post(ctx, "/sms/optouts:"+verb, c.later, body, &out, http.StatusOK)
	return out, err
}

// GetDeliveryReport returns the delivery report of a text by the message id that Send returned. While there is none
// the error is an *azcore.ResponseError with status 404.
func (c *Client) GetDeliveryReport(ctx context.Context, messageID string) (DeliveryReport, error) {
	var out DeliveryReport
	req, err := c.rest.NewRequest(ctx, http.MethodGet, "/deliveryReports/"+rest.EscapePath(messageID),
		rest.Query{{Name: "api-version", Value: c.later}})
	if err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}
