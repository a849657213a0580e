// Package bus is the in-process hub of live notices: numbered, kept for a while,
// replayed to whoever comes back. Truth never lives here: a notice only repeats
// what has been committed, and a reader that missed too much is told to read
// everything again. It knows nothing of what the notices mean.
package bus

import (
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Notice is one numbered message of a hub.
type Notice struct {
	// N counts from 1 within the hub's epoch.
	N uint64
	// Topic is what filters look at.
	Topic string
	// Data is sent to readers as it is, encoded once for all of them.
	Data []byte
}

// Hub fans notices out. Make one with New.
type Hub struct {
	epoch string
	keep  int

	mu     sync.Mutex
	n      uint64
	ring   []Notice
	subs   map[*Sub]struct{}
	closed bool
}

// queueLength bounds what a slow reader may leave unread before it is cut off.
const queueLength = 256

// New makes a hub that keeps the last keep notices for readers that come back.
func New(keep int) *Hub {
	return &Hub{epoch: uuid.NewString()[:8], keep: keep, subs: map[*Sub]struct{}{}}
}

// Sub is one reader's subscription.
type Sub struct {
	// C carries notices in order. It is closed when the reader was too slow or
	// the hub closed; the reader comes back with the last number it saw.
	C <-chan Notice
	// Start is the number after which C goes on: the newest, or the last that the
	// reader saw when the ones in between are replayed.
	Start uint64
	// Missed says that what the reader last saw is no longer known: it must read
	// everything again.
	Missed bool

	hub    *Hub
	c      chan Notice
	filter func(topic string) bool
}

// Publish numbers the notice and hands it to every matching reader. A reader
// whose queue is full is cut off rather than skipped.
func (h *Hub) Publish(topic string, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	notice := Notice{N: h.n, Topic: topic, Data: data}
	h.ring = append(h.ring, notice)
	if len(h.ring) > 2*h.keep {
		h.ring = append([]Notice(nil), h.ring[len(h.ring)-h.keep:]...)
	}
	for s := range h.subs {
		if !s.filter(topic) {
			continue
		}
		select {
		case s.c <- notice:
		default:
			h.drop(s)
		}
	}
}

// Subscribe starts a reader. last is the id it saw last (see ID), empty at the
// first visit. filter must be quick; nil takes every topic.
func (h *Hub) Subscribe(last string, filter func(topic string) bool) *Sub {
	if filter == nil {
		filter = func(string) bool { return true }
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &Sub{hub: h, filter: filter, Start: h.n}
	var missed []Notice
	if last != "" {
		missed, s.Missed = h.since(last, filter)
		if len(missed) > 0 {
			s.Start = missed[0].N - 1
		}
	}
	s.c = make(chan Notice, queueLength+len(missed))
	s.C = s.c
	for _, n := range missed {
		s.c <- n
	}
	if h.closed {
		close(s.c)
		return s
	}
	h.subs[s] = struct{}{}
	return s
}

func (h *Hub) since(last string, filter func(string) bool) (missed []Notice, unknown bool) {
	epoch, number, _ := strings.Cut(last, "-")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || epoch != h.epoch || n > h.n || n+uint64(len(h.ring)) < h.n {
		return nil, true
	}
	for _, notice := range h.ring[uint64(len(h.ring))-(h.n-n):] {
		if filter(notice.Topic) {
			missed = append(missed, notice)
		}
	}
	return missed, false
}

// ID is the text by which a reader names the notice it saw last.
func (h *Hub) ID(n uint64) string { return h.epoch + "-" + strconv.FormatUint(n, 10) }

// Close ends the subscription; it may be called more than once.
func (s *Sub) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.hub.drop(s)
}

func (h *Hub) drop(s *Sub) {
	if _, ok := h.subs[s]; ok {
		delete(h.subs, s)
		close(s.c)
	}
}

// Close cuts every reader off, so that a server can stop.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subs {
		h.drop(s)
	}
}
