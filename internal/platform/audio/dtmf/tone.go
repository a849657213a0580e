package dtmf

import (
	"fmt"
	"math"
	"strings"
	"time"

	"guichet/internal/platform/audio"
)

// The tones of ITU-T Q.23 in Hz, and the keys at their crossings.
var (
	rows    = [4]float64{697, 770, 852, 941}
	columns = [4]float64{1209, 1336, 1477, 1633}
)

const keys = "123A456B789C*0#D"

// ramp is how long a tone takes to rise and to fall, so that it does not click.
const ramp = audio.SampleRate * 2 / 1000

// AppendDigits appends the tones of digits at 16 kHz, each on for on and
// followed by silence of off. Level is that of each of the two tones in dBFS of
// a sine's peak: -13 is usual, above -6 they would clip.
func AppendDigits(dst []int16, digits string, on, off time.Duration, level float64) ([]int16, error) {
	for _, digit := range []byte(digits) {
		at := strings.IndexByte(keys, upper(digit))
		if at < 0 {
			return nil, fmt.Errorf("dtmf: %q is no digit", digit)
		}
		dst = AppendTones(dst, on, level, rows[at/4], columns[at%4])
		dst = append(dst, make([]int16, samples(off))...)
	}
	return dst, nil
}

// AppendTones appends sines of the frequencies given, in Hz, together: a key, or
// a signal such as ringing and busy. Level is that of each in dBFS of its peak.
func AppendTones(dst []int16, d time.Duration, level float64, frequencies ...float64) []int16 {
	n := samples(d)
	peak := 32767 * math.Pow(10, level/20)
	for i := range n {
		var v float64
		for _, f := range frequencies {
			v += math.Sin(2 * math.Pi * f * float64(i) / audio.SampleRate)
		}
		edge := float64(min(i, n-1-i, ramp)) / ramp
		dst = append(dst, int16(max(-32768, min(math.Round(v*peak*edge), 32767))))
	}
	return dst
}

func samples(d time.Duration) int { return int(d * audio.SampleRate / time.Second) }
