package carrier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"guichet/internal/platform/sqlstore"
)

// Modes of a Delivery.
const (
	// ModeDelivered delivers at once.
	ModeDelivered = "delivered"
	// ModeFailed fails at once with a code.
	ModeFailed = "failed"
	// ModeDelayed delivers after a while.
	ModeDelayed = "delayed"
	// ModeUnreported delivers at once, and no report of it ever comes back.
	ModeUnreported = "unreported"
)

// Delivery is what becomes of the texts sent to a customer from now on.
type Delivery struct {
	Mode string `json:"mode"`
	// Code is the reason of ModeFailed: a key of the table of failures.
	Code string `json:"code"`
	// DelaySeconds is the wait of ModeDelayed, at most a day.
	DelaySeconds int `json:"delaySeconds"`
}

// failures are the reasons for which a carrier does not deliver, by the status
// codes that Azure documents for its delivery reports.
var failures = map[string]string{
	"4000": "Fraud detection",
	"4001": "Invalid sender number format",
	"4002": "Invalid recipient number format",
	"4003": "Destination not supported",
	"4004": "Recipient number does not exist",
	"4005": "Blocked by the destination carrier",
	"4006": "Recipient is unreachable",
	"4007": "Sender blocked for given recipient.",
	"4008": "Too many messages for the profile",
	"4009": "Refused by the entitlement system",
	"4010": "Toll-free number is not verified",
	"5000": "Failed",
	"5001": "Temporarily unavailable",
	"5002": "Carrier gives no delivery reports",
	"9999": "Unknown failure",
}

// Failure is the "<code>: <reason>" of a status code, and whether it is known.
func Failure(code string) (string, bool) {
	reason, ok := failures[code]
	return code + ": " + reason, ok
}

// maxDelay bounds ModeDelayed, in seconds.
const maxDelay = 24 * 60 * 60

var errDelivery = errors.New("mode must be delivered, failed with a known code, delayed by 1 to 86400 seconds, or unreported")

func (d Delivery) check() error {
	switch d.Mode {
	case ModeDelivered, ModeUnreported:
		return nil
	case ModeFailed:
		if _, known := failures[d.Code]; known {
			return nil
		}
	case ModeDelayed:
		if d.DelaySeconds >= 1 && d.DelaySeconds <= maxDelay {
			return nil
		}
	}
	return errDelivery
}

// choice is what becomes of texts to the customer.
func (c *Carrier) choice(customer string) Delivery {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if d, ok := c.choices[customer]; ok {
		return d
	}
	return Delivery{Mode: ModeDelivered}
}

// setChoice stores the choice before it acts.
func (c *Carrier) setChoice(ctx context.Context, customer string, d Delivery) error {
	if d.Mode != ModeFailed {
		d.Code = ""
	}
	if d.Mode != ModeDelayed {
		d.DelaySeconds = 0
	}
	err := c.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, upsertCustomer, customer, d.Mode, d.Code, d.DelaySeconds,
			sqlstore.Micros(c.o.Clock.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("carrier: store the delivery choice: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.choices[customer] = d
	return nil
}

// Submit takes texts to customers in the caller's transaction. After its commit
// the caller passes them to Submitted.
func (c *Carrier) Submit(ctx context.Context, tx *sql.Tx, texts []Outgoing) error {
	insert, err := tx.PrepareContext(ctx, insertMessage)
	if err != nil {
		return fmt.Errorf("carrier: submit: %w", err)
	}
	defer func() { _ = insert.Close() }()
	for _, t := range texts {
		r := c.outgoing(t)
		if _, err := r.insert(ctx, insert); err != nil {
			return fmt.Errorf("carrier: submit: %w", err)
		}
	}
	return nil
}

// outgoing is the row of a text to a customer. What becomes of it is settled
// now, by the choice in force; when, by its due time.
func (c *Carrier) outgoing(t Outgoing) row {
	r := row{
		id: t.ID, customer: t.Customer, business: t.Business, body: t.Body,
		at: sqlstore.Micros(t.At), status: statusPending, outcome: t.Refused,
	}
	due := t.At
	if t.Refused == "" {
		switch d := c.choice(t.Customer); d.Mode {
		case ModeFailed:
			r.outcome, _ = Failure(d.Code)
		case ModeUnreported:
			r.outcome = outcomeUnreported
		case ModeDelayed:
			due = due.Add(time.Duration(d.DelaySeconds) * time.Second)
		}
	}
	r.due = sqlstore.Micros(due)
	return r
}

// Submitted tells handsets of texts that have been committed and must wait, and
// wakes the scanner that decides them. A text that is due at once is announced
// when it is decided: two notices could overtake each other.
func (c *Carrier) Submitted(texts []Outgoing) {
	for _, t := range texts {
		if r := c.outgoing(t); r.due > r.at {
			c.notify(r)
		}
	}
	c.wakeScanner()
}

func (c *Carrier) wakeScanner() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// retryAfter is the wait after the database failed.
const retryAfter = time.Second

// decideDue settles texts whose time has come, and sleeps until the nearest.
func (c *Carrier) decideDue(ctx context.Context) error {
	for {
		more, err := c.decideBatch(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil && more {
			continue
		}
		var timer <-chan time.Time
		stop := func() {}
		if err != nil {
			c.o.Log.Error("texts could not be decided", "error", err, "next", "try again in 1 s")
			timer, stop = c.o.Clock.After(retryAfter)
		} else if nearest, err := sqlstore.One(ctx, c.o.DB.Read(), scanInt, nearestDue); err != nil {
			timer, stop = c.o.Clock.After(retryAfter)
		} else if nearest > 0 {
			timer, stop = c.o.Clock.Until(sqlstore.Time(nearest))
		}
		select {
		case <-ctx.Done():
		case <-c.wake:
		case <-timer:
		}
		stop()
	}
}

func scanInt(n *int64) []any { return []any{n} }

// decideBatch settles up to one batch and says whether more may be due.
func (c *Carrier) decideBatch(ctx context.Context) (more bool, err error) {
	now := c.o.Clock.Now()
	nearest, err := sqlstore.One(ctx, c.o.DB.Read(), scanInt, nearestDue)
	if err != nil {
		return false, err
	}
	if nearest == 0 || nearest > sqlstore.Micros(now) {
		return false, nil
	}
	var due []row
	err = c.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		if due, err = sqlstore.List(ctx, tx, scanRow, dueMessages, sqlstore.Micros(now), batchSize); err != nil {
			return err
		}
		seqs, outcomes := make([]int64, len(due)), make([]Outcome, 0, len(due))
		for i, r := range due {
			seqs[i] = r.seq
			if r.outcome != outcomeUnreported {
				outcomes = append(outcomes, Outcome{ID: r.id, Failure: r.outcome, At: now})
			}
		}
		if err := decide(ctx, c.o.DB, tx, seqs); err != nil {
			return err
		}
		return c.exchange.Decided(ctx, tx, outcomes)
	})
	if err != nil {
		return false, fmt.Errorf("carrier: decide %d texts: %w", len(due), err)
	}
	c.exchange.Committed()
	for _, r := range due {
		r.status, r.detail = statusDelivered, r.failure()
		if r.detail != "" {
			r.status = statusFailed
		}
		c.notify(r)
	}
	return len(due) == batchSize, nil
}

// AddCustomer makes a handset's number known; it keeps one that is.
func (c *Carrier) AddCustomer(ctx context.Context, customer string) error {
	err := c.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insertCustomer, customer, sqlstore.Micros(c.o.Clock.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("carrier: add a customer: %w", err)
	}
	return nil
}
