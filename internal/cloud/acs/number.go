package acs

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"guichet/internal/cloud/wellknown"
	"guichet/internal/platform/sqlstore"
)

// Words of the phone number plane.
const (
	kindGeographic = "geographic"
	kindTollFree   = "tollFree"

	assignedToPerson      = "person"
	assignedToApplication = "application"

	capabilityNone     = "none"
	capabilityInbound  = "inbound"
	capabilityOutbound = "outbound"
	capabilityBoth     = "inbound+outbound"
)

// ownedNumber is a number that a service owns.
type ownedNumber struct {
	number, serviceID string
	country, kind     string
	assignment        string
	calling, sms      string
	cost              string
	purchasedAt       int64
}

func (n ownedNumber) sendsSMS() bool    { return strings.HasSuffix(n.sms, capabilityOutbound) }
func (n ownedNumber) receivesSMS() bool { return strings.HasPrefix(n.sms, capabilityInbound) }
func (n ownedNumber) receivesCalls() bool {
	return strings.HasPrefix(n.calling, capabilityInbound)
}

func (n ownedNumber) placesCalls() bool {
	return strings.HasSuffix(n.calling, capabilityOutbound)
}

const numberColumns = `number, service_id, country, kind, assignment, calling, sms, cost, purchased_at`

func scanNumber(n *ownedNumber) []any {
	return []any{
		&n.number, &n.serviceID, &n.country, &n.kind, &n.assignment, &n.calling, &n.sms, &n.cost, &n.purchasedAt,
	}
}

const (
	allNumbers = `SELECT ` + numberColumns + ` FROM acs_number ORDER BY number`

	serviceNumbers = `SELECT ` + numberColumns + ` FROM acs_number WHERE service_id = $1
		ORDER BY number LIMIT $2 OFFSET $3`

	insertNumber = `INSERT INTO acs_number (` + numberColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	insertSeed = `INSERT INTO acs_seed (what, made_at) VALUES ('numbers', $1) ON CONFLICT (what) DO NOTHING`
)

func (n ownedNumber) insert(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, insertNumber, n.number, n.serviceID, n.country, n.kind, n.assignment,
		n.calling, n.sms, n.cost, n.purchasedAt)
	return err
}

// seed makes the well-known numbers once in the life of a database.
func seed(ctx context.Context, tx *sql.Tx, now time.Time) error {
	made, err := sqlstore.Exec(ctx, tx, insertSeed, sqlstore.Micros(now))
	if err != nil || made == 0 {
		return err
	}
	for _, n := range []ownedNumber{
		{
			number: wellknown.NumberTollFree, country: "US", kind: kindTollFree,
			calling: capabilityBoth, sms: capabilityBoth, cost: "2.0",
		},
		{
			number: wellknown.NumberGeographic, country: "FR", kind: kindGeographic,
			calling: capabilityBoth, sms: capabilityNone, cost: "1.0",
		},
	} {
		n.serviceID, n.assignment, n.purchasedAt = wellknown.ACSImmutableID, assignedToApplication, sqlstore.Micros(now)
		if err := n.insert(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// number finds an owned number; the numbers are held in memory because every
// text asks.
func (a *ACS) number(e164 string) (ownedNumber, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	n, ok := a.numbers[e164]
	return n, ok
}

// reloadNumbers reads the numbers again after they changed, or, with the
// transaction that changes them, just before they do.
func (a *ACS) reloadNumbers(ctx context.Context, q sqlstore.Q) error {
	list, err := sqlstore.List(ctx, q, scanNumber, allNumbers)
	if err != nil {
		return fmt.Errorf("acs: read the numbers: %w", err)
	}
	numbers := make(map[string]ownedNumber, len(list))
	for _, n := range list {
		numbers[n.number] = n
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.numbers = numbers
	return nil
}

type capabilities struct {
	Calling string `json:"calling"`
	SMS     string `json:"sms"`
}

type cost struct {
	// Amount keeps the digits as they are.
	Amount           json.Number `json:"amount"`
	CurrencyCode     string      `json:"currencyCode"`
	BillingFrequency string      `json:"billingFrequency"`
}

func monthly(amount string) cost { return cost{json.Number(amount), "USD", "monthly"} }

type purchasedNumber struct {
	ID              string       `json:"id"`
	PhoneNumber     string       `json:"phoneNumber"`
	CountryCode     string       `json:"countryCode"`
	PhoneNumberType string       `json:"phoneNumberType"`
	Capabilities    capabilities `json:"capabilities"`
	AssignmentType  string       `json:"assignmentType"`
	PurchaseDate    string       `json:"purchaseDate"`
	Cost            cost         `json:"cost"`
}

func (n ownedNumber) wire() purchasedNumber {
	return purchasedNumber{
		ID: digits(n.number), PhoneNumber: n.number, CountryCode: n.country, PhoneNumberType: n.kind,
		Capabilities: capabilities{n.calling, n.sms}, AssignmentType: n.assignment,
		PurchaseDate: azureTime(sqlstore.Time(n.purchasedAt)), Cost: monthly(n.cost),
	}
}

// page is what a list is asked for.
type page struct{ skip, top int }

// maxPage bounds a page of any list.
const maxPage = 1000

// readPage reads "skip" and the page size, which is named top or maxPageSize.
func readPage(q url.Values, size string) (page, error) {
	p := page{0, 100}
	for _, x := range []struct {
		name     string
		to       *int
		min, max int
	}{{"skip", &p.skip, 0, 1 << 30}, {size, &p.top, 1, maxPage}} {
		if !q.Has(x.name) {
			continue
		}
		n, err := strconv.Atoi(q.Get(x.name))
		if err != nil || n < x.min || n > x.max {
			return p, &failure{http.StatusBadRequest, "BadRequest", "The value of " + x.name + " is not valid.", x.name}
		}
		*x.to = n
	}
	return p, nil
}

// nextLink is relative, as the service's are, and complete: clients add nothing
// to it, not even the api-version.
func (c *call) nextLink(p page, size string) string {
	q := c.r.URL.Query()
	q.Set("skip", strconv.Itoa(p.skip+p.top))
	q.Set(size, strconv.Itoa(p.top))
	return c.r.URL.EscapedPath() + "?" + q.Encode()
}

// cut leaves out of a list that was read one item too long, and says whether it
// was.
func cut[T any](list []T, top int) ([]T, bool) {
	if len(list) > top {
		return list[:top], true
	}
	return list, false
}

// listNumbers is GET /phoneNumbers.
func (a *ACS) listNumbers(c *call) error {
	p, err := readPage(c.r.URL.Query(), "top")
	if err != nil {
		return err
	}
	list, err := sqlstore.List(c.r.Context(), a.o.DB.Read(), scanNumber, serviceNumbers,
		c.service.ImmutableID, p.top+1, p.skip)
	if err != nil {
		return fmt.Errorf("list numbers: %w", err)
	}
	list, more := cut(list, p.top)
	out := struct {
		PhoneNumbers []purchasedNumber `json:"phoneNumbers"`
		NextLink     string            `json:"nextLink,omitempty"`
	}{PhoneNumbers: []purchasedNumber{}}
	for _, n := range list {
		out.PhoneNumbers = append(out.PhoneNumbers, n.wire())
	}
	if more {
		out.NextLink = c.nextLink(p, "top")
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

// owned finds the number in the path, which may come as "+" or "%2B".
func (a *ACS) owned(c *call) (ownedNumber, error) {
	n, ok := a.number(c.r.PathValue("number"))
	if !ok || n.serviceID != c.service.ImmutableID {
		return n, errNumberNotFound
	}
	return n, nil
}

var errNumberNotFound = error(&failure{
	http.StatusNotFound, "PhoneNumberNotFound", "The specified phone number cannot be found.", "phonenumber",
})

// getNumber is GET /phoneNumbers/{number}.
func (a *ACS) getNumber(c *call) error {
	n, err := a.owned(c)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, n.wire())
	return nil
}
