// Package problem is the one kind of error that a user is meant to read: a
// stable code, what kind of refusal it is, and the values its sentence needs.
// The edge turns it into a status, a sentence in the user's language and RFC
// 9457 JSON; nothing below the edge knows HTTP.
package problem

import "fmt"

// Kind says what the caller can do about a refusal.
type Kind int

// The kinds, each with one HTTP status at the edge.
const (
	// Invalid: what was sent is wrong; correct it and send it again (422).
	Invalid Kind = iota + 1
	// Unauthenticated: sign in first (401).
	Unauthenticated
	// Forbidden: this user may not (403).
	Forbidden
	// NotFound: there is no such thing (404).
	NotFound
	// Conflict: it is in another state than the caller thinks; look again (409).
	Conflict
	// TooMany: slow down (429).
	TooMany
	// Unavailable: not now; the same call may succeed later (503).
	Unavailable
)

// Error is a refusal for a user to read.
type Error struct {
	// Kind decides the status.
	Kind Kind
	// Code is stable and names the sentence, such as "conversation.taken".
	Code string
	// Args are the values that the sentence names.
	Args map[string]string
	// Field is the member of the request that is wrong, empty when it is not
	// about one.
	Field string
	// Also are further refusals of the same request, each about another member.
	Also []*Error
	// Cause is kept for the log and never shown.
	Cause error
}

// New makes a refusal; pairs are the names and values of its arguments.
func New(kind Kind, code string, pairs ...string) *Error {
	e := &Error{Kind: kind, Code: code}
	if len(pairs) > 0 {
		e.Args = make(map[string]string, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			e.Args[pairs[i]] = pairs[i+1]
		}
	}
	return e
}

// On names the member of the request that the refusal is about.
func (e *Error) On(field string) *Error {
	e.Field = field
	return e
}

// Because keeps the cause for the log.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

// Error is for logs, not for users.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Cause)
	}
	return e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }
