package connection

import (
	"context"
	"fmt"
	"strings"

	"guichet/internal/platform/secret"
	"guichet/internal/platform/sqlstore"
)

// Stored are the five values of a connection as they are kept. The error wraps
// secret.ErrSealed when the connection string cannot be opened with the desk's
// key; the other values are good then.
func (s *Connections) Stored(ctx context.Context, c Connection) (Values, error) {
	v := Values{ResourceName: c.ResourceName, ResourceID: c.ResourceID, AppID: c.AppID, TenantID: c.TenantID}
	sealed, err := sqlstore.One(ctx, s.db.Read(), func(v *string) []any { return []any{v} },
		`SELECT connection_string FROM connection WHERE id = $1`, c.ID)
	if err != nil {
		return v, fmt.Errorf("read connection string: %w", err)
	}
	v.ConnectionString, err = s.box.Unseal(sealed, place(c.ID))
	return v, err
}

// AccessKey is the key of the connection string, empty when it has none.
func (v Values) AccessKey() secret.Text {
	for segment := range strings.SplitSeq(v.ConnectionString.Reveal(), ";") {
		if name, value, ok := strings.Cut(segment, "="); ok && strings.EqualFold(strings.TrimSpace(name), "accesskey") {
			return secret.Text(strings.TrimSpace(value))
		}
	}
	return ""
}
