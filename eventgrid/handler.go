package eventgrid

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guichet/openid"
)

// DefaultMaxBody is how many bytes a request's body may have by default: the largest event, and batch, of Event Grid is
// 1 MiB, and the rest is for what surrounds events.
const DefaultMaxBody = 1<<20 + 64<<10

// Options are the options of [NewHandler].
type Options struct {
	// Verifier checks the token of every POST, handshakes included. Required.
	Verifier *Verifier

	// Handle is given every delivery. The answer is 200 after it returned nil; after an error it is 503 and Event Grid
	// delivers again. It must return well within the 30 seconds that Event Grid waits. Required.
	Handle func(context.Context, Delivery) error

	// Validate, if set, is asked before a handshake in the Event Grid schema is answered. An error refuses it.
	Validate func(context.Context, Validation) error

	// AllowedOrigins are the origins that may deliver CloudEvents. The default is that of the public cloud,
	// eventgrid.azure.net.
	AllowedOrigins []string

	// MaxBody is how many bytes a body may have. The default is DefaultMaxBody.
	MaxBody int64

	// OnRefused, if set, is told of every request that was not accepted, before it is answered. Strangers can cause
	// these calls at any rate.
	OnRefused func(*http.Request, Refusal)
}

type handler struct{ options Options }

// NewHandler returns a handler for the address of one webhook. It serves any path.
func NewHandler(options Options) (http.Handler, error) {
	if options.Verifier == nil {
		return nil, errors.New("event handler: verifier is missing")
	}
	if options.Handle == nil {
		return nil, errors.New("event handler: handle function is missing")
	}
	if options.MaxBody == 0 {
		options.MaxBody = DefaultMaxBody
	}
	if options.AllowedOrigins == nil {
		options.AllowedOrigins = []string{"eventgrid.azure.net"}
	}
	options.AllowedOrigins = slices.Clone(options.AllowedOrigins)
	return &handler{options: options}, nil
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		h.post(w, r)
	case http.MethodOptions:
		h.consent(w, r)
	default:
		w.Header().Set("Allow", "POST, OPTIONS")
		h.refuse(w, r, ReasonMethod, fmt.Errorf("method %.20s", r.Method))
	}
}

func (h *handler) post(w http.ResponseWriter, r *http.Request) {
	caller, refused := h.authenticate(r)
	if refused != nil {
		h.refuse(w, r, refused.Reason, refused)
		return
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		h.refuse(w, r, ReasonContentType, errors.New("content type is not JSON"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.options.MaxBody))
	if err != nil {
		reason := ReasonBody
		if errors.As(err, new(*http.MaxBytesError)) {
			reason = ReasonTooLarge
		}
		h.refuse(w, r, reason, fmt.Errorf("read body: %w", err))
		return
	}
	events, err := DecodeEvents(body)
	if err != nil {
		h.refuse(w, r, ReasonEvents, err)
		return
	}
	d := Delivery{
		Kind:             kind(r.Header.Get("aeg-event-type")),
		SubscriptionName: r.Header.Get("aeg-subscription-name"),
		DeliveryCount:    count(r.Header.Get("aeg-delivery-count")),
		Events:           events,
		Caller:           caller,
	}
	if d.Kind == kindValidation || len(events) == 1 && events[0].Type == TypeSubscriptionValidation {
		h.handshake(w, r, d)
		return
	}
	if err := h.options.Handle(r.Context(), d); err != nil {
		// Whoever owns the function knows the error; the sender gets none of it.
		http.Error(w, "not accepted, try again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (h *handler) authenticate(r *http.Request) (*Claims, *TokenError) {
	token, err := openid.BearerToken(r.Header)
	if err != nil {
		return nil, asRefusal(err)
	}
	claims, err := h.options.Verifier.Verify(r.Context(), token)
	if err != nil {
		var e *TokenError
		if !errors.As(err, &e) {
			e = &TokenError{Reason: ReasonKeysUnavailable, detail: err.Error(), err: err}
		}
		return nil, e
	}
	return claims, nil
}

func (h *handler) refuse(w http.ResponseWriter, r *http.Request, reason Reason, err error) {
	status := reason.Status()
	if h.options.OnRefused != nil {
		h.options.OnRefused(r, Refusal{Reason: reason, Status: status, Err: err})
	}
	if status == http.StatusUnauthorized {
		challenge := "Bearer"
		if reason != ReasonTokenMissing {
			challenge = `Bearer error="invalid_token"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	}
	http.Error(w, string(reason), status)
}

// isJSON tells whether a media type is one of JSON's. Deliveries come as application/json, CloudEvents with types of
// their own; a missing type is taken for JSON, as refusing it could lose events.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "application/json" || strings.HasSuffix(t, "+json"))
}

// kind returns the known spelling of a delivery's kind.
func kind(header string) string {
	for _, k := range []string{KindNotification, KindSubscriptionDeletion, KindUnsubscribe, kindValidation} {
		if strings.EqualFold(header, k) {
			return k
		}
	}
	if header == "" {
		return KindNotification
	}
	return header
}

func count(header string) int {
	n, err := strconv.Atoi(header)
	if err != nil || n < 0 {
		return -1
	}
	return n
}
