package desk

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"guichet/internal/desk/people"
)

// form is what an administrator types into the connection dialog.
func (b *bench) form() fields {
	v := b.azure.values()
	return fields{
		"resourceName": v.ResourceName, "resourceId": v.ResourceID, "connectionString": v.ConnectionString.Reveal(),
		"eventGridAppId": v.AppID, "eventGridAppTenantId": v.TenantID, "confirmed": true,
	}
}

func changedForm(form fields, pairs ...string) fields {
	f := maps.Clone(form)
	for i := 0; i < len(pairs); i += 2 {
		f[pairs[i]] = pairs[i+1]
	}
	return f
}

func TestEachWrongValueIsNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		good := b.form()
		delete(good, "confirmed")
		findings := func(form fields, ask bool) map[string]string {
			form = maps.Clone(form)
			form["ask"] = ask
			var out struct {
				Findings []struct{ Field, Code, Message string }
			}
			admin.do("POST", "/api/connection/check", form, 200, &out)
			found := map[string]string{}
			for _, f := range out.Findings {
				found[f.Field] = f.Code
				if f.Message == "" || strings.Contains(f.Message, "{") {
					t.Errorf("%s says %q", f.Code, f.Message)
				}
			}
			return found
		}
		if got := findings(good, true); len(got) != 0 {
			t.Fatalf("honest values: %v", got)
		}
		if got := findings(fields{}, false); len(got) != 0 {
			t.Errorf("nothing typed yet: %v", got)
		}
		if got := findings(fields{}, true); len(got) != 5 {
			t.Errorf("nothing filled in: %v", got)
		}
		id := good["resourceId"].(string)
		key := good["connectionString"].(string)
		for _, c := range []struct {
			form  fields
			ask   bool
			field string
			code  string
		}{
			{changedForm(good, "resourceName", "con toso"), false, "resourceName", "connection.name"},
			{changedForm(good, "resourceId", "contoso"), false, "resourceId", "connection.id"},
			{changedForm(good, "resourceId", id+"/child/x"), false, "resourceId", "connection.id"},
			{changedForm(good, "resourceId", strings.Replace(id, "44444444", "x", 1)), false, "resourceId", "connection.idSubscription"},
			{changedForm(good, "resourceName", "other"), false, "resourceId", "connection.idName"},
			{changedForm(good, "connectionString", "endpoint=https://x/"), false, "connectionString", "connection.string"},
			{changedForm(good, "connectionString", key+"!"), false, "connectionString", "connection.key"},
			{changedForm(good, "connectionString", "endpoint=https://other.france.communication.azure.com/;accesskey="+accessKey), false, "connectionString", "connection.otherResource"},
			{changedForm(good, "connectionString", "endpoint=http://contoso.communication.azure.com/;accesskey="+accessKey), false, "connectionString", "connection.host"},
			{changedForm(good, "eventGridAppId", "app"), false, "eventGridAppId", "connection.guid"},
			{changedForm(good, "eventGridAppId", tenant), false, "eventGridAppId", "connection.sameIds"},
			{changedForm(good, "eventGridAppTenantId", "{"+tenant+"}"), false, "eventGridAppTenantId", "connection.guid"},
			{changedForm(good, "eventGridAppId", otherTenant), true, "eventGridAppId", "connection.appUnknown"},
			{changedForm(good, "eventGridAppId", noPrincipal), true, "eventGridAppId", "connection.noPrincipal"},
			{changedForm(good, "eventGridAppTenantId", otherTenant), true, "eventGridAppTenantId", "connection.tenantUnknown"},
			{changedForm(good, "eventGridAppId", tenant, "eventGridAppTenantId", appID), true, "eventGridAppTenantId", "connection.swapped"},
			{changedForm(good, "connectionString", "endpoint=https://localhost:1/;accesskey="+accessKey), true, "connectionString", "connection.unreachable"},
		} {
			if got := findings(c.form, c.ask); got[c.field] != c.code || len(got) != 1 {
				t.Errorf("%s: %v", c.code, got)
			}
		}
		b.azure.mu.Lock()
		b.azure.numbers = status(http.StatusUnauthorized)
		b.azure.mu.Unlock()
		if got := findings(good, true); got["connectionString"] != "connection.keyRefused" || len(got) != 1 {
			t.Errorf("a refused key: %v", got)
		}
	})
}

func TestDisconnectAndReconnect(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		var before, after, p fields
		admin.do("GET", "/api/connection", nil, 200, &before)
		form := b.form()
		other := changedForm(form, "resourceId", strings.Replace(form["resourceId"].(string), "/g/", "/h/", 1))
		admin.do("POST", "/api/connection", other, 409, &p)
		if p["code"] != "connection.exists" {
			t.Errorf("a second resource: %v", p)
		}

		admin.do("DELETE", "/api/connection", nil, 200, &after)
		if after["state"] != "disconnected" || admin.list("/api/numbers")[0]["detached"] != true {
			t.Errorf("disconnected: %v, %v", after, admin.list("/api/numbers"))
		}
		var stored string
		if err := b.db.Read().QueryRowContext(t.Context(), `SELECT connection_string FROM connection`).Scan(&stored); err != nil || stored != "" {
			t.Errorf("the secret stays: %q, %v", stored, err)
		}
		admin.do("DELETE", "/api/connection", nil, 409, nil)
		admin.do("POST", "/api/numbers/sync", nil, 409, nil)
		if got := b.deliver(b.azure.token(), batch(received("1", "hello"))); got != http.StatusNotFound {
			t.Errorf("a delivery after the end: %d", got)
		}

		unconfirmed := b.form()
		unconfirmed["confirmed"] = false
		admin.do("POST", "/api/connection", unconfirmed, 422, &p)
		if p["code"] != "connection.unconfirmed" {
			t.Errorf("unconfirmed: %v", p)
		}
		admin.accept = "fr"
		admin.do("POST", "/api/connection", changedForm(form, "resourceName", "x y", "eventGridAppId", "z"), 422, &p)
		if errs := p["errors"].([]any); len(errs) < 2 {
			t.Errorf("several wrong fields: %v", p)
		}

		admin.do("POST", "/api/connection", form, 200, &after)
		if after["state"] != "connected" || after["webhooks"].(fields)["sms"] != before["webhooks"].(fields)["sms"] {
			t.Errorf("reconnected: %v", after)
		}
		if n := admin.list("/api/numbers"); len(n) != 1 || n[0]["detached"] != false {
			t.Errorf("numbers after the reconnection: %v", n)
		}
	})
}

func TestReconnectionNeedsTheFirstApplication(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		if _, err := b.setup.Disconnect(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
		for code, change := range map[string][2]string{
			"connection.otherApp":    {"app", otherTenant},
			"connection.otherTenant": {"tenant", otherTenant},
		} {
			v := b.azure.values()
			if change[0] == "app" {
				v.AppID = change[1]
			} else {
				v.TenantID = change[1]
			}
			_, err := b.connections.Connect(t.Context(), v, unaudited)
			if err == nil || !strings.HasPrefix(err.Error(), code) {
				t.Errorf("%s: %v", code, err)
			}
		}
	})
}

// A key is regenerated in Azure: texts wait, the page says why, and they go out
// when the new connection string is pasted.
func TestRotationLosesNoText(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		b.receive(received("1", "hello"))
		b.settled()
		id := admin.list("/api/conversations")[0]["id"].(string)
		admin.do("POST", "/api/conversations/"+id+"/assign", nil, 200, nil)
		refusals := func(n int) {
			b.azure.mu.Lock()
			defer b.azure.mu.Unlock()
			b.azure.answers = nil
			for range n {
				b.azure.answers = append(b.azure.answers, status(http.StatusUnauthorized))
			}
		}
		refusals(100)
		path := "/api/conversations/" + id + "/messages"
		admin.do("POST", path, fields{"text": "waits"}, 201, nil)
		key := func() any {
			var c fields
			admin.do("GET", "/api/connection", nil, 200, &c)
			return c["key"]
		}
		b.eventually("the page says that the key is refused", func() bool { return key() == "refused" })
		refusals(0)
		admin.do("PUT", "/api/connection/connection-string", fields{"connectionString": "endpoint=x"}, 422, nil)
		admin.do("PUT", "/api/connection/connection-string", fields{"connectionString": b.form()["connectionString"]}, 200, nil)
		b.eventually("the text goes out", func() bool { return admin.list(path)[1]["delivery"] == "sent" })
		if key() != "" || b.azure.texts() != 1 {
			t.Errorf("key %v, %d texts", key(), b.azure.texts())
		}
	})
}
