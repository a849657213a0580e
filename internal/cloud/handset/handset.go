// Package handset is the voice of a customer's phone in the browser: calls from
// and to the customers' numbers, whose sound goes over WebRTC between the page and
// the call server. It owns the calls as a handset shows them, their media, and
// their control API below /_guichet/handset/customers/{number}/calls.
//
// A customer's phone has one call at a time. All pages of a customer ring; the one
// that places or accepts the call holds it.
package handset

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/pion/ice/v4"

	"guichet/internal/cloud/calling"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
)

// Network is the call server.
type Network interface {
	Dial(o calling.Offer, line calling.Line, within time.Duration) *calling.Leg
}

// Customers knows whose numbers are customers'.
type Customers interface {
	Customer(ctx context.Context, number string) (bool, error)
	AddCustomer(ctx context.Context, number string) error
}

// Options of New; all but those with a default are required.
type Options struct {
	Clock     clock.Clock
	Log       *slog.Logger
	Network   Network
	Customers Customers
	// Hub gets a notice for every call that changed, under the customer's Topic.
	Hub   *bus.Hub
	Topic func(customer string) string
	// Grace is how long a call outlives its page, which may come back within it;
	// 10 s when 0.
	Grace time.Duration
}

// keepEnded bounds how many calls that are over are remembered.
const keepEnded = 100

// Handsets are the phones of all customers. Make them with New, attach them to the
// call server as an Exchange, and keep Run running while they are used.
type Handsets struct {
	o    Options
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu     sync.Mutex
	closed bool
	// mux is the one UDP socket of all calls; it is opened with the first of them.
	mux    ice.UDPMux
	calls  map[string]*call
	order  []string
	active map[string]*call
}

// New makes the handsets.
func New(o Options) *Handsets {
	if o.Grace == 0 {
		o.Grace = 10 * time.Second
	}
	h := &Handsets{o: o, calls: map[string]*call{}, active: map[string]*call{}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	return h
}

// Run keeps the calls until ctx ends; then their media end.
func (h *Handsets) Run(ctx context.Context) error {
	<-ctx.Done()
	h.stop()
	h.mu.Lock()
	h.closed = true
	calls, mux := h.active, h.mux
	h.active, h.mux = map[string]*call{}, nil
	h.mu.Unlock()
	for _, c := range calls {
		c.HungUp(calling.Stopped)
	}
	h.work.Wait()
	if mux != nil {
		if err := mux.Close(); err != nil {
			return fmt.Errorf("handset: close the socket: %w", err)
		}
	}
	return nil
}

// Reset forgets the calls that are over. Those under way are ended by the call
// server's own reset.
func (h *Handsets) Reset() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(0)
}

// forget drops the oldest calls that are over until that many are left; the
// caller holds mu.
func (h *Handsets) forget(leave int) {
	for i := 0; len(h.order) > leave && i < len(h.order); {
		id := h.order[i]
		if c := h.calls[id]; h.active[c.customer] != c {
			delete(h.calls, id)
			h.order = append(h.order[:i], h.order[i+1:]...)
		} else {
			i++
		}
	}
}

// begin makes the customer's one call; false when there is another.
func (h *Handsets) begin(c *call) bool {
	c.h, c.id, c.at = h, uuid.NewString(), h.o.Clock.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.active[c.customer] != nil {
		return false
	}
	h.active[c.customer], h.calls[c.id] = c, c
	h.order = append(h.order, c.id)
	h.forget(keepEnded)
	return true
}

// over gives the phone back.
func (h *Handsets) over(c *call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.active[c.customer] == c {
		delete(h.active, c.customer)
	}
}

// find is a call of a customer.
func (h *Handsets) find(customer, id string) (*call, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.calls[id]
	if c == nil || c.customer != customer {
		return nil, &problem{http.StatusNotFound, "noCall", "There is no such call."}
	}
	return c, nil
}

// list is the calls of a customer, oldest first.
func (h *Handsets) list(customer string) []View {
	h.mu.Lock()
	var calls []*call
	for _, id := range h.order {
		if c := h.calls[id]; c.customer == customer {
			calls = append(calls, c)
		}
	}
	h.mu.Unlock()
	views := []View{}
	for _, c := range calls {
		views = append(views, c.View())
	}
	return views
}

// Phone implements calling.Exchange: every customer has a phone.
func (h *Handsets) Phone(raw string) (calling.Phone, bool) {
	number, ok := strings.CutPrefix(raw, "4:")
	if !ok {
		return nil, false
	}
	known, err := h.o.Customers.Customer(h.ctx, number)
	if err != nil {
		h.o.Log.Error("handset.customer", "error", err)
	}
	return phone{h, number}, known
}

type phone struct {
	h        *Handsets
	customer string
}

// Ring implements calling.Phone: all pages of the customer ring.
func (p phone) Ring(ctx context.Context, o calling.Offer) (calling.Line, error) {
	c := &call{
		customer: p.customer, other: strings.TrimPrefix(o.From.RawID, "4:"), name: o.Name, state: stateRinging,
		leg: o.Leg, decided: make(chan struct{}),
	}
	if !p.h.begin(c) {
		return nil, calling.Busy
	}
	c.notify()
	select {
	case <-c.decided:
	case <-ctx.Done():
		if c.end(calling.Cancelled, stateRinging) {
			return nil, calling.Cancelled
		}
	}
	if why, declined := c.declined(); declined {
		return nil, why
	}
	return c, nil
}

// socket is the UDP socket of all calls, on loopback.
func (h *Handsets) socket() (ice.UDPMux, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, net.ErrClosed
	}
	if h.mux == nil {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil, fmt.Errorf("handset: open the socket: %w", err)
		}
		h.mux = ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn})
	}
	return h.mux, nil
}

// random is eight random bytes.
func random() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // It never fails (crypto/rand, Go 1.24).
	return binary.BigEndian.Uint64(b[:])
}
