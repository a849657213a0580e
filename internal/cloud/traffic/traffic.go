// Package traffic keeps what was asked of the local cloud: the last requests with
// their outcome, and counts. It holds no body, no query value and no header, so
// no secret. Rooms add a note to the request they are answering, e.g. which part
// of a signature differs, for the portal only.
package traffic

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"time"

	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
)

// Topic is the hub topic of request notices.
const Topic = "requests"

// keep bounds the list of requests held in memory.
const keep = 1000

// Request is one request and its outcome.
type Request struct {
	N          uint64    `json:"n"`
	At         time.Time `json:"at"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`
	Plane      string    `json:"plane"`
	Status     int       `json:"status"`
	DurationMS float64   `json:"durationMs"`
	// Caller is who asked, as far as a room verified it: the name of the resource
	// whose key signed, or the application of a token. Credential is by what.
	Caller     string     `json:"caller,omitempty"`
	Credential Credential `json:"credential,omitempty"`
	// Note is what a room had to say about the request, for people.
	Note string `json:"note,omitempty"`
	// NoteCode names the note for pages that have it in their reader's language, and
	// NoteArgs fills its holes; a note without a code is in English alone.
	NoteCode string            `json:"noteCode,omitempty"`
	NoteArgs map[string]string `json:"noteArgs,omitempty"`
}

// Remark is what a room has to say about a request. Text is in English; Code, when
// there is one, and Args are as in Request.
type Remark struct {
	Code string
	Args map[string]string
	Text string
}

// Credential is by what a caller proved who it is.
type Credential string

// The credentials that the planes take.
const (
	PrimaryKey   Credential = "primaryKey"
	SecondaryKey Credential = "secondaryKey"
	Signature    Credential = "signature"
	Token        Credential = "token"
	Secret       Credential = "secret"
	Certificate  Credential = "certificate"
)

// Recorder keeps requests. Make one with New.
type Recorder struct {
	clock clock.Clock
	hub   *bus.Hub

	mu      sync.Mutex
	n       uint64
	ring    []Request
	unknown map[string]int
}

// New makes a recorder that announces each request on hub.
func New(c clock.Clock, hub *bus.Hub) *Recorder {
	return &Recorder{clock: c, hub: hub, unknown: map[string]int{}}
}

type noteKey struct{}

// note is what rooms say about a request while it is answered.
type note struct {
	mu         sync.Mutex
	remark     Remark
	caller     string
	credential Credential
}

// Note attaches a text to the request whose context ctx is: another program's
// words, such as an error.
func Note(ctx context.Context, text string) { Say(ctx, Remark{Text: text}) }

// Say attaches a remark to the request whose context ctx is.
func Say(ctx context.Context, remark Remark) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.mu.Lock()
		n.remark = remark
		n.mu.Unlock()
	}
}

// Caller says who makes the request whose context ctx is, once that is verified.
func Caller(ctx context.Context, name string, by Credential) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.mu.Lock()
		n.caller, n.credential = name, by
		n.mu.Unlock()
	}
}

// Wrap records what next answers as a request of plane.
func (rec *Recorder) Wrap(plane string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := &note{}
		sw := &statusWriter{ResponseWriter: w}
		start := rec.clock.Now()
		defer func() {
			n.mu.Lock()
			remark, caller, credential := n.remark, n.caller, n.credential
			n.mu.Unlock()
			rec.add(Request{
				At: start, Method: r.Method, Path: r.URL.Path, Plane: plane, Status: sw.code(),
				DurationMS: float64(rec.clock.Now().Sub(start).Microseconds()) / 1000, Caller: caller, Credential: credential,
				Note: remark.Text, NoteCode: remark.Code, NoteArgs: remark.Args,
			})
		}()
		next.ServeHTTP(sw, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
	})
}

func (rec *Recorder) add(req Request) {
	rec.mu.Lock()
	rec.n++
	req.N = rec.n
	rec.ring = append(rec.ring, req)
	if len(rec.ring) > 2*keep {
		rec.ring = append([]Request(nil), rec.ring[len(rec.ring)-keep:]...)
	}
	rec.mu.Unlock()
	data, err := json.Marshal(map[string]any{"type": "request", "request": req})
	if err == nil {
		rec.hub.Publish(Topic, data)
	}
}

// Unknown counts a route that the cloud does not know.
func (rec *Recorder) Unknown(method, path string) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	key := method + " " + path
	if len(rec.unknown) < keep || rec.unknown[key] > 0 {
		rec.unknown[key]++
	}
}

// List is the requests kept with a number above after, oldest first.
func (rec *Recorder) List(after uint64) []Request {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	list := []Request{}
	for _, req := range rec.ring {
		if req.N > after {
			list = append(list, req)
		}
	}
	if len(list) > keep {
		list = list[len(list)-keep:]
	}
	return list
}

// UnknownRoutes is how often each unknown route was asked for.
func (rec *Recorder) UnknownRoutes() map[string]int {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	m := make(map[string]int, len(rec.unknown))
	for k, v := range rec.unknown {
		m[k] = v
	}
	return m
}

// Reset forgets everything but the running number.
func (rec *Recorder) Reset() {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.ring, rec.unknown = nil, map[string]int{}
}

// statusWriter remembers the status; Unwrap keeps flushing and deadlines working.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.status == 0 {
		w.status = http.StatusSwitchingProtocols
	}
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *statusWriter) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
