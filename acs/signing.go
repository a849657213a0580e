package acs

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// PolicyOptions are the options of [NewAuthenticationPolicy]. The zero value is ready to use.
type PolicyOptions struct {
	// InsecureAllowCredentialWithHTTP lets requests go out over http. By default they are refused.
	InsecureAllowCredentialWithHTTP bool

	// Now tells the time that is put into signatures. The default is time.Now.
	Now func() time.Time
}

// NewAuthenticationPolicy returns the pipeline policy that authorizes requests with a credential. It belongs among
// the policies that run on each retry, so that every try gets a fresh date. The clients of this module use it by
// themselves; it is exported for operations which they lack.
func NewAuthenticationPolicy(credential Credential, options *PolicyOptions) policy.Policy {
	if options == nil {
		options = &PolicyOptions{}
	}
	o := *options
	if o.Now == nil {
		o.Now = time.Now
	}
	return credential.newPolicy(o)
}

// signingPolicy is the HMAC-SHA256 scheme of ACS, as the clients of @azure/communication-common do it: the signature
// covers the method, the request target, and the headers x-ms-date, host and x-ms-content-sha256.
type signingPolicy struct {
	credential *KeyCredential
	options    PolicyOptions
}

func (p *signingPolicy) Do(req *policy.Request) (*http.Response, error) {
	raw := req.Raw()
	if raw.URL.Scheme != "https" && !p.options.InsecureAllowCredentialWithHTTP {
		return nil, errInsecure{}
	}
	hash, err := contentHash(req)
	if err != nil {
		return nil, fmt.Errorf("hash request body: %w", err)
	}
	raw.URL.RawQuery = canonicalQuery(raw.URL.RawQuery)
	raw.Host = signedHost(raw.URL)
	date := p.options.Now().UTC().Format(http.TimeFormat)

	mac := hmac.New(sha256.New, *p.credential.key.Load())
	fmt.Fprintf(mac, "%s\n%s\n%s;%s;%s", raw.Method, raw.URL.RequestURI(), date, raw.Host, hash)
	signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))

	raw.Header.Set("x-ms-date", date)
	raw.Header.Set("x-ms-content-sha256", hash)
	raw.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+signature)
	return req.Next()
}

// contentHash returns the SHA-256 of the body in base64 and leaves the body at its start.
func contentHash(req *policy.Request) (string, error) {
	h := sha256.New()
	if body := req.Body(); body != nil {
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return "", err
		}
		if _, err := io.Copy(h, body); err != nil {
			return "", err
		}
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return "", err
		}
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}

// signedHost is the host with its port, unless that is the default of the scheme. It becomes the Host header too, as
// the service signs what it receives.
func signedHost(u *url.URL) string {
	if p := u.Port(); p == "443" && u.Scheme == "https" || p == "80" && u.Scheme == "http" {
		return strings.TrimSuffix(u.Host, ":"+p)
	}
	return u.Host
}

// canonicalQuery rewrites a query, keeping its order, in the form encoding of the WHATWG URL standard. Official
// clients do not agree on what is signed: some sign the query as sent, some a form-encoded copy of it. A query that
// is sent in this encoding is the same to both.
func canonicalQuery(query string) string {
	if query == "" {
		return ""
	}
	var b strings.Builder
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		name, value, _ := strings.Cut(pair, "=")
		b.WriteString(formEncode(name))
		b.WriteByte('=')
		b.WriteString(formEncode(value))
	}
	return b.String()
}

var formExceptions = strings.NewReplacer("~", "%7E", "%2A", "*")

func formEncode(s string) string {
	decoded, err := url.QueryUnescape(s)
	if err != nil {
		// A stray percent sign stands for itself in form decoding.
		decoded = s
	}
	return formExceptions.Replace(url.QueryEscape(decoded))
}

// errInsecure is not retriable: azcore's retry policy looks for the method.
type errInsecure struct{}

func (errInsecure) Error() string {
	return "credentials are not sent over http unless InsecureAllowCredentialWithHTTP is set"
}

func (errInsecure) NonRetriable() {}
