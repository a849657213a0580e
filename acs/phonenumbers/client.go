// Package phonenumbers is the client of the phone number operations of Azure Communication Services: the numbers that
// a resource owns, and the search for new ones and their purchase. Direct routing of numbers of one's own carrier is
// in package siprouting.
package phonenumbers

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"guichet/acs"
	"guichet/acs/internal/rest"
)

// apiVersion is the version of the protocol that the official client of the same operations speaks.
const apiVersion = "2025-06-01"

// ClientOptions are the options of a client. The zero value is ready to use.
type ClientOptions struct {
	azcore.ClientOptions

	// AcceptLanguage is the language (BCP 47) of the names of countries and localities. Empty leaves it to the service.
	AcceptLanguage string
}

// Client manages the phone numbers of one ACS resource. It is safe for concurrent use.
type Client struct {
	rest     *rest.Client
	language string
}

// NewClient returns a client for the resource at endpoint, such as https://contoso.communication.azure.com. Nothing is
// sent yet. options may be nil. An http endpoint is an error unless the options allow credentials over http.
func NewClient(endpoint string, credential acs.Credential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	c, err := rest.New("guichet/acs/phonenumbers.Client", apiVersion, endpoint, credential, &options.ClientOptions)
	if err != nil {
		return nil, fmt.Errorf("phone numbers client: %w", err)
	}
	return &Client{rest: c, language: options.AcceptLanguage}, nil
}

// NewClientFromConnectionString is NewClient with the endpoint and the key of a connection string.
func NewClientFromConnectionString(connectionString string, options *ClientOptions) (*Client, error) {
	cs, err := acs.ParseConnectionString(connectionString)
	if err != nil {
		return nil, fmt.Errorf("phone numbers client: %w", err)
	}
	return NewClient(cs.Endpoint, cs.Credential, options)
}

// ListPurchasedOptions are the options of NewListPurchasedPager.
type ListPurchasedOptions struct {
	// Skip is how many numbers to leave out at the start.
	Skip int

	// Top is how many numbers a page may have. Zero means 100.
	Top int
}

// ListPurchasedPage is a page of the numbers that a resource owns.
type ListPurchasedPage struct {
	PhoneNumbers []PurchasedPhoneNumber `json:"phoneNumbers"`
	NextLink     string                 `json:"nextLink"`
}

// NewListPurchasedPager pages through the numbers that the resource owns. options may be nil.
func (c *Client) NewListPurchasedPager(options *ListPurchasedOptions) *runtime.Pager[ListPurchasedPage] {
	skip, top := 0, 0
	if options != nil {
		skip, top = options.Skip, options.Top
	}
	if top == 0 {
		top = 100
	}
	return rest.NewPager(c.rest, func(p ListPurchasedPage) string { return p.NextLink },
		func(ctx context.Context) (*policy.Request, error) {
			return c.rest.NewRequest(ctx, http.MethodGet, "/phoneNumbers", rest.Query{
				{Name: "skip", Value: strconv.Itoa(skip)},
				{Name: "api-version", Value: c.rest.APIVersion()},
				{Name: "top", Value: strconv.Itoa(top)},
			})
		})
}

// GetPurchased returns one number that the resource owns, by its E.164 form with the plus sign. A number which the
// resource does not own is an *azcore.ResponseError with status 404.
func (c *Client) GetPurchased(ctx context.Context, phoneNumber string) (PurchasedPhoneNumber, error) {
	var out PurchasedPhoneNumber
	req, err := c.request(ctx, http.MethodGet, "/phoneNumbers/"+rest.EscapePath(phoneNumber))
	if err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}

// request makes a request whose only parameter is the version.
func (c *Client) request(ctx context.Context, method, path string) (*policy.Request, error) {
	return c.rest.NewRequest(ctx, method, path, rest.Query{{Name: "api-version", Value: c.rest.APIVersion()}})
}
