package sip

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

const phoneOffer = "v=0\r\no=ada 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n" +
	"m=audio 4002 RTP/AVP 96 8 0 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n"

// FuzzSDP holds the parser to its promises: whatever it takes can be answered, and
// it understands its own answers.
func FuzzSDP(f *testing.F) {
	f.Add([]byte(phoneOffer))
	f.Add([]byte("v=0\nc=IN IP6 2001:db8::1\nm=audio 1 RTP/AVP 9\na=inactive\n"))
	f.Add([]byte("v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 65535/2 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000/1\r\n"))
	f.Add([]byte("v=0\r\nm=audio 70000 RTP/AVP 0\r\n"))
	addr := netip.MustParseAddrPort("192.0.2.9:4000")
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := parseSDP(body)
		if err != nil {
			return
		}
		if len(d.formats) == 0 || d.audio < 0 || d.audio >= len(d.lines) || len(d.lines) > maxMedia {
			t.Fatalf("%+v", d)
		}
		l := answer(addr, 1, 2, d)
		back, err := parseSDP(l.text())
		if err != nil {
			t.Fatalf("our own answer: %v: %q", err, l.text())
		}
		if len(back.lines) != len(d.lines) || back.audio != d.audio || back.dir != d.dir.mirrored() || back.addr != addr ||
			back.formats[0] != d.formats[0] || back.events != d.events || back.event != d.event {
			t.Fatalf("%+v of %+v", back, d)
		}
	})
}

func TestDescriptionsAreUnderstood(t *testing.T) {
	t.Parallel()
	d, err := parseSDP([]byte(phoneOffer))
	want := description{
		addr: netip.MustParseAddrPort("192.0.2.1:4002"), dir: sendonly, formats: []format{{8, "PCMA"}, {0, "PCMU"}}, event: 101, events: true,
		lines: []string{"video 4000 RTP/AVP 96", "audio 4002 RTP/AVP 96 8 0 101"}, audio: 1,
	}
	if err != nil || !reflect.DeepEqual(d, want) {
		t.Errorf("%+v %v", d, err)
	}
	text := string(answer(netip.MustParseAddrPort("[2001:db8::1]:4000"), 7, 3, d).text())
	for _, line := range []string{
		"o=- 7 3 IN IP6 2001:db8::1", "m=video 0 RTP/AVP 96", "m=audio 4000 RTP/AVP 8 101", "a=recvonly", "a=rtpmap:101 telephone-event/8000",
	} {
		if !strings.Contains(text, line+"\r\n") {
			t.Errorf("no %q in %s", line, text)
		}
	}
}

// FuzzContext holds the mapping of headers to its bounds, both ways: nothing goes
// out that could change a message, and what goes out comes in again.
func FuzzContext(f *testing.F) {
	f.Add("User-to-User", "3132;encoding=hex", "X-Order", "17")
	f.Add("X-A\r\nVia", "x", "x-b", "a\r\nTo: <sip:a@b>")
	f.Add("X-", "y", "X-MS-Custom-"+strings.Repeat("k", 80), strings.Repeat("v", 300))
	f.Fuzz(func(t *testing.T, name, value, name2, value2 string) {
		fields := []field{{name, value}, {name2, value2}, {"X-1", "1"}, {"X-2", "2"}, {"X-3", "3"}, {"X-4", "4"}, {"X-5", "5"}, {"X-6", "6"}}
		context := contextOf(fields)
		if custom(context) != maxContext && len(context) < maxContext {
			t.Fatalf("%v", context)
		}
		out := headersOf(map[string]string{name: value, name2: value2})
		for _, h := range append(out, headersOf(context)...) {
			if strings.ContainsAny(h.name+h.value, "\r\n\x00") || strings.ContainsAny(h.name, ": ") || len(h.name) > maxContextName ||
				len(h.value) > maxContextValue {
				t.Fatalf("%q", h)
			}
		}
		if back := contextOf(headersOf(context)); len(back) > len(context) {
			t.Fatalf("%v of %v", back, context)
		}
	})
}
