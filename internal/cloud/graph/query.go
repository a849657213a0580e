package graph

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// defaultPage and maxPage are how many objects a page has.
const (
	defaultPage = 100
	maxPage     = 999
)

// set is a collection of directory objects.
type set struct {
	// name is the entity set in @odata.context, kind the entity's type in messages.
	name, kind string
	// filters are the properties that $filter knows.
	filters map[string]bool
}

// plain turns a wire object into its JSON members.
func plain(v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	return object, json.Unmarshal(data, &object)
}

// options reads the system query options; those that a call does not know are
// refused.
func (c *call) options(known ...string) (url.Values, error) {
	q := c.r.URL.Query()
	for name := range q {
		if strings.HasPrefix(name, "$") && !slices.Contains(known, name) {
			return q, fail(http.StatusBadRequest, "BadRequest", "The query parameter '%s' is not supported.", name)
		}
	}
	return q, nil
}

// one answers a single object, reduced to $select.
func (c *call) one(s set, v any) (reply, error) {
	q, err := c.options("$select")
	if err != nil {
		return reply{}, err
	}
	object, err := plain(v)
	if err != nil {
		return reply{}, err
	}
	chosen, suffix, err := s.choose(object, q.Get("$select"))
	if err != nil {
		return reply{}, err
	}
	chosen["@odata.context"] = c.root() + "/$metadata#" + s.name + suffix + "/$entity"
	return reply{status: http.StatusOK, body: chosen}, nil
}

// choose reduces an object to the members that $select names.
func (s set) choose(object map[string]any, text string) (map[string]any, string, error) {
	if text == "" {
		return object, "", nil
	}
	chosen := map[string]any{}
	names := strings.Split(text, ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		value, ok := object[names[i]]
		if !ok {
			return nil, "", fail(http.StatusBadRequest, "BadRequest",
				"Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", names[i], s.kind)
		}
		chosen[names[i]] = value
	}
	return chosen, "(" + strings.Join(names, ",") + ")", nil
}

// list answers a page of objects: filtered, ordered by id, reduced to $select.
func list[T any](c *call, s set, rows []T) (reply, error) {
	q, err := c.options("$select", "$filter", "$top", "$skiptoken", "$count")
	if err != nil {
		return reply{}, err
	}
	size := defaultPage
	if text := q.Get("$top"); text != "" {
		if size, err = strconv.Atoi(text); err != nil || size < 1 || size > maxPage {
			return reply{}, badRequest("Invalid page size specified: '%s'. Must be between 1 and 999 inclusive.", text)
		}
	}
	objects, err := s.filtered(rows, q)
	if err != nil {
		return reply{}, err
	}
	total := len(objects)
	if text := q.Get("$skiptoken"); text != "" {
		last, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			return reply{}, badRequest("Invalid skip token.")
		}
		objects = slices.DeleteFunc(objects, func(o map[string]any) bool { return idOf(o) <= string(last) })
	}
	body := map[string]any{}
	if len(objects) > size {
		objects = objects[:size]
		next := url.Values{}
		for name, values := range q {
			next[name] = values
		}
		next.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte(idOf(objects[size-1]))))
		body["@odata.nextLink"] = c.root() + "/" + strings.TrimPrefix(strings.TrimLeft(c.r.URL.EscapedPath(), "/"), "v1.0/") + "?" + next.Encode()
	}
	// Graph counts only in an advanced query.
	if q.Get("$count") == "true" && strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual") {
		body["@odata.count"] = total
	}
	value, suffix := make([]map[string]any, 0, len(objects)), ""
	for _, o := range objects {
		var chosen map[string]any
		if chosen, suffix, err = s.choose(o, q.Get("$select")); err != nil {
			return reply{}, err
		}
		value = append(value, chosen)
	}
	body["@odata.context"], body["value"] = c.root()+"/$metadata#"+s.name+suffix, value
	return reply{status: http.StatusOK, body: body}, nil
}

// filtered turns rows into objects and leaves those that $filter matches.
func (s set) filtered(rows any, q url.Values) ([]map[string]any, error) {
	data, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	objects := []map[string]any{}
	if err := json.Unmarshal(data, &objects); err != nil {
		return nil, err
	}
	if text := q.Get("$filter"); q.Has("$filter") {
		f, err := parseFilter(text, s.filters)
		switch {
		case errors.Is(err, errUnsupported):
			return nil, fail(http.StatusBadRequest, "Request_UnsupportedQuery",
				"Unsupported or invalid query filter clause specified for resource '%s': %s.", s.kind, strings.TrimPrefix(err.Error(), errUnsupported.Error()+": "))
		case err != nil:
			return nil, fail(http.StatusBadRequest, "BadRequest", "Invalid filter clause: %s.", strings.TrimPrefix(err.Error(), errSyntax.Error()+": "))
		}
		objects = slices.DeleteFunc(objects, func(o map[string]any) bool { return !f.matches(o) })
	}
	sort.SliceStable(objects, func(i, j int) bool { return idOf(objects[i]) < idOf(objects[j]) })
	return objects, nil
}

func idOf(object map[string]any) string {
	id, _ := object["id"].(string)
	return id
}

func names(list ...string) map[string]bool {
	m := map[string]bool{}
	for _, name := range list {
		m[name] = true
	}
	return m
}
