package acs

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func (f *fixture) text(body string) {
	f.t.Helper()
	f.control("POST", "/customers/+14255550123/threads/+18335550100/messages", `{"id":"`+uuid.NewString()+`","text":"`+body+`"}`, 201)
}

func TestKeywords(t *testing.T) {
	f := fresh(t)
	send := func() string {
		var out smsAnswer
		f.do("POST", smsURL, smsBody(handset, "", `{"enableDeliveryReport":true,"tag":"x"}`), 202, &out)
		if !out.Value[0].Successful {
			t.Fatalf("%+v", out)
		}
		id := out.Value[0].MessageID
		f.until("the report", func() bool {
			return f.count(`SELECT COUNT(*) FROM acs_message WHERE id = $1 AND status <> ''`, id) == 1
		})
		var report struct{ DeliveryStatus, DeliveryStatusDetails, Tag string }
		f.do("GET", "/deliveryReports/"+id+"?api-version=2026-01-23", "", 200, &report)
		if report.Tag != "x" {
			t.Errorf("report: %+v", report)
		}
		return report.DeliveryStatus + " " + report.DeliveryStatusDetails
	}
	for _, step := range []struct{ text, want string }{
		{"hello", "Delivered 2000: No Error"},
		{" stop ", "Failed 4007: Sender blocked for given recipient."},
		{"HELP", "Failed 4007: Sender blocked for given recipient."},
		{"Unstop", "Delivered 2000: No Error"},
		{"STOP", "Failed 4007: Sender blocked for given recipient."},
		{"start", "Delivered 2000: No Error"},
		{"stop it please", "Delivered 2000: No Error"},
	} {
		f.text(step.text)
		if got := send(); got != step.want {
			t.Errorf("after %q: %s, want %s", step.text, got, step.want)
		}
	}
	received := 0
	for _, e := range f.published() {
		if strings.HasSuffix(e.kind, "SMSReceived") {
			received++
		}
	}
	if received != 7 {
		t.Errorf("%d of 7 texts were passed on", received)
	}
	if n := f.count(`SELECT COUNT(*) FROM carrier_message WHERE body LIKE 'NETWORK MSG%' AND to_business = 0`); n != 4 {
		t.Errorf("the network replied %d times, want 4", n)
	}
}

func TestOptOutsByAPI(t *testing.T) {
	f := fresh(t)
	const body = `{"from":"+18335550100","recipients":[{"to":"+14255550123"},{"to":"bad"}]}`
	call := func(what, want string) {
		t.Helper()
		golden(t, f.do("POST", "/sms/optouts:"+what+"?api-version=2026-01-23", body, 200, nil).Body.String(), want)
	}
	const bad = `{"to":"bad","httpStatusCode":400,"errorMessage":"Invalid To phone number format."}`
	for range 2 {
		call("add", `{"value":[{"to":"+14255550123","httpStatusCode":200},`+bad+`]}`)
	}
	call("check", `{"value":[{"to":"+14255550123","httpStatusCode":200,"isOptedOut":true},`+bad+`]}`)
	call("remove", `{"value":[{"to":"+14255550123","httpStatusCode":200},`+bad+`]}`)
	call("check", `{"value":[{"to":"+14255550123","httpStatusCode":200,"isOptedOut":false},`+bad+`]}`)
	for refused, status := range map[string]int{
		`{"from":"+18335550100","recipients":[]}`:                                                     400,
		`{"recipients":[{"to":"+14255550123"}]}`:                                                      400,
		`{"from":"+18335550100","recipients":[{}]}`:                                                   400,
		`{"from":"+18335550199","recipients":[{"to":"+14255550123"}]}`:                                401,
		`{"from":"+18335550100","recipients":[` + strings.Repeat(`{"to":"x"},`, 100) + `{"to":"x"}]}`: 400,
	} {
		f.do("POST", "/sms/optouts:add?api-version=2026-01-23", refused, status, nil)
	}
}

func TestReportThatDoesNotExist(t *testing.T) {
	f := fresh(t)
	w := f.do("GET", "/deliveryReports/Outgoing_x?api-version=2026-01-23", "", 404, nil)
	if !strings.Contains(w.Body.String(), `"title":"Not Found","status":404,"traceId":"00-`) {
		t.Error(w.Body)
	}
}
