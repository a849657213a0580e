package eventgrid

import (
	"errors"
	"fmt"
	"time"

	"guichet/openid"
)

// Claims is what a verified token says.
type Claims struct {
	// Issuer is one of the two issuers of the tenant.
	Issuer string

	// Audience is the audience that matched.
	Audience string

	// TenantID is the tenant that issued the token.
	TenantID string

	// CallerID is the app id of the caller: the claim appid of version 1 tokens, azp of version 2.
	CallerID string

	// ObjectID is the caller's service principal, or empty.
	ObjectID string

	// Roles are the app roles that the caller holds.
	Roles []string

	// Expiry is when the token ends.
	Expiry time.Time
}

// TokenError is the refusal of a token. Its text says what was expected and found, but contains no part of the token
// other than the claims concerned.
type TokenError struct {
	Reason Reason
	detail string
	err    error
}

func (e *TokenError) Error() string { return e.detail }

// Unwrap returns what made signing keys unavailable, nil for other reasons.
func (e *TokenError) Unwrap() error { return e.err }

// asRefusal makes what package openid says of a token one of this package's refusals. Their reasons are the same words.
func asRefusal(err error) *TokenError {
	var e *openid.Error
	if !errors.As(err, &e) {
		return &TokenError{Reason: ReasonKeysUnavailable, detail: err.Error(), err: err}
	}
	return &TokenError{Reason: Reason(e.Reason), detail: e.Error(), err: e.Unwrap()}
}

func refuse(reason Reason, format string, args ...any) *TokenError {
	return &TokenError{Reason: reason, detail: fmt.Sprintf(format, args...)}
}
