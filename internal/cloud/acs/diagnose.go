package acs

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strings"
)

// diagnose says, for the portal, which part of a signature that did not verify
// differs. It tries the mistakes that are usually made, one at a time. What it
// says holds no key and no signature.
func diagnose(s signed, signature []byte, services []Service, header http.Header) string {
	for _, service := range services {
		for _, text := range service.Keys {
			if key, err := base64.StdEncoding.DecodeString(text); err == nil {
				if part := s.mistake(key, signature); part != "" {
					return "signature: " + part
				}
			}
			if s.verify([]byte(text), signature) {
				return "signature: the access key was used as text; it must be base64-decoded first"
			}
		}
	}
	expected := stringToSign(s.method, s.targets[0], s.date, s.hosts[0], s.hash)
	// Java sends what it signed.
	if raw, err := base64.StdEncoding.DecodeString(header.Get("x-ms-hmac-string-to-sign-base64")); err == nil && len(raw) > 0 {
		return "signature: " + differingLine(string(raw), expected)
	}
	return "signature: made with a key of no resource here, or more than one part differs; the string to sign is " +
		strings.ReplaceAll(expected, "\n", `\n`)
}

// mistake tries strings to sign that are wrong in one part.
func (s signed) mistake(key, signature []byte) string {
	for _, host := range s.hosts {
		for _, target := range s.targets {
			path, _, _ := strings.Cut(target, "?")
			right := stringToSign(s.method, target, s.date, host, s.hash)
			for _, wrong := range []struct{ part, text string }{
				{"the method must be in upper case", stringToSign(strings.ToLower(s.method), target, s.date, host, s.hash)},
				{"the query is missing from the string to sign", stringToSign(s.method, path, s.date, host, s.hash)},
				{"the path is not as sent: it is in lower case", stringToSign(s.method, strings.ToLower(target), s.date, host, s.hash)},
				{"the host must be signed without the scheme", stringToSign(s.method, target, s.date, "https://"+host, s.hash)},
				{"the host is missing", stringToSign(s.method, target, s.date, "", s.hash)},
				{"the date that was signed is not the x-ms-date sent", stringToSign(s.method, target, "", host, s.hash)},
				{"the hash that was signed is of an empty body", stringToSign(s.method, target, s.date, host, bodyHash(nil))},
				{"the hash is missing", stringToSign(s.method, target, s.date, host, "")},
				{"the order must be date, host, hash", s.method + "\n" + target + "\n" + host + ";" + s.date + ";" + s.hash},
				{"lines end in LF, not CRLF", strings.ReplaceAll(right, "\n", "\r\n")},
				{"no LF follows the last line", right + "\n"},
			} {
				if hmac.Equal(sign(key, wrong.text), signature) {
					return wrong.part
				}
			}
		}
	}
	return ""
}

// differingLine compares the string that a client signed with the expected one.
func differingLine(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(g) != len(w) {
		return "the string to sign must have three lines"
	}
	for i, part := range []string{"the method", "path and query"} {
		if g[i] != w[i] {
			return part + " differs: " + g[i] + " was signed, " + w[i] + " was sent"
		}
	}
	gp, wp := strings.Split(g[2], ";"), strings.Split(w[2], ";")
	if len(gp) != len(wp) {
		return "the third line must be date, host and hash"
	}
	for i, part := range []string{"the date", "the host", "the body hash"} {
		if gp[i] != wp[i] {
			return part + " differs: " + gp[i] + " was signed, " + wp[i] + " was sent"
		}
	}
	return "the string to sign is right; the key is of no resource here"
}
