package audio_test

import (
	"fmt"
	"math"
	"testing"

	"guichet/internal/platform/audio"
)

// ratios are the conversions that calls and prompts need.
var ratios = [][2]int{
	{8000, 16000}, {16000, 8000}, {16000, 24000}, {24000, 16000}, {16000, 48000}, {48000, 16000},
	{8000, 48000}, {48000, 8000}, {22050, 16000}, {44100, 16000},
}

func resampler(t testing.TB, from, to int) *audio.Resampler {
	t.Helper()
	r, err := audio.NewResampler(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTonesStayPureThroughResampling(t *testing.T) {
	t.Parallel()
	for _, ratio := range ratios {
		for _, hz := range []float64{300, 1000, 3000} {
			out := resampler(t, ratio[0], ratio[1]).Append(nil, sine(ratio[0], hz, float64(ratio[0]), 0.7))
			out = out[len(out)/4 : len(out)*3/4]
			amplitude, sinad := fit(out, hz, float64(ratio[1]))
			t.Logf("%d to %d, %4.0f Hz: %.4f, SINAD %.1f dB", ratio[0], ratio[1], hz, amplitude, sinad)
			if math.Abs(20*math.Log10(amplitude/0.7)) > 0.2 || sinad < 78 {
				t.Errorf("%d to %d, %.0f Hz: amplitude %.4f, SINAD %.1f dB", ratio[0], ratio[1], hz, amplitude, sinad)
			}
		}
	}
}

func TestWhatTheLowerRateCannotCarryIsRemoved(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to int
		hz       float64
		most     float64 // dB below the tone
	}{
		{16000, 8000, 4600, -75}, {16000, 8000, 6000, -75}, {48000, 16000, 9200, -75}, {48000, 8000, 15000, -75}, {24000, 16000, 9200, -75}, {44100, 16000, 12000, -75},
	} {
		out := resampler(t, c.from, c.to).Append(nil, sine(c.from, c.hz, float64(c.from), 0.7))
		left := audio.Level(out[len(out)/4:len(out)*3/4]) - 20*math.Log10(0.7/math.Sqrt2)
		if left > c.most {
			t.Errorf("%d to %d: %.0f Hz is left at %.1f dB", c.from, c.to, c.hz, left)
		}
	}
	out := resampler(t, 16000, 8000).Append(nil, sine(16000, 3400, 16000, 0.7))
	if a, _ := fit(out[1000:7000], 3400, 8000); 20*math.Log10(a/0.7) < -1.5 {
		t.Errorf("3.4 kHz is at %.2f dB", 20*math.Log10(a/0.7))
	}
}

func TestPiecesJoinWithoutSeam(t *testing.T) {
	t.Parallel()
	for _, ratio := range ratios {
		in := sine(ratio[0], 440, float64(ratio[0]), 0.5)
		whole := resampler(t, ratio[0], ratio[1]).Append(nil, in)
		if d := len(whole) - ratio[1]; d < 0 || d > 1 {
			t.Errorf("%d to %d: a second is %d samples", ratio[0], ratio[1], len(whole))
		}
		r := resampler(t, ratio[0], ratio[1])
		var pieces []int16
		for i, n := 0, 1; i < len(in); n = n*7%997 + 1 {
			end := min(len(in), i+n)
			pieces = r.Append(pieces, in[i:end])
			i = end
		}
		if len(pieces) != len(whole) {
			t.Fatalf("%d to %d: %d samples in pieces, %d at once", ratio[0], ratio[1], len(pieces), len(whole))
		}
		for i := range whole {
			if whole[i] != pieces[i] {
				t.Fatalf("%d to %d: sample %d differs", ratio[0], ratio[1], i)
			}
		}
		// After a reset it begins as new; a flush lets the end out.
		r.Reset()
		if again := r.Append(nil, in[:100]); again[len(again)-1] != whole[len(again)-1] {
			t.Error("a reset resampler remembers")
		}
		if rest := r.Flush(nil); len(rest) == 0 {
			t.Error("nothing came out at the end")
		}
	}
}

func TestAFrameIsAFrameAtEveryRateOfCalls(t *testing.T) {
	t.Parallel()
	for _, ratio := range ratios[:8] {
		r := resampler(t, ratio[0], ratio[1])
		for range 10 {
			if n := len(r.Append(nil, make([]int16, ratio[0]/50))); n != ratio[1]/50 {
				t.Errorf("%d to %d: 20 ms are %d samples", ratio[0], ratio[1], n)
			}
		}
		if ms := r.Delay().Seconds() * 1000; ms > 2.1 {
			t.Errorf("%d to %d: delays by %.1f ms", ratio[0], ratio[1], ms)
		}
	}
	if got := resampler(t, 16000, 16000).Append(nil, []int16{5, 6}); len(got) != 2 || got[1] != 6 {
		t.Errorf("the same rate changes the sound: %v", got)
	}
}

func TestFullScaleIsLimitedNotWrapped(t *testing.T) {
	t.Parallel()
	in := make([]int16, 800)
	for i := range in {
		in[i] = 32767
		if i/20%2 == 1 {
			in[i] = -32768
		}
	}
	out := resampler(t, 8000, 16000).Append(nil, in)
	for i := 1; i < len(out); i++ {
		if d := int(out[i]) - int(out[i-1]); d > 60000 || d < -60000 {
			t.Fatalf("it jumps by %d at %d", d, i)
		}
	}
}

func TestRatesThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, ratio := range [][2]int{{0, 16000}, {16000, -1}, {8000, 1 << 20}, {44101, 16000}} {
		if _, err := audio.NewResampler(ratio[0], ratio[1]); err == nil {
			t.Errorf("%d to %d is accepted", ratio[0], ratio[1])
		}
	}
}

func TestResamplingDoesNotAllocate(t *testing.T) {
	r := resampler(t, 8000, 16000)
	in, out := make([]int16, 160), make([]int16, 0, 320)
	if n := testing.AllocsPerRun(100, func() { r.Append(out[:0], in) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func BenchmarkResample(b *testing.B) {
	for _, ratio := range ratios {
		b.Run(fmt.Sprintf("%dto%d", ratio[0], ratio[1]), func(b *testing.B) {
			r := resampler(b, ratio[0], ratio[1])
			in, out := sine(ratio[0]/50, 440, float64(ratio[0]), 0.5), make([]int16, 0, 1000)
			for b.Loop() {
				r.Append(out[:0], in)
			}
			core(b)
		})
	}
}
