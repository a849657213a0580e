package acs

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/platform/sqlstore"
)

// Statuses of a delivery report.
const (
	statusDelivered = "Delivered"
	statusFailed    = "Failed"
)

// dataVersion is that of every event of the service.
const dataVersion = "1.0"

// attempt is one of the attempts in a delivery report.
type attempt struct {
	Timestamp         string `json:"timestamp"`
	SegmentsSucceeded int    `json:"segmentsSucceeded"`
	SegmentsFailed    int    `json:"segmentsFailed"`
}

func attemptAt(at time.Time, status string, segments int) attempt {
	t := attempt{Timestamp: azureTime(at)}
	if status == statusDelivered {
		t.SegmentsSucceeded = segments
	} else {
		t.SegmentsFailed = segments
	}
	return t
}

// reportEvent is SMSDeliveryReportReceived. As in the documented sample, from
// has no plus sign, to has one, and a message that arrived says "No error.".
func reportEvent(m outgoing, status, detail string, at time.Time) eventgrid.Event {
	if detail == "" {
		detail = "No error."
	}
	return newEvent(m.id, m.sender, "Microsoft.Communication.SMSDeliveryReportReceived", at, struct {
		MessageID             string    `json:"messageId"`
		From                  string    `json:"from"`
		To                    string    `json:"to"`
		DeliveryStatus        string    `json:"deliveryStatus"`
		DeliveryStatusDetails string    `json:"deliveryStatusDetails"`
		ReceivedTimestamp     string    `json:"receivedTimestamp"`
		DeliveryAttempts      []attempt `json:"deliveryAttempts"`
		Tag                   string    `json:"tag,omitempty"`
	}{
		m.id, digits(m.sender), m.recipient, status, detail, azureTime(at),
		[]attempt{attemptAt(at, status, m.segments)}, m.tag,
	})
}

// receivedEvent is SMSReceived; both numbers are without a plus sign.
func receivedEvent(t carrier.Text) eventgrid.Event {
	id := messageID("Incoming", t.At)
	return newEvent(id, t.Business, "Microsoft.Communication.SMSReceived", t.At, struct {
		MessageID         string `json:"messageId"`
		From              string `json:"from"`
		To                string `json:"to"`
		Message           string `json:"message"`
		ReceivedTimestamp string `json:"receivedTimestamp"`
		SegmentCount      int    `json:"segmentCount"`
	}{id, digits(t.Customer), digits(t.Business), t.Body, azureTime(t.At), segments(t.Body)})
}

// newEvent has the message's id as its own, and the service's number as subject.
func newEvent(id, business, kind string, at time.Time, data any) eventgrid.Event {
	raw, err := json.Marshal(data)
	if err != nil {
		panic("acs: an event that is not JSON: " + err.Error())
	}
	return eventgrid.Event{
		ID: id, Subject: "/phonenumber/" + digits(business), Type: kind, DataVersion: dataVersion, Time: at, Data: raw,
	}
}

// publish hands over events by the immutable id of their service; those of a
// service that was deleted have no topic left and go nowhere.
func (a *ACS) publish(ctx context.Context, tx *sql.Tx, events map[string][]eventgrid.Event) error {
	if len(events) == 0 {
		return nil
	}
	services, err := a.o.Services.Services(ctx)
	if err != nil {
		return fmt.Errorf("acs: publish: %w", err)
	}
	for _, s := range services {
		if list := events[s.ImmutableID]; len(list) > 0 {
			if err := a.o.Events.Publish(ctx, tx, s.ID, list...); err != nil {
				return fmt.Errorf("acs: publish: %w", err)
			}
		}
	}
	return nil
}

// Accept implements carrier.Exchange: it turns texts into events for the
// services that own the numbers.
func (a *ACS) Accept(ctx context.Context, tx *sql.Tx, texts []carrier.Text) ([]carrier.Verdict, error) {
	verdicts := make([]carrier.Verdict, len(texts))
	events := map[string][]eventgrid.Event{}
	for i, t := range texts {
		number, owned := a.number(t.Business)
		switch {
		case !owned:
			verdicts[i].Refused = "The number is not in service."
		case !number.receivesSMS():
			verdicts[i].Refused = "The number does not receive texts."
		default:
			reply, err := a.keyword(ctx, tx, number, t)
			if err != nil {
				return nil, err
			}
			verdicts[i].Reply = reply
			events[number.serviceID] = append(events[number.serviceID], receivedEvent(t))
		}
	}
	return verdicts, a.publish(ctx, tx, events)
}

// Committed implements carrier.Exchange.
func (a *ACS) Committed() { a.o.Events.Wake() }

// Numbers implements carrier.Exchange.
func (a *ACS) Numbers(ctx context.Context) ([]carrier.Number, error) {
	owned, err := sqlstore.List(ctx, a.o.DB.Read(), scanNumber, allNumbers)
	if err != nil {
		return nil, fmt.Errorf("acs: list the numbers: %w", err)
	}
	list := make([]carrier.Number, len(owned))
	for i, n := range owned {
		list[i] = carrier.Number{
			Number: n.number, Type: n.kind, Country: n.country,
			SMS: n.receivesSMS(), Calling: n.receivesCalls(),
		}
	}
	return list, nil
}
