package setup

import (
	"context"
	"strings"

	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/setup/script"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/problem"
)

// Script is what an automatic connection would make, for a script. The target
// must name subscription, group and resource. The endpoints are those that the
// resource will have: they are set aside for it.
func (s *Setup) Script(ctx context.Context, t Target) (script.Plan, error) {
	for _, f := range []struct{ field, value string }{
		{"target.subscriptionId", t.SubscriptionID},
		{"target.resourceGroup", t.ResourceGroup},
		{"target.resourceName", t.ResourceName},
	} {
		if strings.TrimSpace(f.value) == "" || strings.ContainsAny(f.value, "/\n\r") {
			return script.Plan{}, problem.New(problem.Invalid, "automatic.script").On(f.field)
		}
	}
	id, err := s.Connections.Reserve(ctx, ResourceID(t.SubscriptionID, t.ResourceGroup, t.ResourceName))
	if err != nil {
		return script.Plan{}, err
	}
	p := script.Plan{
		Desk: s.PublicURL, SubscriptionID: t.SubscriptionID, Group: t.ResourceGroup, Name: t.ResourceName, Create: t.Create,
		DataLocation: or(t.DataLocation, "Europe"), GroupLocation: or(t.GroupLocation, "westeurope"), AppID: t.AppID,
		AppName: or(t.AppName, AppName), Topic: TopicName(t.ResourceName), TopicType: controlplane.TopicType, Providers: controlplane.Providers,
	}
	for _, kind := range []webhook.Kind{webhook.Recording, webhook.SMS, webhook.IncomingCall} {
		p.Subscriptions = append(p.Subscriptions, script.Subscription{
			Name: SubscriptionName(kind), Endpoint: s.PublicURL + webhook.Path(kind, id), EventTypes: webhook.Serves[kind],
		})
	}
	return p, nil
}

// ResourceID is the id of an ACS resource.
func ResourceID(subscriptionID, group, name string) string {
	return "/subscriptions/" + subscriptionID + "/resourceGroups/" + group + "/providers/Microsoft.Communication/CommunicationServices/" + name
}
