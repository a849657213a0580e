package entra

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/wellknown"
)

// TestSignIn goes the whole way: page, consent, code, tokens, userinfo, refresh,
// sign-out.
func TestSignIn(t *testing.T) {
	a := newAuthority(t)
	appID, secret := a.webApp(nil)
	b := a.browser()
	q := query(appID, nil)
	p := b.do(http.MethodGet, authorizePath+q.Encode(), nil).wants(http.StatusOK, `name="loginfmt"`)
	csp := p.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "script-src 'none'") || !strings.Contains(csp, "form-action 'self' https://app.test;") {
		t.Errorf("policy %s", csp)
	}
	p = b.signIn(p, wellknown.UserName, "wrong").wants(http.StatusOK, "Your account or password is incorrect.")
	p = b.signIn(p, strings.ToUpper(wellknown.UserName), wellknown.UserPassword).wants(http.StatusOK, "Permissions requested")
	answer := b.submit(p, map[string]string{"action": actAccept}).answer()
	if answer.Get("state") != "s t" || answer.Get("session_state") == "" {
		t.Errorf("answer %v", answer)
	}
	status, body := a.redeem(appID, secret, answer.Get("code"), nil)
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, body)
	}
	id := claimsOf(t, body["id_token"])
	for name, want := range map[string]any{
		"iss": base + "/" + wellknown.TenantID + "/v2.0", "aud": appID, "oid": wellknown.UserObjectID, "tid": wellknown.TenantID,
		"preferred_username": wellknown.UserName, "name": wellknown.UserDisplayName, "email": wellknown.UserName, "nonce": "n", "ver": "2.0",
		"sub": pairwise(wellknown.TenantID, appID, wellknown.UserObjectID),
	} {
		if id[name] != want {
			t.Errorf("id token: %s is %v, want %v", name, id[name], want)
		}
	}
	if id["roles"] != nil {
		t.Errorf("roles %v without an assignment", id["roles"])
	}
	access := claimsOf(t, body["access_token"])
	if access["aud"] != GraphAudience || access["scp"] != "email openid profile" || access["oid"] != wellknown.UserObjectID || access["appid"] != appID {
		t.Errorf("access token %v", access)
	}
	r := httptest.NewRequest(http.MethodGet, "/oidc/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+body["access_token"].(string))
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"sub":"`+id["sub"].(string)+`"`) {
		t.Errorf("userinfo %d %s", w.Code, w.Body)
	}
	// Once signed in and consented, there is nothing to ask.
	if code := b.do(http.MethodGet, authorizePath+query(appID, map[string]string{"prompt": "none"}).Encode(), nil).answer().Get("code"); code == "" {
		t.Error("no code without a prompt")
	}
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {appID}, "client_secret": {secret}, "refresh_token": {body["refresh_token"].(string)}}
	status, again := a.sign("/"+wellknown.TenantID+"/oauth2/v2.0/token", refresh)
	if status != http.StatusOK || again["refresh_token"] == body["refresh_token"] || claimsOf(t, again["id_token"])["nonce"] != nil {
		t.Errorf("refresh: %d %v", status, again)
	}
	out := b.do(http.MethodGet, "/common/oauth2/v2.0/logout?state=x&post_logout_redirect_uri="+url.QueryEscape(callback), nil)
	if out.status != http.StatusFound || out.header.Get("Location") != callback+"?state=x" || len(b.cookies) != 0 {
		t.Errorf("sign-out: %d %q", out.status, out.header.Get("Location"))
	}
	if e := b.do(http.MethodGet, authorizePath+query(appID, map[string]string{"prompt": "none"}).Encode(), nil).answer().Get("error"); e != "login_required" {
		t.Errorf("after sign-out: %s", e)
	}
}

// TestRolesOfAUser: roles of the client are in the id token, and whoever has none
// is kept out where an assignment is required.
func TestRolesOfAUser(t *testing.T) {
	a := newAuthority(t)
	appID, secret := a.webApp(map[string]any{"appRoleAssignmentRequired": true})
	b := a.browser()
	p := b.do(http.MethodGet, authorizePath+query(appID, nil).Encode(), nil)
	b.signIn(p, wellknown.UserName, wellknown.UserPassword).wants(http.StatusBadRequest, "AADSTS50105")
	sp, err := a.PrincipalOf(t.Context(), wellknown.TenantID, appID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Assign(t.Context(), Assignment{ResourceID: sp.ID, PrincipalID: wellknown.UserObjectID, RoleID: "00000000-0000-4000-8000-00000000000a"}); err != nil {
		t.Fatal(err)
	}
	_, body := a.redeem(appID, secret, b.code(query(appID, nil)), nil)
	if roles, _ := claimsOf(t, body["id_token"])["roles"].([]any); len(roles) != 1 || roles[0] != "agent" {
		t.Errorf("roles %v", roles)
	}
}

// TestPrompts: what the client asks of the page, and in which language it is.
func TestPrompts(t *testing.T) {
	a := newAuthority(t)
	appID, _ := a.webApp(nil)
	b := a.browser()
	b.language = "fr-CA, en;q=0.5"
	ask := func(more map[string]string) page {
		return b.do(http.MethodGet, authorizePath+query(appID, more).Encode(), nil)
	}
	p := b.signIn(ask(nil).wants(http.StatusOK, "Mot de passe"), wellknown.UserName, wellknown.UserPassword).wants(http.StatusOK, "Autorisations demandées")
	if e := b.submit(p, map[string]string{"action": actDecline}).answer(); e.Get("error") != "access_denied" || !strings.HasPrefix(e.Get("error_description"), "AADSTS65004") {
		t.Errorf("declined: %v", e)
	}
	if e := ask(map[string]string{"prompt": "none"}).answer().Get("error"); e != "consent_required" {
		t.Errorf("without consent: %s", e)
	}
	b.code(query(appID, nil))
	if p := ask(map[string]string{"prompt": "login"}).wants(http.StatusOK, `name="passwd"`); b.signIn(p, wellknown.UserName, wellknown.UserPassword).answer().Get("code") == "" {
		t.Error("no code after prompt=login")
	}
	p = ask(map[string]string{"prompt": "select_account"}).wants(http.StatusOK, "Choisir un compte")
	if b.submit(p, map[string]string{"action": actChoose}).answer().Get("code") == "" {
		t.Error("no code after the choice")
	}
	b.submit(p, map[string]string{"action": actOther}).wants(http.StatusOK, `name="passwd"`)
	p = ask(map[string]string{"prompt": "consent"}).wants(http.StatusOK, "Autorisations demandées")
	b.submit(p, map[string]string{"action": actAccept, "stamp": "forged"}).wants(http.StatusOK, "Autorisations demandées")
	ask(map[string]string{"login_hint": "other@contoso.onmicrosoft.com"}).wants(http.StatusOK, `value="other@contoso.onmicrosoft.com"`)
	if f := ask(map[string]string{"response_mode": "fragment"}); !strings.HasPrefix(f.header.Get("Location"), callback+"#") || f.answer().Get("code") == "" {
		t.Errorf("fragment: %s", f.header.Get("Location"))
	}
	action, fields := ask(map[string]string{"response_mode": "form_post"}).wants(http.StatusOK, "document.forms[0].submit()").form()
	if action != callback || fields.Get("code") == "" || fields.Get("state") != "s t" {
		t.Errorf("form_post: %s %v", action, fields)
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	a := newAuthority(t)
	appID, _ := a.webApp(map[string]any{"publicClient": map[string]any{"redirectUris": []string{"http://localhost"}}})
	type change = map[string]string
	for name, test := range map[string]struct {
		more   change
		status int
		want   string
	}{
		"unknown client":       {change{"client_id": "00000000-0000-4000-8000-0000000000ff"}, 400, "AADSTS700016"},
		"no client":            {change{"client_id": ""}, 400, "AADSTS900144"},
		"another redirect URI": {change{"redirect_uri": callback + "/"}, 400, "AADSTS50011"},
		"its case":             {change{"redirect_uri": "https://app.test/Callback"}, 400, "AADSTS50011"},
		"loopback, path":       {change{"redirect_uri": "http://localhost:8400/x"}, 400, "AADSTS50011"},
		"loopback, address":    {change{"redirect_uri": "http://127.0.0.1:8400"}, 400, "AADSTS50011"},
		"no response type":     {change{"response_type": ""}, 303, "invalid_request"},
		"implicit":             {change{"response_type": "id_token"}, 303, "unsupported_response_type"},
		"response mode":        {change{"response_mode": "web_message"}, 303, "invalid_request"},
		"prompt":               {change{"prompt": "maybe"}, 303, "invalid_request"},
		"no scope":             {change{"scope": ""}, 303, "invalid_request"},
		"plain challenge":      {change{"code_challenge_method": "plain"}, 303, "invalid_request"},
		"short challenge":      {change{"code_challenge": "short"}, 303, "invalid_request"},
		"public without PKCE":  {change{"redirect_uri": "http://localhost:8400", "code_challenge": "", "code_challenge_method": ""}, 303, "invalid_request"},
		"silent":               {change{"prompt": "none"}, 303, "login_required"},
	} {
		p := a.browser().do(http.MethodGet, authorizePath+query(appID, test.more).Encode(), nil)
		if test.status == http.StatusBadRequest {
			p.wants(test.status, test.want)
		} else if got := p.answer(); got.Get("error") != test.want || got.Get("state") != "s t" || !strings.HasPrefix(got.Get("error_description"), "AADSTS") {
			t.Errorf("%s: %v", name, got)
		}
	}
	for path, want := range map[string]string{
		"/common/oauth2/v2.0/authorize?":    "AADSTS50194",
		"/consumers/oauth2/v2.0/authorize?": "AADSTS9002331",
		"/nowhere/oauth2/v2.0/authorize?":   "AADSTS90002",
	} {
		a.browser().do(http.MethodGet, path+query(appID, nil).Encode(), nil).wants(http.StatusBadRequest, want)
	}
	// Any port of http://localhost, with PKCE.
	a.browser().do(http.MethodGet, authorizePath+query(appID, change{"redirect_uri": "http://localhost:8400/"}).Encode(), nil).wants(http.StatusOK, "passwd")
	b := a.browser()
	for scope, want := range map[string]string{
		"User.Write": "invalid_client", "https://nowhere.test/x": "invalid_resource", "https://graph.microsoft.com/User.Read api://x/y": "invalid_request",
	} {
		p := b.do(http.MethodGet, authorizePath+query(appID, change{"scope": scope}).Encode(), nil)
		if p.status == http.StatusOK {
			p = b.signIn(p, wellknown.UserName, wellknown.UserPassword)
		}
		if got := p.answer().Get("error"); got != want {
			t.Errorf("%s: %s, want %s", scope, got, want)
		}
	}
}

func TestCodeRefuses(t *testing.T) {
	a := newAuthority(t)
	appID, secret := a.webApp(nil)
	other, otherSecret := a.webApp(nil)
	b := a.browser()
	for name, test := range map[string]struct {
		more   map[string]string
		code   string
		number int
	}{
		"verifier":      {map[string]string{"code_verifier": verifier + "x"}, "invalid_grant", 501481},
		"no verifier":   {map[string]string{"code_verifier": ""}, "invalid_grant", 501481},
		"redirect URI":  {map[string]string{"redirect_uri": "https://app.test/other"}, "invalid_client", 500112},
		"secret":        {map[string]string{"client_secret": "wrong"}, "invalid_client", 7000215},
		"no secret":     {map[string]string{"client_secret": ""}, "invalid_client", 7000218},
		"other client":  {map[string]string{"client_id": other, "client_secret": otherSecret}, "invalid_grant", 700005},
		"unknown":       {map[string]string{"code": "1.x"}, "invalid_grant", 9002313},
		"not consented": {map[string]string{"scope": "User.Read"}, "invalid_grant", 65001},
	} {
		status, body := a.redeem(appID, secret, b.code(query(appID, nil)), test.more)
		if status == http.StatusOK || body["error"] != test.code || number(body) != test.number {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	code := b.code(query(appID, nil))
	if status, body := a.redeem(appID, secret, code, nil); status != http.StatusOK {
		t.Fatalf("%d %v", status, body)
	}
	if _, body := a.redeem(appID, secret, code, nil); number(body) != 54005 {
		t.Errorf("twice: %v", body)
	}
	code = b.code(query(appID, nil))
	a.clock.Advance(codeLife)
	if _, body := a.redeem(appID, secret, code, nil); number(body) != 70008 {
		t.Errorf("late: %v", body)
	}
}

// TestUsersOfOthers: a user belongs to a tenant, and only an administrator may
// grant what is an administrator's to grant.
func TestUsersOfOthers(t *testing.T) {
	a := newAuthority(t)
	if status, body := a.post("tenants", `{"displayName":"Fabrikam","defaultDomain":"fabrikam.onmicrosoft.com","without":["`+wellknown.EventGridAppID+`"]}`); status != http.StatusCreated {
		t.Fatalf("%d %v", status, body)
	}
	if _, err := a.Mint(t.Context(), TokenRequest{TenantID: "fabrikam.onmicrosoft.com", ClientID: wellknown.EventGridAppID, Resource: GraphAudience}); Number(err) != 700016 {
		t.Errorf("absent principal: %v", err)
	}
	for _, upn := range []string{"kim@fabrikam.onmicrosoft.com", "kim@contoso.onmicrosoft.com"} {
		if status, body := a.post("users", `{"userPrincipalName":"`+upn+`","displayName":"Kim","password":"pass"}`); status != http.StatusCreated {
			t.Fatalf("%d %v", status, body)
		}
	}
	if status, _ := a.post("users", `{"userPrincipalName":"kim@contoso.onmicrosoft.com","displayName":"Kim","password":"pass"}`); status != http.StatusBadRequest {
		t.Errorf("a user twice: %d", status)
	}
	appID, _ := a.webApp(map[string]any{"signInAudience": "AzureADMultipleOrgs"})
	p := a.browser().do(http.MethodGet, authorizePath+query(appID, nil).Encode(), nil)
	a.browser().signIn(p, "kim@fabrikam.onmicrosoft.com", "pass").wants(http.StatusBadRequest, "AADSTS50020")
	b := a.browser()
	p = b.do(http.MethodGet, "/organizations/oauth2/v2.0/authorize?"+query(appID, nil).Encode(), nil)
	p = b.signIn(p, "kim@fabrikam.onmicrosoft.com", "pass").wants(http.StatusOK, "Permissions requested")
	if b.submit(p, map[string]string{"action": actAccept}).answer().Get("code") == "" {
		t.Error("no code for the other tenant's user")
	}
	q := query(appID, map[string]string{"scope": "Application.ReadWrite.All"})
	b = a.browser()
	b.signIn(b.do(http.MethodGet, authorizePath+q.Encode(), nil), "kim@contoso.onmicrosoft.com", "pass").wants(http.StatusForbidden, "AADSTS90094")
	b = a.browser()
	p = b.signIn(b.do(http.MethodGet, authorizePath+q.Encode(), nil), wellknown.UserName, wellknown.UserPassword).wants(http.StatusOK, `name="everyone"`)
	b.submit(p, map[string]string{"action": actAccept, "everyone": "1"}).answer()
	b = a.browser()
	if b.signIn(b.do(http.MethodGet, authorizePath+q.Encode(), nil), "kim@contoso.onmicrosoft.com", "pass").answer().Get("code") == "" {
		t.Error("no code after consent for everyone")
	}
}

// TestFirstGeneration: v1 asks by resource and answers in text.
func TestFirstGeneration(t *testing.T) {
	a := newAuthority(t)
	b := a.browser()
	q := query(azureCLIAppID, map[string]string{"scope": "", "resource": "https://management.core.windows.net/", "redirect_uri": "http://localhost:9"})
	p := b.do(http.MethodGet, "/common/oauth2/authorize?"+q.Encode(), nil)
	code := b.signIn(p, wellknown.UserName, wellknown.UserPassword).answer().Get("code")
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {azureCLIAppID}, "code": {code}, "redirect_uri": {"http://localhost:9"},
		"code_verifier": {verifier}, "resource": {"https://management.core.windows.net/"},
	}
	with := maps.Clone(form)
	with.Set("client_secret", "x")
	if _, body := a.sign("/common/oauth2/token", with); number(body) != 700025 {
		t.Errorf("a secret of a public client: %v", body)
	}
	status, body := a.sign("/common/oauth2/token", form)
	if _, text := body["expires_in"].(string); status != http.StatusOK || !text || body["scope"] != "user_impersonation" || body["refresh_token"] == nil {
		t.Fatalf("%d %v", status, body)
	}
	if id := claimsOf(t, body["id_token"]); id["ver"] != "1.0" || id["upn"] != wellknown.UserName {
		t.Errorf("id token %v", id)
	}
	claims, err := a.Verify(t.Context(), body["access_token"].(string), "https://management.core.windows.net")
	if err != nil || claims.ObjectID != wellknown.UserObjectID || claims.UserName != wellknown.UserName || !slices.Equal(claims.Scopes, []string{"user_impersonation"}) {
		t.Errorf("%+v %v", claims, err)
	}
}

// TestPageInTheBrowser: a page's own client redeems by CORS and without a secret.
func TestPageInTheBrowser(t *testing.T) {
	a := newAuthority(t)
	appID, secret := a.webApp(map[string]any{"web": map[string]any{}, "spa": map[string]any{"redirectUris": []string{callback}}})
	b := a.browser()
	redeem := func(origin, secret string) (int, string, map[string]any) {
		form := url.Values{
			"grant_type": {"authorization_code"}, "client_id": {appID}, "code": {b.code(query(appID, nil))}, "redirect_uri": {callback}, "code_verifier": {verifier},
		}
		if secret != "" {
			form.Set("client_secret", secret)
		}
		var allowed string
		status, body := a.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if origin != "" {
				r.Header.Set("Origin", origin)
			}
			a.ServeHTTP(w, r)
			allowed = w.Header().Get("Access-Control-Allow-Origin")
		}), http.MethodPost, "/"+wellknown.TenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", form.Encode())
		return status, allowed, body
	}
	if status, allowed, body := redeem("https://app.test", ""); status != http.StatusOK || allowed != "https://app.test" {
		t.Errorf("%d %q %v", status, allowed, body)
	}
	if _, _, body := redeem("", ""); number(body) != 9002327 {
		t.Errorf("without origin: %v", body)
	}
	if _, _, body := redeem("https://app.test", secret); number(body) != 700025 {
		t.Errorf("with a secret: %v", body)
	}
}

func TestDeviceCode(t *testing.T) {
	a := newAuthority(t)
	begin := func() map[string]any {
		status, body := a.sign("/organizations/oauth2/v2.0/devicecode", url.Values{"client_id": {azureCLIAppID}, "scope": {armScope + " offline_access openid profile"}})
		if status != http.StatusOK || body["verification_uri"] != base+"/devicelogin" || body["interval"] != 5.0 {
			t.Fatalf("%d %v", status, body)
		}
		return body
	}
	poll := func(device map[string]any) map[string]any {
		_, body := a.sign("/organizations/oauth2/v2.0/token", url.Values{
			"grant_type": {deviceGrant}, "client_id": {azureCLIAppID}, "device_code": {device["device_code"].(string)},
		})
		return body
	}
	device := begin()
	if body := poll(device); body["error"] != "authorization_pending" {
		t.Errorf("pending: %v", body)
	}
	if body := poll(device); body["error"] != "slow_down" {
		t.Errorf("at once: %v", body)
	}
	b := a.browser()
	p := b.do(http.MethodGet, "/devicelogin", nil).wants(http.StatusOK, `name="otc"`)
	p = b.submit(p, map[string]string{"otc": "WRONG", "action": "code"}).wants(http.StatusOK, "That code didn&#39;t work.")
	p = b.submit(p, map[string]string{"otc": " " + strings.ToLower(device["user_code"].(string)), "action": "code"}).wants(http.StatusOK, "passwd")
	p = b.signIn(p, wellknown.UserName, wellknown.UserPassword).wants(http.StatusOK, "Microsoft Azure CLI")
	b.submit(p, map[string]string{"action": actAccept, "stamp": "forged"}).wants(http.StatusOK, "passwd")
	b.submit(p, map[string]string{"action": actAccept}).wants(http.StatusOK, "You have signed in")
	body := poll(device)
	if body["refresh_token"] == nil || claimsOf(t, body["access_token"])["aud"] != armURI {
		t.Fatalf("approved: %v", body)
	}
	if body := poll(device); number(body) != 54005 {
		t.Errorf("twice: %v", body)
	}
	declined := begin()
	p = b.submit(b.do(http.MethodGet, "/common/oauth2/v2.0/deviceauth", nil), map[string]string{"otc": declined["user_code"].(string), "action": "code"})
	b.submit(p.wants(http.StatusOK, "Continue"), map[string]string{"action": actDecline}).wants(http.StatusOK, "cancelled")
	if body := poll(declined); body["error"] != "authorization_declined" {
		t.Errorf("declined: %v", body)
	}
	late := begin()
	a.clock.Advance(deviceLife)
	if body := poll(late); body["error"] != "expired_token" {
		t.Errorf("late: %v", body)
	}
	appID, _ := a.webApp(nil)
	if _, body := a.sign("/"+wellknown.TenantID+"/oauth2/v2.0/devicecode", url.Values{"client_id": {appID}, "scope": {"openid"}}); number(body) != 7000218 {
		t.Errorf("not allowed to public clients: %v", body)
	}
}

func TestManagedIdentity(t *testing.T) {
	a := newAuthority(t)
	ask := func(header, query string) (int, map[string]any) {
		return a.ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set("X-IDENTITY-HEADER", header)
			a.control.ServeHTTP(w, r)
		}), http.MethodGet, "/_guichet/msi/token?"+query, "", "")
	}
	const good = "api-version=2019-08-01&resource=https://management.azure.com"
	status, body := ask(wellknown.IdentityHeader, good)
	if _, text := body["expires_on"].(string); status != http.StatusOK || !text || claimsOf(t, body["access_token"])["oid"] != wellknown.ToolsObjectID {
		t.Errorf("%d %v", status, body)
	}
	for _, test := range []struct {
		header, query string
		status        int
	}{
		{"", good, 401}, {"wrong", good, 401}, {wellknown.IdentityHeader, "api-version=2017-09-01&resource=x", 400},
		{wellknown.IdentityHeader, "api-version=2019-08-01", 400}, {wellknown.IdentityHeader, good + "&client_id=x", 400},
		{wellknown.IdentityHeader, "api-version=2019-08-01&resource=https://nowhere.test", 400},
	} {
		if status, body := ask(test.header, test.query); status != test.status {
			t.Errorf("%q %s: %d %v", test.header, test.query, status, body)
		}
	}
}

// TestSessionEnds: a browser is signed out by time, and a disabled user at once.
func TestSessionEnds(t *testing.T) {
	a := newAuthority(t)
	appID, _ := a.webApp(nil)
	b := a.browser()
	b.code(query(appID, nil))
	a.clock.Advance(sessionLife - time.Second)
	silent := authorizePath + query(appID, map[string]string{"prompt": "none"}).Encode()
	if b.do(http.MethodGet, silent, nil).answer().Get("code") == "" {
		t.Error("signed out too early")
	}
	a.clock.Advance(time.Second)
	if e := b.do(http.MethodGet, silent, nil).answer().Get("error"); e != "login_required" {
		t.Errorf("after its time: %s", e)
	}
	if status, body := a.post("users", `{"userPrincipalName":"gone@contoso.onmicrosoft.com","displayName":"Gone","password":"p","accountEnabled":false}`); status != http.StatusCreated || body["accountEnabled"] != false {
		t.Fatalf("%d %v", status, body)
	}
	p := a.browser().do(http.MethodGet, authorizePath+query(appID, nil).Encode(), nil)
	a.browser().signIn(p, "gone@contoso.onmicrosoft.com", "p").wants(http.StatusOK, "has been locked")
	// A form of another site signs nobody in.
	action, values := p.form()
	values.Set("action", actSignIn)
	r := httptest.NewRequest(http.MethodPost, action, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("another site's form: %d", w.Code)
	}
}
