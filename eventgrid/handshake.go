package eventgrid

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// TypeSubscriptionValidation is the type of the event that asks a webhook for its consent.
const TypeSubscriptionValidation = "Microsoft.EventGrid.SubscriptionValidationEvent"

// Validation is a handshake in the Event Grid schema: somebody with a good token creates or changes an event
// subscription that delivers to this webhook. The address by which consent could be given later is not followed.
type Validation struct {
	// SubscriptionName is the event subscription, which Event Grid writes in upper case.
	SubscriptionName string

	// Topic is the resource whose events would come, or only its Azure subscription.
	Topic string

	// Caller is what the token says.
	Caller *Claims
}

// handshake answers a subscription validation by its code.
func (h *handler) handshake(w http.ResponseWriter, r *http.Request, d Delivery) {
	if len(d.Events) != 1 {
		h.refuse(w, r, ReasonEvents, errors.New("validation with several events"))
		return
	}
	code, err := validationCode(d.Events[0].Data)
	if err != nil {
		h.refuse(w, r, ReasonEvents, err)
		return
	}
	if h.options.Validate != nil {
		v := Validation{SubscriptionName: d.SubscriptionName, Topic: d.Events[0].Source, Caller: d.Caller}
		if err := h.options.Validate(r.Context(), v); err != nil {
			h.refuse(w, r, ReasonHandshake, err)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(struct {
		Response string `json:"validationResponse"`
	}{code})
}

// validationCode reads the code from an event's data, which some senders put into a JSON string.
func validationCode(data json.RawMessage) (string, error) {
	var inner string
	if len(data) > 0 && data[0] == '"' && json.Unmarshal(data, &inner) == nil {
		data = json.RawMessage(inner)
	}
	var v struct {
		Code string `json:"validationCode"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return "", fmt.Errorf("validation: %w", err)
	}
	if v.Code == "" {
		return "", errors.New("validation without a code")
	}
	return v.Code, nil
}

// consent answers the abuse protection of CloudEvents, section 4 of their webhook specification. It has no token and
// needs none: the answer gives nothing away but that the origin is welcome.
func (h *handler) consent(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("WebHook-Request-Origin")
	if !slices.ContainsFunc(h.options.AllowedOrigins, func(o string) bool { return strings.EqualFold(o, origin) }) {
		h.refuse(w, r, ReasonOrigin, fmt.Errorf("origin %q", clip(origin)))
		return
	}
	w.Header().Set("Allow", "POST, OPTIONS")
	w.Header().Set("WebHook-Allowed-Origin", origin)
	w.Header().Set("WebHook-Allowed-Rate", "*")
	w.WriteHeader(http.StatusOK)
}
