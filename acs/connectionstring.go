package acs

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrConnectionString is wrapped by every error of [ParseConnectionString].
var ErrConnectionString = errors.New("invalid connection string")

// ConnectionString is a parsed ACS connection string. Printing it, in any format, does not reveal the key.
type ConnectionString struct {
	// Endpoint is the resource's base URL without a trailing slash, such as https://contoso.communication.azure.com.
	Endpoint string

	// Credential signs with the access key of the connection string.
	Credential *KeyCredential
}

// ParseConnectionString reads a connection string of the form that the Azure portal shows:
//
//	endpoint=https://contoso.communication.azure.com/;accesskey=<base64>
//
// Names are matched without regard to case and may come in any order, empty segments are skipped, and the value of a
// segment starts after its first equals sign, as keys end in one. A name that occurs twice, an unknown name, a missing
// value, a key that is not base64, and an endpoint that is not an http or https URL without a path are errors. An
// error says what is wrong and never quotes the key.
func ParseConnectionString(s string) (ConnectionString, error) {
	var endpoint, key string
	for segment := range strings.SplitSeq(s, ";") {
		segment = strings.TrimSpace(segment)
		if segment == "" {
			continue
		}
		name, value, found := strings.Cut(segment, "=")
		if !found {
			return ConnectionString{}, fmt.Errorf("%w: a segment has no equals sign", ErrConnectionString)
		}
		value = strings.TrimSpace(value)
		var target *string
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "endpoint":
			target = &endpoint
		case "accesskey":
			target = &key
		default:
			// The name is not quoted: after a slip of the keyboard it may be a piece of the key.
			return ConnectionString{}, fmt.Errorf("%w: only endpoint and accesskey are known", ErrConnectionString)
		}
		if *target != "" {
			return ConnectionString{}, fmt.Errorf("%w: endpoint or accesskey is given twice", ErrConnectionString)
		}
		if value == "" {
			return ConnectionString{}, fmt.Errorf("%w: endpoint or accesskey is empty", ErrConnectionString)
		}
		*target = value
	}
	if endpoint == "" {
		return ConnectionString{}, fmt.Errorf("%w: endpoint is missing", ErrConnectionString)
	}
	if key == "" {
		return ConnectionString{}, fmt.Errorf("%w: accesskey is missing", ErrConnectionString)
	}
	endpoint, err := NormalizeEndpoint(endpoint)
	if err != nil {
		return ConnectionString{}, fmt.Errorf("%w: %w", ErrConnectionString, err)
	}
	credential, err := NewKeyCredential(key)
	if err != nil {
		return ConnectionString{}, fmt.Errorf("%w: %w", ErrConnectionString, err)
	}
	return ConnectionString{Endpoint: endpoint, Credential: credential}, nil
}

// String returns the connection string with the key replaced by a word.
func (c ConnectionString) String() string {
	return "endpoint=" + c.Endpoint + "/;accesskey=REDACTED"
}

// GoString is like String.
func (c ConnectionString) GoString() string { return c.String() }

// NormalizeEndpoint checks the base URL of an ACS resource and returns it without its trailing slash: the scheme must
// be http or https, and user, path, query and fragment must be absent.
func NormalizeEndpoint(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		return "", errors.New("endpoint is not a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("endpoint must begin with https:// (or http:// for a local server)")
	case u.Hostname() == "":
		return "", errors.New("endpoint has no host")
	case u.User != nil, u.Path != "" && u.Path != "/", u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return "", errors.New("endpoint must be a scheme and a host, nothing more")
	}
	return u.Scheme + "://" + u.Host, nil
}
