// Package sms is the SMS channel: texts that came in become messages, replies
// are sent through Azure Communication Services, delivery reports move their
// marks. It owns the reports that came before the answer to their send.
package sms

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"guichet/eventgrid"
	"guichet/internal/desk/conversation"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Channel is this channel's name in conversations.
const Channel = "sms"

// Publisher tells open pages of committed changes.
type Publisher interface {
	Changed(change *conversation.Change)
}

// SMS is the room.
type SMS struct {
	clock         clock.Clock
	conversations *conversation.Conversations
	publish       Publisher
	client        ClientSource
	key           func(ctx context.Context, good bool)
	wake          func()
}

// Options of New.
type Options struct {
	Clock         clock.Clock
	Conversations *conversation.Conversations
	Publish       Publisher
	// Client gives the client of the connected resource.
	Client ClientSource
	// Key is told whether the resource took the access key.
	Key func(ctx context.Context, good bool)
}

// New makes the room.
func New(o Options) *SMS {
	return &SMS{clock: o.Clock, conversations: o.Conversations, publish: o.Publish, client: o.Client, key: o.Key, wake: func() {}}
}

// Received acts on an event of type SMSReceived.
func (s *SMS) Received(ctx context.Context, tx *sql.Tx, e webhook.Event) (webhook.Outcome, error) {
	event, failed := decode(e)
	if failed != nil {
		return *failed, nil
	}
	data, err := event.SMSReceived()
	if err != nil {
		return unreadable(err), nil
	}
	if data.MessageID == "" || data.From == "" || data.To == "" {
		return unreadable(errors.New("messageId, from or to is missing")), nil
	}
	change, err := s.conversations.Receive(ctx, tx, conversation.Received{
		Channel: Channel, ProviderID: data.MessageID, From: data.From, To: data.To,
		Text: strings.ReplaceAll(data.Message, "\x00", "\uFFFD"), At: data.ReceivedTimestamp,
	})
	if err != nil {
		return webhook.Outcome{}, err
	}
	return s.outcome(change), nil
}

// Report acts on an event of type SMSDeliveryReportReceived. One for a text that
// is not known is kept: it may have come before the answer to the send.
func (s *SMS) Report(ctx context.Context, tx *sql.Tx, e webhook.Event) (webhook.Outcome, error) {
	event, failed := decode(e)
	if failed != nil {
		return *failed, nil
	}
	data, err := event.SMSDeliveryReport()
	if err != nil {
		return unreadable(err), nil
	}
	report := Report{ProviderID: data.MessageID}
	switch {
	case data.MessageID == "":
		return unreadable(errors.New("messageId is missing")), nil
	case strings.EqualFold(data.DeliveryStatus, "Delivered"):
		report.Delivery = conversation.Delivered
	case strings.EqualFold(data.DeliveryStatus, "Failed"):
		report.Delivery = conversation.Failed
		report.Code, report.Reason = splitDetails(data.DeliveryStatusDetails)
	default:
		return webhook.Outcome{State: webhook.Ignored, Reason: "the delivery status " + data.DeliveryStatus + " is not known"}, nil
	}
	change, err := s.conversations.Advance(ctx, tx, report.progress())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return webhook.Outcome{State: webhook.Applied, Reason: "kept for a text that is not known yet"}, s.keep(ctx, tx, report)
	}
	if err != nil {
		return webhook.Outcome{}, err
	}
	return s.outcome(change), nil
}

func (s *SMS) outcome(change *conversation.Change) webhook.Outcome {
	o := webhook.Outcome{State: webhook.Applied}
	if change != nil {
		o.AfterCommit = func() { s.publish.Changed(change) }
	} else {
		o.Reason = "known already"
	}
	return o
}

func decode(e webhook.Event) (eventgrid.Event, *webhook.Outcome) {
	events, err := eventgrid.DecodeEvents(e.Raw)
	if err != nil {
		o := unreadable(err)
		return eventgrid.Event{}, &o
	}
	return events[0], nil
}

func unreadable(err error) webhook.Outcome {
	return webhook.Outcome{State: webhook.Failed, Reason: "the event cannot be read: " + err.Error()}
}

// Report is what the carrier said of one text.
type Report struct {
	ProviderID   string
	Delivery     conversation.Delivery
	Code, Reason string
}

func (r Report) progress() conversation.Progress {
	return conversation.Progress{ProviderID: r.ProviderID, Delivery: r.Delivery, Code: r.Code, Reason: r.Reason}
}

// splitDetails takes the code off deliveryStatusDetails, which is such as
// "4007: Recipient has opted out" or words only (reference: ACS SMS FAQ; the
// samples differ).
func splitDetails(details string) (code, reason string) {
	digits := strings.IndexFunc(details, func(r rune) bool { return !unicode.IsDigit(r) })
	if digits < 0 {
		digits = len(details)
	}
	if digits != 4 {
		return "", details
	}
	return details[:4], strings.TrimLeft(details[4:], ":.- ")
}

func (s *SMS) keep(ctx context.Context, tx *sql.Tx, r Report) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sms_report (provider_id, delivery, code, reason, received_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (provider_id) DO NOTHING`,
		r.ProviderID, string(r.Delivery), r.Code, r.Reason, sqlstore.Micros(s.clock.Now()))
	if err != nil {
		return fmt.Errorf("keep report: %w", err)
	}
	return nil
}

// kept takes a report out that came too early, if there is one.
func kept(ctx context.Context, tx *sql.Tx, providerID string) (Report, bool, error) {
	r, err := sqlstore.One(ctx, tx, func(r *Report) []any { return []any{&r.ProviderID, &r.Delivery, &r.Code, &r.Reason} },
		`DELETE FROM sms_report WHERE provider_id = $1 RETURNING provider_id, delivery, code, reason`, providerID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}
