package arm

import (
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// operationTime is how long a long-running operation on a resource takes: long
// enough to be seen as accepted, short enough for the first poll.
const operationTime = 500 * time.Millisecond

// operation is a long-running operation. It succeeds when its time has come.
type operation struct {
	ID, Resource       string
	startedUS, readyUS int64
}

func operationCols(o *operation) []any { return []any{&o.ID, &o.Resource, &o.startedUS, &o.readyUS} }

const (
	insertOperation = `INSERT INTO arm_operations (id, resource, started_us, ready_us) VALUES ($1, $2, $3, $4)`
	selectOperation = `SELECT id, resource, started_us, ready_us FROM arm_operations WHERE id = $1`
	// Pollers do not come back after a day.
	pruneOperations = `DELETE FROM arm_operations WHERE started_us < $1`
)

func (a *ARM) startOperation(c *call, resource string) (string, error) {
	id, now := uuid.NewString(), a.clock.Now()
	return id, a.db.Tx(c.ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(c.ctx, pruneOperations, sqlstore.Micros(now.Add(-24*time.Hour))); err != nil {
			return err
		}
		_, err := tx.ExecContext(c.ctx, insertOperation, id, resource, sqlstore.Micros(now), sqlstore.Micros(now.Add(operationTime)))
		return err
	})
}

func (a *ARM) operation(c *call) (operation, error) {
	o, err := sqlstore.One(c.ctx, a.db.Read(), operationCols, selectOperation, strings.ToLower(c.params["operation"]))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return o, fail(http.StatusNotFound, "NotFound", "The operation '%s' could not be found.", c.params["operation"])
	}
	return o, err
}

// operationStatus answers the Azure-AsyncOperation URL of Microsoft.Communication.
func (a *ARM) operationStatus(c *call) (reply, error) {
	o, err := a.operation(c)
	if err != nil {
		return reply{}, err
	}
	body := map[string]any{
		"id": c.path, "name": o.ID, "resourceId": o.Resource, "status": "Accepted",
		"startTime": sqlstore.Time(o.startedUS),
	}
	if sqlstore.Micros(a.clock.Now()) < o.readyUS {
		return reply{http.StatusOK, body, map[string]string{"Retry-After": "1"}}, nil
	}
	body["status"], body["endTime"] = "Succeeded", sqlstore.Time(o.readyUS)
	return reply{http.StatusOK, body, nil}, nil
}

// operationResult answers the Location URL of a deletion.
func (a *ARM) operationResult(c *call) (reply, error) {
	o, err := a.operation(c)
	if err != nil {
		return reply{}, err
	}
	if sqlstore.Micros(a.clock.Now()) < o.readyUS {
		return reply{http.StatusAccepted, nil, map[string]string{"Location": c.absolute(c.path), "Retry-After": "1"}}, nil
	}
	return reply{status: http.StatusOK}, nil
}
