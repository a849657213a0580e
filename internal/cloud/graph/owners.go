package graph

import (
	"errors"
	"net/http"
	"strings"

	"guichet/internal/cloud/entra"
	"guichet/internal/platform/sqlstore"
)

var objectSet = set{name: "directoryObjects", kind: "directoryObject", filters: names("id")}

// object is a user or service principal with its type, as lists of mixed kinds
// write it.
func (c *call) object(id string) (map[string]any, error) {
	u, err := c.g.directory.User(c.ctx, c.claims.TenantID, id)
	if err == nil {
		object, err := plain(wireUser(u))
		if err == nil {
			object["@odata.type"] = "#microsoft.graph.user"
		}
		return object, err
	}
	if !errors.Is(err, sqlstore.ErrNotFound) {
		return nil, err
	}
	p, err := c.g.directory.Principal(c.ctx, c.claims.TenantID, id)
	if err != nil {
		return nil, err
	}
	row, err := c.wirePrincipal(p)
	if err != nil {
		return nil, err
	}
	object, err := plain(row)
	if err == nil {
		object["@odata.type"] = "#microsoft.graph.servicePrincipal"
	}
	return object, err
}

// owned answers the registrations and service principals of the tenant that a user
// owns.
func (c *call) owned(userID string) (reply, error) {
	apps, principals, err := c.g.directory.Owned(c.ctx, userID)
	if err != nil {
		return reply{}, err
	}
	rows := []map[string]any{}
	for _, id := range apps {
		a, err := c.g.directory.Application(c.ctx, id)
		if err != nil {
			return reply{}, err
		}
		row, err := c.wire(a)
		if err != nil {
			return reply{}, err
		}
		object, err := plain(row)
		if err != nil {
			return reply{}, err
		}
		object["@odata.type"] = "#microsoft.graph.application"
		rows = append(rows, object)
	}
	for _, id := range principals {
		object, err := c.object(id)
		if err != nil {
			return reply{}, err
		}
		rows = append(rows, object)
	}
	return list(c, objectSet, rows)
}

func (g *Graph) myObjects(c *call) (reply, error) {
	if !c.user() {
		return reply{}, delegatedOnly()
	}
	if !c.permitted("User.Read", "User.Read.All", "Directory.Read.All") {
		return reply{}, denied()
	}
	return c.owned(c.claims.ObjectID)
}

func (g *Graph) ownedObjects(c *call) (reply, error) {
	u, err := c.userNamed()
	if err == nil && !c.permitted("User.Read.All", "Directory.Read.All", "Directory.ReadWrite.All") {
		err = denied()
	}
	if err != nil {
		return reply{}, err
	}
	return c.owned(u.ID)
}

func (c *call) listOwners(ids []string, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	rows := []map[string]any{}
	for _, id := range ids {
		object, err := c.object(id)
		if errors.Is(err, sqlstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return reply{}, err
		}
		rows = append(rows, object)
	}
	return list(c, objectSet, rows)
}

// reference reads the object that a $ref request points to.
func (c *call) reference() (string, error) {
	var body struct {
		ID string `json:"@odata.id"`
	}
	if err := c.decode(&body); err != nil {
		return "", err
	}
	id := body.ID[strings.LastIndex(body.ID, "/")+1:]
	if !strings.Contains(body.ID, "/v1.0/") && !strings.Contains(body.ID, "/beta/") || id == "" {
		return "", badRequest("Invalid URL format specified in @odata.id.")
	}
	id = strings.ToLower(id)
	if _, err := c.object(id); errors.Is(err, sqlstore.ErrNotFound) {
		return "", missingObject(id)
	} else if err != nil {
		return "", err
	}
	return id, nil
}

func added(err error) (reply, error) {
	if errors.Is(err, entra.ErrExists) {
		err = badRequest("One or more added object references already exist for the following modified properties: 'owners'.")
	}
	return reply{status: http.StatusNoContent}, err
}

func (c *call) removed(err error) (reply, error) {
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = missingObject(c.params["owner"])
	}
	return reply{status: http.StatusNoContent}, err
}

func (g *Graph) listApplicationOwners(c *call) (reply, error) {
	if err := c.mayRead(); err != nil {
		return reply{}, err
	}
	a, err := c.application()
	if err != nil {
		return reply{}, err
	}
	return c.listOwners(g.directory.ApplicationOwners(c.ctx, a.AppID))
}

func (g *Graph) addApplicationOwner(c *call) (reply, error) {
	a, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	owner, err := c.reference()
	if err != nil {
		return reply{}, err
	}
	return added(g.directory.AddApplicationOwner(c.ctx, a.AppID, owner))
}

func (g *Graph) removeApplicationOwner(c *call) (reply, error) {
	a, err := c.changeable()
	if err != nil {
		return reply{}, err
	}
	return c.removed(g.directory.RemoveApplicationOwner(c.ctx, a.AppID, strings.ToLower(c.params["owner"])))
}

func (g *Graph) listPrincipalOwners(c *call) (reply, error) {
	if err := c.mayRead(); err != nil {
		return reply{}, err
	}
	p, err := c.principal()
	if err != nil {
		return reply{}, err
	}
	return c.listOwners(g.directory.PrincipalOwners(c.ctx, p.ID))
}

func (g *Graph) addPrincipalOwner(c *call) (reply, error) {
	p, err := c.changeablePrincipal()
	if err != nil {
		return reply{}, err
	}
	owner, err := c.reference()
	if err != nil {
		return reply{}, err
	}
	return added(g.directory.AddPrincipalOwner(c.ctx, p.ID, owner))
}

func (g *Graph) removePrincipalOwner(c *call) (reply, error) {
	p, err := c.changeablePrincipal()
	if err != nil {
		return reply{}, err
	}
	return c.removed(g.directory.RemovePrincipalOwner(c.ctx, p.ID, strings.ToLower(c.params["owner"])))
}
