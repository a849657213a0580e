package arm

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// Routes adds ARM's control API: POST /_guichet/arm/roleAssignments
// {scope, role, principalId} gives a principal a built-in role, as an owner of the
// subscription would. Nobody else could: the service principal for tools is a
// Contributor, who may not grant. The same grant again changes nothing.
func (a *ARM) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /_guichet/arm/roleAssignments", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Scope, Role, PrincipalID string }
		if err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(&body); err != nil {
			azerror.Write(w, http.StatusBadRequest, "InvalidRequestContent", err.Error())
			return
		}
		granted, ok := roleByName(body.Role)
		if !ok || body.PrincipalID == "" || !strings.HasPrefix(body.Scope, "/") {
			azerror.Write(w, http.StatusBadRequest, "BadRequest", "A scope, the name of a built-in role and a principalId are required.")
			return
		}
		x, err := a.grant(r.Context(), body.Scope, granted, body.PrincipalID)
		if err != nil {
			a.log.ErrorContext(r.Context(), "arm.grant.failed", "error", err)
			azerror.Write(w, http.StatusInternalServerError, "InternalServerError", "The local cloud failed; see its log.")
			return
		}
		azerror.WriteJSON(w, http.StatusCreated, map[string]string{
			"id": x.ID, "scope": x.Scope, "role": granted.name, "principalId": x.PrincipalID,
		})
	})
}

func roleByName(name string) (role, bool) {
	for _, r := range builtInRoles {
		if strings.EqualFold(r.name, name) {
			return r, true
		}
	}
	return role{}, false
}

func (a *ARM) grant(ctx context.Context, scope string, r role, principalID string) (assignment, error) {
	x := assignment{
		ID: uuid.NewString(), Scope: strings.TrimRight(scope, "/"), RoleID: r.id, PrincipalID: strings.ToLower(principalID),
		PrincipalType: "ServicePrincipal", createdUS: sqlstore.Micros(a.clock.Now()),
	}
	held, err := sqlstore.List(ctx, a.db.Read(), assignmentCols, selectAssignmentsOf, x.PrincipalID)
	if err != nil {
		return x, fmt.Errorf("role assignments: %w", err)
	}
	for _, h := range held {
		if strings.EqualFold(h.Scope, x.Scope) && h.RoleID == x.RoleID {
			return h, nil
		}
	}
	err = a.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, insertAssignment, x.ID, x.Scope, x.RoleID, x.PrincipalID, x.PrincipalType, x.createdUS)
		return err
	})
	if err != nil {
		return x, fmt.Errorf("role assignment: %w", err)
	}
	return x, nil
}
