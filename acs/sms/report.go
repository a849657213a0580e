package sms

import "time"

// DeliveryStatus is the fate of a text.
type DeliveryStatus string

// Fates of texts.
const (
	Delivered DeliveryStatus = "Delivered"
	Failed    DeliveryStatus = "Failed"
)

// DeliveryReport tells what became of a text.
type DeliveryReport struct {
	DeliveryStatus DeliveryStatus `json:"deliveryStatus"`

	// DeliveryStatusDetails begins with a code, such as 2000 or 4006.
	DeliveryStatusDetails string `json:"deliveryStatusDetails"`

	// DeliveryAttempts are the attempts in the order of the service.
	DeliveryAttempts []DeliveryAttempt `json:"deliveryAttempts"`

	// MessageID is the one that Send returned.
	MessageID string `json:"messageId"`

	From string `json:"from"`
	To   string `json:"to"`

	// ReceivedTimestamp is when the service received the carrier's report. It may be zero.
	ReceivedTimestamp time.Time `json:"receivedTimestamp"`

	// Tag is what was given on sending.
	Tag string `json:"tag"`
}

// DeliveryAttempt is one attempt to deliver a text.
type DeliveryAttempt struct {
	Timestamp         time.Time `json:"timestamp"`
	SegmentsSucceeded int       `json:"segmentsSucceeded"`
	SegmentsFailed    int       `json:"segmentsFailed"`
}
