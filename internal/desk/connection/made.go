package connection

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"guichet/internal/platform/sqlstore"
)

// Made is what an automatic connection made in Azure, so that it can be undone.
type Made struct {
	// Subscriptions are paths of event subscriptions (group/topic/name), Topic that
	// of the system topic (group/name).
	Subscriptions []string `json:"subscriptions,omitempty"`
	Topic         string   `json:"topic,omitempty"`
	// Application is the object id of the app registration; ApplicationName alone
	// says that one of that name was about to be made.
	Application     string `json:"application,omitempty"`
	ApplicationName string `json:"applicationName,omitempty"`
	// Principal is the object id of a service principal that was made for an
	// application that existed.
	Principal string `json:"principal,omitempty"`
	// Owner is the object ids of an application that existed and of who was made
	// its owner (application/owner).
	Owner string `json:"owner,omitempty"`
	// Providers are namespaces that were registered.
	Providers []string `json:"providers,omitempty"`
	// Resource is the ACS resource (group/name), Group the resource group.
	Resource string `json:"resource,omitempty"`
	Group    string `json:"group,omitempty"`
}

// Empty says that nothing was made.
func (m Made) Empty() bool {
	return len(m.Subscriptions) == 0 && len(m.Providers) == 0 &&
		m.Topic+m.Application+m.ApplicationName+m.Principal+m.Owner+m.Resource+m.Group == ""
}

// with is m and what came after it.
func (m Made) with(more Made) Made {
	add := func(list *[]string, more []string) {
		for _, s := range more {
			if !slices.Contains(*list, s) {
				*list = append(*list, s)
			}
		}
	}
	add(&m.Subscriptions, more.Subscriptions)
	add(&m.Providers, more.Providers)
	for _, f := range []struct {
		to   *string
		more string
	}{
		{&m.Topic, more.Topic},
		{&m.Application, more.Application},
		{&m.ApplicationName, more.ApplicationName},
		{&m.Principal, more.Principal},
		{&m.Owner, more.Owner},
		{&m.Resource, more.Resource},
		{&m.Group, more.Group},
	} {
		if f.more != "" {
			*f.to = f.more
		}
	}
	return m
}

// Pending is what was made for a resource that is not connected yet.
type Pending struct {
	ResourceID, TenantID string
	Made                 Made
}

func parseMade(text string) (m Made, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &m)
	}
	return m, err
}

// Made reads what was made for a connection.
func (s *Connections) Made(ctx context.Context, id string) (Made, error) {
	return s.readMade(ctx, `SELECT made FROM connection WHERE id = $1`, id)
}

func (s *Connections) readMade(ctx context.Context, query, arg string) (Made, error) {
	text, err := sqlstore.One(ctx, s.db.Read(), func(v *string) []any { return []any{v} }, query, arg)
	if err != nil {
		return Made{}, err
	}
	return parseMade(text)
}

// MadeFor reads what was made for a resource, connected or not.
func (s *Connections) MadeFor(ctx context.Context, resourceID string) (Made, error) {
	var all Made
	for _, query := range []string{
		`SELECT made FROM connection WHERE resource_key = $1`, `SELECT made FROM connection_pending WHERE resource_key = $1`,
	} {
		m, err := s.readMade(ctx, query, resourceKey(resourceID))
		if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
			return all, err
		}
		all = all.with(m)
	}
	return all, nil
}

// NoteMade stores what was made for a connection; the zero value empties it.
func (s *Connections) NoteMade(ctx context.Context, id string, m Made) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.write(ctx, `UPDATE connection SET made = $1 WHERE id = $2`, string(text), id)
}

// NotePending stores what was made for a resource that is not connected yet.
func (s *Connections) NotePending(ctx context.Context, p Pending) error {
	text, err := json.Marshal(p.Made)
	if err != nil {
		return err
	}
	return s.write(ctx, `INSERT INTO connection_pending (resource_key, resource_id, tenant_id, made) VALUES ($1, $2, $3, $4)
		ON CONFLICT (resource_key) DO UPDATE SET tenant_id = excluded.tenant_id, made = excluded.made`,
		resourceKey(p.ResourceID), p.ResourceID, p.TenantID, string(text))
}

// DropPending forgets what was made for a resource before it was connected.
func (s *Connections) DropPending(ctx context.Context, resourceID string) error {
	return s.write(ctx, `DELETE FROM connection_pending WHERE resource_key = $1`, resourceKey(resourceID))
}

// Pending lists what was made for resources that were never connected.
func (s *Connections) Pending(ctx context.Context) ([]Pending, error) {
	type row struct{ id, tenant, made string }
	rows, err := sqlstore.List(ctx, s.db.Read(), func(r *row) []any { return []any{&r.id, &r.tenant, &r.made} },
		`SELECT resource_id, tenant_id, made FROM connection_pending ORDER BY resource_key`)
	if err != nil {
		return nil, err
	}
	list := make([]Pending, len(rows))
	for i, r := range rows {
		list[i] = Pending{ResourceID: r.id, TenantID: r.tenant}
		if list[i].Made, err = parseMade(r.made); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *Connections) write(ctx context.Context, query string, args ...any) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return fmt.Errorf("note what was made: %w", err)
		}
		return nil
	})
}
