package connection

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// Reserve is the id that a resource's connection has or will have, so that its
// endpoints can be told before it is connected.
func (s *Connections) Reserve(ctx context.Context, resourceID string) (id string, err error) {
	if c, err := s.ForResource(ctx, resourceID); err == nil || !errors.Is(err, ErrNone) {
		return c.ID, err
	}
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO connection_reserved (resource_key, id) VALUES ($1, $2) ON CONFLICT (resource_key) DO NOTHING`,
			resourceKey(resourceID), uuid.Must(uuid.NewV7()).String())
		if err != nil {
			return fmt.Errorf("reserve a connection: %w", err)
		}
		id, err = reserved(ctx, tx, resourceID)
		return err
	})
	return id, err
}

// reserved is the id set aside for a resource, or empty.
func reserved(ctx context.Context, q sqlstore.Q, resourceID string) (string, error) {
	id, err := sqlstore.One(ctx, q, func(v *string) []any { return []any{v} },
		`SELECT id FROM connection_reserved WHERE resource_key = $1`, resourceKey(resourceID))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return "", nil
	}
	return id, err
}
