package sms_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"guichet/acs"
	"guichet/acs/sms"
)

const accessKey = "ZW11bGF0b3ItYWNjZXNzLWtleS0wMTIzNDU2Nzg5YWI="

// newClient returns a client of a server that runs the handler.
func newClient(t *testing.T, handler http.HandlerFunc) *sms.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := sms.NewClientFromConnectionString("endpoint="+server.URL+"/;accesskey="+accessKey, &sms.ClientOptions{
		ClientOptions: azcore.ClientOptions{
			InsecureAllowCredentialWithHTTP: true,
			Retry:                           policy.RetryOptions{RetryDelay: time.Nanosecond},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func readBody(t *testing.T, r *http.Request) map[string]any {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Errorf("body %s: %v", b, err)
	}
	return out
}

func TestSendResultPerRecipient(t *testing.T) {
	t.Parallel()
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, `{"value":[
			{"to":"+14255550123","messageId":"Outgoing_1","httpStatusCode":202,"repeatabilityResult":"accepted","successful":true,"errorMessage":null},
			{"to":"+1","messageId":null,"httpStatusCode":400,"repeatabilityResult":null,"successful":false,"errorMessage":"Invalid To phone number format."}]}`)
	})
	got, err := client.Send(context.Background(), "+18335550100", []sms.Recipient{{To: "+14255550123"}, {To: "+1"}}, "hi", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Value) != 2 || got.Value[0].MessageID != "Outgoing_1" || got.Value[0].Err() != nil {
		t.Fatalf("results = %+v", got.Value)
	}
	var refused *sms.RecipientError
	if err := got.Value[1].Err(); !errors.As(err, &refused) || refused.StatusCode != 400 || refused.Message != "Invalid To phone number format." {
		t.Errorf("second recipient: %v", got.Value[1].Err())
	}
}

// The ids that the caller stored must reach the service unchanged, on the first call, on its retries, and on a later
// call with the same recipient.
func TestSendRepeatability(t *testing.T) {
	t.Parallel()
	const id = "1afb7f90-0000-4000-8000-000000000001"
	var recipients []map[string]any
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		for _, item := range readBody(t, r)["smsRecipients"].([]any) {
			recipients = append(recipients, item.(map[string]any))
		}
		if len(recipients) == 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, `{"value":[]}`)
	})
	to := []sms.Recipient{
		{To: "+14255550123", RepeatabilityRequestID: id, RepeatabilityFirstSent: time.Date(2025, 1, 2, 4, 4, 5, 999, time.FixedZone("", 3600))},
		{To: "+14255550124"},
	}
	for range 2 {
		if _, err := client.Send(context.Background(), "+18335550100", to, "hi", nil); err != nil {
			t.Fatal(err)
		}
	}
	if len(recipients) != 6 {
		t.Fatalf("%d recipients seen, want 2 in each of 3 tries", len(recipients))
	}
	uuid := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for i := 0; i < 6; i += 2 {
		if recipients[i]["repeatabilityRequestId"] != id || recipients[i]["repeatabilityFirstSent"] != "Thu, 02 Jan 2025 03:04:05 GMT" {
			t.Errorf("try %d: %v", i/2, recipients[i])
		}
		made := recipients[i+1]["repeatabilityRequestId"].(string)
		if !uuid.MatchString(made) {
			t.Errorf("try %d: made id %q", i/2, made)
		}
		if _, err := time.Parse(http.TimeFormat, recipients[i+1]["repeatabilityFirstSent"].(string)); err != nil {
			t.Error(err)
		}
	}
	if a, b := recipients[1]["repeatabilityRequestId"], recipients[3]["repeatabilityRequestId"]; a != b {
		t.Errorf("the id changed on a retry: %v, %v", a, b)
	}
	if a, b := recipients[3]["repeatabilityRequestId"], recipients[5]["repeatabilityRequestId"]; a == b {
		t.Errorf("two calls had the same id %v", a)
	}
}

func TestSendOptionsOnTheWire(t *testing.T) {
	t.Parallel()
	var version string
	var options map[string]any
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		version = r.URL.Query().Get("api-version")
		options = readBody(t, r)["smsSendOptions"].(map[string]any)
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, `{"value":[]}`)
	})
	to := []sms.Recipient{{To: "+14255550123"}}
	if _, err := client.Send(context.Background(), "+18335550100", to, "", nil); err != nil {
		t.Fatal(err)
	}
	if len(options) != 1 || options["enableDeliveryReport"] != false || version != "2021-03-07" {
		t.Errorf("without options: %v, version %s", options, version)
	}
	_, err := client.Send(context.Background(), "+18335550100", to, "", &sms.SendOptions{
		EnableDeliveryReport: true, Tag: "t1", DeliveryReportTimeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	if options["enableDeliveryReport"] != true || options["tag"] != "t1" || options["deliveryReportTimeoutInSeconds"] != 60.0 || version != "2026-01-23" {
		t.Errorf("with options: %v, version %s", options, version)
	}
}

func TestSendErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name       string
		status     int
		body, code string
		tries      int
	}{
		{"sender not owned", 401, `{"error":{"code":"Unauthorized","message":""}}`, "Unauthorized", 1},
		{"empty body", 401, "", "", 1},
		{"field map", 400, `{"From":["Invalid From phone number format"]}`, "", 1},
		{"throttled", 429, `{"error":{"code":"TooManyRequests","message":"slow down"}}`, "TooManyRequests", 4},
		{"undeclared success", 200, `{"value":[]}`, "", 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				tries++
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			_, err := client.Send(context.Background(), "+18335550100", []sms.Recipient{{To: "+14255550123"}}, "hi", nil)
			var refused *azcore.ResponseError
			if !errors.As(err, &refused) || refused.StatusCode != test.status || refused.ErrorCode != test.code {
				t.Fatalf("err = %v", err)
			}
			if tries != test.tries {
				t.Errorf("%d tries, want %d", tries, test.tries)
			}
		})
	}
}

func TestSendToNobody(t *testing.T) {
	t.Parallel()
	client := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("request sent") })
	if _, err := client.Send(context.Background(), "+18335550100", nil, "hi", nil); !errors.Is(err, sms.ErrNoRecipients) {
		t.Errorf("err = %v", err)
	}
}

func TestNewClientErrors(t *testing.T) {
	t.Parallel()
	credential, err := acs.NewKeyCredential(accessKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sms.NewClient("http://localhost:8090", credential, nil); err == nil || !strings.Contains(err.Error(), "InsecureAllowCredentialWithHTTP") {
		t.Errorf("http endpoint: %v", err)
	}
	if _, err := sms.NewClient("https://contoso.communication.azure.com", nil, nil); err == nil {
		t.Error("nil credential accepted")
	}
	if _, err := sms.NewClientFromConnectionString("endpoint=x", nil); !errors.Is(err, acs.ErrConnectionString) {
		t.Errorf("bad connection string: %v", err)
	}
}
