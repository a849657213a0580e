// Package callautomation is the client of Call Automation in Azure Communication Services: making, answering and
// steering calls, playing and recognizing in them, and recording them.
//
// Nearly every operation only begins something. What becomes of it is told by events to the call's callback address,
// which package [guichet/acs/callautomation/callback] receives; the operation context comes back in them. Incoming
// calls are announced by Event Grid. Audio and transcripts arrive on WebSockets, whose messages package
// [guichet/acs/callautomation/stream] reads and writes.
//
// The facts of the protocol are those of @azure/communication-call-automation 1.6.0, of the service's REST
// specification 2026-03-12 and of its documentation. As the official client does, this one takes only the statuses that
// an operation declares for success; any other is an [azcore.ResponseError], whose ErrorCode is the service's subcode
// in decimal, such as 8522 for a call that is not there (any more).
package callautomation

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

// apiVersion is the version of the protocol that the official client of the same operations speaks.
const apiVersion = "2026-03-12"

// Errors that are returned before anything is sent.
var (
	// ErrNoTarget is returned by operations on identifiers when there are none, or one that names nobody.
	ErrNoTarget = errors.New("no target")

	// ErrNoID is returned when the id of a call, a recording or an invitation is empty.
	ErrNoID = errors.New("id is empty")
)

// ClientOptions are the options of a client. The zero value is ready to use.
type ClientOptions struct {
	azcore.ClientOptions

	// RecordingHosts are hosts besides the service's own from which recordings may be fetched: host names, with a port
	// unless it is the default one. They are sent the client's credential. A location at one of them may be an http
	// address when InsecureAllowCredentialWithHTTP is set. Meant for a local cloud.
	RecordingHosts []string
}

// Client makes and steers the calls of one ACS resource. It is safe for concurrent use.
type Client struct {
	rest           *rest.Client
	recordingHosts []string
	insecure       bool
	now            func() time.Time
}

// NewClient returns a client for the resource at endpoint, such as https://contoso.communication.azure.com. Nothing is
// sent yet. options may be nil. An http endpoint is an error unless the options allow credentials over http.
func NewClient(endpoint string, credential acs.Credential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	c, err := rest.New("guichet/acs/callautomation.Client", apiVersion, endpoint, credential, &options.ClientOptions)
	if err != nil {
		return nil, fmt.Errorf("call automation client: %w", err)
	}
	return &Client{
		rest: c, recordingHosts: append([]string(nil), options.RecordingHosts...),
		insecure: options.InsecureAllowCredentialWithHTTP, now: time.Now,
	}, nil
}

// NewClientFromConnectionString is NewClient with the endpoint and the key of a connection string.
func NewClientFromConnectionString(connectionString string, options *ClientOptions) (*Client, error) {
	cs, err := acs.ParseConnectionString(connectionString)
	if err != nil {
		return nil, fmt.Errorf("call automation client: %w", err)
	}
	return NewClient(cs.Endpoint, cs.Credential, options)
}

// Call returns the operations on a call that exists, by its callConnectionId. Nothing is sent.
func (c *Client) Call(callConnectionID string) *Call {
	return &Call{client: c, id: callConnectionID}
}

// Repeatability makes the service act once, however often a request with this id arrives, and answer alike each time.
// A caller that stores the id (and the time) before it calls may safely call again after a crash. The zero value makes
// a new id for each call of an operation, which covers the retries within it. How long the service remembers an id is
// not documented.
type Repeatability struct {
	// RequestID is a UUID.
	RequestID string

	// FirstSent is when the request was made first, to the second. When zero it is now.
	FirstSent time.Time
}

// OperationOptions are the options of operations that the service does not make repeatable: a retry may act twice.
type OperationOptions struct {
	// OperationContext comes back in the events of the operation. Empty sends none.
	OperationContext string

	// CallbackURI gets the events of this operation instead of the call's own address. Empty leaves it so.
	CallbackURI string
}

// RepeatableOptions are the options of operations that the service makes repeatable.
type RepeatableOptions struct {
	// OperationContext comes back in the events of the operation. Empty sends none.
	OperationContext string

	// CallbackURI gets the events of this operation instead of the call's own address. Empty leaves it so.
	CallbackURI string

	Repeatability Repeatability
}

// operation is what the bodies of operations have in common.
type operation struct {
	OperationContext string `json:"operationContext,omitempty"`
	CallbackURI      string `json:"operationCallbackUri,omitempty"`
}

func (o *OperationOptions) wire() operation {
	if o == nil {
		return operation{}
	}
	return operation{o.OperationContext, o.CallbackURI}
}

func (o *RepeatableOptions) wire() operation {
	if o == nil {
		return operation{}
	}
	return operation{o.OperationContext, o.CallbackURI}
}

func (o *RepeatableOptions) repeatability() *Repeatability {
	if o == nil {
		return &Repeatability{}
	}
	return &o.Repeatability
}

// request is one operation on the wire.
type request struct {
	method, path string
	repeat       *Repeatability // nil for operations that are not repeatable
	body, out    any
	statuses     []int
}

func (c *Client) do(ctx context.Context, r request) error {
	req, err := c.rest.NewRequest(ctx, r.method, r.path, rest.Query{{Name: "api-version", Value: c.rest.APIVersion()}})
	if err != nil {
		return err
	}
	if r.repeat != nil {
		id, first := r.repeat.RequestID, r.repeat.FirstSent
		if id == "" {
			id = rest.NewUUID()
		}
		if first.IsZero() {
			first = c.now()
		}
		req.Raw().Header.Set("Repeatability-Request-ID", id)
		req.Raw().Header.Set("Repeatability-First-Sent", first.UTC().Format(http.TimeFormat))
	}
	if r.body != nil {
		if err := rest.SetBody(req, rest.JSON, r.body); err != nil {
			return err
		}
	}
	return c.rest.Call(req, r.out, r.statuses...)
}
