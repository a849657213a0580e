package callback

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"guichet/openid"
)

// DefaultAuthority issues the tokens of the public cloud.
const DefaultAuthority = "https://acscallautomation.communication.azure.com"

// Where an authority has its documents.
const (
	documentPath = "/calling/.well-known/acsopenidconfiguration"
	keysPath     = "/calling/keys"
)

const defaultLeeway = time.Minute

// VerifierOptions say which tokens are good.
type VerifierOptions struct {
	// Audiences are the immutable resource ids of the ACS resources whose calls are told, GUIDs. At least one is required.
	// They are compared without regard to case.
	Audiences []string

	// Authority is the base URL below which the OpenID configuration is. The default is DefaultAuthority. An http
	// authority is meant for a local cloud.
	Authority string

	// Issuer is who tokens must be of. The default is the authority.
	Issuer string

	// HTTPClient fetches signing keys. The default is http.DefaultClient; each fetch ends after ten seconds anyway.
	HTTPClient *http.Client

	// Leeway is how far clocks may differ, when a token's begin and end are checked. The default is one minute.
	Leeway time.Duration

	// Now tells the time. The default is time.Now.
	Now func() time.Time
}

// Claims is what a verified token says.
type Claims struct {
	Issuer string

	// Audience is the audience that matched.
	Audience string

	// Expiry is when the token ends: five minutes after an event, a day after a WebSocket was opened.
	Expiry time.Time
}

// Verifier verifies the tokens with which Call Automation posts events and opens WebSockets: signed with RS256 by a key
// of the authority, by its issuer, for an audience. It is safe for concurrent use and has no goroutines of its own:
// signing keys are fetched on demand, again every hour, and again when a token names one that is unknown, within bounds.
//
// Which claims a token has beside iss, aud and exp, and what the OpenID configuration says beside where the keys are, is
// not documented: a token may do without nbf, and the configuration need not name its issuer.
type Verifier struct {
	options VerifierOptions
	keys    *openid.Keys
}

// NewVerifier checks the options and returns a verifier. It fetches nothing yet.
func NewVerifier(options VerifierOptions) (*Verifier, error) {
	if options.Authority == "" {
		options.Authority = DefaultAuthority
	}
	options.Authority = strings.TrimRight(options.Authority, "/")
	if options.Issuer == "" {
		options.Issuer = options.Authority
	}
	if options.HTTPClient == nil {
		options.HTTPClient = http.DefaultClient
	}
	if options.Leeway == 0 {
		options.Leeway = defaultLeeway
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	options.Audiences = slices.Clone(options.Audiences)
	var errs []error
	if len(options.Audiences) == 0 || slices.Contains(options.Audiences, "") {
		errs = append(errs, errors.New("audiences are missing or empty"))
	}
	if u, err := url.Parse(options.Authority); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		errs = append(errs, errors.New("authority is not an http or https URL"))
	}
	if options.Leeway < 0 {
		errs = append(errs, errors.New("leeway is negative"))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("callback verifier: %w", errors.Join(errs...))
	}
	document := openid.Document{
		Client: options.HTTPClient, Address: options.Authority + documentPath, KeysAddress: options.Authority + keysPath,
	}
	return &Verifier{options: options, keys: openid.NewKeys(document, options.Now, openid.NewBudget())}, nil
}

// Refresh fetches the signing keys now. It is not needed before Verify; it lets a program find out at its start, or in a
// check of its configuration, whether they can be had.
func (v *Verifier) Refresh(ctx context.Context) error { return v.keys.Refresh(ctx) }

// Verify checks a token and returns what it says. The error is an *openid.Error: its reason is openid.Unavailable when
// the token could not be judged, and the same token may be good later; other reasons are final.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	t, err := openid.Parse(token)
	if err != nil {
		return nil, err
	}
	if t.Issuer != v.options.Issuer {
		return nil, openid.Refuse(openid.Issuer, "token is of another issuer")
	}
	key, err := v.keys.Key(ctx, t.KeyID)
	if err != nil {
		return nil, err
	}
	good, err := openid.Verify(ctx, token, v.options.Issuer, key)
	if err != nil {
		return nil, err
	}
	if err := good.CheckTimes(v.options.Now(), v.options.Leeway); err != nil {
		return nil, err
	}
	for _, audience := range good.Audience {
		if slices.ContainsFunc(v.options.Audiences, func(a string) bool { return strings.EqualFold(a, audience) }) {
			return &Claims{Issuer: good.Issuer, Audience: audience, Expiry: good.Expiry}, nil
		}
	}
	return nil, openid.Refuse(openid.Audience, "token is for another audience")
}

// VerifyRequest is Verify with the bearer token of a request: of a callback, or of the handshake of a WebSocket.
func (v *Verifier) VerifyRequest(r *http.Request) (*Claims, error) {
	token, err := openid.BearerToken(r.Header)
	if err != nil {
		return nil, err
	}
	return v.Verify(r.Context(), token)
}
