package controlplane

import (
	"context"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"
)

// DataLocations are where a resource may keep its data (reference: ACS
// concepts, privacy; API version 2025-05-01 of Microsoft.Communication).
var DataLocations = []string{
	"Africa", "Asia Pacific", "Australia", "Brazil", "Canada", "Europe", "France", "Germany", "India", "Japan", "Korea",
	"Norway", "Switzerland", "UAE", "UK", "United States",
}

// groupVersion is the API version of resource groups.
const groupVersion = "2021-04-01"

// Group is a resource group.
type Group struct{ Name, Location string }

// Groups lists the resource groups of the subscription that one can see.
func (c *Client) Groups(ctx context.Context) ([]Group, error) {
	var answer struct {
		Value []struct {
			Name     string `json:"name"`
			Location string `json:"location"`
		} `json:"value"`
	}
	if err := c.get(ctx, c.Scope("")+"/resourcegroups", groupVersion, &answer); err != nil {
		return nil, fmt.Errorf("list resource groups: %w", err)
	}
	list := make([]Group, len(answer.Value))
	for i, g := range answer.Value {
		list[i] = Group(g)
	}
	return list, nil
}

// CreateGroup makes a resource group in an Azure region.
func (c *Client) CreateGroup(ctx context.Context, name, location string) error {
	req, err := runtime.NewRequest(ctx, http.MethodPut, runtime.JoinPaths(c.arm.Endpoint(), c.Scope(name)))
	if err != nil {
		return err
	}
	req.Raw().URL.RawQuery = "api-version=" + groupVersion
	if err := runtime.MarshalAsJSON(req, map[string]string{"location": location}); err != nil {
		return err
	}
	resp, err := c.arm.Pipeline().Do(req)
	if err != nil {
		return fmt.Errorf("make the resource group: %w", err)
	}
	if !runtime.HasStatusCode(resp, http.StatusOK, http.StatusCreated) {
		return fmt.Errorf("make the resource group: %w", runtime.NewResponseError(resp))
	}
	return nil
}

// CreateResource makes an ACS resource and waits until it is there, which takes
// Azure a minute or two. Doing so again changes nothing.
func (c *Client) CreateResource(ctx context.Context, group, name, dataLocation string) (Resource, error) {
	poller, err := c.services.BeginCreateOrUpdate(ctx, group, name, armcommunication.ServiceResource{
		Location: to.Ptr("global"), Properties: &armcommunication.ServiceProperties{DataLocation: &dataLocation},
	}, nil)
	if err != nil {
		return Resource{}, fmt.Errorf("make the resource: %w", err)
	}
	res, err := poller.PollUntilDone(ctx, poll)
	if err != nil {
		return Resource{}, fmt.Errorf("make the resource: %w", err)
	}
	return showResource(res.ServiceResource), nil
}

// DeleteResource deletes an ACS resource; one that is gone is no error.
func (c *Client) DeleteResource(ctx context.Context, group, name string) error {
	poller, err := c.services.BeginDelete(ctx, group, name, nil)
	if err == nil {
		_, err = poller.PollUntilDone(ctx, poll)
	}
	if err != nil && !Missing(err) {
		return fmt.Errorf("delete the resource: %w", err)
	}
	return nil
}

// CreateActions are those that making a resource needs beside the others;
// CreateGroupActions those that making its group needs.
var (
	CreateActions      = []string{"Microsoft.Communication/communicationServices/write"}
	CreateGroupActions = []string{"Microsoft.Resources/subscriptions/resourceGroups/write"}
)
