// Package doctor proves the desk's doctor on a real desk and a real local cloud:
// each fault is made on purpose, and must be named, and nothing else.
package doctor

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/doctor"
	"guichet/internal/desk/setup"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
	"guichet/localcloud"
)

// movedClock is the machine's clock, moved.
type movedClock struct {
	clock.Clock
	by atomic.Int64
}

func (c *movedClock) Now() time.Time { return c.Clock.Now().Add(time.Duration(c.by.Load())) }

// bench is a desk on a local cloud.
type bench struct {
	*desk.Desk
	t     *testing.T
	cloud *localcloud.Cloud
	clock *movedClock
	// options are those of the next start.
	options desk.Options
	// signIn is who examines; nil examines without a sign-in.
	signIn *controlplane.SignIn
	stop   func()
}

var tools = controlplane.SignIn{
	Way: controlplane.Secret, TenantID: localcloud.TenantID, ClientID: localcloud.ClientID,
	ClientSecret: secret.Text(localcloud.ClientSecret),
}

// newBench is a desk that is not connected.
func newBench(t *testing.T) *bench { return newBenchOn(t, "") }

func newBenchOn(t *testing.T, dsn string) *bench {
	t.Helper()
	b := &bench{t: t, cloud: localcloud.Start(t), clock: &movedClock{Clock: clock.System}, signIn: &tools}
	azure := connection.PublicAzure
	azure.Authority, azure.ResourceManager, azure.Graph, azure.CAFile = b.cloud.URL()+"/", b.cloud.URL(), b.cloud.URL(), b.cloud.CAFile()
	b.options = desk.Options{
		DataDir: t.TempDir(), DSN: dsn, Listen: "localhost:0", Azure: azure, Version: "test", Page: http.NotFoundHandler(),
		Clock: b.clock, PasswordCost: 4, Log: slog.New(slog.DiscardHandler),
	}
	b.start()
	// It keeps its address when it starts again.
	b.options.Listen = strings.TrimPrefix(b.URL(), "http://")
	return b
}

// newConnected is a desk that guichet connect has connected.
func newConnected(t *testing.T) *bench { return newConnectedOn(t, "") }

func newConnectedOn(t *testing.T, dsn string) *bench {
	t.Helper()
	b := newBenchOn(t, dsn)
	err := b.Setup().ConnectAutomatically(t.Context(), b.client(tools), setup.Run{
		Target: setup.Target{ResourceName: localcloud.ResourceName, AppID: localcloud.WebhookAppID}, Report: func(setup.Progress) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) start() {
	b.t.Helper()
	d, err := desk.New(b.t.Context(), b.options)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Desk = d
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Error(err)
		}
	})
	b.t.Cleanup(b.stop)
}

// restart stops the desk and starts it with changed options.
func (b *bench) restart(change func(*desk.Options)) {
	b.t.Helper()
	b.stop()
	change(&b.options)
	b.start()
}

func (b *bench) client(in controlplane.SignIn) *controlplane.Client {
	b.t.Helper()
	c, err := b.Azure(in)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// examine gives the lines.
func (b *bench) examine() []doctor.Line {
	b.t.Helper()
	var azure *controlplane.Client
	if b.signIn != nil {
		azure = b.client(*b.signIn)
	}
	return b.Doctor().Examine(b.t.Context(), azure, func(doctor.Line, int) {})
}

// edit changes what the desk has stored, behind its back.
func (b *bench) edit(query string, args ...any) {
	b.t.Helper()
	db, err := desk.OpenStore(b.t.Context(), b.options.DataDir, b.options.DSN)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	n := int64(0)
	err = db.Tx(b.t.Context(), func(tx *sql.Tx) (err error) {
		n, err = sqlstore.Exec(b.t.Context(), tx, query, args...)
		return err
	})
	if err != nil || n == 0 {
		b.t.Fatalf("%s: %d rows, %v", query, n, err)
	}
}

// connect stores five values without asking anybody.
func (b *bench) connect(change func(*connection.Values)) {
	b.t.Helper()
	db, err := desk.OpenStore(b.t.Context(), b.options.DataDir, b.options.DSN)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	box, err := secret.Open(filepath.Join(b.options.DataDir, "desk.key"))
	if err != nil {
		b.t.Fatal(err)
	}
	v := connection.Values{
		ResourceName: localcloud.ResourceName, ResourceID: localcloud.ResourceID, ConnectionString: secret.Text(b.cloud.ConnectionString()),
		AppID: localcloud.WebhookAppID, TenantID: localcloud.TenantID,
	}
	change(&v)
	_, err = connection.New(db, b.clock, box, b.options.Azure, b.cloud.Client()).
		Connect(b.t.Context(), v, func(*sql.Tx, string, string, string) error { return nil })
	if err != nil {
		b.t.Fatal(err)
	}
}

// string of the resource with another endpoint.
func (b *bench) at(endpoint string) func(*connection.Values) {
	return func(v *connection.Values) {
		v.ConnectionString = secret.Text("endpoint=" + endpoint + "/;accesskey=" + localcloud.AccessKey)
	}
}

// current is the connection.
func (b *bench) current() connection.Connection {
	b.t.Helper()
	db, err := desk.OpenStore(b.t.Context(), b.options.DataDir, b.options.DSN)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	c, err := connection.New(db, b.clock, nil, b.options.Azure, nil).Last(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) webhook(kind string) string {
	return b.URL() + "/webhooks/" + kind + "/" + b.current().ID
}

// call makes a request and reads the JSON of its answer, whose status must be one
// of 200 to 204.
func (b *bench) call(method, address, token, body string, into any) http.Header {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := b.cloud.Client().Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		b.t.Fatalf("%s %s: %s %s %v", method, address, resp.Status, text, err)
	}
	if into != nil {
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(into); err != nil {
			b.t.Fatal(err)
		}
	}
	return resp.Header
}

// control calls the cloud's own control API.
func (b *bench) control(method, path, body string, into any) {
	b.t.Helper()
	b.call(method, b.cloud.HTTPURL()+"/_guichet/"+path, "", body, into)
}

// token is one for the service principal for tools.
func (b *bench) token(scope string) string {
	b.t.Helper()
	return b.tokenOf(registered{SignIn: tools}, scope)
}

func (b *bench) tokenOf(in registered, scope string) string {
	b.t.Helper()
	resp, err := b.cloud.Client().PostForm(b.cloud.URL()+"/"+in.TenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {in.ClientID}, "client_secret": {in.ClientSecret.Reveal()},
		"scope": {scope + "/.default"},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.Token == "" {
		b.t.Fatalf("no token: %s %v", resp.Status, err)
	}
	return out.Token
}

// arm changes Azure's side, and waits for the end of what takes a while.
func (b *bench) arm(method, path, body string) {
	b.t.Helper()
	token := b.token(localcloud.ResourceManagerAudience)
	version := "?api-version=2025-02-15"
	if strings.Contains(path, "Microsoft.Communication/") {
		version = "?api-version=2023-04-01"
	}
	header := b.call(method, b.cloud.URL()+path+version, token, body, nil)
	watch := header.Get("Azure-AsyncOperation")
	if watch == "" {
		return
	}
	b.eventually(method+" "+path, func() bool {
		var operation struct{ Status string }
		b.call(http.MethodGet, watch, token, "", &operation)
		return operation.Status == "Succeeded" || operation.Status == "Failed"
	})
}

func (b *bench) graph(method, path, body string, into any) {
	b.t.Helper()
	b.call(method, b.cloud.URL()+"/v1.0/"+path, b.token("https://graph.microsoft.com"), body, into)
}

const groupID = "/subscriptions/" + localcloud.SubscriptionID + "/resourceGroups/" + localcloud.ResourceGroup

const topicID = groupID + "/providers/Microsoft.EventGrid/systemTopics/" + localcloud.ResourceName + "-events"

// subscribe puts the SMS subscription, or another, in place with a change.
func (b *bench) subscribe(name string, change func(p, hook, filter map[string]any)) {
	b.t.Helper()
	hook := map[string]any{
		"endpointUrl": b.webhook("sms"), "azureActiveDirectoryTenantId": localcloud.TenantID,
		"azureActiveDirectoryApplicationIdOrUri": localcloud.WebhookAppID,
	}
	filter := map[string]any{"includedEventTypes": []string{
		"Microsoft.Communication.SMSReceived", "Microsoft.Communication.SMSDeliveryReportReceived",
	}}
	p := map[string]any{
		"destination": map[string]any{"endpointType": "WebHook", "properties": hook}, "filter": filter,
		"eventDeliverySchema": "EventGridSchema",
	}
	change(p, hook, filter)
	body, err := json.Marshal(map[string]any{"properties": p})
	if err != nil {
		b.t.Fatal(err)
	}
	b.arm(http.MethodPut, topicID+"/eventSubscriptions/"+name, string(body))
}

// post calls a webhook of the desk as a stranger would.
func (b *bench) post(kind, token string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.webhook(kind), strings.NewReader(`[]`))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode < 400 {
		b.t.Fatalf("the call was accepted: %s", resp.Status)
	}
}

func (b *bench) eventually(what string, met func() bool) {
	b.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !met(); <-tick.C {
		if time.Now().After(deadline) {
			b.t.Fatalf("never: %s", what)
		}
	}
}

// serve starts a server that is not the desk.
func (b *bench) serve(handler http.HandlerFunc) string {
	server := httptest.NewServer(handler)
	b.t.Cleanup(server.Close)
	return server.URL
}

// closedPort is an address at which nothing listens.
func (b *bench) closedPort() string {
	b.t.Helper()
	ln, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// written is everything that the stopped desk has written.
func (b *bench) written() []byte {
	b.t.Helper()
	files, err := filepath.Glob(filepath.Join(b.options.DataDir, "*"))
	if err != nil {
		b.t.Fatal(err)
	}
	var all []byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, text...)
	}
	return all
}
