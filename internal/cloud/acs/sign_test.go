package acs

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
)

const vectorKey = "ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI="

// vectors were made with the official JavaScript policy and a clock that stood
// still; they have the signature that it sent for each request.
var vectors = []struct {
	name, method, target, host, body, hash, signature string
}{
	{
		"V1", "POST", "/sms?api-version=2021-03-07", "contoso.communication.azure.com",
		`{"from":"+18005550100","smsRecipients":[{"to":"+14255550123"}],"message":"hi","smsSendOptions":{"enableDeliveryReport":true}}`,
		"COadakJWdm1S+/Ck7VM9+YpFRtGSb5e7cARR0SjrIGI=", "IN8OpmNLaa4FbvzlzADW8+qj1i7CtTPaRBtxmBpf40M=",
	},
	{
		"V2", "GET", "/phoneNumbers?skip=0&api-version=2025-06-01&top=100", "localhost:18080", "",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "8dRfOKK2qA2XyooKzw+Iru0vD5debjdxIzRKRc+SeZ0=",
	},
	{
		"V3 JavaScript", "GET", v3, "localhost:18080", "",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "c4waQdlXs/QbZp7KOLwSjOAiQuV2FKfrzn6uXBzaHKk=",
	},
	{
		"V3 as sent", "GET", v3, "localhost:18080", "",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "lR45uWQ8WtyZ+ZvAmrHr5a1TJtmiGr6qAgFHZ1aF90A=",
	},
	{
		"V4", "GET", "/phoneNumbers/%2B18005550100?api-version=2025-06-01", "contoso.communication.azure.com", "",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "GZvcUQUMxkxRv51B03eDtNQymgrP0IdBrhMh6k9dtUE=",
	},
	{
		"V5", "POST", "/sms?api-version=2021-03-07", "localhost:8443", `{"message":"héllo"}`,
		"1OwKAKVlCLQwHC/kSFbte5+Adr7MESWyDO2hJVW+Bds=", "EC25dUkDZ/H+BlYsUoP2FCwq/GmrG/Jj5oK4E/kIxDk=",
	},
	{
		"V6", "GET", "/sip", "localhost:8443", "",
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "P+3WQA4xHn7VgOZJ9UK4XfOEiuRXJHQkYAd8FDAk7cI=",
	},
	{
		"V7", "POST", "/identities/8%3Aacs%3Aaaa_bbb/:issueAccessToken?api-version=2023-10-01", "localhost:8443",
		`{"scopes":["voip"]}`,
		"P1RwfEo9ooiQzNiWxaaue5mYALPNYKlNk8kSWHZrWlg=", "dHJliBCf/WQ+BVc6gGVqzvnvD445Dv7i5mbmN8uwXrk=",
	},
}

const v3 = "/availablePhoneNumbers/countries/US/areaCodes?phoneNumberType=geographic&skip=0&maxPageSize=100" +
	"&locality=St.%20Louis%20(North)%2C%20*&administrativeDivision=MO&api-version=2025-06-01"

const vectorDate = "Thu, 02 Jan 2025 03:04:05 GMT"

func decoded(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestVectors(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			if got := bodyHash([]byte(v.body)); got != v.hash {
				t.Errorf("body hash %s, want %s", got, v.hash)
			}
			s := newSigned(v.method, v.target, v.host, nil, vectorDate, v.hash)
			if !s.verify(decoded(t, vectorKey), decoded(t, v.signature)) {
				t.Error("the signature does not verify")
			}
			if s.verify([]byte("another key"), decoded(t, v.signature)) {
				t.Error("the signature verifies with another key")
			}
			s.date = "Thu, 02 Jan 2025 03:04:06 GMT"
			if s.verify(decoded(t, vectorKey), decoded(t, v.signature)) {
				t.Error("the signature verifies with another date")
			}
		})
	}
}

// What each official signer signs when a request for target arrives with the
// Host header host.
func TestSignerVariants(t *testing.T) {
	for _, v := range []struct {
		name, target, host   string
		signTarget, signHost string
		authorities          []string
		refused              bool
	}{
		{
			name: "as received", target: "/sms?api-version=1", host: "localhost:8443",
			signTarget: "/sms?api-version=1", signHost: "localhost:8443",
		},
		{
			name: "JavaScript query", target: "/x?a=b%20c&d=(e)~!&f", host: "h",
			signTarget: "/x?a=b+c&d=%28e%29%7E%21&f=", signHost: "h",
		},
		{
			name: "Java without port", target: "/sms", host: "localhost:8443",
			signTarget: "/sms", signHost: "localhost",
		},
		{
			name: "Python aiohttp requoted", target: "/identities/8%3Aacs%3Aa_b?api-version=1", host: "h",
			signTarget: "/identities/8:acs:a_b?api-version=1", signHost: "h",
		},
		{
			name: "Python plus sign", target: "/phoneNumbers/%2B1?api-version=1", host: "h",
			signTarget: "/phoneNumbers/+1?api-version=1", signHost: "h",
		},
		{
			name: "old Python over http", target: "/sms?api-version=1", host: "localhost:8090",
			signTarget: "sms?api-version=1", signHost: "localhost:8090",
		},
		{
			name: "Python with a typed slash", target: "/sms", host: "localhost:8443",
			signTarget: "/sms", signHost: "localhost:8443/",
		},
		{
			name: "public authority", target: "/sms", host: "10.0.0.1:8443",
			signTarget: "/sms", signHost: "cloud.example:8443", authorities: []string{"cloud.example:8443"},
		},
		{
			name: "absolute form", target: "http://h:1/sms?api-version=1", host: "h:1",
			signTarget: "/sms?api-version=1", signHost: "h:1",
		},
		{
			name: "empty query", target: "/sip?", host: "h", signTarget: "/sip", signHost: "h",
		},
		{
			name: "another host", target: "/sms", host: "h", signTarget: "/sms", signHost: "evil", refused: true,
		},
		{
			name: "another query", target: "/sms?a=1", host: "h", signTarget: "/sms?a=2", signHost: "h", refused: true,
		},
		{
			name: "another order", target: "/sms?a=1&b=2", host: "h", signTarget: "/sms?b=2&a=1", signHost: "h", refused: true,
		},
	} {
		t.Run(v.name, func(t *testing.T) {
			key := []byte("key")
			signature := sign(key, stringToSign("GET", v.signTarget, vectorDate, v.signHost, "hash"))
			got := newSigned("GET", v.target, v.host, v.authorities, vectorDate, "hash").verify(key, signature)
			if got == v.refused {
				t.Errorf("verified: %v", got)
			}
		})
	}
}

func TestParseAuthorization(t *testing.T) {
	good := "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=" + vectors[0].signature
	if _, err := parseAuthorization(good); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{
		"", "HMAC-SHA256", "HMAC-SHA256 ", "Basic abc", "HMAC-SHA256 Signature=" + vectors[0].signature,
		"HMAC-SHA256 SignedHeaders=host&Signature=" + vectors[0].signature,
		strings.TrimSuffix(good, "="), good + "x", good[:len(good)-8],
		"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=",
	} {
		if _, err := parseAuthorization(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestDiagnosis(t *testing.T) {
	keyText := vectorKey
	key := decoded(t, keyText)
	s := newSigned("POST", "/sms?api-version=1", "h:1", nil, vectorDate, "hash")
	services := []Service{{Keys: []string{keyText}}}
	right := stringToSign("POST", "/sms?api-version=1", vectorDate, "h:1", "hash")
	for _, d := range []struct {
		name      string
		signature []byte
		header    http.Header
		want      string
	}{
		{"key as text", sign([]byte(keyText), right), nil, "base64-decoded"},
		{"no query", sign(key, stringToSign("POST", "/sms", vectorDate, "h:1", "hash")), nil, "query"},
		{"lower case method", sign(key, stringToSign("post", "/sms?api-version=1", vectorDate, "h:1", "hash")), nil, "method"},
		{"CRLF", sign(key, strings.ReplaceAll(right, "\n", "\r\n")), nil, "CRLF"},
		{"unknown key", sign([]byte("other"), right), nil, `no resource here`},
		{
			"Java tells what it signed", sign(key, stringToSign("POST", "/sms?api-version=1", vectorDate, "elsewhere", "hash")),
			http.Header{"X-Ms-Hmac-String-To-Sign-Base64": {base64.StdEncoding.EncodeToString(
				[]byte(stringToSign("POST", "/sms?api-version=1", vectorDate, "elsewhere", "hash")))}},
			"the host differs: elsewhere was signed, h:1 was sent",
		},
	} {
		got := diagnose(s, d.signature, services, d.header).Text
		if !strings.Contains(got, d.want) {
			t.Errorf("%s: %q, want %q in it", d.name, got, d.want)
		}
		if strings.Contains(got, keyText) || strings.Contains(got, base64.StdEncoding.EncodeToString(d.signature)) {
			t.Errorf("%s: a secret is in %q", d.name, got)
		}
	}
}

func FuzzTargets(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.target)
	}
	f.Add("//?%zz=%&=&&")
	f.Fuzz(func(t *testing.T, target string) {
		list := targets(target)
		if len(list) == 0 || len(list) > 16 {
			t.Errorf("%d candidates", len(list))
		}
	})
}

func TestSegments(t *testing.T) {
	for _, s := range []struct {
		text string
		want int
	}{
		{"", 1},
		{strings.Repeat("a", 160), 1},
		{strings.Repeat("a", 161), 2},
		{strings.Repeat("a", 306), 2},
		{strings.Repeat("a", 307), 3},
		{strings.Repeat("€", 80), 1},
		{strings.Repeat("€", 81), 2},
		// 153 is odd: an escape does not straddle two parts, so each holds 76.
		{strings.Repeat("€", 152), 2},
		{strings.Repeat("€", 153), 3},
		{"ç" + strings.Repeat("a", 69), 1},
		{"ç" + strings.Repeat("a", 70), 2},
		{strings.Repeat("😀", 35), 1},
		{strings.Repeat("😀", 36), 2},
		{strings.Repeat("😀", 66), 2},
		{strings.Repeat("😀", 67), 3},
		{"éàÇ" + strings.Repeat("a", 157), 1},
	} {
		if got := segments(s.text); got != s.want {
			t.Errorf("segments(%d × %.6q) = %d, want %d", len([]rune(s.text)), s.text, got, s.want)
		}
	}
}
