package acs

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/sqlstore"
)

// portalNumber is an owned number, for the portal.
type portalNumber struct {
	Number      string    `json:"number"`
	Type        string    `json:"type"`
	Country     string    `json:"country"`
	Assignment  string    `json:"assignment"`
	Calling     string    `json:"calling"`
	SMS         string    `json:"sms"`
	Cost        string    `json:"cost"`
	PurchasedAt time.Time `json:"purchasedAt"`
}

// PortalRoutes adds what the portal asks of the data plane, without a sign-in:
// GET /_guichet/acs/numbers?service=, the numbers that the communication resource
// with that immutable id owns.
func (a *ACS) PortalRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /_guichet/acs/numbers", func(w http.ResponseWriter, r *http.Request) {
		azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": a.portalNumbers(r.URL.Query().Get("service"))})
	})
}

func (a *ACS) portalNumbers(service string) []portalNumber {
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := []portalNumber{}
	for _, n := range a.numbers {
		if strings.EqualFold(n.serviceID, service) {
			list = append(list, portalNumber{
				n.number, n.kind, n.country, n.assignment, n.calling, n.sms, n.cost, sqlstore.Time(n.purchasedAt),
			})
		}
	}
	slices.SortFunc(list, func(x, y portalNumber) int { return strings.Compare(x.Number, y.Number) })
	return list
}
