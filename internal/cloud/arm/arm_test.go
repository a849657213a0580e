package arm

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/entra"
	wk "guichet/internal/cloud/wellknown"
)

const (
	subscriptionPath = "/subscriptions/" + wk.SubscriptionID
	groupPath        = subscriptionPath + "/resourceGroups/" + wk.ResourceGroup
)

// Every spelling of a path leads to the same resource, which keeps its own.
func TestPathsIgnoreCaseAndEmptySegments(t *testing.T) {
	p := newPlane(t)
	for _, path := range []string{
		wk.ACSResourceID, strings.ToLower(wk.ACSResourceID), strings.ToUpper(wk.ACSResourceID),
		"/" + wk.ACSResourceID, strings.ReplaceAll(wk.ACSResourceID, "/", "//"), wk.ACSResourceID + "/",
	} {
		a := p.do(http.MethodGet, path, "")
		if id, _ := a.body["id"].(string); a.Code != http.StatusOK || !strings.EqualFold(id, wk.ACSResourceID) {
			t.Errorf("%s: %d %s", path, a.Code, a.Body)
		}
		if a.body["name"] != wk.ACSName {
			t.Errorf("%s is named %v", path, a.body["name"])
		}
	}
	lower := strings.ToLower(groupPath) + "/providers/microsoft.eventgrid/topics/"
	if a := p.do(http.MethodPut, groupPath+"/providers/Microsoft.EventGrid/topics/My-Topic", `{"location":"France Central"}`); a.Code != http.StatusCreated {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if a := p.do(http.MethodGet, lower+"my-topic", ""); a.Code != http.StatusOK || a.body["name"] != "My-Topic" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if a := p.do(http.MethodPut, lower+"MY-TOPIC", `{"location":"francecentral","tags":{"a":"b"}}`); a.Code != http.StatusCreated || a.body["name"] != "My-Topic" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	list := p.do(http.MethodGet, groupPath+"/providers/Microsoft.EventGrid/topics", "")
	if topics, _ := list.body["value"].([]any); len(topics) != 1 {
		t.Errorf("one topic by two spellings became %s", list.Body)
	}
}

func TestAPIVersion(t *testing.T) {
	p := newPlane(t)
	for query, want := range map[string]string{
		"": "MissingApiVersionParameter", "?api-version=": "MissingApiVersionParameter", "?apiversion=2025-02-15": "MissingApiVersionParameter",
		"?api-version=latest": "InvalidApiVersionParameter", "?api-version=2025-13-40": "InvalidApiVersionParameter",
		"?api-version=2025-02-15-": "InvalidApiVersionParameter",
	} {
		a := p.send(http.MethodGet, cloudURL+wk.ACSResourceID+query, "Bearer "+p.token, "")
		if a.Code != http.StatusBadRequest || a.code() != want || a.Header().Get("x-ms-error-code") != want {
			t.Errorf("%q: %d %s", query, a.Code, a.Body)
		}
	}
	for _, version := range []string{"2023-04-01", "2025-09-01-preview", "2023-06-01-PREVIEW"} {
		if a := p.send(http.MethodGet, cloudURL+wk.ACSResourceID+"?api-version="+version, "Bearer "+p.token, ""); a.Code != http.StatusOK {
			t.Errorf("%s: %d %s", version, a.Code, a.Body)
		}
	}
}

// The challenge names the tenant of the subscription: tools find it out that way.
func TestChallenge(t *testing.T) {
	p := newPlane(t)
	expired := p.token
	wrong := p.mint("https://communication.azure.com")
	for _, test := range []struct{ path, authorization, code, tenant string }{
		{wk.ACSResourceID, "", "AuthenticationFailed", wk.TenantID},
		{"/tenants", "", "AuthenticationFailed", "common"},
		{"/subscriptions/00000000-0000-0000-0000-00000000dead", "", "AuthenticationFailed", "common"},
		{wk.ACSResourceID, "Basic YTpi", "AuthenticationFailedInvalidHeader", wk.TenantID},
		{wk.ACSResourceID, "Bearer x.y.z", "InvalidAuthenticationToken", wk.TenantID},
		{wk.ACSResourceID, "Bearer", "InvalidAuthenticationToken", wk.TenantID},
		{wk.ACSResourceID, "Bearer " + wrong, "InvalidAuthenticationTokenAudience", wk.TenantID},
	} {
		a := p.send(http.MethodGet, cloudURL+test.path+"?api-version=2022-12-01", test.authorization, "")
		challenge := a.Header().Get("WWW-Authenticate")
		if a.Code != http.StatusUnauthorized || a.code() != test.code ||
			!strings.HasPrefix(challenge, `Bearer authorization_uri="`+cloudURL+"/"+test.tenant+`", error="invalid_token", error_description="`) {
			t.Errorf("%s with %.12q: %d %s %s", test.path, test.authorization, a.Code, a.code(), challenge)
		}
	}
	p.clock.Advance(2 * time.Hour)
	if a := p.send(http.MethodGet, cloudURL+wk.ACSResourceID+"?api-version=2023-04-01", "Bearer "+expired, ""); a.code() != "ExpiredAuthenticationToken" {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}

func TestUnknownRoutesAreLeftToTheCloud(t *testing.T) {
	p := newPlane(t)
	for _, path := range []string{"/", "/subscriptions/x/y", wk.ACSResourceID + "/nothing", "/providers/Microsoft.Nothing/x"} {
		if a := p.do(http.MethodGet, path, ""); a.Code != http.StatusTeapot {
			t.Errorf("%s: %d %s", path, a.Code, a.Body)
		}
	}
}

// An action is refused over what it is done to, and a registration over the
// subscription.
func TestRefusalNamesThePlace(t *testing.T) {
	p := newPlane(t)
	token, err := p.entra.Mint(t.Context(), entra.TokenRequest{TenantID: wk.TenantID, ClientID: wk.WebhookClientID, Resource: "https://management.azure.com"})
	if err != nil {
		t.Fatal(err)
	}
	p.token = token.Value
	for path, want := range map[string]string{
		subscriptionPath + "/providers/Microsoft.EventGrid/register": "'Microsoft.EventGrid/register/action' over scope '" + subscriptionPath + "'",
		wk.ACSResourceID + "/listKeys":                               "/ListKeys/action' over scope '" + wk.ACSResourceID + "'",
	} {
		a := p.do(http.MethodPost, path, "")
		if a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), want) {
			t.Errorf("%s: %d %s", path, a.Code, a.Body)
		}
	}
}

// EventGrid Data Sender may send to the topic that it is assigned on, and only
// there; a Contributor may not.
func TestMaySend(t *testing.T) {
	p := newPlane(t)
	topics := groupPath + "/providers/Microsoft.EventGrid/topics/"
	const sender = "0b1e0000-0000-4000-8000-0000000000aa"
	id := topics + "first-topic/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111"
	role := func(definition, principal string) string {
		return `{"properties":{"roleDefinitionId":"` + subscriptionPath + `/providers/Microsoft.Authorization/roleDefinitions/` + definition +
			`","principalId":"` + principal + `","principalType":"ServicePrincipal"}}`
	}
	const dataSender = "d5a91429-5739-47e2-a06b-3470a27159e7"
	if a := p.do(http.MethodPut, id, role(dataSender, sender)); a.Code != http.StatusForbidden || a.code() != "AuthorizationFailed" {
		t.Errorf("a Contributor assigns a role: %d %s", a.Code, a.Body)
	}
	p.makeOwner()
	if a := p.do(http.MethodPut, id, role(dataSender, sender)); a.Code != http.StatusCreated {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	for _, test := range []struct {
		principal, topic string
		want             bool
	}{
		{sender, topics + "first-topic", true}, {sender, strings.ToUpper(topics + "first-topic"), true},
		{sender, topics + "second-topic", false}, {sender, topics + "first-topic-2", false}, {wk.ToolsObjectID, topics + "first-topic", false},
	} {
		may, err := p.MaySend(t.Context(), test.principal, test.topic)
		if err != nil || may != test.want {
			t.Errorf("%s to %s: %v %v", test.principal, test.topic, may, err)
		}
	}
}
