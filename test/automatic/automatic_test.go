package automatic

import (
	"net/url"
	"strings"
	"testing"

	"guichet/localcloud"
)

var seeded = fields{"appId": localcloud.WebhookAppID, "testNumber": localcloud.HandsetNumber}

// The whole way: what would be done, done with every step shown, proven by a
// text, nothing left to do, undone.
func TestConnectsAndChangesNothingTwice(t *testing.T) {
	h := newHouse(t)
	h.do("POST", "/api/connection/automatic/run", fields{"kind": "plan"}, 409, nil)
	h.signInAsTools()
	var choices struct {
		Subscriptions []struct{ ID, Name string }
		Resources     []struct{ Group, Name string }
		Groups        []struct{ Name string }
	}
	h.do("GET", "/api/connection/automatic/choices?subscriptionId="+localcloud.SubscriptionID, nil, 200, &choices)
	if len(choices.Subscriptions) != 1 || len(choices.Resources) != 1 || choices.Resources[0].Name != localcloud.ResourceName || len(choices.Groups) != 1 {
		t.Errorf("choices: %+v", choices)
	}
	var conditions struct {
		Items []struct{ Name, State string }
	}
	h.do("GET", "/api/connection/conditions", nil, 200, &conditions)
	for _, c := range conditions.Items {
		if c.State != "met" {
			t.Errorf("condition %s is %s", c.Name, c.State)
		}
	}

	plan := h.run("plan", seeded, "done")
	for step, want := range map[string]string{"resource": "right", "desk": "would", "topic": "would", "sms": "would"} {
		if state, _, _ := plan.step(step); state != want {
			t.Errorf("planned %s: %s, not %s", step, state, want)
		}
	}
	var c struct{ State string }
	if h.do("GET", "/api/connection", nil, 200, &c); c.State != "none" {
		t.Errorf("the plan changed the desk: %s", c.State)
	}

	done := h.run("connect", seeded, "done")
	for _, step := range done.Run.Steps {
		if step.State != "right" && step.State != "done" {
			t.Errorf("%s ended %s", step.Step, step.State)
		}
	}
	if state, detail, _ := done.step("test"); state != "done" || !strings.Contains(detail, "Delivered") {
		t.Errorf("the test text: %s %s", state, detail)
	}
	if h.do("GET", "/api/connection", nil, 200, &c); c.State != "connected" {
		t.Errorf("the desk is %s", c.State)
	}
	if done.SignIn.State != "none" {
		t.Error("the sign-in outlived the run")
	}

	h.signInAsTools()
	again := h.run("connect", fields{}, "done")
	for _, step := range again.Run.Steps {
		if step.State != "right" {
			t.Errorf("the second time %s was %s: %s", step.Step, step.State, step.Detail)
		}
	}

	h.signInAsTools()
	undone := h.run("undo", fields{}, "done")
	if len(undone.Run.Steps) < 5 {
		t.Errorf("undone: %+v", undone.Run.Steps)
	}
	if h.topics() != 0 {
		t.Error("the system topic stays")
	}
	if h.do("GET", "/api/connection", nil, 200, &c); c.State != "disconnected" {
		t.Errorf("after undoing the desk is %s", c.State)
	}
}

func (h *house) topics() int {
	h.t.Helper()
	var list struct{ Value []struct{ Name string } }
	h.azure(arm, "GET", "/subscriptions/"+localcloud.SubscriptionID+"/resourceGroups/"+localcloud.ResourceGroup+
		"/providers/Microsoft.EventGrid/systemTopics?api-version=2025-02-15", nil, &list)
	return len(list.Value)
}

// principal makes an application that may sign in and owns the webhook's.
func (h *house) principal() (objectID, clientID, secret string) {
	h.t.Helper()
	var app, sp struct{ ID, AppID string }
	h.azure(graph, "POST", "/v1.0/applications", fields{"displayName": "newcomer"}, &app)
	h.azure(graph, "POST", "/v1.0/servicePrincipals", fields{"appId": app.AppID}, &sp)
	var password struct{ SecretText string }
	h.azure(graph, "POST", "/v1.0/applications/"+app.ID+"/addPassword", fields{"passwordCredential": fields{"displayName": "x"}}, &password)
	var found struct{ Value []struct{ ID string } }
	h.azure(graph, "GET", "/v1.0/applications?$filter="+url.QueryEscape("appId eq '"+localcloud.WebhookAppID+"'"), nil, &found)
	if len(found.Value) != 1 || password.SecretText == "" || sp.ID == "" {
		h.t.Fatalf("no principal: %+v %+v", sp, found)
	}
	h.azure(graph, "POST", "/v1.0/applications/"+found.Value[0].ID+"/owners/$ref",
		fields{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/" + sp.ID}, nil)
	return sp.ID, app.AppID, password.SecretText
}

// Who lacks a role reads the exact command; once it was run the same run goes on.
func TestGoesOnAfterTheMissingRoleIsGiven(t *testing.T) {
	h := newHouse(t)
	id, client, secret := h.principal()
	h.signIn(client, secret)
	give := func(role string) {
		h.control("POST", "/_guichet/arm/roleAssignments",
			fields{"scope": "/subscriptions/" + localcloud.SubscriptionID, "role": role, "principalId": id})
	}
	target := fields{"subscriptionId": localcloud.SubscriptionID, "appId": localcloud.WebhookAppID}
	command := "az role assignment create --role Contributor --assignee-object-id " + id + " --assignee-principal-type ServicePrincipal --scope /subscriptions/" +
		localcloud.SubscriptionID
	blocked := h.run("connect", target, "blocked")
	if state, _, got := blocked.step("subscription"); state != "blocked" || got != command {
		t.Errorf("no role: %s, %q", state, got)
	}
	give("Reader")
	h.do("POST", "/api/connection/automatic/run/again", nil, 200, nil)
	blocked = h.ended("blocked")
	state, detail, got := blocked.step("rights")
	if state != "blocked" || got != command+"/resourceGroups/"+localcloud.ResourceGroup || !strings.Contains(detail, "listKeys") {
		t.Errorf("a reader: %s, %s, %q", state, detail, got)
	}
	give("Contributor")
	h.do("POST", "/api/connection/automatic/run/again", nil, 200, nil)
	h.ended("done")
}

// A refused sign-in is told by Entra's code.
func TestTellsARefusedSignIn(t *testing.T) {
	h := newHouse(t)
	h.do("POST", "/api/connection/automatic/sign-in", fields{"way": "secret", "tenantId": localcloud.TenantID}, 422, nil)
	h.do("POST", "/api/connection/automatic/sign-in", fields{"way": "cli"}, 422, nil)
	h.do("POST", "/api/connection/automatic/sign-in",
		fields{"way": "secret", "tenantId": localcloud.TenantID, "clientId": localcloud.ClientID, "clientSecret": "wrong"}, 200, nil)
	s := h.until("refused", func(s standing) bool { return s.SignIn.State == "failed" })
	if !strings.Contains(s.SignIn.Problem, "AADSTS7000215") {
		t.Errorf("a wrong secret: %s", s.SignIn.Problem)
	}
}

// fault has the cloud misbehave and gives the way back.
func (h *house) fault(f fields) (mend func()) {
	h.t.Helper()
	h.control("POST", "/_guichet/faults", f)
	return func() { h.t.Helper(); h.control("DELETE", "/_guichet/faults", nil) }
}

// A desk that is stopped in the middle says so afterwards, asks for the sign-in
// again, goes on, and has made nothing twice.
func TestResumesAfterTheDeskWasStopped(t *testing.T) {
	h := newHouse(t)
	mend := h.fault(fields{"kind": "handshake"})
	h.signInAsTools()
	h.do("POST", "/api/connection/automatic/run", fields{"kind": "connect"}, 200, nil)
	waiting := h.until("the handshake is waited for", func(s standing) bool {
		state, _, _ := s.step("recording")
		return state == "waiting"
	})
	for _, step := range waiting.Run.Steps {
		if step.Step == "recording" && (step.PatienceSeconds != 900 || step.Detail == "") {
			t.Errorf("what is waited for is not said: %+v", step)
		}
	}
	h.do("POST", "/api/connection/automatic/run", fields{"kind": "connect"}, 409, nil)
	h.stop()
	h.start()
	if s := h.standing(); s.Run.State != "interrupted" || s.SignIn.State != "none" {
		t.Errorf("after the stop: %+v", s)
	}
	h.do("POST", "/api/connection/automatic/run/again", nil, 409, nil)
	mend()
	h.signInAsTools()
	h.do("POST", "/api/connection/automatic/run/again", nil, 200, nil)
	done := h.ended("done")
	for _, name := range []string{"application", "desk", "topic"} {
		if state, _, _ := done.step(name); state != "right" {
			t.Errorf("%s was made again: %s", name, state)
		}
	}
	if h.topics() != 1 || h.applications() != 1 {
		t.Errorf("%d topics, %d applications", h.topics(), h.applications())
	}
	h.signInAsTools()
	h.run("undo", fields{}, "done")
	if h.topics() != 0 || h.applications() != 0 {
		t.Errorf("undone: %d topics, %d applications stay", h.topics(), h.applications())
	}
}

func (h *house) applications() int {
	h.t.Helper()
	var found struct{ Value []struct{ ID string } }
	h.azure(graph, "GET", "/v1.0/applications?$filter="+url.QueryEscape("displayName eq 'Guichet Event Grid webhook'"), nil, &found)
	return len(found.Value)
}

// A run that waits is cancelled at once, and what it made before it connected is
// undone too.
func TestCancels(t *testing.T) {
	h := newHouse(t)
	mend := h.fault(fields{"kind": "request", "plane": "arm", "method": "POST", "path": localcloud.ResourceID, "status": 503})
	h.signInAsTools()
	h.do("POST", "/api/connection/automatic/run/cancel", nil, 409, nil)
	h.do("POST", "/api/connection/automatic/run", fields{"kind": "connect"}, 200, nil)
	h.until("the keys are waited for", func(s standing) bool {
		state, _, _ := s.step("desk")
		return state == "running" || state == "waiting"
	})
	h.do("POST", "/api/connection/automatic/run/cancel", nil, 200, nil)
	h.ended("cancelled")
	mend()
	if h.applications() != 1 {
		t.Fatalf("%d applications made before the cancellation", h.applications())
	}
	h.run("undo", fields{}, "done")
	if h.applications() != 0 {
		t.Error("the application stays")
	}
	h.do("DELETE", "/api/connection/automatic/run", nil, 200, nil)
	if s := h.standing(); s.Run != nil {
		t.Errorf("dismissed: %+v", s.Run)
	}
}

// A resource that owns numbers is never deleted, whatever is asked for.
func TestNeverDeletesNumbers(t *testing.T) {
	h := newHouse(t)
	h.signInAsTools()
	h.run("connect", fields{
		"create": true, "subscriptionId": localcloud.SubscriptionID, "resourceGroup": localcloud.ResourceGroup, "resourceName": "new-acs",
		"dataLocation": "Europe", "appId": localcloud.WebhookAppID,
	}, "done")
	var found struct {
		SearchID string
		Numbers  []string
	}
	h.do("POST", "/api/numbers/search", fields{"country": "US", "type": "tollFree", "smsInbound": true, "smsOutbound": true, "callingInbound": true}, 200, &found)
	h.do("POST", "/api/numbers/orders", fields{"searchId": found.SearchID, "numbers": found.Numbers}, 200, nil)
	h.eventually("the number is bought", func() bool {
		var list struct{ Items []struct{ Number string } }
		h.do("GET", "/api/numbers", nil, 200, &list)
		return len(list.Items) == 1
	})
	h.signInAsTools()
	h.do("POST", "/api/connection/automatic/run", fields{"kind": "undo", "deleteResource": true}, 200, nil)
	blocked := h.ended("blocked")
	if state, detail, _ := blocked.step("resource"); state != "blocked" || !strings.Contains(detail, "owns phone numbers (1)") {
		t.Errorf("the resource: %s, %s", state, detail)
	}
	if h.azure(arm, "GET", "/subscriptions/"+localcloud.SubscriptionID+"/resourceGroups/"+localcloud.ResourceGroup+
		"/providers/Microsoft.Communication/communicationServices/new-acs?api-version=2023-04-01", nil, nil) != 200 {
		t.Error("the resource is gone")
	}
}

// A new resource is made with its group; undoing leaves it unless it is asked
// for.
func TestMakesAResource(t *testing.T) {
	h := newHouse(t)
	h.signInAsTools()
	target := fields{
		"create": true, "subscriptionId": localcloud.SubscriptionID, "resourceGroup": "new-rg", "resourceName": "new-acs",
		"dataLocation": "France", "groupLocation": "francecentral", "appId": localcloud.WebhookAppID,
	}
	taken := fields{}
	for k, v := range target {
		taken[k] = v
	}
	taken["dataLocation"] = "Atlantis"
	blocked := h.run("connect", taken, "blocked")
	if state, _, _ := blocked.step("resource"); state != "blocked" {
		t.Errorf("a place that is none: %s", state)
	}
	h.run("connect", target, "done")
	var resource struct {
		Properties struct{ DataLocation string }
	}
	read := func() int {
		return h.azure(arm, "GET", "/subscriptions/"+localcloud.SubscriptionID+
			"/resourceGroups/new-rg/providers/Microsoft.Communication/communicationServices/new-acs?api-version=2023-04-01", nil, &resource)
	}
	if read() != 200 || resource.Properties.DataLocation != "France" {
		t.Errorf("made: %+v", resource)
	}
	h.signInAsTools()
	h.run("undo", fields{}, "done")
	if read() != 200 {
		t.Error("the resource went without being asked for")
	}
	h.signInAsTools()
	h.do("POST", "/api/connection/automatic/run", fields{"kind": "undo", "deleteResource": true}, 200, nil)
	h.ended("done")
	if read() != 404 {
		t.Error("the resource stays")
	}
}
