package graph

import (
	"net/http"

	"guichet/internal/cloud/entra"
)

var userSet = set{name: "users", kind: "user", filters: names("id", "displayName", "userPrincipalName", "mail", "givenName", "surname", "accountEnabled")}

// mayReadUsers is the right to see users other than oneself.
func (c *call) mayReadUsers() error {
	if c.permitted("User.Read.All", "User.ReadBasic.All", "Directory.Read.All", "Directory.ReadWrite.All") {
		return nil
	}
	return denied()
}

// userNamed finds the user of the path by object id or user principal name.
func (c *call) userNamed() (entra.User, error) {
	name := c.params["user"]
	u, err := c.g.directory.User(c.ctx, c.claims.TenantID, name)
	return found(u, err)(name)
}

func (g *Graph) listUsers(c *call) (reply, error) {
	if err := c.mayReadUsers(); err != nil {
		return reply{}, err
	}
	users, err := g.directory.Users(c.ctx, c.claims.TenantID)
	if err != nil {
		return reply{}, err
	}
	rows := make([]user, 0, len(users))
	for _, u := range users {
		rows = append(rows, wireUser(u))
	}
	return list(c, userSet, rows)
}

func (g *Graph) getUser(c *call) (reply, error) {
	u, err := c.userNamed()
	if err == nil && (u.ID != c.claims.ObjectID || !c.permitted("User.Read")) {
		err = c.mayReadUsers()
	}
	if err != nil {
		return reply{}, err
	}
	return c.one(userSet, wireUser(u))
}

func (g *Graph) me(c *call) (reply, error) {
	if !c.user() {
		return reply{}, delegatedOnly()
	}
	if !c.permitted("User.Read", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All") {
		return reply{}, denied()
	}
	u, err := g.directory.User(c.ctx, c.claims.TenantID, c.claims.ObjectID)
	if err != nil {
		return reply{}, err
	}
	return c.one(userSet, wireUser(u))
}

// delegatedOnly is what is said to an application that asks for "me".
func delegatedOnly() error {
	return fail(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
}

func (g *Graph) organization(c *call) (reply, error) {
	if !c.permitted("Organization.Read.All", "User.Read", "Directory.Read.All", "Directory.ReadWrite.All") {
		return reply{}, denied()
	}
	t, err := g.tenant(c.ctx, c.claims.TenantID)
	if err != nil {
		return reply{}, err
	}
	return list(c, set{name: "organization", kind: "organization", filters: names("id")}, []map[string]any{{
		"id": t.ID, "displayName": t.Name, "tenantType": "AAD",
		"verifiedDomains": []map[string]any{{
			"name": t.Domain, "isDefault": true, "isInitial": true, "type": "Managed", "capabilities": "Email, OfficeCommunicationsOnline",
		}},
	}})
}
