package doctor

import (
	"slices"
	"testing"
	"time"

	"guichet/internal/desk/connection"
	"guichet/internal/desk/controlplane"
	"guichet/internal/desk/webhook"
	"guichet/internal/platform/clock"
)

// What Azure may say of an event subscription and the local cloud never does; the
// rest is proven on it.
func TestSubscriptionsThatOnlyAzureHas(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	good := controlplane.SeenSubscription{
		Name: "guichet-sms", State: "Succeeded", Schema: "EventGridSchema", Endpoint: "https://desk.example/webhooks/sms/c1",
		App: "a1", TenantID: "t1", EventTypes: webhook.Serves[webhook.SMS],
	}
	with := func(change func(*controlplane.SeenSubscription)) []controlplane.SeenSubscription {
		s := good
		change(&s)
		return []controlplane.SeenSubscription{s}
	}
	for _, test := range []struct {
		name string
		seen []controlplane.SeenSubscription
		want []string
	}{
		{"in order", []controlplane.SeenSubscription{good}, []string{"subscription.ok"}},
		{"all event types", with(func(s *controlplane.SeenSubscription) { s.EventTypes = nil }), []string{"subscription.ok"}},
		{"spelled otherwise", with(func(s *controlplane.SeenSubscription) {
			s.App, s.TenantID, s.Endpoint = "api://A1", "T1", "https://Desk.example/webhooks/sms/c1/"
		}), []string{"subscription.ok"}},
		{"an end far away", with(func(s *controlplane.SeenSubscription) { s.Expires = now.AddDate(1, 0, 0) }), []string{"subscription.ok"}},
		{"not made yet", with(func(s *controlplane.SeenSubscription) { s.State = "Creating" }), []string{"subscription.unfinished"}},
		{"to be confirmed by hand", with(func(s *controlplane.SeenSubscription) { s.State = "AwaitingManualAction" }), []string{"subscription.awaiting"}},
		{"given up", with(func(s *controlplane.SeenSubscription) { s.State = "Canceled" }), []string{"subscription.state"}},
		{"another schema", with(func(s *controlplane.SeenSubscription) { s.Schema = "CustomInputSchema" }), []string{"subscription.schema"}},
		{"to a queue", with(func(s *controlplane.SeenSubscription) { s.Endpoint = "" }), []string{"subscription.noWebhook"}},
		{"another's with the same events", with(func(s *controlplane.SeenSubscription) {
			s.Name, s.Endpoint = "audit", "https://audit.example/hook"
		}), []string{"subscription.missing"}},
		{"several faults at once", with(func(s *controlplane.SeenSubscription) {
			s.State, s.App, s.TenantID = "Failed", "", ""
		}), []string{"subscription.handshake", "subscription.noToken"}},
		{"of another tenant", with(func(s *controlplane.SeenSubscription) { s.TenantID = "t2" }), []string{"subscription.otherTenant"}},
	} {
		var got []string
		x := &exam{
			Doctor:  &Doctor{Options: Options{PublicURL: "https://desk.example", Clock: clock.NewManual(now)}},
			current: &connection.Connection{ID: "c1", AppID: "a1", TenantID: "t1"}, signedIn: true, exists: true, events: &test.seen,
			report: func(l Line) { got = append(got, l.Code) },
		}
		subscription(webhook.SMS)(x, t.Context())
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, not %v", test.name, got, test.want)
		}
	}
}
