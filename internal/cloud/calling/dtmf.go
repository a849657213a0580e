package calling

import (
	"net/http"
	"slices"
	"time"

	"guichet/internal/cloud/acs"
)

// targeted is the body of the operations on one participant.
type targeted struct {
	operationOptions
	TargetParticipant *Identifier `json:"targetParticipant"`
	Tones             []string    `json:"tones"`
	PlaySourceInfo    *playSource `json:"playSourceInfo"`
}

func (q *targeted) read(s *Server, body []byte) (Identifier, error) {
	if err := decode(body, q); err != nil {
		return Identifier{}, err
	}
	if err := q.check(s); err != nil {
		return Identifier{}, err
	}
	if q.TargetParticipant == nil {
		return Identifier{}, invalid("The field TargetParticipant is required.")
	}
	target, err := q.TargetParticipant.known()
	if err != nil {
		return target, invalid(err.Error())
	}
	return target, nil
}

// continuous is the announcement of every tone that a party presses.
type continuous struct {
	options  operationOptions
	sequence int
}

type toneReceived struct {
	common
	SequenceID int    `json:"sequenceId"`
	Tone       string `json:"tone"`
}

// startContinuous is POST …:startContinuousDtmfRecognition.
func (s *Server) startContinuous(r *acs.Request, id string) (answer, error) {
	var q targeted
	target, err := q.read(s, r.Body)
	if err != nil {
		return answer{}, err
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		p, err := conn.leg(target)
		if err != nil {
			return answer{}, err
		}
		if conn.alone() {
			return answer{}, errMediaConflict
		}
		conn.continuous[p] = &continuous{options: q.operationOptions}
		return answer{status: http.StatusOK}, nil
	})
}

// stopContinuous is POST …:stopContinuousDtmfRecognition.
func (s *Server) stopContinuous(r *acs.Request, id string) (answer, error) {
	var q targeted
	target, err := q.read(s, r.Body)
	if err != nil {
		return answer{}, err
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		p, err := conn.leg(target)
		if err != nil {
			return answer{}, err
		}
		if conn.continuous[p] != nil {
			delete(conn.continuous, p)
			conn.send(q.OperationCallbackURI, "ContinuousDtmfRecognitionStopped", conn.result(q.OperationContext, success))
		}
		return answer{status: http.StatusOK}, nil
	})
}

// leg is a party of an established call that an operation is about.
func (conn *connection) leg(target Identifier) (*party, error) {
	if err := conn.established(); err != nil {
		return nil, err
	}
	p := conn.call.byRawID(target.RawID)
	if p == nil || p.conn == conn {
		return nil, errParticipantGone
	}
	return p, nil
}

// maxTones bounds sendDtmfTones, as documented.
const maxTones = 18

// sendTones is POST …:sendDtmfTones, to telephones only.
func (s *Server) sendTones(r *acs.Request, id string) (answer, error) {
	var q targeted
	target, err := q.read(s, r.Body)
	if err != nil {
		return answer{}, err
	}
	tones, err := readTones(q.Tones)
	if err != nil {
		return answer{}, err
	}
	if len(tones) == 0 || len(tones) > maxTones {
		return answer{}, invalid("The field Tones must have 1 to 18 items.")
	}
	if target.Kind != kindPhone {
		return answer{}, invalid("Tones are sent to phone numbers only.")
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		p, err := conn.leg(target)
		if err != nil {
			return answer{}, err
		}
		if p.line == nil {
			return answer{}, errNotSupported
		}
		if conn.alone() || len(conn.sending) > 0 {
			return answer{}, errMediaConflict
		}
		conn.sending = append(conn.sending, &sendingTones{q.operationOptions, p, tones, s.o.Clock.Now()})
		return answer{status: http.StatusAccepted, body: contextOnly{q.OperationContext}}, nil
	})
}

// toneGap is the time from one sent tone to the next.
const toneGap = 200 * time.Millisecond

// sendingTones are tones on their way to a telephone.
type sendingTones struct {
	options operationOptions
	target  *party
	tones   []string
	next    time.Time
}

// pressed is told of every tone that a party presses.
func (c *call) pressed(p *party, tone string) {
	now := c.s.o.Clock.Now()
	if !p.joined {
		return
	}
	for _, conn := range c.applications() {
		if p.conn == conn {
			continue
		}
		if conn.stream != nil {
			conn.stream.tone(tone)
		}
		conn.pressed(p, tone, now)
	}
}

func (conn *connection) pressed(p *party, tone string, now time.Time) {
	if k := conn.continuous[p]; k != nil {
		k.sequence++
		conn.send(k.options.OperationCallbackURI, "ContinuousDtmfRecognitionToneReceived",
			toneReceived{conn.result(k.options.OperationContext, success), k.sequence, tone})
	}
	for _, j := range conn.current() {
		if j.listen != nil && j.listen.target == p {
			j.listen.heard(tone, now)
		}
	}
}

// beat looks at what is due.
func (conn *connection) beat(now time.Time) {
	for _, j := range conn.current() {
		switch {
		case j.listen == nil:
		case !slices.Contains(conn.call.parties, j.listen.target):
			conn.finish(j, "Failed", failedSource{conn.result(j.options.OperationContext, Cause{400, 8502, "The participant has left the call."}), 0})
		default:
			j.listen.late(now)
		}
	}
	for _, t := range slices.Clone(conn.sending) {
		over, why := false, success
		switch {
		case !slices.Contains(conn.call.parties, t.target):
			over, why = true, errNotPresent
		case now.Before(t.next):
		case len(t.tones) == 0:
			over = true
		default:
			t.target.line.Tone(digits[t.tones[0]])
			t.tones, t.next = t.tones[1:], t.next.Add(toneGap)
		}
		if over {
			conn.sending = slices.DeleteFunc(conn.sending, func(o *sendingTones) bool { return o == t })
			kind := "SendDtmfTonesCompleted"
			if why.Code != 200 {
				kind = "SendDtmfTonesFailed"
			}
			conn.send(t.options.OperationCallbackURI, kind, conn.result(t.options.OperationContext, why))
		}
	}
}

// hold is POST …:hold: the participant hears the given music, or nothing, and is
// not heard. That the music is repeated is unverified.
func (s *Server) hold(r *acs.Request, id string) (answer, error) {
	var q targeted
	target, err := q.read(s, r.Body)
	if err != nil {
		return answer{}, err
	}
	if q.PlaySourceInfo != nil {
		if err := q.PlaySourceInfo.check(); err != nil {
			return answer{}, err
		}
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		p, err := conn.leg(target)
		if err != nil {
			return answer{}, err
		}
		p.held, p.holder, p.music = true, conn, nil
		if q.PlaySourceInfo != nil {
			c := conn.call
			s.work.Go(func() {
				sound, err := s.fetch(s.ctx, conn, *q.PlaySourceInfo)
				c.post(func() {
					switch {
					case !p.held || p.holder != conn || conn.state == stateDisconnected:
					case err != nil:
						p.held, p.music = false, nil
						conn.send(q.OperationCallbackURI, "HoldFailed", conn.result(q.OperationContext, cause(err)))
					default:
						p.music = &playing{sound: sound, loop: true}
					}
				})
			})
		}
		return answer{status: http.StatusOK}, nil
	})
}

// unhold is POST …:unhold.
func (s *Server) unhold(r *acs.Request, id string) (answer, error) {
	var q targeted
	target, err := q.read(s, r.Body)
	if err != nil {
		return answer{}, err
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		p, err := conn.leg(target)
		if err != nil {
			return answer{}, err
		}
		p.held, p.holder, p.music = false, nil, nil
		return answer{status: http.StatusOK}, nil
	})
}
