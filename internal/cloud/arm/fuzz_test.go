package arm

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	wk "guichet/internal/cloud/wellknown"
)

// FuzzPath asks for whatever path: the answer is a document, a refusal in ARM's
// envelope, or that of an unknown route.
func FuzzPath(f *testing.F) {
	p := newPlane(f)
	for _, path := range []string{
		"/", "//", "/subscriptions", "/tenants", subscriptionPath, groupPath, wk.ACSResourceID, strings.ToUpper(wk.ACSResourceID),
		wk.ACSResourceID + "/listKeys", wk.ACSResourceID + "/providers/Microsoft.EventGrid/eventSubscriptions/x",
		wk.ACSResourceID + "/providers/Microsoft.Authorization/permissions", "/providers/Microsoft.EventGrid/eventSubscriptions/x",
		"/providers/Microsoft.EventGrid/topicTypes/x/eventTypes", groupPath + "/providers/Microsoft.EventGrid/systemTopics/t/eventSubscriptions/e/getFullUrl",
		"/providers/Microsoft.Authorization/roleAssignments/x", subscriptionPath + "/providers/Microsoft.EventGrid/locations/l/operationsStatus/x",
		"/subscriptions/%2F/resourceGroups/%00", "/subscriptions//resourceGroups//providers//eventSubscriptions/", "/%2e%2e/subscriptions",
		subscriptionPath + "/resources", subscriptionPath + "/providers/Microsoft.Communication/register",
	} {
		for i := range fuzzMethods {
			f.Add(uint8(i), path, "api-version=2025-02-15&$filter=x", true)
		}
		f.Add(uint8(0), path, "", true)
		f.Add(uint8(0), path, "api-version=2022-12-01&$top=-1&$skipToken=%zz", false)
	}
	f.Fuzz(func(t *testing.T, method uint8, path, query string, signed bool) {
		u, err := url.ParseRequestURI("/" + path)
		if err != nil || u.Host != "" {
			return
		}
		u.RawQuery = query
		r := httptest.NewRequest(fuzzMethods[int(method)%len(fuzzMethods)], "/", http.NoBody)
		r.URL = u
		if signed {
			r.Header.Set("Authorization", "Bearer "+p.token)
		}
		p.check(t, r, "")
	})
}

var fuzzMethods = []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodPost, http.MethodHead}

// FuzzBodies gives every call that reads a body whatever comes.
func FuzzBodies(f *testing.F) {
	p := newPlane(f)
	p.makeOwner()
	const grid = groupPath + "/providers/Microsoft.EventGrid/"
	for path, body := range map[string]string{
		grid + "topics/seeded-topic":       `{"location":"x"}`,
		grid + "systemTopics/seeded-topic": `{"location":"global","properties":{"source":"` + wk.ACSResourceID + `","topicType":"Microsoft.Communication.CommunicationServices"}}`,
	} {
		if a := p.do(http.MethodPut, path, body); a.Code/100 != 2 {
			f.Fatalf("%s: %d %s", path, a.Code, a.Body)
		}
	}
	targets := []struct{ method, path string }{
		{"PUT", groupPath}, {"PATCH", groupPath},
		{"PUT", groupPath + "/providers/Microsoft.Communication/communicationServices/fuzzed"},
		{"PATCH", wk.ACSResourceID}, {"POST", wk.ACSResourceID + "/regenerateKey"}, {"POST", wk.ACSResourceID + "/linkNotificationHub"},
		{"POST", subscriptionPath + "/providers/Microsoft.Communication/checkNameAvailability"},
		{"PUT", wk.ACSResourceID + "/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111"},
		{"PUT", grid + "systemTopics/seeded-topic"}, {"PATCH", grid + "systemTopics/seeded-topic"},
		{"PUT", grid + "topics/fuzzed-topic"}, {"PATCH", grid + "topics/seeded-topic"}, {"POST", grid + "topics/seeded-topic/regenerateKey"},
		{"PUT", grid + "topics/seeded-topic/eventSubscriptions/fuzzed"}, {"PUT", wk.ACSResourceID + "/providers/Microsoft.EventGrid/eventSubscriptions/fuzzed"},
		{"PATCH", wk.ACSResourceID + "/providers/Microsoft.EventGrid/eventSubscriptions/fuzzed"},
	}
	for i := range targets {
		for _, body := range []string{
			``, `null`, `{}`, `[]`, `"x"`, `{"location":"global"}`, `{"location":"global","tags":{"a":null},"identity":{"type":"None"}}`,
			`{"location":"global","properties":{"dataLocation":"France"}}`, `{"tags":null,"properties":null}`, `{"keyName":"key1"}`, `{"keyType":"Primary"}`,
			`{"name":"x","type":"Microsoft.Communication/CommunicationServices"}`, `{"location":"x","properties":{"inputSchema":"CloudEventSchemaV1_0"}}`,
			`{"properties":{"roleDefinitionId":"/b24988ac-6180-42a0-ab88-20f7382dd24c","principalId":"x"}}`,
			`{"properties":{"destination":{"endpointType":"WebHook","properties":{"endpointUrl":"http://127.0.0.1:1"}}}}`,
			`{"filter":{"advancedFilters":[{"operatorType":"StringIn","key":"x","values":["a"]}]},"labels":["x"],"destination":null}`,
			`{"resourceId":"x","connectionString":"y"}`, `{"properties":{"destination":{"endpointType":7}}}`,
		} {
			f.Add(uint8(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		x := targets[int(which)%len(targets)]
		r := httptest.NewRequest(x.method, cloudURL+x.path+"?api-version=2025-02-15", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+p.token)
		p.check(t, r, body)
	})
}

// check lets a request be answered and checks the form of the answer.
func (p *plane) check(t *testing.T, r *http.Request, body string) {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code >= http.StatusInternalServerError {
		t.Errorf("%s %s %q: %d %s", r.Method, r.URL, body, w.Code, w.Body)
	}
	if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
		t.Errorf("%s %s: %s", r.Method, r.URL, w.Body)
	}
	if w.Code >= http.StatusBadRequest && w.Code != http.StatusTeapot && w.Header().Get("x-ms-error-code") == "" && r.Method != http.MethodHead {
		t.Errorf("%s %s: %d without a code", r.Method, r.URL, w.Code)
	}
}
