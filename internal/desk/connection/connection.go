// Package connection owns the connection to an Azure Communication Services
// resource: the five values, sealed where they are secret, the clients made from
// them, and the provisioning of Azure's side. It does not act on events.
package connection

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/uuid"

	"guichet/acs"
	"guichet/acs/phonenumbers"
	"guichet/acs/sms"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/problem"
	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
)

// Migrations are this room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Azure says where Azure is: Microsoft's public cloud by default, or another by
// its URLs only.
type Azure struct {
	// Authority is Entra ID, such as https://login.microsoftonline.com/.
	Authority string
	// ResourceManager is ARM, such as https://management.azure.com.
	ResourceManager string
	// Audience is what ARM's tokens are asked for.
	Audience string
	// CAFile, when set, holds further certificate authorities to trust (PEM).
	CAFile string
	// EventGridApp is the application id that signs Event Grid's deliveries.
	EventGridApp string
}

// PublicAzure is Microsoft's public cloud.
var PublicAzure = Azure{
	Authority:       "https://login.microsoftonline.com/",
	ResourceManager: "https://management.azure.com",
	Audience:        "https://management.azure.com",
	EventGridApp:    "4962773b-9cdb-44cf-a8bf-237846a00ab7",
}

// HTTPClient makes the client that everything towards Azure goes through.
func (a Azure) HTTPClient() (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if a.CAFile != "" {
		pem, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read Azure's certificate authority: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", a.CAFile)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: transport, Timeout: 60 * time.Second}, nil
}

// Connection is a connected resource, without its secret.
type Connection struct {
	ID, ResourceName, ResourceID, Endpoint string
	// AppID and TenantID are the application in whose name Event Grid's deliveries
	// are authenticated, and its tenant.
	AppID, TenantID string
	// ProvisionedFor is the desk's public URL that Azure's side was last set up
	// for, empty while that is not complete.
	ProvisionedFor string
	CreatedAt      time.Time
}

// Values are the five values of the connection dialog.
type Values struct {
	ResourceName, ResourceID string
	ConnectionString         secret.Text
	AppID, TenantID          string
}

// Connections is the room.
type Connections struct {
	db     *sqlstore.DB
	clock  clock.Clock
	box    *secret.Box
	client *http.Client

	mu      sync.Mutex
	current *clients
	// known is the answer of Current until it is to be read again: every delivery
	// of Event Grid asks, and another node may have changed it.
	known      Connection
	knownErr   error
	knownUntil time.Time
}

// knownFor bounds how long a change made by another node goes unseen.
const knownFor = time.Second

// clients are what is made from a connection's secret.
type clients struct {
	connection Connection
	sms        *sms.Client
	numbers    *phonenumbers.Client
}

// New makes the room over a migrated database. client is what requests to Azure
// go through.
func New(db *sqlstore.DB, c clock.Clock, box *secret.Box, client *http.Client) *Connections {
	return &Connections{db: db, clock: c, box: box, client: client}
}

// ErrNone says that no resource is connected.
var ErrNone = errors.New("no resource is connected")

const selectConnection = `SELECT id, resource_name, resource_id, endpoint, app_id, tenant_id, provisioned_for, created_at FROM connection `

func columns(c *Connection) []any {
	return []any{&c.ID, &c.ResourceName, &c.ResourceID, &c.Endpoint, &c.AppID, &c.TenantID, &c.ProvisionedFor, sqlstore.At(&c.CreatedAt)}
}

// Current is the connected resource, or ErrNone.
func (s *Connections) Current(ctx context.Context) (Connection, error) {
	s.mu.Lock()
	c, err, fresh := s.known, s.knownErr, s.clock.Now().Before(s.knownUntil)
	s.mu.Unlock()
	if fresh {
		return c, err
	}
	c, err = sqlstore.One(ctx, s.db.Read(), columns, selectConnection+`ORDER BY created_at LIMIT 1`)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNone
	}
	if err == nil || errors.Is(err, ErrNone) {
		s.mu.Lock()
		s.known, s.knownErr, s.knownUntil = c, err, s.clock.Now().Add(knownFor)
		s.mu.Unlock()
	}
	return c, err
}

// forget has the next call read what was just changed.
func (s *Connections) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.knownUntil = nil, time.Time{}
}

// Connect stores the five values; the connection string is sealed. One resource
// may be connected at a time: for that one the values are replaced, another is
// refused.
func (s *Connections) Connect(ctx context.Context, v Values, audit func(tx *sql.Tx, id string) error) (Connection, error) {
	parsed, err := check(v)
	if err != nil {
		return Connection{}, err
	}
	c := Connection{
		ResourceName: v.ResourceName, ResourceID: v.ResourceID, Endpoint: parsed.Endpoint,
		AppID: strings.ToLower(v.AppID), TenantID: strings.ToLower(v.TenantID), CreatedAt: s.clock.Now(),
	}
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		c.ID = uuid.Must(uuid.NewV7()).String()
		old, err := sqlstore.One(ctx, tx, columns, selectConnection+`ORDER BY created_at LIMIT 1`)
		switch {
		case errors.Is(err, sqlstore.ErrNotFound):
		case err != nil:
			return err
		case !strings.EqualFold(old.ResourceID, v.ResourceID):
			return problem.New(problem.Conflict, "connection.exists", "name", old.ResourceName)
		default:
			c.ID, c.CreatedAt = old.ID, old.CreatedAt
		}
		sealed, err := s.box.Seal(v.ConnectionString, place(c.ID))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO connection (id, resource_name, resource_id, connection_string, endpoint, app_id, tenant_id, provisioned_for, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8)
			ON CONFLICT (id) DO UPDATE SET connection_string = excluded.connection_string, endpoint = excluded.endpoint,
				app_id = excluded.app_id, tenant_id = excluded.tenant_id, provisioned_for = ''`,
			c.ID, c.ResourceName, c.ResourceID, sealed, c.Endpoint, c.AppID, c.TenantID, sqlstore.Micros(c.CreatedAt))
		if err != nil {
			return fmt.Errorf("store connection: %w", err)
		}
		return audit(tx, c.ID)
	})
	s.forget()
	return c, err
}

// Provisioned notes that Azure's side is set up to call the desk at publicURL.
func (s *Connections) Provisioned(ctx context.Context, id, publicURL string) error {
	defer s.forget()
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE connection SET provisioned_for = $1 WHERE id = $2`, publicURL, id)
		return err
	})
}

func place(id string) string { return "connection:connection_string:" + id }

// check refuses values that cannot belong together.
func check(v Values) (acs.ConnectionString, error) {
	parsed, err := acs.ParseConnectionString(v.ConnectionString.Reveal())
	if err != nil {
		return parsed, problem.New(problem.Invalid, "connection.string").On("connectionString").Because(err)
	}
	if v.ResourceName == "" {
		return parsed, problem.New(problem.Invalid, "connection.name").On("resourceName")
	}
	parts := strings.Split(strings.Trim(v.ResourceID, "/"), "/")
	if len(parts) != 8 || !strings.EqualFold(parts[5], "Microsoft.Communication") ||
		!strings.EqualFold(parts[6], "CommunicationServices") || !strings.EqualFold(parts[7], v.ResourceName) {
		return parsed, problem.New(problem.Invalid, "connection.id").On("resourceId")
	}
	for field, id := range map[string]string{"eventGridAppId": v.AppID, "eventGridAppTenantId": v.TenantID} {
		if uuid.Validate(id) != nil {
			return parsed, problem.New(problem.Invalid, "connection.guid").On(field)
		}
	}
	return parsed, nil
}

// clients opens the sealed connection string once and keeps what is made of it.
func (s *Connections) clients(ctx context.Context) (*clients, error) {
	c, err := s.Current(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.connection == c {
		return s.current, nil
	}
	sealed, err := sqlstore.One(ctx, s.db.Read(), func(v *string) []any { return []any{v} },
		`SELECT connection_string FROM connection WHERE id = $1`, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read connection string: %w", err)
	}
	text, err := s.box.Unseal(sealed, place(c.ID))
	if err != nil {
		return nil, err
	}
	parsed, err := acs.ParseConnectionString(text.Reveal())
	if err != nil {
		return nil, err
	}
	options := azcore.ClientOptions{Transport: s.client, InsecureAllowCredentialWithHTTP: loopback(parsed.Endpoint)}
	// A job tries again by its own, longer schedule.
	once := options
	once.Retry = policy.RetryOptions{MaxRetries: -1}
	made := &clients{connection: c}
	if made.sms, err = sms.NewClient(parsed.Endpoint, parsed.Credential, &sms.ClientOptions{ClientOptions: once}); err != nil {
		return nil, err
	}
	made.numbers, err = phonenumbers.NewClient(parsed.Endpoint, parsed.Credential, &phonenumbers.ClientOptions{ClientOptions: options})
	if err != nil {
		return nil, err
	}
	s.current = made
	return made, nil
}

func loopback(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// SMS is the client that sends texts from the connected resource.
func (s *Connections) SMS(ctx context.Context) (*sms.Client, error) {
	c, err := s.clients(ctx)
	if err != nil {
		return nil, err
	}
	return c.sms, nil
}

// Numbers is the client of the connected resource's numbers.
func (s *Connections) Numbers(ctx context.Context) (*phonenumbers.Client, error) {
	c, err := s.clients(ctx)
	if err != nil {
		return nil, err
	}
	return c.numbers, nil
}
