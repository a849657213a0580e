package sms

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	acssms "guichet/acs/sms"
	"guichet/internal/desk/conversation"
	"guichet/internal/platform/jobs"
)

// SendKind is the kind of the jobs that send texts; their payload is the id of
// the message.
const SendKind = "sms.send"

// ClientSource gives the client of the connected resource.
type ClientSource func(ctx context.Context) (*acssms.Client, error)

// schedule of a send that fails for a passing reason. A text that waits for a
// rotated key to be pasted goes out when it is.
var schedule = []time.Duration{
	time.Second, time.Second, 2 * time.Second, 2 * time.Second, 5 * time.Second, 5 * time.Second, 5 * time.Second,
	10 * time.Second, 10 * time.Second, 10 * time.Second, 30 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute,
	10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// Kind is how a text is sent.
func (s *SMS) Kind() jobs.Kind {
	return jobs.Kind{Handler: s.send, Dead: s.giveUp, Schedule: schedule, Concurrency: 8, Lease: time.Minute}
}

// Reply stores an agent's text and enqueues its sending in one transaction.
func (s *SMS) Reply(ctx context.Context, r conversation.Reply) (*conversation.Change, error) {
	change, err := s.conversations.Reply(ctx, r, func(tx *sql.Tx, c conversation.Conversation, m conversation.Message) error {
		return jobs.Enqueue(ctx, tx, s.clock.Now(), jobs.Job{Kind: SendKind, Key: m.ID, Lane: "sms/" + c.ID, Payload: m.ID})
	})
	if err != nil {
		return nil, err
	}
	s.wake()
	s.publish.Changed(change)
	return change, nil
}

// UseQueue has Reply wake the queue that runs its jobs.
func (s *SMS) UseQueue(q *jobs.Queue) { s.wake = q.Wake }

// send hands one text to the resource. The message's id is the repeatability id,
// so that a try after a crash cannot send it twice.
func (s *SMS) send(ctx context.Context, job jobs.Job) (jobs.Done, error) {
	c, m, err := s.conversations.Text(ctx, job.Payload)
	if err != nil {
		return jobs.Done{}, err
	}
	if m.Delivery != conversation.Queued {
		return jobs.Done{}, nil
	}
	client, err := s.client(ctx)
	if err != nil {
		return jobs.Done{}, err
	}
	res, err := client.Send(ctx, c.Number,
		[]acssms.Recipient{{To: c.Phone, RepeatabilityRequestID: m.ID, RepeatabilityFirstSent: m.At}},
		m.Text, &acssms.SendOptions{EnableDeliveryReport: true})
	if answer, ok := errors.AsType[*azcore.ResponseError](err); ok {
		if answer.StatusCode == http.StatusUnauthorized || answer.StatusCode == http.StatusForbidden {
			s.key(ctx, false)
		}
	}
	if err != nil {
		return jobs.Done{}, judge(err)
	}
	s.key(ctx, true)
	if len(res.Value) != 1 {
		return jobs.Done{}, fmt.Errorf("send: %d results for one recipient", len(res.Value))
	}
	result := res.Value[0]
	if err := result.Err(); err != nil {
		return jobs.Done{}, judge(err)
	}
	var changes []*conversation.Change
	return jobs.Done{
		Write: func(tx *sql.Tx) error {
			// The handler's context ends with its lease; what was sent is written all
			// the same.
			ctx := context.WithoutCancel(ctx)
			sent, err := s.conversations.Advance(ctx, tx, conversation.Progress{
				MessageID: m.ID, ProviderID: result.MessageID, Delivery: conversation.Sent,
			})
			if err != nil {
				return err
			}
			changes = []*conversation.Change{sent}
			report, early, err := kept(ctx, tx, result.MessageID)
			if err != nil || !early {
				return err
			}
			change, err := s.conversations.Advance(ctx, tx, report.progress())
			changes = append(changes, change)
			return err
		},
		AfterCommit: func() {
			for _, change := range changes {
				s.publish.Changed(change)
			}
		},
	}, nil
}

// refusal is the service's final answer to a text.
type refusal struct {
	code, reason string
}

func (r *refusal) Error() string { return "refused: " + r.code + " " + r.reason }

// judge tells what cannot succeed by trying again from what may.
func judge(err error) error {
	if r, ok := errors.AsType[*acssms.RecipientError](err); ok {
		if r.StatusCode >= 400 && r.StatusCode < 500 && r.StatusCode != http.StatusTooManyRequests && r.StatusCode != http.StatusRequestTimeout {
			return jobs.Permanent(&refusal{strconv.Itoa(r.StatusCode), r.Message})
		}
		return err
	}
	if r, ok := errors.AsType[*azcore.ResponseError](err); ok {
		// The error's own text holds the request's numbers: it is not passed on.
		said := fmt.Errorf("the resource answered %d %s", r.StatusCode, r.ErrorCode)
		if r.StatusCode == http.StatusBadRequest || r.StatusCode == http.StatusUnprocessableEntity {
			return jobs.Permanent(&refusal{strconv.Itoa(r.StatusCode), said.Error()})
		}
		return said
	}
	return err
}

// giveUp marks a text that will not be sent.
func (s *SMS) giveUp(job jobs.Job, cause error) jobs.Done {
	p := conversation.Progress{MessageID: job.Payload, Delivery: conversation.Failed, Reason: cause.Error()}
	if r, ok := errors.AsType[*refusal](cause); ok {
		p.Code, p.Reason = r.code, r.reason
	}
	var change *conversation.Change
	return jobs.Done{
		Write: func(tx *sql.Tx) (err error) {
			change, err = s.conversations.Advance(context.Background(), tx, p)
			return err
		},
		AfterCommit: func() { s.publish.Changed(change) },
	}
}
