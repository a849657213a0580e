package calling

import (
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/acs"
)

// States of a call connection.
const (
	stateConnecting       = "connecting"
	stateConnected        = "connected"
	stateTransferring     = "transferring"
	stateTransferAccepted = "transferAccepted"
	stateDisconnected     = "disconnected"
)

// connection is an application's part in a call. But for what never changes it
// belongs to the call's goroutine.
type connection struct {
	s           *Server
	id          string
	service     acs.Service
	callbackURI string
	context     string
	call        *call

	state string
	self  Identifier
	// What the application said of the call, and what it was called for.
	source      *Identifier
	callerID    *numberModel
	displayName string
	targets     []Identifier
	answeredBy  *userModel
	answeredFor *numberModel
	cognitive   string

	callbacks *callbacks

	// The media operations: those that wait or run, the announcements of tones, and
	// tones on their way.
	jobs       []*job
	continuous map[*party]*continuous
	sending    []*sendingTones
	// media and transcription are what the call was set up with; stream is the
	// socket, while there is one.
	media         *mediaOptions
	stream        *stream
	transcription *transcriptionOptions
}

// connectOptions are what createCall, answer and connect have in common.
type connectOptions struct {
	CallbackURI      string                `json:"callbackUri"`
	OperationContext string                `json:"operationContext"`
	Intelligence     *intelligence         `json:"callIntelligenceOptions"`
	Media            *mediaOptions         `json:"mediaStreamingOptions"`
	Transcription    *transcriptionOptions `json:"transcriptionOptions"`
}

type intelligence struct {
	CognitiveServicesEndpoint string `json:"cognitiveServicesEndpoint"`
}

func (o *connectOptions) check(s *Server) error {
	if err := s.checkCallback("CallbackUri", o.CallbackURI); err != nil {
		return err
	}
	if err := o.Media.check(); err != nil {
		return err
	}
	return bounded("OperationContext", o.OperationContext, maxContext)
}

// newConnection makes an application's connection to a call; the caller admits it.
func (s *Server) newConnection(c *call, service acs.Service, o connectOptions, self Identifier) *connection {
	conn := &connection{
		s: s, call: c, id: uuid.NewString(), service: service, callbackURI: o.CallbackURI, context: o.OperationContext,
		state: stateConnecting, self: self, continuous: map[*party]*continuous{}, media: o.Media, transcription: o.Transcription,
	}
	if o.Intelligence != nil {
		conn.cognitive = o.Intelligence.CognitiveServicesEndpoint
	}
	conn.callbacks = s.startCallbacks(service.ImmutableID)
	s.mu.Lock()
	s.connections[conn.id] = conn
	s.mu.Unlock()
	return conn
}

// application is the participant that stands for an application which has no
// identity of its own: a user of the service, made for the call.
func application(service acs.Service) Identifier {
	return User("8:acs:" + service.ImmutableID + "_" + uuid.NewString())
}

// common is what every event's data has.
func (conn *connection) common(context string) common {
	return common{
		CallConnectionID: conn.id, ServerCallID: conn.call.id, CorrelationID: conn.call.correlationID, OperationContext: context,
	}
}

// result is common data with a result.
func (conn *connection) result(context string, r Cause) common {
	data := conn.common(context)
	data.ResultInformation = &resultInformation{r.Code, r.SubCode, r.Message}
	return data
}

// success is the result of what worked.
var success = Cause{200, 0, "Action completed successfully."}

// connected tells the application that its call is established.
func (conn *connection) connected() {
	if conn.state != stateConnecting {
		return
	}
	conn.state = stateConnected
	conn.send("", "CallConnected", conn.result(conn.context, success))
	if conn.media != nil && conn.media.StartMediaStreaming && conn.media.TransportURL != "" {
		conn.startStream(operationOptions{OperationContext: conn.context})
	}
}

// over is the end of the application's part. Nothing follows CallDisconnected.
func (conn *connection) over(why Cause) {
	if conn.state == stateDisconnected {
		return
	}
	conn.state = stateDisconnected
	conn.stopStream()
	for _, j := range conn.jobs {
		j.cancelled = true
	}
	conn.jobs, conn.sending = nil, nil
	conn.send("", "CallDisconnected", conn.result(conn.context, why))
	conn.callbacks.close()
	conn.s.mu.Lock()
	delete(conn.s.connections, conn.id)
	conn.s.mu.Unlock()
}

// properties is CallConnectionProperties.
type properties struct {
	CallConnectionID     string                     `json:"callConnectionId"`
	ServerCallID         string                     `json:"serverCallId"`
	CorrelationID        string                     `json:"correlationId"`
	CallConnectionState  string                     `json:"callConnectionState"`
	CallbackURI          string                     `json:"callbackUri"`
	Targets              []Identifier               `json:"targets,omitempty"`
	Source               *Identifier                `json:"source,omitempty"`
	SourceCallerIDNumber *numberModel               `json:"sourceCallerIdNumber,omitempty"`
	SourceDisplayName    string                     `json:"sourceDisplayName,omitempty"`
	AnsweredBy           *userModel                 `json:"answeredBy,omitempty"`
	AnsweredFor          *numberModel               `json:"answeredFor,omitempty"`
	Media                *mediaSubscription         `json:"mediaStreamingSubscription,omitempty"`
	Transcription        *transcriptionSubscription `json:"transcriptionSubscription,omitempty"`
}

type mediaSubscription struct {
	ID           string   `json:"id,omitempty"`
	State        string   `json:"state"`
	ContentTypes []string `json:"subscribedContentTypes"`
}

type transcriptionSubscription struct {
	State       string   `json:"state"`
	ResultTypes []string `json:"subscribedResultTypes"`
	Locale      string   `json:"locale,omitempty"`
}

func (conn *connection) properties() properties {
	out := properties{
		CallConnectionID: conn.id, ServerCallID: conn.call.id, CorrelationID: conn.call.correlationID,
		CallConnectionState: conn.state, CallbackURI: conn.callbackURI, Targets: conn.targets, Source: conn.source,
		SourceCallerIDNumber: conn.callerID, SourceDisplayName: conn.displayName,
		AnsweredBy: conn.answeredBy, AnsweredFor: conn.answeredFor,
	}
	if conn.media != nil {
		out.Media = &mediaSubscription{State: "inactive", ContentTypes: []string{"audio"}}
		if conn.stream != nil {
			out.Media.ID, out.Media.State = conn.stream.id, "active"
		}
	}
	if conn.transcription != nil {
		out.Transcription = &transcriptionSubscription{"inactive", []string{"final"}, conn.transcription.Locale}
	}
	return out
}

// seat is the connection's party.
func (conn *connection) seat() *party {
	for _, p := range conn.call.parties {
		if p.conn == conn {
			return p
		}
	}
	return nil
}

// others are the connected parties beside the application.
func (conn *connection) others() []*party {
	var list []*party
	for _, p := range conn.call.parties {
		if p.conn != conn && p.joined {
			list = append(list, p)
		}
	}
	return list
}

// on finds the connection of a request and has its call's goroutine run fn.
func (s *Server) on(r *acs.Request, id string, fn func(conn *connection) (answer, error)) (answer, error) {
	s.mu.Lock()
	conn := s.connections[id]
	s.mu.Unlock()
	if conn == nil || conn.service.ImmutableID != r.Service.ImmutableID {
		return answer{}, errCallGone
	}
	var a answer
	err := conn.call.act(r.Context(), func() error {
		if conn.state == stateDisconnected {
			return errCallGone
		}
		var err error
		a, err = fn(conn)
		return err
	})
	return a, err
}

// established wants a connected call.
func (conn *connection) established() error {
	switch conn.state {
	case stateConnected:
		return nil
	case stateTransferring, stateTransferAccepted:
		return errTransferring
	}
	return errNotEstablished
}

// ringFor is how long an invitation rings: at most 180 s, as the specification
// has it.
func (s *Server) ringFor(seconds *int) (time.Duration, error) {
	if seconds == nil {
		return s.o.RingFor, nil
	}
	if *seconds < 0 || *seconds > 180 {
		return 0, invalid("InvitationTimeoutInSeconds must be between 0 and 180.")
	}
	if *seconds == 0 {
		return s.o.RingFor, nil
	}
	return time.Duration(*seconds) * time.Second, nil
}
