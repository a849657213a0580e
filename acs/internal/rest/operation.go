package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Statuses of operations, in lower case. Whatever else an operation says means that it goes on.
const (
	succeeded = "succeeded"
	failed    = "failed"
	canceled  = "canceled"
	cancelled = "cancelled"
)

// operation is the state of a long-running operation. azcore's own pollers want absolute addresses, where the service
// gives relative ones. The exported fields are what a resume token holds.
type operation[T any] struct {
	client *Client
	last   *http.Response

	PollPath   string `json:"acsPoll"`
	Wanted     bool   `json:"acsWanted"`
	ResultPath string `json:"acsResult"`
	Status     string `json:"acsStatus"`
}

// Outcome says what an operation ends with.
type Outcome struct {
	// Wanted tells that there is a result to fetch, other than the success.
	Wanted bool

	// Path is where the result is if no answer says so.
	Path string
}

// NewPoller sends the request that begins an operation and returns its poller.
func NewPoller[T any](c *Client, req *policy.Request, outcome Outcome) (*runtime.Poller[T], error) {
	resp, err := c.Send(req, http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent)
	if err != nil {
		return nil, err
	}
	op := &operation[T]{
		client: c, last: resp, Wanted: outcome.Wanted, PollPath: resp.Header.Get("Operation-Location"),
		ResultPath: cmp.Or(resp.Header.Get("Location"), outcome.Path),
	}
	switch {
	case op.PollPath != "":
	case resp.StatusCode == http.StatusAccepted:
		return nil, errors.New("answer names no operation to wait for")
	default:
		op.Status = succeeded
	}
	return runtime.NewPoller(resp, c.inner.Pipeline(), &runtime.NewPollerOptions[T]{Handler: op, Tracer: c.inner.Tracer()})
}

// ResumePoller returns the poller of an operation from the token of an earlier one.
func ResumePoller[T any](c *Client, token string) (*runtime.Poller[T], error) {
	return runtime.NewPollerFromResumeToken(token, c.inner.Pipeline(), &runtime.NewPollerFromResumeTokenOptions[T]{
		Handler: &operation[T]{client: c}, Tracer: c.inner.Tracer(),
	})
}

func (o *operation[T]) Done() bool {
	switch o.Status {
	case succeeded, failed, canceled, cancelled:
		return true
	}
	return false
}

func (o *operation[T]) Poll(ctx context.Context) (*http.Response, error) {
	req, err := o.get(ctx, o.PollPath)
	if err != nil {
		return nil, err
	}
	resp, err := o.client.Send(req, http.StatusOK, http.StatusAccepted)
	if err != nil {
		return nil, err
	}
	var body struct {
		Status           string `json:"status"`
		ResourceLocation string `json:"resourceLocation"`
	}
	if err := runtime.UnmarshalAsJSON(resp, &body); err != nil {
		return nil, err
	}
	o.last, o.Status = resp, strings.ToLower(body.Status)
	o.ResultPath = cmp.Or(body.ResourceLocation, o.ResultPath)
	return resp, nil
}

func (o *operation[T]) Result(ctx context.Context, out *T) error {
	if o.Status != succeeded {
		return runtime.NewResponseError(o.last)
	}
	if !o.Wanted {
		return nil
	}
	if o.ResultPath == "" {
		return errors.New("no answer names the result of the operation")
	}
	req, err := o.get(ctx, o.ResultPath)
	if err != nil {
		return fmt.Errorf("result of operation: %w", err)
	}
	return o.client.Call(req, out, http.StatusOK)
}

// get makes a request for a link of the service, and adds the version of the protocol to one that lacks it.
func (o *operation[T]) get(ctx context.Context, link string) (*policy.Request, error) {
	target, err := o.client.Resolve(link)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if !u.Query().Has("api-version") {
		separator := "?"
		if u.RawQuery != "" {
			separator = "&"
		}
		target += separator + "api-version=" + url.QueryEscape(o.client.apiVersion)
	}
	req, err := runtime.NewRequest(ctx, http.MethodGet, target)
	if err != nil {
		return nil, err
	}
	req.Raw().Header.Set("Accept", JSON)
	return req, nil
}
