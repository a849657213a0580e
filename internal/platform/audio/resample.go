package audio

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// Limits of a Resampler.
const (
	minRate = 4000
	maxRate = 192000
	// maxPhases admits 44,100 Hz to 16,000 Hz (160 phases) and 22,050 Hz to
	// 16,000 Hz (320) and keeps a table below 1 MB.
	maxPhases = 640
	// span is the filter's length in samples of the lower of the two rates. 32
	// add 16 samples of delay: 2 ms at 8 kHz, 1 ms at 16 kHz.
	span = 32
	// cutoff is the -6 dB point as a part of the lower rate. Less than a half,
	// so that little folds back: about -1 dB at 3.4 kHz when the lower rate is
	// 8 kHz.
	cutoff = 0.47
	// beta shapes the Kaiser window: about 85 dB of stop band.
	beta = 8.5
	// piece is how many input samples are filtered at a time.
	piece = 480
)

// Resampler changes the rate of a mono stream. It keeps the end of what it has
// seen, so pieces of any length join without a seam. It is a polyphase FIR
// filter with a Kaiser window and serves one stream and one goroutine.
type Resampler struct {
	up, down int // output rate : input rate, reduced
	bank     *bank
	history  []float32 // taps-1 old samples, then the piece at hand
	next     int       // place of the next output, in 1/up of an input sample
	delay    time.Duration
}

// bank is one filter cut into phases; streams of the same ratio share it.
type bank struct {
	taps   int
	phases []float32 // up times taps, each phase in the order of time
}

var banks struct {
	sync.Mutex
	made map[[2]int]*bank
}

// NewResampler returns a resampler between two rates in Hz, from 4,000 to
// 192,000. All the rates of telephony and of common sound files go together;
// a ratio with more than 640 steps is an error.
func NewResampler(from, to int) (*Resampler, error) {
	if from < minRate || from > maxRate || to < minRate || to > maxRate {
		return nil, fmt.Errorf("audio: cannot resample from %d to %d Hz: rates are %d to %d", from, to, minRate, maxRate)
	}
	g := gcd(from, to)
	r := &Resampler{up: to / g, down: from / g}
	if r.up > maxPhases {
		return nil, fmt.Errorf("audio: cannot resample from %d to %d Hz: the ratio has %d steps, %d are allowed", from, to, r.up, maxPhases)
	}
	if from == to {
		return r, nil
	}
	r.bank = bankFor(r.up, r.down)
	r.history = make([]float32, r.bank.taps-1+piece)
	r.delay = time.Duration(r.bank.taps) * time.Second / time.Duration(2*from)
	return r, nil
}

// Delay is how much later the sound comes out.
func (r *Resampler) Delay() time.Duration { return r.delay }

// Reset forgets the past, for a stream that starts anew.
func (r *Resampler) Reset() {
	clear(r.history)
	r.next = 0
}

// Append resamples src and appends the result to dst. Between 8, 16, 24 and
// 48 kHz every 20 ms in are 20 ms out. It allocates only when dst is too small.
func (r *Resampler) Append(dst, src []int16) []int16 {
	if r.bank == nil {
		return append(dst, src...)
	}
	for len(src) > 0 {
		n := min(len(src), piece)
		dst = r.filter(dst, src[:n])
		src = src[n:]
	}
	return dst
}

// Flush appends what the filter still holds, at the end of a sound that is
// complete, and resets.
func (r *Resampler) Flush(dst []int16) []int16 {
	if r.bank != nil {
		var silence [piece]int16
		for left := r.bank.taps / 2; left > 0; left -= piece {
			dst = r.filter(dst, silence[:min(left, piece)])
		}
	}
	r.Reset()
	return dst
}

func (r *Resampler) filter(dst, src []int16) []int16 {
	taps := r.bank.taps
	fresh := r.history[taps-1:]
	for i, s := range src {
		fresh[i] = float32(s)
	}
	end := len(src) * r.up
	at := r.next
	for ; at < end; at += r.down {
		from := at / r.up
		phase := (at - from*r.up) * taps
		dst = append(dst, round(dot(r.history[from:from+taps], r.bank.phases[phase:phase+taps])))
	}
	r.next = at - end
	copy(r.history, r.history[len(src):len(src)+taps-1])
	return dst
}

// dot is the inner product; four sums let the processor overlap them.
func dot(x, h []float32) float32 {
	var a, b, c, d float32
	for len(x) >= 4 && len(h) >= 4 {
		a += x[0] * h[0]
		b += x[1] * h[1]
		c += x[2] * h[2]
		d += x[3] * h[3]
		x, h = x[4:], h[4:]
	}
	return (a + b) + (c + d)
}

func round(x float32) int16 {
	switch {
	case x >= math.MaxInt16:
		return math.MaxInt16
	case x <= math.MinInt16:
		return math.MinInt16
	case x < 0:
		return int16(x - 0.5)
	default:
		return int16(x + 0.5)
	}
}

func bankFor(up, down int) *bank {
	banks.Lock()
	defer banks.Unlock()
	b := banks.made[[2]int{up, down}]
	if b == nil {
		if banks.made == nil {
			banks.made = map[[2]int]*bank{}
		}
		b = newBank(up, down)
		banks.made[[2]int{up, down}] = b
	}
	return b
}

// newBank designs the filter. Time is counted in input samples; the lower rate
// decides how long the filter is and where it cuts.
func newBank(up, down int) *bank {
	stretch := max(1, float64(down)/float64(up)) // input samples in a sample of the lower rate
	taps := int(math.Ceil(span*stretch/4)) * 4   // dot takes four at a time
	b := &bank{taps: taps, phases: make([]float32, up*taps)}
	half := float64(taps) / 2
	weights := make([]float64, taps)
	for p := range up {
		var sum float64
		for i := range weights {
			// The newest sample is the last; phase p lies p/up after it.
			t := float64(taps-1-i) + float64(p)/float64(up) - half + 0.5/float64(up)
			weights[i] = sinc(2*cutoff*t/stretch) * kaiser(t/half)
			sum += weights[i]
		}
		// Each phase passes a constant exactly, else silence with an offset
		// would hum at the input's rate.
		for i, w := range weights {
			b.phases[p*taps+i] = float32(w / sum)
		}
	}
	return b
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the window at x, -1 to 1.
func kaiser(x float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return bessel(beta*math.Sqrt(1-x*x)) / bessel(beta)
}

// bessel is the modified Bessel function of order zero, by its power series.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-16; k++ {
		term *= (x / (2 * k)) * (x / (2 * k))
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
