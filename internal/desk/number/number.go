// Package number owns the list of phone numbers of the connected resource. What
// they can do and whose they are is Azure's truth; this is a copy of it.
package number

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	"guichet/acs/phonenumbers"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Number is a phone number that the resource owns.
type Number struct {
	// Number is E.164.
	Number string
	// Type is geographic, tollFree or mobile; Country is ISO 3166.
	Type, Country string

	SMSInbound, SMSOutbound, CallingInbound, CallingOutbound bool
}

// ClientSource gives the client of the connected resource.
type ClientSource func(ctx context.Context) (*phonenumbers.Client, error)

// Numbers is the room.
type Numbers struct {
	db     *sqlstore.DB
	clock  clock.Clock
	client ClientSource
}

// New makes the room over a migrated database.
func New(db *sqlstore.DB, c clock.Clock, client ClientSource) *Numbers {
	return &Numbers{db: db, clock: c, client: client}
}

// List reads the numbers known.
func (s *Numbers) List(ctx context.Context) ([]Number, error) {
	list, err := sqlstore.List(ctx, s.db.Read(), func(n *Number) []any {
		return []any{&n.Number, &n.Type, &n.Country, &n.SMSInbound, &n.SMSOutbound, &n.CallingInbound, &n.CallingOutbound}
	}, `SELECT number, type, country, sms_inbound, sms_outbound, calling_inbound, calling_outbound FROM phone_number ORDER BY number`)
	if err != nil {
		return nil, fmt.Errorf("list numbers: %w", err)
	}
	return list, nil
}

// Sync asks the resource for its numbers and makes the list equal to the answer.
func (s *Numbers) Sync(ctx context.Context, connectionID string) (int, error) {
	client, err := s.client(ctx)
	if err != nil {
		return 0, err
	}
	var owned []phonenumbers.PurchasedPhoneNumber
	for pager := client.NewListPurchasedPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return 0, fmt.Errorf("ask for the numbers: %w", err)
		}
		owned = append(owned, page.PhoneNumbers...)
	}
	return len(owned), s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM phone_number`); err != nil {
			return fmt.Errorf("store numbers: %w", err)
		}
		for _, n := range owned {
			_, err := tx.ExecContext(ctx, `INSERT INTO phone_number (number, connection_id, type, country, sms_inbound, sms_outbound,
				calling_inbound, calling_outbound, synced_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				n.PhoneNumber, connectionID, string(n.PhoneNumberType), n.CountryCode,
				n.Capabilities.SMS.In(), n.Capabilities.SMS.Out(), n.Capabilities.Calling.In(), n.Capabilities.Calling.Out(),
				sqlstore.Micros(s.clock.Now()))
			if err != nil {
				return fmt.Errorf("store numbers: %w", err)
			}
		}
		return nil
	})
}
