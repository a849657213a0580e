package acs

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"time"

	"guichet/internal/cloud/carrier"
	"guichet/internal/platform/sqlstore"
)

const (
	insertOptOut = `INSERT INTO acs_optout (service_id, sender, recipient, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (service_id, sender, recipient) DO NOTHING`

	deleteOptOut = `DELETE FROM acs_optout WHERE service_id = $1 AND sender = $2 AND recipient = $3`

	countOptOut = `SELECT COUNT(*) FROM acs_optout WHERE service_id = $1 AND sender = $2 AND recipient = $3`
)

// blocked is the outcome of a text to somebody who opted out: it is accepted and
// then fails.
var blocked, _ = carrier.Failure("4007")

// What the network itself answers to the keywords, in the words of Microsoft's
// documentation for toll-free numbers.
const (
	stopReply = `NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. ` +
		`Text back "unstop" to receive messages again.`
	startReply = `NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.`
)

// keyword acts on STOP, START and UNSTOP and returns the network's reply. HELP
// means nothing to a toll-free number; the text is passed on like any other, and
// so are the keywords.
func (a *ACS) keyword(ctx context.Context, tx *sql.Tx, n ownedNumber, t carrier.Text) (reply string, err error) {
	switch strings.ToUpper(strings.TrimSpace(t.Body)) {
	case "STOP":
		reply = stopReply
		_, err = tx.ExecContext(ctx, insertOptOut, n.serviceID, n.number, t.Customer, sqlstore.Micros(t.At))
	case "START", "UNSTOP":
		reply = startReply
		_, err = tx.ExecContext(ctx, deleteOptOut, n.serviceID, n.number, t.Customer)
	}
	if err != nil {
		return "", fmt.Errorf("acs: opt-out keyword: %w", err)
	}
	return reply, nil
}

func optedOut(ctx context.Context, q sqlstore.Q, serviceID, sender, recipient string) (bool, error) {
	n, err := sqlstore.One(ctx, q, scanCount, countOptOut, serviceID, sender, recipient)
	return n > 0, err
}

func scanCount(n *int64) []any { return []any{n} }

type optOutResult struct {
	To             string `json:"to"`
	HTTPStatusCode int    `json:"httpStatusCode"`
	// IsOptedOut is answered to a check only.
	IsOptedOut   *bool  `json:"isOptedOut,omitempty"`
	ErrorMessage string `json:"errorMessage,omitempty"`
}

// optOuts makes an operation of POST /sms/optouts:add, :remove or :check, whose
// act is done for each recipient.
func (a *ACS) optOuts(act func(ctx context.Context, tx *sql.Tx, serviceID, from, to string, now time.Time) (*bool, error)) operation {
	return func(c *call) error {
		var q struct {
			From       *string `json:"from"`
			Recipients []struct {
				To *string `json:"to"`
			} `json:"recipients"`
		}
		if err := decode(c.body, &q); err != nil {
			return err
		}
		var e invalid
		switch {
		case q.From == nil || *q.From == "":
			e.add("From", "The From field is required.")
		case !validSender(*q.From):
			e.add("From", "Invalid From phone number format")
		}
		if n := len(q.Recipients); n == 0 || n > maxRecipients {
			e.add("Recipients", "The field Recipients must be an array with 1 to 100 items.")
		}
		for _, r := range q.Recipients {
			if r.To == nil || *r.To == "" {
				e.add("Recipients", "The To field is required.")
				break
			}
		}
		if err := e.err(); err != nil {
			return err
		}
		if n, owned := a.number(*q.From); !owned || n.serviceID != c.service.ImmutableID {
			return &failure{http.StatusUnauthorized, "Unauthorized", "", ""}
		}
		var results []optOutResult
		err := a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
			results = nil
			for _, r := range q.Recipients {
				out := optOutResult{To: *r.To, HTTPStatusCode: http.StatusOK}
				if !e164.MatchString(*r.To) {
					out.HTTPStatusCode, out.ErrorMessage = http.StatusBadRequest, "Invalid To phone number format."
				} else {
					var err error
					out.IsOptedOut, err = act(c.r.Context(), tx, c.service.ImmutableID, *q.From, *r.To, a.o.Clock.Now())
					if err != nil {
						return err
					}
				}
				results = append(results, out)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("opt-outs: %w", err)
		}
		writeJSON(c.w, http.StatusOK, struct {
			Value []optOutResult `json:"value"`
		}{results})
		return nil
	}
}

func addOptOut(ctx context.Context, tx *sql.Tx, serviceID, from, to string, now time.Time) (*bool, error) {
	_, err := tx.ExecContext(ctx, insertOptOut, serviceID, from, to, sqlstore.Micros(now))
	return nil, err
}

func removeOptOut(ctx context.Context, tx *sql.Tx, serviceID, from, to string, _ time.Time) (*bool, error) {
	_, err := tx.ExecContext(ctx, deleteOptOut, serviceID, from, to)
	return nil, err
}

func checkOptOut(ctx context.Context, tx *sql.Tx, serviceID, from, to string, _ time.Time) (*bool, error) {
	out, err := optedOut(ctx, tx, serviceID, from, to)
	return &out, err
}
