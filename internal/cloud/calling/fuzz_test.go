package calling

import (
	"testing"
	"time"

	"guichet/internal/platform/audio"
)

// FuzzSaid gives a stream whatever an application may send: it must neither panic
// nor keep more than its bound.
func FuzzSaid(f *testing.F) {
	for _, seed := range []string{
		`{"kind":"audioData","audioData":{"data":"AAAA","isSilent":false},"stopAudio":{}}`,
		`{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}`,
		`{"Kind":"AudioData","AudioData":{"Data":"AAE="},"StopAudio":null}`, `{"kind":1}`, `[`, ``,
	} {
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, message []byte, wide bool) {
		st := &stream{}
		if wide {
			st.back, _ = audio.NewResampler(24000, audio.SampleRate)
		}
		st.said(message, time.Unix(0, 0))
		var frame audio.Frame
		st.say(time.Unix(1, 0), &frame)
		if len(st.in) > maxQueued {
			t.Errorf("%d samples wait", len(st.in))
		}
	})
}

// FuzzIdentifier reads identifiers of requests: what is accepted has a kind and a
// raw id of its own, and is the same when it is read again.
func FuzzIdentifier(f *testing.F) {
	for _, seed := range []string{
		`{"rawId":"4:+14255550123"}`, `{"phoneNumber":{"value":"+14255550123"}}`, `{"kind":"communicationUser","communicationUser":{"id":"8:acs:a_b"}}`,
		`{"kind":"phoneNumber","communicationUser":{"id":"8:acs:a_b"}}`, `{"rawId":"28:orgid:x"}`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var i Identifier
		if decode(body, &i) != nil {
			return
		}
		known, err := i.known()
		if err != nil {
			return
		}
		again, err := known.known()
		if err != nil || again.RawID != known.RawID || again.Kind != known.Kind {
			t.Errorf("%+v is read again as %+v: %v", known, again, err)
		}
	})
}
