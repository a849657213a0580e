package graph

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"guichet/internal/cloud/entra"
	"guichet/internal/platform/sqlstore"
)

var assignmentSet = set{name: "appRoleAssignments", kind: "appRoleAssignment", filters: names("id", "appRoleId", "resourceId", "principalId")}

// holder is who may hold a role.
type holder struct{ id, name, kind string }

// holder finds a service principal or user of the tenant.
func (c *call) holder(id string) (holder, error) {
	u, err := c.g.directory.User(c.ctx, c.claims.TenantID, id)
	if err == nil {
		return holder{u.ID, u.Name, "User"}, nil
	}
	if !errors.Is(err, sqlstore.ErrNotFound) {
		return holder{}, err
	}
	p, err := c.g.directory.Principal(c.ctx, c.claims.TenantID, id)
	if err != nil {
		return found(holder{}, err)(id)
	}
	a, err := c.g.directory.Application(c.ctx, p.AppID)
	return holder{p.ID, a.Name, "ServicePrincipal"}, err
}

func (c *call) wireAssignment(x entra.Assignment) (assignment, error) {
	who, err := c.holder(x.PrincipalID)
	if err != nil {
		return assignment{}, err
	}
	p, err := c.g.directory.Principal(c.ctx, c.claims.TenantID, x.ResourceID)
	if err != nil {
		return assignment{}, err
	}
	a, err := c.g.directory.Application(c.ctx, p.AppID)
	return assignment{
		ID: x.ID, AppRoleID: x.RoleID, CreatedDateTime: x.Created, PrincipalDisplayName: who.name, PrincipalID: who.id,
		PrincipalType: who.kind, ResourceDisplayName: a.Name, ResourceID: p.ID,
	}, err
}

func (c *call) listRows(rows []entra.Assignment, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	out := make([]assignment, 0, len(rows))
	for _, x := range rows {
		row, err := c.wireAssignment(x)
		if err != nil {
			return reply{}, err
		}
		out = append(out, row)
	}
	return list(c, assignmentSet, out)
}

func (g *Graph) listAssignedTo(c *call) (reply, error) {
	p, err := c.readablePrincipal()
	if err != nil {
		return reply{}, err
	}
	return c.listRows(g.directory.AssignedTo(c.ctx, p.ID))
}

func (g *Graph) listAssignments(c *call) (reply, error) {
	p, err := c.readablePrincipal()
	if err != nil {
		return reply{}, err
	}
	return c.listRows(g.directory.AssignmentsOf(c.ctx, p.ID))
}

func (c *call) readablePrincipal() (entra.Principal, error) {
	if err := c.mayRead(); err != nil {
		return entra.Principal{}, err
	}
	return c.principal()
}

// mayAssign is the right to give and take roles of a resource: an administrator
// has it, and the resource's owner. Permissions of Graph itself are a Global
// Administrator's to give.
func (c *call) mayAssign(resource entra.Principal) error {
	if !c.permitted("AppRoleAssignment.ReadWrite.All") {
		return denied()
	}
	if !c.user() {
		return nil
	}
	owners, err := c.owners(resource)
	if err != nil {
		return err
	}
	switch {
	case c.global:
	case c.admin && resource.AppID != entra.GraphAppID:
	case slices.Contains(owners, c.claims.ObjectID):
	default:
		return denied()
	}
	return nil
}

func (g *Graph) assignTo(c *call) (reply, error) {
	p, err := c.principal()
	if err != nil {
		return reply{}, err
	}
	return c.give(func(a assignmentBody) bool { return strings.EqualFold(a.ResourceID, p.ID) })
}

func (g *Graph) assign(c *call) (reply, error) {
	p, err := c.principal()
	if err != nil {
		return reply{}, err
	}
	return c.give(func(a assignmentBody) bool { return strings.EqualFold(a.PrincipalID, p.ID) })
}

func (g *Graph) assignUser(c *call) (reply, error) {
	u, err := c.userNamed()
	if err != nil {
		return reply{}, err
	}
	return c.give(func(a assignmentBody) bool { return strings.EqualFold(a.PrincipalID, u.ID) })
}

type assignmentBody struct {
	Type        string `json:"@odata.type"`
	PrincipalID string `json:"principalId"`
	ResourceID  string `json:"resourceId"`
	AppRoleID   string `json:"appRoleId"`
}

// give gives a role. fits says whether the body belongs to the path.
func (c *call) give(fits func(assignmentBody) bool) (reply, error) {
	var body assignmentBody
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if body.PrincipalID == "" || body.ResourceID == "" || body.AppRoleID == "" {
		return reply{}, badRequest("One or more properties are missing: principalId, resourceId and appRoleId are required.")
	}
	if !fits(body) {
		return reply{}, badRequest("The id in the request's address does not match the id in its body.")
	}
	resource, err := c.g.directory.Principal(c.ctx, c.claims.TenantID, body.ResourceID)
	if resource, err = found(resource, err)(body.ResourceID); err != nil {
		return reply{}, err
	}
	if err := c.mayAssign(resource); err != nil {
		return reply{}, err
	}
	who, err := c.holder(body.PrincipalID)
	if err != nil {
		return reply{}, err
	}
	app, err := c.g.directory.Application(c.ctx, resource.AppID)
	if err != nil {
		return reply{}, err
	}
	if !assignable(app, body.AppRoleID, who.kind) {
		return reply{}, badRequest("Permission being assigned was not found on application '%s'.", app.AppID)
	}
	x, err := c.g.directory.Assign(c.ctx, entra.Assignment{ResourceID: resource.ID, PrincipalID: who.id, RoleID: body.AppRoleID})
	if errors.Is(err, entra.ErrExists) {
		return reply{}, badRequest("Permission being assigned already exists on the object")
	}
	if err != nil {
		return reply{}, err
	}
	row, err := c.wireAssignment(x)
	if err != nil {
		return reply{}, err
	}
	out, err := c.one(assignmentSet, row)
	out.status, out.location = http.StatusCreated, c.root()+"/servicePrincipals/"+resource.ID+"/appRoleAssignedTo/"+x.ID
	return out, err
}

// assignable says whether the application has the role for that kind of holder.
// Without roles for it, mere access may be given.
func assignable(app entra.Application, roleID, kind string) bool {
	member := map[string]string{"User": "User", "ServicePrincipal": "Application"}[kind]
	fits := func(r entra.AppRole) bool { return !r.Disabled && slices.Contains(r.Members, member) }
	if roleID == entra.NoRole {
		return !slices.ContainsFunc(app.Roles, fits)
	}
	return slices.ContainsFunc(app.Roles, func(r entra.AppRole) bool { return strings.EqualFold(r.ID, roleID) && fits(r) })
}

// assignment finds {assignment} when it belongs to the object of the path.
func (c *call) assignment(belongs func(entra.Assignment) bool) (entra.Assignment, error) {
	id := c.params["assignment"]
	x, err := c.g.directory.Assignment(c.ctx, id)
	if err == nil && !belongs(x) {
		err = sqlstore.ErrNotFound
	}
	return found(x, err)(id)
}

func (c *call) showAssignment(belongs func(p entra.Principal, x entra.Assignment) bool) (reply, error) {
	p, err := c.readablePrincipal()
	if err != nil {
		return reply{}, err
	}
	x, err := c.assignment(func(x entra.Assignment) bool { return belongs(p, x) })
	if err != nil {
		return reply{}, err
	}
	row, err := c.wireAssignment(x)
	if err != nil {
		return reply{}, err
	}
	return c.one(assignmentSet, row)
}

func isResource(p entra.Principal, x entra.Assignment) bool { return x.ResourceID == p.ID }

func isHolder(p entra.Principal, x entra.Assignment) bool { return x.PrincipalID == p.ID }

func (g *Graph) getAssignedTo(c *call) (reply, error) { return c.showAssignment(isResource) }

func (g *Graph) getAssignment(c *call) (reply, error) { return c.showAssignment(isHolder) }

// take takes a role away.
func (c *call) take(x entra.Assignment) (reply, error) {
	resource, err := c.g.directory.Principal(c.ctx, c.claims.TenantID, x.ResourceID)
	if resource, err = found(resource, err)(x.ResourceID); err != nil {
		return reply{}, err
	}
	if err := c.mayAssign(resource); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, c.g.directory.Unassign(c.ctx, x.ID)
}

func (c *call) takeOf(belongs func(p entra.Principal, x entra.Assignment) bool) (reply, error) {
	p, err := c.principal()
	if err != nil {
		return reply{}, err
	}
	x, err := c.assignment(func(x entra.Assignment) bool { return belongs(p, x) })
	if err != nil {
		return reply{}, err
	}
	return c.take(x)
}

func (g *Graph) deleteAssignedTo(c *call) (reply, error) { return c.takeOf(isResource) }

func (g *Graph) deleteAssignment(c *call) (reply, error) { return c.takeOf(isHolder) }

func (g *Graph) listUserAssignments(c *call) (reply, error) {
	if err := c.mayRead(); err != nil {
		return reply{}, err
	}
	u, err := c.userNamed()
	if err != nil {
		return reply{}, err
	}
	return c.listRows(g.directory.AssignmentsOf(c.ctx, u.ID))
}

func (g *Graph) deleteUserAssignment(c *call) (reply, error) {
	u, err := c.userNamed()
	if err != nil {
		return reply{}, err
	}
	x, err := c.assignment(func(x entra.Assignment) bool { return x.PrincipalID == u.ID })
	if err != nil {
		return reply{}, err
	}
	return c.take(x)
}
