// Package openid checks bearer tokens against the signing keys that an OpenID configuration points to: tokens in compact
// form, signed with RS256, and nothing else. It finds the keys, keeps them, and finds them again when they change; it
// checks the signature and the times. Which issuers, audiences and callers are good, its users decide: package
// [guichet/eventgrid] for deliveries of Event Grid, package [guichet/acs/callautomation/callback] for events of calls.
package openid

import "fmt"

// Reason is why a token was refused: a stable word, fit for logs and metrics.
type Reason string

// Reasons of refused tokens.
const (
	Missing     Reason = "token.missing"
	Malformed   Reason = "token.malformed"
	Algorithm   Reason = "token.algorithm"
	KeyUnknown  Reason = "token.key"
	Signature   Reason = "token.signature"
	Expired     Reason = "token.expired"
	Early       Reason = "token.notYetValid"
	Issuer      Reason = "token.issuer"
	Audience    Reason = "token.audience"
	Unavailable Reason = "keys.unavailable"
)

// Error is the refusal of a token. Its text says what was expected and found, but contains no part of the token other
// than the claims concerned. With the reason Unavailable the token could not be judged, and may be good later; other
// reasons are final.
type Error struct {
	Reason Reason
	detail string
	err    error
}

// Refuse makes an Error.
func Refuse(reason Reason, format string, args ...any) *Error {
	return &Error{Reason: reason, detail: fmt.Sprintf(format, args...)}
}

func (e *Error) Error() string { return e.detail }

// Unwrap returns what made signing keys unavailable, nil for other reasons.
func (e *Error) Unwrap() error { return e.err }
