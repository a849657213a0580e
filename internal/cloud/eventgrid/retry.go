package eventgrid

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// azureSchedule is the gaps between attempts; the last one repeats.
var azureSchedule = []time.Duration{
	10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// Outcomes of an attempt, in the words of lastDeliveryOutcome.
const (
	outcomeDelivered    = "Delivered"
	outcomeBadRequest   = "BadRequest"
	outcomeUnauthorized = "Unauthorized"
	outcomeForbidden    = "Forbidden"
	outcomeTooLarge     = "PayloadTooLarge"
	outcomeNotFound     = "NotFound"
	outcomeTimedOut     = "TimedOut"
	outcomeBusy         = "Busy"
	outcomeSocket       = "SocketError"
	outcomeResolution   = "ResolutionError"
	outcomeAborted      = "Aborted"
)

// verdict is what an answer means for the event.
type verdict struct {
	outcome string
	// final answers are not retried.
	final bool
	// atLeast is the shortest wait before the next attempt.
	atLeast time.Duration
}

// judge applies the table of statuses. Success is 200 to 204 and nothing else;
// redirects are not followed and count as failures.
func judge(status int) verdict {
	switch {
	case status >= 200 && status <= 204:
		return verdict{outcome: outcomeDelivered, final: true}
	case status == http.StatusBadRequest:
		return verdict{outcome: outcomeBadRequest, final: true}
	case status == http.StatusUnauthorized:
		return verdict{outcome: outcomeUnauthorized, final: true}
	case status == http.StatusForbidden:
		return verdict{outcome: outcomeForbidden, final: true}
	case status == http.StatusRequestEntityTooLarge:
		return verdict{outcome: outcomeTooLarge, final: true}
	case status == http.StatusNotFound:
		return verdict{outcome: outcomeNotFound, atLeast: 5 * time.Minute}
	case status == http.StatusRequestTimeout:
		return verdict{outcome: outcomeTimedOut, atLeast: 2 * time.Minute}
	case status == http.StatusServiceUnavailable:
		return verdict{outcome: outcomeBusy, atLeast: 30 * time.Second}
	case status == http.StatusTooManyRequests:
		return verdict{outcome: outcomeBusy}
	}
	return verdict{outcome: outcomeAborted}
}

// judgeError is judge for an attempt without an answer.
func judgeError(err error) verdict {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return verdict{outcome: outcomeResolution}
	}
	if timeout, ok := errors.AsType[net.Error](err); (ok && timeout.Timeout()) || errors.Is(err, context.DeadlineExceeded) {
		return verdict{outcome: outcomeTimedOut}
	}
	return verdict{outcome: outcomeSocket}
}

// wait is the time from an attempt, the n-th, to the next one: the schedule's
// gap, at least what the status demands (with a schedule of one's own that part
// does not apply), and a little more at random.
func (b *Broker) wait(n int, v verdict) time.Duration {
	gap := b.schedule[min(n, len(b.schedule))-1]
	if &b.schedule[0] == &azureSchedule[0] {
		gap = max(gap, v.atLeast)
	}
	return gap + rand.N(min(gap/10, 3*time.Second)+1)
}
