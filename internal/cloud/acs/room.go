package acs

import (
	"net/http"

	"guichet/internal/cloud/traffic"
)

// Request is a request to another room's part of the data plane, once its
// signature or token is known to be good.
type Request struct {
	*http.Request
	// Service is the resource that the request is for.
	Service Service
	// Body is the whole body, of at most a megabyte.
	Body []byte
}

// Authenticated lets another room answer a part of the data plane: h gets the
// requests that carry a good signature or token and name an api-version; the
// others are refused here, as everywhere on the plane.
func (a *ACS) Authenticated(h func(w http.ResponseWriter, r *Request)) http.Handler {
	return a.authenticated(func(c *call) error {
		h(c.w, &Request{c.r, c.service, c.body})
		return nil
	})
}

// Signed finds the service that a request for a recorded file is for. Such a
// request goes to another host than the resource's and is signed otherwise: over
// the path without the query, with the resource's host, which it names in
// x-ms-host; it has no api-version. A token serves as everywhere. The error says
// which part differs.
func (a *ACS) Signed(r *http.Request) (Service, error) {
	host := r.Header.Get("x-ms-host")
	if host == "" {
		host = r.Host
	}
	copied := r.Clone(r.Context())
	copied.Host, copied.RequestURI = host, r.URL.EscapedPath()
	service, err := a.identify(copied, nil)
	if refused, ok := err.(*refusal); ok {
		traffic.Say(r.Context(), refused.note)
	}
	return service, err
}

// Line is a number that a service owns, as calls see it.
type Line struct {
	// ServiceID is the immutable id of the owner.
	ServiceID string
	// Inbound and Outbound say whether it takes and places calls.
	Inbound, Outbound bool
}

// Line finds an owned number in E.164 form.
func (a *ACS) Line(number string) (Line, bool) {
	n, ok := a.number(number)
	return Line{n.serviceID, n.receivesCalls(), n.placesCalls()}, ok
}
