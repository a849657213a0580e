package eventgrid

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Event is what a source publishes; the envelope of the chosen schema is put
// around it at delivery.
type Event struct {
	// ID is unique per source; a UUID is made when empty.
	ID string
	// Subject is the path of what the event is about, e.g. /phonenumber/14255550123.
	Subject string
	// Type is e.g. Microsoft.Communication.SMSReceived.
	Type string
	// DataVersion is "1.0" for ACS.
	DataVersion string
	// Time is when it happened; the moment of publishing when zero.
	Time time.Time
	// Data is a JSON object.
	Data json.RawMessage
	// Extensions are further attributes of a CloudEvent that was published.
	Extensions map[string]json.RawMessage
}

// stored is an event as it waits for delivery: its envelope in Event Grid's own
// schema, with a CloudEvent's extensions beside it.
type stored struct {
	gridEvent
	Extensions map[string]json.RawMessage `json:"ext,omitempty"`
}

// gridEvent is the Event Grid schema.
type gridEvent struct {
	ID              string          `json:"id"`
	Topic           string          `json:"topic"`
	Subject         string          `json:"subject"`
	Data            json.RawMessage `json:"data"`
	EventType       string          `json:"eventType"`
	DataVersion     string          `json:"dataVersion"`
	MetadataVersion string          `json:"metadataVersion"`
	EventTime       string          `json:"eventTime"`
}

// timeFormat is Event Grid's: seven digits of a second's fraction, UTC.
const timeFormat = "2006-01-02T15:04:05.0000000Z"

// encode fixes what the event is from now on.
func (e *Event) encode(source string, now time.Time) ([]byte, error) {
	if e.ID == "" {
		e.ID = uuid.NewString()
	}
	if e.Time.IsZero() {
		e.Time = now
	}
	data := e.Data
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	return json.Marshal(stored{
		gridEvent: gridEvent{
			ID: e.ID, Topic: source, Subject: e.Subject, Data: data, EventType: e.Type, DataVersion: e.DataVersion,
			MetadataVersion: "1", EventTime: e.Time.UTC().Format(timeFormat),
		},
		Extensions: e.Extensions,
	})
}

// cloudEvent is the event in the CloudEvents 1.0 schema.
func (s *stored) cloudEvent() ([]byte, error) {
	members := map[string]any{}
	for name, value := range s.Extensions {
		members[name] = value
	}
	members["specversion"], members["id"], members["type"] = "1.0", s.ID, s.EventType
	members["time"] = s.EventTime
	if _, published := members["source"]; !published {
		members["source"] = s.Topic
	}
	if _, binary := members["data_base64"]; !binary {
		members["data"] = s.Data
	}
	if s.Subject != "" {
		members["subject"] = s.Subject
	}
	return json.Marshal(members)
}

// body is the body of a delivery of events, and its content type. Event Grid's
// schema is always an array; a single CloudEvent is an object.
func body(schema string, batched bool, events []*stored) (data []byte, contentType string, err error) {
	var buf strings.Builder
	array := schema != schemaCloudEvents || batched
	if array {
		buf.WriteByte('[')
	}
	for i, e := range events {
		if i > 0 {
			buf.WriteByte(',')
		}
		var one []byte
		if schema == schemaCloudEvents {
			one, err = e.cloudEvent()
		} else {
			one, err = json.Marshal(e.gridEvent)
		}
		if err != nil {
			return nil, "", err
		}
		buf.Write(one)
	}
	if array {
		buf.WriteByte(']')
	}
	switch {
	case schema != schemaCloudEvents:
		contentType = "application/json; charset=utf-8"
	case batched:
		contentType = "application/cloudevents-batch+json; charset=utf-8"
	default:
		contentType = "application/cloudevents+json; charset=utf-8"
	}
	return []byte(buf.String()), contentType, nil
}
