package doctor

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"testing"

	"guichet/internal/desk/doctor"
	"guichet/internal/desk/people"
	"guichet/internal/platform/sqlstore/sqlstoretest"
	"guichet/localcloud"
)

// visitor uses the desk's API.
type visitor struct {
	b      *bench
	client *http.Client
}

func (b *bench) as(role people.Role) *visitor {
	b.t.Helper()
	_, err := b.People().Add(b.t.Context(), "test", people.NewUser{
		Email: string(role) + "@contoso.example", Name: string(role), Role: role, Password: "long enough",
	})
	if err != nil {
		b.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	v := &visitor{b, &http.Client{Jar: jar}}
	v.do("POST", "/api/session", "en", `{"email":"`+string(role)+`@contoso.example","password":"long enough"}`, 200, nil)
	return v
}

func (v *visitor) do(method, path, language, body string, status int, into any) {
	v.b.t.Helper()
	req, err := http.NewRequestWithContext(v.b.t.Context(), method, v.b.URL()+path, bytes.NewReader([]byte(body)))
	if err != nil {
		v.b.t.Fatal(err)
	}
	req.Header.Set("Accept-Language", language)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != status {
		v.b.t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			v.b.t.Fatal(err)
		}
	}
}

type healthLine struct{ Check, Group, State, Code, Title, Seen, Do, Command, Page string }

type health struct {
	State              string
	Healthy, SignedIn  bool
	Done, Total        int
	StartedAt, EndedAt *string
	Lines              []healthLine
}

// The API runs the same examination for the page: one at a time, with a sign-in
// for one run, in the language of who asks; for administrators only.
func TestTheAPIExamines(t *testing.T) {
	t.Parallel()
	b := newConnected(t)
	agent, admin := b.as(people.Agent), b.as(people.Administrator)
	agent.do("GET", "/api/health", "en", "", 403, nil)
	agent.do("POST", "/api/health/run", "en", `{}`, 403, nil)

	var h health
	admin.do("GET", "/api/health", "en", "", 200, &h)
	if h.State != "none" || len(h.Lines) != 0 || h.StartedAt != nil {
		t.Errorf("before the first: %+v", h)
	}
	end := func(language string) health {
		t.Helper()
		var h health
		done := 0
		b.eventually("the examination ends", func() bool {
			h = health{}
			admin.do("GET", "/api/health", language, "", 200, &h)
			if h.Done < done || h.State == "done" != (h.EndedAt != nil) {
				t.Fatalf("%d, then %+v", done, h)
			}
			done = h.Done
			return h.State == "done"
		})
		return h
	}
	state := func(h health, check string) string {
		i := slices.IndexFunc(h.Lines, func(l healthLine) bool { return l.Check == check })
		if i < 0 {
			return ""
		}
		return h.Lines[i].State
	}
	admin.do("POST", "/api/health/run", "en", `{}`, 200, &h)
	if h.State == "none" || h.Total != doctor.Total() {
		t.Errorf("begun: %+v", h)
	}
	if h = end("en"); !h.Healthy || h.SignedIn || h.Done != h.Total || state(h, "key") != "ok" || state(h, "storedKey") != "skipped" {
		t.Errorf("without a sign-in: %+v", h)
	}

	for _, wrong := range []string{
		`{"tenantId":"t","clientId":"` + localcloud.ClientID + `","clientSecret":"s"}`, `{"tenantId":"` + localcloud.TenantID + `"}`,
	} {
		admin.do("POST", "/api/health/run", "en", wrong, 422, nil)
	}
	given, _ := json.Marshal(map[string]string{
		"tenantId": localcloud.TenantID, "clientId": localcloud.ClientID, "clientSecret": localcloud.ClientSecret,
	})
	// Resource Manager is slow, so that one is under way when another is asked for.
	b.control(http.MethodPost, "faults", `{"kind":"request","path":"/subscriptions","latencyMs":300,"count":1}`, nil)
	admin.do("POST", "/api/health/run", "en", string(given), 200, nil)
	admin.do("POST", "/api/health/run", "en", `{}`, 409, nil)
	if h = end("fr"); !h.Healthy || !h.SignedIn || state(h, "storedKey") != "ok" || h.Lines[0].Seen != "Connecté à contoso-acs." {
		t.Errorf("with a sign-in: %+v", h)
	}
	b.stop()
	if text := b.written(); bytes.Contains(text, []byte(localcloud.ClientSecret)) {
		t.Error("the client secret is in the data folder")
	}
}

// The desk on PostgreSQL says the same.
func TestOnPostgreSQL(t *testing.T) {
	t.Parallel()
	b := newConnectedOn(t, sqlstoretest.Postgres(t))
	if got := wrong(b.examine()); len(got) != 0 {
		t.Errorf("healthy: %v", got)
	}
	b.post("sms", "")
	b.edit(`DELETE FROM phone_number WHERE number = $1`, localcloud.NumberGeographic)
	b.edit(insertEvent, "failed", 1, "the event cannot be read")
	b.edit(insertJob, "dead", 7, 0, "the resource answered 500", int64(1)<<52)
	if got, want := wrong(b.examine()), []string{"jobs.dead", "ledger.failed", "numbers.missing", "refused.noToken"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}
