package eventgrid

import (
	"encoding/json"
	"time"
)

// Schema is the form in which an event was delivered.
type Schema string

// The schemas of events.
const (
	EventGridSchema   Schema = "EventGridSchema"
	CloudEventsSchema Schema = "CloudEventSchemaV1_0"
)

// Event is one event, in either schema.
type Event struct {
	// ID is unique within the Source. The same event may be delivered several times.
	ID string

	// Type is such as Microsoft.Communication.SMSReceived.
	Type string

	// Source is the resource that the event is about: its id, whose casing varies. The Event Grid schema calls it topic.
	Source string

	// Subject is the path of what the event is about within the source. It may be empty.
	Subject string

	// Time is when it happened, or zero when the event does not say so in a readable way.
	Time time.Time

	// DataVersion is the version of the data's own schema. CloudEvents do not have it.
	DataVersion string

	// Schema is the form in which the event came.
	Schema Schema

	// Data is the JSON of the event's data, nil when absent or null.
	Data json.RawMessage

	// Raw is the JSON of the whole event as it was received.
	Raw json.RawMessage
}

// Kinds of deliveries. Microsoft's own receivers know Unsubscribe where the documentation has SubscriptionDeletion.
const (
	KindNotification         = "Notification"
	KindSubscriptionDeletion = "SubscriptionDeletion"
	KindUnsubscribe          = "Unsubscribe"

	kindValidation = "SubscriptionValidation"
)

// Delivery is one request of Event Grid whose caller is proven.
type Delivery struct {
	// Kind is what the aeg-event-type header says, one of the kinds above. Without the header it is Notification.
	Kind string

	// SubscriptionName is the event subscription, which Event Grid writes in upper case.
	SubscriptionName string

	// DeliveryCount is how many attempts were made before this one, -1 when not told.
	DeliveryCount int

	// Events are the events in the order of the request, at least one.
	Events []Event

	// Caller is what the token says.
	Caller *Claims
}

// Deletion tells whether the delivery says that the event subscription was deleted.
func (d Delivery) Deletion() bool {
	return d.Kind == KindSubscriptionDeletion || d.Kind == KindUnsubscribe
}
