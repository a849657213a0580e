package acs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// operationKind is a kind of long-running operation: its name on the wire and
// the first part of its ids.
type operationKind struct{ name, prefix string }

var (
	opSearch      = operationKind{"search", "search_"}
	opPurchase    = operationKind{"purchase", "purchase_"}
	opRelease     = operationKind{"releasePhoneNumber", "release_"}
	opUpdate      = operationKind{"updatePhoneNumberCapabilities", "capabilities_"}
	opReservation = operationKind{"reservationPurchase", "reservationPurchase_"}
)

// Statuses of an operation.
const (
	statusRunning   = "running"
	statusSucceeded = "succeeded"
	statusOpFailed  = "failed"
)

// operationTakes is how long an operation runs: long enough for a first poll to
// find it running, as on Azure.
const operationTakes = 500 * time.Millisecond

// operationRow is an acs_operation.
type operationRow struct {
	id, serviceID, kind, subject string
	capabilities                 capabilities
	status                       string
	errorCode, errorMessage      string
	createdAt, actedAt, due      int64
}

const operationColumns = `id, service_id, kind, subject, calling, sms, status, error_code, error_message,
	created_at, acted_at, due_at`

func scanOperation(o *operationRow) []any {
	return []any{
		&o.id, &o.serviceID, &o.kind, &o.subject, &o.capabilities.Calling, &o.capabilities.SMS, &o.status,
		&o.errorCode, &o.errorMessage, &o.createdAt, &o.actedAt, &o.due,
	}
}

const (
	insertOperation = `INSERT INTO acs_operation (` + operationColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

	operationByID = `SELECT ` + operationColumns + ` FROM acs_operation WHERE id = $1 AND service_id = $2`

	dueOperation = `SELECT ` + operationColumns + ` FROM acs_operation
		WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at LIMIT 1`

	nearestOperation = `SELECT COALESCE(MIN(due_at), 0) FROM acs_operation WHERE due_at > 0`

	endOperation = `UPDATE acs_operation
		SET status = $1, error_code = $2, error_message = $3, acted_at = $4, due_at = 0
		WHERE id = $5 AND due_at > 0`
)

// newOperation prepares an operation on subject; the id of a search's operation
// is made of the search's.
func (a *ACS) newOperation(c *call, kind operationKind, subject string) operationRow {
	now := a.o.Clock.Now()
	id := uuid.NewString()
	if kind == opSearch {
		id = subject
	}
	return operationRow{
		id: kind.prefix + id, serviceID: c.service.ImmutableID, kind: kind.name, subject: subject,
		status: statusRunning, createdAt: sqlstore.Micros(now), due: sqlstore.Micros(now.Add(operationTakes)),
	}
}

func (o operationRow) insert(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, insertOperation, o.id, o.serviceID, o.kind, o.subject, o.capabilities.Calling,
		o.capabilities.SMS, o.status, o.errorCode, o.errorMessage, o.createdAt, o.actedAt, o.due)
	return err
}

// started answers 202 with the headers by which a client follows the operation,
// and an empty body.
func (a *ACS) started(c *call, o operationRow, idHeader, id string) {
	h := c.w.Header()
	h.Set("Operation-Location", "/phoneNumbers/operations/"+o.id+"?api-version="+c.version)
	h.Set("operation-id", o.id)
	h.Set(idHeader, id)
	h.Set("Access-Control-Expose-Headers", "Location,Operation-Location,operation-id,"+idHeader)
	h.Set("Content-Length", "0")
	c.w.WriteHeader(http.StatusAccepted)
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// start stores an operation and answers for it.
func (a *ACS) start(c *call, o operationRow, idHeader string, more func(tx *sql.Tx) error) error {
	err := a.o.DB.Tx(c.r.Context(), func(tx *sql.Tx) error {
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		return o.insert(c.r.Context(), tx)
	})
	if err != nil {
		return fmt.Errorf("start %s: %w", o.kind, err)
	}
	_, id, _ := cutID(o.id)
	a.started(c, o, idHeader, id)
	return nil
}

// cutID takes an operation's id apart: its kind and the rest.
func cutID(id string) (kind operationKind, rest string, ok bool) {
	for _, k := range []operationKind{opSearch, opPurchase, opRelease, opUpdate, opReservation} {
		if len(id) > len(k.prefix) && id[:len(k.prefix)] == k.prefix {
			return k, id[len(k.prefix):], true
		}
	}
	return operationKind{}, "", false
}

// getOperation is GET /phoneNumbers/operations/{id}.
func (a *ACS) getOperation(c *call) error {
	o, err := a.operation(c)
	if err != nil {
		return err
	}
	out := struct {
		OperationType      string     `json:"operationType"`
		Status             string     `json:"status"`
		ResourceLocation   *string    `json:"resourceLocation"`
		CreatedDateTime    string     `json:"createdDateTime"`
		Error              *itemError `json:"error,omitempty"`
		ID                 string     `json:"id"`
		LastActionDateTime string     `json:"lastActionDateTime"`
	}{
		OperationType: o.kind, Status: o.status, CreatedDateTime: azureTime(sqlstore.Time(o.createdAt)),
		ID: o.id, LastActionDateTime: "0001-01-01T00:00:00+00:00",
	}
	if o.kind == opSearch.name {
		location := resultLocation(o.subject, c.version)
		out.ResourceLocation = &location
		c.w.Header().Set("Location", location)
	}
	if o.actedAt != 0 {
		out.LastActionDateTime = azureTime(sqlstore.Time(o.actedAt))
	}
	if o.status == statusOpFailed {
		out.Error = &itemError{o.errorCode, o.errorMessage}
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

func (a *ACS) operation(c *call) (operationRow, error) {
	o, err := sqlstore.One(c.r.Context(), a.o.DB.Read(), scanOperation, operationByID,
		c.r.PathValue("id"), c.service.ImmutableID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return o, notFound("operation")
	}
	if err != nil {
		return o, fmt.Errorf("operation: %w", err)
	}
	return o, nil
}

// cancelOperation is DELETE /phoneNumbers/operations/{id}. One that has ended
// stays as it is; a search's numbers are given back in any case.
func (a *ACS) cancelOperation(c *call) error {
	o, err := a.operation(c)
	if err != nil {
		return err
	}
	ctx := c.r.Context()
	err = a.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		_, err := sqlstore.Exec(ctx, tx, endOperation, statusOpFailed, "OperationCancelled", "The operation was cancelled.",
			sqlstore.Micros(a.o.Clock.Now()), o.id)
		if err != nil {
			return err
		}
		if o.kind == opSearch.name {
			_, err = tx.ExecContext(ctx, dropHolds, o.subject)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// operate lets operations act when they are due, until ctx ends.
func (a *ACS) operate(ctx context.Context) error {
	for {
		nearest, err := a.operateDue(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var timer <-chan time.Time
		stop := func() {}
		if err != nil {
			a.o.Log.Error("number operations could not be run", "error", err, "next", "try again in 1 s")
			timer, stop = a.o.Clock.After(time.Second)
		} else if nearest > 0 {
			timer, stop = a.o.Clock.Until(sqlstore.Time(nearest))
		}
		select {
		case <-ctx.Done():
		case <-a.wake:
		case <-timer:
		}
		stop()
	}
}

// operateDue runs what is due, one at a time, and returns when the next will be,
// 0 when nothing waits.
func (a *ACS) operateDue(ctx context.Context) (int64, error) {
	for {
		nearest, err := sqlstore.One(ctx, a.o.DB.Read(), scanCount, nearestOperation)
		if err != nil || nearest == 0 || nearest > sqlstore.Micros(a.o.Clock.Now()) {
			return nearest, err
		}
		if err := a.operateOne(ctx); err != nil {
			return 0, err
		}
	}
}

func (a *ACS) operateOne(ctx context.Context) error {
	now := sqlstore.Micros(a.o.Clock.Now())
	err := a.o.DB.Tx(ctx, func(tx *sql.Tx) error {
		o, err := sqlstore.One(ctx, tx, scanOperation, dueOperation, now)
		if errors.Is(err, sqlstore.ErrNotFound) {
			return nil // cancelled meanwhile
		}
		if err != nil {
			return err
		}
		reason := itemError{o.errorCode, o.errorMessage}
		if reason.Code == "" {
			if reason, err = a.act(ctx, tx, o); err != nil {
				return err
			}
		}
		status := statusSucceeded
		if reason.Code != "" {
			status = statusOpFailed
		}
		if _, err = tx.ExecContext(ctx, endOperation, status, reason.Code, reason.Message, now, o.id); err != nil {
			return err
		}
		// Who reads that the operation has ended must find its effect.
		return a.reloadNumbers(ctx, tx)
	})
	if err != nil {
		return errors.Join(fmt.Errorf("run an operation: %w", err), a.reloadNumbers(ctx, a.o.DB.Read()))
	}
	return nil
}
