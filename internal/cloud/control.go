package cloud

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/carrier"
	"guichet/internal/cloud/traffic"
)

// controlRoutes adds the cloud's own control API, below the reserved prefix
// /_guichet/. Rooms add theirs on the same mux.
func (c *Cloud) controlRoutes() {
	c.control.HandleFunc("GET /_guichet/requests", c.listRequests)
	c.control.HandleFunc("GET /_guichet/live", c.live)
	c.control.HandleFunc("GET /_guichet/deliveries", c.listDeliveries)
	c.control.HandleFunc("POST /_guichet/reset", c.reset)
	c.faults.Routes(c.control)
	c.entra.Routes(c.control, c.grid.ForgetTokens)
	c.arm.Routes(c.control)
	c.calling.Routes(c.control)
	c.handset.Routes(c.control)
	texts := c.carrier.Handler()
	c.control.Handle("/_guichet/handset", texts)
	c.control.Handle("/_guichet/handset/", texts)
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

// listDeliveries answers the delivery log, newest first: after line ?after=N, of
// ?subscription=<ARM id>, at most ?limit= lines (200).
func (c *Cloud) listDeliveries(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 || limit > 1000 {
		limit = 200
	}
	list, err := c.grid.Attempts(r.Context(), after, q.Get("subscription"), limit)
	if err != nil {
		c.controlError(w, r, err)
		return
	}
	azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": list})
}

// controlError answers a fault of the cloud's own.
func (c *Cloud) controlError(w http.ResponseWriter, r *http.Request, err error) {
	c.log.ErrorContext(r.Context(), "control.failed", "path", r.URL.Path, "error", err)
	azerror.Write(w, http.StatusInternalServerError, "InternalServerError", "The local cloud failed; see its log.")
}

// live streams notices: those of one handset with ?customer=, else of the topics
// named in ?topics= (requests when absent).
func (c *Cloud) live(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if customer := q.Get("customer"); customer != "" {
		wanted := carrier.Topic(customer)
		c.hub.ServeSSE(w, r, func(topic string) bool { return topic == wanted })
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

// reset puts the whole cloud back to the well-known values.
func (c *Cloud) reset(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	err := c.grid.Reset(ctx)
	if err == nil {
		err = c.db.Tx(ctx, func(tx *sql.Tx) error {
			return errors.Join(c.acs.Reset(ctx, tx), c.carrier.Reset(ctx, tx), c.calling.Reset(ctx, tx))
		})
	}
	for _, step := range []func(context.Context) error{c.entra.Reset, c.arm.Reset, c.carrier.Reload, c.acs.Reload} {
		if err == nil {
			err = step(ctx)
		}
	}
	if err != nil {
		c.controlError(w, r, err)
		return
	}
	c.grid.ForgetTokens()
	c.handset.Reset()
	c.faults.Clear("")
	c.traffic.Reset()
	w.WriteHeader(http.StatusNoContent)
}
