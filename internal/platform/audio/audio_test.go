package audio_test

import (
	"math"
	"testing"

	"guichet/internal/platform/audio"
)

// sine is n samples of a tone with an amplitude of 0 to 1.
func sine(n int, hz, rate, amplitude float64) []int16 {
	s := make([]int16, n)
	for i := range s {
		s[i] = int16(math.Round(amplitude * 32767 * math.Sin(2*math.Pi*hz*float64(i)/rate)))
	}
	return s
}

// fit is the amplitude, 0 to 1, of the tone in the samples, and how far in dB
// all the rest lies below it: the SINAD. It solves for the tone by least
// squares, so no window is needed.
func fit(samples []int16, hz, rate float64) (amplitude, sinad float64) {
	var cc, ss, cs, xc, xs float64
	w := 2 * math.Pi * hz / rate
	for i, v := range samples {
		s, c := math.Sincos(w * float64(i))
		x := float64(v)
		cc, ss, cs, xc, xs = cc+c*c, ss+s*s, cs+c*s, xc+x*c, xs+x*s
	}
	det := cc*ss - cs*cs
	a, b := (xc*ss-xs*cs)/det, (xs*cc-xc*cs)/det
	var rest float64
	for i, v := range samples {
		s, c := math.Sincos(w * float64(i))
		d := float64(v) - a*c - b*s
		rest += d * d
	}
	power := (a*a + b*b) / 2
	return math.Hypot(a, b) / 32767, 10 * math.Log10(power/(rest/float64(len(samples))))
}

// core reports a benchmark of one 20 ms frame as a part of a processor.
func core(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(audio.FrameDuration.Nanoseconds())*100, "%core")
}

func TestBytesAndChannelsComeBackAsTheyWent(t *testing.T) {
	t.Parallel()
	samples := []int16{0, 1, -1, 32767, -32768, 256}
	b := make([]byte, 12)
	if n := audio.PutBytes(b, samples); n != 12 || b[2] != 1 || b[3] != 0 || b[4] != 0xff || b[10] != 0 || b[11] != 1 {
		t.Errorf("%d bytes: % x", n, b)
	}
	if string(audio.AppendBytes(nil, samples)) != string(b) {
		t.Error("AppendBytes differs from PutBytes")
	}
	back := make([]int16, 6)
	if n := audio.FromBytes(back, append(b, 7)); n != 6 || [6]int16(back) != [6]int16(samples) {
		t.Errorf("%d samples: %v", n, back)
	}
	if n := audio.FromBytes(back, b[:5]); n != 2 {
		t.Errorf("5 bytes are %d samples", n)
	}
	both := make([]int16, 6)
	if n := audio.Interleave(both, samples[:3], samples[3:]); n != 6 || [6]int16(both) != [6]int16{0, 32767, 1, -32768, -1, 256} {
		t.Errorf("%d samples: %v", n, both)
	}
	left, right := make([]int16, 3), make([]int16, 3)
	if n := audio.Deinterleave(left, right, both); n != 3 || left[2] != -1 || right[1] != -32768 {
		t.Errorf("%d samples: %v %v", n, left, right)
	}
	if audio.FrameSamples != 320 || audio.FrameBytes != 640 {
		t.Error("a frame is 320 samples")
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	full := sine(audio.SampleRate, 1000, audio.SampleRate, 1)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"level of a sine at full scale", audio.Level(full), -3.01},
		{"level of a tenth", audio.Level(sine(16000, 1000, 16000, 0.1)), -23.01},
		{"level of silence", audio.Level(make([]int16, 320)), audio.Silence},
		{"level of nothing", audio.Level(nil), audio.Silence},
		{"peak", audio.Peak(full), 1},
		{"peak downwards", audio.Peak([]int16{3, -32768}), 1},
		{"rms", audio.RMS(full), 0.7071},
	} {
		if math.Abs(c.got-c.want) > 0.01 {
			t.Errorf("%s: %.3f, want %.3f", c.name, c.got, c.want)
		}
	}
}

func TestCorrelationFindsAPattern(t *testing.T) {
	t.Parallel()
	// A chirp resembles itself at one place only.
	pattern := make([]int16, 800)
	for i := range pattern {
		x := float64(i) / 16000
		pattern[i] = int16(8000 * math.Sin(2*math.Pi*(300*x+20000*x*x)))
	}
	sound := make([]int16, 4000)
	for i, s := range pattern {
		sound[1234+i] = s/4 + 500
	}
	if c, at := audio.Correlation(sound, pattern); at != 1234 || c < 0.95 {
		t.Errorf("%.3f at %d", c, at)
	}
	for i := range sound {
		sound[i] = -sound[i]
	}
	if c, at := audio.Correlation(sound, pattern); at != 1234 || c > -0.95 {
		t.Errorf("upside down: %.3f at %d", c, at)
	}
	if c, _ := audio.Correlation(sine(3000, 3000, 16000, 0.5), pattern); math.Abs(c) > 0.4 {
		t.Errorf("a stranger: %.3f", c)
	}
	if c, _ := audio.Correlation(make([]int16, 900), pattern); c != 0 {
		t.Errorf("silence: %.3f", c)
	}
}
