package controlplane

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/communication/armcommunication/v2"

	"guichet/internal/desk/connection"
	"guichet/internal/platform/secret"
)

// Subscription is an Azure subscription that one can see.
type Subscription struct {
	ID, Name, TenantID string
	// Enabled: not disabled, deleted or past due.
	Enabled bool
	// Trial: of an offer with free credit, which cannot buy numbers (reference:
	// ACS subscription eligibility; told by quotaId).
	Trial bool
}

// Subscriptions lists the subscriptions that one can see.
func (c *Client) Subscriptions(ctx context.Context) ([]Subscription, error) {
	var answer struct {
		Value []struct {
			SubscriptionID string `json:"subscriptionId"`
			DisplayName    string `json:"displayName"`
			TenantID       string `json:"tenantId"`
			State          string `json:"state"`
			Policies       struct {
				QuotaID string `json:"quotaId"`
			} `json:"subscriptionPolicies"`
		} `json:"value"`
	}
	if err := c.get(ctx, "/subscriptions", "2022-12-01", &answer); err != nil {
		return nil, fmt.Errorf("list subscriptions: %w", err)
	}
	list := make([]Subscription, len(answer.Value))
	for i, s := range answer.Value {
		list[i] = Subscription{
			ID: s.SubscriptionID, Name: s.DisplayName, TenantID: s.TenantID,
			Enabled: s.State == "Enabled" || s.State == "Warned",
			Trial:   strings.HasPrefix(s.Policies.QuotaID, "FreeTrial_") || strings.HasPrefix(s.Policies.QuotaID, "AzureForStudents_") || strings.HasPrefix(s.Policies.QuotaID, "DreamSpark_"),
		}
	}
	return list, nil
}

// Resource is an ACS resource.
type Resource struct {
	ID, Name, Group, Endpoint string
	// KeysOff: disableLocalAuth, so that the access keys open nothing.
	KeysOff bool
}

// Resources lists the ACS resources of the subscription.
func (c *Client) Resources(ctx context.Context) ([]Resource, error) {
	var list []Resource
	for pager := c.services.NewListBySubscriptionPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list ACS resources: %w", err)
		}
		for _, r := range page.Value {
			list = append(list, showResource(*r))
		}
	}
	return list, nil
}

func showResource(r armcommunication.ServiceResource) Resource {
	show := Resource{ID: deref(r.ID), Name: deref(r.Name)}
	if parts := strings.Split(show.ID, "/"); len(parts) > 4 {
		show.Group = parts[4]
	}
	if p := r.Properties; p != nil {
		show.Endpoint = "https://" + deref(p.HostName)
		show.KeysOff = p.DisableLocalAuth != nil && *p.DisableLocalAuth
	}
	return show
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Resource reads one ACS resource.
func (c *Client) Resource(ctx context.Context, group, name string) (Resource, error) {
	res, err := c.services.Get(ctx, group, name, nil)
	if err != nil {
		return Resource{}, fmt.Errorf("read the resource: %w", err)
	}
	return showResource(res.ServiceResource), nil
}

// Values reads a resource and its primary connection string: three of the five
// values.
func (c *Client) Values(ctx context.Context, r Resource) (connection.Values, error) {
	keys, err := c.services.ListKeys(ctx, r.Group, r.Name, nil)
	if err != nil {
		return connection.Values{}, fmt.Errorf("read the keys: %w", err)
	}
	if keys.PrimaryConnectionString == nil {
		return connection.Values{}, errors.New("read the keys: the answer has no connection string")
	}
	return connection.Values{
		ResourceName: r.Name, ResourceID: r.ID, TenantID: c.tenantID, ConnectionString: secret.Text(*keys.PrimaryConnectionString),
	}, nil
}

// The actions that connecting needs, by where they are needed.
var (
	SubscriptionActions = []string{
		"Microsoft.Communication/register/action", "Microsoft.EventGrid/register/action",
	}
	GroupActions = []string{
		"Microsoft.Communication/communicationServices/read", "Microsoft.Communication/communicationServices/listKeys/action",
		"Microsoft.EventGrid/systemTopics/read", "Microsoft.EventGrid/systemTopics/write",
		"Microsoft.EventGrid/systemTopics/eventSubscriptions/read", "Microsoft.EventGrid/systemTopics/eventSubscriptions/write",
	}
)

// Lacking tells which of the actions one may not do at a scope.
func (c *Client) Lacking(ctx context.Context, scope string, actions []string) ([]string, error) {
	var answer struct {
		Value []struct {
			Actions    []string `json:"actions"`
			NotActions []string `json:"notActions"`
		} `json:"value"`
	}
	if err := c.get(ctx, scope+"/providers/Microsoft.Authorization/permissions", "2022-04-01", &answer); err != nil {
		return nil, fmt.Errorf("read one's rights: %w", err)
	}
	var lacking []string
	for _, action := range actions {
		allowed := false
		for _, entry := range answer.Value {
			allowed = allowed || matchesAny(entry.Actions, action) && !matchesAny(entry.NotActions, action)
		}
		if !allowed {
			lacking = append(lacking, action)
		}
	}
	return lacking, nil
}

// matchesAny compares an action with patterns: without case, and * goes over
// slashes.
func matchesAny(patterns []string, action string) bool {
	flat := strings.NewReplacer("/", "\x00")
	for _, p := range patterns {
		if ok, err := path.Match(flat.Replace(strings.ToLower(p)), flat.Replace(strings.ToLower(action))); err == nil && ok {
			return true
		}
	}
	return false
}

// Scope is the id of a resource group, or of the subscription when group is
// empty.
func (c *Client) Scope(group string) string {
	scope := "/subscriptions/" + c.subscriptionID
	if group != "" {
		scope += "/resourceGroups/" + group
	}
	return scope
}

// Providers that the subscription must have registered.
var Providers = []string{"Microsoft.Communication", "Microsoft.EventGrid"}

// ProviderState is a provider's registrationState, such as Registered.
func (c *Client) ProviderState(ctx context.Context, namespace string) (string, error) {
	p, err := c.providers.Get(ctx, namespace, nil)
	if err != nil {
		return "", fmt.Errorf("read the provider %s: %w", namespace, err)
	}
	return deref(p.RegistrationState), nil
}

// Register has a provider registered; that takes Azure a while.
func (c *Client) Register(ctx context.Context, namespace string) error {
	if _, err := c.providers.Register(ctx, namespace, nil); err != nil {
		return fmt.Errorf("register %s: %w", namespace, err)
	}
	return nil
}
