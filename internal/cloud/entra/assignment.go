package entra

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// NoRole is the role id of an assignment that gives access without a role.
const NoRole = "00000000-0000-0000-0000-000000000000"

// Assignment gives a principal (service principal or user) a role of an
// application, or mere access (NoRole).
type Assignment struct {
	ID string
	// ResourceID is the service principal of the application that has the role.
	ResourceID  string
	PrincipalID string
	RoleID      string
	Created     time.Time
}

const (
	assignmentColumns    = `id, resource_id, principal_id, role_id, created_us`
	selectAssignedTo     = `SELECT ` + assignmentColumns + ` FROM entra_assignments WHERE resource_id = $1 ORDER BY id`
	selectAssignmentsOf  = `SELECT ` + assignmentColumns + ` FROM entra_assignments WHERE principal_id = $1 ORDER BY id`
	selectOneAssignment  = `SELECT ` + assignmentColumns + ` FROM entra_assignments WHERE id = $1`
	deleteRoleAssignment = `DELETE FROM entra_assignments WHERE id = $1`
)

func assignmentCols(a *Assignment) []any {
	return []any{&a.ID, &a.ResourceID, &a.PrincipalID, &a.RoleID, sqlstore.At(&a.Created)}
}

// AssignedTo lists who holds roles of a service principal's application.
func (e *Entra) AssignedTo(ctx context.Context, resourceID string) ([]Assignment, error) {
	return sqlstore.List(ctx, e.db.Read(), assignmentCols, selectAssignedTo, resourceID)
}

// AssignmentsOf lists the roles that a principal or user holds.
func (e *Entra) AssignmentsOf(ctx context.Context, principalID string) ([]Assignment, error) {
	return sqlstore.List(ctx, e.db.Read(), assignmentCols, selectAssignmentsOf, principalID)
}

// Assignment finds one by its id; sqlstore.ErrNotFound without one.
func (e *Entra) Assignment(ctx context.Context, id string) (Assignment, error) {
	return sqlstore.One(ctx, e.db.Read(), assignmentCols, selectOneAssignment, id)
}

// Assign gives a role; ErrExists when the principal holds it.
func (e *Entra) Assign(ctx context.Context, a Assignment) (Assignment, error) {
	a.ID, a.Created, a.RoleID = uuid.NewString(), e.clock.Now(), strings.ToLower(a.RoleID)
	return a, already(e.change(ctx, insertRole, a.ID, a.ResourceID, a.PrincipalID, a.RoleID, sqlstore.Micros(a.Created)))
}

// Unassign takes a role away; sqlstore.ErrNotFound without the assignment.
func (e *Entra) Unassign(ctx context.Context, id string) error {
	return e.change(ctx, deleteRoleAssignment, id)
}

// jsonList is a list as it is stored, never null.
func jsonList(list []string) (string, error) {
	if list == nil {
		list = []string{}
	}
	data, err := json.Marshal(list)
	return string(data), err
}
