package acs

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// holdFor is how long a search keeps its numbers from others.
const holdFor = 16 * time.Minute

// decodeNumbers reads a body of the phone number plane, whose errors are in the
// common envelope.
func decodeNumbers(body []byte, v any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return badRequest("A request body is required.", "")
	}
	if err := json.Unmarshal(body, v); err != nil {
		return badRequest("The request body is not valid JSON for this operation: "+err.Error(), "")
	}
	return nil
}

// search is what was found, and held, for a client.
type search struct {
	id, serviceID             string
	country, kind, assignment string
	capabilities              capabilities
	cost                      string
	numbers                   string
	expiresAt                 int64
}

const (
	insertSearch = `INSERT INTO acs_search
		(id, service_id, country, kind, assignment, calling, sms, cost, numbers, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	searchByID = `SELECT id, service_id, country, kind, assignment, calling, sms, cost, numbers, expires_at
		FROM acs_search WHERE id = $1 AND service_id = $2`

	// A hold that has run out may be taken over.
	insertHold = `INSERT INTO acs_hold (number, holder, until_at) VALUES ($1, $2, $3)
		ON CONFLICT (number) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at`

	dropHolds = `DELETE FROM acs_hold WHERE holder = $1`

	heldNumbers = `SELECT number FROM acs_hold WHERE holder = $1 AND until_at > $2 ORDER BY number`

	takenNumbers = `SELECT number FROM acs_number UNION SELECT number FROM acs_hold WHERE until_at > $1`
)

func scanSearch(s *search) []any {
	return []any{
		&s.id, &s.serviceID, &s.country, &s.kind, &s.assignment, &s.capabilities.Calling, &s.capabilities.SMS,
		&s.cost, &s.numbers, &s.expiresAt,
	}
}

func scanText(s *string) []any { return []any{s} }

// taken is every number that is owned or held.
func (a *ACS) taken(ctx context.Context, q sqlstore.Q) (map[string]bool, error) {
	list, err := sqlstore.List(ctx, q, scanText, takenNumbers, sqlstore.Micros(a.o.Clock.Now()))
	if err != nil {
		return nil, fmt.Errorf("numbers in use: %w", err)
	}
	taken := make(map[string]bool, len(list))
	for _, n := range list {
		taken[n] = true
	}
	return taken, nil
}

type searchRequest struct {
	PhoneNumberType string        `json:"phoneNumberType"`
	AssignmentType  string        `json:"assignmentType"`
	Capabilities    *capabilities `json:"capabilities"`
	AreaCode        string        `json:"areaCode"`
	Quantity        *int          `json:"quantity"`
}

func (q searchRequest) check() error {
	switch {
	case !slices.Contains(kinds, q.PhoneNumberType):
		return badRequest("phoneNumberType is required and must be geographic, tollFree or mobile.", "phoneNumberType")
	case !slices.Contains(assignments, q.AssignmentType):
		return badRequest("assignmentType is required and must be person or application.", "assignmentType")
	case q.Capabilities == nil || !validCapability(q.Capabilities.Calling) || !validCapability(q.Capabilities.SMS):
		return badRequest("capabilities is required with calling and sms.", "capabilities")
	case q.Quantity != nil && *q.Quantity < 1:
		return badRequest("quantity must be at least 1.", "quantity")
	}
	return nil
}

// maxQuantity bounds one search.
const maxQuantity = 100

// search is POST /availablePhoneNumbers/countries/{cc}/:search. It may find fewer
// numbers than asked for; when it finds none its operation fails.
func (a *ACS) search(c *call) error {
	country, err := c.country()
	if err != nil {
		return err
	}
	var q searchRequest
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	o, ok := offered(country, q.PhoneNumberType, q.AssignmentType, *q.Capabilities)
	if !ok {
		return badRequest("No offering of the country has this type, assignment and capabilities.", "capabilities")
	}
	quantity := 1
	if q.Quantity != nil {
		quantity = min(*q.Quantity, maxQuantity)
	}
	now := a.o.Clock.Now()
	s := search{
		id: uuid.NewString(), serviceID: c.service.ImmutableID, country: country, kind: q.PhoneNumberType,
		assignment: q.AssignmentType, capabilities: *q.Capabilities, cost: o.price,
		expiresAt: sqlstore.Micros(now.Add(holdFor)),
	}
	op := a.newOperation(c, opSearch, s.id)
	err = a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
		found, err := a.hold(c.r.Context(), tx, s, q.AreaCode, quantity)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			op.errorCode, op.errorMessage = "OutOfStock", "No phone number that fits the search is available."
		}
		text, err := json.Marshal(found)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(c.r.Context(), insertSearch, s.id, s.serviceID, s.country, s.kind, s.assignment,
			s.capabilities.Calling, s.capabilities.SMS, s.cost, string(text), s.expiresAt)
		if err != nil {
			return err
		}
		return op.insert(c.r.Context(), tx)
	})
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	c.w.Header().Set("Location", resultLocation(s.id, c.version))
	a.started(c, op, "search-id", s.id)
	return nil
}

func resultLocation(id, version string) string {
	return "/availablePhoneNumbers/searchResults/" + id + "?api-version=" + version
}

// hold finds free numbers and keeps them for the search.
func (a *ACS) hold(ctx context.Context, tx *sql.Tx, s search, area string, quantity int) ([]string, error) {
	taken, err := a.taken(ctx, tx)
	if err != nil {
		return nil, err
	}
	found := []string{}
	for _, b := range blocks {
		if b.country != s.country || b.kind != s.kind || area != "" && b.area != area {
			continue
		}
		for i := range b.size() {
			if len(found) == quantity {
				return found, nil
			}
			n := b.number(i)
			if taken[n] {
				continue
			}
			if _, err := tx.ExecContext(ctx, insertHold, n, s.id, s.expiresAt); err != nil {
				return nil, err
			}
			found = append(found, n)
		}
	}
	return found, nil
}

// getSearch is GET /availablePhoneNumbers/searchResults/{id}.
func (a *ACS) getSearch(c *call) error {
	s, err := sqlstore.One(c.r.Context(), a.o.DB.Read(), scanSearch, searchByID, c.r.PathValue("id"), c.service.ImmutableID)
	if err == nil {
		// There is no result before its operation ended well.
		var op operationRow
		op, err = sqlstore.One(c.r.Context(), a.o.DB.Read(), scanOperation, operationByID,
			opSearch.prefix+s.id, c.service.ImmutableID)
		if err == nil && op.status != statusSucceeded {
			err = sqlstore.ErrNotFound
		}
	}
	if errors.Is(err, sqlstore.ErrNotFound) {
		return notFound("search")
	}
	if err != nil {
		return fmt.Errorf("search result: %w", err)
	}
	expires := sqlstore.Time(s.expiresAt)
	out := struct {
		SearchID                       string          `json:"searchId"`
		PhoneNumbers                   json.RawMessage `json:"phoneNumbers"`
		PhoneNumberType                string          `json:"phoneNumberType"`
		AssignmentType                 string          `json:"assignmentType"`
		Capabilities                   capabilities    `json:"capabilities"`
		Cost                           cost            `json:"cost"`
		SearchExpiresBy                string          `json:"searchExpiresBy"`
		IsAgreementToNotResellRequired bool            `json:"isAgreementToNotResellRequired"`
		ErrorCode                      int             `json:"errorCode"`
		Error                          string          `json:"error"`
	}{
		s.id, json.RawMessage(s.numbers), s.kind, s.assignment, s.capabilities, monthly(s.cost), azureTime(expires),
		false, 0, "NoError",
	}
	if !a.o.Clock.Now().Before(expires) {
		// The place of ReservationExpired in the service's list of errors.
		out.ErrorCode, out.Error = 12, "ReservationExpired"
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}
