package eventgrid

import "net/http"

// Reason is why a request or a token was refused: a stable word, fit for logs and metrics.
type Reason string

// Reasons of a refused token.
const (
	ReasonTokenMissing    Reason = "token.missing"
	ReasonTokenMalformed  Reason = "token.malformed"
	ReasonTokenAlgorithm  Reason = "token.algorithm"
	ReasonTokenKey        Reason = "token.key"
	ReasonTokenSignature  Reason = "token.signature"
	ReasonTokenExpired    Reason = "token.expired"
	ReasonTokenEarly      Reason = "token.notYetValid"
	ReasonTokenIssuer     Reason = "token.issuer"
	ReasonTokenTenant     Reason = "token.tenant"
	ReasonTokenAudience   Reason = "token.audience"
	ReasonTokenCaller     Reason = "token.caller"
	ReasonTokenRole       Reason = "token.role"
	ReasonKeysUnavailable Reason = "keys.unavailable"
)

// Reasons of a refused request.
const (
	ReasonMethod      Reason = "request.method"
	ReasonContentType Reason = "request.contentType"
	ReasonTooLarge    Reason = "request.tooLarge"
	ReasonBody        Reason = "request.body"
	ReasonEvents      Reason = "request.events"
	ReasonOrigin      Reason = "handshake.origin"
	ReasonHandshake   Reason = "handshake.refused"
)

// Status is the HTTP status that says a reason to Event Grid.
func (r Reason) Status() int {
	switch r {
	case ReasonKeysUnavailable:
		return http.StatusServiceUnavailable
	case ReasonTokenCaller, ReasonTokenRole, ReasonHandshake, ReasonOrigin:
		return http.StatusForbidden
	case ReasonMethod:
		return http.StatusMethodNotAllowed
	case ReasonContentType:
		return http.StatusUnsupportedMediaType
	case ReasonTooLarge:
		return http.StatusRequestEntityTooLarge
	case ReasonEvents:
		return http.StatusBadRequest
	case ReasonBody:
		// The connection broke while the body came; the next try may bring it whole.
		return http.StatusRequestTimeout
	}
	return http.StatusUnauthorized
}

// Refusal is what a handler tells of a request that it refused. It contains no part of a token or an event.
type Refusal struct {
	Reason Reason

	// Status is the status of the answer.
	Status int

	// Err says more than the reason.
	Err error
}
