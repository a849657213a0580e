package acs

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/wellknown"
)

func TestEveryKeyTellsItsResource(t *testing.T) {
	f := fresh(t)
	const list = "/phoneNumbers?api-version=2025-06-01"
	for key, want := range map[string]int{wellknown.ACSPrimaryKey: 2, wellknown.ACSSecondaryKey: 2, secondKey: 0} {
		var out struct{ PhoneNumbers []purchasedNumber }
		f.serve(signedRequest("GET", list, "", key, epoch), http.StatusOK, &out)
		if len(out.PhoneNumbers) != want {
			t.Errorf("%d numbers, want %d", len(out.PhoneNumbers), want)
		}
	}
	for token, status := range map[string]int{"contributor": 200, "nobody": 401, "rubbish": 401} {
		r := httptest.NewRequest("GET", list, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		f.serve(r, status, nil)
	}
}

func TestRefusalsAreBareAndExplainedInThePortal(t *testing.T) {
	f := fresh(t)
	other := base64.StdEncoding.EncodeToString([]byte("unknown"))
	request := func(change func(*http.Request)) *http.Request {
		r := signedRequest("POST", smsURL, `{"a":1}`, wellknown.ACSPrimaryKey, epoch)
		change(r)
		return r
	}
	for _, c := range []struct {
		name          string
		r             *http.Request
		message, note string
		code          string
	}{
		{"nothing", request(func(r *http.Request) { r.Header.Del("Authorization") }), denied, "no Authorization", "noAuthorization"},
		{"hash", request(func(r *http.Request) { r.Header.Set("x-ms-content-sha256", bodyHash(nil)) }), hashDiffers, "body:", "bodyHash"},
		{"no hash", request(func(r *http.Request) { r.Header.Del("x-ms-content-sha256") }), hashDiffers, "missing", "bodyHashMissing"},
		{"structure", request(func(r *http.Request) { r.Header.Set("Authorization", "HMAC-SHA256 x") }), notStructure, "authorization:", "authorization"},
		{"no date", request(func(r *http.Request) { r.Header.Del("x-ms-date") }), denied, "date:", "date"},
		{"stale", signedRequest("POST", smsURL, ``, wellknown.ACSPrimaryKey, epoch.Add(-16*time.Minute)), denied, "16m0s", "skew"},
		{"unknown key", signedRequest("POST", smsURL, ``, other, epoch), denied, "signature:", "signature.otherKey"},
		{"other path", request(func(r *http.Request) { r.RequestURI = "/sms?api-version=2" }), denied, "signature:", "signature.otherKey"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := f.serve(c.r, http.StatusUnauthorized, nil)
			golden(t, w.Body.String(), `{"error":{"code":"Denied","message":"`+c.message+`"}}`)
			requests := f.traffic.List(0)
			if got := requests[len(requests)-1]; !strings.Contains(got.Note, c.note) || got.NoteCode != c.code {
				t.Errorf("note %q, %q, want %q in it and %q", got.Note, got.NoteCode, c.note, c.code)
			}
		})
	}
}

func TestWhatComesBeforeTheOperation(t *testing.T) {
	f := fresh(t)
	f.do("POST", "/sms", `{}`, http.StatusBadRequest, nil)
	f.do("PUT", smsURL, ``, http.StatusNotFound, nil)
	f.do("POST", smsURL, strings.Repeat(" ", maxBody+1), http.StatusRequestEntityTooLarge, nil)
	r := signedRequest("GET", "/phoneNumbers?api-version=1", "", wellknown.ACSPrimaryKey, epoch)
	r.Header.Set("x-ms-client-request-id", "7")
	if w := f.serve(r, 200, nil); w.Header().Get("x-ms-client-request-id") != "7" {
		t.Error("the client's request id does not come back")
	}
}
