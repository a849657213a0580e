package number

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/google/uuid"

	"guichet/acs/phonenumbers"
	"guichet/internal/platform/jobs"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/sqlstore"
)

// Offer is a kind of number that a country has, with its price a month.
type Offer struct {
	Type                                                     string
	SMSInbound, SMSOutbound, CallingInbound, CallingOutbound bool
	Amount, Currency                                         string
}

// Offers asks what kinds of numbers for applications a country (ISO 3166) has.
func (s *Numbers) Offers(ctx context.Context, country string) ([]Offer, error) {
	client, err := s.Client(ctx)
	if err != nil {
		return nil, err
	}
	offers := []Offer{}
	for pager := client.NewListOfferingsPager(country, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, refused(err)
		}
		for _, o := range page.Offerings {
			if o.AssignmentType != phonenumbers.Application {
				continue
			}
			c := o.AvailableCapabilities
			offers = append(offers, Offer{
				Type: string(o.PhoneNumberType), SMSInbound: c.SMS.In(), SMSOutbound: c.SMS.Out(),
				CallingInbound: c.Calling.In(), CallingOutbound: c.Calling.Out(),
				Amount: o.Cost.Amount.String(), Currency: o.Cost.CurrencyCode,
			})
		}
	}
	return offers, nil
}

// Country is a country in which numbers can be had.
type Country struct{ Code, Name string }

// Countries asks where numbers can be had.
func (s *Numbers) Countries(ctx context.Context) ([]Country, error) {
	client, err := s.Client(ctx)
	if err != nil {
		return nil, err
	}
	countries := []Country{}
	for pager := client.NewListCountriesPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, refused(err)
		}
		for _, c := range page.Countries {
			countries = append(countries, Country{Code: c.CountryCode, Name: c.LocalizedName})
		}
	}
	return countries, nil
}

// Wanted says what number is looked for.
type Wanted struct {
	// Country is ISO 3166, Type geographic or tollFree.
	Country, Type string
	// AreaCode may be empty.
	AreaCode                                                 string
	SMSInbound, SMSOutbound, CallingInbound, CallingOutbound bool
}

// Found is a number that is held for the resource until Until.
type Found struct {
	SearchID         string
	Numbers          []string
	Amount, Currency string
	Until            time.Time
}

// Search looks for one number and has it held, about a quarter of an hour.
func (s *Numbers) Search(ctx context.Context, w Wanted) (Found, error) {
	if !w.CallingInbound && !w.CallingOutbound && !w.SMSInbound && !w.SMSOutbound {
		return Found{}, problem.New(problem.Invalid, "number.plan").On("plan")
	}
	client, err := s.Client(ctx)
	if err != nil {
		return Found{}, err
	}
	poller, err := client.BeginSearch(ctx, w.Country, phonenumbers.SearchRequest{
		PhoneNumberType: phonenumbers.PhoneNumberType(w.Type), AssignmentType: phonenumbers.Application, AreaCode: w.AreaCode,
		Capabilities: phonenumbers.Capabilities{
			Calling: capability(w.CallingInbound, w.CallingOutbound), SMS: capability(w.SMSInbound, w.SMSOutbound),
		},
		Quantity: 1,
	})
	if err != nil {
		return Found{}, refused(err)
	}
	result, err := poller.PollUntilDone(ctx, poll)
	if err != nil {
		return Found{}, refused(err)
	}
	if len(result.PhoneNumbers) == 0 {
		return Found{}, problem.New(problem.Conflict, "number.none")
	}
	return Found{
		SearchID: result.SearchID, Numbers: result.PhoneNumbers, Amount: result.Cost.Amount.String(),
		Currency: result.Cost.CurrencyCode, Until: result.SearchExpiresBy,
	}, nil
}

var poll = &runtime.PollUntilDoneOptions{Frequency: time.Second}

func capability(in, out bool) phonenumbers.Capability {
	switch {
	case in && out:
		return phonenumbers.InboundOutbound
	case in:
		return phonenumbers.Inbound
	case out:
		return phonenumbers.Outbound
	}
	return phonenumbers.None
}

// refused turns an answer of the resource into a problem; other errors stay.
func refused(err error) error {
	answer, ok := errors.AsType[*azcore.ResponseError](err)
	switch {
	case !ok:
		return err
	case answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden:
		return problem.New(problem.Conflict, "connection.keyRefused").Because(err)
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusBadRequest || answer.ErrorCode == "OutOfStock":
		return problem.New(problem.Conflict, "number.none").Because(err)
	case answer.StatusCode == http.StatusTooManyRequests:
		return problem.New(problem.TooMany, "number.tooMany").Because(err)
	}
	return problem.New(problem.Unavailable, "number.answer", "code", answer.ErrorCode).Because(err)
}

// OrderState is how far a purchase has come.
type OrderState string

// The states of an order.
const (
	Buying OrderState = "buying"
	Bought OrderState = "bought"
	Failed OrderState = "failed"
)

// Order is a purchase. It goes on in the background, also over a restart.
type Order struct {
	ID, SearchID string
	Numbers      []string
	State        OrderState
	Reason       string
	CreatedAt    time.Time

	connectionID, joined, resume string
}

const orderColumns = `id, connection_id, search_id, numbers, state, reason, resume, created_at`

func columns(o *Order) []any {
	return []any{&o.ID, &o.connectionID, &o.SearchID, &o.joined, &o.State, &o.Reason, &o.resume, sqlstore.At(&o.CreatedAt)}
}

func (o Order) finished() Order {
	o.Numbers = strings.Split(o.joined, ",")
	return o
}

// PurchaseKind is the kind of the jobs that buy; their payload is the order's id.
const PurchaseKind = "number.purchase"

// Buy orders what a search found. The same search again finds the same order.
func (s *Numbers) Buy(ctx context.Context, connectionID, searchID string, numbers []string) (Order, error) {
	if searchID == "" || len(numbers) == 0 || slices.ContainsFunc(numbers, func(n string) bool { return strings.Contains(n, ",") }) {
		return Order{}, problem.New(problem.Invalid, "number.search")
	}
	var o Order
	err := s.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		o, err = sqlstore.One(ctx, tx, columns, `
			INSERT INTO number_order (id, connection_id, search_id, numbers, state, reason, resume, created_at)
			VALUES ($1, $2, $3, $4, 'buying', '', '', $5)
			ON CONFLICT (search_id) DO UPDATE SET search_id = excluded.search_id RETURNING `+orderColumns,
			uuid.Must(uuid.NewV7()).String(), connectionID, searchID, strings.Join(numbers, ","), sqlstore.Micros(s.Clock.Now()))
		if err != nil || o.State != Buying {
			return err
		}
		return jobs.Enqueue(ctx, tx, s.Clock.Now(), jobs.Job{Kind: PurchaseKind, Key: o.ID, Payload: o.ID})
	})
	if err != nil {
		return o, fmt.Errorf("order numbers: %w", err)
	}
	s.wake()
	s.Changed()
	return o.finished(), nil
}

// Orders reads the newest orders.
func (s *Numbers) Orders(ctx context.Context) ([]Order, error) {
	list, err := sqlstore.List(ctx, s.db.Read(), columns, `SELECT `+orderColumns+` FROM number_order ORDER BY created_at DESC LIMIT 20`)
	for i := range list {
		list[i] = list[i].finished()
	}
	return list, err
}

// UseQueue has Buy wake the queue that runs its jobs.
func (s *Numbers) UseQueue(q *jobs.Queue) { s.wake = q.Wake }

// Kind is how an order is bought.
func (s *Numbers) Kind() jobs.Kind {
	return jobs.Kind{
		Handler: s.purchase, Dead: s.giveUp, Concurrency: 2, Lease: 5 * time.Minute,
		Schedule: []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute},
	}
}

// purchase begins the purchase, or goes on with one that an earlier try began:
// its resume token is stored before it is waited for, so that nothing is bought
// twice.
func (s *Numbers) purchase(ctx context.Context, job jobs.Job) (jobs.Done, error) {
	o, err := sqlstore.One(ctx, s.db.Read(), columns, `SELECT `+orderColumns+` FROM number_order WHERE id = $1`, job.Payload)
	if isNotFound(err) || err == nil && o.State != Buying {
		return jobs.Done{}, nil
	}
	if err != nil {
		return jobs.Done{}, err
	}
	client, err := s.Client(ctx)
	if err != nil {
		return jobs.Done{}, err
	}
	poller, err := s.poller(ctx, client, o)
	if err == nil {
		_, err = poller.PollUntilDone(ctx, poll)
	}
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok && answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests {
		return jobs.Done{}, jobs.Permanent(fmt.Errorf("the resource answered %d %s", answer.StatusCode, answer.ErrorCode))
	}
	if err != nil {
		return jobs.Done{}, err
	}
	owned := make([]phonenumbers.PurchasedPhoneNumber, 0, 1)
	for _, n := range o.finished().Numbers {
		got, err := client.GetPurchased(ctx, n)
		if err != nil {
			return jobs.Done{}, fmt.Errorf("read the number bought: %w", err)
		}
		owned = append(owned, got)
	}
	return jobs.Done{
		Write: func(tx *sql.Tx) error {
			ctx := context.WithoutCancel(ctx)
			for _, n := range owned {
				if err := s.store(ctx, tx, o.connectionID, n); err != nil {
					return err
				}
			}
			return s.settle(tx, o.ID, Bought, "")
		},
		AfterCommit: s.Changed,
	}, nil
}

func (s *Numbers) poller(ctx context.Context, client *phonenumbers.Client, o Order) (*runtime.Poller[phonenumbers.PurchaseResult], error) {
	if o.resume != "" {
		return client.ResumePurchase(o.resume)
	}
	poller, err := client.BeginPurchase(ctx, o.SearchID, nil)
	if err != nil {
		return nil, err
	}
	token, err := poller.ResumeToken()
	if err != nil {
		// Ended already: there is nothing to resume.
		return poller, nil
	}
	return poller, s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE number_order SET resume = $1 WHERE id = $2`, token, o.ID)
		return err
	})
}

func (s *Numbers) giveUp(job jobs.Job, cause error) jobs.Done {
	return jobs.Done{
		Write:       func(tx *sql.Tx) error { return s.settle(tx, job.Payload, Failed, cause.Error()) },
		AfterCommit: s.Changed,
	}
}

func (s *Numbers) settle(tx *sql.Tx, id string, state OrderState, reason string) error {
	_, err := tx.ExecContext(context.Background(), `UPDATE number_order SET state = $1, reason = $2 WHERE id = $3`, string(state), reason, id)
	return err
}
