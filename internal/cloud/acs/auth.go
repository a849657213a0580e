package acs

import (
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"guichet/internal/cloud/traffic"
	"guichet/internal/platform/sqlstore"
)

// maxBody bounds a request's body; the largest lawful one, 100 recipients and
// 2,048 characters, is below 64 KiB.
const maxBody = 1 << 20

// call is one authenticated request.
type call struct {
	w       http.ResponseWriter
	r       *http.Request
	service Service
	body    []byte
	// version is the api-version of the query.
	version string
}

// operation answers a call, or returns why not.
type operation func(c *call) error

// Messages of a 401, as seen from Azure.
const (
	denied       = "Denied by the resource provider."
	hashDiffers  = "Request 'x-ms-content-sha256' differs from generated content hash."
	notStructure = "Given value does not match HMAC header structure"
)

// refusal is a 401: Azure's bare message for the client, and for the portal
// which part differs.
type refusal struct {
	message string
	note    traffic.Remark
}

func (e *refusal) Error() string { return e.note.Text }

// remark is a note with its code and its English text; pairs are the names and
// values of what fills its holes.
func remark(code, text string, pairs ...string) traffic.Remark {
	r := traffic.Remark{Code: code, Text: text}
	for i := 0; i+1 < len(pairs); i += 2 {
		if r.Args == nil {
			r.Args = map[string]string{}
		}
		r.Args[pairs[i]] = pairs[i+1]
	}
	return r
}

// authenticated lets op answer requests that carry a good signature or token.
func (a *ACS) authenticated(op operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The service answers every request with the client's own id.
		if id := r.Header.Get("x-ms-client-request-id"); id != "" {
			w.Header().Set("x-ms-client-request-id", id)
		}
		a.fail(w, r, a.answer(w, r, op))
	})
}

func (a *ACS) answer(w http.ResponseWriter, r *http.Request, op operation) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return &failure{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is too large.", ""}
		}
		return &failure{http.StatusBadRequest, "BadRequest", "The request body could not be read.", ""}
	}
	service, err := a.identify(r, body)
	if err != nil {
		return err
	}
	version := r.URL.Query().Get("api-version")
	if version == "" {
		// Every operation declares the parameter as required; Azure's own wording for
		// its absence is unverified.
		return &failure{http.StatusBadRequest, "MissingApiVersionParameter",
			"The api-version query parameter (?api-version=) is required for all requests.", ""}
	}
	return op(&call{w: w, r: r, service: service, body: body, version: version})
}

// identify finds the service that a request is for: the one whose key verifies
// it, or whose token it carries.
func (a *ACS) identify(r *http.Request, body []byte) (Service, error) {
	services, err := a.o.Services.Services(r.Context())
	if err != nil {
		return Service{}, err
	}
	authorization := r.Header.Get("Authorization")
	if len(authorization) > 7 && strings.EqualFold(authorization[:7], "Bearer ") {
		return a.byToken(r, strings.TrimSpace(authorization[7:]), services)
	}
	if authorization == "" {
		return Service{}, &refusal{denied, remark("noAuthorization", "no Authorization header")}
	}
	hash := bodyHash(body)
	if got := r.Header.Get("x-ms-content-sha256"); got != hash {
		note := remark("bodyHash", "body: x-ms-content-sha256 is not the hash of the body")
		if got == "" {
			note = remark("bodyHashMissing", "body: the header x-ms-content-sha256 is missing")
		}
		return Service{}, &refusal{hashDiffers, note}
	}
	signature, err := parseAuthorization(authorization)
	if err != nil {
		return Service{}, &refusal{notStructure, remark("authorization", "authorization: "+err.Error())}
	}
	date := r.Header.Get("x-ms-date")
	if err := a.checkDate(date); err != nil {
		return Service{}, err
	}
	s := newSigned(r.Method, r.RequestURI, r.Host, a.o.Authorities, date, hash)
	for _, service := range services {
		for i, text := range service.Keys {
			key, err := base64.StdEncoding.DecodeString(text)
			if err == nil && s.verify(key, signature) {
				by := traffic.PrimaryKey
				if i > 0 {
					by = traffic.SecondaryKey
				}
				traffic.Caller(r.Context(), service.name(), by)
				return service, nil
			}
		}
	}
	return Service{}, &refusal{denied, diagnose(s, signature, services, r.Header)}
}

// checkDate refuses a date that is none or is too far from the cloud's clock.
func (a *ACS) checkDate(date string) error {
	at, err := http.ParseTime(date)
	if err != nil {
		return &refusal{denied, remark("date", "date: x-ms-date is missing or not RFC 1123")}
	}
	skew := a.o.Clock.Now().Sub(at)
	if a.o.MaxSkew > 0 && skew.Abs() > a.o.MaxSkew {
		by := skew.Round(time.Second).String()
		return &refusal{denied, remark("skew", "date: x-ms-date differs from the cloud's clock by "+by, "by", by)}
	}
	return nil
}

// byToken finds the service that the token's bearer may use: the one that the
// Host header names, else the first permitted, since all share one address.
func (a *ACS) byToken(r *http.Request, token string, services []Service) (Service, error) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ordered := make([]Service, 0, len(services))
	for _, s := range services {
		if strings.EqualFold(s.HostName, host) || strings.EqualFold(s.HostName, r.Host) {
			ordered = append([]Service{s}, ordered...)
		} else {
			ordered = append(ordered, s)
		}
	}
	for _, s := range ordered {
		permitted, err := a.o.Tokens.Authorize(r.Context(), token, s)
		if err != nil {
			return Service{}, &refusal{denied, traffic.Remark{Text: "token: " + err.Error()}}
		}
		if permitted {
			traffic.Caller(r.Context(), s.name(), traffic.Token)
			return s, nil
		}
	}
	return Service{}, &refusal{denied, remark("noRole", "token: its bearer has no role on any communication resource")}
}

// fail writes an error; nil means that the operation answered.
func (a *ACS) fail(w http.ResponseWriter, r *http.Request, err error) {
	if err == nil {
		return
	}
	if p, ok := errors.AsType[*invalid](err); ok {
		writeProblem(w, p)
		return
	}
	if u, ok := errors.AsType[*unprocessable](err); ok {
		u.write(w)
		return
	}
	f, known := errors.AsType[*failure](err)
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case known:
	case isRefusal:
		traffic.Say(r.Context(), refused.note)
		f = &failure{http.StatusUnauthorized, "Denied", refused.message, ""}
	case errors.Is(err, sqlstore.ErrBusy):
		w.Header().Set("Retry-After", "1")
		f = &failure{http.StatusServiceUnavailable, "ServiceUnavailable", "The service is temporarily unavailable.", ""}
	default:
		a.o.Log.Error("request to the ACS plane failed", "method", r.Method, "path", r.Pattern, "error", err)
		f = &failure{http.StatusInternalServerError, "InternalServerError", "The server encountered an internal error.", ""}
	}
	f.write(w)
}
