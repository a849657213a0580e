package graph

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"guichet/internal/cloud/entra"
	"guichet/internal/platform/sqlstore"
)

var principalSet = set{
	name: "servicePrincipals", kind: "servicePrincipal",
	filters: names("id", "appId", "displayName", "appDisplayName", "servicePrincipalType", "accountEnabled"),
}

// principal finds the service principal that {id} names: an object id or appId=….
func (c *call) principal() (entra.Principal, error) {
	key := c.params["id"]
	if appID, ok := strings.CutPrefix(key, appIDKey); ok {
		p, err := c.g.directory.PrincipalOf(c.ctx, c.claims.TenantID, appID)
		return found(p, err)(appID)
	}
	p, err := c.g.directory.Principal(c.ctx, c.claims.TenantID, key)
	return found(p, err)(key)
}

// changeablePrincipal finds it and checks that the caller may change it: its
// owners may, and those of its registration.
func (c *call) changeablePrincipal() (entra.Principal, error) {
	p, err := c.principal()
	if err != nil {
		return p, err
	}
	owners, err := c.owners(p)
	if err != nil {
		return p, err
	}
	return p, c.mayWrite(owners)
}

// owners of a service principal and, in the application's own tenant, of the
// registration.
func (c *call) owners(p entra.Principal) ([]string, error) {
	owners, err := c.g.directory.PrincipalOwners(c.ctx, p.ID)
	if err != nil {
		return nil, err
	}
	more, err := c.g.directory.ApplicationOwners(c.ctx, p.AppID)
	return slices.Concat(owners, more), err
}

func (c *call) wirePrincipal(p entra.Principal) (servicePrincipal, error) {
	a, err := c.g.directory.Application(c.ctx, p.AppID)
	return wirePrincipal(p, a), err
}

func (g *Graph) listPrincipals(c *call) (reply, error) {
	if err := c.mayRead(); err != nil {
		return reply{}, err
	}
	principals, err := g.directory.Principals(c.ctx, c.claims.TenantID)
	if err != nil {
		return reply{}, err
	}
	rows := make([]servicePrincipal, 0, len(principals))
	for _, p := range principals {
		row, err := c.wirePrincipal(p)
		if err != nil {
			return reply{}, err
		}
		rows = append(rows, row)
	}
	return list(c, principalSet, rows)
}

func (g *Graph) getPrincipal(c *call) (reply, error) {
	if err := c.mayRead(); err != nil {
		return reply{}, err
	}
	p, err := c.principal()
	if err != nil {
		return reply{}, err
	}
	row, err := c.wirePrincipal(p)
	if err != nil {
		return reply{}, err
	}
	return c.one(principalSet, row)
}

// createPrincipal makes an application present in the tenant. One's own needs its
// ownership; one of another tenant, such as Microsoft.EventGrid, the right to
// manage all of them.
func (g *Graph) createPrincipal(c *call) (reply, error) {
	if err := c.mayCreate(); err != nil {
		return reply{}, err
	}
	var body struct {
		Type               string   `json:"@odata.type"`
		AppID              string   `json:"appId"`
		AssignmentRequired bool     `json:"appRoleAssignmentRequired"`
		AccountEnabled     *bool    `json:"accountEnabled"`
		DisplayName        *string  `json:"displayName"`
		Tags               []string `json:"tags"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if body.AppID == "" {
		return reply{}, badRequest("A value is required for property 'appId' of resource 'ServicePrincipal'.")
	}
	if body.AccountEnabled != nil && !*body.AccountEnabled || body.DisplayName != nil || len(body.Tags) > 0 {
		return reply{}, badRequest("The local cloud takes appId and appRoleAssignmentRequired of a service principal only.")
	}
	if err := c.mayAdmit(body.AppID); err != nil {
		return reply{}, err
	}
	p, err := g.directory.CreatePrincipal(c.ctx, entra.Principal{
		TenantID: c.claims.TenantID, AppID: body.AppID, AssignmentRequired: body.AssignmentRequired,
	}, c.claims.ObjectID)
	switch {
	case errors.Is(err, entra.ErrNoApplication):
		return reply{}, badRequest("The appId '%s' of the service principal does not reference a valid application object.", body.AppID)
	case errors.Is(err, entra.ErrExists):
		return reply{}, fail(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "The service principal cannot be created, updated, "+
			"or restored because the service principal name %s is already in use.", body.AppID)
	case err != nil:
		return reply{}, err
	}
	row, err := c.wirePrincipal(p)
	if err != nil {
		return reply{}, err
	}
	out, err := c.one(principalSet, row)
	out.status, out.location = http.StatusCreated, c.root()+"/directoryObjects/"+p.ID+"/Microsoft.DirectoryServices.ServicePrincipal"
	return out, err
}

// mayAdmit is the right to make an application present.
func (c *call) mayAdmit(appID string) error {
	a, err := c.g.directory.Application(c.ctx, appID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		// That it does not exist is told when it is made.
		return nil
	}
	if err != nil {
		return err
	}
	if a.TenantID == c.claims.TenantID {
		owners, err := c.g.directory.ApplicationOwners(c.ctx, a.AppID)
		if err != nil {
			return err
		}
		return c.mayWrite(owners)
	}
	if err := c.mayWrite(nil); err != nil {
		if !c.user() {
			return fail(http.StatusForbidden, "Authorization_RequestDenied",
				"When using this permission, the backing application of the service principal being created must in the local tenant")
		}
		return err
	}
	return nil
}

func (g *Graph) patchPrincipal(c *call) (reply, error) {
	p, err := c.changeablePrincipal()
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Type               string `json:"@odata.type"`
		AssignmentRequired *bool  `json:"appRoleAssignmentRequired"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if body.AssignmentRequired != nil {
		p.AssignmentRequired = *body.AssignmentRequired
		err = g.directory.UpdatePrincipal(c.ctx, p)
	}
	return reply{status: http.StatusNoContent}, err
}

func (g *Graph) deletePrincipal(c *call) (reply, error) {
	p, err := c.changeablePrincipal()
	if err == nil {
		err = g.directory.DeletePrincipal(c.ctx, p.ID)
	}
	return reply{status: http.StatusNoContent}, err
}
