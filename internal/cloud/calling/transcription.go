package calling

import (
	"net/http"

	"guichet/internal/cloud/acs"
)

// transcriptionOptions are those of createCall, answer and connect.
type transcriptionOptions struct {
	TransportType string `json:"transportType"`
	TransportURL  string `json:"transportUrl"`
	Locale        string `json:"locale"`
}

// transcriptionEvent is the data of the transcription events.
type transcriptionEvent struct {
	common
	TranscriptionUpdate struct {
		TranscriptionStatus        string `json:"transcriptionStatus"`
		TranscriptionStatusDetails string `json:"transcriptionStatusDetails"`
	} `json:"transcriptionUpdate"`
}

// transcription answers the three operations on transcription. There is no speech
// service here, so each is accepted and fails with an event, as in Azure when the
// call was set up without one.
func (s *Server) transcription(r *acs.Request, id string) (answer, error) {
	var q operationOptions
	if len(r.Body) > 0 {
		if err := decode(r.Body, &q); err != nil {
			return answer{}, err
		}
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		details, why := "speechServicesConnectionError", Cause{405, 8522, "The local cloud has no speech service."}
		if conn.transcription == nil || conn.transcription.TransportURL == "" {
			details, why.Message = "streamUrlMissing", "The call was set up without transcription options."
		}
		e := transcriptionEvent{common: conn.result(q.OperationContext, why)}
		e.TranscriptionUpdate.TranscriptionStatus, e.TranscriptionUpdate.TranscriptionStatusDetails = "transcriptionFailed", details
		conn.send(q.OperationCallbackURI, "TranscriptionFailed", e)
		return answer{status: http.StatusAccepted}, nil
	})
}
