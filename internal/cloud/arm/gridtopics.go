package arm

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"guichet/internal/cloud/eventgrid"
)

// topicBody is what PUT and PATCH of a topic send.
type topicBody struct {
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	Identity   json.RawMessage   `json:"identity"`
	Properties struct {
		Source           string `json:"source"`
		TopicType        string `json:"topicType"`
		InputSchema      string `json:"inputSchema"`
		DisableLocalAuth *bool  `json:"disableLocalAuth"`
	} `json:"properties"`
}

// topicID is the id of the topic that the path names.
func (c *call) topicID() string {
	segments := splitPath(c.path)
	return "/" + strings.Join(segments[:min(8, len(segments))], "/")
}

func (a *ARM) topicJSON(t *eventgrid.Topic) map[string]any {
	properties := map[string]any{"provisioningState": "Succeeded", "metricResourceId": t.MetricID}
	if t.Custom() {
		properties["endpoint"] = a.base + "/eventgrid/topics/" + t.MetricID + "/api/events"
		properties["inputSchema"], properties["publicNetworkAccess"] = t.InputSchema, "Enabled"
		properties["disableLocalAuth"] = t.DisableLocalAuth
	} else {
		properties["source"], properties["topicType"] = t.Source, t.TopicType
	}
	tags := t.Tags
	if tags == nil {
		tags = map[string]string{}
	}
	body := map[string]any{
		"id": t.ID, "name": t.Name, "type": t.ARMType(), "location": t.Location, "tags": tags,
		"systemData": nil, "properties": properties,
	}
	if t.Identity != nil {
		body["identity"] = t.Identity
	}
	return body
}

func (a *ARM) topic(c *call) (*eventgrid.Topic, error) {
	if t := a.grid.Topic(c.topicID()); t != nil {
		return t, nil
	}
	segments := splitPath(c.topicID())
	return nil, resourceNotFound(strings.Join(segments[5:], "/"), c.params["group"])
}

func (a *ARM) listTopics(armType string) func(*call) (reply, error) {
	return func(c *call) (reply, error) {
		parent := "/subscriptions/" + c.sub.ID
		if c.params["group"] != "" {
			parent += "/resourceGroups/" + c.params["group"]
		}
		list := []map[string]any{}
		for _, t := range a.grid.Topics(parent) {
			if t.ARMType() == armType {
				list = append(list, a.topicJSON(t))
			}
		}
		return c.page(list, gridPage, maxGridPage)
	}
}

func (a *ARM) getTopic(c *call) (reply, error) {
	t, err := a.topic(c)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, a.topicJSON(t), nil}, nil
}

var validTopicName = regexp.MustCompile(`^[A-Za-z0-9-]{3,128}$`)

// putSystemTopic is synchronous, as recorded: 200 with the state Succeeded.
func (a *ARM) putSystemTopic(c *call) (reply, error) {
	var body topicBody
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	p := body.Properties
	switch {
	case body.Location == "":
		return reply{}, fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	case !validTopicName.MatchString(c.params["topic"]):
		return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The system topic name '%s' is not valid.", c.params["topic"])
	case !strings.EqualFold(p.TopicType, eventgrid.ACSTopicType):
		return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The topic type '%s' is not supported.", p.TopicType)
	}
	if err := a.checkSource(c, p.Source); err != nil {
		return reply{}, err
	}
	if err := a.checkPlace(c, body.Location); err != nil {
		return reply{}, err
	}
	if old := a.grid.Topic(c.topicID()); old != nil {
		if !strings.EqualFold(old.Source, p.Source) {
			return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The source of a system topic cannot be changed.")
		}
		// The spelling of an id is its first one's.
		p.Source, p.TopicType = old.Source, old.TopicType
	}
	t, err := a.grid.PutTopic(c.ctx, eventgrid.Topic{
		ID: c.topicID(), Name: c.params["topic"], Location: plainLocation(body.Location), Tags: body.Tags, Identity: body.Identity,
		Source: p.Source, TopicType: p.TopicType,
	})
	if conflict, ok := errors.AsType[*eventgrid.Invalid](err); ok && conflict.Code == "ResourceConflict" {
		return reply{}, fail(http.StatusConflict, conflict.Code, "%s", conflict.Message)
	}
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, a.topicJSON(t), nil}, nil
}

// checkPlace refuses to move a topic: a resource's location is for ever.
func (a *ARM) checkPlace(c *call, location string) error {
	old := a.grid.Topic(c.topicID())
	if old == nil || plainLocation(old.Location) == plainLocation(location) {
		return nil
	}
	return fail(http.StatusConflict, "InvalidResourceLocation", "The resource '%s' already exists in location '%s' in resource group '%s'. "+
		"A resource with the same name cannot be created in location '%s'. Please select a new resource name.",
		old.Name, old.Location, c.params["group"], plainLocation(location))
}

// checkSource refuses a source that does not exist or is in another subscription.
func (a *ARM) checkSource(c *call, source string) error {
	if !within(source, "/subscriptions/"+c.sub.ID) {
		return fail(http.StatusBadRequest, "InvalidRequest",
			"The source '%s' must be in the same Azure subscription as the system topic.", source)
	}
	services, err := a.Services(c.ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(services, func(s CommunicationService) bool { return strings.EqualFold(s.ID, source) }) {
		return fail(http.StatusNotFound, "ResourceNotFound", "The source resource '%s' was not found.", source)
	}
	return nil
}

// putCustomTopic answers 201, with the topic ready at once.
func (a *ARM) putCustomTopic(c *call) (reply, error) {
	var body topicBody
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if body.Location == "" {
		return reply{}, fail(http.StatusBadRequest, "LocationRequired", "The location property is required for this definition.")
	}
	if name := c.params["topic"]; !validTopicName.MatchString(name) || len(name) > 50 {
		return reply{}, fail(http.StatusBadRequest, "InvalidRequest",
			"The topic name '%s' must have 3 to 50 letters, digits or hyphens.", name)
	}
	if err := a.checkPlace(c, body.Location); err != nil {
		return reply{}, err
	}
	t := eventgrid.Topic{
		ID: c.topicID(), Name: c.params["topic"], Location: plainLocation(body.Location), Tags: body.Tags, Identity: body.Identity,
		InputSchema: "EventGridSchema",
	}
	switch strings.ToLower(body.Properties.InputSchema) {
	case "", "eventgridschema":
	case "cloudeventschemav1_0":
		t.InputSchema = "CloudEventSchemaV1_0"
	default:
		return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The input schema '%s' is not supported.", body.Properties.InputSchema)
	}
	if old := a.grid.Topic(t.ID); old != nil && old.InputSchema != t.InputSchema {
		return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The input schema of a topic cannot be changed.")
	}
	if body.Properties.DisableLocalAuth != nil {
		t.DisableLocalAuth = *body.Properties.DisableLocalAuth
	}
	saved, err := a.grid.PutTopic(c.ctx, t)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusCreated, a.topicJSON(saved), nil}, nil
}

// patchTopic changes tags and identity (flat), and of a custom topic whether its
// keys work.
func (a *ARM) patchTopic(c *call) (reply, error) {
	var body topicBody
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	t, err := a.topic(c)
	if err != nil {
		return reply{}, err
	}
	changed := *t
	if body.Tags != nil {
		changed.Tags = body.Tags
	}
	if body.Identity != nil {
		changed.Identity = body.Identity
	}
	if body.Properties.DisableLocalAuth != nil && t.Custom() {
		changed.DisableLocalAuth = *body.Properties.DisableLocalAuth
	}
	saved, err := a.grid.PutTopic(c.ctx, changed)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, a.topicJSON(saved), nil}, nil
}

func (a *ARM) deleteTopic(c *call) (reply, error) {
	found, err := a.grid.DeleteTopic(c.ctx, c.topicID())
	if err != nil {
		return reply{}, err
	}
	if !found {
		return reply{status: http.StatusNoContent}, nil
	}
	operation, err := a.startOperation(c, c.topicID())
	return reply{http.StatusAccepted, nil, a.gridAsync(c, operation, true)}, err
}

func (a *ARM) listTopicKeys(c *call) (reply, error) {
	t, err := a.topic(c)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, map[string]string{"key1": t.Key1, "key2": t.Key2}, nil}, nil
}

func (a *ARM) regenerateTopicKey(c *call) (reply, error) {
	var body struct {
		KeyName string `json:"keyName"`
	}
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if _, err := a.topic(c); err != nil {
		return reply{}, err
	}
	t, err := a.grid.RegenerateKey(c.ctx, c.topicID(), body.KeyName)
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, map[string]string{"key1": t.Key1, "key2": t.Key2}, nil}, nil
}
