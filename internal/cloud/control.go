package cloud

import (
	"net/http"
	"strconv"
	"strings"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/traffic"
)

// customerTopic is the hub topic of a handset's notices: the prefix and the
// customer's number.
const customerTopic = "customer:"

// controlRoutes adds the cloud's own control API, below the reserved prefix
// /_guichet/. Rooms add theirs on the same mux.
func (c *Cloud) controlRoutes() {
	c.control.HandleFunc("GET /_guichet/requests", c.listRequests)
	c.control.HandleFunc("GET /_guichet/live", c.live)
	c.control.HandleFunc("/_guichet/", func(w http.ResponseWriter, _ *http.Request) {
		azerror.Write(w, http.StatusNotFound, "NotFound", "There is no such control call.")
	})
}

// listRequests answers the requests kept after ?after=N and the unknown routes.
func (c *Cloud) listRequests(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	azerror.WriteJSON(w, http.StatusOK, map[string]any{
		"items": c.traffic.List(after), "unknownRoutes": c.traffic.UnknownRoutes(),
	})
}

// live streams notices: those of one handset with ?customer=, else of the topics
// named in ?topics= (requests when absent).
func (c *Cloud) live(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if customer := q.Get("customer"); customer != "" {
		c.hub.ServeSSE(w, r, func(topic string) bool { return topic == customerTopic+customer })
		return
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(q.Get("topics"), ",") {
		if name != "" {
			wanted[name] = true
		}
	}
	if len(wanted) == 0 {
		wanted[traffic.Topic] = true
	}
	c.hub.ServeSSE(w, r, func(topic string) bool { return wanted[topic] })
}
