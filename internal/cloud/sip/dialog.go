package sip

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/calling"
	"guichet/internal/platform/audio"
)

const (
	// requestWithin bounds a request within a dialog.
	requestWithin = 5 * time.Second
	// deadAfter is for how long a peer that should send may be silent before its call
	// is given up: it has gone without a word.
	deadAfter = 5 * time.Minute
	// rehang is how often a far end that has gone is said to have hung up, until the
	// call server, which may not have taken the leg yet, says that it is over.
	rehang = 100 * time.Millisecond
)

// session is a dialog of the library, on either side.
type session interface {
	Context() context.Context
	Bye(ctx context.Context) error
	ReadBye(req *sipmsg.Request, tx sipmsg.ServerTransaction) error
	ReadRequest(req *sipmsg.Request, tx sipmsg.ServerTransaction) error
	Do(ctx context.Context, req *sipmsg.Request) (*sipmsg.Response, error)
}

var (
	_ session = (*sipgo.DialogServerSession)(nil)
	_ session = (*sipgo.DialogClientSession)(nil)
)

// dialog is a call with a peer; to the call server it is a line.
type dialog struct {
	t       *Trunk
	key     string
	session session
	voice   *voice
	leg     *calling.Leg

	answered chan struct{}
	over     chan struct{}
	why      calling.Cause

	// acks get the CSeq of ACKs, for those who wait for them.
	mu   sync.Mutex
	acks map[uint32]chan []byte
	once sync.Once
	// referring says that a transfer is under way; told is what it still has to say.
	referring atomic.Bool
	told      sync.WaitGroup
}

func (t *Trunk) newDialog(v *voice) *dialog {
	return &dialog{t: t, voice: v, answered: make(chan struct{}), over: make(chan struct{}), acks: map[uint32]chan []byte{}}
}

// Answered implements calling.Line.
func (d *dialog) Answered() { close(d.answered) }

// Play implements calling.Line.
func (d *dialog) Play(f *audio.Frame) { d.voice.play(f) }

// Tone implements calling.Line.
func (d *dialog) Tone(digit byte) { d.voice.tone(digit) }

// HungUp implements calling.Line.
func (d *dialog) HungUp(c calling.Cause) {
	d.once.Do(func() {
		d.why = c
		close(d.over)
	})
}

// run starts what reads the peer's sound.
func (d *dialog) run() {
	d.t.work.Go(d.voice.read)
	d.t.work.Go(d.voice.press)
}

// close gives back what the dialog holds.
func (d *dialog) close() {
	d.t.forget(d)
	_ = d.voice.conn.Close()
}

// tend keeps an answered call until one side ends it.
func (d *dialog) tend() {
	defer d.close()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-d.over:
			d.bye()
			return
		case <-d.session.Context().Done():
			d.gone()
			return
		case <-d.t.stopping:
			d.gone()
			d.bye()
			return
		case <-ticker.C:
			if d.voice.silentFor() > deadAfter {
				d.leg.HangUp()
			}
		}
	}
}

// gone tells the call server that the far end is not there any more.
func (d *dialog) gone() {
	ticker := time.NewTicker(rehang)
	defer ticker.Stop()
	limit := time.NewTimer(requestWithin)
	defer limit.Stop()
	for {
		d.leg.HangUp()
		select {
		case <-d.over:
			return
		case <-limit.C:
			return
		case <-ticker.C:
		}
	}
}

func (d *dialog) bye() {
	// Who asked for a transfer is to know what became of it.
	d.told.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), requestWithin)
	defer cancel()
	if err := d.session.Bye(ctx); err != nil {
		d.t.o.Log.Debug("sip.bye", "error", err)
	}
}

// acknowledged waits for the ACK of a CSeq; the function must be got before the
// 200 is sent.
func (d *dialog) acknowledged(cseq uint32) (<-chan []byte, func()) {
	c := make(chan []byte, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.acks[cseq] = c
	return c, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.acks, cseq)
	}
}

func (d *dialog) ack(req *sipmsg.Request) {
	d.mu.Lock()
	c := d.acks[req.CSeq().SeqNo]
	d.mu.Unlock()
	if c != nil {
		select {
		case c <- req.Body():
		default:
		}
	}
}

// answerWithin is for how long a 200 is repeated that nobody acknowledges: 64·T1.
const answerWithin = 32 * time.Second

// confirm sends a 200 to a re-INVITE until it is acknowledged, and returns what
// the ACK brought.
func (d *dialog) confirm(res *sipmsg.Response, cseq uint32, tx sipmsg.ServerTransaction) ([]byte, bool) {
	acks, done := d.acknowledged(cseq)
	defer done()
	limit := time.NewTimer(answerWithin)
	defer limit.Stop()
	gap := sipmsg.T1
	for {
		if err := tx.Respond(res); err != nil {
			return nil, false
		}
		again := time.NewTimer(gap)
		select {
		case body := <-acks:
			again.Stop()
			return body, true
		case <-again.C:
			gap = min(2*gap, sipmsg.T2)
		case <-limit.C:
			again.Stop()
			return nil, false
		case <-d.over:
			again.Stop()
			return nil, true
		}
	}
}

// reinvite answers an INVITE within the dialog: hold, resume, another address or
// encoding.
func (d *dialog) reinvite(req *sipmsg.Request, tx sipmsg.ServerTransaction) {
	if err := d.session.ReadRequest(req, tx); err != nil {
		d.t.respond(req, tx, sipmsg.StatusInternalServerError, "The sequence number is not the next")
		return
	}
	var body []byte
	late := len(req.Body()) == 0
	if late {
		body = d.voice.offered()
	} else {
		offered, err := parseSDP(req.Body())
		if err == nil {
			body, err = d.voice.accept(offered)
		}
		if err != nil {
			// The call goes on as it was.
			d.t.respond(req, tx, sipmsg.StatusNotAcceptableHere, "Not Acceptable Here")
			return
		}
	}
	res := sipmsg.NewSDPResponseFromRequest(req, body)
	res.AppendHeader(d.t.contactFor(req.Transport(), req.Source()))
	answer, ok := d.confirm(res, req.CSeq().SeqNo, tx)
	if !ok {
		d.leg.HangUp()
		return
	}
	if late && len(answer) > 0 {
		if said, err := parseSDP(answer); err == nil {
			if err := d.voice.agreed(said); err != nil {
				d.t.o.Log.Debug("sip.answer", "error", err)
			}
		}
	}
}
