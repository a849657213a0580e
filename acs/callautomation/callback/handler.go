package callback

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"guichet/openid"
)

// DefaultMaxBody is how many bytes a request's body may have by default. An event has some thousand; the list of the
// participants of the largest call, 350, has some hundred thousand.
const DefaultMaxBody = 1 << 20

// Reasons of refused requests, beside those of package openid.
const (
	ReasonMethod   openid.Reason = "request.method"
	ReasonTooLarge openid.Reason = "request.tooLarge"
	ReasonBody     openid.Reason = "request.body"
	ReasonEvents   openid.Reason = "request.events"
)

// Options are the options of [NewHandler].
type Options struct {
	// Verifier checks the token of every request. Required.
	Verifier *Verifier

	// Handle is given the events of every request, at least one. The answer is 200 after it returned nil, and 503 after an
	// error. It should return soon: how long the service waits is not documented. Required.
	Handle func(context.Context, []Event) error

	// MaxBody is how many bytes a body may have. The default is DefaultMaxBody.
	MaxBody int64

	// OnRefused, if set, is told of every request that was not accepted, before it is answered. Strangers can cause these
	// calls at any rate.
	OnRefused func(*http.Request, Refusal)
}

// Refusal is what a handler tells of a request that it refused. It contains no part of a token or an event.
type Refusal struct {
	// Reason is a stable word, fit for logs and metrics.
	Reason openid.Reason

	// Status is the status of the answer: 400 for what is no event, 401 for a token that is not good, 405, 413, and 503
	// when the signing keys cannot be had.
	Status int

	// Err says more than the reason.
	Err error
}

type handler struct{ options Options }

// NewHandler returns a handler for callback addresses. It serves any path and query; which call a request is about, the
// events say. The media type of requests is not looked at, as it is not documented.
func NewHandler(options Options) (http.Handler, error) {
	if options.Verifier == nil {
		return nil, errors.New("callback handler: verifier is missing")
	}
	if options.Handle == nil {
		return nil, errors.New("callback handler: handle function is missing")
	}
	if options.MaxBody == 0 {
		options.MaxBody = DefaultMaxBody
	}
	return &handler{options: options}, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		h.refuse(w, r, Refusal{ReasonMethod, http.StatusMethodNotAllowed, fmt.Errorf("method %.20s", r.Method)})
		return
	}
	if _, err := h.options.Verifier.VerifyRequest(r); err != nil {
		h.refuse(w, r, tokenRefusal(err))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.options.MaxBody))
	if err != nil {
		refusal := Refusal{ReasonBody, http.StatusBadRequest, fmt.Errorf("read body: %w", err)}
		if errors.As(err, new(*http.MaxBytesError)) {
			refusal.Reason, refusal.Status = ReasonTooLarge, http.StatusRequestEntityTooLarge
		}
		h.refuse(w, r, refusal)
		return
	}
	events, err := ParseEvents(body)
	if err != nil {
		h.refuse(w, r, Refusal{ReasonEvents, http.StatusBadRequest, err})
		return
	}
	if err := h.options.Handle(r.Context(), events); err != nil {
		// Whoever owns the function knows the error; the sender gets none of it.
		http.Error(w, "not accepted, try again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func tokenRefusal(err error) Refusal {
	refusal := Refusal{openid.Unavailable, http.StatusServiceUnavailable, err}
	var e *openid.Error
	if errors.As(err, &e) && e.Reason != openid.Unavailable {
		refusal.Reason, refusal.Status = e.Reason, http.StatusUnauthorized
	}
	return refusal
}

func (h *handler) refuse(w http.ResponseWriter, r *http.Request, refusal Refusal) {
	if h.options.OnRefused != nil {
		h.options.OnRefused(r, refusal)
	}
	if refusal.Status == http.StatusUnauthorized {
		challenge := "Bearer"
		if refusal.Reason != openid.Missing {
			challenge = `Bearer error="invalid_token"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	}
	http.Error(w, string(refusal.Reason), refusal.Status)
}
