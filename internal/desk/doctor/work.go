package doctor

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// numbers compares the list of numbers with the resource's.
func (x *exam) numbers(ctx context.Context) {
	if x.unconnected() {
		return
	}
	if !x.keyGood {
		x.say(Skipped, "skipped.key")
		return
	}
	d, err := x.Numbers.Compare(ctx, x.current.ID)
	switch {
	case err != nil:
		x.trouble(err)
	case len(d.Missing)+len(d.Extra) > 0:
		if len(d.Missing) > 0 {
			x.say(Warning, "numbers.missing", "numbers", strings.Join(d.Missing, ", "))
		}
		if len(d.Extra) > 0 {
			x.say(Warning, "numbers.gone", "numbers", strings.Join(d.Extra, ", "))
		}
	default:
		x.say(OK, "numbers.ok", "count", strconv.Itoa(d.Owned))
	}
}

// texting looks for a number that can text.
func (x *exam) texting(ctx context.Context) {
	if x.unconnected() {
		return
	}
	list, err := x.Numbers.List(ctx)
	if err != nil {
		x.say(Failed, "desk.broken", "error", err.Error())
		return
	}
	attached, in, out := 0, 0, 0
	for _, n := range list {
		if n.Detached {
			continue
		}
		attached++
		if n.SMSInbound {
			in++
		}
		if n.SMSOutbound {
			out++
		}
	}
	switch {
	case attached == 0:
		x.say(Warning, "texting.noNumber")
	case in == 0 && out == 0:
		x.say(Warning, "texting.none")
	default:
		x.say(OK, "texting.ok", "in", strconv.Itoa(in), "out", strconv.Itoa(out))
	}
}

// deadWithin is how far back given-up work matters.
const deadWithin = 7 * 24 * time.Hour

func (x *exam) jobs(ctx context.Context) {
	now := x.Clock.Now()
	b, err := x.Queue.Backlog(ctx, now.Add(-deadWithin), now.Add(-waitsTooLong))
	if err != nil {
		x.say(Failed, "desk.broken", "error", err.Error())
		return
	}
	if b.Late > 0 {
		x.say(Failed, "jobs.late", "count", strconv.Itoa(b.Late))
	}
	if b.Dead > 0 {
		x.say(Warning, "jobs.dead", "count", strconv.Itoa(b.Dead), "job", b.Kind, "error", b.LastError)
	}
	if b.Late+b.Dead == 0 {
		x.say(OK, "jobs.ok")
	}
}
