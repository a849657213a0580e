package calling

import (
	"net/http"
	"slices"
	"time"

	"guichet/internal/cloud/acs"
	"guichet/internal/platform/audio"
)

// job is a media operation of a connection: it fetches its sources, plays them,
// and may then listen for digits.
type job struct {
	conn    *connection
	options operationOptions
	sources []playSource
	loop    bool
	// to is who hears it alone; nil is everybody.
	to []*party
	// listen is the recognition that follows, or accompanies, the prompt.
	listen *listening

	// fetched says that sounds are all there; started that the first was begun.
	fetched, started bool
	sounds           [][]int16
	index            int
	now              *playing
	cancelled        bool
	// single says that the job is for one leg of the call; those do not queue.
	single bool
}

// kind is Play or Recognize, as the events are named.
func (j *job) kind() string {
	if j.listen != nil {
		return "Recognize"
	}
	return "Play"
}

// failedSource is the data of PlayFailed and RecognizeFailed.
type failedSource struct {
	common
	FailedPlaySourceIndex int `json:"failedPlaySourceIndex"`
}

// maxJobs bounds the media operations of a connection that wait or run.
const maxJobs = 100

// play is POST …:play.
func (s *Server) play(r *acs.Request, id string) (answer, error) {
	var q struct {
		operationOptions
		PlaySources []playSource `json:"playSources"`
		PlayTo      []Identifier `json:"playTo"`
		Interrupt   bool         `json:"interruptCallMediaOperation"`
		PlayOptions struct {
			Loop bool `json:"loop"`
		} `json:"playOptions"`
	}
	if err := decode(r.Body, &q); err != nil {
		return answer{}, err
	}
	if err := q.check(s); err != nil {
		return answer{}, err
	}
	if len(q.PlaySources) == 0 || len(q.PlaySources) > maxSources {
		return answer{}, invalid("The field PlaySources must have at least one item.")
	}
	for i := range q.PlaySources {
		if err := q.PlaySources[i].check(); err != nil {
			return answer{}, err
		}
	}
	var targets []Identifier
	if len(q.PlayTo) > 0 {
		var err error
		if targets, err = knownAll("PlayTo", q.PlayTo); err != nil {
			return answer{}, err
		}
	}
	return s.on(r, id, func(conn *connection) (answer, error) {
		j := &job{conn: conn, options: q.operationOptions, sources: q.PlaySources, loop: q.PlayOptions.Loop}
		for _, t := range targets {
			p := conn.call.byRawID(t.RawID)
			if p == nil || p.conn == conn {
				return answer{}, errParticipantGone
			}
			j.to = append(j.to, p)
		}
		return answer{status: http.StatusAccepted}, conn.begin(j, q.Interrupt)
	})
}

// begin queues a job. Jobs for everybody, and recognition in a call of two, follow
// each other; of the jobs for one leg there is one at a time.
func (conn *connection) begin(j *job, interrupt bool) error {
	if err := conn.established(); err != nil {
		return err
	}
	if interrupt {
		conn.cancelJobs()
	}
	if len(conn.jobs) >= maxJobs {
		return errMediaConflict
	}
	j.single = j.to != nil || j.listen != nil && len(conn.others()) > 1
	if j.single && (conn.alone() || len(conn.sending) > 0) {
		return errMediaConflict
	}
	conn.jobs = append(conn.jobs, j)
	c := conn.call
	if len(j.sources) == 0 {
		j.fetched = true
		return nil
	}
	conn.s.work.Go(func() {
		var why error
		failed := 0
		for i, source := range j.sources {
			sound, err := conn.s.fetch(conn.s.ctx, conn, source)
			if err != nil {
				why, failed = err, i
				break
			}
			// Only the job's own goroutine and, after it, the call's have the sounds.
			j.sounds = append(j.sounds, sound)
		}
		c.post(func() {
			if j.cancelled {
				return
			}
			// Whoever has answered already does not need the prompt.
			if why != nil && (j.listen == nil || !j.listen.quiet) {
				result := cause(why)
				if j.listen != nil {
					// A recognition whose prompt cannot be played has a subcode of its own.
					result = Cause{500, 8511, result.Message}
					if cause(why).SubCode == 8565 {
						result = cause(why)
					}
				}
				conn.finish(j, "Failed", failedSource{conn.result(j.options.OperationContext, result), failed})
				return
			}
			j.fetched = true
		})
	})
	return nil
}

// alone says whether a job for one leg is under way.
func (conn *connection) alone() bool {
	return slices.ContainsFunc(conn.jobs, func(o *job) bool { return o.single })
}

// finish ends a job with its last event.
func (conn *connection) finish(j *job, outcome string, data any) {
	j.cancelled = true
	conn.jobs = slices.DeleteFunc(conn.jobs, func(o *job) bool { return o == j })
	conn.send(j.options.OperationCallbackURI, j.kind()+outcome, data)
}

// cancelJobs ends every media operation, each with an event.
func (conn *connection) cancelJobs() {
	for _, j := range slices.Clone(conn.jobs) {
		conn.finish(j, "Canceled", conn.result(j.options.OperationContext, causeStopped))
	}
}

// cancelMedia is POST …:cancelAllMediaOperations.
func (s *Server) cancelMedia(r *acs.Request, id string) (answer, error) {
	return s.on(r, id, func(conn *connection) (answer, error) {
		if err := conn.established(); err != nil {
			return answer{}, err
		}
		conn.cancelJobs()
		return answer{status: http.StatusAccepted}, nil
	})
}

// current are the jobs whose turn it is: the first of those for everybody, and
// those for one leg. Their files may still be on their way.
func (conn *connection) current() []*job {
	var list []*job
	main := false
	for _, j := range conn.jobs {
		if !j.single {
			if main {
				continue
			}
			main = true
		}
		list = append(list, j)
	}
	return list
}

// say adds what the application has its call hear: to everybody by to, to single
// parties by their extra.
func (conn *connection) say(now time.Time, to *audio.Frame) {
	if conn.stream != nil {
		conn.stream.say(now, to)
	}
	for _, j := range conn.current() {
		if !j.fetched {
			continue
		}
		f := j.frame(now)
		if f == nil {
			continue
		}
		if targets := j.hearers(); targets != nil {
			for _, p := range targets {
				add(&p.extra, f)
			}
			continue
		}
		add(to, f)
	}
	for _, p := range conn.call.parties {
		if p.held && p.holder == conn && p.music != nil {
			if f := p.music.next(); f != nil {
				p.extra = *f
			}
		}
	}
}

// hearers are who hears the job alone, nil when everybody does. The prompt of a
// recognition is for who is to answer.
func (j *job) hearers() []*party {
	if j.listen != nil {
		return []*party{j.listen.target}
	}
	return j.to
}

// frame is the job's next 20 ms; at the end of its sources it goes on as its kind
// wants.
func (j *job) frame(now time.Time) *audio.Frame {
	if !j.started {
		j.started = true
		if j.listen == nil {
			j.conn.send(j.options.OperationCallbackURI, "PlayStarted", j.conn.result(j.options.OperationContext, success))
		}
	}
	if j.listen != nil && j.listen.quiet {
		return nil
	}
	for {
		if j.now == nil && j.index < len(j.sounds) {
			j.now = &playing{sound: j.sounds[j.index]}
		}
		if j.now == nil {
			break
		}
		if f := j.now.next(); f != nil {
			return f
		}
		j.now = nil
		j.index++
		if j.loop && j.index == len(j.sounds) && j.length() > 0 {
			j.index = 0
		}
	}
	if j.listen != nil {
		j.listen.promptOver(now)
	} else if !j.cancelled {
		j.conn.finish(j, "Completed", j.conn.result(j.options.OperationContext, success))
	}
	return nil
}

// length is how many samples the sources have.
func (j *job) length() int {
	n := 0
	for _, sound := range j.sounds {
		n += len(sound)
	}
	return n
}
