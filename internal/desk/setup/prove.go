package setup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	acssms "guichet/acs/sms"
	"guichet/eventgrid"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/problem"
)

// testText is the text that proves the way, sent at most once a run.
type testText struct {
	id, providerID, from string
	at                   time.Time
}

// sendTest sends one real text and waits until its delivery report has come back
// through the webhook. A system topic takes no events from outside, so that
// without a number the handshakes are the proof.
func (a *automatic) sendTest(ctx context.Context) (f found, err error) {
	to := a.run.TestNumber
	switch {
	case to == "":
		return found{state: Right, note: note("provision.test.none")}, nil
	case a.run.DryRun:
		return would("provision.would.test", "number", to), nil
	}
	if a.test.providerID == "" {
		if err := a.textTo(ctx, to); err != nil || a.test.from == "" {
			return found{state: Right, note: note("provision.test.noNumber")}, err
		}
	}
	report, err := a.reported(ctx)
	if err != nil {
		return f, err
	}
	if report == nil {
		return f, errors.New("its delivery report has not come yet")
	}
	return found{state: Done, note: note("provision.test.reported", "status", report.DeliveryStatus, "from", a.test.from)}, nil
}

// textTo sends the text from the first number that can; without one from stays
// empty.
func (a *automatic) textTo(ctx context.Context, to string) error {
	numbers, err := a.Numbers.List(ctx)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if n.SMSOutbound && !n.Detached && a.test.from == "" {
			a.test.from = n.Number
		}
	}
	if a.test.from == "" {
		return nil
	}
	if a.test.id == "" {
		a.test.id, a.test.at = uuid.NewString(), time.Now()
	}
	client, err := a.Connections.SMS(ctx)
	if err != nil {
		return err
	}
	res, err := client.Send(ctx, a.test.from,
		[]acssms.Recipient{{To: to, RepeatabilityRequestID: a.test.id, RepeatabilityFirstSent: a.test.at}},
		a.Words(note("provision.test.text")), &acssms.SendOptions{EnableDeliveryReport: true})
	if err != nil {
		return err
	}
	if len(res.Value) != 1 {
		return fmt.Errorf("send the test: %d results for one recipient", len(res.Value))
	}
	if err := res.Value[0].Err(); err != nil {
		return note("provision.test.refused", "answer", err.Error())
	}
	a.test.providerID = res.Value[0].MessageID
	return nil
}

// reported looks for the report of the text among what came in since it was sent.
func (a *automatic) reported(ctx context.Context) (*eventgrid.SMSDeliveryReport, error) {
	const page = 100
	for before := int64(0); ; {
		list, err := a.Ledger.List(ctx, "", webhook.SMS, before, page)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if e.ConnectionID != a.current.ID || e.Type != eventgrid.TypeSMSDeliveryReportReceived {
				continue
			}
			full, err := a.Ledger.Get(ctx, e.Seq)
			if unknown, ok := errors.AsType[*problem.Error](err); ok && unknown.Kind == problem.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			events, err := eventgrid.DecodeEvents(full.Raw)
			if err != nil {
				continue
			}
			if report, err := events[0].SMSDeliveryReport(); err == nil && report.MessageID == a.test.providerID {
				return &report, nil
			}
		}
		// What came before the text cannot be its report; a minute for the clocks.
		if len(list) < page || list[len(list)-1].ReceivedAt.Before(a.test.at.Add(-time.Minute)) {
			return nil, nil
		}
		before = list[len(list)-1].Seq
	}
}
