package calling

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"guichet/internal/cloud/azerror"
	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
)

// Bounds of the control API.
const (
	maxControl = 64 << 10
	maxSaying  = 5 * time.Minute
	maxWAV     = 64 << 20
)

// CallView is a call as the control API shows it.
type CallView struct {
	ServerCallID  string           `json:"serverCallId"`
	CorrelationID string           `json:"correlationId"`
	StartedAt     time.Time        `json:"startedAt"`
	Participants  []participant    `json:"participants"`
	Ringing       []Identifier     `json:"ringing"`
	Connections   []ConnectionView `json:"connections"`
}

// ConnectionView is an application's part in a call.
type ConnectionView struct {
	CallConnectionID string `json:"callConnectionId"`
	State            string `json:"state"`
}

// view runs in the call's goroutine.
func (c *call) view() CallView {
	v := CallView{
		ServerCallID: c.id, CorrelationID: c.correlationID, StartedAt: c.startedAt, Participants: c.participants(),
		Ringing: []Identifier{}, Connections: []ConnectionView{},
	}
	for _, inv := range c.invitations {
		v.Ringing = append(v.Ringing, inv.target)
	}
	for _, conn := range c.applications() {
		v.Connections = append(v.Connections, ConnectionView{conn.id, conn.state})
	}
	return v
}

// notify tells the pages that a call changed; it runs in the call's goroutine.
func (s *Server) notify(c *call) {
	s.tell(Topic, map[string]any{"type": "call", "ended": c.ended, "call": c.view()})
}

func (s *Server) tell(topic string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic("calling: a notice that is not JSON: " + err.Error())
	}
	s.o.Hub.Publish(topic, data)
}

// notify tells the pages, and the handset of the number, that a leg changed.
func (l *virtualLine) notify() {
	notice := map[string]any{"type": "leg", "leg": l.view()}
	l.v.s.tell(Topic, notice)
	if number, ok := strings.CutPrefix(l.raw, "4:"); ok && l.v.s.o.CustomerTopic != nil {
		l.v.s.tell(l.v.s.o.CustomerTopic(number), notice)
	}
}

// Routes adds the control API below /_guichet/calls. It asks for no sign-in.
func (s *Server) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /_guichet/calls", s.listCalls)
	mux.HandleFunc("POST /_guichet/calls", s.placeCall)
	mux.HandleFunc("GET /_guichet/calls/phones", s.listPhones)
	mux.HandleFunc("PUT /_guichet/calls/phones/{raw}", s.putPhone)
	mux.HandleFunc("DELETE /_guichet/calls/phones/{raw}", s.deletePhone)
	mux.HandleFunc("GET /_guichet/calls/legs", s.listLegs)
	leg := func(pattern string, h func(w http.ResponseWriter, r *http.Request, l *virtualLine)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			l := s.phones.line(r.PathValue("id"))
			if l == nil {
				azerror.Write(w, http.StatusNotFound, "NotFound", "There is no such leg.")
				return
			}
			h(w, r, l)
		})
	}
	leg("GET /_guichet/calls/legs/{id}", func(w http.ResponseWriter, _ *http.Request, l *virtualLine) {
		azerror.WriteJSON(w, http.StatusOK, l.view())
	})
	leg("POST /_guichet/calls/legs/{id}/say", s.say)
	leg("POST /_guichet/calls/legs/{id}/press", s.press)
	leg("GET /_guichet/calls/legs/{id}/heard", s.heard)
	leg("POST /_guichet/calls/legs/{id}/hangup", func(w http.ResponseWriter, _ *http.Request, l *virtualLine) {
		l.leg.HangUp()
		w.WriteHeader(http.StatusNoContent)
	})
}

func badRequest(w http.ResponseWriter, message string) {
	azerror.Write(w, http.StatusBadRequest, "BadRequest", message)
}

// readControl reads one JSON object and refuses fields that it does not know.
func readControl(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControl))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		badRequest(w, "The body is not the JSON that is expected: "+err.Error())
		return false
	}
	return true
}

func (s *Server) listCalls(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	calls := make([]*call, 0, len(s.calls))
	for _, c := range s.calls {
		calls = append(calls, c)
	}
	s.mu.Unlock()
	items := []CallView{}
	for _, c := range calls {
		// A call that has just ended is left out.
		_ = c.act(r.Context(), func() error {
			items = append(items, c.view())
			return nil
		})
	}
	slices.SortFunc(items, func(a, b CallView) int { return a.StartedAt.Compare(b.StartedAt) })
	azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": items})
}

// address is the identifier of who a control call means: a number or a raw id.
func address(text string) (Identifier, error) {
	if strings.HasPrefix(text, "+") {
		return Number(text).known()
	}
	id, err := ByRawID(text).known()
	if err == nil && id.Kind != kindPhone && id.Kind != kindUser {
		err = errIdentifier
	}
	return id, err
}

// placeCall is POST /_guichet/calls: a virtual phone calls.
func (s *Server) placeCall(w http.ResponseWriter, r *http.Request) {
	var in struct {
		From        string            `json:"from"`
		To          string            `json:"to"`
		Name        string            `json:"name"`
		SIPHeaders  map[string]string `json:"sipHeaders"`
		VoIPHeaders map[string]string `json:"voipHeaders"`
		// RingMS is when the caller gives up.
		RingMS int `json:"ringMs"`
	}
	if !readControl(w, r, &in) {
		return
	}
	from, err := address(in.From)
	var to Identifier
	if err == nil {
		to, err = address(in.To)
	}
	if err == nil && from.RawID == to.RawID {
		err = errors.New("a phone cannot call itself")
	}
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	if in.RingMS < 0 || in.RingMS > int(time.Hour/time.Millisecond) {
		badRequest(w, "ringMs must be from 0 to an hour")
		return
	}
	l := s.phones.dial(Offer{From: from, To: to, Name: in.Name, SIP: in.SIPHeaders, VoIP: in.VoIPHeaders},
		time.Duration(in.RingMS)*time.Millisecond)
	azerror.WriteJSON(w, http.StatusCreated, l.view())
}

func (s *Server) listPhones(w http.ResponseWriter, _ *http.Request) {
	s.phones.mu.Lock()
	items := map[string]Behaviour{}
	for raw, b := range s.phones.behaviours {
		items[raw] = b
	}
	s.phones.mu.Unlock()
	azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": items})
}

// putPhone is PUT /_guichet/calls/phones/{number or raw id}.
func (s *Server) putPhone(w http.ResponseWriter, r *http.Request) {
	id, err := address(r.PathValue("raw"))
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	var b Behaviour
	if !readControl(w, r, &b) {
		return
	}
	if !slices.Contains([]string{doesAnswer, doesBusy, doesDecline, doesNothing}, b.Does) || b.AfterMS < 0 || b.AfterMS > int(time.Hour/time.Millisecond) {
		badRequest(w, "does must be answer, busy, decline or ring; afterMs from 0 to an hour")
		return
	}
	s.phones.mu.Lock()
	s.phones.behaviours[id.RawID] = b
	s.phones.mu.Unlock()
	azerror.WriteJSON(w, http.StatusOK, b)
}

func (s *Server) deletePhone(w http.ResponseWriter, r *http.Request) {
	id, err := address(r.PathValue("raw"))
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	s.phones.mu.Lock()
	delete(s.phones.behaviours, id.RawID)
	s.phones.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) listLegs(w http.ResponseWriter, _ *http.Request) {
	items := []LegView{}
	for _, l := range s.phones.list() {
		items = append(items, l.view())
	}
	azerror.WriteJSON(w, http.StatusOK, map[string]any{"items": items})
}

// say is POST …/say with a WAV file: the phone says it, after what it is saying.
func (s *Server) say(w http.ResponseWriter, r *http.Request, l *virtualLine) {
	sound, err := wav.Load(http.MaxBytesReader(w, r.Body, maxWAV), maxSaying)
	if err != nil {
		badRequest(w, "The body is not a WAV file of at most five minutes: "+err.Error())
		return
	}
	l.mu.Lock()
	over := l.state == "ended"
	if !over && len(l.say)+len(sound) <= int(maxSaying.Seconds())*audio.SampleRate {
		l.say = append(l.say, sound...)
	}
	l.mu.Unlock()
	if over {
		azerror.Write(w, http.StatusConflict, "Conflict", "The leg is over.")
		return
	}
	azerror.WriteJSON(w, http.StatusOK, l.view())
}

// press is POST …/press: the phone presses keys, one every gapMs (100).
func (s *Server) press(w http.ResponseWriter, r *http.Request, l *virtualLine) {
	in := struct {
		Digits string `json:"digits"`
		GapMS  int    `json:"gapMs"`
	}{GapMS: 100}
	if !readControl(w, r, &in) {
		return
	}
	if len(in.Digits) == 0 || len(in.Digits) > 100 || in.GapMS < 0 || in.GapMS > 60_000 {
		badRequest(w, "digits must be 1 to 100 keys, gapMs from 0 to a minute")
		return
	}
	for i := range len(in.Digits) {
		if _, ok := toneOf(in.Digits[i]); !ok {
			badRequest(w, "digits are 0-9, *, #, A-D")
			return
		}
	}
	for i := range len(in.Digits) {
		if i > 0 && in.GapMS > 0 {
			timer, stop := s.o.Clock.After(time.Duration(in.GapMS) * time.Millisecond)
			select {
			case <-timer:
			case <-r.Context().Done():
			}
			stop()
		}
		l.leg.Press(in.Digits[i])
	}
	w.WriteHeader(http.StatusNoContent)
}

// heard is GET …/heard: what the phone heard since it was connected, as WAV.
func (s *Server) heard(w http.ResponseWriter, _ *http.Request, l *virtualLine) {
	l.mu.Lock()
	sound := slices.Clone(l.heard)
	l.mu.Unlock()
	file := &memory{}
	out, err := wav.NewWriter(file, audio.SampleRate, 1)
	if err == nil {
		err = errors.Join(out.Write(sound), out.Close())
	}
	if err != nil {
		azerror.Write(w, http.StatusInternalServerError, "InternalServerError", err.Error())
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	_, _ = w.Write(file.data)
}

// memory is a file in memory.
type memory struct {
	data []byte
	at   int
}

// Write implements io.Writer.
func (m *memory) Write(p []byte) (int, error) {
	if more := m.at + len(p) - len(m.data); more > 0 {
		m.data = append(m.data, make([]byte, more)...)
	}
	m.at += copy(m.data[m.at:], p)
	return len(p), nil
}

// Seek implements io.Seeker.
func (m *memory) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += int64(m.at)
	case io.SeekEnd:
		offset += int64(len(m.data))
	}
	m.at = int(offset)
	return offset, nil
}
