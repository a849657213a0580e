package eventgrid

import (
	"encoding/json"
	"time"
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
}
