package arm

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"

	"guichet/internal/platform/sqlstore"
)

// provider is a resource provider that the cloud knows.
type provider struct {
	namespace string
	// types by name, with the locations of each.
	types map[string][]string
	// free providers need no registration.
	free bool
}

var providers = []provider{
	{namespace: "Microsoft.Authorization", free: true, types: map[string][]string{
		"roleAssignments": {}, "roleDefinitions": {}, "permissions": {},
	}},
	{namespace: "Microsoft.Communication", types: map[string][]string{
		"CommunicationServices": {"global"}, "checkNameAvailability": {"global"}, "locations": {"global"},
	}},
	{namespace: "Microsoft.EventGrid", types: map[string][]string{
		"systemTopics": {"global", "West Europe"}, "topics": {"West Europe"}, "eventSubscriptions": {"global", "West Europe"},
		"topicTypes": {}, "locations": {},
	}},
	{namespace: "Microsoft.Resources", free: true, types: map[string][]string{"resourceGroups": {"West Europe"}, "subscriptions": {}}},
}

func findProvider(namespace string) (provider, bool) {
	for _, p := range providers {
		if strings.EqualFold(p.namespace, namespace) {
			return p, true
		}
	}
	return provider{}, false
}

const (
	selectUnregistered = `SELECT 1 FROM arm_unregistered WHERE subscription_id = $1 AND namespace = $2`
	insertUnregistered = `INSERT INTO arm_unregistered (subscription_id, namespace) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	deleteUnregistered = `DELETE FROM arm_unregistered WHERE subscription_id = $1 AND namespace = $2`
)

func (a *ARM) registered(ctx context.Context, sub string, p provider) (bool, error) {
	_, err := sqlstore.One(ctx, a.db.Read(), func(n *int) []any { return []any{n} }, selectUnregistered,
		sub, strings.ToLower(p.namespace))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// requireRegistration refuses to make a resource of a provider that is not
// registered in the subscription.
func (a *ARM) requireRegistration(c *call) error {
	segments := splitPath(c.path)
	for i := len(segments) - 2; i >= 0; i-- {
		if !strings.EqualFold(segments[i], "providers") {
			continue
		}
		p, known := findProvider(segments[i+1])
		if !known || p.free {
			return nil
		}
		ok, err := a.registered(c.ctx, c.sub.ID, p)
		if err != nil || ok {
			return err
		}
		return fail(http.StatusConflict, "MissingSubscriptionRegistration",
			"The subscription is not registered to use namespace '%s'. See https://aka.ms/rps-not-found for how to register subscriptions.",
			p.namespace)
	}
	return nil
}

func (p provider) json(sub, state string) map[string]any {
	types := []map[string]any{}
	for name, locations := range p.types {
		types = append(types, map[string]any{
			"resourceType": name, "locations": locations, "capabilities": "None",
			"apiVersions": apiVersions[strings.ToLower(p.namespace)],
		})
	}
	policy := "RegistrationRequired"
	if p.free {
		policy = "RegistrationFree"
	}
	return map[string]any{
		"id": "/subscriptions/" + sub + "/providers/" + p.namespace, "namespace": p.namespace,
		"registrationPolicy": policy, "registrationState": state, "resourceTypes": types,
	}
}

// apiVersions that the providers name; any version is accepted.
var apiVersions = map[string][]string{
	"microsoft.authorization": {"2022-04-01"},
	"microsoft.communication": {"2025-09-01", "2023-04-01", "2023-03-31", "2020-08-20"},
	"microsoft.eventgrid":     {"2025-02-15", "2022-06-15", "2021-12-01", "2020-06-01"},
	"microsoft.resources":     {"2025-04-01", "2022-12-01", "2021-04-01"},
}

func (a *ARM) providerState(ctx context.Context, sub string, p provider) (string, error) {
	ok, err := a.registered(ctx, sub, p)
	if ok {
		return "Registered", err
	}
	return "NotRegistered", err
}

func (a *ARM) listProviders(c *call) (reply, error) {
	list, err := a.providerList(c.ctx, c.sub.ID)
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, err
}

func (a *ARM) providerList(ctx context.Context, sub string) ([]map[string]any, error) {
	list := []map[string]any{}
	for _, p := range providers {
		state, err := a.providerState(ctx, sub, p)
		if err != nil {
			return nil, err
		}
		list = append(list, p.json(sub, state))
	}
	return list, nil
}

func (c *call) provider() (provider, error) {
	p, ok := findProvider(c.params["namespace"])
	if !ok {
		return p, fail(http.StatusNotFound, "InvalidResourceNamespace", "The resource namespace '%s' is invalid.", c.params["namespace"])
	}
	return p, nil
}

func (a *ARM) getProvider(c *call) (reply, error) {
	p, err := c.provider()
	if err != nil {
		return reply{}, err
	}
	state, err := a.providerState(c.ctx, c.sub.ID, p)
	return reply{http.StatusOK, p.json(c.sub.ID, state), nil}, err
}

// registerProvider answers Registering, as Azure does; the next read finds
// Registered, since Go's SDK asks only every 15 seconds.
func (a *ARM) registerProvider(c *call) (reply, error) {
	return a.setRegistration(c, deleteUnregistered, "Registered", "Registering")
}

func (a *ARM) unregisterProvider(c *call) (reply, error) {
	return a.setRegistration(c, insertUnregistered, "NotRegistered", "Unregistering")
}

func (a *ARM) setRegistration(c *call, statement, done, under string) (reply, error) {
	p, err := c.provider()
	if err != nil {
		return reply{}, err
	}
	state, err := a.providerState(c.ctx, c.sub.ID, p)
	if err != nil || state == done || p.free {
		return reply{http.StatusOK, p.json(c.sub.ID, state), nil}, err
	}
	err = a.db.Tx(c.ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(c.ctx, statement, c.sub.ID, strings.ToLower(p.namespace))
		return err
	})
	return reply{http.StatusOK, p.json(c.sub.ID, under), nil}, err
}
