package localcloud_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"guichet/localcloud"
)

// faulty is a cloud with a subscription on the communication resource and one on
// a custom topic, both to one webhook.
type faulty struct {
	*azure
	topicPath, topicKey string
	webhook             string

	mu     sync.Mutex
	events []delivered
}

const (
	reportType   = "Microsoft.Communication.SMSDeliveryReportReceived"
	receivedType = "Microsoft.Communication.SMSReceived"
)

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	t.Parallel()
	cloud := localcloud.Start(t)
	f := &faulty{}
	f.webhook = newHook(t, func(e delivered) int {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.events = append(f.events, e)
		return http.StatusOK
	}).URL
	f.azure = newAzure(t, cloud.HTTPURL(), &http.Client{Timeout: 20 * time.Second})
	var id string
	id, f.topicPath, f.topicKey = f.topic("contoso-topic")
	for _, scope := range []string{id, localcloud.ResourceID} {
		if state := f.subscribe(scope, "first-sub", f.webhook); state != "Succeeded" {
			t.Fatalf("%s: %s", scope, state)
		}
	}
	return f
}

// request makes a call that must answer status, and answers its headers.
func (f *faulty) request(method, target string, header http.Header, body string, status int, into any) http.Header {
	f.t.Helper()
	r, err := http.NewRequest(method, f.base+target, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := f.client.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != status {
		f.t.Fatalf("%s %s: %s, want %d", method, target, response.Status, status)
	}
	if into != nil {
		if err := json.NewDecoder(response.Body).Decode(into); err != nil {
			f.t.Fatal(err)
		}
	}
	return response.Header
}

// fault puts a fault in force and answers its id.
func (f *faulty) fault(body string) string {
	f.t.Helper()
	var made struct{ ID string }
	f.request(http.MethodPost, "/_guichet/faults", nil, body, http.StatusCreated, &made)
	return made.ID
}

// publish sends an event to the custom topic and expects a status.
func (f *faulty) publish(id string, status int) http.Header {
	f.t.Helper()
	return f.request(http.MethodPost, f.topicPath, http.Header{"Aeg-Sas-Key": {f.topicKey}}, event(id, "{}"), status, nil)
}

// send texts the handset and answers the message's id.
func (f *faulty) send(text string) string {
	f.t.Helper()
	body := smsBody(localcloud.HandsetNumber, text)
	var out struct{ Value []struct{ MessageID string } }
	f.request(http.MethodPost, smsTarget, signed(http.MethodPost, f.base, smsTarget, body), body, http.StatusAccepted, &out)
	return out.Value[0].MessageID
}

// report looks a delivery report up and expects a status.
func (f *faulty) report(id string, status int) {
	f.t.Helper()
	target := "/deliveryReports/" + id + "?api-version=2026-01-23"
	f.request(http.MethodGet, target, signed(http.MethodGet, f.base, target, ""), "", status, nil)
}

// ids are the keys of the events that arrived, in order: the message's id for a
// report.
func (f *faulty) ids() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []string
	for _, e := range f.events {
		if e.EventType == reportType {
			list = append(list, e.Data.MessageID)
		} else {
			list = append(list, e.ID)
		}
	}
	return list
}

func count(list []string, id string) (n int) {
	for _, x := range list {
		if x == id {
			n++
		}
	}
	return n
}

func (f *faulty) arrives(id string, times int) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("%s arrives %d times", id, times), func() bool { return count(f.ids(), id) == times })
}

func TestLatency(t *testing.T) {
	f := newFaulty(t)
	f.fault(`{"kind":"request","plane":"eventgrid","method":"post","latencyMs":300,"count":1}`)
	for i, atLeast := range []time.Duration{300 * time.Millisecond, 0} {
		start := time.Now()
		f.publish(fmt.Sprint("late-", i), http.StatusOK)
		if took := time.Since(start); took < atLeast {
			t.Errorf("request %d took %s", i, took)
		}
	}
	f.arrives("late-0", 1)
}

func TestThrottlingAndServerErrors(t *testing.T) {
	f := newFaulty(t)
	sms := smsBody(localcloud.HandsetNumber, "x")
	send := func(status int, code string) http.Header {
		t.Helper()
		h := f.request(http.MethodPost, smsTarget, signed(http.MethodPost, f.base, smsTarget, sms), sms, status, nil)
		if h.Get("x-ms-error-code") != code {
			t.Errorf("%d with the code %q", status, h.Get("x-ms-error-code"))
		}
		return h
	}
	f.fault(`{"kind":"request","plane":"acs","path":"/SMS","status":429,"retryAfter":7,"count":1}`)
	f.fault(`{"kind":"request","plane":"acs","path":"/sms","status":429,"count":1}`)
	f.fault(`{"kind":"request","plane":"acs","path":"/sms","status":503,"code":"Overloaded","count":1}`)
	if h := send(http.StatusTooManyRequests, "TooManyRequests"); h.Get("Retry-After") != "7" {
		t.Errorf("Retry-After %q", h.Get("Retry-After"))
	}
	if h := send(http.StatusTooManyRequests, "TooManyRequests"); h.Values("Retry-After") != nil {
		t.Errorf("Retry-After %q", h.Get("Retry-After"))
	}
	send(http.StatusServiceUnavailable, "Overloaded")
	send(http.StatusAccepted, "")

	// Every plane, until the fault is removed.
	all := f.fault(`{"kind":"request","status":500}`)
	f.publish("refused", http.StatusInternalServerError)
	send(http.StatusInternalServerError, "InternalServerError")
	f.request(http.MethodGet, "/subscriptions"+apiVersion, nil, "", http.StatusInternalServerError, nil)
	f.request(http.MethodGet, "/common/discovery/keys", nil, "", http.StatusInternalServerError, nil)
	var list struct {
		Items []struct {
			ID     string
			Struck int
		}
	}
	f.request(http.MethodGet, "/_guichet/faults", nil, "", http.StatusOK, &list)
	if last := list.Items[len(list.Items)-1]; last.ID != all || last.Struck != 4 {
		t.Errorf("%+v", list)
	}
	f.request(http.MethodDelete, "/_guichet/faults/"+all, nil, "", http.StatusNoContent, nil)
	f.publish("taken", http.StatusOK)
	f.arrives("taken", 1)
	if count(f.ids(), "refused") != 0 {
		t.Error("an event that was refused was delivered")
	}
}

func TestDuplicatesAndReordering(t *testing.T) {
	f := newFaulty(t)
	f.fault(`{"kind":"duplicate","eventType":"contoso.thing","count":1}`)
	f.publish("doubled", http.StatusOK)
	f.publish("single", http.StatusOK)
	f.arrives("doubled", 2)
	f.arrives("single", 1)

	f.fault(`{"kind":"delay","latencyMs":500,"count":1}`)
	f.publish("overtaken", http.StatusOK)
	f.publish("overtaking", http.StatusOK)
	f.arrives("overtaking", 1)
	f.arrives("overtaken", 1)
	list := f.ids()
	if slices.Index(list, "overtaking") > slices.Index(list, "overtaken") {
		t.Errorf("in order: %v", list)
	}
}

// A report is lost on its way (the event alone), or was never made: an outcome
// that the handset chooses, in which the service has no report either.
func TestLostReports(t *testing.T) {
	f := newFaulty(t)
	usual := f.send("usual")
	f.arrives(usual, 1)
	f.report(usual, http.StatusOK)

	f.fault(`{"kind":"lose","eventType":"` + reportType + `","count":1}`)
	lost := f.send("lost on its way")
	next := f.send("next")
	f.arrives(next, 1)
	f.report(lost, http.StatusOK)

	delivery := "/_guichet/handset/customers/" + url.PathEscape(localcloud.HandsetNumber) + "/delivery"
	f.request(http.MethodPut, delivery, nil, `{"mode":"unreported"}`, http.StatusOK, nil)
	unreported := f.send("never reported")
	f.shows("never reported", "delivered")
	f.request(http.MethodPut, delivery, nil, `{"mode":"delivered"}`, http.StatusOK, nil)
	last := f.send("last")
	f.arrives(last, 1)
	f.report(unreported, http.StatusNotFound)
	if list := f.ids(); count(list, lost) != 0 || count(list, unreported) != 0 {
		t.Errorf("%s or %s arrived: %v", lost, unreported, list)
	}
	var log struct {
		Items []struct{ EventID string }
	}
	f.request(http.MethodGet, "/_guichet/deliveries?limit=1000", nil, "", http.StatusOK, &log)
	for _, line := range log.Items {
		if line.EventID == lost || line.EventID == unreported {
			t.Errorf("an attempt for %s", line.EventID)
		}
	}
}

// shows waits until the handset shows a text with a status.
func (f *faulty) shows(text, status string) {
	f.t.Helper()
	path := "/_guichet/handset/customers/" + url.PathEscape(localcloud.HandsetNumber) + "/threads/" +
		url.PathEscape(localcloud.NumberTollFree) + "/messages"
	eventually(f.t, "the handset shows "+text, func() bool {
		var thread struct {
			Items []struct{ Text, Status string }
		}
		f.request(http.MethodGet, path, nil, "", http.StatusOK, &thread)
		for _, m := range thread.Items {
			if m.Text == text && m.Status == status {
				return true
			}
		}
		return false
	})
}

// A lost text event leaves the text itself at the handset.
func TestLostEvents(t *testing.T) {
	f := newFaulty(t)
	f.fault(`{"kind":"lose","eventType":"` + receivedType + `","count":1}`)
	path := "/_guichet/handset/customers/" + url.PathEscape(localcloud.HandsetNumber) + "/threads/" +
		url.PathEscape(localcloud.NumberTollFree) + "/messages"
	for _, text := range []string{"lost", "kept"} {
		f.request(http.MethodPost, path, nil, fmt.Sprintf(`{"id":%q,"text":%q}`, uuid.NewString(), text), http.StatusCreated, nil)
	}
	var got []string
	eventually(t, "a text arrives", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		got = nil
		for _, e := range f.events {
			got = append(got, e.Data.Message)
		}
		return slices.Contains(got, "kept")
	})
	if slices.Contains(got, "lost") {
		t.Error("the lost event arrived")
	}
	f.shows("lost", "received")
}

func TestRefusedHandshake(t *testing.T) {
	f := newFaulty(t)
	f.fault(`{"kind":"handshake","count":1}`)
	if state := f.subscribe(localcloud.ResourceID, "refused-sub", f.webhook); state != "Failed" {
		t.Errorf("the handshake ended as %s", state)
	}
	if state := f.subscribe(localcloud.ResourceID, "accepted-sub", f.webhook); state != "Succeeded" {
		t.Errorf("the next handshake ended as %s", state)
	}
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	f := newFaulty(t)
	for _, body := range []string{
		``, `{}`, `[]`, `{"kind":"nonsense"}`, `{"kind":"request"}`, `{"kind":"request","status":200}`, `{"kind":"request","status":600}`,
		`{"kind":"delay"}`, `{"kind":"delay","latencyMs":-1}`, `{"kind":"lose","count":-1}`, `{"kind":"lose","typo":1}`,
		`{"kind":"request","latencyMs":3600001}`,
	} {
		f.request(http.MethodPost, "/_guichet/faults", nil, body, http.StatusBadRequest, nil)
	}
	f.fault(`{"kind":"request","status":500}`)
	f.request(http.MethodDelete, "/_guichet/faults", nil, "", http.StatusNoContent, nil)
	f.publish("after", http.StatusOK)
}
