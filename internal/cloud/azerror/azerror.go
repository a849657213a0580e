// Package azerror writes the error envelope that ARM, ACS and Event Grid share:
// {"error":{"code","message","target","details"}}. It owns no codes.
package azerror

import (
	"encoding/json"
	"net/http"
)

// Body is the inside of the envelope.
type Body struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"`
	Details []Body `json:"details,omitempty"`
}

// Write answers with status and an envelope.
func Write(w http.ResponseWriter, status int, code, message string) {
	WriteBody(w, status, Body{Code: code, Message: message})
}

// WriteBody answers with status and body in an envelope. azcore takes the code
// from the header first, so it is there too.
func WriteBody(w http.ResponseWriter, status int, body Body) {
	w.Header().Set("x-ms-error-code", body.Code)
	WriteJSON(w, status, map[string]Body{"error": body})
}

// WriteJSON answers with status and v as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError","message":"the answer is not JSON"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
