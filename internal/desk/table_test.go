package desk

import (
	"database/sql"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"guichet/internal/desk/people"
	"guichet/internal/desk/table"
)

const entries = "/api/data/v9.2/" + table.EntriesSet

// rows asks for settings entries with pairs of query options, in their order.
func (v *visitor) rows(options ...string) []fields {
	v.b.t.Helper()
	var out struct{ Value []fields }
	v.do("GET", entries+asked(options...), nil, http.StatusOK, &out)
	return out.Value
}

func asked(options ...string) string {
	var text strings.Builder
	for i := 0; i+1 < len(options); i += 2 {
		text.WriteString(map[bool]string{true: "?", false: "&"}[i == 0] + options[i] + "=" + url.QueryEscape(options[i+1]))
	}
	return text.String()
}

// answer makes a request and gives the whole answer.
func (v *visitor) answer(method, path string, headers ...string) (*http.Response, string) {
	v.b.t.Helper()
	req, err := http.NewRequest(method, v.b.URL()+path, nil)
	if err != nil {
		v.b.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.b.t.Fatal(err)
	}
	return resp, string(body)
}

func TestTheTwoIDsAreRowsOfTheSettingsTable(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		values := func() map[string]fields {
			found := map[string]fields{}
			for _, r := range admin.rows("$select", "msdyn_key,msdyn_value,statecode,modifiedon") {
				found[r["msdyn_key"].(string)] = r
			}
			return found
		}
		before := values()
		if len(before) != 2 || before["EventGridAppID"]["msdyn_value"] != appID || before["EventGripAppTenantID"]["msdyn_value"] != tenant {
			t.Fatalf("rows %v", before)
		}
		const key = "msdyn_occommunicationprovidersettingentryid"
		if _, err := b.setup.Disconnect(t.Context(), "test"); err != nil {
			t.Fatal(err)
		}
		after := values()
		for name, row := range before {
			if after[name][key] != row[key] || after[name]["msdyn_value"] != row["msdyn_value"] || row["statecode"] != 0.0 || after[name]["statecode"] != 1.0 {
				t.Errorf("disconnected: %v, then %v", row, after[name])
			}
			if after[name]["@odata.etag"] == row["@odata.etag"] {
				t.Errorf("the etag of a changed row stays")
			}
		}
		admin.do("POST", "/api/connection", b.form(), http.StatusOK, nil)
		if again := values(); again["EventGridAppID"][key] != before["EventGridAppID"][key] || again["EventGridAppID"]["statecode"] != 0.0 {
			t.Errorf("reconnected: %v", again)
		}
		err := b.db.Tx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), `DELETE FROM connection`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := admin.rows(); len(got) != 0 {
			t.Errorf("before the first connection: %v", got)
		}
	})
}

func TestTablesAnswerAsDataverse(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin := b.as("root", people.Administrator)
		root := b.URL() + "/api/data/v9.2/"

		resp, body := admin.answer("GET", entries+asked("$select", "msdyn_key", "$count", "true", "$orderby", "msdyn_key desc"))
		var list struct {
			Context string   `json:"@odata.context"`
			Count   int      `json:"@odata.count"`
			Next    string   `json:"@odata.nextLink"`
			Value   []fields `json:"value"`
		}
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatal(err)
		}
		if resp.Header.Get("OData-Version") != "4.0" || resp.Header.Get("Content-Type") != "application/json; odata.metadata=minimal" ||
			list.Context != root+"$metadata#"+table.EntriesSet+"(msdyn_key)" || list.Count != 2 || list.Next != "" || len(list.Value[0]) != 3 {
			t.Errorf("%v: %s", resp.Header, body)
		}
		if list.Value[0]["msdyn_key"] != "EventGripAppTenantID" {
			t.Errorf("order %v", list.Value)
		}

		// Page by page, as the links lead.
		var seen []string
		pages := 0
		for path := entries + asked("$filter", "statecode eq 0", "$select", "msdyn_key"); path != ""; pages++ {
			resp, body := admin.answer("GET", path, "Prefer", "odata.maxpagesize=1")
			list.Next, list.Value = "", nil
			if err := json.Unmarshal([]byte(body), &list); err != nil || len(list.Value) != 1 || resp.Header.Get("Preference-Applied") != "odata.maxpagesize=1" {
				t.Fatalf("page: %v, %s", err, body)
			}
			seen = append(seen, list.Value[0]["msdyn_key"].(string))
			path = strings.TrimPrefix(list.Next, b.URL())
		}
		if pages != 2 || !slices.Equal(seen, []string{"EventGridAppID", "EventGripAppTenantID"}) {
			t.Errorf("%d pages: %v", pages, seen)
		}

		// One row, by its key.
		first := admin.rows("$top", "1")[0]
		id := first["msdyn_occommunicationprovidersettingentryid"].(string)
		resp, body = admin.answer("GET", entries+"("+id+")?$select=msdyn_value", "Prefer", `odata.include-annotations="*"`)
		var one fields
		if err := json.Unmarshal([]byte(body), &one); err != nil || one["msdyn_value"] != appID || one["@odata.etag"] != first["@odata.etag"] ||
			one["@odata.context"] != root+"$metadata#"+table.EntriesSet+"(msdyn_value)/$entity" {
			t.Errorf("row: %v, %s", err, body)
		}
		if resp, _ := admin.answer("GET", entries+"("+id+")", "If-None-Match", resp.Header.Get("ETag")); resp.StatusCode != http.StatusNotModified {
			t.Errorf("unchanged: %d", resp.StatusCode)
		}
		_, body = admin.answer("GET", entries+"("+id+")", "Prefer", `odata.include-annotations="*"`)
		if !strings.Contains(body, `"_msdyn_communicationprovidersettingentid_value@OData.Community.Display.V1.FormattedValue":"contoso"`) {
			t.Errorf("annotations: %s", body)
		}
		if _, body := admin.answer("GET", entries+"/$count"+asked("$filter", "contains(msdyn_key,'tenant')")); body != "1" {
			t.Errorf("count: %s", body)
		}
		if _, body := admin.answer("GET", "/api/data/v9.2/"); !strings.Contains(body, `"url":"`+table.EntriesSet+`"`) {
			t.Errorf("service document: %s", body)
		}
		_, body = admin.answer("GET", "/api/data/v9.2/$metadata")
		var edmx struct {
			Types []struct {
				Name       string `xml:"Name,attr"`
				Properties []struct {
					Name string `xml:"Name,attr"`
				} `xml:"Property"`
			} `xml:"DataServices>Schema>EntityType"`
		}
		if err := xml.Unmarshal([]byte(body), &edmx); err != nil || len(edmx.Types) != 1 || len(edmx.Types[0].Properties) != len(first)-1 {
			t.Errorf("metadata: %v, %s", err, body)
		}
	})
}

func TestTablesRefuseAsDataverse(t *testing.T) {
	onBoth(t, func(t *testing.T, b *bench) {
		admin, agent := b.as("root", people.Administrator), b.as("agent", people.Supervisor)
		for _, c := range []struct {
			who          *visitor
			method, path string
			want         int
			code         string
		}{
			{b.anonymous(), "GET", entries, 401, ""},
			{agent, "GET", entries, 403, "0x80040220"},
			{agent, "GET", "/api/data/v9.2/", 403, "0x80040220"},
			{admin, "GET", "/api/data/v9.2/accounts", 404, "0x8006088a"},
			{admin, "GET", "/api/data/v9.2/" + strings.ToUpper(table.EntriesSet), 404, "0x8006088a"},
			{admin, "GET", entries + "(00000000-0000-4000-8000-000000000000)", 404, "0x80040217"},
			{admin, "GET", entries + "(1)", 400, "0x80060888"},
			{admin, "GET", entries + asked("$select", "msdyn_securesecret"), 400, "0x0"},
			{admin, "GET", entries + asked("$filter", "Msdyn_Key eq 'x'"), 400, "0x0"},
			{admin, "GET", entries + asked("$filter", "msdyn_key eq"), 400, "0x80060888"},
			{admin, "GET", entries + asked("$orderby", "nothing"), 400, "0x0"},
			{admin, "GET", entries + asked("$skip", "1"), 400, "0x80060888"},
			{admin, "GET", entries + asked("filter", "x"), 400, "0x80060888"},
			{admin, "GET", entries + asked("$top", "-1"), 400, "0x80060888"},
			{admin, "GET", entries + asked("$top", "1", "$top", "2"), 400, "0x80060888"},
			{admin, "GET", entries + asked("$skiptoken", "!"), 400, "0x80060888"},
			{admin, "DELETE", entries, 405, ""},
			{admin, "POST", entries, 405, ""},
		} {
			resp, body := c.who.answer(c.method, c.path)
			var out struct {
				Error struct {
					Code    *string
					Message string
				}
			}
			err := json.Unmarshal([]byte(body), &out)
			if err != nil || resp.StatusCode != c.want || out.Error.Code == nil || *out.Error.Code != c.code || out.Error.Message == "" {
				t.Errorf("%s %s: %d %s", c.method, c.path, resp.StatusCode, body)
			}
		}
	})
}
