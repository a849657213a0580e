package arm

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/entra"
	"guichet/internal/cloud/eventgrid"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const cloudURL = "https://cloud.test"

var epoch = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// plane is the management plane with the directory and the broker behind it.
type plane struct {
	*ARM
	t     testing.TB
	entra *entra.Entra
	clock *clock.Manual
	token string
}

func newPlane(t testing.TB) *plane {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	db, err := sqlstore.Open(ctx, sqlstore.Options{DSN: filepath.Join(t.TempDir(), "cloud.db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx, entra.Migrations, Migrations, eventgrid.Migrations); err != nil {
		t.Fatal(err)
	}
	p := &plane{t: t, clock: clock.NewManual(epoch)}
	log := slog.New(slog.DiscardHandler)
	unknown := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	if p.entra, err = entra.New(ctx, entra.Options{DB: db, Clock: p.clock, Log: log, BaseURL: cloudURL, Unknown: unknown}); err != nil {
		t.Fatal(err)
	}
	grid, err := eventgrid.New(ctx, eventgrid.Options{
		DB: db, Clock: p.clock, Log: log, Tokens: p.entra, Hub: bus.New(10), BaseURL: cloudURL, BlobDir: t.TempDir(), Unknown: unknown,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.ARM, err = New(ctx, Options{
		DB: db, Clock: p.clock, Log: log, Directory: p.entra, EventGrid: grid, BaseURL: cloudURL, HostName: "cloud.test", Unknown: unknown,
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- grid.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = db.Close()
	})
	p.token = p.mint("https://management.azure.com")
	return p
}

// mint makes a token of the tools for a resource.
func (p *plane) mint(resource string) string {
	p.t.Helper()
	token, err := p.entra.Mint(p.t.Context(), entra.TokenRequest{TenantID: wk.TenantID, ClientID: wk.ToolsClientID, Resource: resource})
	if err != nil {
		p.t.Fatal(err)
	}
	return token.Value
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	body map[string]any
}

// code is that of the error envelope.
func (a answer) code() string {
	envelope, _ := a.body["error"].(map[string]any)
	code, _ := envelope["code"].(string)
	return code
}

// send makes a request with an Authorization header.
func (p *plane) send(method, target, authorization, body string) answer {
	p.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	p.ServeHTTP(a, r)
	_ = json.Unmarshal(a.Body.Bytes(), &a.body)
	return a
}

// do makes a request with a good token and api-version.
func (p *plane) do(method, path, body string) answer {
	p.t.Helper()
	return p.send(method, cloudURL+path+"?api-version=2025-02-15", "Bearer "+p.token, body)
}

// makeOwner makes the tools Owner of the subscription, as its administrator
// would.
func (p *plane) makeOwner() {
	p.t.Helper()
	role := slices.IndexFunc(builtInRoles, func(r role) bool { return r.name == "Owner" })
	err := p.db.Tx(p.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(p.t.Context(), insertAssignment, "a5510000-0000-4000-8000-000000000002", "/subscriptions/"+wk.SubscriptionID,
			builtInRoles[role].id, wk.ToolsObjectID, "ServicePrincipal", 0)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}
