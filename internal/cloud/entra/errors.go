package entra

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/traffic"
)

// oauthError is a refusal of the token service: the OAuth code, Entra's number
// and its sentence.
type oauthError struct {
	Status int
	Code   string
	Number int
	Text   string
	// Suberror tells more to programs; mostly empty.
	Suberror string
}

func (e *oauthError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.Number, e.Text) }

// Number is the AADSTS number of a refusal, 0 when err is none.
func Number(err error) int {
	if refusal, ok := errors.AsType[*oauthError](err); ok {
		return refusal.Number
	}
	return 0
}

// refusalOf is what a caller is told of an error; one of the cloud's own is kept
// for the record of requests.
func refusalOf(r *http.Request, err error) *oauthError {
	refusal, ok := errors.AsType[*oauthError](err)
	if ok {
		return refusal
	}
	traffic.Note(r.Context(), err.Error())
	return &oauthError{
		Status: http.StatusInternalServerError, Code: "server_error", Number: 90033,
		Text: "A transient error has occurred. Please try again.",
	}
}

// writeError answers in the shape of the token endpoint.
func writeError(w http.ResponseWriter, r *http.Request, now time.Time, err error) {
	refusal := refusalOf(r, err)
	trace, correlation, stamp := traceOf(w, r, now)
	body := map[string]any{
		"error": refusal.Code, "error_description": refusal.describe(trace, correlation, stamp),
		"error_codes": []int{refusal.Number}, "timestamp": stamp, "trace_id": trace, "correlation_id": correlation,
		"error_uri": fmt.Sprintf("%s?code=%d", "https://login.microsoftonline.com/error", refusal.Number),
	}
	if refusal.Suberror != "" {
		body["suberror"] = refusal.Suberror
	}
	azerror.WriteJSON(w, refusal.Status, body)
}

// traceOf makes the ids by which Microsoft's support would find a request.
func traceOf(w http.ResponseWriter, r *http.Request, now time.Time) (trace, correlation, stamp string) {
	trace, correlation = uuid.NewString(), r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = uuid.NewString()
	}
	w.Header().Set("x-ms-request-id", trace)
	return trace, correlation, now.UTC().Format("2006-01-02 15:04:05Z")
}

func (e *oauthError) describe(trace, correlation, stamp string) string {
	return fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", e.Number, e.Text, trace, correlation, stamp)
}
