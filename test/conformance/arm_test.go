package conformance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/eventgrid/armeventgrid/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/v3"

	"guichet/localcloud"
)

// all reads every page.
func all[T, V any](f *fixture, pager *runtime.Pager[T], items func(T) []V) []V {
	f.t.Helper()
	var list []V
	for pager.More() {
		page := must(pager.NextPage(f.ctx))(f.t)
		list = append(list, items(page)...)
	}
	return list
}

func TestCommunicationServices(t *testing.T) {
	f := start(t)
	client := must(armcommunication.NewServicesClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	const group, name = localcloud.ResourceGroup, "second-acs"
	check := func() armcommunication.CheckNameAvailabilityResponse {
		return must(client.CheckNameAvailability(f.ctx, armcommunication.NameAvailabilityParameters{
			Name: to.Ptr(name), Type: to.Ptr("Microsoft.Communication/CommunicationServices"),
		}, nil))(t).CheckNameAvailabilityResponse
	}
	if !*check().NameAvailable {
		t.Error("the name is taken before it is")
	}
	_, err := client.Get(f.ctx, group, name, nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
	_, err = client.Get(f.ctx, "nowhere", name, nil)
	wantCode(t, err, http.StatusNotFound, "ResourceGroupNotFound")

	body := armcommunication.ServiceResource{
		Location: to.Ptr("global"), Tags: map[string]*string{"a": to.Ptr("b")},
		Properties: &armcommunication.ServiceProperties{DataLocation: to.Ptr("France")},
	}
	poller, err := client.BeginCreateOrUpdate(f.ctx, group, name, body, nil)
	if err != nil {
		t.Fatal(err)
	}
	if accepted := must(client.Get(f.ctx, group, name, nil))(t); *accepted.Properties.ProvisioningState != armcommunication.CommunicationServicesProvisioningState("Accepted") {
		t.Errorf("at once it is %s", *accepted.Properties.ProvisioningState)
	}
	made := must(done(f, poller, nil))(t)
	if *made.Properties.ProvisioningState != armcommunication.CommunicationServicesProvisioningStateSucceeded || *made.Properties.DataLocation != "France" || *made.Tags["a"] != "b" {
		t.Errorf("%+v", made.Properties)
	}
	if c := check(); *c.NameAvailable || *c.Reason != armcommunication.CheckNameAvailabilityReasonAlreadyExists {
		t.Errorf("%+v", c)
	}
	patched := must(client.Update(f.ctx, group, strings.ToUpper(name), armcommunication.ServiceResourceUpdate{
		Tags: map[string]*string{"c": to.Ptr("d")}, Properties: &armcommunication.ServiceUpdateProperties{DisableLocalAuth: to.Ptr(true)},
	}, nil))(t)
	if patched.Tags["a"] != nil || *patched.Tags["c"] != "d" || !*patched.Properties.DisableLocalAuth {
		t.Errorf("%+v", patched)
	}
	before := must(client.ListKeys(f.ctx, group, name, nil))(t)
	changed := must(client.RegenerateKey(f.ctx, group, name, armcommunication.RegenerateKeyParameters{KeyType: to.Ptr(armcommunication.KeyTypeSecondary)}, nil))(t)
	after := must(client.ListKeys(f.ctx, group, name, nil))(t)
	if changed.PrimaryKey != nil || *after.PrimaryKey != *before.PrimaryKey || *after.SecondaryKey == *before.SecondaryKey || *changed.SecondaryKey != *after.SecondaryKey {
		t.Errorf("regenerated %+v", changed)
	}
	body.Properties.DataLocation = to.Ptr("Germany")
	_, err = client.BeginCreateOrUpdate(f.ctx, group, name, body, nil)
	wantCode(t, err, http.StatusBadRequest, "BadRequest")

	count := func() int {
		byGroup := all(f, client.NewListByResourceGroupPager(group, nil), func(p armcommunication.ServicesClientListByResourceGroupResponse) []*armcommunication.ServiceResource {
			return p.Value
		})
		bySub := all(f, client.NewListBySubscriptionPager(nil), func(p armcommunication.ServicesClientListBySubscriptionResponse) []*armcommunication.ServiceResource {
			return p.Value
		})
		if len(byGroup) != len(bySub) {
			t.Errorf("%d in the group, %d in the subscription", len(byGroup), len(bySub))
		}
		return len(bySub)
	}
	if count() != 2 {
		t.Errorf("%d resources", count())
	}
	removal, err := client.BeginDelete(f.ctx, group, name, nil)
	must(done(f, removal, err))(t)
	if count() != 1 {
		t.Errorf("%d resources after the deletion", count())
	}
}

func TestGroupsAndResources(t *testing.T) {
	f := start(t)
	groups := must(armresources.NewResourceGroupsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	created := must(groups.CreateOrUpdate(f.ctx, "Second-RG", armresources.ResourceGroup{Location: to.Ptr("West Europe")}, nil))(t)
	if *created.Location != "westeurope" || *created.Name != "Second-RG" {
		t.Errorf("%+v", created)
	}
	if got := must(groups.CheckExistence(f.ctx, "second-rg", nil))(t); !got.Success {
		t.Error("the group is not found in another casing")
	}
	_, err := groups.CreateOrUpdate(f.ctx, "second-rg", armresources.ResourceGroup{Location: to.Ptr("northeurope")}, nil)
	wantCode(t, err, http.StatusConflict, "InvalidResourceGroupLocation")
	must(groups.Update(f.ctx, "second-rg", armresources.ResourceGroupPatchable{Tags: map[string]*string{"x": to.Ptr("y")}}, nil))(t)
	if got := must(groups.Get(f.ctx, "second-rg", nil))(t); *got.Tags["x"] != "y" {
		t.Errorf("%+v", got.Tags)
	}
	list := all(f, groups.NewListPager(nil), func(p armresources.ResourceGroupsClientListResponse) []*armresources.ResourceGroup { return p.Value })
	if len(list) != 2 {
		t.Errorf("%d groups", len(list))
	}
	removal, err := groups.BeginDelete(f.ctx, "second-rg", nil)
	must(done(f, removal, err))(t)
	if got := must(groups.CheckExistence(f.ctx, "second-rg", nil))(t); got.Success {
		t.Error("the group is still there")
	}
	_, err = groups.Get(f.ctx, "second-rg", nil)
	wantCode(t, err, http.StatusNotFound, "ResourceGroupNotFound")

	resources := must(armresources.NewClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	found := all(f, resources.NewListPager(&armresources.ClientListOptions{Filter: to.Ptr("resourceType eq 'Microsoft.Communication/CommunicationServices'")}),
		func(p armresources.ClientListResponse) []*armresources.GenericResourceExpanded { return p.Value })
	if len(found) != 1 || *found[0].Name != localcloud.ResourceName {
		t.Errorf("%+v", found)
	}
}

// TestRegistration: the Go pipeline registers by itself, and then its call goes
// through.
func TestRegistration(t *testing.T) {
	f := start(t)
	providers := must(armresources.NewProvidersClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	must(providers.Unregister(f.ctx, "Microsoft.EventGrid", nil))(t)
	if p := must(providers.Get(f.ctx, "microsoft.eventgrid", nil))(t); *p.RegistrationState != "NotRegistered" {
		t.Errorf("it is %s", *p.RegistrationState)
	}
	topic := armeventgrid.SystemTopic{Location: to.Ptr("global"), Properties: &armeventgrid.SystemTopicProperties{
		Source: to.Ptr(localcloud.ResourceID), TopicType: to.Ptr("Microsoft.Communication.CommunicationServices"),
	}}
	plain := f.arm()
	plain.DisableRPRegistration = true
	strict := must(armeventgrid.NewSystemTopicsClient(localcloud.SubscriptionID, f.cred, plain))(t)
	_, err := strict.BeginCreateOrUpdate(f.ctx, localcloud.ResourceGroup, "topic", topic, nil)
	wantCode(t, err, http.StatusConflict, "MissingSubscriptionRegistration")
	if p := must(providers.Register(f.ctx, "Microsoft.EventGrid", nil))(t); *p.RegistrationState != "Registering" {
		t.Errorf("it is %s", *p.RegistrationState)
	}
	poller, err := strict.BeginCreateOrUpdate(f.ctx, localcloud.ResourceGroup, "topic", topic, nil)
	must(done(f, poller, err))(t)
	list := all(f, providers.NewListPager(nil), func(p armresources.ProvidersClientListResponse) []*armresources.Provider { return p.Value })
	if len(list) < 4 {
		t.Errorf("%d providers", len(list))
	}
}

// raw makes an ARM call by hand and answers status and error code.
func (f *fixture) raw(method, path, bearer string) (*http.Response, string) {
	f.t.Helper()
	header := http.Header{}
	if bearer != "" {
		header.Set("Authorization", bearer)
	}
	var body struct{ Error struct{ Code string } }
	response := f.call(method, f.cloud.URL()+path, nil, header, &body)
	return response, body.Error.Code
}

func TestRefusals(t *testing.T) {
	f := start(t)
	const version = "?api-version=2025-09-01"
	sub := "/subscriptions/" + localcloud.SubscriptionID
	bearer := func(scope string) string { return "Bearer " + must(f.get(f.cred, scope))(t) }
	good := bearer("https://management.azure.com/.default")
	stranger := f.register(map[string]any{"displayName": "stranger"})
	nobody := "Bearer " + must(f.get(f.secret(stranger.AppID, f.addSecret(stranger, map[string]any{})), "https://management.azure.com/.default"))(t)
	for name, test := range map[string]struct {
		method, path, bearer string
		status               int
		code                 string
	}{
		"no token":            {"GET", sub + version, "", 401, "AuthenticationFailed"},
		"junk":                {"GET", sub + version, "Bearer a.b.c", 401, "InvalidAuthenticationToken"},
		"basic":               {"GET", sub + version, "Basic eDp5", 401, "AuthenticationFailedInvalidHeader"},
		"another audience":    {"GET", sub + version, bearer("https://communication.azure.com/.default"), 401, "InvalidAuthenticationTokenAudience"},
		"no version":          {"GET", sub, good, 400, "MissingApiVersionParameter"},
		"no subscription":     {"GET", "/subscriptions/00000000-0000-0000-0000-000000000009" + version, good, 404, "SubscriptionNotFound"},
		"no right":            {"GET", sub + version, nobody, 403, "AuthorizationFailed"},
		"no such provider":    {"GET", sub + "/providers/Contoso.Nothing" + version, good, 404, "InvalidResourceNamespace"},
		"a route of no plane": {"GET", "/nowhere/at/all" + version, good, 404, "NotFound"},
		"an unknown ARM path": {"GET", sub + "/providers/Contoso.Nothing/things" + version, good, 404, "NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			response, code := f.raw(test.method, test.path, test.bearer)
			if response.StatusCode != test.status || code != test.code {
				t.Errorf("got %d %s", response.StatusCode, code)
			}
			if response.Header.Get("x-ms-error-code") != test.code {
				t.Errorf("x-ms-error-code %q", response.Header.Get("x-ms-error-code"))
			}
			challenge := response.Header.Get("WWW-Authenticate")
			if want := f.cloud.AuthorityHost() + localcloud.TenantID; test.status == 401 && !strings.Contains(challenge, `authorization_uri="`+want+`"`) {
				t.Errorf("challenge %q", challenge)
			}
		})
	}
	// Paths ignore case and double slashes.
	path := strings.ToUpper(sub) + "/RESOURCEGROUPS/" + strings.ToUpper(localcloud.ResourceGroup) + "/providers//microsoft.communication//COMMUNICATIONSERVICES/contoso-ACS"
	response, _ := f.raw("GET", path+version, good)
	if response.StatusCode != http.StatusOK {
		t.Errorf("odd casing: %s", response.Status)
	}
	for _, name := range []string{"x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id", "x-ms-ratelimit-remaining-subscription-reads"} {
		if response.Header.Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

func TestRights(t *testing.T) {
	f := start(t)
	sub := "/subscriptions/" + localcloud.SubscriptionID
	good := "Bearer " + must(f.get(f.cred, "https://management.azure.com/.default"))(t)
	var answer struct {
		Value []struct {
			Actions, NotActions []string
			Properties          map[string]any
		}
	}
	get := func(path string) {
		t.Helper()
		answer.Value = nil
		if r := f.call(http.MethodGet, f.cloud.URL()+path, nil, http.Header{"Authorization": {good}}, &answer); r.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", path, r.Status)
		}
	}
	get(sub + "/resourceGroups/" + localcloud.ResourceGroup + "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01")
	if len(answer.Value) != 1 || answer.Value[0].Actions[0] != "*" || len(answer.Value[0].NotActions) == 0 {
		t.Errorf("permissions %+v", answer)
	}
	get(sub + "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=principalId%20eq%20'" + localcloud.ObjectID + "'")
	if len(answer.Value) != 1 || !strings.HasSuffix(answer.Value[0].Properties["roleDefinitionId"].(string), "b24988ac-6180-42a0-ab88-20f7382dd24c") {
		t.Errorf("assignments %+v", answer)
	}
	get(sub + "/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&$filter=roleName%20eq%20'Reader'")
	if len(answer.Value) != 1 {
		t.Errorf("definitions %+v", answer)
	}
	// A Contributor cannot grant.
	response, code := f.raw("PUT", sub+"/providers/Microsoft.Authorization/roleAssignments/11111111-1111-4111-8111-111111111111?api-version=2022-04-01", good)
	if response.StatusCode != http.StatusForbidden || code != "AuthorizationFailed" {
		t.Errorf("%s %s", response.Status, code)
	}
}
