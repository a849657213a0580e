package desk

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"guichet/internal/desk/api"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/doctor"
	"guichet/internal/desk/number"
	"guichet/internal/desk/people"
	"guichet/internal/desk/setup"
	"guichet/internal/desk/sms"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/jobs"
	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
)

// ToolOptions of OpenTools.
type ToolOptions struct {
	DataDir, DSN string
	// Azure is where Azure is; the zero value is where the desk of this data folder
	// said it is.
	Azure connection.Azure
	// PublicURL is where Azure reaches the desk; empty takes what the desk of this
	// data folder said when it started.
	PublicURL string
	Log       *slog.Logger
}

// Tools are the rooms that commands need, beside a desk that may be running. The
// running desk sees their changes within a second.
type Tools struct {
	db     *sqlstore.DB
	azure  connection.Azure
	client *http.Client
	setup  *setup.Setup
	doctor *doctor.Doctor
	url    string
}

// ErrNeverStarted says that no desk has started in the data folder, so that its
// address is not known.
var ErrNeverStarted = errors.New("no desk has run in this data folder yet: start it first, or set --public-url")

// OpenTools opens the rooms.
func OpenTools(ctx context.Context, o ToolOptions) (_ *Tools, err error) {
	if o.PublicURL == "" || o.Azure == (connection.Azure{}) {
		said, err := readAddress(o.DataDir)
		if err != nil {
			return nil, err
		}
		if o.PublicURL == "" {
			o.PublicURL = said.PublicURL
		}
		if o.Azure == (connection.Azure{}) {
			o.Azure = said.Azure
		}
	}
	t := &Tools{azure: o.Azure, url: o.PublicURL}
	if t.db, err = OpenStore(ctx, o.DataDir, o.DSN); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = t.Close()
		}
	}()
	box, err := secret.Open(filepath.Join(o.DataDir, "desk.key"))
	if err != nil {
		return nil, err
	}
	if t.client, err = o.Azure.HTTPClient(); err != nil {
		return nil, err
	}
	connections := connection.New(t.db, clock.System, box, o.Azure, t.client)
	queue := jobs.New(t.db, clock.System, nil)
	numbers := number.New(t.db, number.Options{Clock: clock.System, Client: connections.Numbers, Changed: func() {}})
	staff := people.New(t.db, clock.System, people.Options{})
	ledger := webhook.NewLedger(t.db, clock.System)
	t.doctor = doctor.New(doctor.Options{
		Connections: connections, Numbers: numbers, Ledger: ledger, Queue: queue, People: staff,
		Azure: o.Azure, Client: t.client, PublicURL: o.PublicURL, Clock: clock.System,
	})
	t.setup = setup.New(setup.Options{
		Connections: connections, Numbers: numbers, People: staff, Ledger: ledger,
		Azure: o.Azure, Client: t.client, PublicURL: o.PublicURL, Changed: func() {}, Log: o.Log, Words: api.Words,
		KeyGood: func(ctx context.Context) {
			if err := queue.Hurry(ctx, sms.SendKind); err != nil {
				o.Log.Error("waiting texts not hurried", "error", err)
			}
		},
	})
	return t, nil
}

// Setup is the room that connects and disconnects.
func (t *Tools) Setup() *setup.Setup { return t.setup }

// URL is where browsers and Azure reach the desk.
func (t *Tools) URL() string { return t.url }

// Doctor is the room that examines the connection.
func (t *Tools) Doctor() *doctor.Doctor { return t.doctor }

// Azure signs in.
func (t *Tools) Azure(in controlplane.SignIn) (*controlplane.Client, error) {
	return controlplane.New(t.azure, t.client, in)
}

// Close closes the database.
func (t *Tools) Close() error { return t.db.Close() }

// Azure signs in.
func (d *Desk) Azure(in controlplane.SignIn) (*controlplane.Client, error) {
	return controlplane.New(d.azure, d.client, in)
}

// address is what a desk tells tools of its folder: where Azure reaches it, and
// where it takes Azure to be.
type address struct {
	PublicURL string           `json:"publicUrl"`
	Azure     connection.Azure `json:"azure"`
}

const addressFile = "desk.json"

func writeAddress(dir string, a address) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, addressFile), text, 0o600)
}

func readAddress(dir string) (address, error) {
	text, err := os.ReadFile(filepath.Join(dir, addressFile))
	if errors.Is(err, fs.ErrNotExist) {
		return address{}, ErrNeverStarted
	}
	if err != nil {
		return address{}, err
	}
	a := address{Azure: connection.PublicAzure}
	return a, json.Unmarshal(text, &a)
}
