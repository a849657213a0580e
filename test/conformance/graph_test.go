package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"guichet/localcloud"
)

// graph calls Microsoft Graph with a token of cred's.
func (f *fixture) graph(cred azcore.TokenCredential, method, path string, body, into any) int {
	f.t.Helper()
	token := must(f.get(cred, "https://graph.microsoft.com/.default"))(f.t)
	var data []byte
	if body != nil {
		data = must(json.Marshal(body))(f.t)
	}
	return f.call(method, f.cloud.URL()+"/v1.0/"+path, bytes.NewReader(data), http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"},
	}, into).StatusCode
}

var (
	signInField  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	signInAction = regexp.MustCompile(`<form method="post" action="([^"]*)">`)
)

// person is a browser with someone before it.
type person struct {
	f      *fixture
	client *http.Client
}

func (f *fixture) person() *person {
	f.t.Helper()
	client := f.cloud.Client()
	client.Jar = must(cookiejar.New(nil))(f.t)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &person{f, client}
}

func (p *person) read(response *http.Response, err error) (*http.Response, string, error) {
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return response, string(data), err
}

func (p *person) open(address string) (*http.Response, string, error) {
	return p.read(p.client.Get(address))
}

// submit fills in the form of a page.
func (p *person) submit(page string, more ...string) (*http.Response, string, error) {
	action := signInAction.FindStringSubmatch(page)
	if action == nil {
		return nil, "", fmt.Errorf("no form in %s", page)
	}
	values := url.Values{}
	for _, field := range signInField.FindAllStringSubmatch(page, -1) {
		values.Set(html.UnescapeString(field[1]), html.UnescapeString(field[2]))
	}
	for i := 0; i < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return p.read(p.client.PostForm(p.f.cloud.URL()+html.UnescapeString(action[1]), values))
}

func (p *person) signIn(page string) (*http.Response, string, error) {
	return p.submit(page, "loginfmt", "admin@contoso.onmicrosoft.com", "passwd", "guichet-local-password", "action", "signin")
}

// enter signs in to let a device in.
func (p *person) enter(page, code string) error {
	_, text, err := p.open(page)
	if err == nil {
		_, text, err = p.submit(text, "otc", code, "action", "code")
	}
	if err == nil {
		_, text, err = p.signIn(text)
	}
	if err == nil {
		_, text, err = p.submit(text, "action", "accept")
	}
	if err == nil && !strings.Contains(text, "You have signed in") {
		err = fmt.Errorf("the device is not let in: %s", text)
	}
	return err
}

// TestDeviceCodeCredential: a user lets azidentity in, and is Owner to ARM and an
// administrator to Graph.
func TestDeviceCodeCredential(t *testing.T) {
	f := start(t)
	p := f.person()
	cred := must(azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: f.azure, DisableInstanceDiscovery: true, TenantID: localcloud.TenantID, ClientID: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			return p.enter(m.VerificationURL, m.UserCode)
		},
	}))(t)
	claims := f.verify(must(f.get(cred, "https://management.azure.com/.default"))(t))
	proofs.works(identitySDK, "DeviceCodeCredential.GetToken")
	if claims["upn"] != "admin@contoso.onmicrosoft.com" || claims["scp"] != "user_impersonation" || claims["appidacr"] != "0" {
		t.Errorf("claims %v", claims)
	}
	services := must(armcommunication.NewServicesClient(localcloud.SubscriptionID, cred, f.arm()))(t)
	keys := must(services.ListKeys(f.ctx, localcloud.ResourceGroup, localcloud.ResourceName, nil))(t)
	if *keys.PrimaryKey != localcloud.AccessKey {
		t.Error("another key")
	}
	var me struct{ UserPrincipalName string }
	if status := f.graph(cred, http.MethodGet, "me", nil, &me); status != http.StatusOK || me.UserPrincipalName != "admin@contoso.onmicrosoft.com" {
		t.Errorf("me: %d %+v", status, me)
	}
	var app struct{ ID string }
	if status := f.graph(cred, http.MethodPost, "applications", map[string]any{"displayName": "by a user"}, &app); status != http.StatusCreated {
		t.Errorf("register: %d", status)
	}
	var owners struct {
		Value []struct{ UserPrincipalName string }
	}
	f.graph(cred, http.MethodGet, "applications/"+app.ID+"/owners", nil, &owners)
	if len(owners.Value) != 1 || owners.Value[0].UserPrincipalName != "admin@contoso.onmicrosoft.com" {
		t.Errorf("owners %+v", owners)
	}
}

// TestManagedIdentityCredential: the endpoint of an App Service, by environment.
func TestManagedIdentityCredential(t *testing.T) {
	f := begin(t)
	t.Setenv("IDENTITY_ENDPOINT", f.cloud.HTTPURL()+"/_guichet/msi/token")
	t.Setenv("IDENTITY_HEADER", "guichet-local")
	for id, ok := range map[string]bool{"": true, localcloud.ClientID: true, localcloud.WebhookAppID: false} {
		options := &azidentity.ManagedIdentityCredentialOptions{ClientOptions: f.azure}
		if id != "" {
			options.ID = azidentity.ClientID(id)
		}
		token, err := f.get(must(azidentity.NewManagedIdentityCredential(options))(t), "https://management.azure.com/.default")
		if (err == nil) != ok {
			t.Errorf("%q: %v", id, err)
		}
		if err == nil {
			proofs.works(identitySDK, "ManagedIdentityCredential.GetToken")
		}
		if err == nil && f.verify(token)["oid"] != localcloud.ObjectID {
			t.Errorf("%q: another principal", id)
		}
	}
}

// signInApp registers an application by Graph as the desk's sign-in needs it.
func (f *fixture) signInApp(callback string) (appID, secret string) {
	f.t.Helper()
	const role = "00000000-0000-4000-8000-00000000000a"
	var app struct{ ID, AppID string }
	if status := f.graph(f.cred, http.MethodPost, "applications", map[string]any{
		"displayName": "desk", "web": map[string]any{"redirectUris": []string{callback}},
		"appRoles": []map[string]any{{
			"id": role, "value": "supervisor", "displayName": "Supervisor", "description": "Supervisor", "isEnabled": true,
			"allowedMemberTypes": []string{"User"},
		}},
	}, &app); status != http.StatusCreated {
		f.t.Fatalf("application: %d", status)
	}
	var sp struct{ ID string }
	if status := f.graph(f.cred, http.MethodPost, "servicePrincipals", map[string]any{"appId": app.AppID}, &sp); status != http.StatusCreated {
		f.t.Fatalf("service principal: %d", status)
	}
	var user struct{ ID string }
	f.graph(f.cred, http.MethodGet, "users/admin@contoso.onmicrosoft.com", nil, &user)
	if status := f.graph(f.cred, http.MethodPost, "servicePrincipals/"+sp.ID+"/appRoleAssignedTo",
		map[string]any{"principalId": user.ID, "resourceId": sp.ID, "appRoleId": role}, nil); status != http.StatusCreated {
		f.t.Fatalf("assignment: %d", status)
	}
	var password struct{ SecretText string }
	if status := f.graph(f.cred, http.MethodPost, "applications/"+app.ID+"/addPassword", map[string]any{}, &password); status != http.StatusOK {
		f.t.Fatalf("secret: %d", status)
	}
	return app.AppID, password.SecretText
}

// TestOIDCSignIn: x/oauth2 and go-oidc sign a user in to a web application, with
// the role that Graph gave.
func TestOIDCSignIn(t *testing.T) {
	f := start(t)
	const callback = "http://localhost:8080/signed-in"
	appID, secret := f.signInApp(callback)
	ctx := oidc.ClientContext(f.ctx, f.cloud.Client())
	provider := must(oidc.NewProvider(ctx, f.cloud.AuthorityHost()+localcloud.TenantID+"/v2.0"))(t)
	config := oauth2.Config{
		ClientID: appID, ClientSecret: secret, RedirectURL: callback, Endpoint: provider.Endpoint(), Scopes: []string{"openid", "profile", "email", "offline_access"},
	}
	verifier := oauth2.GenerateVerifier()
	p := f.person()
	_, page, err := p.open(config.AuthCodeURL("state", oidc.Nonce("nonce"), oauth2.S256ChallengeOption(verifier)))
	if err == nil {
		_, page, err = p.signIn(page)
	}
	var back *http.Response
	if err == nil {
		back, _, err = p.submit(page, "action", "accept")
	}
	if err != nil {
		t.Fatal(err)
	}
	to := must(back.Location())(t)
	if !strings.HasPrefix(to.String(), callback+"?") || to.Query().Get("state") != "state" {
		t.Fatalf("back to %s", to)
	}
	if _, err := config.Exchange(ctx, to.Query().Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil || !strings.Contains(err.Error(), "AADSTS501481") {
		t.Errorf("another verifier: %v", err)
	}
	token := must(config.Exchange(ctx, to.Query().Get("code"), oauth2.VerifierOption(verifier)))(t)
	raw, _ := token.Extra("id_token").(string)
	id := must(provider.Verifier(&oidc.Config{ClientID: appID}).Verify(ctx, raw))(t)
	var claims struct {
		Oid, Tid, Email, Name string
		PreferredUsername     string `json:"preferred_username"`
		Roles                 []string
	}
	if err := id.Claims(&claims); err != nil || id.Nonce != "nonce" || claims.Tid != localcloud.TenantID || len(claims.Roles) != 1 || claims.Roles[0] != "supervisor" ||
		claims.PreferredUsername != "admin@contoso.onmicrosoft.com" || claims.Oid == "" || claims.Email == "" {
		t.Errorf("claims %+v %v", claims, err)
	}
	info := must(provider.UserInfo(ctx, oauth2.StaticTokenSource(token)))(t)
	if info.Subject != id.Subject {
		t.Errorf("userinfo is about %s, the id token about %s", info.Subject, id.Subject)
	}
	renewed := must(config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token())(t)
	if renewed.AccessToken == "" || renewed.RefreshToken == token.RefreshToken {
		t.Error("not renewed")
	}
}
