package arm

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"guichet/internal/platform/sqlstore"
)

// subscription is an Azure subscription.
type subscription struct {
	ID, TenantID, Name, State, QuotaID, SpendingLimit string
}

func subscriptionCols(s *subscription) []any {
	return []any{&s.ID, &s.TenantID, &s.Name, &s.State, &s.QuotaID, &s.SpendingLimit}
}

// group is a resource group.
type group struct {
	Name, Location, Tags string
}

func groupCols(g *group) []any { return []any{&g.Name, &g.Location, &g.Tags} }

const (
	selectSubscription = `SELECT id, tenant_id, name, state, quota_id, spending_limit FROM arm_subscriptions WHERE id = $1`
	selectSubs         = `SELECT id, tenant_id, name, state, quota_id, spending_limit FROM arm_subscriptions
		WHERE tenant_id = $1 ORDER BY id`
	selectGroup  = `SELECT name, location, tags FROM arm_groups WHERE subscription_id = $1 AND key = $2`
	selectGroups = `SELECT name, location, tags FROM arm_groups WHERE subscription_id = $1 ORDER BY key`
	insertGroup  = `INSERT INTO arm_groups (subscription_id, key, name, location, tags) VALUES ($1, $2, $3, $4, $5)`
	updateGroup  = `UPDATE arm_groups SET tags = $1 WHERE subscription_id = $2 AND key = $3`
	deleteGroup  = `DELETE FROM arm_groups WHERE subscription_id = $1 AND key = $2`
)

func (a *ARM) subscription(ctx context.Context, id string) (subscription, error) {
	return sqlstore.One(ctx, a.db.Read(), subscriptionCols, selectSubscription, strings.ToLower(id))
}

// findSubscription resolves the subscription that the path names, if it names
// one, and refuses a token of another tenant.
func (a *ARM) findSubscription(c *call) error {
	id := c.params["subscription"]
	if id == "" {
		return nil
	}
	sub, err := a.subscription(c.ctx, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '%s' could not be found.", id)
	}
	if err != nil {
		return err
	}
	if !strings.EqualFold(sub.TenantID, c.claims.TenantID) {
		return a.challenge(c, "InvalidAuthenticationTokenTenant", fmt.Sprintf("The access token is from the wrong issuer. It must "+
			"match the tenant '%s' associated with this subscription.", sub.TenantID), "The access token is from the wrong issuer.")
	}
	c.sub = sub
	return nil
}

// findGroup refuses calls below a resource group that does not exist. The calls
// on the group itself say so on their own.
func (a *ARM) findGroup(c *call, rt *route) error {
	name := c.params["group"]
	if name == "" || (!rt.scoped && len(rt.pattern) <= 4) {
		return nil
	}
	_, err := sqlstore.One(c.ctx, a.db.Read(), groupCols, selectGroup, c.sub.ID, strings.ToLower(name))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return groupNotFound(name)
	}
	return err
}

func groupNotFound(name string) error {
	return fail(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '%s' could not be found.", name)
}

// listTenants answers the caller's own tenant.
func (a *ARM) listTenants(c *call) (reply, error) {
	tenants, err := a.directory.Tenants(c.ctx)
	if err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, t := range tenants {
		if t.ID == c.claims.TenantID {
			list = append(list, map[string]any{
				"id": "/tenants/" + t.ID, "tenantId": t.ID, "displayName": t.Name, "defaultDomain": t.Domain,
				"domains": []string{t.Domain}, "countryCode": "FR", "tenantCategory": "Home", "tenantType": "AAD",
			})
		}
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}

func (s subscription) json() map[string]any {
	return map[string]any{
		"id": "/subscriptions/" + s.ID, "subscriptionId": s.ID, "tenantId": s.TenantID, "displayName": s.Name,
		"state": s.State, "authorizationSource": "RoleBased", "managedByTenants": []any{},
		"subscriptionPolicies": map[string]any{
			"locationPlacementId": "Public_2014-09-01", "quotaId": s.QuotaID, "spendingLimit": s.SpendingLimit,
		},
	}
}

// listSubscriptions answers those on which the caller holds any role.
func (a *ARM) listSubscriptions(c *call) (reply, error) {
	subs, err := sqlstore.List(c.ctx, a.db.Read(), subscriptionCols, selectSubs, c.claims.TenantID)
	if err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, s := range subs {
		roles, err := a.rolesAt(c.ctx, c.claims.ObjectID, "/subscriptions/"+s.ID)
		if err != nil {
			return reply{}, err
		}
		if len(roles) > 0 {
			list = append(list, s.json())
		}
	}
	return reply{http.StatusOK, map[string]any{
		"value": list, "count": map[string]any{"type": "Total", "value": len(list)},
	}, nil}, nil
}

func (a *ARM) getSubscription(c *call) (reply, error) {
	return reply{http.StatusOK, c.sub.json(), nil}, nil
}

func (g group) json(sub string) map[string]any {
	return map[string]any{
		"id": "/subscriptions/" + sub + "/resourceGroups/" + g.Name, "name": g.Name,
		"type": "Microsoft.Resources/resourceGroups", "location": g.Location, "tags": json.RawMessage(g.Tags),
		"properties": map[string]any{"provisioningState": "Succeeded"},
	}
}

func (a *ARM) listGroups(c *call) (reply, error) {
	groups, err := sqlstore.List(c.ctx, a.db.Read(), groupCols, selectGroups, c.sub.ID)
	if err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, g := range groups {
		list = append(list, g.json(c.sub.ID))
	}
	return c.page(list, 0, maxPage)
}

func (a *ARM) group(c *call) (group, error) {
	g, err := sqlstore.One(c.ctx, a.db.Read(), groupCols, selectGroup, c.sub.ID, strings.ToLower(c.params["group"]))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return g, groupNotFound(c.params["group"])
	}
	return g, err
}

func (a *ARM) getGroup(c *call) (reply, error) {
	g, err := a.group(c)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, g.json(c.sub.ID), nil}, nil
}

func (a *ARM) headGroup(c *call) (reply, error) {
	if _, err := a.group(c); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, nil
}

// validGroupName is the rule of a group's name (Azure's naming rules).
var validGroupName = regexp.MustCompile(`^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$`)

// putGroup creates a group, or changes the tags of one: its location is for ever.
func (a *ARM) putGroup(c *call) (reply, error) {
	var body struct {
		Location string            `json:"location"`
		Tags     map[string]string `json:"tags"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if body.Location == "" {
		return reply{}, fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	}
	tags, err := tagsJSON(body.Tags)
	if err != nil {
		return reply{}, err
	}
	g, err := a.group(c)
	if err == nil {
		if !strings.EqualFold(plainLocation(g.Location), plainLocation(body.Location)) {
			return reply{}, fail(http.StatusConflict, "InvalidResourceGroupLocation",
				"Invalid resource group location '%s'. The Resource group already exists in location '%s'.", body.Location, g.Location)
		}
		g.Tags = tags
		return reply{http.StatusOK, g.json(c.sub.ID), nil}, a.setGroupTags(c, tags)
	}
	if !isCode(err, "ResourceGroupNotFound") {
		return reply{}, err
	}
	if !validGroupName.MatchString(c.params["group"]) {
		return reply{}, fail(http.StatusBadRequest, "InvalidResourceGroup", "The provided resource group name '%s' is not valid. The name has "+
			"at most 90 letters, digits, '-', '.', '(', ')' or '_', and does not end in a period.", c.params["group"])
	}
	g = group{Name: c.params["group"], Location: plainLocation(body.Location), Tags: tags}
	err = a.db.Tx(c.ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c.ctx, insertGroup, c.sub.ID, strings.ToLower(g.Name), g.Name, g.Location, g.Tags)
		return err
	})
	return reply{http.StatusCreated, g.json(c.sub.ID), nil}, err
}

func (a *ARM) setGroupTags(c *call, tags string) error {
	return a.db.Tx(c.ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c.ctx, updateGroup, tags, c.sub.ID, strings.ToLower(c.params["group"]))
		return err
	})
}

func (a *ARM) patchGroup(c *call) (reply, error) {
	var body struct {
		Tags map[string]string `json:"tags"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	g, err := a.group(c)
	if err != nil {
		return reply{}, err
	}
	if body.Tags != nil {
		if g.Tags, err = tagsJSON(body.Tags); err != nil {
			return reply{}, err
		}
	}
	return reply{http.StatusOK, g.json(c.sub.ID), nil}, a.setGroupTags(c, g.Tags)
}

// deleteGroup deletes the group with everything in it.
func (a *ARM) deleteGroup(c *call) (reply, error) {
	g, err := a.group(c)
	if err != nil {
		return reply{}, err
	}
	id := "/subscriptions/" + c.sub.ID + "/resourceGroups/" + g.Name
	services, err := a.serviceRows(c.ctx)
	if err != nil {
		return reply{}, err
	}
	for _, s := range services {
		if within(s.id(), id) {
			if err := a.removeService(c.ctx, s); err != nil {
				return reply{}, err
			}
		}
	}
	if err := a.grid.DeleteUnder(c.ctx, id); err != nil {
		return reply{}, err
	}
	operation, err := a.startOperation(c, id)
	if err != nil {
		return reply{}, err
	}
	err = a.db.Tx(c.ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c.ctx, deleteGroup, c.sub.ID, strings.ToLower(g.Name))
		return err
	})
	return reply{http.StatusAccepted, nil, map[string]string{
		"Location": c.absolute("/subscriptions/" + c.sub.ID + "/operationresults/" + operation), "Retry-After": "1",
	}}, err
}

// plainLocation turns a display name ("West Europe") into a location's name.
func plainLocation(location string) string {
	return strings.ToLower(strings.ReplaceAll(location, " ", ""))
}

func tagsJSON(tags map[string]string) (string, error) {
	if tags == nil {
		return "{}", nil
	}
	data, err := json.Marshal(tags)
	return string(data), err
}
