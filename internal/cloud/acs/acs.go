// Package acs is the data plane of Azure Communication Services in the local
// cloud: authentication of requests, SMS, the telephone numbers that a service
// owns and may buy, identities, and the SIP routing configuration. It answers as
// Azure does, in shapes measured with Microsoft's own clients.
//
// It does not carry texts (a Carrier does), does not know how services come to
// be and which keys they have (Services does), does not issue Entra tokens
// (Tokens checks them) and does not deliver events (Events does).
package acs

import (
	"context"
	"crypto/rsa"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the tables of the data plane, for sqlstore.Migrate.
func Migrations() fs.FS { return migrations }

// Service is a Communication Services resource.
type Service struct {
	// ID is its ARM id: the topic of its events.
	ID string
	// ImmutableID identifies it in the data plane and never changes.
	ImmutableID string
	// HostName is where Azure would serve it.
	HostName string
	// Keys are its access keys in base64, the primary one first.
	Keys []string
}

// name is the last part of the ARM id.
func (s Service) name() string { return s.ID[strings.LastIndex(s.ID, "/")+1:] }

// Services lists the resources whose keys and tokens are honoured. It is asked
// for every request, so that a regenerated key counts at once.
type Services interface {
	Services(ctx context.Context) ([]Service, error)
}

// Tokens checks Entra access tokens.
type Tokens interface {
	// Authorize checks a token made for the data plane and says whether its bearer
	// may use the service. A token that is not valid is an error.
	Authorize(ctx context.Context, token string, s Service) (bool, error)
}

// Events takes events in the caller's transaction.
type Events interface {
	Publish(ctx context.Context, tx *sql.Tx, source string, events ...eventgrid.Event) error
	// Wake is called after the commit.
	Wake()
}

// Carrier carries texts to customers.
type Carrier interface {
	Submit(ctx context.Context, tx *sql.Tx, texts []carrier.Outgoing) error
	Submitted(texts []carrier.Outgoing)
}

// Options of New; all but Authorities and MaxSkew are required.
type Options struct {
	DB       *sqlstore.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Services Services
	Tokens   Tokens
	Events   Events
	Carrier  Carrier
	// Authorities are the host:port under which clients know the cloud, when they
	// may differ from the Host header that arrives.
	Authorities []string
	// MaxSkew is how far x-ms-date may be from now; 0 checks nothing. Azure's own
	// limit is not documented.
	MaxSkew time.Duration
}

// ACS is the data plane. Make it with New and keep Run running while it is used.
type ACS struct {
	o    Options
	send *sqlstore.Batcher[sending, []sent]
	// wake ends the sleep of operate.
	wake chan struct{}

	mu      sync.RWMutex
	numbers map[string]ownedNumber

	keyMu sync.Mutex
	key   *rsa.PrivateKey
}

// Bounds of the send queue.
const (
	batchSize   = 256
	queueLength = 8192
)

// New makes the data plane and, on a fresh database, the numbers that every
// cloud starts with; the migrations must have run.
func New(ctx context.Context, o Options) (*ACS, error) {
	a := &ACS{o: o, wake: make(chan struct{}, 1)}
	a.send = sqlstore.NewBatcher(o.DB, batchSize, queueLength, a.record)
	if err := a.Reload(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// Reload makes what a fresh cloud starts with and reads the numbers again; it is
// for the start and for a cloud that was reset.
func (a *ACS) Reload(ctx context.Context) error {
	if err := a.o.DB.Tx(ctx, func(tx *sql.Tx) error { return seed(ctx, tx, a.o.Clock.Now()) }); err != nil {
		return fmt.Errorf("acs: make the first numbers: %w", err)
	}
	return a.reloadNumbers(ctx, a.o.DB.Read())
}

// Reset forgets everything within the caller's transaction; Reload must follow
// its commit.
func (a *ACS) Reset(ctx context.Context, tx *sql.Tx) error {
	for _, table := range []string{
		"acs_message", "acs_optout", "acs_number", "acs_seed",
		"acs_hold", "acs_search", "acs_reservation", "acs_operation",
		"acs_identity", "acs_sip",
	} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table); err != nil {
			return fmt.Errorf("acs: reset: %w", err)
		}
	}
	return nil
}

// Run commits what is sent and lets operations act, until ctx ends.
func (a *ACS) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.send.Run(ctx) })
	g.Go(func() error { return a.operate(ctx) })
	return g.Wait()
}

// Handler answers the data plane's paths. A path that it does not know is
// answered by unknown.
func (a *ACS) Handler(unknown http.Handler) http.Handler {
	mux := http.NewServeMux()
	for pattern, h := range a.routes() {
		mux.Handle(pattern, a.authenticated(h))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			unknown.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (a *ACS) routes() map[string]operation {
	return map[string]operation{
		"POST /sms":                 a.postSMS,
		"POST /sms/optouts:add":     a.optOuts(addOptOut),
		"POST /sms/optouts:remove":  a.optOuts(removeOptOut),
		"POST /sms/optouts:check":   a.optOuts(checkOptOut),
		"GET /deliveryReports/{id}": a.getReport,

		"GET /phoneNumbers":                         a.listNumbers,
		"GET /phoneNumbers/{number}":                a.getNumber,
		"DELETE /phoneNumbers/{number}":             a.release,
		"PATCH /phoneNumbers/{number}/capabilities": a.update,
		"GET /phoneNumbers/operations/{id}":         a.getOperation,
		"DELETE /phoneNumbers/operations/{id}":      a.cancelOperation,
		"POST /operatorInformation/:search":         a.searchOperators,

		"GET /availablePhoneNumbers/countries":                    a.listCountries,
		"GET /availablePhoneNumbers/countries/{cc}/localities":    a.listLocalities,
		"GET /availablePhoneNumbers/countries/{cc}/areaCodes":     a.listAreaCodes,
		"GET /availablePhoneNumbers/countries/{cc}/offerings":     a.listOfferings,
		"POST /availablePhoneNumbers/countries/{cc}/:browse":      a.browse,
		"POST /availablePhoneNumbers/countries/{cc}/:search":      a.search,
		"GET /availablePhoneNumbers/searchResults/{id}":           a.getSearch,
		"POST /availablePhoneNumbers/:purchase":                   a.purchase,
		"GET /availablePhoneNumbers/reservations":                 a.listReservations,
		"GET /availablePhoneNumbers/reservations/{id}":            a.getReservation,
		"PATCH /availablePhoneNumbers/reservations/{id}":          a.patchReservation,
		"DELETE /availablePhoneNumbers/reservations/{id}":         a.deleteReservation,
		"POST /availablePhoneNumbers/reservations/{id}/:purchase": a.purchaseReservation,

		"POST /identities":                          a.createIdentity,
		"DELETE /identities/{id}":                   a.changeIdentity(deleteIdentity),
		"POST /identities/{id}/:issueAccessToken":   a.issueToken,
		"POST /identities/{id}/:revokeAccessTokens": a.changeIdentity(revokeIdentity),
		"POST /teamsUser/:exchangeAccessToken":      a.exchangeTeams,

		"GET /sip":                       a.getSIP,
		"PATCH /sip":                     a.patchSIP,
		"POST /sip:testRoutesWithNumber": a.testRoutes,
	}
}
