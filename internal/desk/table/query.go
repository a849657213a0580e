package table

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// maxPage is how many rows Dataverse puts into one answer.
const maxPage = 5000

// Question is one request for rows.
type Question struct {
	// Root is the address of the Web API, with a slash at the end.
	Root string
	// Set is the table's name in addresses; ID asks for one row of it.
	Set, ID string
	// Options are the query's.
	Options url.Values
	// PageSize is that of the header Prefer: odata.maxpagesize; 0 without.
	PageSize int
	// Annotations are the names that Prefer: odata.include-annotations lists; "*"
	// stands for all.
	Annotations []string
}

// Answer is what OData answers: a JSON object.
type Answer map[string]any

// query is a question whose options were read.
type query struct {
	Question
	table   *Table
	columns []column
	// picked says that the columns were named.
	picked bool
	filter condition
	order  []ordering
	top    int
	count  bool
	skip   int
}

type ordering struct {
	column     string
	descending bool
}

// Rows answers for the rows of a table; refusals are a *Refusal.
func (t *Tables) Rows(ctx context.Context, asked Question) (Answer, error) {
	q, err := t.read(asked)
	if err != nil {
		return nil, err
	}
	found, err := q.find(ctx)
	if err != nil {
		return nil, err
	}
	answer := Answer{"@odata.context": q.context()}
	if q.count {
		answer["@odata.count"] = len(found)
	}
	found = found[min(q.skip, len(found)):]
	page := maxPage
	if q.PageSize > 0 && q.top < 0 {
		page = min(page, q.PageSize)
	}
	if q.top >= 0 {
		found = found[:min(q.top, len(found))]
	}
	if len(found) > page {
		found = found[:page]
		answer["@odata.nextLink"] = q.next(page)
	}
	value := make([]Answer, len(found))
	for i, r := range found {
		value[i] = q.show(r)
	}
	answer["value"] = value
	return answer, nil
}

// Count is how many rows a table has that fit.
func (t *Tables) Count(ctx context.Context, asked Question) (int, error) {
	q, err := t.read(asked)
	if err != nil {
		return 0, err
	}
	found, err := q.find(ctx)
	return len(found), err
}

// Row answers for one row; refusals are a *Refusal.
func (t *Tables) Row(ctx context.Context, asked Question) (Answer, error) {
	q, err := t.read(asked)
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(asked.ID)
	if err != nil || len(asked.ID) != 36 {
		return nil, refuse(codeQuery, "The key value '%s' from the query is not a valid guid.", asked.ID)
	}
	rows, err := q.table.rows(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.values[q.table.Key] == id.String() {
			answer := q.show(r)
			answer["@odata.context"] = q.context() + "/$entity"
			return answer, nil
		}
	}
	return nil, unknownRow(q.table, id.String())
}

// read reads the options. Names of options and columns are told with their case.
func (t *Tables) read(asked Question) (query, error) {
	q := query{Question: asked, top: -1}
	var err error
	if q.table, err = t.find(asked.Set); err != nil {
		return q, err
	}
	for _, c := range q.table.columns {
		if !c.hidden {
			q.columns = append(q.columns, c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked.Options)) {
		values := asked.Options[name]
		if len(values) > 1 {
			return q, refuse(codeQuery, "Query option '%s' was specified more than once, but it must be specified at most once.", name)
		}
		if asked.ID != "" && name != "$select" {
			return q, refuse(codeQuery, "The query option '%s' does not apply to one row.", name)
		}
		if err := q.option(name, values[0]); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *query) option(name, value string) (err error) {
	switch name {
	case "$select":
		return q.selected(value)
	case "$filter":
		q.filter, err = q.table.parseFilter(value)
		return err
	case "$orderby":
		return q.ordered(value)
	case "$top":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return refuse(codeQuery, "Invalid value '%s' for $top query option found. The $top query option requires a non-negative integer value.", value)
		}
		q.top = n
		return nil
	case "$count":
		if value != "true" && value != "false" {
			return refuse(codeQuery, "Invalid value '%s' for $count query option found. Valid values are 'true' and 'false'.", value)
		}
		q.count = value == "true"
		return nil
	case "$skiptoken":
		raw, err := base64.RawURLEncoding.DecodeString(value)
		n, notANumber := strconv.Atoi(string(raw))
		if err != nil || notANumber != nil || n < 0 {
			return refuse(codeQuery, "Malformed $skiptoken: use @odata.nextLink as it is.")
		}
		q.skip = n
		return nil
	case "$skip":
		return refuse(codeQuery, "Skip Clause is not supported in CRM")
	}
	return refuse(codeQuery, "The query parameter %s is not supported", name)
}

func (q *query) selected(value string) error {
	var list []column
	for name := range strings.SplitSeq(value, ",") {
		c, err := q.table.column(strings.TrimSpace(name), false)
		if err != nil {
			return err
		}
		if !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	q.columns, q.picked = list, true
	return nil
}

func (q *query) ordered(value string) error {
	for part := range strings.SplitSeq(value, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 || len(words) == 2 && words[1] != "asc" && words[1] != "desc" {
			return refuse(codeQuery, "Syntax error at position %d in '%s'.", len(value), value)
		}
		c, err := q.table.column(words[0], true)
		if err != nil {
			return err
		}
		q.order = append(q.order, ordering{c.name, len(words) == 2 && words[1] == "desc"})
	}
	return nil
}

// find is every row that fits, in order.
func (q *query) find(ctx context.Context) ([]row, error) {
	rows, err := q.table.rows(ctx)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", q.Set, err)
	}
	found := slices.DeleteFunc(rows, func(r row) bool { return q.filter != nil && !q.filter(r.values) })
	slices.SortStableFunc(found, func(a, b row) int {
		for _, o := range q.order {
			c := compare(a.values[o.column], b.values[o.column])
			if o.descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return found, nil
}

func (q *query) context() string {
	text := q.Root + "$metadata#" + q.Set
	if !q.picked {
		return text
	}
	names := make([]string, len(q.columns))
	for i, c := range q.columns {
		names[i] = c.name
	}
	return text + "(" + strings.Join(names, ",") + ")"
}

// next is the address of the rows after this page; the header that bounds the
// page is sent with it again.
func (q *query) next(page int) string {
	options := maps.Clone(q.Options)
	options.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(q.skip+page))))
	return q.Root + q.Set + "?" + strings.ReplaceAll(options.Encode(), "%24", "$")
}

// show is a row as OData writes it: its version, the wanted columns and always
// its key.
func (q *query) show(r row) Answer {
	a := Answer{"@odata.etag": fmt.Sprintf(`W/"%d"`, r.values["versionnumber"]), q.table.Key: r.values[q.table.Key]}
	for _, c := range q.columns {
		a[c.name] = r.values[c.name]
		if shown, ok := r.shown[c.name]; ok && q.annotated("OData.Community.Display.V1.FormattedValue") {
			a[c.name+"@OData.Community.Display.V1.FormattedValue"] = shown
		}
		if c.nav != "" && q.annotated("Microsoft.Dynamics.CRM.associatednavigationproperty") {
			a[c.name+"@Microsoft.Dynamics.CRM.associatednavigationproperty"] = c.nav
		}
		if c.nav != "" && q.annotated("Microsoft.Dynamics.CRM.lookuplogicalname") {
			a[c.name+"@Microsoft.Dynamics.CRM.lookuplogicalname"] = c.target
		}
	}
	return a
}

func (q *query) annotated(name string) bool {
	return slices.ContainsFunc(q.Annotations, func(asked string) bool {
		prefix, all := strings.CutSuffix(asked, "*")
		return asked == name || all && strings.HasPrefix(name, prefix)
	})
}
