package acs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/platform/sqlstore"
)

// sent is one recipient's outcome, with the text when it was accepted just now.
type sent struct {
	result smsResult
	text   *carrier.Outgoing
}

// insertMessage loses against a row with the same repeatability id.
const insertMessage = `
	INSERT INTO acs_message
		(id, service_id, request_id, sender, recipient, tag, wants_report, segments, sent_at, status, detail, decided_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', 0)
	ON CONFLICT (service_id, request_id) WHERE request_id <> '' DO NOTHING`

const messageByRequest = `SELECT id, sender, recipient FROM acs_message WHERE service_id = $1 AND request_id = $2`

// record writes a batch of sends: the messages, and the texts that the carrier
// takes, in one transaction, so that neither exists without the other.
func (a *ACS) record(ctx context.Context, tx *sql.Tx, batch []sending) ([][]sent, error) {
	insert, err := tx.PrepareContext(ctx, insertMessage)
	if err != nil {
		return nil, fmt.Errorf("acs: send: %w", err)
	}
	defer func() { _ = insert.Close() }()
	results := make([][]sent, len(batch))
	var texts []carrier.Outgoing
	for i, s := range batch {
		for _, r := range s.recipients {
			one, err := a.recordOne(ctx, tx, insert, s, r)
			if err != nil {
				return nil, fmt.Errorf("acs: send: %w", err)
			}
			if one.text != nil {
				texts = append(texts, *one.text)
			}
			results[i] = append(results[i], one)
		}
	}
	if err := a.o.Carrier.Submit(ctx, tx, texts); err != nil {
		return nil, err
	}
	return results, nil
}

func (a *ACS) recordOne(ctx context.Context, tx *sql.Tx, insert *sql.Stmt, s sending, r recipient) (sent, error) {
	if r.settled != nil {
		return sent{result: *r.settled}, nil
	}
	id := messageID("Outgoing", s.at)
	res, err := insert.ExecContext(ctx, id, s.serviceID, r.requestID, s.from, r.to, s.tag, s.report,
		segments(s.message), sqlstore.Micros(s.at))
	if err != nil {
		return sent{}, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return sent{}, err
	}
	if n == 0 {
		return repeated(ctx, tx, s, r)
	}
	text := &carrier.Outgoing{ID: id, Business: s.from, Customer: r.to, Body: s.message, At: s.at}
	out, err := optedOut(ctx, tx, s.serviceID, s.from, r.to)
	if err != nil {
		return sent{}, err
	}
	if out {
		text.Refused = blocked
	}
	return sent{accepted(r, id), text}, nil
}

func accepted(r recipient, id string) smsResult {
	result := smsResult{To: r.to, MessageID: id, HTTPStatusCode: http.StatusAccepted, Successful: true}
	if r.requestID != "" {
		result.RepeatabilityResult = "accepted"
	}
	return result
}

// repeated answers a repeatability id that was used before: with the first
// outcome for the same request, and with a refusal for another one.
func repeated(ctx context.Context, tx *sql.Tx, s sending, r recipient) (sent, error) {
	type first struct{ id, sender, recipient string }
	f, err := sqlstore.One(ctx, tx, func(f *first) []any { return []any{&f.id, &f.sender, &f.recipient} },
		messageByRequest, s.serviceID, r.requestID)
	if err != nil {
		return sent{}, err
	}
	if f.sender != s.from || f.recipient != r.to {
		return sent{result: smsResult{
			To: r.to, HTTPStatusCode: http.StatusBadRequest, RepeatabilityResult: "rejected",
			ErrorMessage: "RepeatabilityRequestId was used for another request.",
		}}, nil
	}
	return sent{result: accepted(r, f.id)}, nil
}

// submitted passes on what was committed.
func (a *ACS) submitted(done []sent) {
	var texts []carrier.Outgoing
	for _, d := range done {
		if d.text != nil {
			texts = append(texts, *d.text)
		}
	}
	if len(texts) > 0 {
		a.o.Carrier.Submitted(texts)
	}
}

// outgoing is a message that was sent.
type outgoing struct {
	id, serviceID, sender, recipient, tag string
	report                                bool
	segments                              int
	sentAt                                int64
}

// decideMessage settles a message once.
const decideMessage = `
	UPDATE acs_message SET status = $1, detail = $2, decided_at = $3 WHERE id = $4 AND status = ''
	RETURNING id, service_id, sender, recipient, tag, wants_report, segments, sent_at`

// Decided implements carrier.Exchange: it settles messages and publishes the
// reports that their senders asked for.
func (a *ACS) Decided(ctx context.Context, tx *sql.Tx, outcomes []carrier.Outcome) error {
	update, err := tx.PrepareContext(ctx, decideMessage)
	if err != nil {
		return fmt.Errorf("acs: settle: %w", err)
	}
	defer func() { _ = update.Close() }()
	events := map[string][]eventgrid.Event{}
	for _, o := range outcomes {
		status, detail := statusDelivered, o.Failure
		if o.Failure != "" {
			status = statusFailed
		}
		var m outgoing
		err := update.QueryRowContext(ctx, status, detail, sqlstore.Micros(o.At), o.ID).
			Scan(&m.id, &m.serviceID, &m.sender, &m.recipient, &m.tag, &m.report, &m.segments, &m.sentAt)
		if errors.Is(err, sql.ErrNoRows) {
			// A text that is no service's message.
			continue
		}
		if err != nil {
			return fmt.Errorf("acs: settle: %w", err)
		}
		if m.report {
			events[m.serviceID] = append(events[m.serviceID], reportEvent(m, status, detail, o.At))
		}
	}
	return a.publish(ctx, tx, events)
}
