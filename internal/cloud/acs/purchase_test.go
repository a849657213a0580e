package acs

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/wellknown"
	"guichet/internal/platform/sqlstore"
)

const version = "?api-version=2025-06-01"

type operationAnswer struct {
	OperationType, Status, ID string
	ResourceLocation          *string
	Error                     *itemError
}

// begin starts an operation and returns where to follow it.
func (f *fixture) begin(method, target, body string) http.Header {
	f.t.Helper()
	w := f.do(method, target, body, http.StatusAccepted, nil)
	if w.Body.Len() != 0 || w.Header().Get("Content-Length") != "0" {
		f.t.Errorf("the first answer has a body: %s", w.Body)
	}
	return w.Header()
}

// finish lets a begun operation end.
func (f *fixture) finish(h http.Header) operationAnswer {
	f.t.Helper()
	var o operationAnswer
	location := h.Get("Operation-Location")
	f.do("GET", location, "", 200, &o)
	if o.Status != "running" || o.ID != h.Get("operation-id") {
		f.t.Fatalf("first poll: %+v", o)
	}
	f.clock.Advance(operationTakes)
	f.until("the operation ends", func() bool {
		o = operationAnswer{}
		f.do("GET", location, "", 200, &o)
		return o.Status != "running"
	})
	return o
}

const tollFreeSearch = `{"phoneNumberType":"tollFree","assignmentType":"application",
	"capabilities":{"calling":"inbound","sms":"inbound+outbound"},"areaCode":"833","quantity":2}`

type searchAnswer struct {
	SearchID, SearchExpiresBy, Error string
	PhoneNumbers                     []string
	ErrorCode                        int
}

func (f *fixture) found(body string) searchAnswer {
	f.t.Helper()
	h := f.begin("POST", "/availablePhoneNumbers/countries/US/:search"+version, body)
	id := h.Get("search-id")
	if h.Get("operation-id") != "search_"+id || !strings.HasPrefix(h.Get("Location"), "/availablePhoneNumbers/searchResults/"+id) {
		f.t.Errorf("headers: %v", h)
	}
	f.do("GET", h.Get("Location"), "", 404, nil)
	o := f.finish(h)
	if o.Status != "succeeded" || o.OperationType != "search" || o.ResourceLocation == nil || *o.ResourceLocation != h.Get("Location") {
		f.t.Fatalf("search: %+v", o)
	}
	var s searchAnswer
	f.do("GET", *o.ResourceLocation, "", 200, &s)
	return s
}

func TestBuyUpdateAndReleaseNumbers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.db")
	f, stop := start(t, file, epoch)
	s := f.found(tollFreeSearch)
	// +18335550100 is owned from the start.
	if !slices.Equal(s.PhoneNumbers, []string{"+18335550101", "+18335550102"}) || s.Error != "NoError" ||
		s.SearchExpiresBy != "2025-01-02T03:20:05.0000000Z" {
		t.Errorf("found: %+v", s)
	}
	if again := f.found(tollFreeSearch); again.PhoneNumbers[0] != "+18335550103" {
		t.Errorf("numbers that are held were found again: %+v", again)
	}
	h := f.begin("POST", "/availablePhoneNumbers/:purchase"+version, `{"searchId":"`+s.SearchID+`"}`)
	if h.Get("purchase-id") == "" || h.Get("Location") != "" || h.Get("operation-id") != "purchase_"+h.Get("purchase-id") {
		t.Errorf("headers: %v", h)
	}
	f.do("GET", "/phoneNumbers/%2B18335550101"+version, "", 404, nil)
	if o := f.finish(h); o.Status != "succeeded" || o.ResourceLocation != nil || o.OperationType != "purchase" {
		t.Errorf("purchase: %+v", o)
	}
	stop()

	f, _ = start(t, file, epoch.Add(time.Hour))
	var n purchasedNumber
	f.do("GET", "/phoneNumbers/%2B18335550101"+version, "", 200, &n)
	if n.Capabilities != (capabilities{"inbound", "inbound+outbound"}) {
		t.Errorf("bought: %+v", n)
	}
	f.do("POST", smsURL, `{"from":"+18335550101","smsRecipients":[{"to":"+14255550123"}],"message":"x"}`, 202, nil)

	const patch = "/phoneNumbers/%2B18335550101/capabilities" + version
	h = f.begin("PATCH", patch, `{"sms":"none"}`)
	if !strings.HasPrefix(h.Get("Location"), "/phoneNumbers/+18335550101") || h.Get("capabilities-id") == "" {
		t.Errorf("headers: %v", h)
	}
	if o := f.finish(h); o.Status != "succeeded" {
		t.Errorf("update: %+v", o)
	}
	f.do("GET", h.Get("Location"), "", 200, &n)
	if n.Capabilities != (capabilities{"inbound", "none"}) {
		t.Errorf("updated: %+v", n)
	}
	f.do("POST", smsURL, `{"from":"+18335550101","smsRecipients":[{"to":"+14255550123"}],"message":"x"}`, 401, nil)
	f.do("PATCH", patch, `{"sms":"both"}`, 400, nil)
	f.do("PATCH", "/phoneNumbers/%2B33199000001/capabilities"+version, `{"sms":"inbound"}`, 400, nil)

	if o := f.finish(f.begin("DELETE", "/phoneNumbers/%2B18335550101"+version, "")); o.Status != "succeeded" || o.OperationType != "releasePhoneNumber" {
		t.Errorf("release: %+v", o)
	}
	f.do("GET", "/phoneNumbers/%2B18335550101"+version, "", 404, nil)
	f.do("DELETE", "/phoneNumbers/%2B18335550101"+version, "", 404, nil)

	// What a search held may be bought once, and not after its time.
	o := f.finish(f.begin("POST", "/availablePhoneNumbers/:purchase"+version, `{"searchId":"`+s.SearchID+`"}`))
	if o.Status != "failed" || o.Error == nil || o.Error.Code == "" || o.Error.Message == "" {
		t.Errorf("second purchase: %+v", o)
	}
	late := f.found(tollFreeSearch)
	f.clock.Advance(holdFor)
	if o := f.finish(f.begin("POST", "/availablePhoneNumbers/:purchase"+version, `{"searchId":"`+late.SearchID+`"}`)); o.Status != "failed" {
		t.Errorf("late purchase: %+v", o)
	}
	if again := f.found(tollFreeSearch); !slices.Equal(again.PhoneNumbers, late.PhoneNumbers) {
		t.Errorf("numbers do not come back: %+v", again)
	}
}

func TestPendingPurchaseSurvivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.db")
	f, stop := start(t, file, epoch)
	s := f.found(tollFreeSearch)
	h := f.begin("POST", "/availablePhoneNumbers/:purchase"+version, `{"searchId":"`+s.SearchID+`"}`)
	stop()
	f, _ = start(t, file, f.clock.Now().Add(time.Hour))
	f.until("the purchase ends", func() bool {
		var o operationAnswer
		f.do("GET", h.Get("Operation-Location"), "", 200, &o)
		return o.Status == "succeeded"
	})
	f.do("GET", "/phoneNumbers/"+s.PhoneNumbers[0]+version, "", 200, nil)
}

func TestSearchesThatFindLess(t *testing.T) {
	f := fresh(t)
	const all = `{"phoneNumberType":"tollFree","assignmentType":"application","capabilities":{"calling":"inbound","sms":"none"},"areaCode":"833","quantity":100}`
	if s := f.found(all); len(s.PhoneNumbers) != 99 {
		t.Errorf("%d numbers, want all 99 that are left", len(s.PhoneNumbers))
	}
	o := f.finish(f.begin("POST", "/availablePhoneNumbers/countries/US/:search"+version, all))
	if o.Status != "failed" || o.Error == nil || o.Error.Code != "OutOfStock" {
		t.Errorf("nothing left: %+v", o)
	}
	for _, bad := range []string{
		``, `[]`, `{}`, `{"phoneNumberType":"tollFree"}`, `{"phoneNumberType":1}`,
		strings.Replace(all, `"tollFree"`, `"toll"`, 1), strings.Replace(all, `"application"`, `"person"`, 1),
		strings.Replace(all, `100`, `0`, 1), strings.Replace(all, `"none"`, `"x"`, 1),
	} {
		f.do("POST", "/availablePhoneNumbers/countries/US/:search"+version, bad, 400, nil)
	}
	f.do("POST", "/availablePhoneNumbers/countries/XX/:search"+version, all, 404, nil)
	f.do("POST", "/availablePhoneNumbers/:purchase"+version, `{"searchId":"nope"}`, 404, nil)
	f.do("POST", "/availablePhoneNumbers/:purchase"+version, `{}`, 400, nil)
	f.do("GET", "/phoneNumbers/operations/search_x"+version, "", 404, nil)
}

func TestCancel(t *testing.T) {
	f := fresh(t)
	s := f.found(tollFreeSearch)
	h := f.begin("POST", "/availablePhoneNumbers/:purchase"+version, `{"searchId":"`+s.SearchID+`"}`)
	path := "/phoneNumbers/operations/" + h.Get("operation-id") + version
	f.do("DELETE", path, "", 204, nil)
	f.clock.Advance(time.Minute)
	var o operationAnswer
	f.do("GET", path, "", 200, &o)
	if o.Status != "failed" || o.Error == nil {
		t.Errorf("cancelled: %+v", o)
	}
	f.do("GET", "/phoneNumbers/"+s.PhoneNumbers[0]+version, "", 404, nil)
	f.do("DELETE", "/phoneNumbers/operations/search_"+s.SearchID+version, "", 204, nil)
	if again := f.found(tollFreeSearch); !slices.Equal(again.PhoneNumbers, s.PhoneNumbers) {
		t.Errorf("the numbers of a cancelled search do not come back: %+v", again)
	}
}

func TestReservations(t *testing.T) {
	f := fresh(t)
	const id = "6227aeb8-0000-4000-8000-000000000001"
	const path = "/availablePhoneNumbers/reservations/" + id
	patch := func(body string, status int) reservationItem {
		t.Helper()
		var out reservationItem
		f.do("PATCH", path+version, body, status, &out)
		return out
	}
	if r := patch(`{"phoneNumbers":{"18445550101":{"id":"18445550101"},"18445550102":{}}}`, 201); len(r.PhoneNumbers) != 2 ||
		r.Status != "active" || r.ExpiresAt != "2025-01-02T03:19:05.0000000Z" || r.PhoneNumbers["18445550101"].Status != "reserved" {
		t.Errorf("created: %+v", r)
	}
	f.clock.Advance(time.Minute)
	r := patch(`{"phoneNumbers":{"18445550102":null,"18445550101":{},"18335550100":{},"1":{}}}`, 207)
	if r.ExpiresAt != "2025-01-02T03:20:05.0000000Z" || r.PhoneNumbers["18335550100"].Error == nil ||
		r.PhoneNumbers["1"].Status != "error" || r.PhoneNumbers["18445550101"].Error != nil || len(r.PhoneNumbers) != 3 {
		t.Errorf("changed: %+v", r)
	}
	var list struct{ Reservations []reservationItem }
	f.do("GET", "/availablePhoneNumbers/reservations"+version, "", 200, &list)
	if len(list.Reservations) != 1 || list.Reservations[0].PhoneNumbers != nil {
		t.Errorf("list: %+v", list)
	}
	h := f.begin("POST", path+"/:purchase"+version, `{"agreeToNotResell":true}`)
	if h.Get("reservation-purchase-id") == "" {
		t.Errorf("headers: %v", h)
	}
	patch(`{"phoneNumbers":{}}`, 400)
	if o := f.finish(h); o.Status != "succeeded" || o.OperationType != "reservationPurchase" {
		t.Errorf("purchase: %+v", o)
	}
	f.do("GET", path+version, "", 200, &r)
	if r.Status != "completed" {
		t.Errorf("after the purchase: %+v", r)
	}
	f.do("GET", "/phoneNumbers/+18445550101"+version, "", 200, nil)
	f.do("DELETE", path+version, "", 400, nil)

	const second = "/availablePhoneNumbers/reservations/6227aeb8-0000-4000-8000-000000000002"
	f.do("PATCH", second+version, `{"phoneNumbers":{}}`, 201, nil)
	f.do("POST", second+"/:purchase"+version, `{}`, 400, nil)
	f.do("DELETE", second+version, "", 204, nil)
	f.do("GET", second+version, "", 404, nil)
	f.do("PATCH", second+version, `{"phoneNumbers":{"18445550103":{}}}`, 201, nil)
	f.clock.Advance(reservedFor)
	f.do("GET", second+version, "", 200, &r)
	if r.Status != "expired" {
		t.Errorf("after its time: %+v", r)
	}
	f.do("PATCH", "/availablePhoneNumbers/reservations/x"+version, `{}`, 400, nil)
	// Somebody else's id.
	f.serve(signedRequest("PATCH", path+version, `{}`, secondKey, f.clock.Now()), 409, nil)
	f.serve(signedRequest("GET", path+version, ``, secondKey, f.clock.Now()), 404, nil)
}

func TestCatalog(t *testing.T) {
	f := fresh(t)
	const us = "/availablePhoneNumbers/countries/US"
	for _, c := range []struct{ target, want string }{
		{"/availablePhoneNumbers/countries" + version + "&maxPageSize=1&skip=5", `{"countries":[{"localizedName":"United States","countryCode":"US"}]}`},
		{us + "/localities" + version + "&administrativeDivision=WA", `{"phoneNumberLocalities":[
			{"localizedName":"Redmond","administrativeDivision":{"localizedName":"Washington","abbreviatedName":"WA"}},
			{"localizedName":"Seattle","administrativeDivision":{"localizedName":"Washington","abbreviatedName":"WA"}}]}`},
		{us + "/areaCodes" + version + "&phoneNumberType=tollFree&assignmentType=application",
			`{"areaCodes":[{"areaCode":"833"},{"areaCode":"844"},{"areaCode":"855"},{"areaCode":"866"}]}`},
		{us + "/areaCodes" + version + "&phoneNumberType=geographic&locality=St.%20Louis&administrativeDivision=MO",
			`{"areaCodes":[{"areaCode":"314"}]}`},
		{us + "/offerings" + version + "&phoneNumberType=tollFree", `{"phoneNumberOfferings":[{"phoneNumberType":"tollFree",
			"assignmentType":"application","availableCapabilities":{"calling":"inbound+outbound","sms":"inbound+outbound"},
			"cost":{"amount":2.0,"currencyCode":"USD","billingFrequency":"monthly"}}]}`},
	} {
		golden(t, f.do("GET", c.target, "", 200, nil).Body.String(), c.want)
	}
	r := signedRequest("GET", "/availablePhoneNumbers/countries"+version, "", wellknown.ACSPrimaryKey, epoch)
	r.Header.Set("Accept-Language", "fr-FR")
	if w := f.serve(r, 200, nil); !strings.Contains(w.Body.String(), "États-Unis") {
		t.Error(w.Body)
	}
	for _, bad := range []string{
		us + "/areaCodes" + version, us + "/areaCodes" + version + "&phoneNumberType=geographic",
		us + "/offerings" + version + "&phoneNumberType=x", us + "/localities" + version + "&maxPageSize=0",
	} {
		f.do("GET", bad, "", 400, nil)
	}
	f.do("GET", "/availablePhoneNumbers/countries/ZZ/offerings"+version, "", 404, nil)

	var browsed struct{ PhoneNumbers []availableNumber }
	f.do("POST", us+"/:browse"+version, `{"phoneNumberType":"tollFree","capabilities":{"sms":"outbound"},"phoneNumberPrefixes":["83355501"]}`, 200, &browsed)
	if len(browsed.PhoneNumbers) != browseSize {
		t.Errorf("%d numbers", len(browsed.PhoneNumbers))
	}
	for _, n := range browsed.PhoneNumbers {
		if !strings.HasPrefix(n.PhoneNumber, "+183355501") || n.PhoneNumber == wellknown.NumberTollFree || n.Status != "available" {
			t.Errorf("browsed: %+v", n)
		}
	}
	f.do("POST", us+"/:browse"+version, `{}`, 400, nil)
}

func TestOperatorInformation(t *testing.T) {
	f := fresh(t)
	const path = "/operatorInformation/:search" + version
	golden(t, f.do("POST", path, `{"phoneNumbers":["+12065550100"]}`, 200, nil).Body.String(),
		`{"values":[{"phoneNumber":"+12065550100","nationalFormat":"(206) 555-0100","internationalFormat":"+1 206-555-0100"}]}`)
	var out struct{ Values []operatorInformation }
	f.do("POST", path, `{"phoneNumbers":["+33612345678"],"options":{"includeAdditionalOperatorDetails":true}}`, 200, &out)
	if v := out.Values[0]; v.ISOCountryCode != "FR" || v.NumberType != "mobile" || v.OperatorDetails == nil {
		t.Errorf("details: %+v", v)
	}
	for _, bad := range []string{`{}`, `{"phoneNumbers":[]}`, `{"phoneNumbers":["12"]}`, `{"phoneNumbers":["+1"]}`} {
		f.do("POST", path, bad, 400, nil)
	}
}

// Every number for sale belongs to one block, and the owned ones are among them,
// so that they can be bought again.
func TestBlocksDoNotOverlap(t *testing.T) {
	for _, b := range blocks {
		for _, i := range []int{0, b.size() - 1} {
			n := b.number(i)
			if !e164.MatchString(n) {
				t.Errorf("%s is not E.164", n)
			}
			if found, _ := blockOf(n); found != b {
				t.Errorf("%s lies in two blocks", n)
			}
		}
	}
	for _, n := range []string{wellknown.NumberTollFree, wellknown.NumberGeographic} {
		if _, ok := blockOf(n); !ok {
			t.Errorf("%s is in no block", n)
		}
	}
}

// Two purchases at one time never sell a number twice.
func TestHoldsAreExclusive(t *testing.T) {
	f := fresh(t)
	seen := map[string]bool{}
	for range 5 {
		for _, n := range f.found(tollFreeSearch).PhoneNumbers {
			if seen[n] {
				t.Errorf("%s was found twice", n)
			}
			seen[n] = true
		}
	}
	held, err := sqlstore.List(context.Background(), f.db.Read(), scanText, `SELECT number FROM acs_hold`)
	if err != nil || len(held) != len(seen) {
		t.Errorf("%d held, %d found, %v", len(held), len(seen), err)
	}
}
