package dtmf_test

import (
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/dtmf"
	"guichet/internal/platform/audio/g711"
	"guichet/internal/platform/audio/g722"
)

func TestEventsAreThoseOfTheRFC(t *testing.T) {
	t.Parallel()
	e := dtmf.Event{Code: 11, End: true, Volume: 10, Duration: 800}
	b := e.Append(nil)
	if string(b) != "\x0b\x8a\x03\x20" {
		t.Errorf("% x", b)
	}
	got, err := dtmf.Parse(append(b, 9))
	if digit, ok := got.Digit(); err != nil || got != e || digit != '#' || !ok {
		t.Errorf("%+v %v", got, err)
	}
	if _, ok := (dtmf.Event{Code: 16}).Digit(); ok {
		t.Error("a flash is a digit")
	}
	if _, err := dtmf.Parse(b[:3]); !errors.Is(err, dtmf.ErrPayload) {
		t.Error(err)
	}
}

func TestAPressIsSentAndCollectedOnce(t *testing.T) {
	t.Parallel()
	var c dtmf.Collector
	var got string
	for n, digit := range []byte("0123456789*#abcd55") {
		p, err := dtmf.NewPress(digit, 100*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		timestamp := uint32(0xfffff000) + uint32(n)*4000
		packets, ends, releases := 0, 0, 0
		for {
			e, marker, ok := p.Next()
			if !ok {
				break
			}
			packets++
			if marker != (packets == 1) || int(e.Duration) != min(packets, 5)*160 || e.End != (packets >= 5) {
				t.Errorf("packet %d: %+v, marker %v", packets, e, marker)
			}
			if e.End {
				ends++
			}
			// The first packet of the 3 and all but the last of the 4 are lost.
			if digit == '3' && packets == 1 || digit == '4' && packets < 7 {
				continue
			}
			pressed, released, held := c.Packet(timestamp, e)
			if pressed {
				d, _ := e.Digit()
				got += string(d)
			}
			if released {
				releases++
				if held != 100*time.Millisecond {
					t.Errorf("%c was held for %v", digit, held)
				}
			}
		}
		if packets != 7 || ends != 3 || releases != 1 {
			t.Errorf("%c: %d packets, %d ends, %d releases", digit, packets, ends, releases)
		}
		// The end of the key before arrives late.
		if pressed, released, _ := c.Packet(timestamp-4000, dtmf.Event{End: true, Duration: 800}); pressed || released {
			t.Errorf("%c: a straggler counts", digit)
		}
	}
	if got != "0123456789*#ABCD55" {
		t.Errorf("collected %s", got)
	}
	if _, err := dtmf.NewPress('x', time.Second); err == nil {
		t.Error("x is a digit")
	}
}

func TestAKeyHeldLongIsOneKey(t *testing.T) {
	t.Parallel()
	var c dtmf.Collector
	pressed1, _, _ := c.Packet(1000, dtmf.Event{Code: 5, Duration: 0xffff})
	pressed2, _, _ := c.Packet(1000+0xffff, dtmf.Event{Code: 5, Duration: 160})
	pressed3, released, held := c.Packet(1000+0xffff, dtmf.Event{Code: 5, Duration: 8000, End: true})
	if !pressed1 || pressed2 || pressed3 || !released || held.Round(time.Millisecond) != 9192*time.Millisecond {
		t.Errorf("%v %v %v %v %v", pressed1, pressed2, pressed3, released, held)
	}
}

// detect feeds frames of 20 ms, as a call does.
func detect(sound []int16) string {
	d := dtmf.NewDetector()
	var got []byte
	for len(sound) > 0 {
		n := min(len(sound), audio.FrameSamples)
		got = d.Append(got, sound[:n])
		sound = sound[n:]
	}
	return string(d.Append(got, make([]int16, 1000)))
}

func keypad(t testing.TB, digits string, on, off time.Duration, level float64) []int16 {
	t.Helper()
	s, err := dtmf.AppendDigits(make([]int16, 333), digits, on, off, level)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestKeysAreHeardInTheSound(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	const all = "1234567890*#ABCD1159"
	for _, level := range []float64{-7, -13, -30, -38} {
		if got := detect(keypad(t, all, 45*ms, 45*ms, level)); got != all {
			t.Errorf("45 ms at %.0f dB: %s", level, got)
		}
	}
	if got := detect(keypad(t, all, 2*time.Second, 60*ms, -13)); got != all {
		t.Errorf("held for two seconds: %s", got)
	}
	if got := detect(keypad(t, all, 20*ms, 60*ms, -13)); got != "" {
		t.Errorf("20 ms are too short for a key: %s", got)
	}
	noisy := keypad(t, all, 60*ms, 60*ms, -20)
	seed := uint32(1)
	for i := range noisy {
		seed = seed*1664525 + 1013904223
		noisy[i] += int16(seed>>16) / 64 // 24 dB below a tone of -20
	}
	if got := detect(noisy); got != all {
		t.Errorf("with noise: %s", got)
	}
}

func TestKeysSurviveCodecs(t *testing.T) {
	t.Parallel()
	in := keypad(t, dtmf.Digits, 50*time.Millisecond, 50*time.Millisecond, -16)
	narrow, err := audio.NewResampler(16000, 8000)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := audio.NewResampler(8000, 16000)
	if err != nil {
		t.Fatal(err)
	}
	phone := narrow.Append(nil, in)
	code := make([]byte, len(phone))
	g711.Mu.Encode(code, phone)
	g711.Mu.Decode(phone, code)
	if got := detect(wide.Append(nil, phone)); got != dtmf.Digits {
		t.Errorf("through PCMU: %s", got)
	}
	code, out := make([]byte, len(in)/2), make([]int16, len(in))
	g722.NewEncoder().Encode(code, in)
	g722.NewDecoder().Decode(out, code)
	if got := detect(out); got != dtmf.Digits {
		t.Errorf("through G.722: %s", got)
	}
}

func TestDetunedAndTwistedKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		row, column, twist float64
		want               string
	}{
		{697, 1209, 0, "1"}, {697 * 1.007, 1209 * 0.993, 0, "1"}, {941 * 1.007, 1633 * 1.007, 0, "D"},
		{697, 1209, 5, "1"}, {697, 1209, -7, "1"}, {697, 1209, 9, ""}, {697, 1209, -11, ""},
		{697 * 1.035, 1209, 0, ""}, {697, 697, 0, ""}, {1209, 1336, 0, ""}, {440, 480, 0, ""},
	} {
		low := dtmf.AppendTones(nil, 100*time.Millisecond, -20, c.row)
		high := dtmf.AppendTones(nil, 100*time.Millisecond, -20+c.twist, c.column)
		for i := range low {
			low[i] += high[i]
		}
		if got := detect(low); got != c.want {
			t.Errorf("%.0f and %.0f Hz, twist %.0f dB: %q, want %q", c.row, c.column, c.twist, got, c.want)
		}
	}
}

func TestSpeechIsNoKey(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../g722/testdata/speech.s16")
	if err != nil {
		t.Fatal(err)
	}
	speech := make([]int16, len(b)/2)
	audio.FromBytes(speech, b)
	// The sentence at many speeds stands for many voices.
	for rate := 10000; rate <= 24000; rate += 250 {
		r, err := audio.NewResampler(rate, 16000)
		if err != nil {
			t.Fatal(err)
		}
		if got := detect(r.Append(nil, speech)); got != "" {
			t.Errorf("at %d Hz speech is %s", rate, got)
		}
	}
}

func TestTonesHaveTheirLevel(t *testing.T) {
	t.Parallel()
	s := dtmf.AppendTones(nil, time.Second, -13, 425)
	if got := audio.Level(s[100:15900]); math.Abs(got+16.01) > 0.05 || len(s) != 16000 || s[0] != 0 {
		t.Errorf("%.2f dBFS, %d samples, begins with %d", got, len(s), s[0])
	}
	if _, err := dtmf.AppendDigits(nil, "1x", time.Second, 0, -13); err == nil {
		t.Error("x is a digit")
	}
}

func TestDetectionDoesNotAllocate(t *testing.T) {
	d := dtmf.NewDetector()
	frame, digits := make([]int16, 320), make([]byte, 0, 4)
	if n := testing.AllocsPerRun(100, func() { d.Append(digits, frame) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte{1, 0x8a, 0, 160, 2, 3}, uint32(7))
	f.Fuzz(func(t *testing.T, b []byte, timestamp uint32) {
		e, err := dtmf.Parse(b)
		if err != nil {
			return
		}
		if again, err := dtmf.Parse(e.Append(nil)); err != nil || again != e {
			t.Fatalf("%+v becomes %+v, %v", e, again, err)
		}
		var c dtmf.Collector
		pressed, _, _ := c.Packet(timestamp, e)
		again, released, _ := c.Packet(timestamp, e)
		if !pressed || again || released && e.End {
			t.Fatalf("%+v counts twice", e)
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	d := dtmf.NewDetector()
	frame, digits := keypad(b, "5", time.Second, 0, -13)[400:720], make([]byte, 0, 4)
	for b.Loop() {
		d.Append(digits, frame)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20e6*100, "%core")
}
