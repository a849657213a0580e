package arm

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"guichet/internal/cloud/eventgrid"
	"guichet/internal/platform/sqlstore"
)

// gridRoutes adds the calls of Microsoft.EventGrid.
func (a *ARM) gridRoutes(add func(method, pattern, action string, handle func(*call) (reply, error))) {
	const (
		sub    = "/subscriptions/{subscription}"
		group  = sub + "/resourcegroups/{group}"
		grid   = "/providers/Microsoft.EventGrid"
		ns     = "Microsoft.EventGrid/"
		system = group + grid + "/systemTopics/{topic}"
		custom = group + grid + "/topics/{topic}"
		ext    = "{scope}" + grid + "/eventSubscriptions"
	)
	for _, parent := range []string{sub, group} {
		add("GET", parent+grid+"/systemTopics", ns+"systemTopics/read", a.listTopics("Microsoft.EventGrid/systemTopics"))
		add("GET", parent+grid+"/topics", ns+"topics/read", a.listTopics("Microsoft.EventGrid/topics"))
	}
	add("GET", system, ns+"systemTopics/read", a.getTopic)
	add("HEAD", system, ns+"systemTopics/read", exists(a.getTopic))
	add("PUT", system, ns+"systemTopics/write", a.putSystemTopic)
	add("PATCH", system, ns+"systemTopics/write", a.patchTopic)
	add("DELETE", system, ns+"systemTopics/delete", a.deleteTopic)
	add("GET", custom, ns+"topics/read", a.getTopic)
	add("HEAD", custom, ns+"topics/read", exists(a.getTopic))
	add("PUT", custom, ns+"topics/write", a.putCustomTopic)
	add("PATCH", custom, ns+"topics/write", a.patchTopic)
	add("DELETE", custom, ns+"topics/delete", a.deleteTopic)
	add("POST", custom+"/listKeys", ns+"topics/listKeys/action", a.listTopicKeys)
	add("POST", custom+"/regenerateKey", ns+"topics/regenerateKey/action", a.regenerateTopicKey)

	for parent, right := range map[string]string{
		system: ns + "systemTopics/eventSubscriptions/", custom: ns + "topics/eventSubscriptions/",
	} {
		child := parent + "/eventSubscriptions"
		add("GET", child, right+"read", a.listChildSubscriptions)
		a.subscriptionRoutes(add, child+"/{name}", right)
	}
	add("GET", ext, ns+"eventSubscriptions/read", a.listScopeSubscriptions)
	a.subscriptionRoutes(add, ext+"/{name}", ns+"eventSubscriptions/")
	for _, middle := range []string{"/locations/{location}", "/topicTypes/{topicType}", "/locations/{location}/topicTypes/{topicType}"} {
		add("GET", sub+grid+middle+"/eventSubscriptions", ns+"eventSubscriptions/read", a.listScopeSubscriptions)
		add("GET", group+grid+middle+"/eventSubscriptions", ns+"eventSubscriptions/read", a.listScopeSubscriptions)
	}
	add("GET", sub+grid+"/locations/{location}/operationsStatus/{operation}", "", a.gridOperation)
	add("GET", sub+grid+"/locations/{location}/operationResults/{operation}", "", a.gridOperationResult)
	add("GET", grid+"/topicTypes", "", a.listTopicTypes)
	add("GET", grid+"/topicTypes/{topicType}", "", a.getTopicType)
	add("GET", grid+"/topicTypes/{topicType}/eventTypes", "", a.listEventTypes)
	add("GET", "{scope}"+grid+"/eventTypes", ns+"eventSubscriptions/read", a.listEventTypes)
}

func (a *ARM) subscriptionRoutes(add func(method, pattern, action string, handle func(*call) (reply, error)), path, right string) {
	add("GET", path, right+"read", a.getEventSubscription)
	add("PUT", path, right+"write", a.putEventSubscription)
	add("PATCH", path, right+"write", a.patchEventSubscription)
	add("DELETE", path, right+"delete", a.deleteEventSubscription)
	add("POST", path+"/getFullUrl", right+"getFullUrl/action", a.getFullURL)
	add("POST", path+"/getDeliveryAttributes", right+"getDeliveryAttributes/action", a.getDeliveryAttributes)
}

// gridOperation answers the Azure-AsyncOperation URL of Microsoft.EventGrid. A
// failure is told with status 200, as pollers expect.
func (a *ARM) gridOperation(c *call) (reply, error) {
	op, err := a.findGridOperation(c)
	if err != nil {
		return reply{}, err
	}
	body := map[string]any{"id": c.absolute(c.path), "name": strings.ToLower(c.params["operation"]), "status": op.Status}
	if op.Code != "" {
		body["error"] = map[string]string{"code": op.Code, "message": op.Message}
	}
	if op.Status == "InProgress" {
		return reply{http.StatusOK, body, map[string]string{"Retry-After": "1"}}, nil
	}
	return reply{http.StatusOK, body, nil}, nil
}

// gridOperationResult answers the Location URL of a deletion.
func (a *ARM) gridOperationResult(c *call) (reply, error) {
	op, err := a.findGridOperation(c)
	if err != nil {
		return reply{}, err
	}
	if op.Status == "InProgress" {
		return reply{http.StatusAccepted, nil, map[string]string{"Location": c.absolute(c.path), "Retry-After": "1"}}, nil
	}
	return reply{status: http.StatusOK}, nil
}

func (a *ARM) findGridOperation(c *call) (eventgrid.Operation, error) {
	op, err := a.grid.Operation(c.ctx, strings.ToLower(c.params["operation"]))
	if !errors.Is(err, sqlstore.ErrNotFound) {
		return op, err
	}
	own, err := a.operation(c)
	if err != nil {
		return op, err
	}
	if sqlstore.Micros(a.clock.Now()) < own.readyUS {
		return eventgrid.Operation{Status: "InProgress"}, nil
	}
	return eventgrid.Operation{Status: "Succeeded"}, nil
}

// gridAsync are the headers of a long-running operation of Microsoft.EventGrid.
func (a *ARM) gridAsync(c *call, operation string, deletion bool) map[string]string {
	base := "/subscriptions/" + c.sub.ID + "/providers/Microsoft.EventGrid/locations/global/"
	header := map[string]string{
		"Azure-AsyncOperation": c.absolute(base + "operationsStatus/" + strings.ToUpper(operation)), "Retry-After": "1",
	}
	if deletion {
		header["Location"] = c.absolute(base + "operationResults/" + strings.ToUpper(operation))
	}
	return header
}

func topicTypeJSON(t eventgrid.TopicType) map[string]any {
	return map[string]any{
		"id": "providers/Microsoft.EventGrid/topicTypes/" + t.Name, "name": t.Name, "type": "Microsoft.EventGrid/topicTypes",
		"properties": map[string]any{
			"provider": t.Provider, "displayName": t.DisplayName, "description": t.Description,
			"resourceRegionType": "GlobalResource", "provisioningState": "Succeeded", "supportedLocations": []string{},
			"sourceResourceFormat":     "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Communication/CommunicationServices/{resourceName}",
			"supportedScopesForSource": []string{"Resource"}, "areRegionalAndGlobalSourcesSupported": false,
		},
	}
}

func (a *ARM) listTopicTypes(*call) (reply, error) {
	list := []map[string]any{}
	for _, t := range eventgrid.TopicTypes() {
		list = append(list, topicTypeJSON(t))
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}

// topicType is the one that the path names, or that of the resource which is the
// call's scope.
func (c *call) topicType() (eventgrid.TopicType, error) {
	name := c.params["topicType"]
	if name == "" {
		name = eventgrid.ACSTopicType
	}
	types := eventgrid.TopicTypes()
	at := slices.IndexFunc(types, func(t eventgrid.TopicType) bool { return strings.EqualFold(t.Name, name) })
	if at < 0 {
		return eventgrid.TopicType{}, fail(http.StatusNotFound, "ResourceNotFound", "The topic type '%s' could not be found.", name)
	}
	return types[at], nil
}

func (a *ARM) getTopicType(c *call) (reply, error) {
	t, err := c.topicType()
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, topicTypeJSON(t), nil}, nil
}

func (a *ARM) listEventTypes(c *call) (reply, error) {
	t, err := c.topicType()
	if err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, e := range t.Events {
		list = append(list, map[string]any{
			"id":   "providers/Microsoft.EventGrid/topicTypes/" + t.Name + "/eventTypes/" + e.Name,
			"name": e.Name, "type": "Microsoft.EventGrid/topicTypes/eventTypes",
			"properties": map[string]any{
				"displayName": e.DisplayName, "description": e.DisplayName, "isInDefaultSet": e.Default,
				"schemaUrl": "https://aka.ms/azure-event-schemas",
			},
		})
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}
