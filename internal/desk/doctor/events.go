package doctor

import (
	"context"
	"strconv"
	"strings"
	"time"

	"guichet/eventgrid"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/webhook"
)

func (x *exam) topic(ctx context.Context) {
	if x.missing() {
		return
	}
	t, err := x.azure.FindTopic(ctx, x.group, x.current.ResourceID)
	switch {
	case err != nil:
		x.trouble(err)
		return
	case t.Name == "":
		x.say(Failed, "topic.missing")
		return
	}
	list, err := x.azure.EventSubscriptions(ctx, t.Group, t.Name)
	if err != nil {
		x.trouble(err)
		return
	}
	x.events = &list
	if t.State != "Succeeded" {
		x.say(Failed, "topic.state", "topic", t.Name, "state", t.State)
		return
	}
	x.say(OK, "topic.ok", "topic", t.Name)
}

// subscription looks at the event subscription that feeds one endpoint.
func subscription(kind webhook.Kind) func(*exam, context.Context) {
	return func(x *exam, _ context.Context) {
		if x.missing() {
			return
		}
		if x.events == nil {
			x.say(Skipped, "skipped.topic")
			return
		}
		want := x.PublicURL + webhook.Path(kind, x.current.ID)
		var ours []controlplane.SeenSubscription
		for _, s := range *x.events {
			if strings.EqualFold(strings.TrimRight(s.Endpoint, "/"), want) {
				ours = append(ours, s)
			}
		}
		switch len(ours) {
		case 0:
			x.astray(kind, want)
		case 1:
			x.fits(kind, ours[0])
		default:
			names := make([]string, len(ours))
			for i, s := range ours {
				names[i] = s.Name
			}
			x.say(Warning, "subscription.twice", "kind", string(kind), "names", strings.Join(names, ", "))
			for _, s := range ours {
				x.wrong(kind, s)
			}
		}
	}
}

// astray tells a missing subscription from one that leads elsewhere.
func (x *exam) astray(kind webhook.Kind, want string) {
	for _, s := range *x.events {
		meant := strings.EqualFold(s.Name, "guichet-"+string(kind)) || strings.Contains(strings.ToLower(s.Endpoint), "/webhooks/"+string(kind)+"/") ||
			strings.HasPrefix(strings.ToLower(s.Endpoint), strings.ToLower(x.PublicURL)+"/") && delivers(s, webhook.Serves[kind][0])
		if !meant {
			continue
		}
		if s.Endpoint == "" {
			x.say(Failed, "subscription.noWebhook", "kind", string(kind), "subscriptionName", s.Name)
			return
		}
		x.say(Failed, "subscription.endpoint", "kind", string(kind), "subscriptionName", s.Name, "seen", s.Endpoint, "wanted", want)
		return
	}
	x.say(Failed, "subscription.missing", "kind", string(kind), "wanted", want)
}

func delivers(s controlplane.SeenSubscription, eventType string) bool {
	for _, t := range s.EventTypes {
		if strings.EqualFold(t, eventType) {
			return true
		}
	}
	return len(s.EventTypes) == 0
}

func (x *exam) fits(kind webhook.Kind, s controlplane.SeenSubscription) {
	if !x.wrong(kind, s) {
		x.say(OK, "subscription.ok", "kind", string(kind), "subscriptionName", s.Name)
	}
}

// expiresSoon is how early an end is warned of.
const expiresSoon = 7 * 24 * time.Hour

// wrong says everything that is wrong with a subscription, and whether there was
// anything.
func (x *exam) wrong(kind webhook.Kind, s controlplane.SeenSubscription) bool {
	found := false
	say := func(state State, code string, pairs ...string) {
		found = true
		x.say(state, code, append(pairs, "kind", string(kind), "subscriptionName", s.Name)...)
	}
	switch s.State {
	case "Succeeded":
	case "Creating", "Updating":
		say(Warning, "subscription.unfinished", "state", s.State)
	case "AwaitingManualAction":
		say(Failed, "subscription.awaiting")
	case "Failed":
		say(Failed, "subscription.handshake")
	default:
		say(Failed, "subscription.state", "state", s.State)
	}
	switch {
	case s.App == "" || s.TenantID == "":
		say(Failed, "subscription.noToken")
	case !strings.EqualFold(strings.TrimPrefix(strings.ToLower(s.App), "api://"), x.current.AppID):
		say(Failed, "subscription.otherApp", "seen", s.App)
	case !strings.EqualFold(s.TenantID, x.current.TenantID):
		say(Failed, "subscription.otherTenant", "seen", s.TenantID)
	}
	switch s.Schema {
	case "", "EventGridSchema":
	case "CloudEventSchemaV1_0":
		say(Warning, "subscription.cloudEvents")
	default:
		say(Failed, "subscription.schema", "schema", s.Schema)
	}
	var lacking []string
	for _, t := range webhook.Serves[kind] {
		if !delivers(s, t) {
			lacking = append(lacking, t)
		}
	}
	if len(lacking) > 0 {
		say(Failed, "subscription.types", "types", strings.Join(lacking, ", "))
	}
	if s.Filtered {
		say(Warning, "subscription.filtered")
	}
	now := x.Clock.Now()
	switch {
	case s.Expires.IsZero() || s.Expires.After(now.Add(expiresSoon)):
	case s.Expires.After(now):
		say(Warning, "subscription.expires", "expiresAt", moment(s.Expires))
	default:
		say(Failed, "subscription.expired", "expiresAt", moment(s.Expires))
	}
	return found
}

// refusedWithin is how far back refused deliveries matter.
const refusedWithin = 24 * time.Hour

// reasons names what was wrong with a refused delivery.
var reasons = map[eventgrid.Reason]string{
	eventgrid.ReasonTokenMissing: "refused.noToken", eventgrid.ReasonTokenAudience: "refused.audience",
	eventgrid.ReasonTokenTenant: "refused.tenant", eventgrid.ReasonTokenIssuer: "refused.tenant",
	eventgrid.ReasonTokenCaller: "refused.caller", eventgrid.ReasonTokenRole: "refused.caller",
	eventgrid.ReasonTokenExpired: "refused.time", eventgrid.ReasonTokenEarly: "refused.time",
	eventgrid.ReasonKeysUnavailable: "refused.keys",
}

// refused tells of deliveries that were turned away and are not mended: those
// after which nothing good came in by the same endpoint.
func (x *exam) refused(ctx context.Context) {
	if x.unconnected() {
		return
	}
	since := x.Clock.Now().Add(-refusedWithin)
	if x.current.ChangedAt.After(since) {
		since = x.current.ChangedAt
	}
	list, err := x.People.Audited(ctx, "webhook.refused", since)
	if err != nil {
		x.say(Failed, "desk.broken", "error", err.Error())
		return
	}
	said := map[string]bool{}
	for _, a := range list {
		good, err := x.Ledger.LastOf(ctx, x.current.ID, webhook.Kind(a.Subject))
		if err != nil {
			x.say(Failed, "desk.broken", "error", err.Error())
			return
		}
		if good.After(a.At) {
			continue
		}
		code := reasons[eventgrid.Reason(a.Detail)]
		if code == "" {
			code = "refused.other"
		}
		if said[code+a.Subject] {
			continue
		}
		said[code+a.Subject] = true
		x.say(Warning, code, "kind", a.Subject, "lastAt", moment(a.At), "reason", a.Detail)
	}
	if len(said) == 0 {
		x.say(OK, "refused.none")
	}
}

// received tells when an endpoint got something last. Nothing is no fault: it may
// be that nobody wrote.
func received(kind webhook.Kind) func(*exam, context.Context) {
	return func(x *exam, ctx context.Context) {
		if x.unconnected() {
			return
		}
		at, err := x.Ledger.LastOf(ctx, x.current.ID, kind)
		switch {
		case err != nil:
			x.say(Failed, "desk.broken", "error", err.Error())
		case at.IsZero():
			x.say(OK, "received.none", "kind", string(kind))
		default:
			x.say(OK, "received.at", "kind", string(kind), "lastAt", moment(at))
		}
	}
}

// waitsTooLong is after what an event or a job that waits is a fault: both are
// taken up within seconds.
const waitsTooLong = 2 * time.Minute

func (x *exam) ledger(ctx context.Context) {
	b, err := x.Ledger.Backlog(ctx)
	if err != nil {
		x.say(Failed, "desk.broken", "error", err.Error())
		return
	}
	right := true
	if b.Waiting > 0 && x.Clock.Now().Sub(b.Oldest) > waitsTooLong {
		right = false
		x.say(Failed, "ledger.stuck", "count", strconv.Itoa(b.Waiting), "oldestAt", moment(b.Oldest))
	}
	if b.Failed > 0 {
		right = false
		x.say(Warning, "ledger.failed", "count", strconv.Itoa(b.Failed), "reason", b.Reason)
	}
	if right {
		x.say(OK, "ledger.ok")
	}
}
