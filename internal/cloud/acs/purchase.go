package acs

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"guichet/internal/platform/sqlstore"
)

// purchase is POST /availablePhoneNumbers/:purchase.
func (a *ACS) purchase(c *call) error {
	var q struct {
		SearchID         string `json:"searchId"`
		AgreeToNotResell bool   `json:"agreeToNotResell"`
	}
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	if q.SearchID == "" {
		return badRequest("searchId is required.", "searchId")
	}
	_, err := sqlstore.One(c.r.Context(), a.o.DB.Read(), scanSearch, searchByID, q.SearchID, c.service.ImmutableID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return notFound("search")
	}
	if err != nil {
		return fmt.Errorf("purchase: %w", err)
	}
	return a.start(c, a.newOperation(c, opPurchase, q.SearchID), "purchase-id", nil)
}

// release is DELETE /phoneNumbers/{number}.
func (a *ACS) release(c *call) error {
	n, err := a.owned(c)
	if err != nil {
		return err
	}
	return a.start(c, a.newOperation(c, opRelease, n.number), "release-id", nil)
}

// update is PATCH /phoneNumbers/{number}/capabilities.
func (a *ACS) update(c *call) error {
	n, err := a.owned(c)
	if err != nil {
		return err
	}
	var q capabilities
	if err := decodeNumbers(c.body, &q); err != nil {
		return err
	}
	want := capabilities{cmp.Or(q.Calling, n.calling), cmp.Or(q.SMS, n.sms)}
	if !validCapability(want.Calling) || !validCapability(want.SMS) {
		return badRequest("The value of capabilities is not valid.", "capabilities")
	}
	if _, ok := offered(n.country, n.kind, n.assignment, want); !ok {
		return badRequest("The phone number cannot have these capabilities.", "capabilities")
	}
	op := a.newOperation(c, opUpdate, n.number)
	op.capabilities = want
	c.w.Header().Set("Location", "/phoneNumbers/"+n.number+"?api-version="+c.version)
	return a.start(c, op, "capabilities-id", nil)
}

const (
	deleteNumber = `DELETE FROM acs_number WHERE number = $1 AND service_id = $2`

	updateNumber = `UPDATE acs_number SET calling = $1, sms = $2 WHERE number = $3 AND service_id = $4`

	endReservation = `UPDATE acs_reservation SET status = $1 WHERE id = $2`
)

var errGone = itemError{"PhoneNumberNotFound", "The phone number is not owned any more."}

// act does what an operation is for; a reason with a code is its failure.
func (a *ACS) act(ctx context.Context, tx *sql.Tx, o operationRow) (reason itemError, err error) {
	switch o.kind {
	case opPurchase.name:
		return a.buyFound(ctx, tx, o)
	case opReservation.name:
		return a.buyReserved(ctx, tx, o)
	case opRelease.name:
		n, err := sqlstore.Exec(ctx, tx, deleteNumber, o.subject, o.serviceID)
		if err == nil && n == 0 {
			return errGone, nil
		}
		return itemError{}, err
	case opUpdate.name:
		n, err := sqlstore.Exec(ctx, tx, updateNumber, o.capabilities.Calling, o.capabilities.SMS, o.subject, o.serviceID)
		if err == nil && n == 0 {
			return errGone, nil
		}
		return itemError{}, err
	}
	return itemError{}, nil
}

// buyFound buys what a search holds. Whether the hold had run out counts at the
// moment of the request.
func (a *ACS) buyFound(ctx context.Context, tx *sql.Tx, o operationRow) (itemError, error) {
	s, err := sqlstore.One(ctx, tx, scanSearch, searchByID, o.subject, o.serviceID)
	if err != nil {
		return itemError{}, err
	}
	held, err := sqlstore.List(ctx, tx, scanText, heldNumbers, s.id, o.createdAt)
	if err != nil {
		return itemError{}, err
	}
	if len(held) == 0 {
		return itemError{"ReservationExpired", "The search has expired or was purchased already."}, nil
	}
	for _, number := range held {
		err := ownedNumber{
			number: number, serviceID: o.serviceID, country: s.country, kind: s.kind, assignment: s.assignment,
			calling: s.capabilities.Calling, sms: s.capabilities.SMS, cost: s.cost,
			purchasedAt: sqlstore.Micros(a.o.Clock.Now()),
		}.insert(ctx, tx)
		if err != nil {
			return itemError{}, err
		}
	}
	_, err = tx.ExecContext(ctx, dropHolds, s.id)
	return itemError{}, err
}

// buyReserved buys the numbers of a reservation, with all that their offering can
// do.
func (a *ACS) buyReserved(ctx context.Context, tx *sql.Tx, o operationRow) (itemError, error) {
	held, err := sqlstore.List(ctx, tx, scanText, heldNumbers, o.subject, o.createdAt)
	if err != nil {
		return itemError{}, err
	}
	if len(held) == 0 {
		return itemError{"ReservationExpired", "The reservation has expired."}, nil
	}
	for _, number := range held {
		b, offer, ok := sale(number)
		if !ok {
			continue
		}
		err := ownedNumber{
			number: number, serviceID: o.serviceID, country: b.country, kind: b.kind, assignment: offer.assignment,
			calling: offer.calling, sms: offer.sms, cost: offer.price,
			purchasedAt: sqlstore.Micros(a.o.Clock.Now()),
		}.insert(ctx, tx)
		if err != nil {
			return itemError{}, err
		}
	}
	if _, err := tx.ExecContext(ctx, dropHolds, o.subject); err != nil {
		return itemError{}, err
	}
	_, err = tx.ExecContext(ctx, endReservation, reservationCompleted, o.subject)
	return itemError{}, err
}

// sale is what a number that may be bought is sold as, to an application.
func sale(number string) (block, offering, bool) {
	b, ok := blockOf(number)
	if !ok {
		return b, offering{}, false
	}
	o, ok := offered(b.country, b.kind, assignedToApplication, capabilities{capabilityNone, capabilityNone})
	return b, o, ok
}
