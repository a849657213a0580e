package eventgrid

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrMalformed is wrapped by every error of [DecodeEvents].
var ErrMalformed = errors.New("malformed events")

// envelope has the members of both schemas.
type envelope struct {
	ID          string          `json:"id"`
	Subject     string          `json:"subject"`
	Data        json.RawMessage `json:"data"`
	Topic       string          `json:"topic"`
	EventType   string          `json:"eventType"`
	EventTime   string          `json:"eventTime"`
	DataVersion string          `json:"dataVersion"`
	SpecVersion string          `json:"specversion"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Time        string          `json:"time"`
}

// DecodeEvents reads the body of a delivery: an array of events or a single one, each in the Event Grid schema or in
// CloudEvents 1.0 (structured mode). Member names are matched without regard to case. An event must have an id and a
// type; one that lacks them makes the whole body malformed, as Event Grid knows no partial answer.
//
// The events share memory with neither the body nor each other.
func DecodeEvents(body []byte) ([]Event, error) {
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) == 0 {
		return nil, fmt.Errorf("%w: empty body", ErrMalformed)
	}
	var raws []json.RawMessage
	if trimmed[0] == '[' {
		if err := json.Unmarshal(trimmed, &raws); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
	} else {
		raws = []json.RawMessage{bytes.TrimRight(bytes.Clone(trimmed), " \t\r\n")}
	}
	if len(raws) == 0 {
		return nil, fmt.Errorf("%w: no events", ErrMalformed)
	}
	events := make([]Event, len(raws))
	for i, raw := range raws {
		e, err := decodeEvent(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: event %d: %w", ErrMalformed, i, err)
		}
		events[i] = e
	}
	return events, nil
}

func decodeEvent(raw json.RawMessage) (Event, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return Event{}, errors.New("not an object")
	}
	var in envelope
	if err := json.Unmarshal(raw, &in); err != nil {
		return Event{}, err
	}
	e := Event{ID: in.ID, Subject: in.Subject, Raw: raw}
	if string(in.Data) != "null" {
		e.Data = in.Data
	}
	if in.SpecVersion != "" {
		e.Schema, e.Type, e.Source, e.Time = CloudEventsSchema, in.Type, in.Source, readTime(in.Time)
	} else {
		e.Schema, e.Type, e.Source, e.Time = EventGridSchema, in.EventType, in.Topic, readTime(in.EventTime)
		e.DataVersion = in.DataVersion
	}
	if e.ID == "" {
		return Event{}, errors.New("no id")
	}
	if e.Type == "" {
		return Event{}, errors.New("no type")
	}
	return e, nil
}

// readTime returns zero for what it cannot read: an event is not lost for its time.
func readTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
