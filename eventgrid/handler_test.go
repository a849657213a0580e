package eventgrid_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guichet/eventgrid"
)

const smsBody = `[{"id":"e1","topic":"/subscriptions/S/resourceGroups/G/providers/Microsoft.Communication/communicationServices/R",
	"subject":"/phonenumber/18335550100","eventType":"Microsoft.Communication.SMSReceived","dataVersion":"1.0","metadataVersion":"1",
	"eventTime":"2025-01-02T03:04:06.1234567Z",
	"data":{"messageId":"Incoming_1","from":"14255550123","to":"18335550100","message":"hi","receivedTimestamp":"2025-01-02T03:04:06.1234567Z","segmentCount":1}}]`

const cloudBody = `{"id":"e1","source":"/subscriptions/S","subject":"s","type":"Microsoft.Communication.SMSReceived","time":"2025-01-02T03:04:06Z",
	"specversion":"1.0","data":{"messageId":"Incoming_1"}}`

const validationBody = `[{"id":"v1","topic":"/subscriptions/S","subject":"","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent",
	"eventTime":"2025-01-02T03:04:06Z","metadataVersion":"1","dataVersion":"1",
	"data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6","validationUrl":"https://rp-eastus.eventgrid.azure.net:553/validate?id=1"}}]`

// fixture is a handler with the authority that it trusts.
type fixture struct {
	entra      *entra
	clock      *clock
	handler    http.Handler
	token      string
	deliveries []eventgrid.Delivery
	refusals   []eventgrid.Refusal
}

func newFixture(t testing.TB, change func(*eventgrid.Options)) *fixture {
	t.Helper()
	f := &fixture{clock: newClock()}
	f.entra = newEntra(t)
	f.token = sign(keyA(), "a", claimsV1(f.clock))
	options := eventgrid.Options{
		Verifier: f.entra.verifier(t, f.clock),
		Handle: func(_ context.Context, d eventgrid.Delivery) error {
			f.deliveries = append(f.deliveries, d)
			return nil
		},
		OnRefused: func(_ *http.Request, r eventgrid.Refusal) { f.refusals = append(f.refusals, r) },
	}
	if change != nil {
		change(&options)
	}
	h, err := eventgrid.NewHandler(options)
	if err != nil {
		t.Fatal(err)
	}
	f.handler = h
	return f
}

// request makes a delivery with a good token; pairs of names and values change its headers.
func (f *fixture) request(body string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/webhooks/sms/1", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+f.token)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("aeg-event-type", "Notification")
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

func (f *fixture) serve(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		headers    []string
		schema     eventgrid.Schema
		kind       string
		count      int
	}{
		{"event grid", smsBody, []string{"aeg-subscription-name", "DESK-SMS", "aeg-delivery-count", "2"}, eventgrid.EventGridSchema, "Notification", 2},
		{"one without array", strings.Trim(smsBody, "[]"), nil, eventgrid.EventGridSchema, "Notification", -1},
		{"cloud event", cloudBody, []string{"Content-Type", "application/cloudevents+json; charset=utf-8", "aeg-delivery-count", "0"}, eventgrid.CloudEventsSchema, "Notification", 0},
		{"cloud event batch", "[" + cloudBody + "]", []string{"Content-Type", "application/cloudevents-batch+json"}, eventgrid.CloudEventsSchema, "Notification", -1},
		{"no headers", smsBody, []string{"Content-Type", "", "aeg-event-type", ""}, eventgrid.EventGridSchema, "Notification", -1},
		{"deletion", smsBody, []string{"aeg-event-type", "subscriptiondeletion"}, eventgrid.EventGridSchema, "SubscriptionDeletion", -1},
		{"unsubscribe", smsBody, []string{"aeg-event-type", "Unsubscribe"}, eventgrid.EventGridSchema, "Unsubscribe", -1},
		{"strange count", smsBody, []string{"aeg-delivery-count", "-7"}, eventgrid.EventGridSchema, "Notification", -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			if w := f.serve(f.request(test.body, test.headers...)); w.Code != http.StatusOK {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if len(f.deliveries) != 1 || len(f.deliveries[0].Events) != 1 {
				t.Fatalf("deliveries = %+v", f.deliveries)
			}
			d := f.deliveries[0]
			e := d.Events[0]
			if d.Kind != test.kind || d.DeliveryCount != test.count || d.Caller.CallerID != eventgrid.EventGridAppID ||
				d.Deletion() != (test.kind != "Notification") {
				t.Errorf("delivery = %+v", d)
			}
			if e.ID != "e1" || e.Type != eventgrid.TypeSMSReceived || e.Schema != test.schema || e.Time.IsZero() ||
				!strings.HasPrefix(e.Source, "/subscriptions/S") || e.Subject == "" {
				t.Errorf("event = %+v", e)
			}
			if !strings.Contains(test.body, string(e.Raw)) || len(e.Raw) < 100 {
				t.Errorf("raw = %s", e.Raw)
			}
		})
	}
}

// A token that cannot be refused for good must not end the delivery, and 200 must mean that the events are safe.
func TestStatuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		options func(*eventgrid.Options)
		request func(*fixture) *http.Request
		status  int
		reason  eventgrid.Reason
	}{
		{"handle fails", func(o *eventgrid.Options) {
			o.Handle = func(context.Context, eventgrid.Delivery) error { return errors.New("disk full") }
		}, func(f *fixture) *http.Request { return f.request(smsBody) }, 503, ""},
		{"no token", nil, func(f *fixture) *http.Request { return f.request(smsBody, "Authorization", "") }, 401, eventgrid.ReasonTokenMissing},
		{"basic", nil, func(f *fixture) *http.Request { return f.request(smsBody, "Authorization", "Basic YTpi") }, 401, eventgrid.ReasonTokenMissing},
		{"scheme in lower case", nil, func(f *fixture) *http.Request { return f.request(smsBody, "Authorization", "bearer "+f.token) }, 200, ""},
		{"two tokens in one header", nil, func(f *fixture) *http.Request {
			return f.request(smsBody, "Authorization", "Bearer "+f.token+", Bearer "+f.token)
		}, 401, eventgrid.ReasonTokenMalformed},
		{"several headers", nil, func(f *fixture) *http.Request {
			r := f.request(smsBody)
			r.Header.Add("Authorization", "Bearer "+f.token)
			return r
		}, 401, eventgrid.ReasonTokenMalformed},
		{"bad token", nil, func(f *fixture) *http.Request { return f.request(smsBody, "Authorization", "Bearer x.y.z") }, 401, eventgrid.ReasonTokenMalformed},
		{"wrong caller", nil, func(f *fixture) *http.Request {
			return f.request(smsBody, "Authorization", "Bearer "+sign(keyA(), "a", with(claimsV1(f.clock), "appid", clientID)))
		}, 403, eventgrid.ReasonTokenCaller},
		{"missing role", func(o *eventgrid.Options) {}, func(f *fixture) *http.Request {
			o := f.entra.options(f.clock)
			o.RequiredRole = "Other"
			v, err := eventgrid.NewVerifier(o)
			if err != nil {
				panic(err)
			}
			f.handler, err = eventgrid.NewHandler(eventgrid.Options{
				Verifier: v, Handle: func(context.Context, eventgrid.Delivery) error { return nil },
				OnRefused: func(_ *http.Request, r eventgrid.Refusal) { f.refusals = append(f.refusals, r) },
			})
			if err != nil {
				panic(err)
			}
			return f.request(smsBody)
		}, 403, eventgrid.ReasonTokenRole},
		{"keys unavailable", nil, func(f *fixture) *http.Request {
			f.entra.setDown(true)
			return f.request(smsBody)
		}, 503, eventgrid.ReasonKeysUnavailable},
		{"too large", nil, func(f *fixture) *http.Request {
			return f.request(smsBody + strings.Repeat(" ", eventgrid.DefaultMaxBody))
		}, 413, eventgrid.ReasonTooLarge},
		{"as large as may be", nil, func(f *fixture) *http.Request {
			return f.request(smsBody + strings.Repeat(" ", eventgrid.DefaultMaxBody-len(smsBody)))
		}, 200, ""},
		{"own bound", func(o *eventgrid.Options) { o.MaxBody = 10 }, func(f *fixture) *http.Request { return f.request(smsBody) }, 413, eventgrid.ReasonTooLarge},
		{"body breaks off", nil, func(f *fixture) *http.Request {
			r := f.request("")
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(smsBody), brokenReader{}))
			return r
		}, 408, eventgrid.ReasonBody},
		{"form", nil, func(f *fixture) *http.Request {
			return f.request(smsBody, "Content-Type", "application/x-www-form-urlencoded")
		}, 415, eventgrid.ReasonContentType},
		{"empty body", nil, func(f *fixture) *http.Request { return f.request("") }, 400, eventgrid.ReasonEvents},
		{"no events", nil, func(f *fixture) *http.Request { return f.request("[]") }, 400, eventgrid.ReasonEvents},
		{"one of two malformed", nil, func(f *fixture) *http.Request {
			return f.request("[" + cloudBody + `,{"id":"e2"}]`)
		}, 400, eventgrid.ReasonEvents},
		{"GET", nil, func(f *fixture) *http.Request { return httptest.NewRequest("GET", "/", nil) }, 405, eventgrid.ReasonMethod},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, test.options)
			w := f.serve(test.request(f))
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			switch {
			case test.reason == "" && len(f.refusals) > 0:
				t.Errorf("refused: %+v", f.refusals)
			case test.reason != "" && (len(f.refusals) != 1 || f.refusals[0].Reason != test.reason ||
				f.refusals[0].Status != test.status || f.refusals[0].Err == nil):
				t.Errorf("refusals = %+v, want %s", f.refusals, test.reason)
			}
			if w.Code != 200 && len(f.deliveries) > 0 {
				t.Error("events of a refused request were handed over")
			}
			if (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
				t.Errorf("WWW-Authenticate = %q at status %d", w.Header().Get("WWW-Authenticate"), w.Code)
			}
			if strings.Contains(w.Body.String(), "disk full") {
				t.Errorf("answer tells the handler's error: %s", w.Body)
			}
		})
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestHandshake(t *testing.T) {
	t.Parallel()
	const code = `{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}` + "\n"
	asString := `{"id":"v1","source":"/subscriptions/S","type":"Microsoft.EventGrid.SubscriptionValidationEvent","specversion":"1.0",
		"data":"{\"validationCode\":\"512d38b6-c7b8-40c8-89fe-f46f9e9622b6\"}"}`
	for _, test := range []struct {
		name, body, kind string
		status           int
	}{
		{"usual", validationBody, "SubscriptionValidation", 200},
		{"other case", validationBody, "subscriptionvalidation", 200},
		{"told by type only", validationBody, "", 200},
		{"data in a string", asString, "SubscriptionValidation", 200},
		{"two events", "[" + strings.Trim(validationBody, "[]") + "," + strings.Trim(validationBody, "[]") + "]", "SubscriptionValidation", 400},
		{"no code", strings.Replace(validationBody, "validationCode", "code", 1), "SubscriptionValidation", 400},
		{"no data", `[{"id":"v1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent"}]`, "SubscriptionValidation", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var asked []eventgrid.Validation
			f := newFixture(t, func(o *eventgrid.Options) {
				o.Validate = func(_ context.Context, v eventgrid.Validation) error {
					asked = append(asked, v)
					return nil
				}
			})
			w := f.serve(f.request(test.body, "aeg-event-type", test.kind, "aeg-subscription-name", "DESK-SMS"))
			if w.Code != test.status || test.status == 200 && w.Body.String() != code {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if test.status == 200 && (len(asked) != 1 || asked[0].SubscriptionName != "DESK-SMS" || asked[0].Topic != "/subscriptions/S" || asked[0].Caller == nil) {
				t.Errorf("asked: %+v", asked)
			}
			if len(f.deliveries) != 0 {
				t.Errorf("deliveries = %+v", f.deliveries)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, func(o *eventgrid.Options) {
			o.Validate = func(context.Context, eventgrid.Validation) error { return errors.New("unknown topic") }
		})
		w := f.serve(f.request(validationBody, "aeg-event-type", "SubscriptionValidation"))
		if w.Code != 403 || strings.Contains(w.Body.String(), "512d38b6") || len(f.refusals) != 1 || f.refusals[0].Reason != eventgrid.ReasonHandshake {
			t.Errorf("%d %s %+v", w.Code, w.Body, f.refusals)
		}
	})
	t.Run("without token", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, nil)
		w := f.serve(f.request(validationBody, "aeg-event-type", "SubscriptionValidation", "Authorization", ""))
		if w.Code != 401 || strings.Contains(w.Body.String(), "512d38b6") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestConsent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, origin, want string
		allowed            []string
	}{
		{"public cloud", "eventgrid.azure.net", "eventgrid.azure.net", nil},
		{"other case", "EventGrid.azure.net", "EventGrid.azure.net", nil},
		{"stranger", "evil.example", "", nil},
		{"none", "", "", nil},
		{"own list", "localhost", "localhost", []string{"localhost"}},
		{"not on own list", "eventgrid.azure.net", "", []string{"localhost"}},
		{"nobody", "eventgrid.azure.net", "", []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(o *eventgrid.Options) { o.AllowedOrigins = test.allowed })
			r := httptest.NewRequest(http.MethodOptions, "/webhooks/sms/1", nil)
			if test.origin != "" {
				r.Header.Set("WebHook-Request-Origin", test.origin)
			}
			w := f.serve(r)
			if got := w.Header().Get("WebHook-Allowed-Origin"); got != test.want || (w.Code == 200) != (test.want != "") {
				t.Errorf("%d, allowed origin %q", w.Code, got)
			}
			if test.want != "" && (w.Header().Get("WebHook-Allowed-Rate") == "" || w.Header().Get("Allow") != "POST, OPTIONS") {
				t.Errorf("headers = %v", w.Header())
			}
		})
	}
}

func TestNewHandlerErrors(t *testing.T) {
	t.Parallel()
	if _, err := eventgrid.NewHandler(eventgrid.Options{Handle: func(context.Context, eventgrid.Delivery) error { return nil }}); err == nil {
		t.Error("no verifier, no error")
	}
	v := newEntra(t).verifier(t, newClock())
	if _, err := eventgrid.NewHandler(eventgrid.Options{Verifier: v}); err == nil {
		t.Error("no handle function, no error")
	}
}

func BenchmarkHandler(b *testing.B) {
	f := newFixture(b, func(o *eventgrid.Options) {
		o.Handle = func(context.Context, eventgrid.Delivery) error { return nil }
	})
	body := []byte(smsBody)
	r := f.request("")
	w := httptest.NewRecorder()
	for b.Loop() {
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.handler.ServeHTTP(w, r)
	}
	if w.Code != 200 || len(f.refusals) > 0 {
		b.Fatal(w.Code, f.refusals)
	}
}

func BenchmarkVerify(b *testing.B) {
	c := newClock()
	e := newEntra(b)
	token := sign(keyA(), "a", claimsV1(c))
	b.Run("cached", func(b *testing.B) {
		v := e.verifier(b, c)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(context.Background(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("first", func(b *testing.B) {
		v := e.verifier(b, c)
		tokens := make([]string, 4096)
		for i := range tokens {
			tokens[i] = sign(keyA(), "a", with(claimsV1(c), "jti", i))
		}
		i := 0
		for b.Loop() {
			if _, err := v.Verify(context.Background(), tokens[i%len(tokens)]); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
}
