package eventgrid

import (
	"context"
	"crypto/x509"
	"database/sql"
	"embed"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/fault"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// Migrations make the tables of Event Grid.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Tokens is what Event Grid asks of Entra: tokens for protected webhooks, whether
// the writer of a subscription may use the webhook's application, and who
// publishes to a custom topic.
type Tokens interface {
	Mint(ctx context.Context, r entra.TokenRequest) (entra.Token, error)
	MayUse(ctx context.Context, tenantID, resource, principalID string) (bool, error)
	Verify(ctx context.Context, token string, audiences ...string) (entra.Claims, error)
}

// Options of New.
type Options struct {
	DB     *sqlstore.DB
	Clock  clock.Clock
	Log    *slog.Logger
	Tokens Tokens
	// Hub is told of each attempt, on the topic HubTopic.
	Hub *bus.Hub
	// BaseURL is the https origin of the cloud, without a trailing slash.
	BaseURL string
	// Roots are the authorities that a webhook's certificate may come from.
	Roots *x509.CertPool
	// BlobDir is the folder that stands for storage accounts: dead letters go to
	// <BlobDir>/<account>/<container>/….
	BlobDir string
	// Schedule is the gaps between attempts; Azure's when nil.
	Schedule []time.Duration
	// Timeout is how long a webhook may take to answer; 30 s when 0.
	Timeout time.Duration
	// Faults may befall events and handshakes; none when nil.
	Faults *fault.Set
	// Unknown answers paths that are not Event Grid's.
	Unknown http.Handler
}

// Broker takes events from sources and delivers them.
type Broker struct {
	db       *sqlstore.DB
	clock    clock.Clock
	log      *slog.Logger
	tokens   Tokens
	hub      *bus.Hub
	base     string
	blobDir  string
	schedule []time.Duration
	timeout  time.Duration
	faults   *fault.Set
	unknown  http.Handler
	client   *http.Client
	outcomes *sqlstore.Batcher[[]outcome, struct{}]
	bearer   bearerCache
	// published commits the requests of many publishers together.
	published *sqlstore.Batcher[publication, struct{}]

	// change serialises what ARM changes, from its check to its commit.
	change sync.Mutex
	// mu guards the maps, which mirror the database.
	mu       sync.RWMutex
	topics   map[string]*Topic
	subs     map[string]*subscription
	bySource map[string][]*subscription
	byNumber map[int64]*subscription

	wake chan struct{}
	// expiry is told that a subscription was written.
	expiry      chan struct{}
	validations chan *subscription
	// maySend says whether a principal may publish to a custom topic.
	maySend func(ctx context.Context, principalID, topicID string) (bool, error)
}

// New reads the topics and subscriptions.
func New(ctx context.Context, o Options) (*Broker, error) {
	b := &Broker{
		db: o.DB, clock: o.Clock, log: o.Log, tokens: o.Tokens, hub: o.Hub, base: o.BaseURL, blobDir: o.BlobDir,
		schedule: o.Schedule, timeout: o.Timeout, faults: o.Faults, unknown: o.Unknown, client: webhookClient(o.Roots),
		wake: make(chan struct{}, 1), expiry: make(chan struct{}, 1), validations: make(chan *subscription, 256),
	}
	if b.schedule == nil {
		b.schedule = azureSchedule
	}
	if b.timeout == 0 {
		b.timeout = 30 * time.Second
	}
	b.bearer.tokens = map[bearerKey]entra.Token{}
	b.outcomes = sqlstore.NewBatcher(b.db, 256, 4096, b.writeOutcomes)
	b.published = sqlstore.NewBatcher(b.db, 256, 4096, b.writePublished)
	err := os.RemoveAll(b.unfinishedDir())
	if err == nil {
		err = b.load(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("event grid: %w", err)
	}
	return b, nil
}

// AuthorizeSenders sets who may publish to custom topics with a token.
func (b *Broker) AuthorizeSenders(may func(ctx context.Context, principalID, topicID string) (bool, error)) {
	b.maySend = may
}

// Run validates and delivers until ctx ends, then finishes the attempts under
// way and records their outcome.
func (b *Broker) Run(ctx context.Context) error {
	b.mu.RLock()
	var unfinished []*subscription
	for _, s := range b.subs {
		if s.pendingValidation() {
			unfinished = append(unfinished, s)
		}
	}
	b.mu.RUnlock()

	writerCtx, stopWriter := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWriter()
	var writer errgroup.Group
	writer.Go(func() error { return b.outcomes.Run(writerCtx) })
	writer.Go(func() error { return b.published.Run(writerCtx) })

	work, workCtx := errgroup.WithContext(ctx)
	work.Go(func() error { return b.validate(workCtx, unfinished) })
	work.Go(func() error { return b.deliver(workCtx) })
	work.Go(func() error { return b.expire(workCtx) })
	err := work.Wait()
	stopWriter()
	_ = writer.Wait()
	return err
}

// Wake tells the broker to look for events that were committed. It never blocks.
func (b *Broker) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// insertDelivery does nothing when the subscription was deleted since its filter
// was asked.
const insertDelivery = `INSERT INTO eg_deliveries (subscription, event, published_us, attempts, next_us, last_us, last_outcome)
	SELECT $1, $2, $3, 0, $4, 0, '' WHERE EXISTS (SELECT 1 FROM eg_subscriptions WHERE number = $1)`

// Publish stores events of a source for every subscription that wants them, in
// the caller's transaction. source is the ARM id of the resource (or custom
// topic) whose events they are. After the commit the caller calls Wake.
func (b *Broker) Publish(ctx context.Context, tx *sql.Tx, source string, events ...Event) error {
	b.mu.RLock()
	subs := b.bySource[strings.ToLower(source)]
	b.mu.RUnlock()
	now := b.clock.Now()
	for _, event := range events {
		if _, lost := b.faults.Event(fault.Lose, event.Type); lost {
			continue
		}
		copies, due := 1, now
		if _, twice := b.faults.Event(fault.Duplicate, event.Type); twice {
			copies = 2
		}
		if wait, late := b.faults.Event(fault.Delay, event.Type); late {
			due = now.Add(wait)
		}
		var encoded []byte
		for _, s := range subs {
			active := s.active.Load()
			if active == nil || !active.wants(&event, source) {
				continue
			}
			if encoded == nil {
				var err error
				if encoded, err = event.encode(source, now); err != nil {
					return fmt.Errorf("publish %s: %w", event.Type, err)
				}
			}
			for range copies {
				_, err := tx.ExecContext(ctx, insertDelivery, s.number, encoded, sqlstore.Micros(now), sqlstore.Micros(due))
				if err != nil {
					return fmt.Errorf("publish %s: %w", event.Type, err)
				}
			}
		}
	}
	return nil
}

// Invalid is a refusal of what ARM was asked to write.
type Invalid struct {
	Code, Message string
}

func (e *Invalid) Error() string { return e.Code + ": " + e.Message }

func invalid(format string, args ...any) error {
	return &Invalid{Code: "InvalidRequest", Message: fmt.Sprintf(format, args...)}
}
