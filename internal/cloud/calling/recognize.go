package calling

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"guichet/internal/cloud/acs"
)

// listening is the recognition of digits that a party presses.
type listening struct {
	job    *job
	target *party
	// initial and gap are how long the first and each further tone may take.
	initial, gap time.Duration
	max          int
	stop         []string
	// interrupt says that a tone ends the prompt.
	interrupt bool

	tones []string
	// quiet says that the prompt is over, deadline when the wait is.
	quiet    bool
	deadline time.Time
}

// recognized is the data of RecognizeCompleted.
type recognized struct {
	common
	RecognitionType string     `json:"recognitionType"`
	DTMFResult      dtmfResult `json:"dtmfResult"`
}

type dtmfResult struct {
	Tones []string `json:"tones"`
}

// recognize is POST …:recognize.
func (s *Server) recognize(r *acs.Request, id string) (answer, error) {
	var q struct {
		operationOptions
		RecognizeInputType string       `json:"recognizeInputType"`
		PlayPrompt         *playSource  `json:"playPrompt"`
		PlayPrompts        []playSource `json:"playPrompts"`
		Interrupt          bool         `json:"interruptCallMediaOperation"`
		RecognizeOptions   *struct {
			TargetParticipant *Identifier `json:"targetParticipant"`
			InterruptPrompt   bool        `json:"interruptPrompt"`
			InitialSilence    *int        `json:"initialSilenceTimeoutInSeconds"`
			DTMFOptions       struct {
				InterTone *int     `json:"interToneTimeoutInSeconds"`
				MaxTones  *int     `json:"maxTonesToCollect"`
				StopTones []string `json:"stopTones"`
			} `json:"dtmfOptions"`
		} `json:"recognizeOptions"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	kind := strings.ToLower(q.RecognizeInputType)
	if !slices.Contains([]string{"dtmf", "speech", "speechordtmf", "choices"}, kind) {
		return answer{}, invalid("The field RecognizeInputType is invalid.")
	}
	o := q.RecognizeOptions
	if o == nil || o.TargetParticipant == nil {
		return answer{}, invalid("The field TargetParticipant is required.")
	}
	target, err := o.TargetParticipant.known()
	if err != nil {
		return answer{}, invalid(err.Error())
	}
	prompts := q.PlayPrompts
	if len(prompts) == 0 && q.PlayPrompt != nil {
		prompts = []playSource{*q.PlayPrompt}
	}
	if len(prompts) > maxSources {
		return answer{}, invalid("There are too many prompts.")
	}
	for i := range prompts {
		if err := prompts[i].check(); err != nil {
			return answer{}, err
		}
	}
	l := &listening{interrupt: o.InterruptPrompt}
	initial, gap, most := 5, 2, 1000
	for _, x := range []struct {
		name     string
		from     *int
		to       *int
		min, max int
	}{
		{"InitialSilenceTimeoutInSeconds", o.InitialSilence, &initial, 0, 300},
		{"InterToneTimeoutInSeconds", o.DTMFOptions.InterTone, &gap, 1, 60},
		{"MaxTonesToCollect", o.DTMFOptions.MaxTones, &most, 1, 1000},
	} {
		if x.from == nil {
			continue
		}
		if *x.from < x.min || *x.from > x.max {
			return answer{}, invalid("The field " + x.name + " is out of its range.")
		}
		*x.to = *x.from
	}
	l.initial, l.gap, l.max = time.Duration(initial)*time.Second, time.Duration(gap)*time.Second, most
	if l.stop, err = readTones(o.DTMFOptions.StopTones); err != nil {
		return answer{}, err
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		p := conn.call.byRawID(target.RawID)
		if p == nil || p.conn == conn {
			return answer{}, errParticipantGone
		}
		l.target = p
		j := &job{conn: conn, options: q.operationOptions, sources: prompts, listen: l}
		l.job = j
		if err := conn.begin(j, q.Interrupt); err != nil {
			return answer{}, err
		}
		if kind != "dtmf" {
			// Speech, and choices, are heard by a speech service, and there is none.
			conn.finish(j, "Failed", failedSource{conn.result(q.OperationContext, conn.speech()), 0})
		}
		return answer{status: http.StatusAccepted}, nil
	})
}

// promptOver begins the wait for the first tone, once.
func (l *listening) promptOver(now time.Time) {
	if l.quiet {
		return
	}
	l.quiet = true
	if len(l.tones) == 0 {
		l.deadline = now.Add(l.initial)
	}
}

// heard takes a tone that the target pressed.
func (l *listening) heard(tone string, now time.Time) {
	j := l.job
	if !l.quiet {
		if !l.interrupt && len(j.sources) > 0 {
			// Pressed into a prompt that is not to be interrupted: not an answer.
			return
		}
		l.quiet = true
	}
	if slices.Contains(l.stop, tone) {
		l.complete(Cause{200, 8514, "Action completed, stop tone detected."})
		return
	}
	l.tones = append(l.tones, tone)
	if len(l.tones) >= l.max {
		l.complete(Cause{200, 8531, "Action completed, max digits received."})
		return
	}
	l.deadline = now.Add(l.gap)
}

// late ends the wait when its time is over.
func (l *listening) late(now time.Time) {
	if !l.quiet || now.Before(l.deadline) {
		return
	}
	if len(l.tones) > 0 {
		// Newer documents have this as completed, older ones as failed.
		l.complete(Cause{400, 8532, "Action failed, inter-digit silence timeout reached."})
		return
	}
	why := Cause{400, 8510, "Action failed, initial silence timeout reached."}
	l.job.conn.finish(l.job, "Failed", failedSource{l.job.conn.result(l.job.options.OperationContext, why), 0})
}

func (l *listening) complete(why Cause) {
	conn := l.job.conn
	// Whether the stop tone is among the tones is unverified; it is not here.
	conn.finish(l.job, "Completed", recognized{
		conn.result(l.job.options.OperationContext, why), "dtmf", dtmfResult{append([]string{}, l.tones...)},
	})
}
