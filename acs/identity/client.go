// Package identity is the client of the identity operations of Azure Communication Services: users of the resource,
// and the tokens with which they chat and call.
package identity

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"guichet/acs"
	"guichet/acs/internal/rest"
)

// apiVersion is the version of the protocol that the official client of the same operations speaks.
const apiVersion = "2023-10-01"

// ClientOptions are the options of a client. The zero value is ready to use.
type ClientOptions struct {
	azcore.ClientOptions
}

// Client manages the users of one ACS resource. It is safe for concurrent use.
type Client struct{ rest *rest.Client }

// NewClient returns a client for the resource at endpoint, such as https://contoso.communication.azure.com. Nothing is
// sent yet. options may be nil. An http endpoint is an error unless the options allow credentials over http.
func NewClient(endpoint string, credential acs.Credential, options *ClientOptions) (*Client, error) {
	if options == nil {
		options = &ClientOptions{}
	}
	c, err := rest.New("guichet/acs/identity.Client", apiVersion, endpoint, credential, &options.ClientOptions)
	if err != nil {
		return nil, fmt.Errorf("identity client: %w", err)
	}
	return &Client{rest: c}, nil
}

// NewClientFromConnectionString is NewClient with the endpoint and the key of a connection string.
func NewClientFromConnectionString(connectionString string, options *ClientOptions) (*Client, error) {
	cs, err := acs.ParseConnectionString(connectionString)
	if err != nil {
		return nil, fmt.Errorf("identity client: %w", err)
	}
	return NewClient(cs.Endpoint, cs.Credential, options)
}

// Scope is what a token allows.
type Scope string

// Scopes of tokens.
const (
	ScopeChat            Scope = "chat"
	ScopeVoIP            Scope = "voip"
	ScopeChatJoin        Scope = "chat.join"
	ScopeChatJoinLimited Scope = "chat.join.limited"
	ScopeVoIPJoin        Scope = "voip.join"
)

// AccessToken is a user's token, a secret. Printing it does not reveal the token.
type AccessToken struct {
	Token     string    `json:"token"`
	ExpiresOn time.Time `json:"expiresOn"`
}

// String tells the token's end only.
func (t AccessToken) String() string {
	return "token until " + t.ExpiresOn.UTC().Format(time.RFC3339)
}

// GoString is like String.
func (t AccessToken) GoString() string { return t.String() }

// LogValue is like String.
func (t AccessToken) LogValue() slog.Value { return slog.StringValue(t.String()) }

// TokenOptions are the options of operations that issue tokens.
type TokenOptions struct {
	// Lifetime is between one hour and a day, in whole minutes. Zero means a day.
	Lifetime time.Duration
}

func (o *TokenOptions) minutes() int {
	if o == nil {
		return 0
	}
	return int(o.Lifetime / time.Minute)
}

// ErrNoScopes is returned when a token without scopes is asked for, before anything is sent.
var ErrNoScopes = errors.New("no scopes")

type created struct {
	Identity struct {
		ID string `json:"id"`
	} `json:"identity"`
	AccessToken AccessToken `json:"accessToken"`
}

// CreateUser makes a user and returns its raw id, such as 8:acs:<resource>_<user>.
func (c *Client) CreateUser(ctx context.Context) (string, error) {
	req, err := c.request(ctx, http.MethodPost, "/identities")
	if err != nil {
		return "", err
	}
	// The official client names the type of the body that it does not send.
	req.Raw().Header.Set("Content-Type", rest.JSON)
	var out created
	err = c.rest.Call(req, &out, http.StatusCreated)
	return out.Identity.ID, err
}

// CreateUserAndToken is CreateUser and GetToken in one call.
func (c *Client) CreateUserAndToken(ctx context.Context, scopes []Scope, options *TokenOptions) (string, AccessToken, error) {
	if len(scopes) == 0 {
		return "", AccessToken{}, fmt.Errorf("create user and token: %w", ErrNoScopes)
	}
	body := struct {
		Scopes  []Scope `json:"createTokenWithScopes"`
		Minutes int     `json:"expiresInMinutes,omitempty"`
	}{scopes, options.minutes()}
	var out created
	err := c.post(ctx, "/identities", body, &out, http.StatusCreated)
	return out.Identity.ID, out.AccessToken, err
}

// GetToken issues a token for a user.
func (c *Client) GetToken(ctx context.Context, userID string, scopes []Scope, options *TokenOptions) (AccessToken, error) {
	if len(scopes) == 0 {
		return AccessToken{}, fmt.Errorf("get token: %w", ErrNoScopes)
	}
	body := struct {
		Scopes  []Scope `json:"scopes"`
		Minutes int     `json:"expiresInMinutes,omitempty"`
	}{scopes, options.minutes()}
	var out AccessToken
	err := c.post(ctx, user(userID)+"/:issueAccessToken", body, &out, http.StatusOK)
	return out, err
}

// RevokeTokens makes all tokens of a user invalid.
func (c *Client) RevokeTokens(ctx context.Context, userID string) error {
	req, err := c.request(ctx, http.MethodPost, user(userID)+"/:revokeAccessTokens")
	if err != nil {
		return err
	}
	return c.rest.Call(req, nil, http.StatusNoContent)
}

// DeleteUser deletes a user and makes all its tokens invalid.
func (c *Client) DeleteUser(ctx context.Context, userID string) error {
	req, err := c.request(ctx, http.MethodDelete, user(userID))
	if err != nil {
		return err
	}
	return c.rest.Call(req, nil, http.StatusNoContent)
}

// ExchangeTeamsUserToken exchanges the Entra token of a Teams user, which was issued to the app with the client id, for
// a token of ACS. userID is the user's object id.
func (c *Client) ExchangeTeamsUserToken(ctx context.Context, teamsUserToken, clientID, userID string) (AccessToken, error) {
	body := struct {
		Token  string `json:"token"`
		AppID  string `json:"appId"`
		UserID string `json:"userId"`
	}{teamsUserToken, clientID, userID}
	var out AccessToken
	err := c.post(ctx, "/teamsUser/:exchangeAccessToken", body, &out, http.StatusOK)
	return out, err
}

func (c *Client) request(ctx context.Context, method, path string) (*policy.Request, error) {
	return c.rest.NewRequest(ctx, method, path, rest.Query{{Name: "api-version", Value: c.rest.APIVersion()}})
}

func (c *Client) post(ctx context.Context, path string, body, out any, status int) error {
	req, err := c.request(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	if err := rest.SetBody(req, rest.JSON, body); err != nil {
		return err
	}
	return c.rest.Call(req, out, status)
}

func user(id string) string { return "/identities/" + rest.EscapePath(id) }
