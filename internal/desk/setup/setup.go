// Package setup connects the desk to Azure and disconnects it: by hand, with the
// five values of the dialog, or by provisioning Azure's side. It owns no table:
// it has the rooms of the connection and of the numbers act in the right order.
package setup

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/number"
	"guichet/internal/desk/people"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/secret"
)

// Options of New; all are required.
type Options struct {
	Connections *connection.Connections
	Numbers     *number.Numbers
	People      *people.People
	// Azure is where Azure is; Client is what requests there go through.
	Azure  connection.Azure
	Client *http.Client
	// PublicURL is where Azure reaches the desk, without a slash.
	PublicURL string
	// Changed is called when the connection changed.
	Changed func()
	// Ledger is where deliveries arrive.
	Ledger *webhook.Ledger
	// KeyGood is called when texts that waited for a good key may go out.
	KeyGood func(ctx context.Context)
	// Words gives a refusal its English sentence.
	Words func(error) string
	Log   *slog.Logger
}

// Setup is the room.
type Setup struct{ Options }

// New makes the room.
func New(o Options) *Setup { return &Setup{o} }

func (s *Setup) audit(ctx context.Context, actor string) connection.Audit {
	return func(tx *sql.Tx, action, subject, detail string) error {
		return s.People.Audit(ctx, tx, actor, action, subject, detail)
	}
}

// Connect checks the five values, by themselves and by asking Azure, and
// connects the resource. Its numbers follow; if they cannot be read just then,
// the connection stands and Sync can be called again.
func (s *Setup) Connect(ctx context.Context, actor string, v connection.Values) (connection.Connection, error) {
	if err := s.Connections.Check(ctx, v).Refusal(); err != nil {
		return connection.Connection{}, err
	}
	c, err := s.Connections.Connect(ctx, v, s.audit(ctx, actor))
	if err != nil {
		return c, err
	}
	s.after(ctx, c)
	return c, nil
}

// Replace stores a new connection string after the key was regenerated. Texts
// that waited for it go out.
func (s *Setup) Replace(ctx context.Context, actor string, text secret.Text) (connection.Connection, error) {
	c, err := s.Connections.Replace(ctx, text, s.audit(ctx, actor))
	if err != nil {
		return c, err
	}
	s.after(ctx, c)
	return c, nil
}

func (s *Setup) after(ctx context.Context, c connection.Connection) {
	s.Changed()
	s.KeyGood(ctx)
	if _, err := s.Numbers.Sync(ctx, c.ID); err != nil {
		s.Log.Warn("numbers not synchronised", "error", err)
	}
}

// Disconnect forgets the connection's secret. Numbers and conversations stay,
// and come back to life when the same resource is connected again.
func (s *Setup) Disconnect(ctx context.Context, actor string) (connection.Connection, error) {
	c, err := s.Connections.Disconnect(ctx, s.audit(ctx, actor))
	if err != nil {
		return c, err
	}
	s.Changed()
	return c, s.Numbers.Detach(ctx, c.ID)
}

// Sync makes the list of numbers equal to the resource's.
func (s *Setup) Sync(ctx context.Context) (number.Synced, error) {
	c, err := s.Connections.Current(ctx)
	if err != nil {
		return number.Synced{}, err
	}
	return s.Numbers.Sync(ctx, c.ID)
}
