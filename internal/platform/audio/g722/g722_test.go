package g722_test

import (
	"bytes"
	"math"
	"os"
	"testing"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/g722"
)

// input is speech, then noise and square waves from silence to full scale. It is
// made of integers, so every machine makes the same.
func input(t testing.TB) []int16 {
	t.Helper()
	speech := samples(t, "testdata/speech.s16")
	seed := uint32(1)
	for i := range 8000 {
		seed = seed*1664525 + 1013904223
		v := int32(int16(seed>>16)) >> (uint(7999-i) / 700)
		if i/500%3 == 2 {
			v = int32(math.MaxInt16)
			if i/halfPeriod(i)%2 == 1 {
				v = math.MinInt16
			}
		}
		speech = append(speech, int16(v))
	}
	return speech
}

// halfPeriod is the half period of the square wave at a place.
func halfPeriod(i int) int { return 2 + i/500 }

func samples(t testing.TB, file string) []int16 {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := make([]int16, len(b)/2)
	audio.FromBytes(s, b)
	return s
}

// noise are bytes that no encoder would send in this order.
func noise() []byte {
	b := make([]byte, 4000)
	seed := uint32(7)
	for i := range b {
		seed = seed*1664525 + 1013904223
		b[i] = byte(seed >> 24)
	}
	return b
}

// TestInputsForRecording leaves the inputs of the golden files where ffmpeg can
// read them, when told where: see testdata/README.md.
func TestInputsForRecording(t *testing.T) {
	dir := os.Getenv("G722_RECORD")
	if dir == "" {
		t.Skip("G722_RECORD names no folder; the golden files are recorded already")
	}
	for name, b := range map[string][]byte{"input.s16": audio.AppendBytes(nil, input(t)), "noise.g722": noise()} {
		if err := os.WriteFile(dir+"/"+name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryByteAndSampleIsThatOfFfmpeg(t *testing.T) {
	t.Parallel()
	in := input(t)
	want, err := os.ReadFile("testdata/encoded.g722")
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(in)/2)
	// In pieces of changing length: the state must carry over.
	e := g722.NewEncoder()
	for at, n := 0, 2; at < len(in); n = n*3%322 + 2 {
		n &^= 1
		end := min(at+n, len(in))
		e.Encode(got[at/2:], in[at:end])
		at = end
	}
	if !bytes.Equal(got, want) {
		t.Errorf("encoding differs from ffmpeg's at byte %d of %d (%d)", first(got, want), len(got), len(want))
	}
	for _, c := range []struct {
		name    string
		encoded []byte
		file    string
	}{{"speech", want, "testdata/decoded.s16"}, {"noise", noise(), "testdata/noise.s16"}} {
		out := make([]int16, 2*len(c.encoded))
		g722.NewDecoder().Decode(out, c.encoded)
		wanted := samples(t, c.file)
		if at := first(out, wanted); at >= 0 {
			t.Errorf("decoding of %s differs from ffmpeg's at sample %d of %d (%d)", c.name, at, len(out), len(wanted))
		}
	}
}

// first is where the two differ, -1 if nowhere.
func first[T comparable](a, b []T) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

func TestRoundTripKeepsSpeechAndTones(t *testing.T) {
	t.Parallel()
	tone := make([]int16, 16000)
	for i := range tone {
		tone[i] = int16(10000*math.Sin(2*math.Pi*1000*float64(i)/16000) + 3000*math.Sin(2*math.Pi*5000*float64(i)/16000))
	}
	for name, c := range map[string]struct {
		in   []int16
		want float64
	}{"tones": {tone, 30}, "speech": {samples(t, "testdata/speech.s16"), 15}} {
		code, out := make([]byte, len(c.in)/2), make([]int16, len(c.in))
		g722.NewEncoder().Encode(code, c.in)
		g722.NewDecoder().Decode(out, code)
		const delay = 22 // of the two filters
		var signal, off float64
		for i := 800; i < len(out); i++ {
			x, y := float64(c.in[i-delay]), float64(out[i])
			signal += x * x
			off += (x - y) * (x - y)
		}
		snr := 10 * math.Log10(signal/off)
		t.Logf("%s: %.1f dB", name, snr)
		if snr < c.want {
			t.Errorf("%s: %.1f dB, want %.0f", name, snr, c.want)
		}
	}
}

func TestTheDecoderRecoversAfterLoss(t *testing.T) {
	t.Parallel()
	in := samples(t, "testdata/speech.s16")
	code := make([]byte, len(in)/2)
	g722.NewEncoder().Encode(code, in)
	whole, cut := make([]int16, len(in)), make([]int16, len(in))
	g722.NewDecoder().Decode(whole, code)
	d := g722.NewDecoder()
	d.Decode(cut, code[:3200])
	d.Decode(cut[6720:], code[3360:]) // 20 ms were lost
	if c, _ := audio.Correlation(cut[9600:12000], whole[9600:12000]); c < 0.98 {
		t.Errorf("180 ms after a loss the sound is alike by %.3f", c)
	}
}

func TestCodingDoesNotAllocate(t *testing.T) {
	e, d := g722.NewEncoder(), g722.NewDecoder()
	in, code := make([]int16, 320), make([]byte, 160)
	if n := testing.AllocsPerRun(100, func() {
		e.Encode(code, in)
		d.Decode(in, code)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	in, code, e := input(b)[3200:3520], make([]byte, 160), g722.NewEncoder()
	for b.Loop() {
		e.Encode(code, in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20e6*100, "%core")
}

func BenchmarkDecode(b *testing.B) {
	in, code, d := input(b)[3200:3520], make([]byte, 160), g722.NewDecoder()
	g722.NewEncoder().Encode(code, in)
	for b.Loop() {
		d.Decode(in, code)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20e6*100, "%core")
}
