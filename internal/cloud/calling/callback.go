package calling

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/google/uuid"

	"guichet/internal/platform/httpserver"
)

// cloudEvent is the envelope of a callback: CloudEvents 1.0, always in an array.
type cloudEvent struct {
	ID              string `json:"id"`
	Source          string `json:"source"`
	Type            string `json:"type"`
	Data            any    `json:"data"`
	Time            string `json:"time"`
	SpecVersion     string `json:"specversion"`
	DataContentType string `json:"datacontenttype"`
	Subject         string `json:"subject"`
}

// common is what the data of every event has.
type common struct {
	CallConnectionID  string             `json:"callConnectionId"`
	ServerCallID      string             `json:"serverCallId"`
	CorrelationID     string             `json:"correlationId"`
	OperationContext  string             `json:"operationContext,omitempty"`
	ResultInformation *resultInformation `json:"resultInformation,omitempty"`
}

type resultInformation struct {
	Code    int    `json:"code"`
	SubCode int    `json:"subCode"`
	Message string `json:"message"`
}

type participant struct {
	Identifier Identifier `json:"identifier"`
	IsMuted    bool       `json:"isMuted"`
	IsOnHold   bool       `json:"isOnHold"`
}

type participantsUpdated struct {
	common
	SequenceNumber int           `json:"sequenceNumber"`
	Participants   []participant `json:"participants"`
}

// callback is an event on its way.
type callback struct {
	uri, kind string
	body      []byte
}

// Bounds of callbacks.
const (
	callbackQueue   = 1024
	callbackTimeout = 10 * time.Second
)

// callbacks delivers the events of one connection, in order, each until it was
// accepted or its attempts are used up.
type callbacks struct {
	s        *Server
	audience string
	queue    chan callback
	ready    chan struct{}
	once     sync.Once

	mu     sync.Mutex
	closed bool
}

func (s *Server) startCallbacks(audience string) *callbacks {
	k := &callbacks{s: s, audience: audience, queue: make(chan callback, callbackQueue), ready: make(chan struct{})}
	s.work.Go(k.run)
	return k
}

// release lets the events go: the application has the answer that names its call.
func (k *callbacks) release() { k.once.Do(func() { close(k.ready) }) }

// close lets the queue run out and ends.
func (k *callbacks) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.closed = true
		close(k.queue)
	}
}

func (k *callbacks) put(c callback) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return
	}
	select {
	case k.queue <- c:
	default:
		k.s.o.Log.Error("calling.callback", "type", c.kind, "outcome", "dropped: the application takes its events too slowly")
	}
}

func (k *callbacks) run() {
	select {
	case <-k.ready:
	case <-k.s.ctx.Done():
	}
	for c := range k.queue {
		k.deliver(c)
	}
}

// deliver posts until the answer is 2xx, with the gaps of the options between the
// attempts. Azure's own schedule is not documented.
func (k *callbacks) deliver(c callback) {
	for attempt := 0; ; attempt++ {
		start := k.s.o.Clock.Now()
		status, err := k.post(c)
		if err == nil && status/100 == 2 {
			return
		}
		next := "none"
		last := attempt >= len(k.s.o.CallbackGaps) || k.s.ctx.Err() != nil
		if !last {
			next = k.s.o.CallbackGaps[attempt].String()
		}
		k.s.o.Log.Warn("calling.callback", "type", c.kind, "attempt", attempt+1, "status", status, "error", err,
			"duration_ms", k.s.o.Clock.Now().Sub(start).Milliseconds(), "next", next)
		if last {
			return
		}
		timer, stop := k.s.o.Clock.After(k.s.o.CallbackGaps[attempt])
		select {
		case <-timer:
		case <-k.s.ctx.Done():
		}
		stop()
	}
}

func (k *callbacks) post(c callback) (int, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.s.ctx), callbackTimeout)
	defer cancel()
	token, err := k.s.token(ctx, k.audience, callbackLife)
	if err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.uri, bytes.NewReader(c.body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := k.s.client.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	return response.StatusCode, response.Body.Close()
}

// send queues an event for the application; uri is the operation's own callback,
// if it named one.
func (conn *connection) send(uri, kind string, data any) {
	if uri == "" {
		uri = conn.callbackURI
	}
	conn.callbacks.put(callback{uri, kind, conn.s.envelope("calling/callConnections/"+conn.id, kind, data)})
}

// envelope is the body of a callback.
func (s *Server) envelope(source, kind string, data any) []byte {
	body, err := json.Marshal([]cloudEvent{{
		ID: uuid.NewString(), Source: source, Subject: source, Type: "Microsoft.Communication." + kind, Data: data,
		Time: s.o.Clock.Now().UTC().Format("2006-01-02T15:04:05.0000000-07:00"), SpecVersion: "1.0", DataContentType: "application/json",
	}})
	if err != nil {
		panic("calling: an event that is not JSON: " + err.Error())
	}
	return body
}

// checkCallback wants https, or http to a loopback address.
func (s *Server) checkCallback(field, text string) error {
	if err := reachable(text, "https", "http"); err != nil {
		return invalid(fmt.Sprintf("The field %s is invalid.", field))
	}
	return nil
}

// reachable wants an absolute address of the secure scheme, or of the plain one
// on this machine.
func reachable(text, secure, plain string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return err
	case len(text) > maxURL || u.Host == "" || u.Scheme != secure && u.Scheme != plain:
		return fmt.Errorf("not an address of %s", secure)
	case u.Scheme == plain:
		port := u.Port()
		if port == "" {
			port = "80"
		}
		if !httpserver.Loopback(u.Hostname()+":"+port) && !httpserver.Loopback("["+u.Hostname()+"]:"+port) {
			return fmt.Errorf("%s is for loopback addresses only", plain)
		}
	}
	return nil
}
