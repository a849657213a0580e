package localcloud_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"guichet/localcloud"
)

// azure speaks to a local cloud as a plain HTTP client.
type azure struct {
	t      testing.TB
	base   string
	client *http.Client
	token  string
}

// newAzure signs in as the service principal for tools. base is an origin of the
// cloud.
func newAzure(t testing.TB, base string, client *http.Client) *azure {
	t.Helper()
	a := &azure{t: t, base: base, client: client}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {localcloud.ClientID}, "client_secret": {localcloud.ClientSecret},
		"scope": {localcloud.ResourceManagerAudience + "/.default"},
	}
	response, err := client.PostForm(base+"/"+localcloud.TenantID+"/oauth2/v2.0/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil || body.Token == "" {
		t.Fatalf("no token: %s %v", response.Status, err)
	}
	a.token = "Bearer " + body.Token
	return a
}

// call makes one request and answers its status and body.
func (a *azure) call(method, target string, header http.Header, body string) (int, []byte, error) {
	r, err := http.NewRequest(method, a.base+target, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := a.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, data, err
}

const apiVersion = "?api-version=2025-02-15"

// arm makes a request to the management plane and decodes the answer; it fails
// the test unless the status is one of 200 to 204.
func (a *azure) arm(method, id, body string, into any) {
	a.t.Helper()
	status, data, err := a.call(method, id+apiVersion, http.Header{"Authorization": {a.token}}, body)
	if err != nil || status/100 != 2 {
		a.t.Fatalf("%s %s: %d %s %v", method, id, status, data, err)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			a.t.Fatalf("%s: %v", data, err)
		}
	}
}

func groupID() string {
	return "/subscriptions/" + localcloud.SubscriptionID + "/resourceGroups/" + localcloud.ResourceGroup
}

// topic makes a custom topic and answers where to publish, by path, and a key.
func (a *azure) topic(name string) (id, path, key string) {
	a.t.Helper()
	id = groupID() + "/providers/Microsoft.EventGrid/topics/" + name
	var topic struct {
		Properties struct{ Endpoint string }
	}
	a.arm(http.MethodPut, id, `{"location":"francecentral"}`, &topic)
	var keys struct{ Key1 string }
	a.arm(http.MethodPost, id+"/listKeys", "", &keys)
	endpoint, err := url.Parse(topic.Properties.Endpoint)
	if err != nil {
		a.t.Fatal(err)
	}
	return id, endpoint.Path, keys.Key1
}

// subscribe leads the events of a scope to a webhook and waits for the end of
// the validation, whose state it answers.
func (a *azure) subscribe(scope, name, webhook string) string {
	a.t.Helper()
	id := scope + "/providers/Microsoft.EventGrid/eventSubscriptions/" + name
	a.arm(http.MethodPut, id, fmt.Sprintf(
		`{"properties":{"destination":{"endpointType":"WebHook","properties":{"endpointUrl":%q}}}}`, webhook), nil)
	var s struct {
		Properties struct{ ProvisioningState string }
	}
	eventually(a.t, "the validation ends", func() bool {
		a.arm(http.MethodGet, id, "", &s)
		state := s.Properties.ProvisioningState
		return state == "Succeeded" || state == "Failed"
	})
	return s.Properties.ProvisioningState
}

// event is one event of a custom topic as a request's body.
func event(id, data string) string {
	return fmt.Sprintf(`[{"id":%q,"subject":"s","eventType":"Contoso.Thing","eventTime":"2030-01-02T03:04:05Z","dataVersion":"1","data":%s}]`,
		id, data)
}

// signed is the headers of a request to the data plane, signed with the
// well-known key for the host of base.
func signed(method, base, target, body string) http.Header {
	key, err := base64.StdEncoding.DecodeString(localcloud.AccessKey)
	if err != nil {
		panic(err)
	}
	_, host, _ := strings.Cut(base, "://")
	sum := sha256.Sum256([]byte(body))
	hash, date := base64.StdEncoding.EncodeToString(sum[:]), time.Now().UTC().Format(http.TimeFormat)
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s\n%s\n%s;%s;%s", method, target, date, host, hash)
	h := http.Header{}
	h.Set("x-ms-date", date)
	h.Set("x-ms-content-sha256", hash)
	h.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+
		base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return h
}

const smsTarget = "/sms?api-version=2021-03-07"

func smsBody(to, text string) string {
	return fmt.Sprintf(`{"from":%q,"smsRecipients":[{"to":%q}],"message":%q,"smsSendOptions":{"enableDeliveryReport":true}}`,
		localcloud.NumberTollFree, to, text)
}

// delivered is an event as a webhook gets it.
type delivered struct {
	ID, EventType string
	Data          struct {
		Message, From, To, DeliveryStatus, MessageID, At string
		ValidationCode                                   string
	}
}

// newHook starts a webhook that consents to the handshake and hands every event
// to take, whose answer is the status.
func newHook(t testing.TB, take func(delivered) int) *httptest.Server {
	t.Helper()
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var list []delivered
		body := &bytes.Buffer{}
		if _, err := body.ReadFrom(r.Body); err != nil || json.Unmarshal(body.Bytes(), &list) != nil || len(list) == 0 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if r.Header.Get("aeg-event-type") == "SubscriptionValidation" {
			_ = json.NewEncoder(w).Encode(map[string]string{"validationResponse": list[0].Data.ValidationCode})
			return
		}
		status := http.StatusOK
		if r.Header.Get("aeg-event-type") != "SubscriptionDeletion" {
			for _, e := range list {
				status = take(e)
			}
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(hook.Close)
	return hook
}

// eventually waits for a condition for up to a minute.
func eventually(t testing.TB, what string, met func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(time.Minute)
	for !met() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-tick.C
	}
}
