package acs

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"guichet/internal/cloud/wellknown"
)

func TestSendAndReport(t *testing.T) {
	f := fresh(t)
	var out smsAnswer
	body := `{"from":"+18335550100","smsRecipients":[
		{"to":"+14255550123","repeatabilityRequestId":"1afb7f90-0000-4000-8000-000000000001","repeatabilityFirstSent":"Thu, 02 Jan 2025 03:04:05 GMT"},
		{"to":"4255550123"},
		{"to":"+14255550124","repeatabilityRequestId":"1afb7f90-0000-4000-8000-000000000002"},
		{"to":"+14255550125","repeatabilityRequestId":"x","repeatabilityFirstSent":"Thu, 02 Jan 2025 03:04:05 GMT"},
		{"to":"+14255550126","repeatabilityRequestId":"1afb7f90-0000-4000-8000-000000000003","repeatabilityFirstSent":"2025-01-02"}
	],"message":"héllo","smsSendOptions":{"enableDeliveryReport":true,"tag":"t1"},"unknown":{"a":[]}}`
	f.do("POST", smsURL, body, http.StatusAccepted, &out)
	if len(out.Value) != 5 {
		t.Fatalf("%+v", out)
	}
	first := out.Value[0]
	form := regexp.MustCompile(`^Outgoing_20250102030405[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}_noam$`)
	if !form.MatchString(first.MessageID) || first.HTTPStatusCode != 202 || !first.Successful ||
		first.RepeatabilityResult != "accepted" || first.To != handset {
		t.Errorf("accepted: %+v", first)
	}
	for i, want := range []smsResult{
		{To: "4255550123", HTTPStatusCode: 400, ErrorMessage: "Invalid To phone number format."},
		{To: "+14255550124", HTTPStatusCode: 400, RepeatabilityResult: "rejected", ErrorMessage: out.Value[2].ErrorMessage},
		{To: "+14255550125", HTTPStatusCode: 400, RepeatabilityResult: "rejected", ErrorMessage: out.Value[3].ErrorMessage},
		{To: "+14255550126", HTTPStatusCode: 400, RepeatabilityResult: "rejected", ErrorMessage: out.Value[4].ErrorMessage},
	} {
		if out.Value[i+1] != want || want.ErrorMessage == "" {
			t.Errorf("refused: %+v", out.Value[i+1])
		}
	}
	f.until("the report", func() bool { return len(f.published()) == 1 })
	e := f.published()[0]
	if e.id != first.MessageID || e.source != wellknown.ACSResourceID || e.subject != "/phonenumber/18335550100" ||
		e.kind != "Microsoft.Communication.SMSDeliveryReportReceived" {
		t.Errorf("event: %+v", e)
	}
	golden(t, e.data, `{"messageId":"`+first.MessageID+`","from":"18335550100","to":"+14255550123",
		"deliveryStatus":"Delivered","deliveryStatusDetails":"No error.","receivedTimestamp":"2025-01-02T03:04:05.0000000Z",
		"deliveryAttempts":[{"timestamp":"2025-01-02T03:04:05.0000000Z","segmentsSucceeded":1,"segmentsFailed":0}],"tag":"t1"}`)
}

func TestReportsOnlyOnRequestAndWithTheReason(t *testing.T) {
	f := fresh(t)
	f.control("PUT", "/customers/+14255550123/delivery", `{"mode":"failed","code":"4006"}`, 200)
	f.do("POST", smsURL, smsBody(handset, "", `{"enableDeliveryReport":false}`), 202, nil)
	f.do("POST", smsURL, strings.Replace(smsBody(handset, "", `null`), `"hi"`, `"`+strings.Repeat("a", 200)+`"`, 1), 202, nil)
	f.do("POST", smsURL, strings.Replace(smsBody(handset, "", `{"enableDeliveryReport":true}`),
		`"hi"`, `"`+strings.Repeat("a", 200)+`"`, 1), 202, nil)
	f.until("all are decided", func() bool { return f.count(`SELECT COUNT(*) FROM acs_message WHERE status = 'Failed'`) == 3 })
	list := f.published()
	if len(list) != 1 {
		t.Fatalf("%d reports, want 1", len(list))
	}
	for _, want := range []string{
		`"deliveryStatus":"Failed"`, `"deliveryStatusDetails":"4006: `, `"segmentsSucceeded":0,"segmentsFailed":2`,
	} {
		if !strings.Contains(list[0].data, want) {
			t.Errorf("%s is not in %s", want, list[0].data)
		}
	}
	if strings.Contains(list[0].data, "tag") {
		t.Error("a tag that was not given is in the report")
	}
}

func TestRepeatability(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.db")
	f, stop := start(t, file, epoch)
	id := uuid.NewString()
	body := smsBody(handset, id, `{"enableDeliveryReport":true}`)
	var mu sync.Mutex
	ids := map[string]int{}
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			var out smsAnswer
			f.do("POST", smsURL, body, 202, &out)
			mu.Lock()
			defer mu.Unlock()
			ids[out.Value[0].MessageID]++
		})
	}
	wg.Wait()
	if len(ids) != 1 {
		t.Fatalf("%d messages for one id", len(ids))
	}
	f.until("the report", func() bool { return len(f.published()) == 1 })
	stop()

	f, _ = start(t, file, epoch.Add(time.Minute))
	var out smsAnswer
	f.do("POST", smsURL, body, 202, &out)
	if ids[out.Value[0].MessageID] != 30 || !out.Value[0].Successful || out.Value[0].RepeatabilityResult != "accepted" {
		t.Errorf("after a restart: %+v", out.Value[0])
	}
	f.do("POST", smsURL, smsBody("+14255550199", id, `{"enableDeliveryReport":true}`), 202, &out)
	if out.Value[0].RepeatabilityResult != "rejected" || out.Value[0].Successful {
		t.Errorf("the id of another request: %+v", out.Value[0])
	}
	if n := f.count(`SELECT COUNT(*) FROM carrier_message`); n != 1 {
		t.Errorf("%d texts were carried", n)
	}
}

func TestDelayedReportSurvivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.db")
	f, stop := start(t, file, epoch)
	f.control("PUT", "/customers/+14255550123/delivery", `{"mode":"delayed","delaySeconds":30}`, 200)
	f.do("POST", smsURL, smsBody(handset, "", `{"enableDeliveryReport":true}`), 202, nil)
	if n := len(f.published()); n != 0 {
		t.Fatalf("%d reports before the time", n)
	}
	stop()
	f, _ = start(t, file, epoch.Add(10*time.Second))
	f.until("the scanner sleeps", func() bool { return f.clock.Waiters() > 0 })
	f.clock.Advance(20 * time.Second)
	f.until("the report", func() bool { return len(f.published()) == 1 })
}

func TestBodiesThatAreRefused(t *testing.T) {
	f := fresh(t)
	recipients := `[` + strings.Repeat(`{"to":"+14255550123"},`, 100) + `{"to":"+14255550123"}]`
	for _, c := range []struct{ body, field string }{
		{``, ``}, {`null`, `From`}, {`[]`, `$`}, {`{"from":`, `$`}, {`{} {}`, `$`}, {`{"from":1}`, `$.from`},
		{`{"smsRecipients":{}}`, `$.smsRecipients`}, {`{"smsRecipients":[{"to":{}}]}`, `$.smsRecipients.to`},
		{`{"smsSendOptions":{"enableDeliveryReport":"true"}}`, `$.smsSendOptions.enableDeliveryReport`},
		{`{"smsRecipients":[{"to":"+14255550123"}],"message":"x"}`, `From`},
		{`{"from":"0","smsRecipients":[{"to":"+14255550123"}],"message":"x"}`, `From`},
		{`{"from":"+18335550100","smsRecipients":[],"message":"x"}`, `SmsRecipients`},
		{`{"from":"+18335550100","smsRecipients":[{}],"message":"x"}`, `SmsRecipients[0].To`},
		{`{"from":"+18335550100","smsRecipients":` + recipients + `,"message":"x"}`, `SmsRecipients`},
		{`{"from":"+18335550100","smsRecipients":[{"to":"+14255550123"}]}`, `Message`},
		{`{"from":"+18335550100","smsRecipients":[{"to":"+14255550123"}],"message":"` + strings.Repeat("😀", 1025) + `"}`, `Message`},
		{`{"from":"+18335550100","smsRecipients":[{"to":"+14255550123"}],"message":"x","smsSendOptions":{}}`,
			`SmsSendOptions.EnableDeliveryReport`},
	} {
		var out problemDetails
		w := f.do("POST", smsURL, c.body, http.StatusBadRequest, &out)
		if _, ok := out.Errors[c.field]; !ok || out.Status != 400 || !strings.HasPrefix(out.TraceID, "00-") {
			t.Errorf("%.60s: %s, want a complaint about %q", c.body, w.Body, c.field)
		}
	}
	for _, from := range []string{"+18335550199", wellknown.NumberGeographic, "12345", "CONTOSO"} {
		w := f.do("POST", smsURL, fmt.Sprintf(`{"from":%q,"smsRecipients":[{"to":"+14255550123"}],"message":"x"}`, from), 401, nil)
		golden(t, w.Body.String(), `{"error":{"code":"Unauthorized","message":""}}`)
	}
	if n := f.count(`SELECT COUNT(*) FROM acs_message`); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestTextFromAHandset(t *testing.T) {
	f := fresh(t)
	id := uuid.NewString()
	for range 3 {
		f.control("POST", "/customers/+14255550123/threads/+18335550100/messages", `{"id":"`+id+`","text":"Grüße 😀"}`, 201)
	}
	list := f.published()
	if len(list) != 1 {
		t.Fatalf("%d events, want 1", len(list))
	}
	e := list[0]
	if !strings.HasPrefix(e.id, "Incoming_20250102030405") || e.subject != "/phonenumber/18335550100" ||
		e.kind != "Microsoft.Communication.SMSReceived" || e.source != wellknown.ACSResourceID {
		t.Errorf("event: %+v", e)
	}
	golden(t, e.data, `{"messageId":"`+e.id+`","from":"14255550123","to":"18335550100","message":"Grüße 😀",
		"receivedTimestamp":"2025-01-02T03:04:05.0000000Z","segmentCount":1}`)
	f.control("POST", "/customers/+14255550123/threads/+33199000001/messages", `{"id":"`+uuid.NewString()+`","text":"x"}`, 201)
	if n := f.count(`SELECT COUNT(*) FROM carrier_message WHERE status = 'failed'`); n != 1 {
		t.Error("a number without SMS takes a text")
	}
}

func TestListAndGetNumbers(t *testing.T) {
	f := fresh(t)
	var out struct {
		PhoneNumbers []purchasedNumber
		NextLink     string
	}
	var seen []string
	for next := "/phoneNumbers?skip=0&top=1&api-version=2025-06-01"; next != ""; next = out.NextLink {
		out.NextLink = ""
		f.do("GET", next, "", 200, &out)
		for _, n := range out.PhoneNumbers {
			seen = append(seen, n.PhoneNumber)
		}
	}
	if fmt.Sprint(seen) != "[+18335550100 +33199000001]" {
		t.Errorf("numbers: %v", seen)
	}
	for _, path := range []string{"%2B18335550100", "+18335550100"} {
		w := f.do("GET", "/phoneNumbers/"+path+"?api-version=2025-06-01", "", 200, nil)
		golden(t, w.Body.String(), `{"id":"18335550100","phoneNumber":"+18335550100","countryCode":"US","phoneNumberType":"tollFree",
			"capabilities":{"calling":"inbound+outbound","sms":"inbound+outbound"},"assignmentType":"application",
			"purchaseDate":"2025-01-02T03:04:05.0000000Z","cost":{"amount":2.0,"currencyCode":"USD","billingFrequency":"monthly"}}`)
	}
	w := f.do("GET", "/phoneNumbers/%2B18335550199?api-version=2025-06-01", "", 404, nil)
	golden(t, w.Body.String(),
		`{"error":{"code":"PhoneNumberNotFound","message":"The specified phone number cannot be found.","target":"phonenumber"}}`)
	for _, bad := range []string{"skip=-1", "skip=x", "top=0", "top=99999"} {
		f.do("GET", "/phoneNumbers?api-version=1&"+bad, "", 400, nil)
	}
}

// BenchmarkSend measures signed sends with many callers, each answered after its
// commit and followed by its delivery report.
func BenchmarkSend(b *testing.B) {
	for name, file := range map[string]string{"durable": filepath.Join(b.TempDir(), "c.db"), "ephemeral": ""} {
		b.Run(name, func(b *testing.B) {
			f, stop := start(b, file, epoch)
			b.SetParallelism(64)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r := signedRequest("POST", smsURL, smsBody(handset, uuid.NewString(), `{"enableDeliveryReport":true}`),
						wellknown.ACSPrimaryKey, epoch)
					w := httptest.NewRecorder()
					f.handler.ServeHTTP(w, r)
					if w.Code != 202 {
						b.Errorf("%d %s", w.Code, w.Body)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
			stop()
			// Each run starts on its own folder.
			if file != "" {
				file = filepath.Join(b.TempDir(), "c.db")
			}
		})
	}
}
