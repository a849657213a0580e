package doctor

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"guichet/internal/desk/webhook"
)

// publicURL judges the address by itself. Azure calls https addresses on the
// internet only; a cloud on this machine calls any.
func (x *exam) publicURL(context.Context) {
	u, err := url.Parse(x.PublicURL)
	if err != nil || u.Hostname() == "" {
		x.say(Failed, "public.other", "url", x.PublicURL, "status", "?")
		return
	}
	right, local := true, here(hostname(x.Azure.Authority))
	if !local {
		switch {
		case here(u.Hostname()):
			right = false
			x.say(Failed, "public.loopback", "url", x.PublicURL)
		case inside(u.Hostname()):
			right = false
			x.say(Failed, "public.private", "url", x.PublicURL)
		}
		if u.Scheme != "https" {
			right = false
			x.say(Failed, "public.http", "url", x.PublicURL)
		}
	}
	if x.current != nil && x.current.ProvisionedFor != "" && x.current.ProvisionedFor != x.PublicURL {
		right = false
		x.say(Warning, "public.moved", "was", x.current.ProvisionedFor)
	}
	switch {
	case !right:
	case local:
		x.say(OK, "public.local", "url", x.PublicURL)
	default:
		x.say(OK, "public.ok", "url", x.PublicURL)
	}
}

func hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// here says whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// inside says whether a host is an address that the internet does not reach.
func inside(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast())
}

// gridOrigin is who asks for consent in the handshake of CloudEvents.
const gridOrigin = "eventgrid.azure.net"

// webhooks calls the three endpoints by the public address and asks for consent,
// as Event Grid does before it delivers CloudEvents. The path holds the
// connection's id: only this desk consents to it.
func (x *exam) webhooks(ctx context.Context) {
	if x.unconnected() {
		return
	}
	for _, kind := range []webhook.Kind{webhook.Recording, webhook.SMS, webhook.IncomingCall} {
		address := x.PublicURL + webhook.Path(kind, x.current.ID)
		req, err := http.NewRequestWithContext(ctx, http.MethodOptions, address, nil)
		if err != nil {
			x.say(Failed, "public.other", "address", address, "status", "?")
			return
		}
		req.Header.Set("WebHook-Request-Origin", gridOrigin)
		resp, err := x.caller.Do(req)
		if err != nil {
			x.unreached(req, err)
			return
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusOK && strings.EqualFold(resp.Header.Get("WebHook-Allowed-Origin"), gridOrigin):
		case resp.StatusCode/100 == 3:
			x.say(Failed, "public.redirects", "address", address, "to", resp.Header.Get("Location"))
			return
		default:
			x.say(Failed, "public.other", "address", address, "status", resp.Status)
			return
		}
	}
	x.say(OK, "webhooks.ok")
}

func (x *exam) unreached(req *http.Request, err error) {
	host := req.URL.Hostname()
	switch wayOf(err) {
	case wayName:
		x.say(Failed, "public.dns", "host", host)
	case wayRefused:
		x.say(Failed, "public.refused")
	case wayExpired:
		x.say(Failed, "public.expired", "host", host)
	case wayOtherName:
		x.say(Failed, "public.otherName", "host", host)
	case wayUntrusted:
		x.say(Failed, "public.untrusted", "host", host)
	default:
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			x.say(Failed, "public.silent")
			return
		}
		x.say(Failed, "public.unreachable", "error", inner(err))
	}
}
