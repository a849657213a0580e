package eventgrid

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guichet/internal/platform/clock"
)

// fuzzGrid is a broker with a custom topic of each schema; it does not run.
func fuzzGrid(f *testing.F) (*grid, map[string]*Topic) {
	g := newGrid(f)
	topics := map[string]*Topic{}
	for name, schema := range map[string]string{"grid": "EventGridSchema", "cloud": schemaCloudEvents} {
		t, err := g.PutTopic(g.ctx, Topic{ID: "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/topics/" + name, Name: name, InputSchema: schema})
		if err != nil {
			f.Fatal(err)
		}
		topics[schema] = t
	}
	return g, topics
}

// FuzzPublish posts whatever comes to topics of both schemas, in every mode: it
// is taken or refused, and what is taken is an event that can be delivered.
func FuzzPublish(f *testing.F) {
	for _, seed := range []string{
		`[{"id":"1","subject":"s","eventType":"t","eventTime":"2030-01-02T03:04:05Z","dataVersion":"1","data":{"x":1}}]`,
		`[{"id":"1","subject":"s","eventType":"t","eventTime":"2030-01-02T03:04:05Z"}]`,
		`[{"id":"1","subject":"s","eventType":"t","eventTime":"yesterday","metadataVersion":"2","topic":"/x"}]`,
		`{"specversion":"1.0","id":"1","type":"t","source":"/s","data":{"x":1},"color":"red"}`,
		`[{"specversion":"1.0","id":"1","type":"t","source":"/s","data_base64":"AAEC","time":"2030-01-02T03:04:05.1234567+02:00"}]`,
		`[{"specversion":"1.0","id":null,"type":"t","source":null,"subject":7}]`,
		`[null]`, `{}`, `[]`, ``, `null`, "\x00", `[{"ID":"1","Subject":"s","EVENTTYPE":"t","eventtime":"2030-01-02T03:04:05Z"}]`,
	} {
		f.Add(seed, "application/json", "")
		f.Add(seed, "application/cloudevents+json; charset=utf-8", "1.0")
		f.Add(seed, "text/plain", "1.0")
	}
	grid := &Topic{ID: "/topic", InputSchema: "EventGridSchema"}
	f.Fuzz(func(t *testing.T, body, contentType, binary string) {
		h := http.Header{"Content-Type": {contentType}}
		if binary != "" {
			h["Ce-Specversion"], h["Ce-Id"], h["Ce-Type"], h["Ce-Source"] = []string{binary}, []string{"1"}, []string{"t"}, []string{contentType}
		}
		for schema, read := range map[string]func() ([]Event, error){
			"EventGridSchema": func() ([]Event, error) { return readGridEvents([]byte(body), grid) },
			schemaCloudEvents: func() ([]Event, error) { return readCloudEvents(h, []byte(body)) },
		} {
			events, err := read()
			if err != nil {
				if _, ok := err.(*publishError); !ok {
					t.Errorf("%s %q: %v", schema, body, err)
				}
				continue
			}
			for _, e := range events {
				deliverable(t, schema, e)
			}
		}
	})
}

// deliverable checks that an event that was taken can be stored, read back and
// written in both schemas.
func deliverable(t *testing.T, schema string, e Event) {
	t.Helper()
	encoded, err := e.encode("/source", epoch)
	if err != nil {
		t.Fatalf("%s: %+v cannot be stored: %v", schema, e, err)
	}
	d := delivery{raw: encoded}
	back, err := d.event()
	if err != nil {
		t.Fatalf("%s: %s cannot be read back: %v", schema, encoded, err)
	}
	if back.ID != strings.ToValidUTF8(e.ID, "\ufffd") || back.EventType == "" {
		t.Errorf("%s: %+v became %+v", schema, e, back)
	}
	for _, out := range []string{"EventGridSchema", schemaCloudEvents} {
		data, _, err := body(out, true, []*stored{back})
		if err != nil || !json.Valid(data) {
			t.Errorf("%s: delivery in %s: %s %v", schema, out, data, err)
		}
	}
}

// FuzzSAS offers signatures that were not made with the topic's key.
func FuzzSAS(f *testing.F) {
	g, topics := fuzzGrid(f)
	topic := topics["EventGridSchema"]
	path := "/eventgrid/topics/" + topic.MetricID + "/api/events"
	resource := url.QueryEscape("https://cloud.test" + path)
	for _, seed := range []string{
		"", "&s=", "r=&e=&s=", "r=%&e=%&s=%", "r=" + resource + "&e=1%2F2%2F2040+3%3A04%3A05+AM&s=AAAA",
		"r=" + resource + "&e=2040-01-02T03%3A04%3A05Z&s=" + url.QueryEscape(strings.Repeat("A", 43)+"="), "r=://&e=x&s=&s=",
		"r=" + resource + "&e=1%2F2%2F2040%2C%203%3A04%3A05%E2%80%AFAM&s=AAAA", "s=only",
	} {
		f.Add("aeg-sas-token", seed)
		f.Add("Authorization", "SharedAccessSignature "+seed)
		f.Add("Authorization", "Bearer "+seed)
		f.Add("aeg-sas-key", seed)
	}
	f.Fuzz(func(t *testing.T, header, value string) {
		if strings.ContainsAny(value, "\r\n\x00") || value == topic.Key1 || value == topic.Key2 || strings.TrimSpace(value) == "Bearer good" {
			return
		}
		r := httptest.NewRequest(http.MethodPost, "https://cloud.test"+path, strings.NewReader("[]"))
		r.Header.Set(header, value)
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != http.StatusUnauthorized && w.Code != http.StatusForbidden {
			t.Errorf("%s: %q was answered %d", header, value, w.Code)
		}
	})
}

// FuzzSubscription reads whatever comes as the properties of an event
// subscription; what is accepted can be stored, shown, and matched with events.
func FuzzSubscription(f *testing.F) {
	for _, seed := range []string{
		`{"destination":{"endpointType":"WebHook","properties":{"endpointUrl":"https://example.com/x?code=1"}}}`,
		`{"destination":{"endpointType":"WebHook","properties":{"endpointUrl":"https://example.com","maxEventsPerBatch":5,
			"preferredBatchSizeInKilobytes":64,"deliveryAttributeMappings":[{"name":"x","type":"Dynamic","properties":{"sourceField":"data.x"}}]}},
			"filter":{"subjectBeginsWith":"/a","isSubjectCaseSensitive":true,"includedEventTypes":["t"],"enableAdvancedFilteringOnArrays":true,
			"advancedFilters":[{"operatorType":"StringIn","key":"data.x","values":["a"]},{"operatorType":"NumberInRange","key":"data.n","values":[[1,2]]}]}}`,
		`{"destination":{"endpointType":"WebHook","properties":{"endpointUrl":"http://127.0.0.1:1/"}},"eventDeliverySchema":"CloudEventSchemaV1_0",
			"retryPolicy":{"maxDeliveryAttempts":3,"eventTimeToLiveInMinutes":5},"expirationTimeUtc":"2040-01-01T00:00:00Z",
			"deadLetterDestination":{"endpointType":"StorageBlob","properties":{"resourceId":"/x/../y","blobContainerName":"dead"}}}`,
		`{"destination":{"endpointType":"WebHook","properties":{"endpointUrl":"https://example.com"}},"filter":{"advancedFilters":[
			{"operatorType":"BoolEquals","key":"data.b","value":true},{"operatorType":"IsNullOrUndefined","key":"subject"},
			{"operatorType":"StringContains","key":"data.a.b.c","values":[""]},{"operatorType":"NumberLessThan","key":"data","value":1e400}]}}`,
		`{}`, `null`, `{"destination":null}`, `{"destination":{"properties":{}}}`, `{"filter":{"advancedFilters":[null]}}`,
	} {
		f.Add(seed, `{"x":"a","n":1.5,"b":true,"a":[{"b":1}]}`)
	}
	topic := &Topic{ID: topicID, Name: "topic", Source: source, TopicType: ACSTopicType}
	f.Fuzz(func(t *testing.T, text, data string) {
		var p Properties
		if json.Unmarshal([]byte(text), &p) != nil || p.complete(topic, epoch) != nil {
			return
		}
		stored, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%q was accepted and cannot be stored: %v", text, err)
		}
		if _, err := json.Marshal(p.View()); err != nil {
			t.Fatalf("%q cannot be shown: %v", text, err)
		}
		var back Properties
		if err := json.Unmarshal(stored, &back); err != nil {
			t.Fatalf("%s cannot be read back: %v", stored, err)
		}
		filter, err := back.Filter.compile()
		if err != nil {
			t.Fatalf("%s was accepted and does not compile: %v", stored, err)
		}
		if !json.Valid([]byte(data)) {
			data = "{}"
		}
		e := sms("1")
		e.Data = json.RawMessage(data)
		filter.matches(&e, source)
	})
}

// FuzzValidationAnswer is what a webhook answers to the handshake: only the code
// validates.
func FuzzValidationAnswer(f *testing.F) {
	for _, seed := range []string{`{"validationResponse":"x"}`, `{"ValidationResponse":7}`, `[]`, ``, `{"validationResponse":""}`} {
		f.Add(200, seed)
		f.Add(204, seed)
	}
	type reply struct {
		status int
		body   string
	}
	var next atomic.Pointer[reply]
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(next.Load().status)
		_, _ = w.Write([]byte(next.Load().body))
	}))
	defer hook.Close()
	g := newGrid(f, func(o *Options) { o.Clock, o.Timeout = clock.System, 5*time.Second })
	p := properties(hook.URL)
	if err := p.complete(&Topic{ID: topicID, Source: source, TopicType: ACSTopicType}, epoch); err != nil {
		f.Fatal(err)
	}
	doc := document{ID: subID, Name: "first-sub", TopicID: topicID, Pending: &p, Code: "THE-RIGHT-CODE"}
	f.Fuzz(func(t *testing.T, code int, text string) {
		if code < 200 || code > 599 || strings.Contains(text, doc.Code) {
			return
		}
		next.Store(&reply{code, text})
		if err := g.askEvent(g.ctx, doc); err == nil {
			t.Errorf("%d %q validated", code, text)
		}
	})
}
