package sip_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	sipmsg "github.com/emiago/sipgo/sip"

	"guichet/internal/cloud/sip"
	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
	"guichet/internal/platform/audio/wav"
)

func header(name, value string) sipmsg.Header { return sipmsg.NewHeader(name, value) }

// connect has a peer call the business number, and a virtual phone answer.
func connect(t *testing.T, f *fixture, p *peer, d dialling) (*call, string) {
	t.Helper()
	type result struct {
		c   *call
		err error
	}
	done := make(chan result, 1)
	if d.from == "" {
		d.from, d.to = customer, business
	}
	go func() {
		c, err := p.dial(t.Context(), f, d)
		done <- result{c, err}
	}()
	leg := f.handOver(f.incoming())
	r := <-done
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.c, leg.ID
}

// sayWAV has a virtual phone speak.
func (f *fixture) sayWAV(leg string, samples []int16) {
	f.t.Helper()
	f.control("POST", "/legs/"+leg+"/say", wavOf(f.t, samples), 200, nil)
}

func wavOf(t *testing.T, samples []int16) []byte {
	t.Helper()
	file := must(os.Create(filepath.Join(t.TempDir(), "say.wav")))(t)
	w := must(wav.NewWriter(file, audio.SampleRate, 1))(t)
	if err := w.Write(samples); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return must(os.ReadFile(file.Name()))(t)
}

// legHears waits until a virtual phone hears a pitch.
func (f *fixture) legHears(leg string, frequency float64) {
	f.t.Helper()
	until(f.t, "the phone hears the peer", func() (struct{}, bool) {
		var data []byte
		f.control("GET", "/legs/"+leg+"/heard", nil, 200, &data)
		sound, err := wav.Load(bytes.NewReader(data), 10*time.Minute)
		return struct{}{}, err == nil && hears(sound, frequency)
	})
}

func TestACallComesInOverEveryTransport(t *testing.T) {
	t.Parallel()
	for _, d := range []dialling{
		{transport: "udp", codec: "PCMU"}, {transport: "tcp", codec: "PCMA"}, {transport: "tls", codec: "G722"},
	} {
		t.Run(d.transport, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			p := newPeer(t, f)
			c, leg := connect(t, f, p, d)

			c.sound.speak(pitch(3*time.Second, 500))
			f.sayWAV(leg, pitch(3*time.Second, 1000))
			f.legHears(leg, 500)
			until(t, "the peer hears the phone", func() (struct{}, bool) { return struct{}{}, c.sound.hears(1000) })

			c.hangUp()
			f.leg(leg, "ended")
		})
	}
}

// application receives the callbacks of a call.
func application(t *testing.T) (address string, got chan map[string]any) {
	t.Helper()
	got = make(chan map[string]any, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var list []map[string]any
		if err := json.NewDecoder(r.Body).Decode(&list); err != nil {
			t.Error(err)
		}
		for _, e := range list {
			got <- e
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

// want is the data of the next callback of a type.
func want(t *testing.T, got chan map[string]any, kind string) map[string]any {
	t.Helper()
	for {
		select {
		case e := <-got:
			if e["type"] == "Microsoft.Communication."+kind {
				return e["data"].(map[string]any)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s did not happen", kind)
		}
	}
}

func TestKeysGoBothWays(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"events": "", "sound": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t)
			p := newPeer(t, f)
			address, got := application(t)
			d := dialling{transport: "udp", codec: "PCMU", from: customer, to: business}
			if body != "" {
				d.body = []byte(body)
			}
			answered := make(chan *call, 1)
			go func() {
				c, err := p.dial(t.Context(), f, d)
				if err != nil {
					t.Error(err)
				}
				answered <- c
			}()
			const version = "?api-version=2026-03-12"
			f.do("POST", "/calling/callConnections:answer"+version, map[string]any{
				"incomingCallContext": f.incoming().IncomingCallContext, "callbackUri": address,
			}, 200, nil)
			c := <-answered
			id := "/calling/callConnections/" + want(t, got, "CallConnected")["callConnectionId"].(string)
			target := map[string]any{"phoneNumber": map[string]any{"value": customer}}
			f.do("POST", id+":startContinuousDtmfRecognition"+version, map[string]any{"targetParticipant": target}, 200, nil)
			if body == "" {
				c.sound.press("4#")
			} else {
				c.sound.speak(must(dtmf.AppendDigits(nil, "4#", 120*time.Millisecond, 120*time.Millisecond, -10))(t))
			}
			for _, tone := range []string{"four", "pound"} {
				if data := want(t, got, "ContinuousDtmfRecognitionToneReceived"); data["tone"] != tone {
					t.Errorf("%v, want %s", data["tone"], tone)
				}
			}
			f.do("POST", id+":sendDtmfTones"+version, map[string]any{"targetParticipant": target, "tones": []string{"five", "asterisk"}}, 202, nil)
			want(t, got, "SendDtmfTonesCompleted")
			until(t, "the peer receives the keys", func() (struct{}, bool) {
				if body == "" {
					return struct{}{}, c.sound.pressed() == "5*"
				}
				return struct{}{}, c.sound.detected() == "5*"
			})
			f.do("POST", id+":terminate"+version, map[string]any{}, 204, nil)
			c.over()
		})
	}
}

func TestWhoCalledIsHungUpOn(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	c, leg := connect(t, f, p, dialling{transport: "udp", codec: "PCMU"})
	f.control("POST", "/legs/"+leg+"/hangup", nil, 204, nil)
	c.over()
}

func TestHeadersBecomeTheCustomContext(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := p.dial(ctx, f, dialling{transport: "udp", codec: "PCMU", from: customer, to: business, headers: []sipmsg.Header{
			header("User-to-User", "3132;encoding=hex"), header("X-Order", "A 17"), header("X-MS-Custom-Tier", "gold"), header("Subject", "none"),
		}})
		done <- err
	}()
	in := f.incoming()
	want := map[string]string{"User-To-User": "3132;encoding=hex", "X-Order": "A 17", "X-MS-Custom-Tier": "gold"}
	if len(in.CustomContext.SIPHeaders) != len(want) {
		t.Errorf("%v", in.CustomContext.SIPHeaders)
	}
	for name, value := range want {
		if in.CustomContext.SIPHeaders[name] != value {
			t.Errorf("%s: %q", name, in.CustomContext.SIPHeaders[name])
		}
	}
	if in.From.RawID != "4:"+customer || in.To.RawID != "4:"+business || in.CallerDisplayName != "Ada" {
		t.Errorf("%+v", in)
	}
	// The caller gives up: the library's peer sends CANCEL.
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	f.do("POST", "/calling/callConnections:reject?api-version=2026-03-12", map[string]any{
		"incomingCallContext": in.IncomingCallContext, "callRejectReason": "busy",
	}, 404, nil)
}

// refusal is the status that a call was refused with.
func refusal(t *testing.T, err error) int {
	t.Helper()
	var refused *sipgo.ErrDialogResponse
	if !errors.As(err, &refused) {
		t.Fatalf("not refused: %v", err)
	}
	return refused.Res.StatusCode
}

func TestCallsAreRefused(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	good := dialling{transport: "udp", codec: "PCMU", from: customer, to: business}
	for name, c := range map[string]struct {
		change func(d *dialling)
		want   int
	}{
		"a number that nobody owns": {func(d *dialling) { d.to = "+14255559999" }, 404},
		"no number":                 {func(d *dialling) { d.to = "reception" }, 404},
		"a wrong password":          {func(d *dialling) { d.password = "wrong" }, 401},
		"an unknown extension":      {func(d *dialling) { d.headers = []sipmsg.Header{header("Require", "100rel")} }, 420},
		"encryption that is not spoken": {func(d *dialling) {
			d.body = []byte("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/SAVP 0\r\n")
		}, 488},
		"an encoding that is not spoken": {func(d *dialling) {
			d.body = []byte("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 18\r\n")
		}, 488},
		"garbage for a description": {func(d *dialling) { d.body = []byte("hello") }, 488},
	} {
		d := good
		c.change(&d)
		_, err := p.dial(t.Context(), f, d)
		if got := refusal(t, err); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	for reason, want := range map[string]int{"busy": 486, "forbidden": 403, "none": 603} {
		done := make(chan error, 1)
		go func() {
			_, err := p.dial(t.Context(), f, good)
			done <- err
		}()
		in := f.incoming()
		f.do("POST", "/calling/callConnections:reject?api-version=2026-03-12", map[string]any{
			"incomingCallContext": in.IncomingCallContext, "callRejectReason": reason,
		}, 204, nil)
		if got := refusal(t, <-done); got != want {
			t.Errorf("rejected as %s: %d, want %d", reason, got, want)
		}
	}
}

func TestHoldIsAnsweredRightly(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	c, leg := connect(t, f, p, dialling{transport: "udp", codec: "PCMU"})
	f.sayWAV(leg, pitch(20*time.Second, 1000))
	until(t, "the peer hears the phone", func() (struct{}, bool) { return struct{}{}, c.sound.hears(1000) })
	for offered, answered := range map[string]string{"sendonly": "recvonly", "inactive": "inactive", "recvonly": "sendonly"} {
		res := c.ask(sipmsg.INVITE, "application/sdp", c.sound.describe("PCMU", offered))
		if res.StatusCode != 200 || !bytes.Contains(res.Body(), []byte("a="+answered+"\r\n")) {
			t.Errorf("%s: %d %s", offered, res.StatusCode, res.Body())
		}
	}
	hold := bytes.ReplaceAll(c.sound.describe("PCMU", "sendrecv"), []byte("c=IN IP4 127.0.0.1"), []byte("c=IN IP4 0.0.0.0"))
	if res := c.ask(sipmsg.INVITE, "application/sdp", hold); !bytes.Contains(res.Body(), []byte("a=recvonly\r\n")) {
		t.Errorf("0.0.0.0: %s", res.Body())
	}
	quiet, still := 0, 0
	until(t, "nothing is sent while held", func() (struct{}, bool) {
		if now := c.sound.received(); now != quiet {
			quiet, still = now, 0
		}
		still++
		return struct{}{}, still > 10
	})
	res := c.ask(sipmsg.INVITE, "application/sdp", c.sound.describe("PCMU", "sendrecv"))
	if !bytes.Contains(res.Body(), []byte("a=sendrecv\r\n")) {
		t.Errorf("resumed: %s", res.Body())
	}
	until(t, "sound again", func() (struct{}, bool) { return struct{}{}, c.sound.received() > quiet+10 })
	if res := c.ask(sipmsg.INVITE, "application/sdp", []byte("nonsense")); res.StatusCode != 488 {
		t.Errorf("nonsense: %d", res.StatusCode)
	}
	c.hangUp()
	f.leg(leg, "ended")
}

func TestTheNetworkIsCalled(t *testing.T) {
	t.Parallel()
	for _, d := range []dialling{{transport: "udp", codec: "G722"}, {transport: "tcp", codec: "PCMU"}} {
		t.Run(d.transport, func(t *testing.T) {
			t.Parallel()
			f := start(t, func(o *sip.Options) { o.Transport = d.transport })
			p := newPeer(t, f)
			f.route("", p.ports[d.transport])
			taken := make(chan *call, 1)
			p.answer = func(c *call) {
				_ = c.server.Respond(180, "Ringing", nil)
				taken <- c
				c.accept(d.codec)
			}
			leg := f.dial(agent, map[string]string{"User-To-User": "uui", "X-MS-Custom-Order": "17", "Bad\r\nInjected": "x"})
			c := <-taken
			f.leg(leg.ID, "connected")
			if got := c.request.From().Address.User; got != business {
				t.Errorf("from %s", got)
			}
			for name, want := range map[string]string{"User-To-User": "uui", "X-MS-Custom-Order": "17"} {
				if h := c.request.GetHeader(name); h == nil || h.Value() != want {
					t.Errorf("%s: %v", name, h)
				}
			}
			c.sound.speak(pitch(3*time.Second, 500))
			f.sayWAV(leg.ID, pitch(3*time.Second, 1000))
			f.legHears(leg.ID, 500)
			until(t, "the peer hears the phone", func() (struct{}, bool) { return struct{}{}, c.sound.hears(1000) })
			f.control("POST", "/legs/"+leg.ID+"/hangup", nil, 204, nil)
			c.over()
		})
	}
}

func TestWhatTheNetworkAnswersIsTheCause(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	f.route("", p.ports["udp"])
	for status, want := range map[int]int{486: 486, 603: 603, 404: 404, 480: 480} {
		p.mu.Lock()
		p.answer = func(c *call) { _ = c.server.Respond(status, "No", nil) }
		p.mu.Unlock()
		leg := f.leg(f.dial(agent, nil).ID, "ended")
		if leg.Code != want || leg.SubCode != 560000+status {
			t.Errorf("%d: %d/%d %s", status, leg.Code, leg.SubCode, leg.Reason)
		}
	}
}

func TestACallThatIsGivenUpIsCancelled(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	f.route("", p.ports["udp"])
	cancelled := make(chan struct{})
	p.answer = func(c *call) {
		_ = c.server.Respond(180, "Ringing", nil)
		<-c.server.Context().Done()
		close(cancelled)
	}
	leg := f.dial(agent, nil)
	until(t, "ringing", func() (struct{}, bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		return struct{}{}, len(p.calls) == 1
	})
	f.control("POST", "/legs/"+leg.ID+"/hangup", nil, 204, nil)
	select {
	case <-cancelled:
	case <-time.After(10 * time.Second):
		t.Fatal("not cancelled")
	}
}

func TestTheTrunkEndsItsCallsWhenItStops(t *testing.T) {
	t.Parallel()
	f := start(t)
	p := newPeer(t, f)
	c, _ := connect(t, f, p, dialling{transport: "udp", codec: "PCMA"})
	f.stop()
	c.over()
}
