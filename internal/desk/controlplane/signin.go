package controlplane

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"guichet/internal/platform/secret"
)

// SignInApp is the app registration by which people sign in to the desk.
type SignInApp struct {
	// Name finds the registration, or makes it.
	Name string
	// RedirectURI is where Entra ID sends browsers back to.
	RedirectURI string
	// Administrator, when set, is given the app role Administrator: the name by
	// which the user signs in.
	Administrator string
}

// signInRoles are the app roles, whose values the desk knows as its roles. An id
// has to stay the same while somebody holds the role.
var signInRoles = []appRole{
	{"5e1f0000-0000-4000-8000-000000000001", "Agent", "Agent", "Answers customers.", []string{"User"}, true},
	{"5e1f0000-0000-4000-8000-000000000002", "Supervisor", "Supervisor", "Answers customers and watches over agents.", []string{"User"}, true},
	{"5e1f0000-0000-4000-8000-000000000003", "Administrator", "Administrator", "Manages users, numbers and the connection.", []string{"User"}, true},
}

type appRole struct {
	ID                 string   `json:"id"`
	Value              string   `json:"value"`
	DisplayName        string   `json:"displayName"`
	Description        string   `json:"description"`
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
	IsEnabled          bool     `json:"isEnabled"`
}

// signInSecret is the name of the client secrets that ProvisionSignIn makes.
const signInSecret = "Guichet"

// ProvisionSignIn registers the application, gives it its app roles, redirect URI,
// service principal and a new client secret, and takes older secrets of the same
// name away. It may be called again at any time.
func (c *Client) ProvisionSignIn(ctx context.Context, app SignInApp) (clientID string, clientSecret secret.Text, err error) {
	object, err := c.signInRegistration(ctx, app)
	if err != nil {
		return "", "", fmt.Errorf("register the application for sign-in: %w", err)
	}
	principal, err := c.signInPrincipal(ctx, object.AppID)
	if err == nil && app.Administrator != "" {
		err = c.makeAdministrator(ctx, principal, app.Administrator)
	}
	if err != nil {
		return "", "", fmt.Errorf("give the app roles for sign-in: %w", err)
	}
	var made struct {
		SecretText string `json:"secretText"`
	}
	path := "applications/" + object.ID
	credential := map[string]any{"passwordCredential": map[string]any{"displayName": signInSecret}}
	if err := c.callGraph(ctx, http.MethodPost, path+"/addPassword", nil, credential, &made, http.StatusOK); err != nil {
		return "", "", fmt.Errorf("make the client secret for sign-in: %w", err)
	}
	for _, old := range object.Secrets {
		if old.DisplayName != signInSecret {
			continue
		}
		in := map[string]any{"keyId": old.KeyID}
		if err := c.callGraph(ctx, http.MethodPost, path+"/removePassword", nil, in, nil, http.StatusNoContent); err != nil {
			return "", "", fmt.Errorf("take the former client secret away: %w", err)
		}
	}
	return object.AppID, secret.Text(made.SecretText), nil
}

type signInObject struct {
	ID      string `json:"id"`
	AppID   string `json:"appId"`
	Secrets []struct {
		KeyID       string `json:"keyId"`
		DisplayName string `json:"displayName"`
	} `json:"passwordCredentials"`
}

// signInRegistration finds or makes the registration and sets what it needs.
func (c *Client) signInRegistration(ctx context.Context, app SignInApp) (signInObject, error) {
	var found struct {
		Value []signInObject `json:"value"`
	}
	query := url.Values{"$filter": {"displayName eq '" + quoted(app.Name) + "'"}}
	if err := c.callGraph(ctx, http.MethodGet, "applications", query, nil, &found, http.StatusOK); err != nil {
		return signInObject{}, err
	}
	wanted := map[string]any{
		"displayName": app.Name, "signInAudience": "AzureADMyOrg", "appRoles": signInRoles,
		"web": map[string]any{"redirectUris": []string{app.RedirectURI}},
	}
	if len(found.Value) == 0 {
		var made signInObject
		return made, c.callGraph(ctx, http.MethodPost, "applications", nil, wanted, &made, http.StatusCreated)
	}
	object := found.Value[0]
	return object, c.callGraph(ctx, http.MethodPatch, "applications/"+object.ID, nil, wanted, nil, http.StatusNoContent)
}

type graphObject struct {
	ID string `json:"id"`
}

// signInPrincipal is the object id of the service principal of an application,
// which is made when there is none.
func (c *Client) signInPrincipal(ctx context.Context, appID string) (string, error) {
	var found struct {
		Value []graphObject `json:"value"`
	}
	query := url.Values{"$filter": {"appId eq '" + quoted(appID) + "'"}}
	if err := c.callGraph(ctx, http.MethodGet, "servicePrincipals", query, nil, &found, http.StatusOK); err != nil {
		return "", err
	}
	if len(found.Value) > 0 {
		return found.Value[0].ID, nil
	}
	var made graphObject
	err := c.callGraph(ctx, http.MethodPost, "servicePrincipals", nil, map[string]any{"appId": appID}, &made, http.StatusCreated)
	return made.ID, err
}

// makeAdministrator assigns a user the role Administrator, unless they hold a role
// already: what was changed stays changed.
func (c *Client) makeAdministrator(ctx context.Context, principal, userName string) error {
	var user graphObject
	if err := c.callGraph(ctx, http.MethodGet, "users/"+url.PathEscape(userName), nil, nil, &user, http.StatusOK); err != nil {
		return err
	}
	var held struct {
		Value []struct {
			PrincipalID string `json:"principalId"`
		} `json:"value"`
	}
	path := "servicePrincipals/" + principal + "/appRoleAssignedTo"
	if err := c.callGraph(ctx, http.MethodGet, path, nil, nil, &held, http.StatusOK); err != nil {
		return err
	}
	for _, one := range held.Value {
		if strings.EqualFold(one.PrincipalID, user.ID) {
			return nil
		}
	}
	in := map[string]any{"principalId": user.ID, "resourceId": principal, "appRoleId": signInRoles[2].ID}
	return c.callGraph(ctx, http.MethodPost, path, nil, in, nil, http.StatusCreated)
}
