package signin

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"guichet/internal/desk"
	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/entra"
	"guichet/internal/platform/secret"
	"guichet/localcloud"
)

// house is a desk whose people are the local cloud's.
type house struct {
	t     *testing.T
	cloud *localcloud.Cloud
	desk  *desk.Desk
	// clientID is the application's; principal its service principal's object id.
	clientID, principal string
	token               string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, cloud: localcloud.Start(t)}
	azure := connection.PublicAzure
	azure.Authority, azure.Graph, azure.ResourceManager, azure.CAFile = h.cloud.AuthorityHost(), h.cloud.URL(), h.cloud.URL(), h.cloud.CAFile()
	d, err := desk.New(t.Context(), desk.Options{
		DataDir: t.TempDir(), Listen: "localhost:0", Azure: azure, Page: http.NotFoundHandler(), PasswordCost: 4,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.desk = d
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	h.provision()
	h.token = h.toolsToken()
	var found struct{ Value []struct{ ID string } }
	h.graph("GET", "servicePrincipals?$filter="+url.QueryEscape("appId eq '"+h.clientID+"'"), nil, &found)
	h.principal = found.Value[0].ID
	return h
}

// provision does what guichet up does at each start.
func (h *house) provision() {
	h.t.Helper()
	azure, err := h.desk.Azure(controlplane.SignIn{
		Way: controlplane.Secret, TenantID: localcloud.TenantID, ClientID: localcloud.ClientID, ClientSecret: localcloud.ClientSecret,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	id, text, err := azure.ProvisionSignIn(h.t.Context(), controlplane.SignInApp{
		Name: "Desk's people", RedirectURI: h.desk.URL() + entra.CallbackPath, Administrator: localcloud.User,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if h.clientID != "" && h.clientID != id {
		h.t.Fatalf("another application was registered: %s, %s", h.clientID, id)
	}
	h.clientID = id
	h.use(text)
}

func (h *house) use(text secret.Text) {
	h.t.Helper()
	if err := h.desk.SignInWithEntra(entra.Settings{TenantID: localcloud.TenantID, ClientID: h.clientID, ClientSecret: text}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) toolsToken() string {
	h.t.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {localcloud.ClientID}, "client_secret": {localcloud.ClientSecret},
		"scope": {"https://graph.microsoft.com/.default"},
	}
	resp, err := h.cloud.Client().PostForm(h.cloud.AuthorityHost()+localcloud.TenantID+"/oauth2/v2.0/token", form)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || out.Token == "" {
		h.t.Fatalf("no token: %v", err)
	}
	return out.Token
}

// graph makes a call of Microsoft Graph; control one of the cloud's own.
func (h *house) graph(method, path string, in, out any) {
	h.t.Helper()
	h.call(method, h.cloud.URL()+"/v1.0/"+path, in, out)
}

func (h *house) call(method, target string, in, out any) {
	h.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, target, strings.NewReader(string(body)))
	if err != nil {
		h.t.Fatal(err)
	}
	if in == nil {
		req.Body, req.ContentLength = nil, 0
	}
	req.Header.Set("Authorization", "Bearer "+h.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := h.cloud.Client().Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		h.t.Fatalf("%s %s: %d %s %v", method, target, resp.StatusCode, text, err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			h.t.Fatal(err)
		}
	}
}

const password = "a password of the cloud"

// user makes a user of the tenant; assign gives one an app role and returns the
// path by which it is taken away.
func (h *house) user(name string) (id string) {
	h.t.Helper()
	var out struct{ ID string }
	h.call("POST", h.cloud.URL()+"/_guichet/entra/users", map[string]any{
		"userPrincipalName": name, "displayName": strings.ToUpper(name[:1]) + name[1:3], "password": password,
	}, &out)
	return out.ID
}

func (h *house) assign(userID, roleID string) (path string) {
	h.t.Helper()
	var out struct{ ID string }
	path = "servicePrincipals/" + h.principal + "/appRoleAssignedTo"
	h.graph("POST", path, map[string]any{"principalId": userID, "resourceId": h.principal, "appRoleId": roleID}, &out)
	return path + "/" + out.ID
}

// browser is a person before a browser; it fills in the pages of Entra ID.
type browser struct {
	h      *house
	client *http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h, &http.Client{
		Jar:           jar,
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: h.cloud.CAPool(), MinVersion: tls.VersionTLS12}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// page is an answer.
type page struct{ location, base, body string }

func (b *browser) do(method, target string, form url.Values) page {
	b.h.t.Helper()
	req, err := http.NewRequestWithContext(b.h.t.Context(), method, target, strings.NewReader(form.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return page{resp.Header.Get("Location"), target, string(body)}
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	formAction  = regexp.MustCompile(`<form method="post" action="([^"]*)">`)
)

// submit sends the page's form, with an action and further fields.
func (b *browser) submit(p page, action string, more ...string) page {
	b.h.t.Helper()
	target := formAction.FindStringSubmatch(p.body)
	if target == nil {
		b.h.t.Fatalf("no form: %s %s", p.location, p.body)
	}
	form := url.Values{"action": {action}}
	for _, f := range hiddenField.FindAllStringSubmatch(p.body, -1) {
		form.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	at, err := url.Parse(p.base)
	if err != nil {
		b.h.t.Fatal(err)
	}
	to, err := at.Parse(html.UnescapeString(target[1]))
	if err != nil {
		b.h.t.Fatal(err)
	}
	return b.do("POST", to.String(), form)
}

// press presses the desk's button and arrives at Entra ID.
func (b *browser) press() page {
	b.h.t.Helper()
	return b.do("GET", b.do("GET", b.h.desk.URL()+"/api/session/entra?from=/conversations", nil).location, nil)
}

// account signs in at Entra ID and accepts what it asks, up to the return.
func (b *browser) account(name, word string) page {
	b.h.t.Helper()
	p := b.submit(b.press(), "signin", "loginfmt", name, "passwd", word)
	if p.location == "" && strings.Contains(p.body, `value="accept"`) {
		p = b.submit(p, "accept")
	}
	return p
}

// comesIn follows the return to the desk and gives who is signed in.
func (b *browser) comesIn(p page) (who struct{ ID, Email, Name, Role, Source string }) {
	b.h.t.Helper()
	if back := b.do("GET", p.location, nil); back.location != "/conversations" {
		b.h.t.Fatalf("led to %q: %s", back.location, b.refusal())
	}
	me := b.do("GET", b.h.desk.URL()+"/api/me", nil)
	if err := json.Unmarshal([]byte(me.body), &who); err != nil || who.ID == "" {
		b.h.t.Fatalf("me: %s", me.body)
	}
	return who
}

// staysOut follows the return to the desk and gives the code and words of the
// refusal.
func (b *browser) staysOut(p page) string {
	b.h.t.Helper()
	if back := b.do("GET", p.location, nil); !strings.HasPrefix(back.location, "/sign-in") {
		b.h.t.Fatalf("led to %q, %s", back.location, back.body)
	}
	return b.refusal()
}

func (b *browser) refusal() string {
	b.h.t.Helper()
	var out struct{ Code, Detail string }
	if err := json.Unmarshal([]byte(b.do("GET", b.h.desk.URL()+"/api/session/refusal", nil).body), &out); err != nil {
		b.h.t.Fatal(err)
	}
	return fmt.Sprint(out.Code, ": ", out.Detail)
}
