package g711_test

import (
	"encoding/binary"
	"math"
	"os"
	"testing"

	"guichet/internal/platform/audio/g711"
)

// laws are judged by ffmpeg: the files are its decoding of the bytes 0 to 255.
var laws = []struct {
	law  *g711.Law
	file string
	zero byte
}{
	{g711.Mu, "testdata/mulaw.s16", 0xff},
	{g711.A, "testdata/alaw.s16", 0xd5},
}

func TestDecodingIsThatOfFfmpeg(t *testing.T) {
	t.Parallel()
	for _, l := range laws {
		golden, err := os.ReadFile(l.file)
		if err != nil {
			t.Fatal(err)
		}
		for c := range 256 {
			var got [1]int16
			l.law.Decode(got[:], []byte{byte(c)})
			if want := int16(binary.LittleEndian.Uint16(golden[2*c:])); got[0] != want {
				t.Errorf("%s %#02x is %d, ffmpeg has %d", l.law.Name(), c, got[0], want)
			}
		}
	}
}

func TestEverySampleGetsTheNearestCode(t *testing.T) {
	t.Parallel()
	for _, l := range laws {
		var values [256]int16
		var all [256]byte
		for c := range all {
			all[c] = byte(c)
		}
		l.law.Decode(values[:], all[:])
		for s := math.MinInt16; s <= math.MaxInt16; s++ {
			var code [1]byte
			l.law.Encode(code[:], []int16{int16(s)})
			nearest := math.MaxInt
			for _, v := range values {
				nearest = min(nearest, distance(int(v), s))
			}
			// The laws quantise 14 and 13 bits; the bits below them may tip a
			// sample that is in the middle.
			if d := distance(int(values[code[0]]), s); d > nearest+8 {
				t.Fatalf("%s: %d becomes %d, %d away; the nearest is %d away", l.law.Name(), s, values[code[0]], d, nearest)
			}
		}
		for c, v := range values {
			var code [1]byte
			l.law.Encode(code[:], []int16{v})
			if code[0] != byte(c) && v != 0 {
				t.Errorf("%s: %#02x does not survive decoding and encoding: %#02x", l.law.Name(), c, code[0])
			}
		}
		if l.law.Silence() != l.zero {
			t.Errorf("%s: silence is %#02x, want %#02x", l.law.Name(), l.law.Silence(), l.zero)
		}
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

func TestToneKeepsTelephoneQuality(t *testing.T) {
	t.Parallel()
	for _, l := range laws {
		for _, level := range []float64{-3, -20, -40} {
			var signal, noise float64
			for i := range 8000 {
				x := int16(32767 * math.Pow(10, level/20) * math.Sin(2*math.Pi*1020*float64(i)/8000))
				var code [1]byte
				var y [1]int16
				l.law.Encode(code[:], []int16{x})
				l.law.Decode(y[:], code[:])
				signal += float64(x) * float64(x)
				noise += float64(x-y[0]) * float64(x-y[0])
			}
			snr := 10 * math.Log10(signal/noise)
			t.Logf("%s at %.0f dB: %.1f dB", l.law.Name(), level, snr)
			// G.712 asks for 33 dB down to -30 dBm0 and 27 at -40.
			if want := map[bool]float64{true: 33, false: 27}[level > -30]; snr < want {
				t.Errorf("%s at %.0f dB: %.1f dB, want %.0f", l.law.Name(), level, snr, want)
			}
		}
	}
}

func TestCodingDoesNotAllocate(t *testing.T) {
	samples, code := make([]int16, 160), make([]byte, 160)
	if n := testing.AllocsPerRun(100, func() {
		g711.Mu.Encode(code, samples)
		g711.A.Decode(samples, code)
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// BenchmarkFrame is encoding and decoding 20 ms; %core is the part of a
// processor that one stream costs.
func BenchmarkFrame(b *testing.B) {
	samples, code := make([]int16, 160), make([]byte, 160)
	for b.Loop() {
		g711.Mu.Encode(code, samples)
		g711.Mu.Decode(samples, code)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20e6*100, "%core")
}
