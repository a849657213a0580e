// Package carrier is the telephone network of the local cloud: it carries texts
// between the numbers that a communication service owns and the handsets of
// customers. It owns the customers, what becomes of texts sent to each of them,
// the threads that a handset shows, and the handset's control API with its live
// stream.
//
// It knows nothing of Azure's protocols: which business numbers exist and what a
// text means to their owner is asked of an Exchange.
package carrier

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the carrier's tables, for sqlstore.Migrate.
func Migrations() fs.FS { return migrations }

// Number is a business number as a handset sees it.
type Number struct {
	// Number is E.164.
	Number string `json:"number"`
	// Type is tollFree, geographic or mobile.
	Type string `json:"type"`
	// Country is the ISO 3166 code of two letters.
	Country string `json:"country"`
	// SMS says that the number receives texts.
	SMS bool `json:"sms"`
	// Calling says that the number receives calls.
	Calling bool `json:"calling"`
}

// Text is a text from a customer to a business number.
type Text struct {
	ID, Customer, Business, Body string
	At                           time.Time
}

// Verdict is what the exchange says to a Text.
type Verdict struct {
	// Refused is why the text does not arrive, empty when it does.
	Refused string
	// Reply is a text that the network itself sends back to the customer.
	Reply string
}

// Outgoing is a text from a business number to a customer.
type Outgoing struct {
	// ID is unique and comes back in the Outcome.
	ID, Business, Customer, Body string
	// Refused is "<code>: <reason>" when the text fails whatever the customer's
	// choice is.
	Refused string
	At      time.Time
}

// Outcome is what became of an Outgoing.
type Outcome struct {
	ID string
	// Failure is "<code>: <reason>", empty for a text that was delivered.
	Failure string
	At      time.Time
}

// Exchange is the communication service at the other end. Its methods that get
// a transaction write nothing outside it.
type Exchange interface {
	// Numbers lists the business numbers that exist.
	Numbers(ctx context.Context) ([]Number, error)
	// Accept takes texts in the transaction in which the carrier records them,
	// and answers one verdict for each, in order.
	Accept(ctx context.Context, tx *sql.Tx, texts []Text) ([]Verdict, error)
	// Decided is told the outcomes of texts, each once, in the transaction in
	// which the carrier records them; never that of ModeUnreported.
	Decided(ctx context.Context, tx *sql.Tx, outcomes []Outcome) error
	// Committed is called after a transaction given to the exchange was committed.
	Committed()
}

// Options of New; all are required.
type Options struct {
	DB    *sqlstore.DB
	Clock clock.Clock
	Log   *slog.Logger
	// Hub gets a notice for every text that is new or changed, under Topic.
	Hub *bus.Hub
}

// Topic is the hub topic of what happens on a customer's handset.
func Topic(customer string) string { return "customer:" + customer }

// Carrier is the network. Make it with New, give it its exchange with Connect,
// and keep Run running while it is used.
type Carrier struct {
	o        Options
	exchange Exchange
	incoming *sqlstore.Batcher[Text, accepted]
	wake     chan struct{}

	mu      sync.RWMutex
	choices map[string]Delivery
}

// Bounds of the queues: how many texts share a commit and how many may wait.
const (
	batchSize   = 256
	queueLength = 4096
)

// New reads the customers' choices; the migrations must have run.
func New(ctx context.Context, o Options) (*Carrier, error) {
	c := &Carrier{o: o, wake: make(chan struct{}, 1)}
	c.incoming = sqlstore.NewBatcher(o.DB, batchSize, queueLength, c.accept)
	if err := c.Reload(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Connect sets the exchange; call it once, before Run and before any request.
func (c *Carrier) Connect(e Exchange) { c.exchange = e }

// Reload makes the default customer when there is none and reads the choices
// again; it is for the start and for a cloud that was reset.
func (c *Carrier) Reload(ctx context.Context) error {
	err := c.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		return insertFirstCustomer(ctx, tx, c.o.Clock.Now())
	})
	if err != nil {
		return fmt.Errorf("carrier: make the default customer: %w", err)
	}
	choices, err := listChoices(ctx, c.o.DB.Read())
	if err != nil {
		return fmt.Errorf("carrier: read the customers: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.choices = choices
	return nil
}

// Customer says whether a number is a customer's.
func (c *Carrier) Customer(ctx context.Context, number string) (bool, error) {
	_, err := sqlstore.One(ctx, c.o.DB.Read(), func(s *string) []any { return []any{s} },
		`SELECT number FROM carrier_customer WHERE number = $1`, number)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Reset forgets every customer and text within the caller's transaction; Reload
// must follow its commit.
func (c *Carrier) Reset(ctx context.Context, tx *sql.Tx) error {
	return deleteAll(ctx, tx)
}

// Run carries texts until ctx ends.
func (c *Carrier) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.incoming.Run(ctx) })
	g.Go(func() error { return c.decideDue(ctx) })
	return g.Wait()
}

// number matches E.164: a plus sign and up to 15 digits.
var number = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// ErrNumber says that a number is not E.164.
var ErrNumber = errors.New("the number is not in E.164 form, such as +14255550123")
