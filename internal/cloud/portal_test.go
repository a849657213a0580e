package cloud

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/wellknown"
)

// control makes a control call and decodes its answer; it answers the status.
func control(t *testing.T, c *Cloud, method, path, body string, into any) int {
	t.Helper()
	r, err := http.NewRequest(method, c.HTTPURL()+"/_guichet/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return response.StatusCode
}

// signed asks the data plane with a key, and answers the status.
func signed(t *testing.T, c *Cloud, key, path string) int {
	t.Helper()
	secret, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodGet, c.HTTPURL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	empty := sha256.Sum256(nil)
	hash, date := base64.StdEncoding.EncodeToString(empty[:]), time.Now().UTC().Format(http.TimeFormat)
	mac := hmac.New(sha256.New, secret)
	_, _ = io.WriteString(mac, "GET\n"+path+"\n"+date+";"+r.URL.Host+";"+hash)
	r.Header.Set("x-ms-date", date)
	r.Header.Set("x-ms-content-sha256", hash)
	r.Header.Set("Authorization", "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature="+
		base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

func TestPortalSaysWhereTheCloudIs(t *testing.T) {
	c := local(t, Options{Ephemeral: true})
	var got about
	control(t, c, http.MethodGet, "about", "", &got)
	if got.HTTPS != c.HTTPSURL() || got.Pages != c.HTTPURL() || got.CAFile != c.CAFile() || got.WellKnown.ConnectionString != c.ConnectionString() ||
		!strings.HasPrefix(got.CA, "-----BEGIN CERTIFICATE-----") || strings.Contains(got.CA, "PRIVATE") {
		t.Errorf("%+v", got)
	}
}

func TestPortalShowsResources(t *testing.T) {
	c := local(t, Options{Ephemeral: true})
	var groups struct {
		Items []struct {
			Name, SubscriptionID string
			Resources            []struct{ ID, Name, Type string }
		}
	}
	control(t, c, http.MethodGet, "arm/groups", "", &groups)
	if len(groups.Items) != 1 || groups.Items[0].Name != wellknown.ResourceGroup || len(groups.Items[0].Resources) != 1 {
		t.Fatalf("%+v", groups)
	}
	id := groups.Items[0].Resources[0].ID
	if id != wellknown.ACSResourceID {
		t.Errorf("resource %s", id)
	}
	var service struct {
		Properties struct{ HostName, ImmutableResourceID string }
	}
	control(t, c, http.MethodGet, "arm/services?id="+url.QueryEscape(strings.ToLower(id)), "", &service)
	if service.Properties.HostName != c.HostName() || service.Properties.ImmutableResourceID != wellknown.ACSImmutableID {
		t.Errorf("%+v", service)
	}
	var numbers struct {
		Items []struct{ Number, Calling, SMS string }
	}
	control(t, c, http.MethodGet, "acs/numbers?service="+wellknown.ACSImmutableID, "", &numbers)
	if len(numbers.Items) != 2 || numbers.Items[0].Number != wellknown.NumberTollFree || numbers.Items[0].SMS != "inbound+outbound" {
		t.Errorf("%+v", numbers)
	}
	var refused struct{ Error struct{ Code string } }
	if status := control(t, c, http.MethodGet, "arm/keys?id=/none", "", &refused); status != 404 || refused.Error.Code != "ResourceNotFound" {
		t.Errorf("%d %+v", status, refused)
	}
}

func TestPortalShowsProviders(t *testing.T) {
	c := local(t, Options{Ephemeral: true})
	var subscriptions struct {
		Items []struct{ SubscriptionID, DisplayName, TenantID string }
	}
	control(t, c, http.MethodGet, "arm/subscriptions", "", &subscriptions)
	if len(subscriptions.Items) != 1 || subscriptions.Items[0].SubscriptionID != wellknown.SubscriptionID || subscriptions.Items[0].TenantID != wellknown.TenantID {
		t.Fatalf("%+v", subscriptions)
	}
	var providers struct {
		Items []struct{ Namespace, RegistrationState, RegistrationPolicy string }
	}
	control(t, c, http.MethodGet, "arm/providers?subscription="+wellknown.SubscriptionID, "", &providers)
	states := map[string]string{}
	for _, p := range providers.Items {
		states[p.Namespace] = p.RegistrationState + " " + p.RegistrationPolicy
	}
	if states["Microsoft.EventGrid"] != "Registered RegistrationRequired" || states["Microsoft.Resources"] != "Registered RegistrationFree" {
		t.Errorf("%v", states)
	}
	var refused struct{ Error struct{ Code string } }
	if status := control(t, c, http.MethodGet, "arm/providers?subscription=none", "", &refused); status != 404 || refused.Error.Code != "SubscriptionNotFound" {
		t.Errorf("%d %+v", status, refused)
	}
}

func TestPortalRegeneratesAKey(t *testing.T) {
	c := local(t, Options{Ephemeral: true})
	const path = "/phoneNumbers?api-version=2025-06-01"
	at := "arm/keys?id=" + url.QueryEscape(wellknown.ACSResourceID)
	if status := signed(t, c, wellknown.ACSPrimaryKey, path); status != 200 {
		t.Fatalf("the well-known key: %d", status)
	}
	var before, after map[string]string
	control(t, c, http.MethodGet, at, "", &before)
	if status := control(t, c, http.MethodPost, at, `{"keyType":"primary"}`, &after); status != 200 {
		t.Fatalf("regenerate: %d", status)
	}
	if after["primaryKey"] == before["primaryKey"] || after["secondaryKey"] != before["secondaryKey"] ||
		!strings.HasSuffix(after["primaryConnectionString"], after["primaryKey"]) {
		t.Errorf("before %v after %v", before, after)
	}
	for key, want := range map[string]int{before["primaryKey"]: 401, after["primaryKey"]: 200, after["secondaryKey"]: 200} {
		if status := signed(t, c, key, path); status != want {
			t.Errorf("got %d, want %d", status, want)
		}
	}
	var refused struct{ Error struct{ Message string } }
	if status := control(t, c, http.MethodPost, at, `{"keyType":"third"}`, &refused); status != 400 || refused.Error.Message == "" {
		t.Errorf("a third key: %d %+v", status, refused)
	}

	var requests struct {
		Items []struct {
			Status                   int
			Caller, Credential, Note string
		}
	}
	control(t, c, http.MethodGet, "requests", "", &requests)
	seen := map[string]int{}
	for _, r := range requests.Items {
		seen[r.Caller+" "+r.Credential]++
		if (r.Status == 401) != (r.Note != "") {
			t.Errorf("%+v", r)
		}
	}
	if seen["contoso-acs primaryKey"] != 2 || seen["contoso-acs secondaryKey"] != 1 || seen[" "] != 1 {
		t.Errorf("callers %v", seen)
	}
}
