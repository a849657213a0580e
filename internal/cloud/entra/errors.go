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
}

func (e *oauthError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.Number, e.Text) }

// Number is the AADSTS number of a refusal, 0 when err is none.
func Number(err error) int {
	if refusal, ok := errors.AsType[*oauthError](err); ok {
		return refusal.Number
	}
	return 0
}

// writeError answers in the shape of the token endpoint.
func writeError(w http.ResponseWriter, r *http.Request, now time.Time, err error) {
	refusal, ok := errors.AsType[*oauthError](err)
	if !ok {
		refusal = &oauthError{
			Status: http.StatusInternalServerError, Code: "server_error", Number: 90033,
			Text: "A transient error has occurred. Please try again.",
		}
		traffic.Note(r.Context(), err.Error())
	}
	trace, correlation := uuid.NewString(), r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = uuid.NewString()
	}
	stamp := now.UTC().Format("2006-01-02 15:04:05Z")
	w.Header().Set("x-ms-request-id", trace)
	azerror.WriteJSON(w, refusal.Status, map[string]any{
		"error": refusal.Code,
		"error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
			refusal.Number, refusal.Text, trace, correlation, stamp),
		"error_codes": []int{refusal.Number}, "timestamp": stamp, "trace_id": trace, "correlation_id": correlation,
		"error_uri": fmt.Sprintf("%s?code=%d", "https://login.microsoftonline.com/error", refusal.Number),
	})
}
