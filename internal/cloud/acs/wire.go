package acs

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// failure is an answer in Azure's error envelope.
type failure struct {
	status        int
	code, message string
	// target is left out when empty.
	target string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func (f *failure) write(w http.ResponseWriter) {
	type detail struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Target  string `json:"target,omitempty"`
	}
	w.Header().Set("x-ms-error-code", f.code)
	writeJSON(w, f.status, struct {
		Error detail `json:"error"`
	}{detail{f.code, f.message, f.target}})
}

// invalid is an answer to a body that does not validate: problem details with
// the messages by field, as newer SMS versions send them.
type invalid struct {
	errors map[string][]string
}

func (e *invalid) Error() string { return "the body does not validate" }

func (e *invalid) add(field, message string) {
	if e.errors == nil {
		e.errors = map[string][]string{}
	}
	e.errors[field] = append(e.errors[field], message)
}

// err is nil when nothing was added.
func (e *invalid) err() error {
	if len(e.errors) == 0 {
		return nil
	}
	return e
}

// problemDetails is RFC 9457 in the form of ASP.NET.
type problemDetails struct {
	Type    string              `json:"type"`
	Title   string              `json:"title"`
	Status  int                 `json:"status"`
	Errors  map[string][]string `json:"errors,omitempty"`
	TraceID string              `json:"traceId"`
}

func traceID() string {
	id := func() string { return strings.ReplaceAll(uuid.NewString(), "-", "") }
	return "00-" + id() + "-" + id()[:16] + "-00"
}

func writeProblem(w http.ResponseWriter, e *invalid) {
	writeProblemDetails(w, problemDetails{
		Type:  "https://tools.ietf.org/html/rfc9110#section-15.5.1",
		Title: "One or more validation errors occurred.", Status: http.StatusBadRequest,
		Errors: e.errors, TraceID: traceID(),
	})
}

func writeProblemDetails(w http.ResponseWriter, p problemDetails) {
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}

// decode reads a JSON body into v. Like the service's own reader it ignores
// fields that it does not know and the case of names.
func decode(body []byte, v any) error {
	var e invalid
	if len(bytes.TrimSpace(body)) == 0 {
		e.add("", "A non-empty request body is required.")
		return &e
	}
	d := json.NewDecoder(bytes.NewReader(body))
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("trailing data")
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		path := "$"
		if wrong.Field != "" {
			path += "." + wrong.Field
		}
		e.add(path, "The JSON value could not be converted to "+wrong.Type.String()+". Path: "+path+".")
		return &e
	}
	e.add("$", "The JSON is not valid.")
	return &e
}

// azureTime is a time in Azure's form: UTC with seven digits of fraction.
func azureTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
