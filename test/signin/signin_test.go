// Package signin tests that people sign in to the desk with Microsoft Entra ID:
// a desk and a local cloud that know each other by URLs only, and a browser that
// goes through the cloud's own pages.
package signin

import (
	"net/url"
	"strings"
	"testing"

	"guichet/localcloud"
)

const (
	agentRole      = "5e1f0000-0000-4000-8000-000000000001"
	supervisorRole = "5e1f0000-0000-4000-8000-000000000002"
)

func TestUsersOfTheTenantComeInByTheirAppRole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.browser()
	who := admin.comesIn(admin.account(localcloud.User, localcloud.UserPassword))
	if who.Email != localcloud.User || who.Role != "administrator" || who.Source != "entra" {
		t.Errorf("administrator: %+v", who)
	}
	// Signed in there already, one only says which account it is.
	again := admin.comesIn(admin.submit(admin.press(), "choose"))
	if again.ID != who.ID {
		t.Errorf("another user: %+v", again)
	}

	megan := h.browser()
	id := h.user("megan@contoso.onmicrosoft.com")
	if told := megan.staysOut(megan.account("megan@contoso.onmicrosoft.com", password)); !strings.HasPrefix(told, "signIn.entraNoRole: megan@contoso.onmicrosoft.com") {
		t.Errorf("without a role: %s", told)
	}
	given := h.assign(id, agentRole)
	first := megan.comesIn(megan.submit(megan.press(), "choose"))
	if first.Role != "agent" {
		t.Errorf("the role given later: %+v", first)
	}
	h.assign(id, supervisorRole)
	if now := megan.comesIn(megan.submit(megan.press(), "choose")); now.Role != "supervisor" || now.ID != first.ID {
		t.Errorf("a second role: %+v", now)
	}
	h.graph("DELETE", given, nil, nil)
	if now := megan.comesIn(megan.submit(megan.press(), "choose")); now.Role != "supervisor" {
		t.Errorf("the first role taken: %+v", now)
	}
}

func TestWhatEntraRefusesIsExplained(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.user("lee@contoso.onmicrosoft.com")
	h.assign(id, agentRole)
	b := h.browser()
	consent := b.submit(b.press(), "signin", "loginfmt", "lee@contoso.onmicrosoft.com", "passwd", password)
	if told := b.staysOut(b.submit(consent, "decline")); !strings.HasPrefix(told, "signIn.entraDeclined") || !strings.Contains(told, "AADSTS65004") {
		t.Errorf("consent declined: %s", told)
	}
	accepted := b.submit(b.submit(b.press(), "choose"), "accept")

	// A code is bound to the attempt that asked for it, and good once.
	code, err := url.Parse(accepted.location)
	if err != nil {
		t.Fatal(err)
	}
	other := b.do("GET", h.desk.URL()+"/api/session/entra", nil)
	asked, err := url.Parse(other.location)
	if err != nil {
		t.Fatal(err)
	}
	mixed := url.Values{"code": {code.Query().Get("code")}, "state": {asked.Query().Get("state")}}
	if told := b.staysOut(page{location: h.desk.URL() + "/api/session/entra/callback?" + mixed.Encode()}); !strings.Contains(told, "AADSTS501481") {
		t.Errorf("a code of another attempt: %s", told)
	}
	kept := b.client.Jar.Cookies(&url.URL{Scheme: "http", Host: code.Host, Path: "/api/session"})
	b.comesIn(accepted)
	if told := b.staysOut(accepted); !strings.HasPrefix(told, "signIn.entraStale") {
		t.Errorf("a return that was used: %s", told)
	}
	for _, c := range kept {
		c.Path = "/api/session"
	}
	b.client.Jar.SetCookies(&url.URL{Scheme: "http", Host: code.Host}, kept)
	if told := b.staysOut(accepted); !strings.HasPrefix(told, "signIn.entraExpired") || !strings.Contains(told, "AADSTS54005") {
		t.Errorf("a code that was used: %s", told)
	}

	h.use("a wrong secret")
	if told := b.staysOut(b.submit(b.press(), "choose")); !strings.HasPrefix(told, "signIn.entraSecret") || !strings.Contains(told, "AADSTS7000215") {
		t.Errorf("a wrong secret: %s", told)
	}
	// What is provisioned anew has a new secret, and leaves one.
	h.provision()
	b.comesIn(b.submit(b.press(), "choose"))
	var app struct {
		Value []struct{ PasswordCredentials []any }
	}
	h.graph("GET", "applications?$filter="+url.QueryEscape("appId eq '"+h.clientID+"'"), nil, &app)
	if len(app.Value) != 1 || len(app.Value[0].PasswordCredentials) != 1 {
		t.Errorf("credentials: %+v", app)
	}
}

func TestUsersOfAnotherTenantStayOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call("POST", h.cloud.URL()+"/_guichet/entra/tenants", map[string]any{"displayName": "Fabrikam", "defaultDomain": "fabrikam.onmicrosoft.com"}, nil)
	h.user("eve@fabrikam.onmicrosoft.com")
	b := h.browser()
	// Entra ID itself does not send them back.
	if p := b.account("eve@fabrikam.onmicrosoft.com", password); p.location != "" || !strings.Contains(p.body, "AADSTS50020") {
		t.Errorf("a user of another tenant: %q %s", p.location, p.body)
	}
}
