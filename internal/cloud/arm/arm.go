// Package arm is Azure Resource Manager of the local cloud: subscriptions,
// resource groups, providers, rights, the communication resources, and the calls
// by which Event Grid's topics and event subscriptions are managed (their state
// and their work are package eventgrid's). Paths ignore case, tokens and
// api-version are required, and long-running operations run as the SDKs' pollers
// expect them.
package arm

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"sync/atomic"

	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

// Migrations make the tables of ARM.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Directory is what ARM asks of Entra.
type Directory interface {
	Verify(ctx context.Context, token string, audiences ...string) (entra.Claims, error)
	Tenants(ctx context.Context) ([]entra.Tenant, error)
}

// Options of New.
type Options struct {
	DB        *sqlstore.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Directory Directory
	EventGrid *eventgrid.Broker
	// BaseURL is the https origin of the cloud, without a trailing slash. It is
	// one of the audiences, and leads clients to the authority.
	BaseURL string
	// HostName is host:port of the data plane of every communication resource.
	HostName string
	// Unknown answers routes that ARM does not know here.
	Unknown http.Handler
}

// ARM answers the management plane.
type ARM struct {
	db        *sqlstore.DB
	clock     clock.Clock
	log       *slog.Logger
	directory Directory
	grid      *eventgrid.Broker
	base      string
	hostName  string
	unknown   http.Handler
	routes    []route
	// services is the list of communication resources as the data plane reads it;
	// nil after a change.
	services atomic.Pointer[[]CommunicationService]
}

// New seeds the well-known subscription when there is none.
func New(ctx context.Context, o Options) (*ARM, error) {
	a := &ARM{
		db: o.DB, clock: o.Clock, log: o.Log, directory: o.Directory, grid: o.EventGrid,
		base: o.BaseURL, hostName: o.HostName, unknown: o.Unknown,
	}
	a.routes = a.table()
	if err := a.Seed(ctx); err != nil {
		return nil, err
	}
	return a, nil
}
