package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/entra"
	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

const base = "https://cloud.test"

var epoch = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// plane is Graph over a directory of its own.
type plane struct {
	*Graph
	t         testing.TB
	directory *entra.Entra
	control   *http.ServeMux
	changes   int
	token     string
}

func newPlane(t testing.TB) *plane {
	t.Helper()
	ctx := context.Background()
	db, err := sqlstore.Open(ctx, sqlstore.Options{Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx, entra.Migrations); err != nil {
		t.Fatal(err)
	}
	p := &plane{t: t, control: http.NewServeMux()}
	log, now := slog.New(slog.DiscardHandler), clock.NewManual(epoch)
	p.directory, err = entra.New(ctx, entra.Options{DB: db, Clock: now, Log: log, BaseURL: base, Unknown: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	p.directory.Routes(p.control, func() {})
	p.Graph = New(Options{
		Directory: p.directory, Clock: now, Log: log, BaseURL: base, Changed: func() { p.changes++ }, Unknown: http.NotFoundHandler(),
	})
	p.token = p.mint(wk.ToolsClientID)
	return p
}

// mint is a token for Graph of an application's own.
func (p *plane) mint(appID string) string {
	p.t.Helper()
	token, err := p.directory.Mint(context.Background(), entra.TokenRequest{TenantID: wk.TenantID, ClientID: appID, Resource: entra.GraphAudience})
	if err != nil {
		p.t.Fatal(err)
	}
	return token.Value
}

// client registers an application that holds permissions of Graph.
func (p *plane) client(permissions ...string) (token, objectID string) {
	p.t.Helper()
	made := p.want(http.StatusCreated, "POST", "applications", `{"displayName":"client"}`)
	appID := made["appId"].(string)
	sp := p.want(http.StatusCreated, "POST", "servicePrincipals", `{"appId":"`+appID+`"}`)
	graph, err := p.directory.PrincipalOf(context.Background(), wk.TenantID, entra.GraphAppID)
	if err != nil {
		p.t.Fatal(err)
	}
	app, err := p.directory.Application(context.Background(), entra.GraphAppID)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, name := range permissions {
		for _, role := range app.Roles {
			if role.Value == name {
				p.want(http.StatusCreated, "POST", "servicePrincipals/"+sp["id"].(string)+"/appRoleAssignments",
					fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, sp["id"], graph.ID, role.ID))
			}
		}
	}
	return p.mint(appID), sp["id"].(string)
}

func (p *plane) do(method, path, body string) (int, map[string]any) {
	p.t.Helper()
	r := httptest.NewRequest(method, "/v1.0/"+path, strings.NewReader(body))
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	out := map[string]any{}
	if w.Body.Len() > 0 && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			p.t.Fatalf("%s %s: %s", method, path, w.Body)
		}
	}
	return w.Code, out
}

// want makes a call that is answered with that status.
func (p *plane) want(status int, method, path, body string) map[string]any {
	p.t.Helper()
	got, out := p.do(method, path, body)
	if got != status {
		p.t.Fatalf("%s %s: %d %v, want %d", method, path, got, out, status)
	}
	return out
}

// refused makes a call that is refused with that code and text.
func (p *plane) refused(status int, code, text, method, path, body string) {
	p.t.Helper()
	got, out := p.do(method, path, body)
	e, _ := out["error"].(map[string]any)
	message, _ := e["message"].(string)
	inner, _ := e["innerError"].(map[string]any)
	if got != status || e["code"] != code || !strings.Contains(message, text) || inner["request-id"] == nil {
		p.t.Errorf("%s %s %s: %d %v, want %d %s %q", method, path, body, got, out, status, code, text)
	}
}

func filterPath(set, filter string) string { return set + "?$filter=" + url.QueryEscape(filter) }

func values(out map[string]any) []any { list, _ := out["value"].([]any); return list }

// TestWebhookApplication is the way of the guide: application, service principal,
// role, assignments, owner, and what Event Grid may do at each step.
func TestWebhookApplication(t *testing.T) {
	p := newPlane(t)
	app := p.want(http.StatusCreated, "POST", "applications", `{"displayName":"hooks","signInAudience":"AzureADMultipleOrgs"}`)
	id, appID := app["id"].(string), app["appId"].(string)
	if app["@odata.context"] != base+"/v1.0/$metadata#applications/$entity" || id == appID {
		t.Errorf("created %v", app)
	}
	sp := p.want(http.StatusCreated, "POST", "servicePrincipals", `{"appId":"`+appID+`"}`)["id"].(string)
	p.refused(409, "Request_MultipleObjectsWithSameKeyValue", "is already in use", "POST", "servicePrincipals", `{"appId":"`+appID+`"}`)
	p.refused(400, "Request_BadRequest", "valid application object", "POST", "servicePrincipals", `{"appId":"00000000-0000-4000-8000-0000000000ff"}`)
	may := func(who string) bool {
		ok, err := p.directory.MayUse(t.Context(), wk.TenantID, appID, who)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !may(wk.ToolsObjectID) || may(wk.UserObjectID) {
		t.Error("whoever creates an application owns it, and nobody else")
	}
	owners := values(p.want(200, "GET", "applications/"+id+"/owners", ""))
	if len(owners) != 1 || owners[0].(map[string]any)["id"] != wk.ToolsObjectID || owners[0].(map[string]any)["@odata.type"] != "#microsoft.graph.servicePrincipal" {
		t.Errorf("owners %v", owners)
	}
	ref := `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + wk.UserObjectID + `"}`
	p.want(204, "POST", "applications/"+id+"/owners/$ref", ref)
	p.refused(400, "Request_BadRequest", "already exist", "POST", "applications/"+id+"/owners/$ref", ref)
	if !may(wk.UserObjectID) {
		t.Error("an owner may use it")
	}
	p.want(204, "DELETE", "applications/"+id+"/owners/"+wk.UserObjectID+"/$ref", "")
	if may(wk.UserObjectID) {
		t.Error("a former owner may use it")
	}
	const role = `"id":"00000000-0000-4000-8000-00000000000a","displayName":"d","description":"d","value":"AzureEventGridSecureWebhookSubscriber","allowedMemberTypes":["Application","User"]`
	p.want(204, "PATCH", "applications(appId='"+appID+"')", `{"appRoles":[{`+role+`,"isEnabled":true}]}`)
	give := func(principal string) string {
		return fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":"00000000-0000-4000-8000-00000000000a"}`, principal, sp)
	}
	for _, who := range []string{wk.EventGridObjectID, wk.UserObjectID} {
		p.want(201, "POST", "servicePrincipals/"+sp+"/appRoleAssignedTo", give(who))
	}
	p.refused(400, "Request_BadRequest", "Permission being assigned already exists on the object", "POST", "servicePrincipals/"+sp+"/appRoleAssignedTo", give(wk.UserObjectID))
	p.refused(404, "Request_ResourceNotFound", "does not exist", "POST", "servicePrincipals/"+sp+"/appRoleAssignedTo", give("00000000-0000-4000-8000-0000000000ff"))
	if !may(wk.UserObjectID) {
		t.Error("whoever holds a role may use it")
	}
	token, err := p.directory.Mint(t.Context(), entra.TokenRequest{TenantID: wk.TenantID, ClientID: wk.EventGridAppID, Resource: appID})
	if err != nil {
		t.Fatal(err)
	}
	if claims, err := p.directory.Verify(t.Context(), token.Value, appID); err != nil || len(claims.Roles) != 1 {
		t.Errorf("Event Grid's token: %+v %v", claims, err)
	}
	for _, row := range values(p.want(200, "GET", "servicePrincipals/"+sp+"/appRoleAssignedTo", "")) {
		a := row.(map[string]any)
		if a["principalId"] == wk.UserObjectID {
			if a["principalType"] != "User" || a["resourceDisplayName"] != "hooks" {
				t.Errorf("assignment %v", a)
			}
			p.want(204, "DELETE", "servicePrincipals/"+sp+"/appRoleAssignedTo/"+a["id"].(string), "")
		}
	}
	if may(wk.UserObjectID) {
		t.Error("the role is gone and may still be used")
	}
	p.refused(400, "CannotDeleteOrUpdateEnabledEntitlement", "disabled first", "PATCH", "applications/"+id, `{"appRoles":[]}`)
	p.want(204, "PATCH", "applications/"+id, `{"appRoles":[{`+role+`,"isEnabled":false}]}`)
	p.want(204, "PATCH", "applications/"+id, `{"appRoles":[]}`)
	if left := values(p.want(200, "GET", "servicePrincipals/"+sp+"/appRoleAssignedTo", "")); len(left) != 0 {
		t.Errorf("assignments of a role that is gone: %v", left)
	}
	// Event Grid may be absent, and come back.
	p.want(204, "DELETE", "servicePrincipals/"+wk.EventGridObjectID, "")
	absent := filterPath("servicePrincipals", "appId eq '"+wk.EventGridAppID+"'")
	if list := values(p.want(200, "GET", absent, "")); len(list) != 0 {
		t.Errorf("after its deletion: %v", list)
	}
	if _, err := p.directory.Mint(t.Context(), entra.TokenRequest{TenantID: wk.TenantID, ClientID: wk.EventGridAppID, Resource: appID}); entra.Number(err) != 700016 {
		t.Errorf("a token of an absent principal: %v", err)
	}
	p.want(201, "POST", "servicePrincipals", `{"appId":"`+wk.EventGridAppID+`"}`)
	p.want(204, "DELETE", "applications/"+id, "")
	p.refused(404, "Request_ResourceNotFound", id, "GET", "applications/"+id, "")
	if p.changes == 0 {
		t.Error("nobody was told of a change")
	}
}

func TestPasswords(t *testing.T) {
	p := newPlane(t)
	id := p.want(201, "POST", "applications", `{"displayName":"a"}`)["id"].(string)
	made := p.want(200, "POST", "applications/"+id+"/addPassword", `{"passwordCredential":{"displayName":"one"}}`)
	secret, _ := made["secretText"].(string)
	if len(secret) < 20 || !strings.HasPrefix(secret, made["hint"].(string)) || made["endDateTime"] != "2032-01-02T03:04:05Z" {
		t.Errorf("made %v", made)
	}
	shown := p.want(200, "GET", "applications/"+id, "")["passwordCredentials"].([]any)
	if len(shown) != 1 || shown[0].(map[string]any)["secretText"] != nil {
		t.Errorf("shown %v", shown)
	}
	p.refused(400, "KeyCredentialsInvalidEndDate", "end date", "POST", "applications/"+id+"/addPassword", `{"passwordCredential":{"endDateTime":"2029-01-01T00:00:00Z"}}`)
	remove := fmt.Sprintf(`{"keyId":%q}`, made["keyId"])
	p.want(204, "POST", "applications/"+id+"/removePassword", remove)
	p.refused(400, "Request_BadRequest", "No password credential found", "POST", "applications/"+id+"/removePassword", remove)
}

func TestQueries(t *testing.T) {
	p := newPlane(t)
	for _, name := range []string{"O'Neil", "Beta", "beta two"} {
		p.want(201, "POST", "applications", fmt.Sprintf(`{"displayName":%q}`, name))
	}
	for filter, want := range map[string]int{
		"displayName eq 'O''Neil'": 1, "displayName eq 'BETA'": 1, "startswith(displayName,'beta')": 2, "appId eq '" + wk.ToolsClientID + "'": 1,
		"displayName eq 'Beta' or (displayName eq 'O''Neil' and signInAudience eq 'AzureADMyOrg')": 2, "displayName in ('Beta','beta two')": 2,
		"displayName eq 'nobody'": 0,
	} {
		if got := values(p.want(200, "GET", filterPath("applications", filter), "")); len(got) != want {
			t.Errorf("%s: %d, want %d", filter, len(got), want)
		}
	}
	for filter, code := range map[string]string{
		"displayName ne 'x'": "Request_UnsupportedQuery", "secret eq 'x'": "Request_UnsupportedQuery", "displayName eq 'x": "BadRequest",
		"displayName eq": "BadRequest", "": "BadRequest", "(displayName eq 'x'": "BadRequest", "displayName eq 'x' 'y'": "BadRequest",
	} {
		p.refused(400, code, "", "GET", filterPath("applications", filter), "")
	}
	seen, path := map[string]bool{}, "applications?$top=2&$select=id,appId"
	for path != "" {
		out := p.want(200, "GET", path, "")
		for _, row := range values(out) {
			object := row.(map[string]any)
			if len(object) != 2 {
				t.Errorf("selected %v", object)
			}
			seen[object["id"].(string)] = true
		}
		next, _ := out["@odata.nextLink"].(string)
		path = strings.TrimPrefix(next, base+"/v1.0/")
	}
	if len(seen) != 5 {
		t.Errorf("pages gave %d objects", len(seen))
	}
	p.refused(400, "Request_BadRequest", "page size", "GET", "applications?$top=1000", "")
	p.refused(400, "BadRequest", "nothing", "GET", "applications?$select=nothing", "")
	p.refused(400, "BadRequest", "$expand", "GET", "applications?$expand=owners", "")
	if org := values(p.want(200, "GET", "organization", "")); len(org) != 1 || org[0].(map[string]any)["id"] != wk.TenantID {
		t.Errorf("organization %v", org)
	}
	if u := p.want(200, "GET", "users/"+wk.UserName, ""); u["id"] != wk.UserObjectID {
		t.Errorf("user %v", u)
	}
	p.refused(400, "BadRequest", "delegated", "GET", "me", "")
}

func TestApplicationRefuses(t *testing.T) {
	p := newPlane(t)
	app := p.want(201, "POST", "applications", `{"displayName":"a"}`)
	id, appID := app["id"].(string), app["appId"].(string)
	for body, code := range map[string]string{
		`{"displayName":""}`:            "Request_BadRequest",
		`{"colour":"red"}`:              "Request_BadRequest",
		`{`:                             "BadRequest",
		`{"signInAudience":"Everyone"}`: "Request_BadRequest",
		`{"web":{"redirectUris":["http://example.com/x"]}}`:                "Request_BadRequest",
		`{"web":{"redirectUris":["https://example.com/*"]}}`:               "Request_BadRequest",
		`{"spa":{"redirectUris":["myapp://x"]}}`:                           "Request_BadRequest",
		`{"publicClient":{"redirectUris":["javascript:alert(1)"]}}`:        "Request_BadRequest",
		`{"identifierUris":["api://something"]}`:                           "HostNameNotOnVerifiedDomain",
		`{"identifierUris":["https://example.com/x"]}`:                     "HostNameNotOnVerifiedDomain",
		`{"identifierUris":["api://` + wk.WebhookClientID + `"]}`:          "HostNameNotOnVerifiedDomain",
		`{"api":{"requestedAccessTokenVersion":3}}`:                        "Request_BadRequest",
		`{"appRoles":[{"id":"x","displayName":"d","value":"v"}]}`:          "Request_BadRequest",
		`{"web":{"implicitGrantSettings":{"enableIdTokenIssuance":true}}}`: "Request_BadRequest",
	} {
		p.refused(400, code, "", "PATCH", "applications/"+id, body)
	}
	p.want(204, "PATCH", "applications/"+id, `{"identifierUris":["api://`+appID+`"],"api":{"requestedAccessTokenVersion":2},"web":{"redirectUris":["http://localhost:8080/x"]},"publicClient":{"redirectUris":["myapp://auth"]}}`)
	got := p.want(200, "GET", "applications/"+id, "")
	if got["api"].(map[string]any)["requestedAccessTokenVersion"] != 2.0 || len(got["identifierUris"].([]any)) != 1 {
		t.Errorf("changed %v", got)
	}
}

// TestOwnedObjects: what a user owns, of both kinds; an application has no "me".
func TestOwnedObjects(t *testing.T) {
	p := newPlane(t)
	path := "users/" + wk.UserName + "/ownedObjects"
	if list := p.want(200, "GET", path, "")["value"].([]any); len(list) != 0 {
		t.Errorf("owned at first: %v", list)
	}
	app := p.want(201, "POST", "applications", `{"displayName":"owned"}`)
	sp := p.want(201, "POST", "servicePrincipals", fmt.Sprintf(`{"appId":%q}`, app["appId"]))
	for _, owned := range []string{"applications/" + app["id"].(string), "servicePrincipals/" + sp["id"].(string)} {
		p.want(204, "POST", owned+"/owners/$ref", `{"@odata.id":"`+base+`/v1.0/directoryObjects/`+wk.UserObjectID+`"}`)
	}
	kinds := map[any]any{}
	for _, row := range p.want(200, "GET", path, "")["value"].([]any) {
		object := row.(map[string]any)
		kinds[object["@odata.type"]] = object["id"]
	}
	if len(kinds) != 2 || kinds["#microsoft.graph.application"] != app["id"] || kinds["#microsoft.graph.servicePrincipal"] != sp["id"] {
		t.Errorf("owned %v", kinds)
	}
	p.refused(400, "BadRequest", "delegated", "GET", "me/ownedObjects", "")
	p.refused(404, "Request_ResourceNotFound", "", "GET", "users/nobody@contoso.onmicrosoft.com/ownedObjects", "")
	p.token, _ = p.client("Application.Read.All")
	p.refused(403, "Authorization_RequestDenied", "", "GET", path, "")
}

// TestRights: what each permission lets an application do, and no more.
func TestRights(t *testing.T) {
	p := newPlane(t)
	tools := p.token
	mine := p.want(201, "POST", "applications", `{"displayName":"mine"}`)["id"].(string)
	owned, _ := p.client("Application.ReadWrite.OwnedBy")
	reader, _ := p.client("Application.Read.All")
	nothing, _ := p.client()

	p.token = nothing
	p.refused(403, "Authorization_RequestDenied", "Insufficient privileges", "GET", "applications", "")
	p.token = reader
	p.want(200, "GET", "applications", "")
	for _, c := range [][3]string{
		{"POST", "applications", `{"displayName":"x"}`}, {"PATCH", "applications/" + mine, `{"displayName":"x"}`},
		{"DELETE", "applications/" + mine, ""}, {"POST", "applications/" + mine + "/addPassword", ""}, {"GET", "users", ""}, {"GET", "organization", ""},
	} {
		p.refused(403, "Authorization_RequestDenied", "Insufficient privileges", c[0], c[1], c[2])
	}
	p.token = owned
	app := p.want(201, "POST", "applications", `{"displayName":"own"}`)
	sp := p.want(201, "POST", "servicePrincipals", fmt.Sprintf(`{"appId":%q}`, app["appId"]))["id"].(string)
	p.want(204, "PATCH", "applications/"+app["id"].(string), `{"displayName":"still own"}`)
	p.refused(403, "Authorization_RequestDenied", "", "PATCH", "applications/"+mine, `{"displayName":"x"}`)
	p.refused(403, "Authorization_RequestDenied", "", "POST", "servicePrincipals/"+sp+"/appRoleAssignedTo",
		fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, wk.UserObjectID, sp, entra.NoRole))
	p.token = tools
	p.want(204, "DELETE", "servicePrincipals/"+wk.EventGridObjectID, "")
	p.token = owned
	p.refused(403, "Authorization_RequestDenied", "local tenant", "POST", "servicePrincipals", `{"appId":"`+wk.EventGridAppID+`"}`)
	for token, text := range map[string]string{"": "empty", "a.b.c": "validation failure"} {
		p.token = token
		p.refused(401, "InvalidAuthenticationToken", text, "GET", "applications", "")
	}
	other, err := p.directory.Mint(t.Context(), entra.TokenRequest{TenantID: wk.TenantID, ClientID: wk.ToolsClientID, Resource: "https://management.azure.com"})
	if err != nil {
		t.Fatal(err)
	}
	p.token = other.Value
	p.refused(401, "InvalidAuthenticationToken", "Invalid audience", "GET", "applications", "")
}

// FuzzFilter reads whatever comes as a $filter; what parses can be applied.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"displayName eq 'x'", "a in ('x','y')", "startswith(displayName,'b') and (id eq 'c' or id eq null)", "''", "'", "((((", "not id eq 'x'",
		"id eq true", "id in ()", "startswith(id,1)", "id eq 'it''s'",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseFilter(text, names("id", "displayName"))
		if (parsed == nil) == (err == nil) && err == nil {
			t.Fatalf("%q: neither filter nor error", text)
		}
		if err == nil {
			parsed.matches(map[string]any{"id": "c", "displayName": "b"})
		}
	})
}

// FuzzPath leads whatever comes as a path to a route or to none.
func FuzzPath(f *testing.F) {
	for _, seed := range []string{"applications", "applications(appId='x')", "applications('')", "applications(", "users/x/y", "//", "a(appId=')"} {
		f.Add(seed)
	}
	g := New(Options{})
	f.Fuzz(func(t *testing.T, path string) {
		if rt, params := g.match("GET", path); rt != nil && params == nil {
			t.Errorf("%q: a route without parameters", path)
		}
	})
}
