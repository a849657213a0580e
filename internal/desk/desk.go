// Package desk is the contact centre as one startable application: it opens the
// database, wires the rooms and runs them. It knows Azure only by Azure's public
// protocols.
package desk

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"guichet/eventgrid"
	"guichet/internal/desk/api"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/conversation"
	"guichet/internal/desk/doctor"
	"guichet/internal/desk/entra"
	"guichet/internal/desk/live"
	"guichet/internal/desk/number"
	"guichet/internal/desk/people"
	"guichet/internal/desk/setup"
	"guichet/internal/desk/setup/automatic"
	"guichet/internal/desk/sms"
	"guichet/internal/desk/table"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/folder"
	"guichet/internal/platform/httpserver"
	"guichet/internal/platform/jobs"
	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
)

// Options of New. The zero value of a member takes the default it names.
type Options struct {
	// DataDir is where the database, unless DSN is set, and the key file are kept;
	// required.
	DataDir string
	// DSN is a PostgreSQL database; empty takes SQLite in DataDir.
	DSN string
	// Listen is the address of pages, API and webhooks; localhost:8080 when empty.
	Listen string
	// TLS turns on https.
	TLS *tls.Config
	// PublicURL is where browsers and Azure reach the desk; empty takes the
	// address that is listened on.
	PublicURL string
	// Azure is where Azure is; the zero value is Microsoft's public cloud.
	Azure connection.Azure
	// Entra, when set, lets people sign in with Microsoft Entra ID.
	Entra *entra.Settings
	// Page serves the page; required.
	Page http.Handler
	// Version is shown.
	Version string
	// Clock is the system's when nil.
	Clock clock.Clock
	// PasswordCost is bcrypt's; 12 when 0.
	PasswordCost int
	Log          *slog.Logger
}

// Desk is the contact centre.
type Desk struct {
	log       *slog.Logger
	release   func()
	db        *sqlstore.DB
	listener  *httpserver.Listener
	tls       *tls.Config
	publicURL string
	azure     connection.Azure
	client    *http.Client
	handler   http.Handler

	people        *people.People
	entra         *entra.Entra
	connections   *connection.Connections
	numbers       *number.Numbers
	conversations *conversation.Conversations
	ledger        *webhook.Ledger
	sms           *sms.SMS
	setup         *setup.Setup
	doctor        *doctor.Doctor
	automatic     *automatic.Automatic
	queue         *jobs.Queue
	live          *live.Live
	metrics       *metrics
	// appliers act on the event types that have a meaning here.
	appliers map[string]func(context.Context, *sql.Tx, webhook.Event) (webhook.Outcome, error)
}

// New opens the database, brings it up to date, wires the rooms and takes the
// address. Close undoes it; Run does so by itself.
func New(ctx context.Context, o Options) (_ *Desk, err error) {
	if o.Clock == nil {
		o.Clock = clock.System
	}
	if o.Listen == "" {
		o.Listen = "localhost:8080"
	}
	if o.Azure == (connection.Azure{}) {
		o.Azure = connection.PublicAzure
	}
	d := &Desk{log: o.Log, tls: o.TLS, azure: o.Azure}
	defer func() {
		if err != nil {
			_ = d.Close()
		}
	}()
	if d.release, err = folder.Take(o.DataDir, "desk.lock"); err != nil {
		return nil, err
	}
	if d.db, err = OpenStore(ctx, o.DataDir, o.DSN); err != nil {
		return nil, err
	}
	box, err := secret.Open(filepath.Join(o.DataDir, "desk.key"))
	if err != nil {
		return nil, err
	}
	if d.client, err = o.Azure.HTTPClient(); err != nil {
		return nil, err
	}
	if d.listener, err = httpserver.Listen(o.Listen); err != nil {
		return nil, err
	}
	d.publicURL = strings.TrimRight(o.PublicURL, "/")
	if d.publicURL == "" {
		scheme := "http://"
		if o.TLS != nil {
			scheme = "https://"
		}
		d.publicURL = scheme + d.listener.Authority()
	}

	if err := writeAddress(o.DataDir, address{d.publicURL, o.Azure}); err != nil {
		return nil, err
	}

	d.live = live.New()
	d.people = people.New(d.db, o.Clock, people.Options{Cost: o.PasswordCost})
	d.entra = entra.New(entra.Options{Authority: o.Azure.Authority, PublicURL: d.publicURL, Client: d.client, Clock: o.Clock, Box: box})
	if o.Entra != nil {
		if err := d.entra.Use(*o.Entra); err != nil {
			return nil, err
		}
	}
	d.connections = connection.New(d.db, o.Clock, box, o.Azure, d.client)
	d.numbers = number.New(d.db, number.Options{
		Clock: o.Clock, Client: d.connections.Numbers, Changed: func() { d.live.Look(live.TopicNumbers) },
	})
	d.conversations = conversation.New(d.db, o.Clock)
	d.sms = sms.New(sms.Options{Clock: o.Clock, Conversations: d.conversations, Publish: d.live, Client: d.connections.SMS, Key: d.noteKey})
	d.queue = jobs.New(d.db, o.Clock, map[string]jobs.Kind{sms.SendKind: d.sms.Kind(), number.PurchaseKind: d.numbers.Kind()})
	d.ledger = webhook.NewLedger(d.db, o.Clock)
	d.setup = setup.New(setup.Options{
		Ledger:      d.ledger,
		Connections: d.connections, Numbers: d.numbers, People: d.people, Azure: o.Azure, Client: d.client, PublicURL: d.publicURL,
		Changed: func() { d.live.Look(live.TopicConnection) }, KeyGood: d.sendWhatWaits, Words: api.Words, Log: o.Log,
	})
	if d.automatic, err = automatic.New(ctx, automatic.Options{
		DB: d.db, Clock: o.Clock, Setup: d.setup, SignIn: d.Azure, Changed: func() { d.live.Look(live.TopicAutomatic) }, Log: o.Log,
	}); err != nil {
		return nil, err
	}
	d.sms.UseQueue(d.queue)
	d.numbers.UseQueue(d.queue)
	d.appliers = map[string]func(context.Context, *sql.Tx, webhook.Event) (webhook.Outcome, error){
		eventgrid.TypeSMSReceived:               d.sms.Received,
		eventgrid.TypeSMSDeliveryReportReceived: d.sms.Report,
	}
	d.doctor = doctor.New(doctor.Options{
		Connections: d.connections, Numbers: d.numbers, Ledger: d.ledger, Queue: d.queue, People: d.people,
		Azure: o.Azure, Client: d.client, PublicURL: d.publicURL, Clock: o.Clock,
	})
	d.metrics = newMetrics(d)
	hooks := webhook.New(webhook.Options{
		Ledger: d.ledger, Connections: d.connections, Azure: o.Azure, Client: d.client, Log: o.Log, Audit: d.auditRefusal,
	})
	d.handler = d.metrics.around(api.New(api.Options{
		People: d.people, Entra: d.entra, Conversations: d.conversations, SMS: d.sms, Numbers: d.numbers, Connections: d.connections, Setup: d.setup,
		Automatic: d.automatic, Doctor: d.doctor, Azure: d.Azure, Tables: table.New(d.connections), Ledger: d.ledger, Webhook: hooks, Live: d.live, PublicURL: d.publicURL, Version: o.Version, Page: o.Page,
		Ready: d.db.Ping, Metrics: d.metrics.handler(), Log: o.Log,
	}))
	return d, nil
}

// OpenStore opens the desk's database and brings it up to date.
func OpenStore(ctx context.Context, dataDir, dsn string) (*sqlstore.DB, error) {
	if dsn == "" {
		dsn = filepath.Join(dataDir, "desk.db")
	}
	db, err := sqlstore.Open(ctx, sqlstore.Options{DSN: dsn})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, migrations()...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func migrations() []fs.FS {
	return []fs.FS{
		jobs.Migrations, people.Migrations, connection.Migrations, automatic.Migrations, number.Migrations, webhook.Migrations,
		conversation.Migrations, sms.Migrations,
	}
}

// URL is where browsers reach the desk.
func (d *Desk) URL() string { return d.publicURL }

// People is the room of users, for the commands that manage them.
func (d *Desk) People() *people.People { return d.people }

// SignInWithEntra lets people sign in with Microsoft Entra ID from now on.
func (d *Desk) SignInWithEntra(s entra.Settings) error { return d.entra.Use(s) }

// SignInLink makes a one-time link for a user and returns its URL and its end.
func (d *Desk) SignInLink(ctx context.Context, email string) (string, time.Time, error) {
	u, err := d.people.ByEmail(ctx, email)
	if err != nil {
		return "", time.Time{}, err
	}
	token, ends, err := d.people.Link(ctx, "system", u.ID)
	if err != nil {
		return "", time.Time{}, err
	}
	return d.publicURL + "/sign-in#token=" + token, ends, nil
}

// Run answers and works until ctx ends, then stops in order: no new requests,
// streams end, running work finishes, the database closes.
func (d *Desk) Run(ctx context.Context) error {
	defer func() { _ = d.Close() }()
	// The workers outlive the server, so that what a last request stored is still
	// taken in hand.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	workers, work := errgroup.WithContext(work)
	workers.Go(func() error { return d.ledger.Run(work, d, d.log) })
	workers.Go(func() error { return d.queue.Run(work, d.log) })
	workers.Go(func() error { return d.doctor.Run(work) })

	serve, stopServing := context.WithCancel(ctx)
	defer stopServing()
	// A worker that ends by itself has failed; the desk cannot go on without it.
	go func() {
		<-work.Done()
		stopServing()
	}()
	err := httpserver.Serve(serve, d.listener, httpserver.Options{
		Handler: d.handler, TLS: d.tls, Log: d.log, OnStop: d.live.Hub().Close,
	})
	d.automatic.Stop()
	stopWork()
	return errors.Join(err, workers.Wait())
}

// Close gives back what New took; it may be called more than once.
func (d *Desk) Close() error {
	var errs []error
	if d.automatic != nil {
		d.automatic.Stop()
	}
	if d.listener != nil {
		errs = append(errs, d.listener.Close())
		d.listener = nil
	}
	if d.db != nil {
		errs = append(errs, d.db.Close())
	}
	if d.release != nil {
		d.release()
	}
	return errors.Join(errs...)
}

// Apply acts on one event of the ledger: it is the ledger's applier.
func (d *Desk) Apply(ctx context.Context, tx *sql.Tx, e webhook.Event) (webhook.Outcome, error) {
	d.metrics.event(e)
	apply := d.appliers[e.Type]
	if apply == nil {
		return d.ignored(fmt.Sprintf("events of type %s are not acted on", e.Type)), nil
	}
	for _, served := range webhook.Serves[e.Kind] {
		if served == e.Type {
			outcome, err := apply(ctx, tx, e)
			return d.telling(outcome), err
		}
	}
	return d.ignored(fmt.Sprintf("the endpoint %s does not serve events of type %s", e.Kind, e.Type)), nil
}

func (d *Desk) ignored(reason string) webhook.Outcome {
	return d.telling(webhook.Outcome{State: webhook.Ignored, Reason: reason})
}

// telling has open pages of the ledger look again as well.
func (d *Desk) telling(o webhook.Outcome) webhook.Outcome {
	first := o.AfterCommit
	o.AfterCommit = func() {
		if first != nil {
			first()
		}
		d.live.Look(live.TopicEvents)
	}
	return o
}

// sendWhatWaits has texts that waited for a good key sent now.
func (d *Desk) sendWhatWaits(ctx context.Context) {
	if err := d.queue.Hurry(ctx, sms.SendKind); err != nil {
		d.log.Error("waiting texts not hurried", "error", err)
	}
}

// Setup is the room that connects and disconnects.
func (d *Desk) Setup() *setup.Setup { return d.setup }

// Doctor is the room that examines the connection.
func (d *Desk) Doctor() *doctor.Doctor { return d.doctor }

// noteKey keeps what the resource said of the access key, and tells pages when
// that is new.
func (d *Desk) noteKey(ctx context.Context, good bool) {
	state := connection.KeyGood
	if !good {
		state = connection.KeyRefused
	}
	news, err := d.connections.NoteKey(context.WithoutCancel(ctx), state)
	if err != nil && !errors.Is(err, connection.ErrNone) {
		d.log.Error("key state not kept", "error", err)
	}
	if news {
		d.live.Look(live.TopicConnection)
	}
}

func (d *Desk) auditRefusal(ctx context.Context, kind webhook.Kind, reason string) {
	err := d.db.Tx(ctx, func(tx *sql.Tx) error {
		return d.people.Audit(ctx, tx, "event grid", "webhook.refused", string(kind), reason)
	})
	if err != nil {
		d.log.Error("refusal not audited", "error", err)
	}
}
