package carrier

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"guichet/internal/cloud/wellknown"
	"guichet/internal/platform/sqlstore"
)

const insertFirst = `
	INSERT INTO carrier_customer (number, mode, code, delay_seconds, created_at)
	SELECT $1, 'delivered', '', 0, $2 WHERE NOT EXISTS (SELECT 1 FROM carrier_customer)`

func insertFirstCustomer(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, insertFirst, wellknown.HandsetNumber, sqlstore.Micros(now))
	return err
}

const upsertCustomer = `
	INSERT INTO carrier_customer (number, mode, code, delay_seconds, created_at) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (number) DO UPDATE SET mode = excluded.mode, code = excluded.code, delay_seconds = excluded.delay_seconds`

const insertCustomer = `
	INSERT INTO carrier_customer (number, mode, code, delay_seconds, created_at)
	VALUES ($1, 'delivered', '', 0, $2) ON CONFLICT (number) DO NOTHING`

func listChoices(ctx context.Context, q sqlstore.Q) (map[string]Delivery, error) {
	type row struct {
		number string
		Delivery
	}
	rows, err := sqlstore.List(ctx, q, func(r *row) []any {
		return []any{&r.number, &r.Mode, &r.Code, &r.DelaySeconds}
	}, `SELECT number, mode, code, delay_seconds FROM carrier_customer WHERE mode <> 'delivered'`)
	if err != nil {
		return nil, err
	}
	choices := make(map[string]Delivery, len(rows))
	for _, r := range rows {
		choices[r.number] = r.Delivery
	}
	return choices, nil
}

func listCustomers(ctx context.Context, q sqlstore.Q) ([]string, error) {
	return sqlstore.List(ctx, q, func(s *string) []any { return []any{s} },
		`SELECT number FROM carrier_customer ORDER BY created_at, number`)
}

func deleteAll(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{`DELETE FROM carrier_message`, `DELETE FROM carrier_customer`} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("carrier: reset: %w", err)
		}
	}
	return nil
}

// row is a carrier_message.
type row struct {
	seq                int64
	id                 string
	customer, business string
	toBusiness         bool
	body               string
	at                 int64
	status, detail     string
	outcome            string
	due                int64
}

// outcomeUnreported is the outcome of a text that is delivered without a report;
// the others are empty or "<code>: <reason>".
const outcomeUnreported = "unreported"

// failure is "<code>: <reason>" of a text that is not delivered, else empty.
func (r *row) failure() string {
	if r.outcome == outcomeUnreported {
		return ""
	}
	return r.outcome
}

const messageColumns = `seq, id, customer, business, to_business, body, at, status, detail, outcome, due_at`

func (r *row) columns() []any {
	return []any{
		&r.seq, &r.id, &r.customer, &r.business, &r.toBusiness, &r.body, &r.at,
		&r.status, &r.detail, &r.outcome, &r.due,
	}
}

func scanRow(r *row) []any { return r.columns() }

// insertMessage lets the first row with an id win.
const insertMessage = `
	INSERT INTO carrier_message (id, customer, business, to_business, body, at, status, detail, outcome, due_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`

func (r *row) insert(ctx context.Context, statement *sql.Stmt) (inserted bool, err error) {
	res, err := statement.ExecContext(ctx,
		r.id, r.customer, r.business, r.toBusiness, r.body, r.at, r.status, r.detail, r.outcome, r.due)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

const messageByID = `SELECT ` + messageColumns + ` FROM carrier_message WHERE id = $1`

const dueMessages = `SELECT ` + messageColumns + ` FROM carrier_message
	WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at, seq LIMIT $2`

// nearestDue is 0 when nothing waits.
const nearestDue = `SELECT COALESCE(MIN(due_at), 0) FROM carrier_message WHERE due_at > 0`

// threadMessages are the newest of a thread, newest first; with an id, the newest
// that came before it. An id that is not known has nothing before it.
const threadMessages = `SELECT ` + messageColumns + ` FROM carrier_message
	WHERE customer = $1 AND business = $2
	AND ($3 = '' OR seq < (SELECT seq FROM carrier_message WHERE id = $3))
	ORDER BY seq DESC LIMIT $4`

const threadHeads = `SELECT ` + messageColumns + ` FROM carrier_message
	WHERE seq IN (SELECT MAX(seq) FROM carrier_message WHERE customer = $1 GROUP BY business)
	ORDER BY seq DESC`

// decide settles texts that are due, each once.
func decide(ctx context.Context, db *sqlstore.DB, tx *sql.Tx, seqs []int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE carrier_message
		SET status = CASE WHEN outcome IN ('', '`+outcomeUnreported+`') THEN 'delivered' ELSE 'failed' END,
		detail = CASE outcome WHEN '`+outcomeUnreported+`' THEN '' ELSE outcome END, due_at = 0
		WHERE `+db.Dialect().In("seq", "$1")+` AND due_at > 0`, db.Dialect().ListArg(seqs))
	return err
}
