package conformance

import (
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/v3"

	"guichet/localcloud"
)

// TestGenericResources reaches the communication resource as any resource, by
// parts of its id and by the whole.
func TestGenericResources(t *testing.T) {
	f := start(t)
	const group, provider, kind, version = localcloud.ResourceGroup, "Microsoft.Communication", "communicationServices", "2025-09-01"
	client := must(armresources.NewClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	body := armresources.GenericResource{Location: to.Ptr("global"), Properties: map[string]any{"dataLocation": "France"}}

	made, err := client.BeginCreateOrUpdate(f.ctx, group, provider, "", kind, "by-parts", version, body, nil)
	one := must(done(f, made, err))(t)
	got := must(client.Get(f.ctx, group, provider, "", kind, "by-parts", version, nil))(t)
	if *got.ID != *one.ID || got.Properties.(map[string]any)["dataLocation"] != "France" {
		t.Errorf("%+v", got)
	}
	id := "/subscriptions/" + localcloud.SubscriptionID + "/resourceGroups/" + group + "/providers/" + provider + "/" + kind + "/by-id"
	madeByID, err := client.BeginCreateOrUpdateByID(f.ctx, id, version, body, nil)
	must(done(f, madeByID, err))(t)
	tagged := armresources.GenericResource{Tags: map[string]*string{"a": to.Ptr("b")}}
	change, err := client.BeginUpdate(f.ctx, group, provider, "", kind, "by-parts", version, tagged, nil)
	must(done(f, change, err))(t)
	changeByID, err := client.BeginUpdateByID(f.ctx, id, version, tagged, nil)
	must(done(f, changeByID, err))(t)
	if got := must(client.GetByID(f.ctx, id, version, nil))(t); *got.Tags["a"] != "b" {
		t.Errorf("tags %v", got.Tags)
	}
	exist := func() [2]bool {
		byParts := must(client.CheckExistence(f.ctx, group, provider, "", kind, "by-parts", version, nil))(t)
		byID := must(client.CheckExistenceByID(f.ctx, id, version, nil))(t)
		return [2]bool{byParts.Success, byID.Success}
	}
	if exist() != [2]bool{true, true} {
		t.Error("the resources do not exist")
	}

	// A page of one at a time.
	pager := client.NewListByResourceGroupPager(group, &armresources.ClientListByResourceGroupOptions{Top: to.Ptr[int32](1)})
	pages := 0
	for pager.More() {
		if page := must(pager.NextPage(f.ctx))(t); len(page.Value) != 1 {
			t.Errorf("a page of %d", len(page.Value))
		}
		pages++
	}
	if pages != 3 {
		t.Errorf("%d pages, want 3", pages)
	}

	gone, err := client.BeginDelete(f.ctx, group, provider, "", kind, "by-parts", version, nil)
	must(done(f, gone, err))(t)
	goneByID, err := client.BeginDeleteByID(f.ctx, id, version, nil)
	must(done(f, goneByID, err))(t)
	if exist() != [2]bool{false, false} {
		t.Error("the resources still exist")
	}
	_, err = client.GetByID(f.ctx, id, version, nil)
	wantCode(t, err, http.StatusNotFound, "ResourceNotFound")
}

func TestGroupPages(t *testing.T) {
	f := start(t)
	groups := must(armresources.NewResourceGroupsClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	for _, name := range []string{"a-rg", "b-rg", "d-rg"} {
		must(groups.CreateOrUpdate(f.ctx, name, armresources.ResourceGroup{Location: to.Ptr("westeurope")}, nil))(t)
	}
	var names []string
	pager := groups.NewListPager(&armresources.ResourceGroupsClientListOptions{Top: to.Ptr[int32](3)})
	for pager.More() {
		for _, g := range must(pager.NextPage(f.ctx))(t).Value {
			names = append(names, *g.Name)
		}
	}
	if len(names) != 4 || names[0] != "a-rg" || names[3] != "d-rg" {
		t.Errorf("%v", names)
	}
	_, err := groups.NewListPager(&armresources.ResourceGroupsClientListOptions{Top: to.Ptr[int32](0)}).NextPage(f.ctx)
	wantCode(t, err, http.StatusBadRequest, "InvalidRequest")
}

func TestLinkNotificationHub(t *testing.T) {
	f := start(t)
	client := must(armcommunication.NewServicesClient(localcloud.SubscriptionID, f.cred, f.arm()))(t)
	const hub = "/subscriptions/" + localcloud.SubscriptionID + "/resourceGroups/x/providers/Microsoft.NotificationHubs/namespaces/n/notificationHubs/h"
	link := func(id string) (armcommunication.ServicesClientLinkNotificationHubResponse, error) {
		return client.LinkNotificationHub(f.ctx, localcloud.ResourceGroup, localcloud.ResourceName, &armcommunication.ServicesClientLinkNotificationHubOptions{
			LinkNotificationHubParameters: &armcommunication.LinkNotificationHubParameters{ResourceID: to.Ptr(id), ConnectionString: to.Ptr("Endpoint=sb://n/")},
		})
	}
	if linked := must(link(hub))(t); *linked.ResourceID != hub {
		t.Errorf("linked %s", *linked.ResourceID)
	}
	if got := must(client.Get(f.ctx, localcloud.ResourceGroup, localcloud.ResourceName, nil))(t); *got.Properties.NotificationHubID != hub {
		t.Errorf("%+v", got.Properties)
	}
	_, err := link("")
	wantCode(t, err, http.StatusBadRequest, "BadRequest")
}
