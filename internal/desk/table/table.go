// Package table shows what the desk stores as the Dataverse tables in which the
// original keeps it, for those who look there: the rows, and the part of the
// OData query language (version 4.0) by which Dataverse's Web API is asked for
// them. It only reads, owns no table of the database and does not know HTTP.
package table

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"guichet/internal/desk/connection"
)

// The kinds of values, by their names in OData.
type kind string

const (
	text   kind = "Edm.String"
	guid   kind = "Edm.Guid"
	moment kind = "Edm.DateTimeOffset"
	whole  kind = "Edm.Int32"
	long   kind = "Edm.Int64"
)

// column is what a table knows of each row.
type column struct {
	name string
	kind kind
	// nav is the navigation property of a lookup, target the table it leads to.
	nav, target string
	// hidden columns can be filtered by, but belong to the row that a lookup
	// leads to.
	hidden bool
}

// Table describes one table of Dataverse. Names are those of the original.
type Table struct {
	// Name is the logical name, Set the name in addresses, Key the primary key.
	Name, Set, Key string

	columns []column
	rows    func(context.Context) ([]row, error)
}

// row holds values by the names of columns: a string for texts and ids, a
// time.Time, an int64.
type row struct {
	values map[string]any
	// shown are values as people read them, where they differ.
	shown map[string]string
}

// Names of the table of settings of the communication provider. The second key
// is spelt as the original spells it.
const (
	settingName = "msdyn_occommunicationprovidersetting"
	entryName   = "msdyn_occommunicationprovidersettingentry"
	// EntriesSet is the table's name in addresses.
	EntriesSet = "msdyn_occommunicationprovidersettingentries"

	keyAppID    = "EventGridAppID"
	keyTenantID = "EventGripAppTenantID"

	entryID        = entryName + "id"
	entryParent    = "_msdyn_communicationprovidersettingentid_value"
	entryParentNav = "msdyn_CommunicationProviderSettingEntId"
)

// Connections is where the settings are.
type Connections interface {
	// All lists every resource that is or was connected, the first one first.
	All(ctx context.Context) ([]connection.Connection, error)
}

// Tables is the room.
type Tables struct{ tables []*Table }

// New makes the room.
func New(c Connections) *Tables {
	return &Tables{[]*Table{{
		Name: entryName, Set: EntriesSet, Key: entryID,
		columns: []column{
			{name: entryID, kind: guid},
			{name: "msdyn_name", kind: text},
			{name: "msdyn_key", kind: text},
			{name: "msdyn_value", kind: text},
			{name: entryParent, kind: guid, nav: entryParentNav, target: settingName},
			{name: "statecode", kind: whole},
			{name: "statuscode", kind: whole},
			{name: "createdon", kind: moment},
			{name: "modifiedon", kind: moment},
			{name: "versionnumber", kind: long},
			{name: entryParentNav + "/" + settingName + "id", kind: guid, hidden: true},
			{name: entryParentNav + "/msdyn_name", kind: text, hidden: true},
		},
		rows: func(ctx context.Context) ([]row, error) {
			list, err := c.All(ctx)
			var rows []row
			for _, one := range list {
				rows = append(rows, entry(one, keyAppID, one.AppID), entry(one, keyTenantID, one.TenantID))
			}
			return rows, err
		},
	}}}
}

// entry is one setting of a connection. Its id stays the same for as long as the
// connection's does, which is for ever: see connection.Connect.
func entry(c connection.Connection, key, value string) row {
	parent := strings.ToLower(c.ID)
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte(parent+"/"+key)).String()
	// Choices of Dataverse: 0 Active with reason 1, 1 Inactive with reason 2.
	state, status, stateName := int64(0), int64(1), "Active"
	if c.State != connection.Connected {
		state, status, stateName = 1, 2, "Inactive"
	}
	return row{
		values: map[string]any{
			entryID: id, "msdyn_name": key, "msdyn_key": key, "msdyn_value": value, entryParent: parent,
			"statecode": state, "statuscode": status,
			"createdon": seconds(c.CreatedAt), "modifiedon": seconds(c.ChangedAt), "versionnumber": c.ChangedAt.UnixMicro(),
			entryParentNav + "/" + settingName + "id": parent, entryParentNav + "/msdyn_name": c.ResourceName,
		},
		shown: map[string]string{entryParent: c.ResourceName, "statecode": stateName, "statuscode": stateName},
	}
}

// seconds is a moment as Dataverse keeps it.
func seconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// find is the table of a set.
func (t *Tables) find(set string) (*Table, error) {
	for _, one := range t.tables {
		if one.Set == set {
			return one, nil
		}
	}
	return nil, unknownSegment(set)
}

// column finds a column by its name, which is told with its case.
func (t *Table) column(name string, mayBeHidden bool) (column, error) {
	for _, c := range t.columns {
		if c.name == name && (mayBeHidden || !c.hidden) {
			return c, nil
		}
	}
	return column{}, refuse("0x0", "Could not find a property named '%s' on type 'Microsoft.Dynamics.CRM.%s'.", name, t.Name)
}
