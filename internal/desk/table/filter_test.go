package table

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/desk/connection"
)

// fixed are connections that a test made up.
type fixed []connection.Connection

// All lists them.
func (f fixed) All(context.Context) ([]connection.Connection, error) { return f, nil }

const (
	firstID  = "01900000-0000-7000-8000-00000000000a"
	secondID = "01900000-0000-7000-8000-00000000000b"
	app      = "a9900000-0000-4000-8000-000000000002"
	tenantID = "7e0a0000-0000-4000-8000-000000000001"
)

func tables() *Tables {
	at := time.Date(2026, 11, 20, 8, 0, 0, 5e8, time.UTC)
	return New(fixed{
		{ID: firstID, ResourceName: "contoso-acs", AppID: app, TenantID: tenantID, State: connection.Connected, CreatedAt: at, ChangedAt: at},
		{ID: secondID, ResourceName: "o'brien", AppID: tenantID, TenantID: app, State: connection.Disconnected,
			CreatedAt: at.Add(24 * time.Hour), ChangedAt: at.Add(48 * time.Hour)},
	})
}

// found are the resource and the key of the rows that a filter lets through.
func found(t testing.TB, filter string) ([]string, error) {
	answer, err := tables().Rows(t.Context(), Question{Set: EntriesSet, Annotations: []string{"*"}, Options: url.Values{"$filter": {filter}}})
	if err != nil {
		return nil, err
	}
	var list []string
	for _, r := range answer["value"].([]Answer) {
		shown := r[entryParent+"@OData.Community.Display.V1.FormattedValue"].(string)
		list = append(list, shown[:1]+strings.TrimPrefix(r["msdyn_key"].(string), "EventGri")[:1])
	}
	return list, nil
}

func TestFilterLetsThrough(t *testing.T) {
	t.Parallel()
	all := []string{"cd", "cp", "od", "op"}
	for filter, want := range map[string][]string{
		"msdyn_key eq 'EventGridAppID'":                                                  {"cd", "od"},
		"msdyn_key eq 'eventgridappid' and statecode eq 0":                               {"cd"},
		"msdyn_key ne 'EventGridAppID' or statecode eq 1":                                {"cp", "od", "op"},
		"statecode eq 1 or statecode eq 0 and msdyn_key eq 'EventGridAppID'":             {"cd", "od", "op"},
		"(statecode eq 1 or statecode eq 0) and msdyn_key eq 'EventGridAppID'":           {"cd", "od"},
		"not contains(msdyn_key,'TENANT')":                                               {"cd", "od"},
		"not (statecode eq 0) and not (msdyn_key eq 'EventGridAppID')":                   {"op"},
		"startswith(msdyn_key, 'eventgrip')":                                             {"cp", "op"},
		"endswith(msdyn_value,'0002')":                                                   {"cd", "op"},
		"msdyn_value eq null":                                                            nil,
		"msdyn_value ne null":                                                            all,
		"_msdyn_communicationprovidersettingentid_value eq " + strings.ToUpper(secondID): {"od", "op"},
		"msdyn_CommunicationProviderSettingEntId/msdyn_name eq 'O''Brien'":               {"od", "op"},
		"createdon gt 2026-11-21":                                                        {"od", "op"},
		"createdon le 2026-11-20T08:00:00Z":                                              {"cd", "cp"},
		"modifiedon ge 2026-11-22T09:00:00+01:00":                                        {"od", "op"},
		"statuscode lt 2":                                                                {"cd", "cp"},
	} {
		if got, err := found(t, filter); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", filter, got, err)
		}
	}
}

func TestFilterIsRefused(t *testing.T) {
	t.Parallel()
	for filter, says := range map[string]string{
		"":                        "Syntax error at position 0",
		"msdyn_key":               "Syntax error at position 9",
		"msdyn_key eq":            "Syntax error at position 12",
		"msdyn_key eq 'a' 'b'":    "Syntax error at position 17",
		"msdyn_key eq 'a":         "unterminated string literal",
		"msdyn_key EQ 'a'":        "Syntax error at position 10",
		"(msdyn_key eq 'a'":       "Syntax error",
		"msdyn_key eq 'a' and":    "Syntax error",
		"'a' eq msdyn_key":        "Syntax error at position 0",
		"secret eq 'a'":           "Could not find a property named 'secret' on type 'Microsoft.Dynamics.CRM.msdyn_occommunicationprovidersettingentry'.",
		"statecode eq 'a'":        "'Edm.Int32' and 'Edm.String' for operator kind 'Equal'",
		"msdyn_key gt 1":          "incompatible types",
		"createdon eq yesterday":  "incompatible types",
		"contains(statecode,'1')": "No function signature",
		"contains(msdyn_key,1)":   "No function signature",
		"length(msdyn_key) eq 1":  "An unknown function with name 'length'",
		"contains(msdyn_key 'a')": "Syntax error",
		strings.Repeat("(", 40) + "statecode eq 0" + strings.Repeat(")", 40): "nests deeper",
		strings.Repeat("x", maxFilter+1):                                     "longer",
	} {
		_, err := found(t, filter)
		if refused, ok := errors.AsType[*Refusal](err); !ok || !strings.Contains(refused.Message, says) {
			t.Errorf("%.60s: %v", filter, err)
		}
	}
}

// FuzzFilter holds that any text is either refused or decides about every row,
// and that its opposite then decides the other way.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"msdyn_key eq 'EventGridAppID'", "not (statecode eq 0) or contains(msdyn_value,'a''b')", "createdon gt 2026-11-21 and ((statecode ne 1))",
		"_msdyn_communicationprovidersettingentid_value eq " + firstID, "msdyn_key eq null", "'", "((", "not not statecode lt -1", "x(", "\xff eq '\x00'",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		got, err := found(t, filter)
		if err != nil {
			if refused, ok := errors.AsType[*Refusal](err); !ok || refused.Message == "" {
				t.Fatalf("%q: %v", filter, err)
			}
			return
		}
		opposite, err := found(t, "not ("+filter+")")
		if refused, ok := errors.AsType[*Refusal](err); ok && (strings.Contains(refused.Message, "nests") || strings.Contains(refused.Message, "longer")) {
			return
		}
		if err != nil || len(got)+len(opposite) != 4 {
			t.Fatalf("%q: %v, and its opposite %v, %v", filter, got, opposite, err)
		}
	})
}
