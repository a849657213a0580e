package carrier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// ErrOtherText says that the id was used already for a text of another thread.
var ErrOtherText = errors.New("the id belongs to a text of another thread")

// commitWithin bounds the wait for a commit.
const commitWithin = 30 * time.Second

// accepted is a text as it was recorded, with the rows that are new.
type accepted struct {
	message row
	fresh   []row
}

// Receive takes a text from a handset. It returns when text and event are
// committed; the same id again gives the first answer and sends nothing.
func (c *Carrier) Receive(ctx context.Context, t Text) (Message, error) {
	// A handset that hangs up must not keep its text from being announced.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitWithin)
	defer cancel()
	a, err := c.incoming.Do(ctx, t)
	if err != nil {
		return Message{}, fmt.Errorf("carrier: receive: %w", err)
	}
	if len(a.fresh) > 0 {
		c.exchange.Committed()
	}
	for _, r := range a.fresh {
		c.notify(r)
	}
	if a.message.customer != t.Customer || a.message.business != t.Business || !a.message.toBusiness {
		return Message{}, ErrOtherText
	}
	return a.message.message(), nil
}

// accept records a batch of texts together with what the exchange makes of
// them.
func (c *Carrier) accept(ctx context.Context, tx *sql.Tx, texts []Text) ([]accepted, error) {
	results := make([]accepted, len(texts))
	var fresh []Text
	var at []int // the place in texts of each fresh one
	seen := map[string]int{}
	repeated := map[int]int{} // place in texts -> place of the same id before it
	for i, t := range texts {
		if first, ok := seen[t.ID]; ok {
			repeated[i] = first
			continue
		}
		seen[t.ID] = i
		known, err := sqlstore.One(ctx, tx, scanRow, messageByID, t.ID)
		switch {
		case err == nil:
			results[i].message = known
		case errors.Is(err, sqlstore.ErrNotFound):
			fresh, at = append(fresh, t), append(at, i)
		default:
			return nil, err
		}
	}
	if len(fresh) > 0 {
		if err := c.acceptFresh(ctx, tx, fresh, at, results); err != nil {
			return nil, err
		}
	}
	for i, first := range repeated {
		results[i].message = results[first].message
	}
	return results, nil
}

func (c *Carrier) acceptFresh(ctx context.Context, tx *sql.Tx, fresh []Text, at []int, results []accepted) error {
	verdicts, err := c.exchange.Accept(ctx, tx, fresh)
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, insertMessage)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for i, t := range fresh {
		r := row{
			id: t.ID, customer: t.Customer, business: t.Business, toBusiness: true, body: t.Body,
			at: sqlstore.Micros(t.At), status: statusReceived,
		}
		if verdicts[i].Refused != "" {
			r.status, r.detail = statusFailed, verdicts[i].Refused
		}
		rows := []row{r}
		if verdicts[i].Reply != "" {
			reply := r
			reply.id, reply.toBusiness, reply.body, reply.status = uuid.NewString(), false, verdicts[i].Reply, statusDelivered
			rows = append(rows, reply)
		}
		for _, r := range rows {
			if _, err := r.insert(ctx, insert); err != nil {
				return err
			}
		}
		results[at[i]] = accepted{message: r, fresh: rows}
	}
	return nil
}
