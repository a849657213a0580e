// Package fault makes the local cloud misbehave on request: late, throttled and
// failing answers, events delivered twice, late or never, refused handshakes. It
// owns the list of faults and their control API; the rooms ask it what befalls
// them.
package fault

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/azerror"
	"guichet/internal/cloud/traffic"
	"guichet/internal/platform/clock"
)

// What a fault befalls.
const (
	// Request befalls requests to a plane: latency, then an answer if Status is set.
	Request = "request"
	// Lose drops events at the moment of publishing.
	Lose = "lose"
	// Duplicate delivers events a second time.
	Duplicate = "duplicate"
	// Delay delivers events LatencyMS later, so that others overtake them.
	Delay = "delay"
	// Handshake refuses the validation of event subscriptions.
	Handshake = "handshake"
)

// Fault is one misbehaviour. Filters that are empty match everything.
type Fault struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// Plane, Method and Path (a prefix, in any case) choose requests.
	Plane  string `json:"plane,omitempty"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	// EventType chooses events.
	EventType string `json:"eventType,omitempty"`
	LatencyMS int    `json:"latencyMs,omitempty"`
	// Status, Code and RetryAfter (seconds; no header when absent) are the answer.
	Status     int    `json:"status,omitempty"`
	Code       string `json:"code,omitempty"`
	RetryAfter *int   `json:"retryAfter,omitempty"`
	// Count is how often it strikes; 0 is until it is removed.
	Count int `json:"count,omitempty"`
	// Struck is how often it has.
	Struck int `json:"struck"`
}

// Set is the faults in force. The zero value is not ready; use New.
type Set struct {
	clock clock.Clock

	mu   sync.Mutex
	list []*Fault
}

// New makes an empty set.
func New(c clock.Clock) *Set { return &Set{clock: c} }

// maxLatency bounds how long a fault may hold something up.
const maxLatency = time.Hour

func (f *Fault) check() error {
	switch f.Kind {
	case Request:
		if f.Status == 0 && f.LatencyMS == 0 {
			return errors.New("a fault of requests needs status or latencyMs")
		}
		if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
			return errors.New("status must be from 400 to 599")
		}
	case Delay:
		if f.LatencyMS == 0 {
			return errors.New("a delay needs latencyMs")
		}
	case Lose, Duplicate, Handshake:
	default:
		return errors.New("kind must be request, lose, duplicate, delay or handshake")
	}
	if f.LatencyMS < 0 || f.LatencyMS > int(maxLatency/time.Millisecond) || f.Count < 0 {
		return errors.New("latencyMs must be from 0 to an hour, count not negative")
	}
	return nil
}

// Add puts a fault in force and answers it with its id.
func (s *Set) Add(f Fault) (Fault, error) {
	if err := f.check(); err != nil {
		return f, err
	}
	f.ID, f.Struck = uuid.NewString(), 0
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := f
	s.list = append(s.list, &kept)
	return f, nil
}

// Clear removes every fault, or the one with that id.
func (s *Set) Clear(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []*Fault
	for _, f := range s.list {
		if id != "" && f.ID != id {
			left = append(left, f)
		}
	}
	s.list = left
}

// take finds the first fault that matches and counts the strike.
func (s *Set) take(match func(*Fault) bool) (Fault, bool) {
	if s == nil {
		return Fault{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.list {
		if (f.Count == 0 || f.Struck < f.Count) && match(f) {
			f.Struck++
			return *f, true
		}
	}
	return Fault{}, false
}

// Event says whether a fault of that kind befalls an event of that type, and for
// how long a Delay holds it.
func (s *Set) Event(kind, eventType string) (time.Duration, bool) {
	f, ok := s.take(func(f *Fault) bool {
		return f.Kind == kind && (f.EventType == "" || strings.EqualFold(f.EventType, eventType))
	})
	return time.Duration(f.LatencyMS) * time.Millisecond, ok
}

// Wrap lets the faults of a plane befall its requests.
func (s *Set) Wrap(plane string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := s.take(func(f *Fault) bool {
			return f.Kind == Request && (f.Plane == "" || f.Plane == plane) && (f.Method == "" || strings.EqualFold(f.Method, r.Method)) &&
				strings.HasPrefix(strings.ToLower(r.URL.Path), strings.ToLower(f.Path))
		})
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		traffic.Say(r.Context(), traffic.Remark{Code: "fault", Args: map[string]string{"id": f.ID}, Text: "fault " + f.ID})
		if f.LatencyMS > 0 {
			timer, stop := s.clock.After(time.Duration(f.LatencyMS) * time.Millisecond)
			defer stop()
			select {
			case <-timer:
			case <-r.Context().Done():
				return
			}
		}
		if f.Status == 0 {
			next.ServeHTTP(w, r)
			return
		}
		if f.RetryAfter != nil {
			w.Header().Set("Retry-After", strconv.Itoa(*f.RetryAfter))
		}
		code, message := f.Code, http.StatusText(f.Status)
		if code == "" {
			code = strings.ReplaceAll(message, " ", "")
		}
		azerror.Write(w, f.Status, code, message+".")
	})
}

// Routes adds the control API: GET, POST and DELETE of /_guichet/faults.
func (s *Set) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /_guichet/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		list := make([]Fault, 0, len(s.list))
		for _, f := range s.list {
			list = append(list, *f)
		}
		s.mu.Unlock()
		azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": list})
	})
	mux.HandleFunc("POST /_guichet/faults", func(w http.ResponseWriter, r *http.Request) {
		var f Fault
		decoder := json.NewDecoder(io.LimitReader(r.Body, 64<<10))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&f)
		if err == nil {
			f, err = s.Add(f)
		}
		if err != nil {
			azerror.Write(w, http.StatusBadRequest, "BadRequest", err.Error())
			return
		}
		azerror.WriteJSON(w, http.StatusCreated, f)
	})
	remove := func(w http.ResponseWriter, r *http.Request) {
		s.Clear(r.PathValue("id"))
		w.WriteHeader(http.StatusNoContent)
	}
	mux.HandleFunc("DELETE /_guichet/faults", remove)
	mux.HandleFunc("DELETE /_guichet/faults/{id}", remove)
}
