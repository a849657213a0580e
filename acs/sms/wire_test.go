package sms_test

import (
	"context"
	"testing"

	"guichet/acs/internal/wiretest"
	"guichet/acs/sms"
)

// previewVersion is what the only official client with opt-outs speaks. Their form is the same in later versions.
const previewVersion = "2025-05-29-preview"

func TestWire(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	client := func(t *testing.T, s wiretest.Server, version string) *sms.Client {
		t.Helper()
		s.Options.APIVersion = version
		c, err := sms.NewClientFromConnectionString(s.ConnectionString, &sms.ClientOptions{ClientOptions: s.Options})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	wiretest.Run(t, []wiretest.Case{
		{Name: "send", Call: func(t *testing.T, s wiretest.Server) {
			got, err := client(t, s, "").Send(ctx, "+18335550100", []sms.Recipient{{To: "+14255550123"}, {To: "+14255550124"}},
				"héllo <b>&amp;</b> 👋", &sms.SendOptions{EnableDeliveryReport: true, Tag: "t1"})
			if err != nil || len(got.Value) != 2 || got.Value[1].MessageID != "Outgoing_14255550124" || got.Value[1].RepeatabilityResult != "accepted" {
				t.Errorf("%+v, %v", got, err)
			}
		}},
		{Name: "send-plain", Call: func(t *testing.T, s wiretest.Server) {
			if _, err := client(t, s, "").Send(ctx, "+18335550100", []sms.Recipient{{To: "+14255550123"}}, "hi", nil); err != nil {
				t.Error(err)
			}
		}},
		{Name: "optouts-add", Call: func(t *testing.T, s wiretest.Server) {
			got, err := client(t, s, previewVersion).AddOptOuts(ctx, "+18335550100", []string{"+14255550123"})
			if err != nil || len(got.Value) != 1 || got.Value[0].HTTPStatusCode != 200 {
				t.Errorf("%+v, %v", got, err)
			}
		}},
		{Name: "optouts-remove", Call: func(t *testing.T, s wiretest.Server) {
			if _, err := client(t, s, previewVersion).RemoveOptOuts(ctx, "+18335550100", []string{"+14255550123"}); err != nil {
				t.Error(err)
			}
		}},
		{Name: "optouts-check", Call: func(t *testing.T, s wiretest.Server) {
			got, err := client(t, s, previewVersion).CheckOptOuts(ctx, "+18335550100", []string{"+14255550123", "+1"})
			if err != nil || len(got.Value) != 2 || !got.Value[0].IsOptedOut || got.Value[1].ErrorMessage == "" || got.Value[1].HTTPStatusCode != 400 {
				t.Errorf("%+v, %v", got, err)
			}
		}},
	})
}
