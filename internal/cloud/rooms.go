package cloud

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/arm"
	"guichet/internal/cloud/calling"
	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/cloud/graph"
	"guichet/internal/cloud/handset"
	"guichet/internal/cloud/sip"
)

// maxSkew is how far the date of a signed ACS request may be from the cloud's
// clock. Azure's own limit is not documented; this is the one of its sibling with
// the same scheme, App Configuration, and is far longer than the JavaScript
// client goes on retrying with the date of its first attempt.
const maxSkew = 15 * time.Minute

// openRooms migrates the database and makes the rooms, in the order in which
// they need each other: entra, eventgrid, arm, graph, carrier, acs, calling,
// handset.
func (c *Cloud) openRooms(ctx context.Context, o Options) error {
	err := c.db.Migrate(ctx, entra.Migrations, arm.Migrations, eventgrid.Migrations, acs.Migrations(), carrier.Migrations(), calling.Migrations())
	if err != nil {
		return err
	}
	unknown := http.HandlerFunc(c.unknown)
	c.entra, err = entra.New(ctx, entra.Options{DB: c.db, Clock: c.clock, Log: c.log, BaseURL: c.HTTPSURL(), Unknown: unknown})
	if err != nil {
		return err
	}
	c.grid, err = eventgrid.New(ctx, eventgrid.Options{
		DB: c.db, Clock: c.clock, Log: c.log, Tokens: c.entra, Hub: c.hub, BaseURL: c.HTTPSURL(), Roots: c.webhookRoots(o),
		BlobDir: filepath.Join(c.dir, "blobs"), Schedule: o.RetrySchedule, Faults: c.faults, Unknown: unknown,
	})
	if err != nil {
		return err
	}
	c.arm, err = arm.New(ctx, arm.Options{
		DB: c.db, Clock: c.clock, Log: c.log, Directory: c.entra, EventGrid: c.grid, BaseURL: c.HTTPSURL(), HostName: c.HostName(),
		Unknown: unknown,
	})
	if err != nil {
		return err
	}
	c.graph = graph.New(graph.Options{
		Directory: c.entra, Clock: c.clock, Log: c.log, BaseURL: c.HTTPSURL(), Changed: c.grid.ForgetTokens, Unknown: unknown,
	})
	c.grid.AuthorizeSenders(c.arm.MaySend)
	c.carrier, err = carrier.New(ctx, carrier.Options{DB: c.db, Clock: c.clock, Log: c.log, Hub: c.hub})
	if err != nil {
		return err
	}
	c.acs, err = acs.New(ctx, acs.Options{
		DB: c.db, Clock: c.clock, Log: c.log, Services: services{c.arm}, Tokens: tokens{c.entra, c.arm}, Events: c.grid,
		Carrier: c.carrier, Authorities: []string{c.https.Authority(), c.http.Authority()}, MaxSkew: maxSkew,
	})
	if err != nil {
		return err
	}
	c.carrier.Connect(c.acs)
	c.calling, err = calling.New(calling.Options{
		DB: c.db, Clock: c.clock, Log: c.log, Gate: c.acs, Files: c.acs, Lines: c.acs, Services: services{c.arm}, Events: c.grid, Hub: c.hub,
		CustomerTopic: carrier.Topic, BaseURL: c.HTTPSURL(), Roots: c.webhookRoots(o),
		Dir: filepath.Join(c.dir, "recordings"), RecordingHost: c.recordingHost(o),
	})
	if err != nil {
		return err
	}
	c.handset = handset.New(handset.Options{
		Clock: c.clock, Log: c.log, Network: c.calling, Customers: c.carrier, Hub: c.hub, Topic: carrier.Topic,
	})
	c.calling.Attach(c.handset)

	if err := c.openTrunk(o); err != nil {
		return err
	}
	c.rooms = []room{
		{"entra", c.entra.Run}, {"eventgrid", c.grid.Run}, {"carrier", c.carrier.Run}, {"acs", c.acs.Run}, {"calling", c.calling.Run},
		{"handset", c.handset.Run},
	}
	if c.sip != nil {
		c.rooms = append(c.rooms, room{"sip", c.sip.Run})
	}
	c.planes = map[string]http.Handler{
		planeEntra: c.entra, planeGraph: c.graph, planeARM: c.arm, planeEventGrid: c.grid, planeACS: c.acs.Handler(c.calling.Handler(unknown)),
	}
	c.controlRoutes()
	return nil
}

// openTrunk takes the addresses of the SIP trunk, if there is to be one: its phones
// are called before virtual ones, the network when there are neither.
func (c *Cloud) openTrunk(o Options) error {
	if o.SIP.Listen == "" {
		return nil
	}
	var err error
	c.sip, err = sip.New(sip.Options{
		Listen: o.SIP.Listen, RTP: o.SIP.RTP, User: o.SIP.User, Password: o.SIP.Password, Transport: o.SIP.Transport,
		Clock: c.clock, Log: c.log, Calls: c.calling, Lines: c.acs, Routes: c.acs,
		Certificate: c.ca.certificate, Roots: c.webhookRoots(o),
	})
	if err != nil {
		return err
	}
	c.calling.Attach(c.sip.Phones())
	c.calling.AttachLast(c.sip.Network())
	return nil
}

// webhookRoots are the authorities that a webhook's certificate may come from:
// the machine's, the cloud's own and those of the options.
func (c *Cloud) webhookRoots(o Options) *x509.CertPool {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AddCert(c.ca.cert)
	roots.AppendCertsFromPEM(o.WebhookRoots)
	return roots
}

// recordingHost is the origin of recorded files: the cloud's own unless another
// name is given, at the same port.
func (c *Cloud) recordingHost(o Options) string {
	if o.RecordingHost == "" {
		return c.HTTPSURL()
	}
	return "https://" + net.JoinHostPort(o.RecordingHost, strconv.Itoa(c.https.Port()))
}

// services tells the data plane of the resources that ARM keeps.
type services struct{ arm *arm.ARM }

func (s services) Services(ctx context.Context) ([]acs.Service, error) {
	resources, err := s.arm.Services(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]acs.Service, 0, len(resources))
	for _, r := range resources {
		service := acs.Service{ID: r.ID, ImmutableID: r.ImmutableID, HostName: r.HostName}
		if !r.DisableLocalAuth {
			service.Keys = []string{r.PrimaryKey, r.SecondaryKey}
		}
		list = append(list, service)
	}
	return list, nil
}

// tokens lets the data plane honour Entra tokens of principals that hold a role
// on the resource.
type tokens struct {
	entra *entra.Entra
	arm   *arm.ARM
}

// acsAudiences are the audiences of the data plane.
var acsAudiences = []string{"https://communication.azure.com", "1fd5118e-2576-4263-8130-9503064c837a"}

func (t tokens) Authorize(ctx context.Context, token string, s acs.Service) (bool, error) {
	claims, err := t.entra.Verify(ctx, token, acsAudiences...)
	if err != nil {
		return false, err
	}
	return t.arm.MayUseService(ctx, claims.ObjectID, s.ID)
}
