package arm

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Sizes of a page: what Event Grid's lists hold unless $top asks for another,
// and the most that $top may ask for.
const (
	gridPage    = 20
	maxGridPage = 100
	maxPage     = 1000
)

// page answers a list of objects with ids, in the order of the ids: at most size
// of them, or $top (1 to most), and with a nextLink when there are more. A size
// of 0 is no bound. The link names the last id of its page, so that what is
// created or deleted between two pages makes nothing appear twice.
func (c *call) page(items []map[string]any, size, most int) (reply, error) {
	query := c.r.URL.Query()
	if text := query.Get("$top"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The value of $top must be between 1 and %d.", most)
		}
		size = n
	}
	key := func(item map[string]any) string { return strings.ToLower(item["id"].(string)) }
	items = slices.SortedFunc(slices.Values(items), func(x, y map[string]any) int { return strings.Compare(key(x), key(y)) })
	if token := query.Get("$skiptoken"); token != "" {
		last, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return reply{}, fail(http.StatusBadRequest, "InvalidRequest", "The value of $skiptoken is not valid.")
		}
		items = slices.DeleteFunc(items, func(item map[string]any) bool { return key(item) <= string(last) })
	}
	if items == nil {
		items = []map[string]any{}
	}
	body := map[string]any{"value": items}
	if size > 0 && len(items) > size {
		next := maps.Clone(query)
		next.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte(key(items[size-1]))))
		body["value"], body["nextLink"] = items[:size], c.origin()+c.path+"?"+next.Encode()
	}
	return reply{http.StatusOK, body, nil}, nil
}
