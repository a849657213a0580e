package eventgrid_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guichet/eventgrid"
)

func TestDecodeEvents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body string
		want       eventgrid.Event
	}{
		{"casing and space", "\n [ {\"ID\":\"1\",\"EventType\":\"T\",\"TOPIC\":\"/s\",\"Data\":{\"a\":1},\"dataversion\":\"1.0\"} ] ",
			eventgrid.Event{ID: "1", Type: "T", Source: "/s", DataVersion: "1.0", Schema: eventgrid.EventGridSchema, Data: json.RawMessage(`{"a":1}`)}},
		{"no data, no time", `{"id":"1","eventType":"T"}`, eventgrid.Event{ID: "1", Type: "T", Schema: eventgrid.EventGridSchema}},
		{"null data, strange time", `[{"id":"1","eventType":"T","data":null,"eventTime":"yesterday"}]`,
			eventgrid.Event{ID: "1", Type: "T", Schema: eventgrid.EventGridSchema}},
		{"cloud event", `{"specversion":"1.0","id":"1","type":"T","source":"/s","subject":"x","time":"2025-01-02T03:04:05.1234567+01:00","data":[1]}`,
			eventgrid.Event{ID: "1", Type: "T", Source: "/s", Subject: "x", Schema: eventgrid.CloudEventsSchema,
				Time: time.Date(2025, 1, 2, 2, 4, 5, 123456700, time.UTC), Data: json.RawMessage(`[1]`)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			events, err := eventgrid.DecodeEvents([]byte(test.body))
			if err != nil || len(events) != 1 {
				t.Fatalf("%v, %v", events, err)
			}
			got := events[0]
			if !got.Time.Equal(test.want.Time) || string(got.Data) != string(test.want.Data) || !json.Valid(got.Raw) {
				t.Errorf("got %+v", got)
			}
			got.Time, got.Data, got.Raw = test.want.Time, nil, nil
			test.want.Data = nil
			if g, w := mustJSON(t, got), mustJSON(t, test.want); g != w {
				t.Errorf("got  %s\nwant %s", g, w)
			}
		})
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDecodeEventsMalformed(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty": "", "space": " \n", "not JSON": "hello", "no events": "[]", "number": "1", "string": `"x"`, "null": "null",
		"cut off": `[{"id":"1","eventType":"T"}`, "trailing": `[{"id":"1","eventType":"T"}]x`, "trailing after object": `{"id":"1","eventType":"T"}{}`,
		"null event": "[null]", "nested array": "[[]]", "no id": `[{"eventType":"T"}]`, "no type": `[{"id":"1"}]`,
		"type of the other schema": `[{"id":"1","type":"T"}]`, "cloud event with the other type": `[{"id":"1","eventType":"T","specversion":"1.0"}]`,
		"id is a number": `[{"id":1,"eventType":"T"}]`, "second bad": `[{"id":"1","eventType":"T"},{"id":"","eventType":"T"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if events, err := eventgrid.DecodeEvents([]byte(body)); !errors.Is(err, eventgrid.ErrMalformed) || events != nil {
				t.Errorf("%v, %v", events, err)
			}
		})
	}
}

// The samples are bodies that are known from the service; each must decode, and so must the data of each event.
func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil || len(files) < 6 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			events, err := eventgrid.DecodeEvents(body)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				if e.Source == "" || e.Time.IsZero() {
					t.Errorf("event = %+v", e)
				}
				switch e.Type {
				case eventgrid.TypeSMSReceived:
					_, err = e.SMSReceived()
				case eventgrid.TypeSMSDeliveryReportReceived:
					_, err = e.SMSDeliveryReport()
				case eventgrid.TypeIncomingCall:
					_, err = e.IncomingCall()
				case eventgrid.TypeRecordingFileStatusUpdated:
					_, err = e.RecordingFileStatus()
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func FuzzDecodeEvents(f *testing.F) {
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`[{"ID":"1","Type":"T","SpecVersion":"1.0","data":"x"},null]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := eventgrid.DecodeEvents(body)
		if (err == nil) == (len(events) == 0) {
			t.Fatalf("%d events, %v", len(events), err)
		}
		for _, e := range events {
			if e.ID == "" || e.Type == "" || !json.Valid(e.Raw) || e.Data != nil && !json.Valid(e.Data) {
				t.Fatalf("event = %+v", e)
			}
			// None may panic; each is an error or a value.
			_, _ = e.SMSReceived()
			_, _ = e.SMSDeliveryReport()
			_, _ = e.IncomingCall()
			_, _ = e.RecordingFileStatus()
			again, err := eventgrid.DecodeEvents(e.Raw)
			if err != nil || len(again) != 1 || again[0].ID != e.ID || again[0].Type != e.Type {
				t.Fatalf("raw does not decode to the same event: %v, %v", again, err)
			}
		}
	})
}
