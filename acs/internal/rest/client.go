// Package rest is what the clients of package acs share beneath their operations: a pipeline bound to one endpoint,
// requests with ordered queries, answers read into structs, pages and long-running operations with the relative links
// that the service returns. It knows no operation of the service.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"

	"guichet/acs"
)

// moduleVersion is what the User-Agent tells of this module.
const moduleVersion = "v0.1.0"

// Content types of request bodies.
const (
	JSON       = "application/json"
	MergePatch = "application/merge-patch+json"
)

// Query is a request's query in the order in which it is sent.
type Query []Param

// Param is one name and value of a Query.
type Param struct{ Name, Value string }

// Add appends a parameter unless its value is empty.
func (q Query) Add(name, value string) Query {
	if value == "" {
		return q
	}
	return append(q, Param{name, value})
}

// Client sends requests to one ACS resource.
type Client struct {
	inner      *azcore.Client
	endpoint   *url.URL
	apiVersion string
}

// New returns a client. name is the package and the type that it serves, such as guichet/acs/sms.Client; apiVersion
// is the version that its operations speak unless options names another.
func New(name, apiVersion, endpoint string, credential acs.Credential, options *azcore.ClientOptions) (*Client, error) {
	if credential == nil {
		return nil, errors.New("credential is missing")
	}
	normalized, err := acs.NormalizeEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(normalized)
	if err != nil {
		return nil, fmt.Errorf("parse endpoint: %w", err)
	}
	var o azcore.ClientOptions
	if options != nil {
		o = *options
	}
	if base.Scheme != "https" && !o.InsecureAllowCredentialWithHTTP {
		return nil, errors.New("endpoint uses http, which InsecureAllowCredentialWithHTTP must allow")
	}
	if o.APIVersion != "" {
		apiVersion = o.APIVersion
		// Requests are built with it; azcore's own policy would sort their queries.
		o.APIVersion = ""
	}
	inner, err := azcore.NewClient(name, moduleVersion, runtime.PipelineOptions{
		AllowedHeaders:         []string{"MS-CV", "x-ms-client-request-id", "operation-id", "x-ms-error-code"},
		AllowedQueryParameters: []string{"api-version", "skip", "top", "maxPageSize"},
		PerCall:                []policy.Policy{requestID{}},
		PerRetry: []policy.Policy{acs.NewAuthenticationPolicy(credential, &acs.PolicyOptions{
			InsecureAllowCredentialWithHTTP: o.InsecureAllowCredentialWithHTTP,
		}), elsewhere{}},
		Tracing: runtime.TracingOptions{Namespace: "Microsoft.Communication"},
	}, &o)
	if err != nil {
		return nil, err
	}
	return &Client{inner: inner, endpoint: base, apiVersion: apiVersion}, nil
}

// APIVersion returns the version of the protocol that requests name.
func (c *Client) APIVersion() string { return c.apiVersion }

// NewRequest makes a request for a path that is already percent-encoded and begins with a slash.
func (c *Client) NewRequest(ctx context.Context, method, path string, query Query) (*policy.Request, error) {
	var b strings.Builder
	b.WriteString(c.endpoint.String())
	b.WriteString(path)
	for i, p := range query {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(url.QueryEscape(p.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.Value))
	}
	req, err := runtime.NewRequest(ctx, method, b.String())
	if err != nil {
		return nil, err
	}
	req.Raw().Header.Set("Accept", JSON)
	return req, nil
}

// SetBody gives a request a JSON body.
func SetBody(req *policy.Request, contentType string, body any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(body); err != nil {
		return fmt.Errorf("write request body: %w", err)
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return req.SetBody(streaming.NopCloser(bytes.NewReader(text)), contentType)
}

// Send sends a request. An answer whose status is none of those given becomes an [azcore.ResponseError]; the service's
// official clients accept declared statuses only, too.
func (c *Client) Send(req *policy.Request, statuses ...int) (*http.Response, error) {
	resp, err := c.inner.Pipeline().Do(req)
	if err != nil {
		return nil, err
	}
	if !runtime.HasStatusCode(resp, statuses...) {
		return nil, runtime.NewResponseError(resp)
	}
	return resp, nil
}

// Call is Send with the answer's JSON read into out, unless out is nil.
func (c *Client) Call(req *policy.Request, out any, statuses ...int) error {
	resp, err := c.Send(req, statuses...)
	if err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	return runtime.UnmarshalAsJSON(resp, out)
}

// Resolve makes the link of an answer absolute. Links are relative in the service's answers; one to another host is an
// error, so that no credential goes there.
func (c *Client) Resolve(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("link in answer: %w", err)
	}
	if u.IsAbs() || u.Host != "" {
		if u.Scheme != c.endpoint.Scheme || !strings.EqualFold(u.Host, c.endpoint.Host) {
			return "", fmt.Errorf("link in answer leads to another host, %q", u.Host)
		}
		return link, nil
	}
	return c.endpoint.String() + "/" + strings.TrimPrefix(link, "/"), nil
}

// EscapePath percent-encodes one segment of a path, colon and plus sign included, as the official clients do.
func EscapePath(segment string) string {
	return strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")
}
