package acs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// Statuses of a reservation.
const (
	reservationActive    = "active"
	reservationSubmitted = "submitted"
	reservationCompleted = "completed"
	reservationExpired   = "expired"
)

// Times of a reservation: how long it lasts after a change, how long at most, and
// how long it can be read.
const (
	reservedFor     = 15 * time.Minute
	reservedAtMost  = 2 * time.Hour
	reservationKept = 30 * 24 * time.Hour
)

// reservation keeps numbers that the client chose.
type reservation struct {
	id, serviceID, status string
	createdAt, expiresAt  int64
}

const (
	reservationColumns = `id, service_id, status, created_at, expires_at`

	reservationByID = `SELECT ` + reservationColumns + ` FROM acs_reservation WHERE id = $1 AND service_id = $2 AND created_at > $3`

	anyReservation = `SELECT COUNT(*) FROM acs_reservation WHERE id = $1`

	serviceReservations = `SELECT ` + reservationColumns + ` FROM acs_reservation
		WHERE service_id = $1 AND created_at > $2 ORDER BY created_at, id LIMIT $3 OFFSET $4`

	upsertReservation = `INSERT INTO acs_reservation (` + reservationColumns + `) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, expires_at = excluded.expires_at`

	deleteReservation = `DELETE FROM acs_reservation WHERE id = $1`

	extendHolds = `UPDATE acs_hold SET until_at = $1 WHERE holder = $2`

	dropHold = `DELETE FROM acs_hold WHERE number = $1 AND holder = $2`
)

func scanReservation(r *reservation) []any {
	return []any{&r.id, &r.serviceID, &r.status, &r.createdAt, &r.expiresAt}
}

type reservationItem struct {
	ID           string                     `json:"id"`
	ExpiresAt    string                     `json:"expiresAt"`
	PhoneNumbers map[string]availableNumber `json:"phoneNumbers,omitempty"`
	Status       string                     `json:"status"`
}

// wire applies the passing of time to the status.
func (r reservation) wire(now time.Time) reservationItem {
	status := r.status
	if status == reservationActive && !now.Before(sqlstore.Time(r.expiresAt)) {
		status = reservationExpired
	}
	return reservationItem{ID: r.id, ExpiresAt: azureTime(sqlstore.Time(r.expiresAt)), Status: status}
}

func (a *ACS) oldest() int64 { return sqlstore.Micros(a.o.Clock.Now().Add(-reservationKept)) }

// reservationID reads the path; clients choose a UUID.
func reservationID(c *call) (string, error) {
	id, err := uuid.Parse(c.r.PathValue("id"))
	if err != nil {
		return "", badRequest("The reservation id must be a UUID.", "reservationId")
	}
	return id.String(), nil
}

// reservation reads the one in the path.
func (a *ACS) reservation(ctx context.Context, q sqlstore.Q, c *call) (reservation, error) {
	id, err := reservationID(c)
	if err != nil {
		return reservation{}, err
	}
	r, err := sqlstore.One(ctx, q, scanReservation, reservationByID, id, c.service.ImmutableID, a.oldest())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return r, notFound("reservation")
	}
	return r, err
}

// listReservations is GET /availablePhoneNumbers/reservations; numbers are not
// in the list.
func (a *ACS) listReservations(c *call) error {
	p, err := readPage(c.r.URL.Query(), "maxPageSize")
	if err != nil {
		return err
	}
	list, err := sqlstore.List(c.r.Context(), a.o.DB.Read(), scanReservation, serviceReservations,
		c.service.ImmutableID, a.oldest(), p.top+1, p.skip)
	if err != nil {
		return fmt.Errorf("list reservations: %w", err)
	}
	list, more := cut(list, p.top)
	out := struct {
		Reservations []reservationItem `json:"reservations"`
		NextLink     string            `json:"nextLink,omitempty"`
	}{Reservations: []reservationItem{}}
	for _, r := range list {
		out.Reservations = append(out.Reservations, r.wire(a.o.Clock.Now()))
	}
	if more {
		out.NextLink = c.nextLink(p, "maxPageSize")
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

// getReservation is GET /availablePhoneNumbers/reservations/{id}.
func (a *ACS) getReservation(c *call) error {
	r, err := a.reservation(c.r.Context(), a.o.DB.Read(), c)
	if err != nil {
		return err
	}
	item := r.wire(a.o.Clock.Now())
	if item.PhoneNumbers, err = reserved(c.r.Context(), a.o.DB.Read(), r.id); err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, item)
	return nil
}

// reserved is every number of a reservation, by id.
func reserved(ctx context.Context, q sqlstore.Q, id string) (map[string]availableNumber, error) {
	held, err := sqlstore.List(ctx, q, scanText, heldNumbers, id, 0)
	if err != nil {
		return nil, fmt.Errorf("reserved numbers: %w", err)
	}
	numbers := map[string]availableNumber{}
	for _, n := range held {
		if b, o, ok := sale(n); ok {
			numbers[digits(n)] = available(n, b.country, "reserved", o)
		}
	}
	return numbers, nil
}

// patchReservation is PATCH /availablePhoneNumbers/reservations/{id}: numbers are
// added by id, and removed by null. A number that cannot be had is marked in the
// answer, which is then 207.
func (a *ACS) patchReservation(c *call) error {
	id, err := reservationID(c)
	if err != nil {
		return err
	}
	var q struct {
		PhoneNumbers map[string]json.RawMessage `json:"phoneNumbers"`
	}
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	var item reservationItem
	status := http.StatusOK
	err = a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
		item, status, err = a.changeReservation(c, tx, id, q.PhoneNumbers)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(c.w, status, item)
	return nil
}

func (a *ACS) changeReservation(c *call, tx *sql.Tx, id string, changes map[string]json.RawMessage) (reservationItem, int, error) {
	ctx, now := c.r.Context(), a.o.Clock.Now()
	status := http.StatusOK
	r, err := a.reservation(ctx, tx, c)
	var f *failure
	switch {
	case errors.As(err, &f) && f.status == http.StatusNotFound:
		n, err := sqlstore.One(ctx, tx, scanCount, anyReservation, id)
		if err != nil {
			return reservationItem{}, 0, err
		}
		if n > 0 {
			return reservationItem{}, 0, &failure{http.StatusConflict, "Conflict", "The reservation id is in use.", ""}
		}
		status = http.StatusCreated
		r = reservation{id, c.service.ImmutableID, reservationActive, sqlstore.Micros(now), 0}
	case err != nil:
		return reservationItem{}, 0, err
	case r.wire(now).Status != reservationActive:
		return reservationItem{}, 0, badRequest("Only an active reservation can be changed.", "reservationId")
	}
	last := sqlstore.Time(r.createdAt).Add(reservedAtMost)
	if r.expiresAt = sqlstore.Micros(now.Add(reservedFor)); r.expiresAt > sqlstore.Micros(last) {
		r.expiresAt = sqlstore.Micros(last)
	}
	refused, err := a.changeHolds(ctx, tx, r, changes)
	if err != nil {
		return reservationItem{}, 0, err
	}
	if _, err := tx.ExecContext(ctx, upsertReservation, r.id, r.serviceID, r.status, r.createdAt, r.expiresAt); err != nil {
		return reservationItem{}, 0, err
	}
	if _, err := tx.ExecContext(ctx, extendHolds, r.expiresAt, r.id); err != nil {
		return reservationItem{}, 0, err
	}
	item := r.wire(now)
	if item.PhoneNumbers, err = reserved(ctx, tx, r.id); err != nil {
		return reservationItem{}, 0, err
	}
	for _, n := range refused {
		item.PhoneNumbers[n.ID] = n
		status = http.StatusMultiStatus
	}
	return item, status, nil
}

// changeHolds adds and removes numbers and returns those that cannot be had.
func (a *ACS) changeHolds(ctx context.Context, tx *sql.Tx, r reservation, changes map[string]json.RawMessage) ([]availableNumber, error) {
	taken, err := a.taken(ctx, tx)
	if err != nil {
		return nil, err
	}
	held, err := reserved(ctx, tx, r.id)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(changes))
	for id := range changes {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	var refused []availableNumber
	for _, id := range ids {
		number := "+" + digits(id)
		if string(changes[id]) == "null" {
			if _, err := tx.ExecContext(ctx, dropHold, number, r.id); err != nil {
				return nil, err
			}
			continue
		}
		if _, ok := held[digits(id)]; ok {
			continue
		}
		b, o, ok := sale(number)
		if !ok || taken[number] {
			n := available(number, b.country, "error", o)
			n.Error = &itemError{"FailedToReserveNumber", "The phone number is not available."}
			refused = append(refused, n)
			continue
		}
		if _, err := tx.ExecContext(ctx, insertHold, number, r.id, r.expiresAt); err != nil {
			return nil, err
		}
	}
	return refused, nil
}

// deleteReservation is DELETE /availablePhoneNumbers/reservations/{id}.
func (a *ACS) deleteReservation(c *call) error {
	err := a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
		r, err := a.activeReservation(c, tx)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(c.r.Context(), dropHolds, r.id); err != nil {
			return err
		}
		_, err = tx.ExecContext(c.r.Context(), deleteReservation, r.id)
		return err
	})
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *ACS) activeReservation(c *call, tx *sql.Tx) (reservation, error) {
	r, err := a.reservation(c.r.Context(), tx, c)
	if err == nil && r.wire(a.o.Clock.Now()).Status != reservationActive {
		err = badRequest("The reservation is not active.", "reservationId")
	}
	return r, err
}

// purchaseReservation is POST /availablePhoneNumbers/reservations/{id}/:purchase.
func (a *ACS) purchaseReservation(c *call) error {
	id, err := reservationID(c)
	if err != nil {
		return err
	}
	return a.start(c, a.newOperation(c, opReservation, id), "reservation-purchase-id", func(tx *sql.Tx) error {
		r, err := a.activeReservation(c, tx)
		if err != nil {
			return err
		}
		numbers, err := reserved(c.r.Context(), tx, r.id)
		if err != nil {
			return err
		}
		if len(numbers) == 0 {
			return badRequest("The reservation has no phone number.", "reservationId")
		}
		_, err = tx.ExecContext(c.r.Context(), endReservation, reservationSubmitted, r.id)
		return err
	})
}
