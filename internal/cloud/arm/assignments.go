package arm

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

const (
	selectAssignments = `SELECT id, scope, role_id, principal_id, principal_type, created_us FROM arm_assignments ORDER BY id`
	selectAssignment  = `SELECT id, scope, role_id, principal_id, principal_type, created_us FROM arm_assignments WHERE id = $1`
	deleteAssignment  = `DELETE FROM arm_assignments WHERE id = $1`
)

// listPermissions answers what the caller may do at a scope, an entry per role.
func (a *ARM) listPermissions(c *call) (reply, error) {
	roles, err := a.rolesAt(c.ctx, c.claims.ObjectID, c.scope)
	if err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, r := range roles {
		list = append(list, r.permission())
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}

func (r role) permission() map[string]any {
	return map[string]any{
		"actions": orEmpty(r.actions), "notActions": orEmpty(r.notActions),
		"dataActions": orEmpty(r.dataActions), "notDataActions": []string{},
	}
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (r role) json(sub string) map[string]any {
	return map[string]any{
		"id": definitionID(sub, r.id), "name": r.id, "type": "Microsoft.Authorization/roleDefinitions",
		"properties": map[string]any{
			"roleName": r.name, "type": "BuiltInRole", "description": r.description,
			"assignableScopes": []string{"/"}, "permissions": []map[string]any{r.permission()},
		},
	}
}

func definitionID(sub, id string) string {
	return "/subscriptions/" + sub + "/providers/Microsoft.Authorization/roleDefinitions/" + id
}

var roleNameFilter = regexp.MustCompile(`(?i)roleName\s+eq\s+'([^']+)'`)

// listDefinitions answers the built-in roles; of $filter it knows roleName.
func (a *ARM) listDefinitions(c *call) (reply, error) {
	wanted := roleNameFilter.FindStringSubmatch(c.r.URL.Query().Get("$filter"))
	list := []map[string]any{}
	for _, r := range builtInRoles {
		if wanted == nil || strings.EqualFold(wanted[1], r.name) {
			list = append(list, r.json(c.sub.ID))
		}
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}

func (a *ARM) getDefinition(c *call) (reply, error) {
	r, ok := roleByID(c.params["name"])
	if !ok {
		return reply{}, fail(http.StatusNotFound, "RoleDefinitionDoesNotExist",
			"The specified role definition with ID '%s' does not exist.", c.params["name"])
	}
	return reply{http.StatusOK, r.json(c.sub.ID), nil}, nil
}

func (x assignment) json(sub string) map[string]any {
	return map[string]any{
		"id":   x.Scope + "/providers/Microsoft.Authorization/roleAssignments/" + x.ID,
		"name": x.ID, "type": "Microsoft.Authorization/roleAssignments",
		"properties": map[string]any{
			"roleDefinitionId": definitionID(sub, x.RoleID), "principalId": x.PrincipalID, "principalType": x.PrincipalType,
			"scope": x.Scope, "createdOn": sqlstore.Time(x.createdUS), "updatedOn": sqlstore.Time(x.createdUS),
		},
	}
}

var principalFilter = regexp.MustCompile(`(?i)(?:principalId\s+eq\s+|assignedTo\()'([^']+)'`)

// listAssignments answers those at, above and below the scope; atScope() leaves
// out the ones below, and a principal narrows the list to its own.
func (a *ARM) listAssignments(c *call) (reply, error) {
	rows, err := sqlstore.List(c.ctx, a.db.Read(), assignmentCols, selectAssignments)
	if err != nil {
		return reply{}, err
	}
	filter := c.r.URL.Query().Get("$filter")
	principal := principalFilter.FindStringSubmatch(filter)
	atScope := strings.Contains(strings.ToLower(filter), "atscope()")
	list := []map[string]any{}
	for _, x := range rows {
		above, below := within(c.scope, x.Scope), within(x.Scope, c.scope)
		if !above && (!below || atScope) {
			continue
		}
		if principal != nil && !strings.EqualFold(principal[1], x.PrincipalID) {
			continue
		}
		list = append(list, x.json(c.sub.ID))
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}

func (a *ARM) assignment(c *call) (assignment, error) {
	x, err := sqlstore.One(c.ctx, a.db.Read(), assignmentCols, selectAssignment, strings.ToLower(c.params["name"]))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return x, fail(http.StatusNotFound, "RoleAssignmentNotFound", "The role assignment '%s' is not found.", c.params["name"])
	}
	return x, err
}

func (a *ARM) getAssignment(c *call) (reply, error) {
	x, err := a.assignment(c)
	return reply{http.StatusOK, x.json(c.sub.ID), nil}, err
}

// putAssignment grants a role. The same grant under another name is refused.
func (a *ARM) putAssignment(c *call) (reply, error) {
	var body struct {
		Properties struct {
			RoleDefinitionID string `json:"roleDefinitionId"`
			PrincipalID      string `json:"principalId"`
			PrincipalType    string `json:"principalType"`
		} `json:"properties"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	name, err := uuid.Parse(c.params["name"])
	if err != nil {
		return reply{}, fail(http.StatusBadRequest, "InvalidRoleAssignmentId",
			"The role assignment ID '%s' is not valid. The role assignment ID must be a GUID.", c.params["name"])
	}
	p := body.Properties
	r, ok := roleByID(p.RoleDefinitionID[strings.LastIndex(p.RoleDefinitionID, "/")+1:])
	if !ok {
		return reply{}, fail(http.StatusNotFound, "RoleDefinitionDoesNotExist",
			"The specified role definition with ID '%s' does not exist.", p.RoleDefinitionID)
	}
	if p.PrincipalID == "" {
		return reply{}, fail(http.StatusBadRequest, "InvalidPrincipalId", "A valid principal ID must be provided for role assignment.")
	}
	if p.PrincipalType == "" {
		p.PrincipalType = "ServicePrincipal"
	}
	x := assignment{
		ID: name.String(), Scope: c.scope, RoleID: r.id, PrincipalID: strings.ToLower(p.PrincipalID),
		PrincipalType: p.PrincipalType, createdUS: sqlstore.Micros(a.clock.Now()),
	}
	held, err := sqlstore.List(c.ctx, a.db.Read(), assignmentCols, selectAssignmentsOf, x.PrincipalID)
	if err != nil {
		return reply{}, err
	}
	for _, h := range held {
		if strings.EqualFold(h.Scope, x.Scope) && h.RoleID == x.RoleID {
			return reply{}, fail(http.StatusConflict, "RoleAssignmentExists", "The role assignment already exists.")
		}
	}
	err = a.db.Tx(c.ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c.ctx, insertAssignment, x.ID, x.Scope, x.RoleID, x.PrincipalID, x.PrincipalType, x.createdUS)
		return err
	})
	if sqlstore.IsUnique(err) {
		err = fail(http.StatusConflict, "RoleAssignmentUpdateNotPermitted",
			"Tenant ID, application ID, principal ID, and scope are not allowed to be updated.")
	}
	if err != nil {
		return reply{}, fmt.Errorf("role assignment: %w", err)
	}
	return reply{http.StatusCreated, x.json(c.sub.ID), nil}, nil
}

func (a *ARM) deleteAssignment(c *call) (reply, error) {
	x, err := a.assignment(c)
	if isCode(err, "RoleAssignmentNotFound") {
		return reply{status: http.StatusNoContent}, nil
	}
	if err != nil {
		return reply{}, err
	}
	err = a.db.Tx(c.ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c.ctx, deleteAssignment, x.ID)
		return err
	})
	return reply{http.StatusOK, x.json(c.sub.ID), nil}, err
}
