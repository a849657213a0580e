// Package siprouting is the client of direct routing in Azure Communication Services: the SIP trunks to one's own
// session border controllers, and the routes that say which calls go out through which trunk.
package siprouting

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs"
	"guichet/acs/internal/rest"
)

// apiVersion is the version of the protocol that the official client of the same operations speaks.
const apiVersion = "2023-03-01"

// ClientOptions are the options of a client. The zero value is ready to use.
type ClientOptions struct {
	azcore.ClientOptions
}

// Client manages the trunks and routes of one ACS resource. It is safe for concurrent use, but the service keeps one
// configuration: SetTrunks and SetRoutes replace what others have set.
type Client struct{ rest *rest.Client }

// NewClient returns a client for the resource at endpoint, such as https://contoso.communication.azure.com. Nothing is
// sent yet. options may be nil. An http endpoint is an error unless the options allow credentials over http.
func NewClient(endpoint string, credential acs.Credential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	c, err := rest.New("guichet/acs/siprouting.Client", apiVersion, endpoint, credential, &options.ClientOptions)
	if err != nil {
		return nil, fmt.Errorf("SIP routing client: %w", err)
	}
	return &Client{rest: c}, nil
}

// NewClientFromConnectionString is NewClient with the endpoint and the key of a connection string.
func NewClientFromConnectionString(connectionString string, options *ClientOptions) (*Client, error) {
	cs, err := acs.ParseConnectionString(connectionString)
	if err != nil {
		return nil, fmt.Errorf("SIP routing client: %w", err)
	}
	return NewClient(cs.Endpoint, cs.Credential, options)
}

// Trunk is the way to a session border controller.
type Trunk struct {
	// SIPSignalingPort is the port of the controller.
	SIPSignalingPort int `json:"sipSignalingPort"`
}

// Route says which trunks calls to some numbers take.
type Route struct {
	// Name is at most 256 characters long.
	Name string `json:"name"`

	// Description is at most 1024 characters long. It may be empty.
	Description string `json:"description,omitempty"`

	// NumberPattern is a .NET regular expression for the called number, at most 1024 characters long.
	NumberPattern string `json:"numberPattern"`

	// Trunks are the names of trunks in the order in which they are tried.
	Trunks []string `json:"trunks,omitempty"`
}

// Configuration is all of a resource's direct routing.
type Configuration struct {
	// Trunks are the trunks by the full domain name of their controller.
	Trunks map[string]Trunk `json:"trunks"`

	// Routes are tried in order; the first whose pattern matches is taken.
	Routes []Route `json:"routes"`
}

// ErrTrunkNotFound is returned by GetTrunk.
var ErrTrunkNotFound = errors.New("no such trunk")

// patch is a merge patch: a nil trunk is deleted, one that is not named stays.
type patch struct {
	Trunks map[string]*Trunk `json:"trunks,omitempty"`
	Routes *[]Route          `json:"routes,omitempty"`
}

// Get returns the configuration.
func (c *Client) Get(ctx context.Context) (Configuration, error) {
	var out Configuration
	req, err := c.rest.NewRequest(ctx, http.MethodGet, "/sip", c.query())
	if err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}

// GetTrunk returns one trunk. The service knows only the whole configuration, from which it is taken.
func (c *Client) GetTrunk(ctx context.Context, fqdn string) (Trunk, error) {
	all, err := c.Get(ctx)
	if err != nil {
		return Trunk{}, err
	}
	t, found := all.Trunks[fqdn]
	if !found {
		return Trunk{}, fmt.Errorf("%w: %s", ErrTrunkNotFound, fqdn)
	}
	return t, nil
}

// SetTrunk adds or changes one trunk.
func (c *Client) SetTrunk(ctx context.Context, fqdn string, trunk Trunk) (Configuration, error) {
	return c.update(ctx, patch{Trunks: map[string]*Trunk{fqdn: &trunk}})
}

// DeleteTrunk removes a trunk. It is no error if there is none of that name; it is one if a route still names it.
func (c *Client) DeleteTrunk(ctx context.Context, fqdn string) (Configuration, error) {
	return c.update(ctx, patch{Trunks: map[string]*Trunk{fqdn: nil}})
}

// SetTrunks makes the trunks given the only ones. It reads the configuration first, to learn which to remove, and
// changes nothing when nothing differs from an empty list.
func (c *Client) SetTrunks(ctx context.Context, trunks map[string]Trunk) (Configuration, error) {
	current, err := c.Get(ctx)
	if err != nil {
		return Configuration{}, err
	}
	change := make(map[string]*Trunk)
	for fqdn := range maps.Keys(current.Trunks) {
		change[fqdn] = nil
	}
	for fqdn, t := range trunks {
		change[fqdn] = &t
	}
	if len(change) == 0 {
		return current, nil
	}
	return c.update(ctx, patch{Trunks: change})
}

// SetRoutes replaces all routes, in order of priority.
func (c *Client) SetRoutes(ctx context.Context, routes []Route) (Configuration, error) {
	if routes == nil {
		routes = []Route{}
	}
	return c.update(ctx, patch{Routes: &routes})
}

func (c *Client) update(ctx context.Context, p patch) (Configuration, error) {
	var out Configuration
	req, err := c.rest.NewRequest(ctx, http.MethodPatch, "/sip", c.query())
	if err != nil {
		return out, err
	}
	if err := rest.SetBody(req, rest.MergePatch, p); err != nil {
		return out, err
	}
	return out, c.rest.Call(req, &out, http.StatusOK)
}

func (c *Client) query() rest.Query {
	return rest.Query{{Name: "api-version", Value: c.rest.APIVersion()}}
}
