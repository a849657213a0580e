package handset_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"guichet/internal/cloud/handset"
)

// answered is what placing and accepting a call give.
type answered struct {
	Call   handset.View
	Answer string
}

// dial has a page place a call.
func (f *fixture) dial(p *page, from, to string) handset.View {
	f.t.Helper()
	var a answered
	f.do("POST", callsOf(from), map[string]string{"to": to, "page": "one", "offer": p.offer}, 201, &a)
	p.talk(a.Answer)
	return a.Call
}

// refused checks that a request is refused with a code.
func (f *fixture) refused(path string, body any, status int, code string) {
	f.t.Helper()
	var e struct {
		Error struct{ Code, Message string }
	}
	f.do("POST", path, body, status, &e)
	if e.Error.Code != code || e.Error.Message == "" {
		f.t.Fatalf("POST %s: %+v, want %s", path, e.Error, code)
	}
}

func TestCallOutIsHeardBothWays(t *testing.T) {
	f := start(t)
	f.phone(friend, "answer")
	for _, codec := range []string{"G722", "PCMU", "PCMA"} {
		p := newPage(t, codec)
		v := f.dial(p, customer, friend)
		if !v.Outgoing || v.Other != friend || v.Page != "one" {
			t.Errorf("%+v", v)
		}
		v = f.call(customer, "connected")
		if v.ConnectedAt.IsZero() {
			t.Errorf("%+v", v)
		}
		other := f.leg("4:"+friend, "connected")

		mine, theirs := chirp(500, time.Second), chirp(900, time.Second)
		p.say(mine)
		f.do("POST", "/calls/legs/"+other.ID+"/say", file(t, theirs), 200, nil)
		p.hears(theirs)
		until(t, "the other end hears "+codec, func() (int, bool) {
			sound := f.heard(other.ID)
			return len(sound), contains(sound, mine)
		})

		p.press("5#0")
		until(t, "the keys", func() (handset.View, bool) {
			v := f.call(customer, "connected")
			return v, v.Keys == "5#0"
		})

		f.do("POST", callsOf(customer)+"/"+v.ID+"/hangup", nil, 200, nil)
		if l := f.leg("4:"+friend, "ended"); l.ID != other.ID || l.Code != 200 {
			t.Errorf("%+v", l)
		}
		if v := f.call(customer, "ended"); v.Code != 200 || v.EndedAt.IsZero() {
			t.Errorf("%+v", v)
		}
		p.close()
	}
}

func TestWhyACallEnds(t *testing.T) {
	f := start(t)
	for _, x := range []struct {
		does          string
		to            string
		code, subCode int
	}{
		{"", "+14255550999", 480, 8544},
		{"busy", friend, 486, 8539},
		{"decline", friend, 603, 8538},
	} {
		if x.does != "" {
			f.phone(x.to, x.does)
		}
		f.dial(newPage(t, "G722"), customer, x.to)
		if v := f.call(customer, "ended"); v.Code != x.code || v.SubCode != x.subCode || v.Reason == "" {
			t.Errorf("%s: %+v", x.does, v)
		}
	}
	// A phone that rings: the caller is told so, and gives up.
	f.phone(friend, "ring")
	v := f.dial(newPage(t, "G722"), customer, friend)
	f.call(customer, "ringing")
	f.refused(callsOf(customer), map[string]string{"to": "+14255550999", "page": "two", "offer": newPage(t, "G722").offer}, 409, "inCall")
	f.do("POST", callsOf(customer)+"/"+v.ID+"/hangup", nil, 200, nil)
	if l := f.leg("4:"+friend, "ended"); l.Code != 487 {
		t.Errorf("%+v", l)
	}
	f.call(customer, "ended")
}

// comes has a virtual phone call the customer, and waits until it rings.
func (f *fixture) comes() handset.View {
	f.t.Helper()
	f.do("POST", "/calls", map[string]any{"from": friend, "to": customer, "name": "Ada"}, 201, nil)
	return f.call(customer, "ringing")
}

func TestOnePageAccepts(t *testing.T) {
	f := start(t)
	v := f.comes()
	if v.Outgoing || v.Other != friend || v.Name != "Ada" || v.Page != "" {
		t.Errorf("%+v", v)
	}
	path := callsOf(customer) + "/" + v.ID
	one, two := newPage(t, "G722"), newPage(t, "G722")
	var a answered
	f.do("POST", path+"/accept", map[string]string{"page": "one", "offer": one.offer}, 200, &a)
	f.refused(path+"/accept", map[string]string{"page": "two", "offer": two.offer}, 409, "taken")
	f.refused(path+"/media", map[string]string{"page": "two", "offer": two.offer}, 409, "taken")
	f.refused(path+"/decline", nil, 409, "taken")
	one.talk(a.Answer)
	if v := f.call(customer, "connected"); v.Page != "one" {
		t.Errorf("%+v", v)
	}
	other := f.leg("4:"+friend, "connected")
	// Who calls meanwhile is told that the phone is busy.
	f.do("POST", "/calls", map[string]any{"from": "+14255550188", "to": customer}, 201, nil)
	if l := f.leg("4:+14255550188", "ended"); l.SubCode != 8539 {
		t.Errorf("%+v", l)
	}
	sound := chirp(700, time.Second)
	one.say(sound)
	until(t, "the caller hears", func() (int, bool) {
		heard := f.heard(other.ID)
		return len(heard), contains(heard, sound)
	})
	f.do("POST", "/calls/legs/"+other.ID+"/hangup", nil, 204, nil)
	if v := f.call(customer, "ended"); v.Code != 200 || v.Lost {
		t.Errorf("%+v", v)
	}

	// The next call is declined, and the one after that missed.
	v = f.comes()
	f.do("POST", callsOf(customer)+"/"+v.ID+"/decline", nil, 200, nil)
	if l := f.leg("4:"+friend, "ended"); l.Code != 603 {
		t.Errorf("%+v", l)
	}
	v = f.comes()
	f.do("POST", "/calls/legs/"+f.leg("4:"+friend, "ringing").ID+"/hangup", nil, 204, nil)
	if v = f.call(customer, "ended"); v.SubCode != 8542 {
		t.Errorf("%+v", v)
	}
	f.refused(callsOf(customer)+"/"+v.ID+"/accept", map[string]string{"page": "two", "offer": two.offer}, 409, "taken")
}

func TestPageComesBackOrNot(t *testing.T) {
	f := start(t)
	f.phone(friend, "answer")
	first := newPage(t, "G722")
	v := f.dial(first, customer, friend)
	f.call(customer, "connected")
	other := f.leg("4:"+friend, "connected")
	first.say(chirp(500, time.Second))
	until(t, "sound", func() (int, bool) {
		sound := f.heard(other.ID)
		return len(sound), contains(sound, chirp(500, time.Second))
	})
	first.close()

	second := newPage(t, "PCMU")
	path := callsOf(customer) + "/" + v.ID + "/media"
	f.refused(path, map[string]string{"page": "two", "offer": second.offer}, 409, "taken")
	var a answered
	f.do("POST", path, map[string]string{"page": "one", "offer": second.offer}, 200, &a)
	second.talk(a.Answer)
	mine, theirs := chirp(1100, time.Second), chirp(1500, time.Second)
	second.say(mine)
	f.do("POST", "/calls/legs/"+other.ID+"/say", file(t, theirs), 200, nil)
	second.hears(theirs)
	until(t, "the other end hears the page again", func() (int, bool) {
		sound := f.heard(other.ID)
		return len(sound), contains(sound, mine)
	})

	gone := time.Now()
	second.close()
	if v := f.call(customer, "ended"); !v.Lost {
		t.Errorf("%+v", v)
	}
	if waited := time.Since(gone); waited < 9*time.Second {
		t.Errorf("hung up after %v", waited)
	}
	if l := f.leg("4:"+friend, "ended"); l.ID != other.ID {
		t.Errorf("%+v", l)
	}
}

func TestCustomersCallEachOther(t *testing.T) {
	f := start(t)
	f.do("POST", "/handset/customers", map[string]string{"number": friend}, 201, nil)
	one, two := newPage(t, "G722"), newPage(t, "PCMA")
	f.dial(one, customer, friend)
	v := f.call(friend, "ringing")
	var a answered
	f.do("POST", callsOf(friend)+"/"+v.ID+"/accept", map[string]string{"page": "x", "offer": two.offer}, 200, &a)
	two.talk(a.Answer)
	f.call(customer, "connected")
	sound := chirp(600, time.Second)
	one.say(sound)
	two.hears(sound)
}

func TestRefusals(t *testing.T) {
	f := start(t)
	good := newPage(t, "G722").offer
	opus := strings.NewReplacer("G722/8000", "X/8000").Replace(good)
	for _, x := range []struct {
		to, page, offer, code string
	}{
		{friend, "one", "", "badOffer"},
		{friend, "one", "v=0\r\n", "badOffer"},
		{friend, "one", "garbage", "badOffer"},
		{friend, "one", opus, "badOffer"},
		{friend, "one", strings.Replace(good, "m=audio", "m=video", 1), "badOffer"},
		{friend, "one", good[:len(good)/2], "badOffer"},
		{friend, "", good, "badRequest"},
		{friend, strings.Repeat("x", 65), good, "badRequest"},
		{customer, "one", good, "ownNumber"},
		{"112", "one", good, "badNumber"},
	} {
		f.refused(callsOf(customer), map[string]string{"to": x.to, "page": x.page, "offer": x.offer}, 400, x.code)
	}
	f.refused(callsOf("112"), nil, 400, "badNumber")
	f.refused(callsOf(customer)+"/nothing/hangup", nil, 404, "noCall")
	// A page of another origin is not let in.
	r := httptest.NewRequest("POST", "http://localhost/_guichet"+callsOf(customer), strings.NewReader("{}"))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	handset.New(handset.Options{}).Routes(mux)
	mux.ServeHTTP(w, r)
	if w.Code != 403 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var list struct{ Items []handset.View }
	f.do("GET", callsOf(customer), nil, 200, &list)
	if len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
}

// FuzzCalls gives the calls' API whatever comes: it is taken or refused in the
// API's shape, and is never a fault of the cloud's own.
func FuzzCalls(f *testing.F) {
	p := newPage(f, "G722")
	for i := range uint8(4) {
		f.Add(i, `{"to":"+14255550199","page":"one","offer":"v=0"}`)
		f.Add(i, `{"to":7}`)
		f.Add(i, `null`)
		f.Add(i, `{}{}`)
		f.Add(i, `{"page":"one","offer":"`+strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(p.offer)+`","to":"+14255550199"}`)
	}
	fix := start(f)
	paths := []string{"", "/x/accept", "/x/media", "/x/decline"}
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		status, answer := (&fixture{t, fix.url}).ask("POST", callsOf(customer)+paths[int(which)%len(paths)], []byte(body))
		if status >= 500 {
			t.Fatalf("%d %s", status, answer)
		}
	})
}
