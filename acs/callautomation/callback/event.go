// Package callback receives the events that Call Automation posts to the callback address of a call. [NewHandler] makes
// an [http.Handler] that checks the token of every request, reads the events, and hands them to a function of the caller;
// [Verifier] is the token check alone, which fits the WebSockets of a call, too; [ParseEvents] is the reading alone.
//
// The facts of the protocol are those of @azure/communication-call-automation 1.6.0, of the service's REST specification
// 2026-03-12 and of its documentation. How often the service tries again, after which statuses, and whether events come
// in order is not documented, except that nothing follows CallDisconnected; a receiver should expect an event twice.
package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrMalformed is wrapped by every error of [ParseEvents].
var ErrMalformed = errors.New("malformed events")

// typePrefix is what the types of all events begin with.
const typePrefix = "Microsoft.Communication."

// Event is one event of a call.
type Event struct {
	// ID is unique. It may be empty: official readers do without.
	ID string

	// Type is such as CallConnected, without what all types begin with.
	Type string

	// Source and Subject are paths of the call, such as calling/callConnections/<id>. They may be empty.
	Source, Subject string

	// Time is when it happened, or zero when the event does not say so in a readable way.
	Time time.Time

	// Data is a pointer to one of the types of this package, such as *CallConnected; *Unknown for a type that it does not
	// know.
	Data Data

	// Raw is the JSON of the whole event as it was received.
	Raw json.RawMessage
}

// ParseEvents reads the body of a callback: an array of CloudEvents 1.0, normally one, or a single one. Only the type
// must be there. Member names are matched without regard to case. Neither a type that is not known nor data of a known
// type that cannot be read is an error: such an event has [*Unknown] data.
//
// The events do not share memory with the body.
func ParseEvents(body []byte) ([]Event, error) {
	trimmed := bytes.Trim(body, " \t\r\n")
	if len(trimmed) == 0 {
		return nil, fmt.Errorf("%w: empty body", ErrMalformed)
	}
	raws := []json.RawMessage{bytes.Clone(trimmed)}
	if trimmed[0] == '[' {
		raws = nil
		if err := json.Unmarshal(trimmed, &raws); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
	}
	if len(raws) == 0 {
		return nil, fmt.Errorf("%w: no events", ErrMalformed)
	}
	events := make([]Event, len(raws))
	for i, raw := range raws {
		e, err := parseEvent(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: event %d: %w", ErrMalformed, i, err)
		}
		events[i] = e
	}
	return events, nil
}

func parseEvent(raw json.RawMessage) (Event, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return Event{}, errors.New("not an object")
	}
	var in struct {
		ID      string          `json:"id"`
		Source  string          `json:"source"`
		Subject string          `json:"subject"`
		Type    string          `json:"type"`
		Time    string          `json:"time"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return Event{}, err
	}
	if in.Type == "" {
		return Event{}, errors.New("no type")
	}
	e := Event{ID: in.ID, Type: in.Type, Source: in.Source, Subject: in.Subject, Raw: raw}
	if n := len(typePrefix); len(in.Type) > n && strings.EqualFold(in.Type[:n], typePrefix) {
		e.Type = in.Type[n:]
	}
	if t, err := time.Parse(time.RFC3339, in.Time); err == nil {
		e.Time = t
	}
	e.Data = parseData(e.Type, in.Data)
	return e, nil
}

// parseData reads the data of a type. Absent data of a known type leaves all members empty, as official readers do.
func parseData(name string, raw json.RawMessage) Data {
	unknown := &Unknown{Data: raw}
	newData, known := kinds[name]
	if !known {
		// What all events have in common is told as far as it can be read.
		_ = json.Unmarshal(raw, &unknown.Common)
		return unknown
	}
	d := newData()
	if len(raw) == 0 {
		return d
	}
	if err := json.Unmarshal(raw, d); err != nil {
		_ = json.Unmarshal(raw, &unknown.Common)
		unknown.Err = fmt.Errorf("data of %s: %w", name, err)
		return unknown
	}
	return d
}
