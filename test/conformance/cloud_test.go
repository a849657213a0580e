// Package conformance runs Microsoft's own unmodified SDKs against the local
// cloud over TLS.
package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"guichet/localcloud"
)

// fixture is a started cloud and what an SDK needs to use it.
type fixture struct {
	t     *testing.T
	ctx   context.Context
	cloud *localcloud.Cloud
	azure policy.ClientOptions
	cred  azcore.TokenCredential
	begun begun
}

// deadline bounds every test of this package.
const deadline = time.Minute

// start starts a cloud for a test, which runs beside others.
func start(t *testing.T, opts ...func(*localcloud.Options)) *fixture {
	t.Helper()
	t.Parallel()
	return begin(t, opts...)
}

// begin is start for a test that has begun already.
func begin(t *testing.T, opts ...func(*localcloud.Options)) *fixture {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	return connect(ctx, t, localcloud.Start(t, opts...))
}

// connect is a fixture on a cloud that runs.
func connect(ctx context.Context, t *testing.T, c *localcloud.Cloud) *fixture {
	t.Helper()
	f := &fixture{t: t, ctx: ctx, cloud: c, azure: clientOptions(c)}
	f.azure.PerRetryPolicies = []policy.Policy{witness{f}}
	f.cred = f.secret(localcloud.ClientID, localcloud.ClientSecret)
	return f
}

// clientOptions tells azcore of the cloud.
func clientOptions(c *localcloud.Cloud) policy.ClientOptions {
	return policy.ClientOptions{
		Cloud: azcloud.Configuration{
			ActiveDirectoryAuthorityHost: c.AuthorityHost(),
			Services: map[azcloud.ServiceName]azcloud.ServiceConfiguration{
				azcloud.ResourceManager: {Endpoint: c.URL(), Audience: localcloud.ResourceManagerAudience},
			},
		},
		Transport: c.Client(),
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}

func (f *fixture) arm() *arm.ClientOptions { return &arm.ClientOptions{ClientOptions: f.azure} }

func (f *fixture) secret(id, secret string) azcore.TokenCredential {
	f.t.Helper()
	cred, err := azidentity.NewClientSecretCredential(localcloud.TenantID, id, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: f.azure, DisableInstanceDiscovery: true})
	if err != nil {
		f.t.Fatal(err)
	}
	return cred
}

// must fails the test on an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// done polls a long-running operation to its end, at the pace the service asks.
func done[T any](f *fixture, p *runtime.Poller[T], err error) (T, error) {
	f.t.Helper()
	if err != nil {
		var zero T
		return zero, err
	}
	result, err := p.PollUntilDone(f.ctx, &runtime.PollUntilDoneOptions{Frequency: time.Second})
	f.ended(err)
	return result, err
}

// wantCode checks that err is a service error with that status and code.
func wantCode(t *testing.T, err error, status int, code string) {
	t.Helper()
	e, ok := errors.AsType[*azcore.ResponseError](err)
	if !ok {
		t.Fatalf("got %v, want a service error %d %s", err, status, code)
	}
	if e.StatusCode != status || e.ErrorCode != code {
		t.Fatalf("got %d %s, want %d %s", e.StatusCode, e.ErrorCode, status, code)
	}
}

// received is a request that a webhook got.
type received struct {
	method string
	header http.Header
	body   []byte
}

// events decodes the body in Event Grid's schema.
func (r received) events(t *testing.T) []map[string]any {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal(r.body, &list); err != nil {
		t.Fatalf("body %s: %v", r.body, err)
	}
	return list
}

// webhook is an endpoint that consents to the handshake and keeps what it gets.
type webhook struct {
	*httptest.Server
	got chan received
}

// newWebhook starts one; answer, when not nil, decides the status of deliveries.
func newWebhook(t *testing.T, answer func(received) int) *webhook {
	t.Helper()
	h := &webhook{got: make(chan received, 10000)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := received{r.Method, r.Header.Clone(), body}
		if r.Method == http.MethodOptions {
			w.Header().Set("WebHook-Allowed-Origin", r.Header.Get("WebHook-Request-Origin"))
			return
		}
		if r.Header.Get("aeg-event-type") == "SubscriptionValidation" {
			h.got <- got
			data := got.events(t)[0]["data"].(map[string]any)
			_ = json.NewEncoder(w).Encode(map[string]any{"validationResponse": data["validationCode"]})
			return
		}
		status := http.StatusOK
		if answer != nil {
			status = answer(got)
		}
		h.got <- got
		w.WriteHeader(status)
	}))
	t.Cleanup(h.Close)
	return h
}

// next is the next request of that aeg-event-type.
func (h *webhook) next(f *fixture, kind string) received {
	f.t.Helper()
	for {
		select {
		case r := <-h.got:
			if r.header.Get("aeg-event-type") == kind {
				return r
			}
		case <-f.ctx.Done():
			f.t.Fatalf("no %s arrived", kind)
		}
	}
}

// call makes a plain request to the cloud and decodes its JSON answer.
func (f *fixture) call(method, url string, body io.Reader, header http.Header, into any) *http.Response {
	f.t.Helper()
	r := must(http.NewRequestWithContext(f.ctx, method, url, body))(f.t)
	for name, values := range header {
		r.Header[name] = values
	}
	response := must(f.cloud.Client().Do(r))(f.t)
	defer func() { _ = response.Body.Close() }()
	data := must(io.ReadAll(response.Body))(f.t)
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			f.t.Fatalf("%s %s: %s: %v", method, url, data, err)
		}
	}
	return response
}
