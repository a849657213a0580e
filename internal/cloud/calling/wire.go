package calling

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/traffic"
)

// failure is a refusal in Azure's envelope; code is a decimal subcode.
type failure struct {
	status        int
	code, message string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// Refusals with their documented pairs of status and subcode. Messages are those
// of recorded traffic where there is any.
var (
	errCallGone        = &failure{http.StatusNotFound, "8522", "Call not found."}
	errRecordingGone   = &failure{http.StatusNotFound, "8522", "Recording not found."}
	errParticipantGone = &failure{http.StatusNotFound, "8522", "Participant not found."}
	errNotEstablished  = &failure{http.StatusBadRequest, "8501", "Action is invalid when call is not in Established state"}
	errTransferring    = &failure{http.StatusConflict, "8607", "A transfer of the call is in progress."}
	errMediaConflict   = &failure{http.StatusPreconditionFailed, "8583", "The operation conflicts with a media operation that is in progress."}
	errNotSupported    = &failure{http.StatusMethodNotAllowed, "8520", "The operation is not supported for this call."}
	errSourceIdentity  = &failure{http.StatusForbidden, "7507", "The source of the call does not belong to the resource."}
)

// invalid refuses a body or an argument.
func invalid(message string) *failure { return &failure{http.StatusBadRequest, "8523", message} }

// answer is what an operation answers: a status, and a body unless it is nil.
type answer struct {
	status int
	body   any
	// after runs once the answer was written.
	after func()
}

// operation answers a request or says why not.
type operation func(r *acs.Request) (answer, error)

// serve lets op answer, once for each repeatability id.
func (s *Server) serve(op operation) http.Handler {
	return s.o.Gate.Authenticated(func(w http.ResponseWriter, r *acs.Request) {
		s.repeated(w, r, func() written {
			a, err := op(r)
			if err != nil {
				return s.failed(r.Request, err)
			}
			out := written{status: a.status, after: a.after}
			if a.body != nil {
				data, err := json.Marshal(a.body)
				if err != nil {
					return s.failed(r.Request, err)
				}
				out.body = data
			}
			return out
		})
	})
}

// failed is the answer to an error.
func (s *Server) failed(r *http.Request, err error) written {
	f, known := errors.AsType[*failure](err)
	if !known {
		if r.Context().Err() == nil {
			s.o.Log.Error("request to the call server failed", "method", r.Method, "route", r.Pattern, "error", err)
		}
		f = &failure{http.StatusInternalServerError, "9999", "Unknown internal server error."}
	}
	traffic.Note(r.Context(), f.message)
	data, err := json.Marshal(map[string]azerror.Body{"error": {Code: f.code, Message: f.message}})
	if err != nil {
		panic("calling: an error that is not JSON: " + err.Error())
	}
	return written{status: f.status, code: f.code, body: data}
}

// decode reads a JSON body into v. Like the rest of the plane it ignores fields
// that it does not know and the case of names.
func decode(body []byte, v any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return invalid("A non-empty request body is required.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(v); err != nil {
		return invalid("The request body is not valid: " + err.Error())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return invalid("The request body has more than one value.")
	}
	return nil
}

// azureTime is a time in Azure's form: UTC with seven digits of fraction.
func azureTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// bounds of texts that a client gives.
const (
	maxContext = 5000
	maxURL     = 2048
)

// bounded checks the length of a text.
func bounded(name, text string, most int) error {
	if len(text) > most {
		return invalid("The field " + name + " is too long.")
	}
	return nil
}

// action cuts the action off the last segment of a path: "id:play".
func action(segment string) (id, name string) {
	if i := strings.LastIndexByte(segment, ':'); i >= 0 {
		return segment[:i], segment[i+1:]
	}
	return segment, ""
}
