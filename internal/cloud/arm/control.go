package arm

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// portalActor is who changed a resource, in its systemData, when the portal did.
const portalActor = "portal"

// portalGroup is a resource group with what is in it, for the portal.
type portalGroup struct {
	ID               string           `json:"id"`
	Name             string           `json:"name"`
	Location         string           `json:"location"`
	SubscriptionID   string           `json:"subscriptionId"`
	SubscriptionName string           `json:"subscriptionName"`
	TenantID         string           `json:"tenantId"`
	Resources        []portalResource `json:"resources"`
}

type portalSubscription struct {
	ID       string `json:"subscriptionId"`
	Name     string `json:"displayName"`
	State    string `json:"state"`
	TenantID string `json:"tenantId"`
}

type portalResource struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Location string `json:"location"`
	// Source is the resource whose events a system topic has.
	Source string `json:"source,omitempty"`
}

const selectAllSubs = `SELECT id, tenant_id, name, state, quota_id, spending_limit FROM arm_subscriptions ORDER BY name, id`

// PortalRoutes adds what the portal asks of ARM, without a sign-in, as the whole
// control API:
//
//   - GET /_guichet/arm/groups: resource groups with their resources
//   - GET /_guichet/arm/subscriptions: every subscription
//   - GET /_guichet/arm/providers?subscription=: its resource providers, as ARM shows
//     them
//   - GET /_guichet/arm/services?id=: a communication resource, as ARM shows it
//   - GET /_guichet/arm/keys?id=: its keys and connection strings
//   - POST /_guichet/arm/keys?id= {keyType}: regenerates one; answers like GET
func (a *ARM) PortalRoutes(mux *http.ServeMux) {
	handle := func(pattern string, act func(r *http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			body, err := act(r)
			if err != nil {
				a.writeError(w, r, err)
				return
			}
			azerror.WriteJSON(w, http.StatusOK, body)
		})
	}
	handle("GET /_guichet/arm/groups", func(r *http.Request) (any, error) {
		groups, err := a.portalGroups(r.Context())
		return map[string]any{"items": groups}, err
	})
	handle("GET /_guichet/arm/subscriptions", func(r *http.Request) (any, error) {
		subs, err := sqlstore.List(r.Context(), a.db.Read(), subscriptionCols, selectAllSubs)
		items := make([]portalSubscription, 0, len(subs))
		for _, sub := range subs {
			items = append(items, portalSubscription{sub.ID, sub.Name, sub.State, sub.TenantID})
		}
		return map[string]any{"items": items}, err
	})
	handle("GET /_guichet/arm/providers", func(r *http.Request) (any, error) {
		id := r.URL.Query().Get("subscription")
		sub, err := a.subscription(r.Context(), id)
		if errors.Is(err, sqlstore.ErrNotFound) {
			err = fail(http.StatusNotFound, "SubscriptionNotFound", "The subscription '%s' could not be found.", id)
		}
		if err != nil {
			return nil, err
		}
		list, err := a.providerList(r.Context(), sub.ID)
		return map[string]any{"items": list}, err
	})
	handle("GET /_guichet/arm/services", func(r *http.Request) (any, error) {
		s, err := a.serviceByID(r)
		if err != nil {
			return nil, err
		}
		return a.serviceJSON(s)
	})
	handle("GET /_guichet/arm/keys", func(r *http.Request) (any, error) {
		s, err := a.serviceByID(r)
		return a.keyPair(s), err
	})
	handle("POST /_guichet/arm/keys", func(r *http.Request) (any, error) {
		var body struct {
			KeyType string `json:"keyType"`
		}
		if err := json.NewDecoder(io.LimitReader(r.Body, maxBody)).Decode(&body); err != nil {
			return nil, fail(http.StatusBadRequest, "InvalidRequestContent", "The request content is not JSON: %s.", err)
		}
		s, err := a.serviceByID(r)
		if err == nil {
			_, err = a.regenerate(r.Context(), &s, body.KeyType, portalActor)
		}
		return a.keyPair(s), err
	})
}

func (a *ARM) serviceByID(r *http.Request) (serviceRow, error) {
	id := r.URL.Query().Get("id")
	s, err := sqlstore.One(r.Context(), a.db.Read(), serviceCols, selectService, strings.ToLower(id))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return s, fail(http.StatusNotFound, "ResourceNotFound", "The resource '%s' was not found.", id)
	}
	return s, err
}

// portalGroups lists the groups of every subscription, each with its resources
// by name.
func (a *ARM) portalGroups(ctx context.Context) ([]portalGroup, error) {
	subs, err := sqlstore.List(ctx, a.db.Read(), subscriptionCols, selectAllSubs)
	if err != nil {
		return nil, err
	}
	services, err := a.serviceRows(ctx)
	if err != nil {
		return nil, err
	}
	list := []portalGroup{}
	for _, sub := range subs {
		groups, err := sqlstore.List(ctx, a.db.Read(), groupCols, selectGroups, sub.ID)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			item := portalGroup{
				ID: "/subscriptions/" + sub.ID + "/resourceGroups/" + g.Name, Name: g.Name, Location: g.Location,
				SubscriptionID: sub.ID, SubscriptionName: sub.Name, TenantID: sub.TenantID, Resources: []portalResource{},
			}
			for _, s := range services {
				if within(s.id(), item.ID) {
					item.Resources = append(item.Resources, portalResource{
						ID: s.id(), Name: s.name, Type: "Microsoft.Communication/CommunicationServices", Location: "global",
					})
				}
			}
			for _, t := range a.grid.Topics(item.ID) {
				item.Resources = append(item.Resources, portalResource{t.ID, t.Name, t.ARMType(), t.Location, t.Source})
			}
			slices.SortFunc(item.Resources, func(x, y portalResource) int {
				return strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name))
			})
			list = append(list, item)
		}
	}
	return list, nil
}
