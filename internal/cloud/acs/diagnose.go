package acs

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strings"

	"guichet/internal/cloud/traffic"
)

// diagnose says, for the portal, which part of a signature that did not verify
// differs. It tries the mistakes that are usually made, one at a time. What it
// says holds no key and no signature.
func diagnose(s signed, signature []byte, services []Service, header http.Header) traffic.Remark {
	for _, service := range services {
		for _, text := range service.Keys {
			if key, err := base64.StdEncoding.DecodeString(text); err == nil {
				if found, ok := s.mistake(key, signature); ok {
					return found
				}
			}
			if s.verify([]byte(text), signature) {
				return inSignature("keyText", "the access key was used as text; it must be base64-decoded first")
			}
		}
	}
	expected := stringToSign(s.method, s.targets[0], s.date, s.hosts[0], s.hash)
	// Java sends what it signed.
	if raw, err := base64.StdEncoding.DecodeString(header.Get("x-ms-hmac-string-to-sign-base64")); err == nil && len(raw) > 0 {
		return differingLine(string(raw), expected)
	}
	shown := strings.ReplaceAll(expected, "\n", `\n`)
	return inSignature("otherKey", "made with a key of no resource here, or more than one part differs; the string to sign is "+shown,
		"expected", shown)
}

// inSignature is a remark about a part of a signature.
func inSignature(code, text string, pairs ...string) traffic.Remark {
	return remark("signature."+code, "signature: "+text, pairs...)
}

// mistake tries strings to sign that are wrong in one part.
func (s signed) mistake(key, signature []byte) (traffic.Remark, bool) {
	for _, host := range s.hosts {
		for _, target := range s.targets {
			path, _, _ := strings.Cut(target, "?")
			right := stringToSign(s.method, target, s.date, host, s.hash)
			for _, wrong := range []struct{ code, part, text string }{
				{"method", "the method must be in upper case", stringToSign(strings.ToLower(s.method), target, s.date, host, s.hash)},
				{"query", "the query is missing from the string to sign", stringToSign(s.method, path, s.date, host, s.hash)},
				{"lowerPath", "the path is not as sent: it is in lower case", stringToSign(s.method, strings.ToLower(target), s.date, host, s.hash)},
				{"scheme", "the host must be signed without the scheme", stringToSign(s.method, target, s.date, "https://"+host, s.hash)},
				{"noHost", "the host is missing", stringToSign(s.method, target, s.date, "", s.hash)},
				{"otherDate", "the date that was signed is not the x-ms-date sent", stringToSign(s.method, target, "", host, s.hash)},
				{"emptyHash", "the hash that was signed is of an empty body", stringToSign(s.method, target, s.date, host, bodyHash(nil))},
				{"noHash", "the hash is missing", stringToSign(s.method, target, s.date, host, "")},
				{"order", "the order must be date, host, hash", s.method + "\n" + target + "\n" + host + ";" + s.date + ";" + s.hash},
				{"lineEnds", "lines end in LF, not CRLF", strings.ReplaceAll(right, "\n", "\r\n")},
				{"lastLine", "no LF follows the last line", right + "\n"},
			} {
				if hmac.Equal(sign(key, wrong.text), signature) {
					return inSignature(wrong.code, wrong.part), true
				}
			}
		}
	}
	return traffic.Remark{}, false
}

// differingLine compares the string that a client signed with the expected one.
func differingLine(got, want string) traffic.Remark {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(g) != len(w) {
		return inSignature("threeLines", "the string to sign must have three lines")
	}
	differs := func(code, part, signed, sent string) traffic.Remark {
		return inSignature("differs."+code, part+" differs: "+signed+" was signed, "+sent+" was sent", "signed", signed, "sent", sent)
	}
	for i, part := range []struct{ code, name string }{{"method", "the method"}, {"target", "path and query"}} {
		if g[i] != w[i] {
			return differs(part.code, part.name, g[i], w[i])
		}
	}
	gp, wp := strings.Split(g[2], ";"), strings.Split(w[2], ";")
	if len(gp) != len(wp) {
		return inSignature("thirdLine", "the third line must be date, host and hash")
	}
	for i, part := range []struct{ code, name string }{{"date", "the date"}, {"host", "the host"}, {"hash", "the body hash"}} {
		if gp[i] != wp[i] {
			return differs(part.code, part.name, gp[i], wp[i])
		}
	}
	return inSignature("noKey", "the string to sign is right; the key is of no resource here")
}
