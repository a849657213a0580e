package calling

import (
	"net/http"
	"sync"
	"time"

	"guichet/internal/cloud/acs"
)

// How long, and how many, answers are kept for a repeated request. Azure's own
// figures are not documented.
const (
	repeatFor  = time.Hour
	repeatMost = 10_000
)

// written is an answer as it goes out.
type written struct {
	status int
	// code is the error's, for the header that azcore reads first.
	code  string
	body  []byte
	after func()
}

func (a written) write(w http.ResponseWriter) {
	if a.code != "" {
		w.Header().Set("x-ms-error-code", a.code)
	}
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// first is a request that came first with its repeatability id.
type first struct {
	at     time.Time
	done   chan struct{}
	answer written
}

// repetitions are the answers by repeatability id.
type repetitions struct {
	mu   sync.Mutex
	list map[string]*first
}

// repeated acts once for each repeatability id and gives later requests with it
// the same answer. A request with but one of the two headers is taken as one with
// neither; what Azure makes of it is unverified.
func (s *Server) repeated(w http.ResponseWriter, r *acs.Request, act func() written) {
	id := r.Header.Get("Repeatability-Request-ID")
	if id == "" || r.Header.Get("Repeatability-First-Sent") == "" {
		answer := act()
		answer.write(w)
		if answer.after != nil {
			answer.after()
		}
		return
	}
	w.Header().Set("Repeatability-Result", "accepted")
	key := r.Service.ImmutableID + " " + r.Method + " " + r.URL.Path + " " + id
	f, fresh := s.repeats.take(key, s.o.Clock.Now())
	if !fresh {
		select {
		case <-f.done:
			f.answer.write(w)
		case <-r.Context().Done():
		}
		return
	}
	// Even a panic must not leave the others waiting.
	defer close(f.done)
	f.answer = written{status: http.StatusInternalServerError}
	f.answer = act()
	f.answer.write(w)
	if f.answer.after != nil {
		f.answer.after()
	}
}

func (p *repetitions) take(key string, now time.Time) (f *first, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f, ok := p.list[key]; ok && now.Sub(f.at) < repeatFor {
		return f, false
	}
	if len(p.list) >= repeatMost {
		for k, f := range p.list {
			if now.Sub(f.at) >= repeatFor || len(p.list) >= repeatMost {
				delete(p.list, k)
			}
		}
	}
	f = &first{at: now, done: make(chan struct{})}
	p.list[key] = f
	return f, true
}
