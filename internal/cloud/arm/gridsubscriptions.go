package arm

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"guichet/internal/cloud/eventgrid"
)

// eventSubscriptionID is the id of the subscription that the path names, without
// a trailing action.
func (c *call) eventSubscriptionID() string {
	segments := splitPath(c.path)
	at := 0
	for i, s := range segments {
		if strings.EqualFold(s, "eventSubscriptions") {
			at = i
		}
	}
	return "/" + strings.Join(segments[:at+2], "/")
}

func subscriptionJSON(s eventgrid.Subscription) map[string]any {
	kind := "Microsoft.EventGrid/eventSubscriptions"
	lower := strings.ToLower(s.ID)
	switch {
	case strings.Contains(lower, "/providers/microsoft.eventgrid/systemtopics/") && !strings.Contains(lower, "/providers/microsoft.eventgrid/eventsubscriptions/"):
		kind = "Microsoft.EventGrid/systemTopics/eventSubscriptions"
	case strings.Contains(lower, "/providers/microsoft.eventgrid/topics/") && !strings.Contains(lower, "/providers/microsoft.eventgrid/eventsubscriptions/"):
		kind = "Microsoft.EventGrid/topics/eventSubscriptions"
	}
	view := s.Properties.View()
	properties := struct {
		Topic             string `json:"topic"`
		ProvisioningState string `json:"provisioningState"`
		eventgrid.Properties
	}{s.Topic, s.State, view}
	return map[string]any{"id": s.ID, "name": s.Name, "type": kind, "systemData": nil, "properties": properties}
}

// subscriptionTopic is the topic on which the path puts a subscription.
func (a *ARM) subscriptionTopic(c *call) (*eventgrid.Topic, error) {
	if c.scope == "" {
		return a.topic(c)
	}
	if t := a.grid.Topic(c.scope); t != nil {
		return t, nil
	}
	services, err := a.Services(c.ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(services, func(s CommunicationService) bool { return strings.EqualFold(s.ID, c.scope) }) {
		return nil, fail(http.StatusNotFound, "ResourceNotFound", "The resource '%s' was not found.", c.scope)
	}
	return a.grid.EnsureTopic(c.ctx, c.scope, eventgrid.ACSTopicType)
}

// putEventSubscription answers 201, for an update as well, and the validation
// goes on as a long-running operation.
func (a *ARM) putEventSubscription(c *call) (reply, error) {
	var body struct {
		Properties *eventgrid.Properties `json:"properties"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if body.Properties == nil {
		return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The event subscription must have properties.")
	}
	return a.writeEventSubscription(c, *body.Properties)
}

func (a *ARM) writeEventSubscription(c *call, p eventgrid.Properties) (reply, error) {
	t, err := a.subscriptionTopic(c)
	if err != nil {
		return reply{}, err
	}
	s, err := a.grid.PutSubscription(c.ctx, c.eventSubscriptionID(), t, p, c.claims.ObjectID)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusCreated, subscriptionJSON(s), a.gridAsync(c, s.Operation, false)}, nil
}

// patchEventSubscription replaces the members given; its body is flat.
func (a *ARM) patchEventSubscription(c *call) (reply, error) {
	s, err := a.eventSubscription(c)
	if err != nil {
		return reply{}, err
	}
	var patch map[string]json.RawMessage
	if err := c.decode(&patch); err != nil {
		return reply{}, err
	}
	p := s.Properties
	for name, into := range map[string]any{
		"destination": &p.Destination, "filter": &p.Filter, "eventDeliverySchema": &p.EventDeliverySchema,
		"retryPolicy": &p.RetryPolicy, "deadLetterDestination": &p.DeadLetterDestination, "labels": &p.Labels,
		"expirationTimeUtc": &p.ExpirationTimeUTC,
	} {
		raw, given := patch[name]
		if !given || string(raw) == "null" {
			continue
		}
		// A pointer is emptied first, so that the old value is replaced and not
		// written into: others still read it.
		switch into := into.(type) {
		case **eventgrid.Destination:
			*into = nil
		case **eventgrid.Filter:
			*into = nil
		case **eventgrid.RetryPolicy:
			*into = nil
		case **eventgrid.DeadLetter:
			*into = nil
		case *[]string:
			*into = nil
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return reply{}, fail(http.StatusBadRequest, "InvalidRequestContent", "The member '%s' is not valid: %s.", name, jsonFault(err))
		}
	}
	return a.writeEventSubscription(c, p)
}

func (a *ARM) eventSubscription(c *call) (eventgrid.Subscription, error) {
	if s, ok := a.grid.Subscription(c.eventSubscriptionID()); ok {
		return s, nil
	}
	return eventgrid.Subscription{}, fail(http.StatusNotFound, "ResourceNotFound",
		"Event subscription '%s' could not be found.", c.params["name"])
}

func (a *ARM) getEventSubscription(c *call) (reply, error) {
	s, err := a.eventSubscription(c)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, subscriptionJSON(s), nil}, nil
}

func (a *ARM) deleteEventSubscription(c *call) (reply, error) {
	operation, err := a.grid.DeleteSubscription(c.ctx, c.eventSubscriptionID())
	if err != nil {
		return reply{}, err
	}
	if operation == "" {
		return reply{status: http.StatusNoContent}, nil
	}
	return reply{http.StatusAccepted, nil, a.gridAsync(c, operation, true)}, nil
}

func (a *ARM) getFullURL(c *call) (reply, error) {
	s, err := a.eventSubscription(c)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, map[string]any{"endpointUrl": s.Properties.Destination.Properties.EndpointURL}, nil}, nil
}

// getDeliveryAttributes answers the headers with their values, secret ones too.
func (a *ARM) getDeliveryAttributes(c *call) (reply, error) {
	s, err := a.eventSubscription(c)
	if err != nil {
		return reply{}, err
	}
	list := s.Properties.Destination.Properties.DeliveryAttributeMappings
	if list == nil {
		list = []eventgrid.AttributeMapping{}
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}

func subscriptionList(c *call, list []eventgrid.Subscription) (reply, error) {
	value := []map[string]any{}
	for _, s := range list {
		value = append(value, subscriptionJSON(s))
	}
	return c.page(value, gridPage, maxGridPage)
}

// listChildSubscriptions answers every subscription on a topic, whichever address
// it was made under.
func (a *ARM) listChildSubscriptions(c *call) (reply, error) {
	t, err := a.topic(c)
	if err != nil {
		return reply{}, err
	}
	return subscriptionList(c, a.grid.Subscriptions(func(s eventgrid.Subscription) bool { return strings.EqualFold(s.Topic, t.ID) }))
}

// listScopeSubscriptions answers the subscriptions at or below a scope, or whose
// topic has it as its source; narrowed to a location or a topic type when the
// path names one. A list of a subscription or group that names no location is of
// the global topics alone.
func (a *ARM) listScopeSubscriptions(c *call) (reply, error) {
	scope := c.scope
	if scope == "" {
		scope = "/subscriptions/" + c.sub.ID
		if c.params["group"] != "" {
			scope += "/resourceGroups/" + c.params["group"]
		}
	}
	location, topicType := plainLocation(c.params["location"]), c.params["topicType"]
	if location == "" && len(splitPath(scope)) <= 4 {
		location = "global"
	}
	return subscriptionList(c, a.grid.Subscriptions(func(s eventgrid.Subscription) bool {
		t := a.grid.Topic(s.Topic)
		if t == nil || !(within(s.ID, scope) || strings.EqualFold(t.Source, scope)) {
			return false
		}
		kind := t.TopicType
		if t.Custom() {
			kind = "Microsoft.EventGrid.Topics"
		}
		return (location == "" || location == plainLocation(t.Location)) && (topicType == "" || strings.EqualFold(topicType, kind))
	}))
}
