package acs

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"guichet/internal/cloud/wellknown"
)

// FuzzBodies gives every operation that reads a body whatever comes: the answer
// may refuse it, and is never a fault of the cloud's own.
func FuzzBodies(f *testing.F) {
	const id = "8%3Aacs%3Aac500000-0000-4000-8000-000000000001_1"
	targets := []struct{ method, target string }{
		{"POST", smsURL},
		{"POST", "/sms/optouts:add?api-version=1"},
		{"POST", "/availablePhoneNumbers/countries/US/:search?api-version=1"},
		{"POST", "/availablePhoneNumbers/countries/US/:browse?api-version=1"},
		{"POST", "/availablePhoneNumbers/:purchase?api-version=1"},
		{"PATCH", "/availablePhoneNumbers/reservations/6227aeb8-0000-4000-8000-000000000001?api-version=1"},
		{"PATCH", "/phoneNumbers/%2B18335550100/capabilities?api-version=1"},
		{"POST", "/operatorInformation/:search?api-version=1"},
		{"PATCH", "/sip?api-version=1"},
		{"POST", "/sip:testRoutesWithNumber?api-version=1&targetPhoneNumber=%2B1"},
		{"POST", "/identities?api-version=1"},
		{"POST", "/identities/" + id + "/:issueAccessToken?api-version=1"},
		{"POST", "/teamsUser/:exchangeAccessToken?api-version=1"},
	}
	for i, seed := range []string{
		smsBody(handset, "1afb7f90-0000-4000-8000-000000000001", `{"enableDeliveryReport":true}`),
		`{"from":"+18335550100","recipients":[{"to":"+14255550123"}]}`,
		tollFreeSearch, `{"phoneNumberType":"tollFree","phoneNumberPrefixes":["833",""]}`,
		`{"searchId":"x"}`, `{"phoneNumbers":{"18445550101":{},"":null}}`, `{"sms":"none"}`,
		`{"phoneNumbers":["+12065550100"],"options":{"includeAdditionalOperatorDetails":true}}`,
		`{"trunks":{"a.example.com":{"sipSignalingPort":5061}},"routes":[{"name":"x","numberPattern":".*","trunks":["a.example.com"]}]}`,
		`{"routes":[{"name":"x","numberPattern":"(a+)+$"}]}`,
		`{"createTokenWithScopes":["voip"],"expiresInMinutes":60}`, `{"scopes":["chat"]}`,
		`{"token":"x","appId":"y","userId":"z"}`,
	} {
		f.Add(uint8(i), []byte(seed))
	}
	for i := range targets {
		f.Add(uint8(i), []byte(`[{"`))
		f.Add(uint8(i), []byte(`null`))
	}
	a, _ := start(f, filepath.Join(f.TempDir(), "c.db"), epoch)
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		x := targets[int(which)%len(targets)]
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, signedRequest(x.method, x.target, string(body), wellknown.ACSPrimaryKey, epoch))
		if w.Code >= http.StatusInternalServerError || w.Code == http.StatusUnauthorized && w.Header().Get("x-ms-error-code") == "Denied" {
			t.Errorf("%s %s %q: %d %s", x.method, x.target, body, w.Code, w.Body)
		}
	})
}
