package controlplane

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Application is an app registration.
type Application struct {
	// ObjectID is the registration's own id, AppID the Application (client) ID.
	ObjectID, AppID, Name string
}

type graphApplication struct {
	ID          string `json:"id"`
	AppID       string `json:"appId"`
	DisplayName string `json:"displayName"`
}

func (a graphApplication) show() Application {
	return Application{ObjectID: a.ID, AppID: a.AppID, Name: a.DisplayName}
}

// Applications finds app registrations of the tenant by their name.
func (c *Client) Applications(ctx context.Context, name string) ([]Application, error) {
	return c.applications(ctx, "displayName eq '"+quoted(name)+"'")
}

// Application finds an app registration by its Application (client) ID; ok is
// false when the tenant has none.
func (c *Client) Application(ctx context.Context, appID string) (a Application, ok bool, err error) {
	list, err := c.applications(ctx, "appId eq '"+quoted(appID)+"'")
	if err != nil || len(list) == 0 {
		return Application{}, false, err
	}
	return list[0], true, nil
}

func (c *Client) applications(ctx context.Context, filter string) ([]Application, error) {
	var answer struct {
		Value []graphApplication `json:"value"`
	}
	if err := c.callGraph(ctx, http.MethodGet, "applications", url.Values{"$filter": {filter}}, nil, &answer, http.StatusOK); err != nil {
		return nil, fmt.Errorf("look for the app registration: %w", err)
	}
	list := make([]Application, len(answer.Value))
	for i, a := range answer.Value {
		list[i] = a.show()
	}
	return list, nil
}

// CreateApplication registers an application for accounts of any organisation,
// as the connection guide has it. Who registers it becomes its owner, which is
// what Event Grid asks of the one who makes the event subscription (check since
// 30 March 2021).
func (c *Client) CreateApplication(ctx context.Context, name string) (Application, error) {
	var made graphApplication
	in := map[string]any{"displayName": name, "signInAudience": "AzureADMultipleOrgs"}
	if err := c.callGraph(ctx, http.MethodPost, "applications", nil, in, &made, http.StatusCreated); err != nil {
		return Application{}, fmt.Errorf("register the application: %w", err)
	}
	return made.show(), nil
}

// DeleteApplication deletes an app registration; one that is gone is no error.
func (c *Client) DeleteApplication(ctx context.Context, objectID string) error {
	err := c.callGraph(ctx, http.MethodDelete, "applications/"+url.PathEscape(objectID), nil, nil, nil, http.StatusNoContent)
	if err != nil && !Missing(err) {
		return fmt.Errorf("delete the app registration: %w", err)
	}
	return nil
}

// Principal finds the service principal of an application in the tenant, without
// which Entra issues no token for it: its object id, empty when there is none.
func (c *Client) Principal(ctx context.Context, appID string) (string, error) {
	var answer struct {
		Value []struct {
			ID string `json:"id"`
		} `json:"value"`
	}
	query := url.Values{"$filter": {"appId eq '" + quoted(appID) + "'"}}
	if err := c.callGraph(ctx, http.MethodGet, "servicePrincipals", query, nil, &answer, http.StatusOK); err != nil {
		return "", fmt.Errorf("look for the service principal: %w", err)
	}
	if len(answer.Value) == 0 {
		return "", nil
	}
	return answer.Value[0].ID, nil
}

// CreatePrincipal makes the service principal of an application and gives its
// object id.
func (c *Client) CreatePrincipal(ctx context.Context, appID string) (string, error) {
	var made struct {
		ID string `json:"id"`
	}
	if err := c.callGraph(ctx, http.MethodPost, "servicePrincipals", nil, map[string]any{"appId": appID}, &made, http.StatusCreated); err != nil {
		return "", fmt.Errorf("make the service principal: %w", err)
	}
	return made.ID, nil
}

// DeletePrincipal deletes a service principal; one that is gone is no error.
func (c *Client) DeletePrincipal(ctx context.Context, objectID string) error {
	err := c.callGraph(ctx, http.MethodDelete, "servicePrincipals/"+url.PathEscape(objectID), nil, nil, nil, http.StatusNoContent)
	if err != nil && !Missing(err) {
		return fmt.Errorf("delete the service principal: %w", err)
	}
	return nil
}

// Owns says whether a principal is an owner of an app registration.
func (c *Client) Owns(ctx context.Context, applicationID, principalID string) (bool, error) {
	var answer struct {
		Value []struct {
			ID string `json:"id"`
		} `json:"value"`
	}
	if err := c.callGraph(ctx, http.MethodGet, "applications/"+url.PathEscape(applicationID)+"/owners", nil, nil, &answer, http.StatusOK); err != nil {
		return false, fmt.Errorf("read the application's owners: %w", err)
	}
	for _, owner := range answer.Value {
		if strings.EqualFold(owner.ID, principalID) {
			return true, nil
		}
	}
	return false, nil
}

// AddOwner makes a principal an owner of an app registration.
func (c *Client) AddOwner(ctx context.Context, applicationID, principalID string) error {
	in := map[string]any{"@odata.id": strings.TrimRight(c.azure.Graph, "/") + "/v1.0/directoryObjects/" + principalID}
	if err := c.callGraph(ctx, http.MethodPost, "applications/"+url.PathEscape(applicationID)+"/owners/$ref", nil, in, nil, http.StatusNoContent); err != nil {
		return fmt.Errorf("add the owner: %w", err)
	}
	return nil
}

// RemoveOwner takes an owner away; one that is none is no error.
func (c *Client) RemoveOwner(ctx context.Context, applicationID, principalID string) error {
	path := "applications/" + url.PathEscape(applicationID) + "/owners/" + url.PathEscape(principalID) + "/$ref"
	err := c.callGraph(ctx, http.MethodDelete, path, nil, nil, nil, http.StatusNoContent)
	if err != nil && !Missing(err) {
		return fmt.Errorf("remove the owner: %w", err)
	}
	return nil
}

// quoted doubles the quotes of an OData literal.
func quoted(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r == '\'' {
			out = append(out, r)
		}
		out = append(out, r)
	}
	return string(out)
}
