package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// locationHeader holds the address that a request goes to in the end. It goes there too: the official clients do not
// take it off.
const locationHeader = "OriginalUrl"

// NewRequestElsewhere makes a request without a body that goes to an address of another host than the endpoint. It is
// signed as if its path were the endpoint's, without the query, and tells the signed host in x-ms-host, which is how
// stored media of the service are had. The caller must have made sure of the host: it gets the credential.
func (c *Client) NewRequestElsewhere(ctx context.Context, method string, location *url.URL) (*policy.Request, error) {
	signed := *c.endpoint
	signed.Path, signed.RawPath = location.Path, location.RawPath
	req, err := runtime.NewRequest(ctx, method, signed.String())
	if err != nil {
		return nil, fmt.Errorf("request to %s: %w", location.Host, err)
	}
	req.Raw().Header.Set("Accept", JSON)
	req.Raw().Header.Set("x-ms-host", HostOf(c.endpoint))
	req.Raw().Header.Set(locationHeader, location.String())
	return req, nil
}

// HostOf returns the host with its port, unless that is the default of the scheme: what the signature covers.
func HostOf(u *url.URL) string {
	if p := u.Port(); p == "443" && u.Scheme == "https" || p == "80" && u.Scheme == "http" {
		return strings.TrimSuffix(u.Host, ":"+p)
	}
	return u.Host
}

// elsewhere comes after the signature, on each try.
type elsewhere struct{}

func (elsewhere) Do(req *policy.Request) (*http.Response, error) {
	if location := req.Raw().Header.Get(locationHeader); location != "" {
		u, err := url.Parse(location)
		if err != nil {
			return nil, err
		}
		// Each try has its own copy of the request, but they share the URL.
		req.Raw().URL, req.Raw().Host = u, ""
	}
	return req.Next()
}
