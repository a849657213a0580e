package acs

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
)

// The signature scheme: HMAC-SHA256 with the decoded access key over
//
//	<METHOD> LF <path?query> LF <x-ms-date>;<host>;<x-ms-content-sha256>
//
// The official signers differ in how they write path, query and host, so that a
// request is compared with a small set of candidates.
const (
	scheme        = "HMAC-SHA256 "
	signedHeaders = "x-ms-date;host;x-ms-content-sha256"
)

// errStructure says that the Authorization header is not of the scheme's form.
var errStructure = errors.New("the Authorization header is not of the form " +
	"HMAC-SHA256 SignedHeaders=" + signedHeaders + "&Signature=<base64>")

// parseAuthorization returns the signature's bytes.
func parseAuthorization(header string) ([]byte, error) {
	rest, ok := strings.CutPrefix(header, scheme)
	if !ok {
		return nil, errStructure
	}
	names, signature, ok := strings.Cut(strings.TrimSpace(rest), "&Signature=")
	if !ok {
		return nil, errStructure
	}
	names, ok = strings.CutPrefix(names, "SignedHeaders=")
	if !ok || !strings.EqualFold(names, signedHeaders) {
		return nil, errStructure
	}
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || len(raw) != sha256.Size {
		return nil, errStructure
	}
	return raw, nil
}

// signed holds what a signature is made over; a list has the likeliest first.
type signed struct {
	method     string
	targets    []string
	hosts      []string
	date, hash string
}

// newSigned collects the candidates for a request.
func newSigned(method, target, host string, authorities []string, date, hash string) signed {
	return signed{method: method, targets: targets(target), hosts: hosts(host, authorities), date: date, hash: hash}
}

// targets are the ways in which official signers write path and query.
func targets(raw string) []string {
	if !strings.HasPrefix(raw, "/") {
		// The absolute form, as sent to a proxy.
		if u, err := url.Parse(raw); err == nil && u.Host != "" {
			raw = u.RequestURI()
		}
	}
	path, query, hasQuery := strings.Cut(raw, "?")
	list := []string{raw}
	add := func(s string) {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if query != "" {
		add(path + "?" + formQuery(query)) // JavaScript
	}
	if hasQuery && query == "" {
		add(path)
	}
	for _, s := range slices.Clone(list) {
		add(requoted.Replace(s)) // Python with aiohttp
	}
	for _, s := range slices.Clone(list) {
		add(strings.TrimPrefix(s, "/")) // older Python over http
	}
	return list
}

// requoted undoes the escapes that aiohttp does not keep.
var requoted = strings.NewReplacer("%3A", ":", "%3a", ":", "%2B", "+", "%2b", "+")

// formQuery writes a query as WHATWG's form serialiser does, keeping order and
// duplicates.
func formQuery(query string) string {
	var b strings.Builder
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(formEscape(name) + "=" + formEscape(value))
	}
	return b.String()
}

var whatwg = strings.NewReplacer("~", "%7E", "%2A", "*")

func formEscape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		s = plain
	}
	return whatwg.Replace(url.QueryEscape(s))
}

// hosts are the ways in which official signers write the authority.
func hosts(host string, authorities []string) []string {
	list := []string{host}
	add := func(s string) {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		add(name) // Java never signs the port; others leave out the default one
	}
	for _, a := range authorities {
		add(a)
	}
	for _, s := range slices.Clone(list) {
		add(s + "/") // Python, with a slash typed behind the endpoint
	}
	return list
}

func stringToSign(method, target, date, host, hash string) string {
	return method + "\n" + target + "\n" + date + ";" + host + ";" + hash
}

func sign(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// verify says whether key made the signature over one of the candidates.
func (s signed) verify(key, signature []byte) bool {
	for _, host := range s.hosts {
		for _, target := range s.targets {
			sum := sign(key, stringToSign(s.method, target, s.date, host, s.hash))
			if subtle.ConstantTimeCompare(sum, signature) == 1 {
				return true
			}
		}
	}
	return false
}

// bodyHash is the x-ms-content-sha256 of a body.
func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.StdEncoding.EncodeToString(sum[:])
}
