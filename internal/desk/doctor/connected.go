package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
)

func (x *exam) connected(ctx context.Context) {
	last, err := x.Connections.Last(ctx)
	switch {
	case errors.Is(err, connection.ErrNone):
		x.say(Failed, "connection.none")
		return
	case err != nil:
		x.say(Failed, "desk.broken", "error", err.Error())
		return
	case last.State != connection.Connected:
		x.say(Failed, "connection.disconnected", "name", last.ResourceName)
		return
	}
	x.current = &last
	stored, err := x.Connections.Stored(ctx, last)
	switch {
	case errors.Is(err, secret.ErrSealed):
		x.say(Failed, "connection.sealed")
		return
	case err != nil:
		x.say(Failed, "desk.broken", "error", err.Error())
		return
	}
	x.stored = &stored
	x.say(OK, "connection.ok")
}

// Findings of the connection room that are about the shape of the values; the
// others are about what was asked.
func (x *exam) values(ctx context.Context) {
	if x.unstored() {
		return
	}
	x.found = x.Connections.Check(ctx, *x.stored)
	right := true
	for _, f := range x.Connections.Shape(*x.stored, true) {
		right = false
		switch f.Code {
		case "connection.otherResource":
			x.say(Failed, "values.otherResource", "host", f.Args["host"])
		default:
			x.say(Failed, "values.wrong", "field", f.Field)
		}
	}
	if right {
		x.say(OK, "values.ok")
	}
}

// unstored says so and skips, unless all five values are there.
func (x *exam) unstored() bool {
	if x.unconnected() {
		return true
	}
	if x.stored == nil {
		x.say(Skipped, "skipped.sealed")
	}
	return x.stored == nil
}

// finding is what asking told of a code, nil when it did not.
func (x *exam) finding(code string) *problem.Error {
	for _, f := range x.found {
		if f.Code == code {
			return f
		}
	}
	return nil
}

// asked says whether asking went as far as a field: what is wrong by itself is
// not asked about.
func (x *exam) asked(fields ...string) bool {
	for _, f := range x.Connections.Shape(*x.stored, true) {
		for _, field := range fields {
			if f.Field == field {
				x.say(Skipped, "skipped.values")
				return false
			}
		}
	}
	return true
}

func (x *exam) endpoint(ctx context.Context) {
	if x.unconnected() {
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, x.current.Endpoint, nil)
	if err != nil {
		x.say(Failed, "endpoint.unreachable", "error", err.Error())
		return
	}
	began := x.Clock.Now()
	resp, err := x.Client.Do(req)
	if err != nil {
		switch wayOf(err) {
		case wayName:
			x.say(Failed, "endpoint.dns", "host", req.URL.Hostname())
		case wayUntrusted, wayExpired, wayOtherName:
			x.say(Failed, "endpoint.untrusted", "error", inner(err))
		default:
			x.say(Failed, "endpoint.unreachable", "error", inner(err))
		}
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	_ = resp.Body.Close()
	took := x.Clock.Now().Sub(began)
	if at, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		// The header has whole seconds.
		skew := began.Add(took / 2).Sub(at.Add(500 * time.Millisecond))
		x.skew = &skew
	}
	if resp.StatusCode >= http.StatusInternalServerError || resp.StatusCode == http.StatusTooManyRequests {
		x.say(Warning, "endpoint.answer", "status", resp.Status)
		return
	}
	x.answers = true
	x.say(OK, "endpoint.ok", "ms", strconv.FormatInt(took.Milliseconds(), 10))
}

// How far clocks may differ: ACS refuses signatures that are more than 15
// minutes off (reference: authentication of the data plane).
const (
	skewWarns   = 5 * time.Minute
	skewRefuses = 15 * time.Minute
)

func (x *exam) clock(context.Context) {
	switch {
	case x.unconnected():
	case x.skew == nil:
		x.say(Skipped, "skipped.endpoint")
	case x.skew.Abs() > skewRefuses:
		x.say(Failed, "clock.refused", "minutes", minutes(*x.skew))
	case x.skew.Abs() > skewWarns:
		x.say(Warning, "clock.off", "minutes", minutes(*x.skew))
	default:
		x.say(OK, "clock.ok")
	}
}

func minutes(d time.Duration) string {
	return strconv.Itoa(int(d.Abs().Round(time.Minute) / time.Minute))
}

func (x *exam) key(context.Context) {
	if x.unstored() || !x.asked(connection.FieldString) {
		return
	}
	switch {
	case x.finding("connection.keyRefused") != nil:
		x.say(Failed, "key.refused")
	case x.finding("connection.unreachable") != nil:
		x.say(Skipped, "skipped.endpoint")
	case x.finding("connection.answer") != nil:
		x.say(Warning, "key.answer", "status", x.finding("connection.answer").Args["status"])
	default:
		x.keyGood = true
		x.say(OK, "key.ok")
	}
}

func (x *exam) tenant(context.Context) {
	if x.unstored() || !x.asked(connection.FieldTenantID, connection.FieldAppID) {
		return
	}
	switch {
	case x.finding("connection.entraUnreachable") != nil:
		x.say(Failed, "entra.unreachable", "host", hostOf(x.Azure.Authority))
	case x.finding("connection.swapped") != nil:
		x.say(Failed, "tenant.swapped")
	case x.finding("connection.tenantUnknown") != nil:
		x.say(Failed, "tenant.unknown")
	case x.finding("connection.appUnknown") != nil:
		x.say(Failed, "app.unknown")
	case x.finding("connection.noPrincipal") != nil:
		x.say(Failed, "application.noPrincipal")
	default:
		x.say(OK, "tenant.ok")
	}
}

// way is how a call failed.
type way int

const (
	wayNone way = iota
	// wayName: the host name leads nowhere.
	wayName
	// wayRefused: nothing listens there.
	wayRefused
	wayUntrusted
	wayExpired
	wayOtherName
)

// wayOf tells how a call failed.
func wayOf(err error) way {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return wayName
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return wayRefused
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return wayOtherName
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return wayExpired
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return wayUntrusted
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return wayUntrusted
	}
	return wayNone
}

// inner is an error without the address that was called.
func inner(err error) string {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err.Error()
	}
	return err.Error()
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}

// part is a segment of a resource id: /subscriptions/1/resourceGroups/3/….
func part(resourceID string, n int) string {
	parts := strings.Split(strings.Trim(resourceID, "/"), "/")
	if n >= len(parts) {
		return ""
	}
	return parts[n]
}

func subscriptionOf(resourceID string) string { return part(resourceID, 1) }
func groupOf(resourceID string) string        { return part(resourceID, 3) }
