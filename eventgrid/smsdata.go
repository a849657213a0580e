package eventgrid

import (
	"encoding/json"
	"fmt"
	"time"
)

// Types of the events of Azure Communication Services whose data this package reads.
const (
	TypeSMSReceived                = "Microsoft.Communication.SMSReceived"
	TypeSMSDeliveryReportReceived  = "Microsoft.Communication.SMSDeliveryReportReceived"
	TypeIncomingCall               = "Microsoft.Communication.IncomingCall"
	TypeRecordingFileStatusUpdated = "Microsoft.Communication.RecordingFileStatusUpdated"
)

// SMSReceived is the data of TypeSMSReceived: a text to a number of the resource.
type SMSReceived struct {
	// MessageID begins with Incoming_.
	MessageID string

	// From and To are phone numbers in E.164 form: where the service left the plus sign out, it was added. Senders may
	// also be short codes or names, which stay as they are.
	From, To string

	Message string

	// ReceivedTimestamp is zero when not told in a readable way.
	ReceivedTimestamp time.Time

	// SegmentCount is how many segments the text came in.
	SegmentCount int
}

// SMSDeliveryReport is the data of TypeSMSDeliveryReportReceived: the fate of a text that was sent.
type SMSDeliveryReport struct {
	// MessageID is the one that sending returned.
	MessageID string

	// From and To are as in SMSReceived, From being the number of the resource.
	From, To string

	// DeliveryStatus is Delivered or Failed.
	DeliveryStatus string

	// DeliveryStatusDetails is a text that may begin with a code, such as 4006.
	DeliveryStatusDetails string

	DeliveryAttempts []SMSDeliveryAttempt

	// ReceivedTimestamp is when the service received the carrier's report, or zero.
	ReceivedTimestamp time.Time

	// Tag is what was given on sending.
	Tag string
}

// SMSDeliveryAttempt is one attempt to deliver a text.
type SMSDeliveryAttempt struct {
	Timestamp         time.Time
	SegmentsSucceeded int
	SegmentsFailed    int
}

// SMSReceived reads the data of an event of TypeSMSReceived. Member names are matched without regard to case, as
// samples of the service differ.
func (e Event) SMSReceived() (SMSReceived, error) {
	var d struct {
		MessageID, From, To, Message string
		ReceivedTimestamp            looseTime
		SegmentCount                 int
	}
	if err := e.data(TypeSMSReceived, &d); err != nil {
		return SMSReceived{}, err
	}
	return SMSReceived{
		MessageID: d.MessageID, From: withPlus(d.From), To: withPlus(d.To), Message: d.Message,
		ReceivedTimestamp: d.ReceivedTimestamp.Time, SegmentCount: d.SegmentCount,
	}, nil
}

// SMSDeliveryReport reads the data of an event of TypeSMSDeliveryReportReceived, as SMSReceived does.
func (e Event) SMSDeliveryReport() (SMSDeliveryReport, error) {
	var d struct {
		MessageID, From, To                        string
		DeliveryStatus, DeliveryStatusDetails, Tag string
		DeliveryAttempts                           []struct {
			Timestamp                         looseTime
			SegmentsSucceeded, SegmentsFailed int
		}
		ReceivedTimestamp looseTime
	}
	if err := e.data(TypeSMSDeliveryReportReceived, &d); err != nil {
		return SMSDeliveryReport{}, err
	}
	out := SMSDeliveryReport{
		MessageID: d.MessageID, From: withPlus(d.From), To: withPlus(d.To),
		DeliveryStatus: d.DeliveryStatus, DeliveryStatusDetails: d.DeliveryStatusDetails, Tag: d.Tag,
		ReceivedTimestamp: d.ReceivedTimestamp.Time,
	}
	for _, a := range d.DeliveryAttempts {
		out.DeliveryAttempts = append(out.DeliveryAttempts, SMSDeliveryAttempt{
			Timestamp: a.Timestamp.Time, SegmentsSucceeded: a.SegmentsSucceeded, SegmentsFailed: a.SegmentsFailed,
		})
	}
	return out, nil
}

// data reads the data of an event of the wanted type.
func (e Event) data(want string, v any) error {
	if e.Type != want {
		return fmt.Errorf("event %s is of type %s, not %s", e.ID, e.Type, want)
	}
	if len(e.Data) == 0 {
		return fmt.Errorf("event %s: no data", e.ID)
	}
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fmt.Errorf("event %s: read data: %w", e.ID, err)
	}
	return nil
}

// withPlus adds the plus sign to what can only be a phone number in international form: digits, and more of them than
// a short code has.
func withPlus(number string) string {
	if len(number) < 8 || len(number) > 15 {
		return number
	}
	for _, c := range number {
		if c < '0' || c > '9' {
			return number
		}
	}
	return "+" + number
}

// looseTime is zero for what is not a time: data is not lost for its time.
type looseTime struct{ time.Time }

func (t *looseTime) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		t.Time = readTime(s)
	}
	return nil
}
