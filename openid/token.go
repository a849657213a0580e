package openid

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// MaxToken is the length in bytes of the longest token that is looked at. Tokens for applications have one or two
// thousand.
const MaxToken = 16 << 10

// maxKeyID is the length of the longest key id that is looked up; those of Entra have 27 characters.
const maxKeyID = 256

// BearerToken returns the token of a request's only Authorization header. The error is an *Error.
func BearerToken(h http.Header) (string, error) {
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", Refuse(Missing, "no Authorization header")
	}
	if len(values) > 1 {
		return "", Refuse(Malformed, "several Authorization headers")
	}
	scheme, token, found := strings.Cut(values[0], " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", Refuse(Missing, "Authorization header without a bearer token")
	}
	return token, nil
}

// Unverified is what is read from a token before its signature is checked, to find the key that checks it. It proves
// nothing.
type Unverified struct {
	KeyID  string
	Issuer string
}

// Parse reads the key id and the issuer of a token in compact form. The error is an *Error.
func Parse(token string) (Unverified, error) {
	if len(token) > MaxToken {
		return Unverified{}, Refuse(Malformed, "token longer than %d bytes", MaxToken)
	}
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, found := strings.Cut(rest, ".")
	if !found || strings.Contains(signature, ".") {
		return Unverified{}, Refuse(Malformed, "token does not have three parts")
	}
	var h struct {
		Algorithm string          `json:"alg"`
		KeyID     string          `json:"kid"`
		Critical  json.RawMessage `json:"crit"`
	}
	if err := decodePart(header, &h); err != nil {
		return Unverified{}, Refuse(Malformed, "token header: not JSON in base64url")
	}
	if h.Algorithm != "RS256" {
		return Unverified{}, Refuse(Algorithm, "token is not signed with RS256")
	}
	if h.Critical != nil {
		return Unverified{}, Refuse(Malformed, "token header has extensions")
	}
	if h.KeyID == "" || len(h.KeyID) > maxKeyID {
		return Unverified{}, Refuse(KeyUnknown, "token header names no key")
	}
	var p struct {
		Issuer string `json:"iss"`
	}
	if err := decodePart(payload, &p); err != nil {
		return Unverified{}, Refuse(Malformed, "token payload: not JSON in base64url")
	}
	if signature == "" {
		return Unverified{}, Refuse(Signature, "token is not signed")
	}
	return Unverified{KeyID: h.KeyID, Issuer: p.Issuer}, nil
}

func decodePart(part string, v any) error {
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	return d.Decode(v)
}
