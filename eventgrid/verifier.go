package eventgrid

import (
	"context"
	"crypto"
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

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
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
	keys   *keySet
}

type tokenClaims struct {
	TenantID  string   `json:"tid"`
	AppID     string   `json:"appid"`
	AZP       string   `json:"azp"`
	ObjectID  string   `json:"oid"`
	Roles     []string `json:"roles"`
	NotBefore *float64 `json:"nbf"`
	Expiry    *float64 `json:"exp"`
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
	budget := newFetchBudget()
	base := options.Authority + "/" + options.TenantID
	version := func(issuer, document string, bound bool, caller func(*tokenClaims) string) issuerVersion {
		a := &authority{client: options.HTTPClient, document: document, issuer: issuer, tenant: options.TenantID, bound: bound}
		return issuerVersion{issuer: issuer, caller: caller, keys: newKeySet(a.keys, options.Now, budget)}
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
		s := version.keys
		err := s.wait(ctx)
		if err == nil {
			err = s.renew(ctx)
			<-s.turn
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("issuer %s: %w", version.issuer, err))
		}
	}
	return errors.Join(errs...)
}

// Verify checks a token and returns what it says. The error is a *TokenError: its reason is ReasonKeysUnavailable when
// the token could not be judged, and the same token may be good later; other reasons are final.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	if len(token) > maxToken {
		return nil, refuse(ReasonTokenMalformed, "token longer than %d bytes", maxToken)
	}
	digest := sha256.Sum256([]byte(token))
	now := v.options.Now()
	if hit, found := v.cache.get(digest, now); found && hit.keys.holds(ctx, hit.keyID, hit.key) {
		return hit.claims, nil
	}
	t, refused := parseToken(token)
	if refused != nil {
		return nil, refused
	}
	i := slices.IndexFunc(v.versions[:], func(version issuerVersion) bool { return version.issuer == t.issuer })
	if i < 0 {
		return nil, refuse(ReasonTokenIssuer, "token is of another issuer")
	}
	version := v.versions[i]
	key, err := version.keys.key(ctx, t.keyID)
	if err != nil {
		return nil, err
	}
	claims, refused := v.check(ctx, token, &version, key)
	if refused != nil {
		return nil, refused
	}
	v.cache.put(digest, cachedToken{
		claims: claims, keys: version.keys, keyID: t.keyID, key: key, until: claims.Expiry.Add(v.options.Leeway),
	}, now)
	return claims, nil
}

// check verifies the signature with a key of the issuer, then the claims.
func (v *Verifier) check(ctx context.Context, token string, version *issuerVersion, key *rsa.PublicKey) (*Claims, *TokenError) {
	// Audience and times are checked below: there may be several audiences, and the library knows no leeway.
	parsed, err := oidc.NewVerifier(version.issuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key}}, &oidc.Config{
		SupportedSigningAlgs: []string{string(jose.RS256)},
		SkipClientIDCheck:    true,
		SkipExpiryCheck:      true,
	}).Verify(ctx, token)
	if err != nil {
		return nil, refuse(ReasonTokenSignature, "token's signature is not good")
	}
	var c tokenClaims
	if err := parsed.Claims(&c); err != nil {
		return nil, refuse(ReasonTokenMalformed, "token has claims of unexpected types")
	}
	if refused := v.checkTimes(&c); refused != nil {
		return nil, refused
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

func (v *Verifier) checkTimes(c *tokenClaims) *TokenError {
	if c.Expiry == nil {
		return refuse(ReasonTokenExpired, "token does not say when it expires")
	}
	now := v.options.Now()
	if end := unix(*c.Expiry); !now.Before(end.Add(v.options.Leeway)) {
		return refuse(ReasonTokenExpired, "token expired at %s", end.Format(time.RFC3339))
	}
	if c.NotBefore != nil {
		if begin := unix(*c.NotBefore); now.Add(v.options.Leeway).Before(begin) {
			return refuse(ReasonTokenEarly, "token is not valid before %s", begin.Format(time.RFC3339))
		}
	}
	return nil
}

func (v *Verifier) isAudience(audience string) bool {
	return slices.ContainsFunc(v.options.Audiences, func(want string) bool {
		return audience == want || guid.MatchString(want) && strings.EqualFold(audience, want)
	})
}

// unix reads a NumericDate. What lies beyond the range of calendars ends at its edge.
func unix(seconds float64) time.Time {
	const year9999 = 253402300799
	return time.Unix(int64(max(0, min(seconds, year9999))), 0).UTC()
}

// clip bounds what is quoted from a token.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
