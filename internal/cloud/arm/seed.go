package arm

import (
	"context"
	"database/sql"
	"fmt"

	wk "guichet/internal/cloud/wellknown"
	"guichet/internal/platform/sqlstore"
)

const (
	countSubscriptions = `SELECT count(*) FROM arm_subscriptions`
	insertSubscription = `INSERT INTO arm_subscriptions (id, tenant_id, name, state, quota_id, spending_limit)
		VALUES ($1, $2, $3, $4, $5, $6)`
	insertAssignment = `INSERT INTO arm_assignments (id, scope, role_id, principal_id, principal_type, created_us)
		VALUES ($1, $2, $3, $4, $5, $6)`
)

// Seed puts the well-known subscription, group, communication resource and role
// assignment into an empty database; one that has a subscription is left alone.
func (a *ARM) Seed(ctx context.Context) error {
	err := a.db.Tx(ctx, func(tx *sql.Tx) error {
		n, err := sqlstore.One(ctx, tx, func(n *int) []any { return []any{n} }, countSubscriptions)
		if err != nil || n > 0 {
			return err
		}
		return a.seed(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("seed the subscription: %w", err)
	}
	return nil
}

// Reset puts everything back to the well-known resources.
func (a *ARM) Reset(ctx context.Context) error {
	defer a.services.Store(nil)
	err := a.db.Tx(ctx, func(tx *sql.Tx) error {
		for _, table := range []string{"arm_assignments", "arm_operations", "arm_services", "arm_subscriptions"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return a.seed(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("reset the subscription: %w", err)
	}
	return nil
}

func (a *ARM) seed(ctx context.Context, tx *sql.Tx) error {
	now := sqlstore.Micros(a.clock.Now())
	if _, err := tx.ExecContext(ctx, insertSubscription, wk.SubscriptionID, wk.TenantID, wk.SubscriptionName,
		"Enabled", "PayAsYouGo_2014-09-01", "Off"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insertGroup, wk.SubscriptionID, wk.ResourceGroup, wk.ResourceGroup,
		wk.GroupLocation, "{}"); err != nil {
		return err
	}
	if err := insertServiceRow(ctx, tx, serviceRow{
		subscriptionID: wk.SubscriptionID, group: wk.ResourceGroup, name: wk.ACSName, immutableID: wk.ACSImmutableID,
		dataLocation: wk.ACSDataLocation, tags: "{}", settings: "{}",
		primary: wk.ACSPrimaryKey, secondary: wk.ACSSecondaryKey,
		createdUS: now, changedUS: now, createdBy: wk.ToolsClientID, changedBy: wk.ToolsClientID,
	}); err != nil {
		return err
	}
	for _, x := range []struct{ id, role, principal, kind string }{
		{"a5510000-0000-4000-8000-000000000001", contributorID, wk.ToolsObjectID, "ServicePrincipal"},
		{"a5510000-0000-4000-8000-0000000000a1", ownerID, wk.UserObjectID, "User"},
	} {
		if _, err := tx.ExecContext(ctx, insertAssignment, x.id, "/subscriptions/"+wk.SubscriptionID, x.role, x.principal, x.kind, now); err != nil {
			return err
		}
	}
	return nil
}

// The public ids of the roles that are assigned from the start.
const (
	contributorID = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	ownerID       = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
)
