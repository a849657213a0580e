// Package calling is the call server of the local cloud: Azure Communication
// Services Call Automation (api-version 2026-03-12 and those before it), in the
// shapes that Microsoft's own clients want. It owns the calls with their parties
// and sound, the connections of applications to them, the callbacks with their
// tokens, what is played, recognised, streamed and recorded, and the virtual phones
// of the control API.
//
// A call is in memory and is gone after a restart, as on a server that crashed;
// its recording is kept and finished.
// What is at the far end of a leg it does not know: see Phone and Line. It does
// not authenticate requests (a Gate does), own numbers (Lines does) or deliver
// events of Event Grid (Events does).
package calling

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"guichet/internal/cloud/acs"
	"guichet/internal/cloud/eventgrid"
	"guichet/internal/platform/bus"
	"guichet/internal/platform/clock"
	"guichet/internal/platform/sqlstore"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the call server's tables, for sqlstore.Migrate.
func Migrations() fs.FS { return migrations }

// Gate lets in the requests that carry a good signature or token.
type Gate interface {
	Authenticated(h func(w http.ResponseWriter, r *acs.Request)) http.Handler
}

// Lines knows the numbers that services own.
type Lines interface {
	Line(number string) (acs.Line, bool)
}

// Services lists the resources.
type Services interface {
	Services(ctx context.Context) ([]acs.Service, error)
}

// Events takes events of Event Grid in the caller's transaction.
type Events interface {
	Publish(ctx context.Context, tx *sql.Tx, source string, events ...eventgrid.Event) error
	// Wake is called after the commit.
	Wake()
}

// Files lets in requests for recorded files, which are signed otherwise.
type Files interface {
	Signed(r *http.Request) (acs.Service, error)
}

// Options of New; all but those with a default are required.
type Options struct {
	DB       *sqlstore.DB
	Clock    clock.Clock
	Log      *slog.Logger
	Gate     Gate
	Files    Files
	Lines    Lines
	Services Services
	Events   Events
	// Hub gets a notice for every call that changed, under Topic and under the
	// topics that CustomerTopic names.
	Hub *bus.Hub
	// CustomerTopic is the topic of what happens to a telephone number.
	CustomerTopic func(number string) string
	// BaseURL is the https origin of the cloud, without a trailing slash.
	BaseURL string
	// Roots are the authorities that the certificates of applications may come from.
	Roots *x509.CertPool
	// RingFor is how long a call rings before it is given up; 60 s when 0. Azure's
	// own time is not documented for incoming calls.
	RingFor time.Duration
	// CallbackGaps are the waits between the attempts to deliver a callback; 1 s,
	// 3 s and 9 s when nil.
	CallbackGaps []time.Duration
	// Dir is the folder of the recordings; it is made.
	Dir string
	// RecordingHost is the origin of recorded files, without a trailing slash;
	// BaseURL when empty. Newer clients of Microsoft take them from hosts below
	// asm.skype.com alone.
	RecordingHost string
	// ChunkFor is how long a file of a recording grows; four hours when 0.
	ChunkFor time.Duration
}

// Topic is the hub topic of calls.
const Topic = "calls"

// Server is the call server. Make it with New and keep Run running while it is
// used.
type Server struct {
	o      Options
	client *http.Client
	// sockets connects media streams: HTTP/1.1 alone.
	sockets *http.Client
	library library
	// writes is what the recordings have to store.
	writes chan func(*Server) error
	// ctx ends with Run; work is every goroutine that must end before Run returns.
	ctx       context.Context
	stop      context.CancelFunc
	work      sync.WaitGroup
	published chan publication
	repeats   repetitions
	phones    *virtualPhones

	mu          sync.Mutex
	calls       map[string]*call
	groups      map[string]*call
	connections map[string]*connection
	tapes       map[string]*tape
	offers      map[string]*incoming
	spent       spentContexts
	exchanges   []Exchange

	keyMu sync.Mutex
	key   *signingKey
}

// New makes the call server; the migrations must have run.
func New(o Options) (*Server, error) {
	if o.Gate == nil || o.Files == nil || o.Lines == nil || o.Services == nil || o.Events == nil || o.Dir == "" {
		return nil, errors.New("calling: a gate, files, lines, services, events and a folder are required")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("calling: the folder of the recordings: %w", err)
	}
	if o.RecordingHost == "" {
		o.RecordingHost = o.BaseURL
	}
	if o.ChunkFor == 0 {
		o.ChunkFor = 4 * time.Hour
	}
	if o.RingFor == 0 {
		o.RingFor = time.Minute
	}
	if o.CallbackGaps == nil {
		o.CallbackGaps = []time.Duration{time.Second, 3 * time.Second, 9 * time.Second}
	}
	s := &Server{
		o: o, published: make(chan publication, publications), repeats: repetitions{list: map[string]*first{}},
		calls: map[string]*call{}, groups: map[string]*call{}, connections: map[string]*connection{}, tapes: map[string]*tape{},
		writes:  make(chan func(*Server) error, publications),
		sockets: &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}}},
		offers:  map[string]*incoming{},
		client: &http.Client{
			Transport: &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
				MaxIdleConnsPerHost: 16, IdleConnTimeout: 90 * time.Second,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.phones = newVirtualPhones(s)
	s.exchanges = []Exchange{s.phones}
	return s, nil
}

// Attach adds an exchange; those that were added later are asked first, but a
// phone whose behaviour the control API set goes before all of them.
func (s *Server) Attach(e Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges = append([]Exchange{s.phones, e}, s.exchanges[1:]...)
}

// AttachLast adds an exchange that is asked when no other has the phone: the
// network beyond one's own.
func (s *Server) AttachLast(e Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exchanges = append(slices.Clone(s.exchanges), e)
}

// Run makes the signing key ahead of the first callback and keeps the calls
// until ctx ends; then every call ends, and what it has to say is still said.
func (s *Server) Run(ctx context.Context) error {
	var publisher sync.WaitGroup
	publisher.Go(s.publishing)
	publisher.Go(s.writing)
	if err := s.recover(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Error("calling.recording", "outcome", "not finished", "error", err)
	}
	s.work.Go(func() { s.expire(ctx) })
	if _, err := s.signing(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Error("calling.key", "error", err)
	}
	<-ctx.Done()
	s.stop()
	s.work.Wait()
	close(s.published)
	close(s.writes)
	publisher.Wait()
	return nil
}

// Reset ends every call and forgets the recordings and the virtual phones, within
// the caller's transaction.
func (s *Server) Reset(ctx context.Context, tx *sql.Tx) error {
	for _, table := range []string{"calling_chunk", "calling_recording"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table); err != nil {
			return fmt.Errorf("calling: reset: %w", err)
		}
	}
	s.mu.Lock()
	calls := make([]*call, 0, len(s.calls))
	for _, c := range s.calls {
		calls = append(calls, c)
	}
	s.mu.Unlock()
	for _, c := range calls {
		c.post(func() { c.end(Stopped) })
	}
	s.phones.reset()
	return nil
}

// forget drops a call that is over.
func (s *Server) forget(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, c.id)
	for key, other := range s.groups {
		if other == c {
			delete(s.groups, key)
		}
	}
}

// share gives a service a part in a call.
func (s *Server) share(c *call, service string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.services[service] = true
}

// owner is the service that calls to an identifier come in at.
func (s *Server) owner(id Identifier) (service string, owned bool) {
	switch id.Kind {
	case kindPhone:
		line, ok := s.o.Lines.Line(id.number())
		return line.ServiceID, ok && line.Inbound
	case kindUser:
		services, err := s.o.Services.Services(s.ctx)
		if err != nil {
			return "", false
		}
		for _, service := range services {
			if service.ImmutableID == id.resource() {
				return service.ImmutableID, true
			}
		}
	}
	return "", false
}

// phone finds a phone among the exchanges.
func (s *Server) phone(raw string) (Phone, bool) {
	s.mu.Lock()
	list := s.exchanges
	s.mu.Unlock()
	for _, e := range list {
		if p, ok := e.Phone(raw); ok {
			return p, true
		}
	}
	return nil, false
}

// Handler answers the call server's part of the data plane: /calling/…. A path
// that it does not know is answered by unknown.
func (s *Server) Handler(unknown http.Handler) http.Handler {
	mux := http.NewServeMux()
	for pattern, op := range s.routes() {
		mux.Handle(pattern, s.serve(op))
	}
	mux.HandleFunc("GET /calling/.well-known/acsopenidconfiguration", s.openID)
	mux.HandleFunc("GET /calling/keys", s.webKeys)
	mux.HandleFunc("GET /v1/objects/{document}/content/audio", s.file(s.getSound))
	mux.HandleFunc("GET /v1/objects/{document}/content/acsmetadata", s.file(s.getMetadata))
	mux.HandleFunc("DELETE /v1/objects/{document}", s.file(s.deleteFile))
	mux.Handle("POST /calling/callConnections/{id}", s.acting(s.actions(), unknown))
	mux.Handle("POST /calling/recordings/{id}", s.acting(map[string]acted{"pause": s.pauseRecording, "resume": s.resumeRecording}, unknown))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			unknown.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// acted is an operation on what the id names.
type acted func(r *acs.Request, id string) (answer, error)

// acting answers the actions at the end of the segment of an id: one pattern of
// the mux for all of them.
func (s *Server) acting(list map[string]acted, unknown http.Handler) http.Handler {
	handlers := map[string]http.Handler{}
	for name, op := range list {
		handlers[name] = s.serve(func(r *acs.Request) (answer, error) {
			id, _ := action(r.PathValue("id"))
			return op(r, id)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, name := action(r.PathValue("id"))
		if h, ok := handlers[name]; ok {
			h.ServeHTTP(w, r)
			return
		}
		unknown.ServeHTTP(w, r)
	})
}

func (s *Server) routes() map[string]operation {
	return map[string]operation{
		"POST /calling/callConnections":          s.createCall,
		"POST /calling/callConnections:answer":   s.answerCall,
		"POST /calling/callConnections:redirect": s.redirectCall,
		"POST /calling/callConnections:reject":   s.rejectCall,
		"POST /calling/callConnections:connect":  s.connect,

		"GET /calling/callConnections/{id}":    s.getCall,
		"DELETE /calling/callConnections/{id}": s.hangUp,

		"GET /calling/callConnections/{id}/participants":                       s.listParticipants,
		"GET /calling/callConnections/{id}/participants/{raw}":                 s.getParticipant,
		"POST /calling/callConnections/{id}/participants:add":                  s.addParticipant,
		"POST /calling/callConnections/{id}/participants:remove":               s.removeParticipant,
		"POST /calling/callConnections/{id}/participants:mute":                 s.muteParticipants,
		"POST /calling/callConnections/{id}/participants:cancelAddParticipant": s.cancelAddParticipant,
		"POST /calling/callConnections/{id}/participants:moveHere":             s.moveParticipants,

		"POST /calling/recordings":        s.startRecording,
		"GET /calling/recordings/{id}":    s.getRecording,
		"DELETE /calling/recordings/{id}": s.stopRecording,
	}
}

// actions are the operations on a call connection, by their name after the colon.
func (s *Server) actions() map[string]acted {
	return map[string]acted{
		"terminate":                      s.terminate,
		"transferToParticipant":          s.transfer,
		"play":                           s.play,
		"recognize":                      s.recognize,
		"cancelAllMediaOperations":       s.cancelMedia,
		"startContinuousDtmfRecognition": s.startContinuous,
		"stopContinuousDtmfRecognition":  s.stopContinuous,
		"sendDtmfTones":                  s.sendTones,
		"hold":                           s.hold,
		"unhold":                         s.unhold,
		"startMediaStreaming":            s.startMedia,
		"stopMediaStreaming":             s.stopMedia,
		"startTranscription":             s.transcription,
		"stopTranscription":              s.transcription,
		"updateTranscription":            s.transcription,
	}
}

// getCall is GET /calling/callConnections/{id}.
func (s *Server) getCall(r *acs.Request) (answer, error) {
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		return answer{status: http.StatusOK, body: conn.properties()}, nil
	})
}

// hangUp is DELETE /calling/callConnections/{id}: the application leaves; a call
// of two is over with it.
func (s *Server) hangUp(r *acs.Request) (answer, error) {
	return s.on(r, r.PathValue("id"), func(conn *connection) (answer, error) {
		conn.call.left(conn.seat(), Normal)
		return answer{status: http.StatusNoContent}, nil
	})
}

// terminate is POST …:terminate: the call is over for everybody.
func (s *Server) terminate(r *acs.Request, id string) (answer, error) {
	return s.on(r, id, func(conn *connection) (answer, error) {
		conn.call.end(Normal)
		return answer{status: http.StatusNoContent}, nil
	})
}
