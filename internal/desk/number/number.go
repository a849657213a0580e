// Package number owns the list of phone numbers of the connected resource, and
// orders of new ones. What numbers can do and whose they are is Azure's truth;
// this is a copy of it.
package number

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"guichet/acs/phonenumbers"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Number is a phone number that the resource owns, or owned when it was
// connected last.
type Number struct {
	// Number is E.164.
	Number string
	// Type is geographic, tollFree or mobile; Country is ISO 3166.
	Type, Country string

	SMSInbound, SMSOutbound, CallingInbound, CallingOutbound bool
	// Detached: its resource is not connected; connecting it again brings it back.
	Detached bool
}

// ClientSource gives the client of the connected resource.
type ClientSource func(ctx context.Context) (*phonenumbers.Client, error)

// Options of New.
type Options struct {
	Clock clock.Clock
	// Client gives the client of the connected resource.
	Client ClientSource
	// Changed is called after the list or an order changed.
	Changed func()
}

// Numbers is the room.
type Numbers struct {
	db *sqlstore.DB
	Options
	wake func()
}

// New makes the room over a migrated database.
func New(db *sqlstore.DB, o Options) *Numbers { return &Numbers{db: db, Options: o, wake: func() {}} }

// List reads the numbers known.
func (s *Numbers) List(ctx context.Context) ([]Number, error) {
	list, err := sqlstore.List(ctx, s.db.Read(), func(n *Number) []any {
		return []any{
			&n.Number, &n.Type, &n.Country, &n.SMSInbound, &n.SMSOutbound, &n.CallingInbound, &n.CallingOutbound, &n.Detached,
		}
	}, `SELECT number, type, country, sms_inbound, sms_outbound, calling_inbound, calling_outbound, detached
		FROM phone_number ORDER BY number`)
	if err != nil {
		return nil, fmt.Errorf("list numbers: %w", err)
	}
	return list, nil
}

// Synced says what a Sync changed.
type Synced struct{ Owned, Added, Removed int }

// Sync asks the resource for its numbers and makes the list equal to the answer;
// numbers that are detached from another resource stay.
func (s *Numbers) Sync(ctx context.Context, connectionID string) (Synced, error) {
	client, err := s.Client(ctx)
	if err != nil {
		return Synced{}, err
	}
	var owned []phonenumbers.PurchasedPhoneNumber
	for pager := client.NewListPurchasedPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return Synced{}, fmt.Errorf("ask for the numbers: %w", err)
		}
		owned = append(owned, page.PhoneNumbers...)
	}
	var synced Synced
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		synced = Synced{Owned: len(owned)}
		was, err := s.known(ctx, tx, connectionID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM phone_number WHERE connection_id = $1`, connectionID); err != nil {
			return fmt.Errorf("store numbers: %w", err)
		}
		for _, n := range owned {
			if !was[n.PhoneNumber] {
				synced.Added++
			}
			delete(was, n.PhoneNumber)
			if err := s.store(ctx, tx, connectionID, n); err != nil {
				return err
			}
		}
		synced.Removed = len(was)
		return nil
	})
	if err == nil {
		s.Changed()
	}
	return synced, err
}

// known are the numbers of a connection that are not detached.
func (s *Numbers) known(ctx context.Context, tx *sql.Tx, connectionID string) (map[string]bool, error) {
	list, err := sqlstore.List(ctx, tx, func(n *string) []any { return []any{n} },
		`SELECT number FROM phone_number WHERE connection_id = $1 AND detached = FALSE`, connectionID)
	known := map[string]bool{}
	for _, n := range list {
		known[n] = true
	}
	return known, err
}

func (s *Numbers) store(ctx context.Context, tx *sql.Tx, connectionID string, n phonenumbers.PurchasedPhoneNumber) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO phone_number (number, connection_id, type, country, sms_inbound, sms_outbound,
			calling_inbound, calling_outbound, detached, synced_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, FALSE, $9)
		ON CONFLICT (number) DO UPDATE SET connection_id = excluded.connection_id, type = excluded.type,
			country = excluded.country, sms_inbound = excluded.sms_inbound, sms_outbound = excluded.sms_outbound,
			calling_inbound = excluded.calling_inbound, calling_outbound = excluded.calling_outbound, detached = FALSE,
			synced_at = excluded.synced_at`,
		n.PhoneNumber, connectionID, string(n.PhoneNumberType), n.CountryCode,
		n.Capabilities.SMS.In(), n.Capabilities.SMS.Out(), n.Capabilities.Calling.In(), n.Capabilities.Calling.Out(),
		sqlstore.Micros(s.Clock.Now()))
	if err != nil {
		return fmt.Errorf("store number: %w", err)
	}
	return nil
}

// Detach keeps the numbers of a connection that ended, marked as detached.
func (s *Numbers) Detach(ctx context.Context, connectionID string) error {
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE phone_number SET detached = TRUE WHERE connection_id = $1`, connectionID)
		return err
	})
	if err != nil {
		return fmt.Errorf("detach numbers: %w", err)
	}
	s.Changed()
	return nil
}

// isNotFound says that a row is not there.
func isNotFound(err error) bool { return errors.Is(err, sqlstore.ErrNotFound) }
