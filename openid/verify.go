package openid

import (
	"context"
	"crypto"
	"crypto/rsa"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
)

// Token is a token whose signature is good.
type Token struct {
	// Issuer is the one that was asked for.
	Issuer string

	// Audience is whom the token is for.
	Audience []string

	// Expiry is when it ends, zero when it does not say.
	Expiry time.Time

	begin  *time.Time
	claims func(any) error
}

// Claims reads the claims into a struct with tags of encoding/json.
func (t *Token) Claims(v any) error { return t.claims(v) }

// Verify checks a token's issuer and its signature with a key, by RS256. Audience and times are left to the caller: there
// may be several audiences, and clocks differ. The error is an *Error.
func Verify(ctx context.Context, token, issuer string, key *rsa.PublicKey) (*Token, error) {
	parsed, err := oidc.NewVerifier(issuer, &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key}}, &oidc.Config{
		SupportedSigningAlgs: []string{string(jose.RS256)},
		SkipClientIDCheck:    true,
		SkipExpiryCheck:      true,
	}).Verify(ctx, token)
	if err != nil {
		return nil, Refuse(Signature, "token's signature is not good")
	}
	var times struct {
		NotBefore *float64 `json:"nbf"`
		Expiry    *float64 `json:"exp"`
	}
	if err := parsed.Claims(&times); err != nil {
		return nil, Refuse(Malformed, "token has claims of unexpected types")
	}
	t := &Token{Issuer: parsed.Issuer, Audience: parsed.Audience, claims: parsed.Claims}
	if times.Expiry != nil {
		t.Expiry = unix(*times.Expiry)
	}
	if times.NotBefore != nil {
		begin := unix(*times.NotBefore)
		t.begin = &begin
	}
	return t, nil
}

// CheckTimes checks that the token is valid now, give or take the leeway. A token that does not end is refused. The error
// is an *Error.
func (t *Token) CheckTimes(now time.Time, leeway time.Duration) error {
	switch {
	case t.Expiry.IsZero():
		return Refuse(Expired, "token does not say when it expires")
	case !now.Before(t.Expiry.Add(leeway)):
		return Refuse(Expired, "token expired at %s", t.Expiry.Format(time.RFC3339))
	case t.begin != nil && now.Add(leeway).Before(*t.begin):
		return Refuse(Early, "token is not valid before %s", t.begin.Format(time.RFC3339))
	}
	return nil
}

// unix reads a NumericDate. What lies beyond the range of calendars ends at its edge.
func unix(seconds float64) time.Time {
	const year9999 = 253402300799
	return time.Unix(int64(max(0, min(seconds, year9999))), 0).UTC()
}
