// Package connection owns the connection to an Azure Communication Services
// resource: the five values, sealed where they are secret, their checks, the
// clients made from them, and the provisioning of Azure's side. It does not act
// on events.
package connection

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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

// State of a connection.
type State string

// The states of a connection. There is at most one that is Connected.
const (
	Connected    State = "connected"
	Disconnected State = "disconnected"
)

// KeyState is what the resource last said of the access key.
type KeyState string

// The states of a key.
const (
	// KeyGood: nothing speaks against it.
	KeyGood KeyState = ""
	// KeyRefused: the resource answered 401 or 403; it was probably regenerated
	// in Azure.
	KeyRefused KeyState = "refused"
)

// Connection is a connected resource, or one that was, without its secret.
type Connection struct {
	ID, ResourceName, ResourceID, Endpoint string
	// AppID and TenantID are the application in whose name Event Grid's deliveries
	// are authenticated, and its tenant.
	AppID, TenantID string
	State           State
	KeyState        KeyState
	// ProvisionedFor is the desk's public URL that Azure's side was last set up
	// for, empty while that is not complete.
	ProvisionedFor string
	CreatedAt      time.Time
	// ChangedAt tells one version of the values from the next.
	ChangedAt time.Time
}

// Values are the five values of the connection dialog.
type Values struct {
	ResourceName, ResourceID string
	ConnectionString         secret.Text
	AppID, TenantID          string
}

// Audit writes a line of the audit log in the transaction of a change.
type Audit func(tx *sql.Tx, action, subject, detail string) error

// Connections is the room.
type Connections struct {
	db     *sqlstore.DB
	clock  clock.Clock
	box    *secret.Box
	azure  Azure
	client *http.Client

	mu      sync.Mutex
	current *clients
	// known is the answer of Current until it is to be read again: every delivery
	// of Event Grid asks, and another process may have changed it.
	known      Connection
	knownErr   error
	knownUntil time.Time
}

// knownFor bounds how long a change made by another process goes unseen.
const knownFor = time.Second

// clients are what is made from a connection's secret.
type clients struct {
	connection Connection
	sms        *sms.Client
	numbers    *phonenumbers.Client
}

// New makes the room over a migrated database. client is what requests to azure
// go through.
func New(db *sqlstore.DB, c clock.Clock, box *secret.Box, azure Azure, client *http.Client) *Connections {
	return &Connections{db: db, clock: c, box: box, azure: azure, client: client}
}

// ErrNone says that no resource is connected.
var ErrNone = errors.New("no resource is connected")

const selectConnection = `SELECT id, resource_name, resource_id, endpoint, app_id, tenant_id, state, key_state,
	provisioned_for, created_at, changed_at FROM connection `

func columns(c *Connection) []any {
	return []any{
		&c.ID, &c.ResourceName, &c.ResourceID, &c.Endpoint, &c.AppID, &c.TenantID, &c.State, &c.KeyState,
		&c.ProvisionedFor, sqlstore.At(&c.CreatedAt), sqlstore.At(&c.ChangedAt),
	}
}

// Current is the connected resource, or ErrNone.
func (s *Connections) Current(ctx context.Context) (Connection, error) {
	s.mu.Lock()
	c, err, fresh := s.known, s.knownErr, s.clock.Now().Before(s.knownUntil)
	s.mu.Unlock()
	if fresh {
		return c, err
	}
	c, err = sqlstore.One(ctx, s.db.Read(), columns, selectConnection+`WHERE state = 'connected'`)
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

// Last is the connection that was changed last, connected or not, or ErrNone.
func (s *Connections) Last(ctx context.Context) (Connection, error) {
	c, err := sqlstore.One(ctx, s.db.Read(), columns, selectConnection+`ORDER BY state, changed_at DESC LIMIT 1`)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNone
	}
	return c, err
}

// All lists every resource that is or was connected, the first one first.
func (s *Connections) All(ctx context.Context) ([]Connection, error) {
	return sqlstore.List(ctx, s.db.Read(), columns, selectConnection+`ORDER BY created_at, id`)
}

// ForResource is the connection of a resource, connected or not, or ErrNone.
func (s *Connections) ForResource(ctx context.Context, resourceID string) (Connection, error) {
	c, err := sqlstore.One(ctx, s.db.Read(), columns, selectConnection+`WHERE resource_key = $1`, resourceKey(resourceID))
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNone
	}
	return c, err
}

// forget has the next call read what was just changed.
func (s *Connections) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.knownUntil = nil, time.Time{}
}

// Connect checks the shape of the five values and stores them; the connection
// string is sealed. One resource may be connected at a time; connecting the
// connected one again replaces its connection string. A resource that was
// connected before keeps its endpoints, and must come with the application and
// the tenant of the first time, as its event subscriptions are bound to them.
func (s *Connections) Connect(ctx context.Context, v Values, audit Audit) (Connection, error) {
	v = v.trimmed()
	if err := s.checkShape(v); err != nil {
		return Connection{}, err
	}
	parsed, err := acs.ParseConnectionString(v.ConnectionString.Reveal())
	if err != nil {
		return Connection{}, err
	}
	now := s.clock.Now()
	c := Connection{
		ResourceName: v.ResourceName, ResourceID: v.ResourceID, Endpoint: parsed.Endpoint, AppID: v.AppID, TenantID: v.TenantID,
		State: Connected, CreatedAt: now, ChangedAt: now,
	}
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		if c.ID, err = reserved(ctx, tx, c.ResourceID); err != nil {
			return err
		}
		if c.ID == "" {
			c.ID = uuid.Must(uuid.NewV7()).String()
		}
		if err := mayConnect(ctx, tx, &c); err != nil {
			return err
		}
		sealed, err := s.box.Seal(v.ConnectionString, place(c.ID))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO connection (id, resource_name, resource_id, resource_key, connection_string, endpoint, app_id, tenant_id,
				state, key_state, provisioned_for, made, created_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'connected', '', '', '', $9, $10)
			ON CONFLICT (id) DO UPDATE SET connection_string = excluded.connection_string, endpoint = excluded.endpoint,
				app_id = excluded.app_id, state = 'connected', key_state = '', provisioned_for = '', changed_at = excluded.changed_at`,
			c.ID, c.ResourceName, c.ResourceID, resourceKey(c.ResourceID), sealed, c.Endpoint, c.AppID, c.TenantID,
			sqlstore.Micros(c.CreatedAt), sqlstore.Micros(c.ChangedAt))
		if err != nil {
			return fmt.Errorf("store connection: %w", err)
		}
		return audit(tx, "connection.connect", c.ID, c.ResourceName)
	})
	s.forget()
	return c, err
}

// mayConnect applies the rules of reconnecting, and gives c the identity of the
// earlier connection to the same resource.
func mayConnect(ctx context.Context, tx *sql.Tx, c *Connection) error {
	all, err := sqlstore.List(ctx, tx, columns, selectConnection)
	if err != nil {
		return err
	}
	for _, old := range all {
		same := resourceKey(old.ResourceID) == resourceKey(c.ResourceID)
		switch {
		case old.State == Connected && !same:
			return problem.New(problem.Conflict, "connection.exists", "name", old.ResourceName)
		case !same:
		case old.AppID != "" && old.AppID != c.AppID:
			return problem.New(problem.Conflict, "connection.otherApp", "first", old.AppID, "given", c.AppID).On("eventGridAppId")
		case old.TenantID != c.TenantID:
			return problem.New(problem.Conflict, "connection.otherTenant", "first", old.TenantID, "given", c.TenantID).On("eventGridAppTenantId")
		default:
			c.ID, c.CreatedAt = old.ID, old.CreatedAt
		}
	}
	return nil
}

// resourceKey is a resource id for comparing: Azure compares without case.
func resourceKey(id string) string { return strings.ToLower(strings.Trim(id, "/")) }

// Replace stores a new connection string of the connected resource, after its
// key was regenerated in Azure.
func (s *Connections) Replace(ctx context.Context, text secret.Text, audit Audit) (Connection, error) {
	c, err := s.Current(ctx)
	if errors.Is(err, ErrNone) {
		return c, problem.New(problem.Conflict, "connection.none")
	}
	if err != nil {
		return c, err
	}
	v := Values{ResourceName: c.ResourceName, ResourceID: c.ResourceID, ConnectionString: text, AppID: c.AppID, TenantID: c.TenantID}
	if err := s.Check(ctx, v).Refusal(); err != nil {
		return c, err
	}
	provisioned := c.ProvisionedFor
	if c, err = s.Connect(ctx, v, audit); err != nil {
		return c, err
	}
	return c, s.Provisioned(ctx, c.ID, provisioned)
}

// Disconnect forgets the secret and stops using the resource. What was learnt
// through it stays.
func (s *Connections) Disconnect(ctx context.Context, audit Audit) (Connection, error) {
	defer s.forget()
	var c Connection
	err := s.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		c, err = sqlstore.One(ctx, tx, columns, selectConnection+`WHERE state = 'connected'`)
		if errors.Is(err, sqlstore.ErrNotFound) {
			return problem.New(problem.Conflict, "connection.none")
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE connection SET state = 'disconnected', connection_string = '', key_state = '',
			provisioned_for = '', changed_at = $1 WHERE id = $2`, sqlstore.Micros(s.clock.Now()), c.ID)
		if err != nil {
			return fmt.Errorf("disconnect: %w", err)
		}
		return audit(tx, "connection.disconnect", c.ID, c.ResourceName)
	})
	c.State = Disconnected
	return c, err
}

// ForgetApplication says that the application of a connection that ended is
// deleted, and nothing in Azure is bound to it any more: the resource may come
// back with another one.
func (s *Connections) ForgetApplication(ctx context.Context, id string) error {
	defer s.forget()
	return s.write(ctx, `UPDATE connection SET app_id = '' WHERE id = $1 AND state = 'disconnected'`, id)
}

// Provisioned notes that Azure's side is set up to call the desk at publicURL.
func (s *Connections) Provisioned(ctx context.Context, id, publicURL string) error {
	defer s.forget()
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE connection SET provisioned_for = $1 WHERE id = $2`, publicURL, id)
		return err
	})
}

// Same says whether the values are those that are connected.
func (s *Connections) Same(ctx context.Context, v Values) (bool, error) {
	v = v.trimmed()
	c, err := s.Current(ctx)
	if err != nil {
		return false, err
	}
	sealed, err := sqlstore.One(ctx, s.db.Read(), func(v *string) []any { return []any{v} },
		`SELECT connection_string FROM connection WHERE id = $1`, c.ID)
	if err != nil {
		return false, err
	}
	text, err := s.box.Unseal(sealed, place(c.ID))
	if err != nil {
		return false, err
	}
	return text == v.ConnectionString && resourceKey(c.ResourceID) == resourceKey(v.ResourceID) &&
		c.AppID == v.AppID && c.TenantID == v.TenantID && c.KeyState == KeyGood, nil
}

// NoteKey notes what the resource said of the key and tells whether that is new.
func (s *Connections) NoteKey(ctx context.Context, state KeyState) (news bool, err error) {
	c, err := s.Current(ctx)
	if err != nil || c.KeyState == state {
		return false, err
	}
	defer s.forget()
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err := sqlstore.Exec(ctx, tx, `UPDATE connection SET key_state = $1 WHERE id = $2 AND key_state <> $1 AND changed_at = $3`,
			string(state), c.ID, sqlstore.Micros(c.ChangedAt))
		news = n > 0
		return err
	})
	return news, err
}

func place(id string) string { return "connection:connection_string:" + id }

// clients opens the sealed connection string once and keeps what is made of it.
func (s *Connections) clients(ctx context.Context) (*clients, error) {
	c, err := s.Current(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.connection.ID == c.ID && s.current.connection.ChangedAt.Equal(c.ChangedAt) {
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
	made, err := s.make(text, policy.RetryOptions{})
	if err != nil {
		return nil, err
	}
	made.connection = c
	s.current = made
	return made, nil
}

// make makes the clients of a connection string; retry is for that of numbers.
func (s *Connections) make(text secret.Text, retry policy.RetryOptions) (*clients, error) {
	parsed, err := acs.ParseConnectionString(text.Reveal())
	if err != nil {
		return nil, err
	}
	options := azcore.ClientOptions{Transport: s.client, Retry: retry, InsecureAllowCredentialWithHTTP: loopback(parsed.Endpoint)}
	// A job tries again by its own, longer schedule.
	once := options
	once.Retry = policy.RetryOptions{MaxRetries: -1}
	made := &clients{}
	if made.sms, err = sms.NewClient(parsed.Endpoint, parsed.Credential, &sms.ClientOptions{ClientOptions: once}); err != nil {
		return nil, err
	}
	made.numbers, err = phonenumbers.NewClient(parsed.Endpoint, parsed.Credential, &phonenumbers.ClientOptions{ClientOptions: options})
	return made, err
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
