package eventgrid

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"guichet/openid"
)

// Well-known values of the public cloud.
const (
	// DefaultAuthority issues the tokens of the public cloud.
	DefaultAuthority = "https://login.microsoftonline.com/"

	// EventGridAppID is the app id of Event Grid in the public cloud, the caller of its webhooks.
	EventGridAppID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"

	// SubscriberRole is the app role that Event Grid's service principal may be given on a webhook's app.
	SubscriberRole = "AzureEventGridSecureWebhookSubscriber"
)

const (
	defaultLeeway = time.Minute
	maxCached     = 1024
)

var guid = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// VerifierOptions say which tokens are good.
type VerifierOptions struct {
	// TenantID is the tenant of the webhook's app registration, a GUID. Required.
	TenantID string

	// Audiences are the client id of the webhook's app registration and, if it has any, its application ID URIs. At
	// least one is required. A GUID is compared without regard to case.
	Audiences []string

	// CallerID is the app id that may call. The default is EventGridAppID.
	CallerID string

	// RequiredRole is an app role that the caller must hold, such as SubscriberRole. Empty requires none: Event Grid
	// holds the role only where an administrator assigned it.
	RequiredRole string

	// Authority is the base URL of the issuer. The default is DefaultAuthority. An http authority is meant for tests.
	Authority string

	// HTTPClient fetches signing keys. The default is http.DefaultClient; each fetch ends after ten seconds anyway.
	HTTPClient *http.Client

	// Leeway is how far clocks may differ, when a token's begin and end are checked. The default is one minute.
	Leeway time.Duration

	// Now tells the time. The default is time.Now.
	Now func() time.Time
}

// Verifier verifies access tokens that Microsoft Entra issued to a caller of a webhook. It is safe for concurrent use
// and has no goroutines of its own: signing keys are fetched on demand and again every hour, and a token that was
// verified is remembered until it expires or its key is withdrawn.
type Verifier struct {
	options  VerifierOptions
	versions [2]issuerVersion
	cache    *tokenCache
}

// issuerVersion is one of the two issuers of a tenant. The app registration decides which of them issues its tokens.
type issuerVersion struct {
	issuer string
	caller func(*tokenClaims) string
	keys   *openid.Keys
}

type tokenClaims struct {
	TenantID string   `json:"tid"`
	AppID    string   `json:"appid"`
	AZP      string   `json:"azp"`
	ObjectID string   `json:"oid"`
	Roles    []string `json:"roles"`
}

// NewVerifier checks the options and returns a verifier. It fetches nothing yet.
func NewVerifier(options VerifierOptions) (*Verifier, error) {
	if options.CallerID == "" {
		options.CallerID = EventGridAppID
	}
	if options.Authority == "" {
		options.Authority = DefaultAuthority
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
	options.TenantID = strings.ToLower(options.TenantID)
	options.Authority = strings.TrimRight(options.Authority, "/")

	var errs []error
	if !guid.MatchString(options.TenantID) {
		errs = append(errs, errors.New("tenant id is not a GUID"))
	}
	if len(options.Audiences) == 0 || slices.Contains(options.Audiences, "") {
		errs = append(errs, errors.New("audiences are missing or empty"))
	}
	if !guid.MatchString(options.CallerID) {
		errs = append(errs, errors.New("caller id is not a GUID"))
	}
	if u, err := url.Parse(options.Authority); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		errs = append(errs, errors.New("authority is not an http or https URL"))
	}
	if options.Leeway < 0 {
		errs = append(errs, errors.New("leeway is negative"))
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("token verifier: %w", errors.Join(errs...))
	}

	v := &Verifier{options: options, cache: newTokenCache(maxCached)}
	budget := openid.NewBudget()
	base := options.Authority + "/" + options.TenantID
	version := func(issuer, document string, bound bool, caller func(*tokenClaims) string) issuerVersion {
		d := openid.Document{Client: options.HTTPClient, Address: document, Issuer: issuer, Tenant: options.TenantID, Bound: bound}
		return issuerVersion{issuer: issuer, caller: caller, keys: openid.NewKeys(d, options.Now, budget)}
	}
	v.versions = [2]issuerVersion{
		// Version 1 tokens name this issuer whatever the authority is.
		version("https://sts.windows.net/"+options.TenantID+"/", base+"/.well-known/openid-configuration", false,
			func(c *tokenClaims) string { return c.AppID }),
		version(base+"/v2.0", base+"/v2.0/.well-known/openid-configuration", true,
			func(c *tokenClaims) string { return c.AZP }),
	}
	return v, nil
}

// Refresh fetches the signing keys of both issuers now. It is not needed before Verify; it lets a program find out at
// its start, or in a check of its configuration, whether they can be had.
func (v *Verifier) Refresh(ctx context.Context) error {
	var errs []error
	for _, version := range v.versions {
		if err := version.keys.Refresh(ctx); err != nil {
			errs = append(errs, fmt.Errorf("issuer %s: %w", version.issuer, err))
		}
	}
	return errors.Join(errs...)
}

// Verify checks a token and returns what it says. The error is a *TokenError: its reason is ReasonKeysUnavailable when
// the token could not be judged, and the same token may be good later; other reasons are final.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	if len(token) > openid.MaxToken {
		return nil, refuse(ReasonTokenMalformed, "token longer than %d bytes", openid.MaxToken)
	}
	digest := sha256.Sum256([]byte(token))
	now := v.options.Now()
	if hit, found := v.cache.get(digest, now); found && hit.keys.Holds(ctx, hit.keyID, hit.key) {
		return hit.claims, nil
	}
	t, err := openid.Parse(token)
	if err != nil {
		return nil, asRefusal(err)
	}
	i := slices.IndexFunc(v.versions[:], func(version issuerVersion) bool { return version.issuer == t.Issuer })
	if i < 0 {
		return nil, refuse(ReasonTokenIssuer, "token is of another issuer")
	}
	version := v.versions[i]
	key, err := version.keys.Key(ctx, t.KeyID)
	if err != nil {
		return nil, asRefusal(err)
	}
	claims, refused := v.check(ctx, token, &version, key)
	if refused != nil {
		return nil, refused
	}
	v.cache.put(digest, cachedToken{
		claims: claims, keys: version.keys, keyID: t.KeyID, key: key, until: claims.Expiry.Add(v.options.Leeway),
	}, now)
	return claims, nil
}

// check verifies the signature with a key of the issuer, then the claims.
func (v *Verifier) check(ctx context.Context, token string, version *issuerVersion, key *rsa.PublicKey) (*Claims, *TokenError) {
	parsed, err := openid.Verify(ctx, token, version.issuer, key)
	if err != nil {
		return nil, asRefusal(err)
	}
	var c tokenClaims
	if err := parsed.Claims(&c); err != nil {
		return nil, refuse(ReasonTokenMalformed, "token has claims of unexpected types")
	}
	if err := parsed.CheckTimes(v.options.Now(), v.options.Leeway); err != nil {
		return nil, asRefusal(err)
	}
	if !strings.EqualFold(c.TenantID, v.options.TenantID) {
		return nil, refuse(ReasonTokenTenant, "token is of tenant %q", clip(c.TenantID))
	}
	audience := slices.IndexFunc(parsed.Audience, v.isAudience)
	if audience < 0 {
		return nil, refuse(ReasonTokenAudience, "token is for audience %q", clip(strings.Join(parsed.Audience, " ")))
	}
	caller := version.caller(&c)
	if !strings.EqualFold(caller, v.options.CallerID) {
		return nil, refuse(ReasonTokenCaller, "token was issued to caller %q", clip(caller))
	}
	if r := v.options.RequiredRole; r != "" && !slices.Contains(c.Roles, r) {
		return nil, refuse(ReasonTokenRole, "caller does not have the role %s", r)
	}
	return &Claims{
		Issuer: parsed.Issuer, Audience: parsed.Audience[audience], TenantID: v.options.TenantID, CallerID: caller,
		ObjectID: c.ObjectID, Roles: c.Roles, Expiry: parsed.Expiry,
	}, nil
}

func (v *Verifier) isAudience(audience string) bool {
	return slices.ContainsFunc(v.options.Audiences, func(want string) bool {
		return audience == want || guid.MatchString(want) && strings.EqualFold(audience, want)
	})
}

// clip bounds what is quoted from a token.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
