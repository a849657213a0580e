package calling

import (
	"net/http"
	"strings"

	"guichet/internal/cloud/acs"
)

// startRecording is POST /calling/recordings.
func (s *Server) startRecording(r *acs.Request) (answer, error) {
	var q struct {
		CallLocator              *locator     `json:"callLocator"`
		CallConnectionID         string       `json:"callConnectionId"`
		RecordingStateCallback   string       `json:"recordingStateCallbackUri"`
		RecordingContentType     string       `json:"recordingContentType"`
		RecordingChannelType     string       `json:"recordingChannelType"`
		RecordingFormatType      string       `json:"recordingFormatType"`
		AudioChannelParticipants []Identifier `json:"audioChannelParticipantOrdering"`
		ChannelAffinity          []struct {
			Channel     *int       `json:"channel"`
			Participant Identifier `json:"participant"`
		} `json:"channelAffinity"`
		PauseOnStart    bool `json:"pauseOnStart"`
		ExternalStorage *struct {
			RecordingStorageKind string `json:"recordingStorageKind"`
		} `json:"externalStorage"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if q.RecordingStateCallback != "" {
		if err := s.checkCallback("RecordingStateCallbackUri", q.RecordingStateCallback); err != nil {
			return answer{}, err
		}
	}
	t := &tape{s: s, id: recordingID(), service: r.Service.ImmutableID, callback: q.RecordingStateCallback, fixed: map[string]int{}}
	switch strings.ToLower(q.RecordingChannelType) {
	case "", "mixed":
	case "unmixed":
		t.unmixed = true
	default:
		return answer{}, invalid("The field RecordingChannelType is invalid.")
	}
	// There is no encoder for MP3 and no video: what cannot be made is refused, with
	// the subcode for a mode of recording that is not supported. What is not named
	// is WAV and audio here, whatever Azure's default may be.
	if f := strings.ToLower(q.RecordingFormatType); f != "" && f != "wav" || strings.EqualFold(q.RecordingContentType, "audioVideo") {
		return answer{}, &failure{http.StatusBadRequest, "8562", "The local cloud records audio as WAV only."}
	}
	if e := q.ExternalStorage; e != nil && !strings.EqualFold(e.RecordingStorageKind, recordingKind) {
		return answer{}, &failure{http.StatusBadRequest, "8562", "The local cloud has no external storage for recordings."}
	}
	if !t.unmixed && len(q.AudioChannelParticipants)+len(q.ChannelAffinity) > 0 {
		return answer{}, invalid("Channels are for unmixed recordings.")
	}
	fix := func(i Identifier, channel int) error {
		id, err := i.known()
		if err != nil {
			return invalid(err.Error())
		}
		if channel < 0 || channel >= maxChannels || t.reserved(channel) {
			return invalid("A channel must be from 0 to 4, and of one participant.")
		}
		t.fixed[id.RawID] = channel
		return nil
	}
	for i, p := range q.AudioChannelParticipants {
		if err := fix(p, i); err != nil {
			return answer{}, err
		}
	}
	for _, a := range q.ChannelAffinity {
		if a.Channel == nil {
			return answer{}, invalid("A channel affinity needs a channel.")
		}
		if err := fix(a.Participant, *a.Channel); err != nil {
			return answer{}, err
		}
	}
	c, err := s.recordable(r.Service, q.CallConnectionID, q.CallLocator)
	if err != nil {
		return answer{}, err
	}
	t.call = c
	var body recordingAnswer
	err = c.act(r.Context(), func() error {
		var connected *connection
		for _, conn := range c.applications() {
			if conn.service.ImmutableID == t.service && (q.CallConnectionID == "" || conn.id == q.CallConnectionID) {
				connected = conn
			}
		}
		switch {
		case c.ended:
			return errCallGone
		case connected == nil || connected.state == stateConnecting:
			return errNotEstablished
		case c.tape != nil:
			return &failure{http.StatusBadRequest, "8553", "Only one recording of a given type is supported in a call."}
		}
		t.callID, t.began = connected.id, s.o.Clock.Now()
		if t.callback != "" {
			t.notices = s.startCallbacks(t.service)
		}
		if q.PauseOnStart {
			t.paused, t.since = true, t.began
		}
		s.mu.Lock()
		s.tapes[t.id] = t
		s.mu.Unlock()
		s.store(func(s *Server) error { return s.insertRecording(t) })
		t.open(0)
		c.tape = t
		t.changed()
		body = recordingAnswer{t.id, t.state(), recordingKind}
		return nil
	})
	if err != nil {
		return answer{}, err
	}
	return answer{http.StatusOK, body, func() {
		if t.notices != nil {
			t.notices.release()
		}
	}}, nil
}

// recordable finds the call that is to be recorded.
func (s *Server) recordable(service acs.Service, connectionID string, l *locator) (*call, error) {
	switch {
	case connectionID != "" && l != nil || connectionID == "" && l == nil:
		return nil, invalid("One of CallLocator and CallConnectionId is required.")
	case l != nil:
		return s.locate(service, *l, false)
	}
	s.mu.Lock()
	conn := s.connections[connectionID]
	s.mu.Unlock()
	if conn == nil || conn.service.ImmutableID != service.ImmutableID {
		return nil, errCallGone
	}
	return conn.call, nil
}

type recordingAnswer struct {
	RecordingID    string `json:"recordingId"`
	RecordingState string `json:"recordingState"`
	RecordingKind  string `json:"recordingKind"`
}

// onTape finds a recording that runs and has its call's goroutine run fn.
func (s *Server) onTape(r *acs.Request, id string, fn func(t *tape) (answer, error)) (answer, error) {
	s.mu.Lock()
	t := s.tapes[id]
	s.mu.Unlock()
	if t == nil || t.service != r.Service.ImmutableID {
		return answer{}, errRecordingGone
	}
	var a answer
	err := t.call.act(r.Context(), func() error {
		if t.call.tape != t {
			return errRecordingGone
		}
		var err error
		a, err = fn(t)
		return err
	})
	if err == errCallGone {
		err = errRecordingGone
	}
	return a, err
}

// getRecording is GET /calling/recordings/{id}.
func (s *Server) getRecording(r *acs.Request) (answer, error) {
	return s.onTape(r, r.PathValue("id"), func(t *tape) (answer, error) {
		return answer{status: http.StatusOK, body: recordingAnswer{t.id, t.state(), recordingKind}}, nil
	})
}

// stopRecording is DELETE /calling/recordings/{id}.
func (s *Server) stopRecording(r *acs.Request) (answer, error) {
	return s.onTape(r, r.PathValue("id"), func(t *tape) (answer, error) {
		t.stop("InitiatorLeft")
		return answer{status: http.StatusNoContent}, nil
	})
}

// pauseRecording and resumeRecording are POST /calling/recordings/{id}:pause and
// :resume.
func (s *Server) pauseRecording(r *acs.Request, id string) (answer, error) {
	return s.pausing(r, id, true)
}

func (s *Server) resumeRecording(r *acs.Request, id string) (answer, error) {
	return s.pausing(r, id, false)
}

func (s *Server) pausing(r *acs.Request, id string, paused bool) (answer, error) {
	return s.onTape(r, id, func(t *tape) (answer, error) {
		if !t.pause(paused) {
			return answer{}, &failure{http.StatusBadRequest, "8573", "The recording is in that state already."}
		}
		return answer{status: http.StatusAccepted}, nil
	})
}
