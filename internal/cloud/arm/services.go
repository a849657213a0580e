package arm

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"guichet/internal/platform/sqlstore"
)

// CommunicationService is a communication resource as its data plane knows it.
type CommunicationService struct {
	// ID is the ARM resource id, the topic of its events.
	ID, Name string
	// HostName is host:port of the data plane.
	HostName string
	// ImmutableID identifies the resource in ids of the data plane.
	ImmutableID string
	// PrimaryKey and SecondaryKey are base64.
	PrimaryKey, SecondaryKey string
	// DisableLocalAuth says that the keys are of no use.
	DisableLocalAuth bool
	// DataLocation is where its data rests, e.g. Europe.
	DataLocation string
}

// serviceType is the type as the service answers it, in lower case.
const serviceType = "microsoft.communication/communicationservices"

type serviceRow struct {
	subscriptionID, group, name, immutableID string
	dataLocation, tags, settings             string
	primary, secondary                       string
	readyUS, createdUS, changedUS            int64
	createdBy, changedBy                     string
}

func serviceCols(s *serviceRow) []any {
	return []any{
		&s.subscriptionID, &s.group, &s.name, &s.immutableID, &s.dataLocation, &s.tags, &s.settings, &s.primary, &s.secondary,
		&s.readyUS, &s.createdUS, &s.createdBy, &s.changedUS, &s.changedBy,
	}
}

// serviceSettings are the optional members of a resource's properties, and its
// identity, as the caller gave them.
type serviceSettings struct {
	Identity            json.RawMessage `json:"identity,omitempty"`
	LinkedDomains       []string        `json:"linkedDomains,omitempty"`
	NotificationHubID   string          `json:"notificationHubId,omitempty"`
	DisableLocalAuth    bool            `json:"disableLocalAuth,omitempty"`
	PublicNetworkAccess string          `json:"publicNetworkAccess,omitempty"`
}

const (
	serviceColumns = `subscription_id, group_name, name, immutable_id, data_location, tags, settings, primary_key,
		secondary_key, ready_us, created_us, created_by, changed_us, changed_by`
	selectServices = `SELECT ` + serviceColumns + ` FROM arm_services ORDER BY key`
	selectService  = `SELECT ` + serviceColumns + ` FROM arm_services WHERE key = $1`
	insertService  = `INSERT INTO arm_services (key, ` + serviceColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`
	updateService = `UPDATE arm_services SET tags = $1, settings = $2, primary_key = $3, secondary_key = $4, ready_us = $5,
		changed_us = $6, changed_by = $7 WHERE key = $8`
	deleteService = `DELETE FROM arm_services WHERE key = $1`
)

func insertServiceRow(ctx context.Context, q sqlstore.Q, s serviceRow) error {
	_, err := q.ExecContext(ctx, insertService, s.key(), s.subscriptionID, s.group, s.name, s.immutableID, s.dataLocation,
		s.tags, s.settings, s.primary, s.secondary, s.readyUS, s.createdUS, s.createdBy, s.changedUS, s.changedBy)
	return err
}

func (s serviceRow) id() string {
	return "/subscriptions/" + s.subscriptionID + "/resourceGroups/" + s.group +
		"/providers/Microsoft.Communication/CommunicationServices/" + s.name
}

func (s serviceRow) key() string { return strings.ToLower(s.id()) }

func (s serviceRow) parsed() (set serviceSettings, err error) {
	if err = json.Unmarshal([]byte(s.settings), &set); err != nil {
		err = fmt.Errorf("settings of %s: %w", s.name, err)
	}
	return set, err
}

func (a *ARM) serviceRows(ctx context.Context) ([]serviceRow, error) {
	return sqlstore.List(ctx, a.db.Read(), serviceCols, selectServices)
}

// Services lists every communication resource. The list is kept in memory until
// a resource changes; the caller must not change it.
func (a *ARM) Services(ctx context.Context) ([]CommunicationService, error) {
	if list := a.services.Load(); list != nil {
		return *list, nil
	}
	rows, err := a.serviceRows(ctx)
	if err != nil {
		return nil, fmt.Errorf("communication resources: %w", err)
	}
	list := make([]CommunicationService, 0, len(rows))
	for _, s := range rows {
		set, err := s.parsed()
		if err != nil {
			return nil, err
		}
		list = append(list, CommunicationService{
			ID: s.id(), Name: s.name, HostName: a.hostName, ImmutableID: s.immutableID,
			PrimaryKey: s.primary, SecondaryKey: s.secondary,
			DisableLocalAuth: set.DisableLocalAuth, DataLocation: s.dataLocation,
		})
	}
	a.services.Store(&list)
	return list, nil
}

// serviceJSON is the resource as clients see it.
func (a *ARM) serviceJSON(s serviceRow) (map[string]any, error) {
	set, err := s.parsed()
	if err != nil {
		return nil, err
	}
	state := "Succeeded"
	if sqlstore.Micros(a.clock.Now()) < s.readyUS {
		state = "Accepted"
	}
	access := set.PublicNetworkAccess
	if access == "" {
		access = "Enabled"
	}
	properties := map[string]any{
		"provisioningState": state, "hostName": a.hostName, "dataLocation": s.dataLocation,
		"immutableResourceId": s.immutableID, "disableLocalAuth": set.DisableLocalAuth, "publicNetworkAccess": access,
	}
	if set.NotificationHubID != "" {
		properties["notificationHubId"] = set.NotificationHubID
	}
	if set.LinkedDomains != nil {
		properties["linkedDomains"] = set.LinkedDomains
	}
	body := map[string]any{
		"id": s.id(), "name": s.name, "type": serviceType, "location": "global", "tags": json.RawMessage(s.tags),
		"properties": properties,
		"systemData": map[string]any{
			"createdBy": s.createdBy, "createdByType": callerType(s.createdBy), "createdAt": sqlstore.Time(s.createdUS),
			"lastModifiedBy": s.changedBy, "lastModifiedByType": callerType(s.changedBy), "lastModifiedAt": sqlstore.Time(s.changedUS),
		},
	}
	if set.Identity != nil {
		body["identity"] = set.Identity
	}
	return body, nil
}

func (a *ARM) service(c *call) (serviceRow, error) {
	key := serviceRow{subscriptionID: c.sub.ID, group: c.params["group"], name: c.params["name"]}.key()
	s, err := sqlstore.One(c.ctx, a.db.Read(), serviceCols, selectService, key)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return s, resourceNotFound("Microsoft.Communication/communicationServices/"+c.params["name"], c.params["group"])
	}
	return s, err
}

func resourceNotFound(what, group string) error {
	return fail(http.StatusNotFound, "ResourceNotFound",
		"The Resource '%s' under resource group '%s' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
		what, group)
}

func (a *ARM) listServices(c *call) (reply, error) {
	rows, err := a.serviceRows(c.ctx)
	if err != nil {
		return reply{}, err
	}
	parent := "/subscriptions/" + c.sub.ID
	if c.params["group"] != "" {
		parent += "/resourceGroups/" + c.params["group"]
	}
	list := []map[string]any{}
	for _, s := range rows {
		if !within(s.id(), parent) {
			continue
		}
		body, err := a.serviceJSON(s)
		if err != nil {
			return reply{}, err
		}
		list = append(list, body)
	}
	return reply{http.StatusOK, map[string]any{"value": list}, nil}, nil
}

func (a *ARM) getService(c *call) (reply, error) {
	s, err := a.service(c)
	if err != nil {
		return reply{}, err
	}
	body, err := a.serviceJSON(s)
	return reply{http.StatusOK, body, nil}, err
}

// serviceBody is what PUT and PATCH send.
type serviceBody struct {
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	Identity   json.RawMessage   `json:"identity"`
	Properties struct {
		DataLocation        string   `json:"dataLocation"`
		LinkedDomains       []string `json:"linkedDomains"`
		DisableLocalAuth    *bool    `json:"disableLocalAuth"`
		PublicNetworkAccess string   `json:"publicNetworkAccess"`
	} `json:"properties"`
}

func (b serviceBody) apply(s *serviceRow) error {
	set, err := s.parsed()
	if err != nil {
		return err
	}
	if b.Tags != nil {
		if s.tags, err = tagsJSON(b.Tags); err != nil {
			return err
		}
	}
	if len(b.Identity) > 0 && string(b.Identity) != "null" {
		set.Identity = b.Identity
	}
	if b.Properties.LinkedDomains != nil {
		set.LinkedDomains = b.Properties.LinkedDomains
	}
	if b.Properties.DisableLocalAuth != nil {
		set.DisableLocalAuth = *b.Properties.DisableLocalAuth
	}
	if b.Properties.PublicNetworkAccess != "" {
		set.PublicNetworkAccess = b.Properties.PublicNetworkAccess
	}
	s.settings, err = marshalText(set)
	return err
}

func marshalText(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

// dataLocations that a resource may be created in.
var dataLocations = []string{
	"Africa", "Asia Pacific", "Australia", "Brazil", "Canada", "Europe", "France", "Germany", "India", "Japan", "Korea",
	"Norway", "Switzerland", "UAE", "UK", "United States",
}

// validName is the rule of the resource's name.
var validName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]$`)

// putService creates a resource (201) or updates one (200), both as a
// long-running operation.
func (a *ARM) putService(c *call) (reply, error) {
	var body serviceBody
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if !strings.EqualFold(body.Location, "global") {
		return reply{}, fail(http.StatusBadRequest, "LocationNotAvailableForResourceType",
			"The provided location '%s' is not available for resource type 'Microsoft.Communication/communicationServices'. "+
				"List of available regions for the resource type is 'global'.", body.Location)
	}
	now := a.clock.Now()
	s, err := a.service(c)
	missing := isCode(err, "ResourceNotFound")
	if err != nil && !missing {
		return reply{}, err
	}
	if missing {
		if s, err = a.newService(c, body); err != nil {
			return reply{}, err
		}
	} else if body.Properties.DataLocation != "" && !strings.EqualFold(body.Properties.DataLocation, s.dataLocation) {
		return reply{}, fail(http.StatusBadRequest, "BadRequest", "The property 'dataLocation' cannot be changed.")
	}
	if err := body.apply(&s); err != nil {
		return reply{}, err
	}
	s.readyUS = sqlstore.Micros(now.Add(operationTime))
	s.changedUS, s.changedBy = sqlstore.Micros(now), c.who()
	status := http.StatusOK
	if missing {
		status = http.StatusCreated
		err = a.db.Tx(c.ctx, func(tx *sql.Tx) error { return insertServiceRow(c.ctx, tx, s) })
		if sqlstore.IsUnique(err) {
			return reply{}, nameTaken(s.name)
		}
	} else {
		err = a.saveService(c.ctx, s)
	}
	if err != nil {
		return reply{}, err
	}
	a.services.Store(nil)
	operation, err := a.startOperation(c, s.id())
	if err != nil {
		return reply{}, err
	}
	answer, err := a.serviceJSON(s)
	return reply{status, answer, a.asyncHeaders(c, operation)}, err
}

func (a *ARM) asyncHeaders(c *call, operation string) map[string]string {
	return map[string]string{
		"Azure-AsyncOperation": c.absolute("/subscriptions/" + c.sub.ID +
			"/providers/Microsoft.Communication/locations/LOCAL/operationStatuses/" + operation),
		"Retry-After": "1",
	}
}

func nameTaken(name string) error {
	return fail(http.StatusConflict, "NameReservationTaken", "The requested name '%s' is already taken.", name)
}

func (a *ARM) newService(c *call, body serviceBody) (serviceRow, error) {
	g, err := a.group(c)
	if err != nil {
		return serviceRow{}, err
	}
	if !validName.MatchString(c.params["name"]) {
		return serviceRow{}, fail(http.StatusBadRequest, "InvalidResourceName",
			"The resource name '%s' is invalid: letters, digits and hyphens only.", c.params["name"])
	}
	at := slices.IndexFunc(dataLocations, func(l string) bool { return strings.EqualFold(l, body.Properties.DataLocation) })
	if at < 0 {
		return serviceRow{}, fail(http.StatusBadRequest, "BadRequest",
			"The property 'dataLocation' is required and must be one of %s.", strings.Join(dataLocations, ", "))
	}
	now := sqlstore.Micros(a.clock.Now())
	return serviceRow{
		subscriptionID: c.sub.ID, group: g.Name, name: c.params["name"], immutableID: uuid.NewString(),
		dataLocation: dataLocations[at], tags: "{}", settings: "{}", primary: newKey(), secondary: newKey(),
		createdUS: now, createdBy: c.who(),
	}, nil
}

func (a *ARM) saveService(ctx context.Context, s serviceRow) error {
	defer a.services.Store(nil)
	return a.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, updateService, s.tags, s.settings, s.primary, s.secondary, s.readyUS,
			s.changedUS, s.changedBy, s.key())
		return err
	})
}

func (a *ARM) patchService(c *call) (reply, error) {
	var body serviceBody
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	s, err := a.service(c)
	if err != nil {
		return reply{}, err
	}
	if err := body.apply(&s); err != nil {
		return reply{}, err
	}
	s.changedUS, s.changedBy = sqlstore.Micros(a.clock.Now()), c.who()
	if err := a.saveService(c.ctx, s); err != nil {
		return reply{}, err
	}
	answer, err := a.serviceJSON(s)
	return reply{http.StatusOK, answer, nil}, err
}

// deleteService answers 202 and JSON null, as recorded, or 204 when there is
// nothing to delete.
func (a *ARM) deleteService(c *call) (reply, error) {
	s, err := a.service(c)
	if isCode(err, "ResourceNotFound") {
		return reply{status: http.StatusNoContent}, nil
	}
	if err != nil {
		return reply{}, err
	}
	if err := a.removeService(c.ctx, s); err != nil {
		return reply{}, err
	}
	operation, err := a.startOperation(c, s.id())
	if err != nil {
		return reply{}, err
	}
	header := a.asyncHeaders(c, operation)
	header["Location"] = c.absolute("/subscriptions/" + c.sub.ID + "/operationresults/" + operation)
	return reply{http.StatusAccepted, json.RawMessage("null"), header}, nil
}

// removeService deletes the resource, and the event subscriptions on it.
func (a *ARM) removeService(ctx context.Context, s serviceRow) error {
	if err := a.grid.DeleteUnder(ctx, s.id()); err != nil {
		return err
	}
	defer a.services.Store(nil)
	return a.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, deleteService, s.key())
		return err
	})
}

// listResources answers the resources of a subscription or group; of $filter it
// knows resourceType eq '…'.
func (a *ARM) listResources(c *call) (reply, error) {
	rows, err := a.serviceRows(c.ctx)
	if err != nil {
		return reply{}, err
	}
	wanted := ""
	if m := resourceTypeFilter.FindStringSubmatch(c.r.URL.Query().Get("$filter")); m != nil {
		wanted = m[1]
	}
	parent := "/subscriptions/" + c.sub.ID
	if c.params["group"] != "" {
		parent += "/resourceGroups/" + c.params["group"]
	}
	all := map[string]map[string]any{}
	for _, s := range rows {
		all[s.id()] = map[string]any{
			"id": s.id(), "name": s.name, "type": "Microsoft.Communication/CommunicationServices", "location": "global",
			"tags": json.RawMessage(s.tags),
		}
	}
	for _, t := range a.grid.Topics(parent) {
		all[t.ID] = map[string]any{"id": t.ID, "name": t.Name, "type": t.ARMType(), "location": t.Location, "tags": t.Tags}
	}
	list := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if within(id, parent) && (wanted == "" || strings.EqualFold(wanted, all[id]["type"].(string))) {
			list = append(list, all[id])
		}
	}
	return c.page(list, 0, maxPage)
}

var resourceTypeFilter = regexp.MustCompile(`(?i)resourceType\s+eq\s+'([^']+)'`)
