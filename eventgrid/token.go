package eventgrid

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// maxToken is the length in bytes of the longest token that is looked at. Tokens for applications have one or two
// thousand.
const maxToken = 16 << 10

// maxKeyID is the length of the longest key id that is looked up; those of Entra have 27 characters.
const maxKeyID = 256

// bearerToken returns the token of a request's only Authorization header.
func bearerToken(h http.Header) (string, *TokenError) {
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", refuse(ReasonTokenMissing, "no Authorization header")
	}
	if len(values) > 1 {
		return "", refuse(ReasonTokenMalformed, "several Authorization headers")
	}
	scheme, token, found := strings.Cut(values[0], " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", refuse(ReasonTokenMissing, "Authorization header without a bearer token")
	}
	return token, nil
}

// unverified is what is read from a token before its signature is checked, to find the key that checks it.
type unverified struct {
	keyID  string
	issuer string
}

// parseToken reads the key id and the issuer of a token in compact form. They prove nothing.
func parseToken(token string) (unverified, *TokenError) {
	if len(token) > maxToken {
		return unverified{}, refuse(ReasonTokenMalformed, "token longer than %d bytes", maxToken)
	}
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, found := strings.Cut(rest, ".")
	if !found || strings.Contains(signature, ".") {
		return unverified{}, refuse(ReasonTokenMalformed, "token does not have three parts")
	}
	var h struct {
		Algorithm string          `json:"alg"`
		KeyID     string          `json:"kid"`
		Critical  json.RawMessage `json:"crit"`
	}
	if err := decodePart(header, &h); err != nil {
		return unverified{}, refuse(ReasonTokenMalformed, "token header: not JSON in base64url")
	}
	if h.Algorithm != "RS256" {
		return unverified{}, refuse(ReasonTokenAlgorithm, "token is not signed with RS256")
	}
	if h.Critical != nil {
		return unverified{}, refuse(ReasonTokenMalformed, "token header has extensions")
	}
	if h.KeyID == "" || len(h.KeyID) > maxKeyID {
		return unverified{}, refuse(ReasonTokenKey, "token header names no key")
	}
	var p struct {
		Issuer string `json:"iss"`
	}
	if err := decodePart(payload, &p); err != nil {
		return unverified{}, refuse(ReasonTokenMalformed, "token payload: not JSON in base64url")
	}
	if signature == "" {
		return unverified{}, refuse(ReasonTokenSignature, "token is not signed")
	}
	return unverified{keyID: h.KeyID, issuer: p.Issuer}, nil
}

func decodePart(part string, v any) error {
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	return d.Decode(v)
}
