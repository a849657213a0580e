// Package cloud is the local cloud: Entra ID, ARM, Event Grid and Azure
// Communication Services on one address, for programs that know only Azure's
// public protocols. This package wires its rooms, takes the addresses, routes
// requests to the rooms and holds the certificate authority. It knows nothing of
// the contact centre.
package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/arm"
	"guichet/internal/cloud/calling"
	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/cloud/fault"
	"guichet/internal/cloud/graph"
	"guichet/internal/cloud/handset"
	"guichet/internal/cloud/sip"
	"guichet/internal/cloud/traffic"
	"guichet/internal/cloud/wellknown"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/httpserver"
	"guichet/internal/platform/sqlstore"
)

// Options of New. The zero value keeps its state in ./guichet-data and listens
// on the default addresses.
type Options struct {
	// DataDir is the data folder; the cloud uses its sub-folder "cloud".
	// "guichet-data" when empty and not Ephemeral.
	DataDir string
	// Ephemeral forgets everything at the end. The CA file is then in a temporary
	// folder, unless DataDir is given.
	Ephemeral bool
	// HTTPSListen and HTTPListen are host:port; port 0 picks a free one.
	HTTPSListen, HTTPListen string
	// InsecurePublic allows addresses other than loopback, although every secret
	// of the cloud is public.
	InsecurePublic bool
	// Clock is the machine's when nil.
	Clock clock.Clock
	// Log is discarded when nil.
	Log *slog.Logger
	// Pages gives the handler of a page by its name ("handset", "portal"); it also answers
	// the built files below /assets/. Without it there are no pages.
	Pages func(entry string) http.Handler
	// SIP is the trunk by which telephones call in and are called.
	SIP SIP
	// RetrySchedule is the gaps between attempts to deliver an event; Azure's when
	// nil.
	RetrySchedule []time.Duration
	// WebhookRoots are PEM certificates of authorities that a webhook's
	// certificate may come from, beside the machine's and the cloud's own.
	WebhookRoots []byte
	// RecordingHost is the host in the addresses of recorded files; the cloud's own
	// when empty. The cloud's certificate is for it too, so that the clients of
	// Microsoft that take recordings from hosts below asm.skype.com alone do so
	// here, once the name leads to this machine.
	RecordingHost string
}

// SIP is the SIP trunk of a cloud.
type SIP struct {
	// Listen is host:port of UDP and TCP; TLS is on the next port. Port 0 picks free
	// ones; without Listen there is no trunk.
	Listen string
	// User and Password are for callers and for trunks; well-known ones when empty.
	User, Password string
	// Transport is how trunks are reached: udp when empty, tcp or tls.
	Transport string
	// RTP is a range of ports, as 20000-20999; any ports when empty.
	RTP string
}

// ErrPublic says that an address is reachable from other machines without
// InsecurePublic.
var ErrPublic = errors.New("the local cloud's secrets are public, so it listens on loopback only (--insecure-public overrides)")

// Cloud is a local cloud whose addresses are taken. Run makes it answer.
type Cloud struct {
	clock clock.Clock
	log   *slog.Logger
	pages func(entry string) http.Handler

	dir       string
	temporary string
	db        *sqlstore.DB
	ca        *authority
	https     *httpserver.Listener
	http      *httpserver.Listener
	hub       *bus.Hub
	traffic   *traffic.Recorder
	faults    *fault.Set
	control   *http.ServeMux

	entra   *entra.Entra
	grid    *eventgrid.Broker
	arm     *arm.ARM
	graph   *graph.Graph
	carrier *carrier.Carrier
	acs     *acs.ACS
	calling *calling.Server
	handset *handset.Handsets
	// sip is nil without a trunk.
	sip *sip.Trunk

	rooms []room
	// planes are the rooms' HTTP faces by the name of the plane (see router.go).
	planes map[string]http.Handler
}

// room is a background part of the cloud: run works until ctx ends and returns
// nil then.
type room struct {
	name string
	run  func(ctx context.Context) error
}

// New opens the state, seeds the well-known values and takes the addresses. The
// error is one that a person can act on. The caller calls Run or Close.
func New(ctx context.Context, o Options) (*Cloud, error) {
	o = withDefaults(o)
	c := &Cloud{
		clock: o.Clock, log: o.Log, pages: o.Pages, hub: bus.New(1000),
		control: http.NewServeMux(), faults: fault.New(o.Clock), planes: map[string]http.Handler{},
	}
	c.traffic = traffic.New(o.Clock, c.hub)
	if err := c.open(ctx, o); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func withDefaults(o Options) Options {
	if o.HTTPSListen == "" {
		o.HTTPSListen = wellknown.DefaultHTTPS
	}
	if o.HTTPListen == "" {
		o.HTTPListen = wellknown.DefaultHTTP
	}
	if o.DataDir == "" && !o.Ephemeral {
		o.DataDir = "guichet-data"
	}
	if o.SIP.User == "" {
		o.SIP.User = wellknown.SIPUser
	}
	if o.SIP.Password == "" {
		o.SIP.Password = wellknown.SIPPassword
	}
	if o.Clock == nil {
		o.Clock = clock.System
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func (c *Cloud) open(ctx context.Context, o Options) error {
	for _, address := range []string{o.HTTPSListen, o.HTTPListen, o.SIP.Listen} {
		if address != "" && !o.InsecurePublic && !httpserver.Loopback(address) {
			return fmt.Errorf("%s: %w", address, ErrPublic)
		}
	}
	if err := c.makeFolder(o); err != nil {
		return err
	}
	var err error
	if c.https, err = httpserver.Listen(o.HTTPSListen); err != nil {
		return err
	}
	if c.http, err = httpserver.Listen(o.HTTPListen); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(c.https.Authority())
	if c.ca, err = openAuthority(c.dir, host, o.RecordingHost); err != nil {
		return err
	}
	c.db, err = sqlstore.Open(ctx, sqlstore.Options{DSN: filepath.Join(c.dir, "cloud.db"), Ephemeral: o.Ephemeral})
	if err != nil {
		return err
	}
	if err := c.openRooms(ctx, o); err != nil {
		return err
	}
	c.portalRoutes()
	return nil
}

func (c *Cloud) makeFolder(o Options) error {
	if o.DataDir == "" {
		dir, err := os.MkdirTemp("", "guichet-cloud-*")
		if err != nil {
			return fmt.Errorf("temporary folder: %w", err)
		}
		c.temporary, c.dir = dir, dir
		return nil
	}
	c.dir = filepath.Join(o.DataDir, "cloud")
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be written: %w", err)
	}
	return nil
}

// Run answers until ctx ends; then it stops taking requests, lets the rooms
// finish what they hold, and closes the state. It may be called once.
func (c *Cloud) Run(ctx context.Context) error {
	defer func() { _ = c.Close() }()
	handler := c.router()

	// Rooms outlive the servers: a request that is still being answered may need
	// them.
	roomsCtx, stopRooms := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRooms()
	rooms, roomsCtx := errgroup.WithContext(roomsCtx)
	for _, r := range c.rooms {
		rooms.Go(func() error {
			err := r.run(roomsCtx)
			if err != nil && (roomsCtx.Err() == nil || !errors.Is(err, context.Canceled)) {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			// A room that was stopped while it was still starting has not failed.
			return nil
		})
	}
	// A room that fails takes the servers down with it.
	serversCtx, stopServers := context.WithCancel(ctx)
	defer stopServers()
	stopOnFailure := context.AfterFunc(roomsCtx, stopServers)
	defer stopOnFailure()

	servers, serversCtx := errgroup.WithContext(serversCtx)
	servers.Go(func() error {
		return httpserver.Serve(serversCtx, c.https, httpserver.Options{
			Handler: handler, Log: c.log, OnStop: c.hub.Close,
			TLS: &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.ca.certificate},
		})
	})
	servers.Go(func() error {
		return httpserver.Serve(serversCtx, c.http, httpserver.Options{Handler: handler, Log: c.log, OnStop: c.hub.Close})
	})
	err := servers.Wait()
	stopRooms()
	return errors.Join(err, rooms.Wait())
}

// Close gives back what New took, for a cloud that is never run.
func (c *Cloud) Close() error {
	var errs []error
	for _, l := range []*httpserver.Listener{c.https, c.http} {
		if l != nil {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if c.sip != nil {
		errs = append(errs, c.sip.Close())
	}
	if c.db != nil {
		errs = append(errs, c.db.Close())
	}
	if c.temporary != "" {
		errs = append(errs, os.RemoveAll(c.temporary))
	}
	return errors.Join(errs...)
}

// HTTPSURL is the https origin of every protocol plane, without a trailing slash.
func (c *Cloud) HTTPSURL() string { return "https://" + c.https.Authority() }

// HTTPURL is the http origin: the pages, and the same planes.
func (c *Cloud) HTTPURL() string { return "http://" + c.http.Authority() }

// HostName is host:port of HTTPSURL, the hostName of every communication resource.
func (c *Cloud) HostName() string { return c.https.Authority() }

// SIPAddress is host:port of the SIP trunk's UDP and TCP, SIPSAddress of its TLS;
// empty without a trunk.
func (c *Cloud) SIPAddress() string {
	if c.sip == nil {
		return ""
	}
	return c.sip.Address()
}

// SIPSAddress is that of TLS.
func (c *Cloud) SIPSAddress() string {
	if c.sip == nil {
		return ""
	}
	return c.sip.SecureAddress()
}

// CAFile is the path of the PEM file with the certificate authority.
func (c *Cloud) CAFile() string { return c.ca.file }

// CAPool trusts that authority alone.
func (c *Cloud) CAPool() *x509.CertPool { return c.ca.pool() }

// ConnectionString is that of the seeded communication resource with its
// well-known key.
func (c *Cloud) ConnectionString() string {
	return "endpoint=" + c.HTTPSURL() + "/;accesskey=" + wellknown.ACSPrimaryKey
}
