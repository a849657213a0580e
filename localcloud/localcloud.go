// Package localcloud starts Guichet's local cloud inside a Go test, in one line:
//
//	cloud := localcloud.Start(t)
//
// Entra ID, Azure Resource Manager, Event Grid and Azure Communication Services
// then answer on a free port of this machine, with the well-known values below
// and no state but the test's own. Microsoft's SDKs work against it once they are
// told its authority and its endpoint, and trust its certificate authority; see
// the example.
package localcloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"guichet/internal/cloud"
	"guichet/internal/cloud/wellknown"
)

// Values with which every local cloud starts. They are public and protect
// nothing, so that anyone may write them into a test.
const (
	// TenantID is the tenant Contoso, Domain its verified domain.
	TenantID = wellknown.TenantID
	Domain   = wellknown.Domain
	// ClientID and ClientSecret are of the service principal for tools: it is
	// Contributor of the subscription, and owns the webhook application. ObjectID is
	// the principal's object id.
	ClientID     = wellknown.ToolsClientID
	ClientSecret = wellknown.ToolsSecret
	ObjectID     = wellknown.ToolsObjectID
	// User and UserPassword are of a user who is Global Administrator of the tenant
	// and Owner of the subscription.
	User         = wellknown.UserName
	UserPassword = wellknown.UserPassword
	// WebhookAppID is an application for webhooks that Event Grid signs in to.
	WebhookAppID = wellknown.WebhookClientID
	// EventGridAppID is the caller in the tokens that Event Grid sends: Microsoft's
	// own application.
	EventGridAppID = wellknown.EventGridAppID
	// SubscriptionID, ResourceGroup, ResourceName and ResourceID lead to the
	// communication resource; ImmutableResourceID is its id in the data plane.
	SubscriptionID      = wellknown.SubscriptionID
	ResourceGroup       = wellknown.ResourceGroup
	ResourceName        = wellknown.ACSName
	ResourceID          = wellknown.ACSResourceID
	ImmutableResourceID = wellknown.ACSImmutableID
	// AccessKey is the resource's primary key.
	AccessKey = wellknown.ACSPrimaryKey
	// NumberTollFree can text and call, NumberGeographic can call; the resource
	// owns both. HandsetNumber is a customer's.
	NumberTollFree   = wellknown.NumberTollFree
	NumberGeographic = wellknown.NumberGeographic
	HandsetNumber    = wellknown.HandsetNumber
)

// ResourceManagerAudience is the audience of tokens for ARM.
const ResourceManagerAudience = "https://management.azure.com"

// Options say how a cloud is started. The zero value is an ephemeral cloud on
// free ports.
type Options struct {
	// DataDir keeps the state in a folder instead of forgetting it.
	DataDir string
	// HTTPSListen and HTTPListen are host:port; a free port when empty.
	HTTPSListen, HTTPListen string
	// RetrySchedule is the gaps between Event Grid's attempts; Azure's when nil.
	RetrySchedule []time.Duration
	// WebhookRoots are PEM certificates that webhooks may be signed by, beside
	// those the machine trusts.
	WebhookRoots []byte
	// Log receives the cloud's log; discarded when nil.
	Log *slog.Logger
}

// Cloud is a local cloud that answers.
type Cloud struct {
	inner *cloud.Cloud
	roots *x509.CertPool
}

// Start starts a cloud for a test and stops it when the test ends. A cloud that
// cannot start, or that breaks down, fails the test.
func Start(t testing.TB, opts ...func(*Options)) *Cloud {
	t.Helper()
	var o Options
	for _, opt := range opts {
		opt(&o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c, err := New(ctx, o)
	if err != nil {
		cancel()
		t.Fatalf("local cloud: %v", err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("local cloud: %v", err)
		}
	})
	return c
}

// Run starts a cloud, calls ready with it, and returns when ctx ends.
func Run(ctx context.Context, o Options, ready func(*Cloud)) error {
	c, err := New(ctx, o)
	if err != nil {
		return err
	}
	if ready != nil {
		ready(c)
	}
	return c.Run(ctx)
}

// New makes a cloud whose ports are taken; Run makes it answer.
func New(ctx context.Context, o Options) (*Cloud, error) {
	if o.HTTPSListen == "" {
		o.HTTPSListen = "localhost:0"
	}
	if o.HTTPListen == "" {
		o.HTTPListen = "localhost:0"
	}
	inner, err := cloud.New(ctx, cloud.Options{
		DataDir: o.DataDir, Ephemeral: o.DataDir == "", HTTPSListen: o.HTTPSListen, HTTPListen: o.HTTPListen,
		RetrySchedule: o.RetrySchedule, WebhookRoots: o.WebhookRoots, Log: o.Log,
	})
	if err != nil {
		return nil, err
	}
	return &Cloud{inner: inner, roots: inner.CAPool()}, nil
}

// Run answers until ctx ends. It may be called once.
func (c *Cloud) Run(ctx context.Context) error { return c.inner.Run(ctx) }

// URL is the https origin of every service, without a trailing slash. It is the
// endpoint of ARM and of ACS.
func (c *Cloud) URL() string { return c.inner.HTTPSURL() }

// HTTPURL is the http origin of the same services.
func (c *Cloud) HTTPURL() string { return c.inner.HTTPURL() }

// AuthorityHost is the authority for credentials, with a trailing slash: the
// ActiveDirectoryAuthorityHost of azcore, the authorityHost of @azure/identity.
// Instance discovery must be disabled beside it.
func (c *Cloud) AuthorityHost() string { return c.URL() + "/" }

// ConnectionString is that of the communication resource.
func (c *Cloud) ConnectionString() string { return c.inner.ConnectionString() }

// CAFile is the PEM file of the certificate authority, for SSL_CERT_FILE and
// NODE_EXTRA_CA_CERTS. It exists as long as the cloud.
func (c *Cloud) CAFile() string { return c.inner.CAFile() }

// CAPool trusts the cloud's certificate authority alone.
func (c *Cloud) CAPool() *x509.CertPool { return c.roots }

// Client is an HTTP client that trusts the cloud; it is also the Transport of an
// azcore client.
func (c *Cloud) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 16,
	}}
}

// Reset puts the cloud back to how it started: resources, numbers, texts,
// subscriptions and deliveries.
func (c *Cloud) Reset(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.HTTPURL()+"/_guichet/reset", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusNoContent {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		return errors.New("reset: " + response.Status + ": " + string(text))
	}
	return nil
}
