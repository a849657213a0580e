package dtmf

import (
	"math"

	"guichet/internal/platform/audio"
)

// How a key is told from speech. The figures keep all keys of 45 ms that are
// off by 0.7 % and refuse hours of speech.
const (
	block = 410 // samples looked at together: 25.6 ms, so that neighbours are told apart
	hop   = block / 2
	// quietest is the mean square of a block below which nothing is looked for:
	// -45 dBFS.
	quietest = 32768 * 32768 * 3.2e-5
	// share is how much of the block's energy the two tones have at least.
	share = 0.65
	// The column may be louder than the row by 6 dB and softer by 8.
	twistUp, twistDown = 4.0, 0.158
	// apart is how much softer the other tones of a group are: 8 dB.
	apart = 0.158
	// agree is how many blocks in a row make a key, and gone how many without it
	// end it.
	agree, gone = 2, 2
)

// Detector finds keys in the sound of one stream, for callers whose carrier
// sends no events. It serves one goroutine.
type Detector struct {
	coefficients [8]float32
	heard        [block]float32
	filled       int

	last    byte // digit of the block before, 0 for none
	same    int  // how many blocks agree
	pressed byte // digit that was reported and is still held
	missing int  // blocks since it was heard
}

// NewDetector returns a detector at the start of a stream.
func NewDetector() *Detector {
	d := &Detector{}
	for i := range 4 {
		d.coefficients[i] = float32(2 * math.Cos(2*math.Pi*rows[i]/audio.SampleRate))
		d.coefficients[4+i] = float32(2 * math.Cos(2*math.Pi*columns[i]/audio.SampleRate))
	}
	return d
}

// Append listens to samples at 16 kHz and appends the digits that began to dst,
// each once however long it is held, about 40 ms after it was pressed. It
// allocates only when dst is too small.
func (d *Detector) Append(dst []byte, samples []int16) []byte {
	for len(samples) > 0 {
		n := min(len(samples), block-d.filled)
		for i, s := range samples[:n] {
			d.heard[d.filled+i] = float32(s)
		}
		d.filled += n
		samples = samples[n:]
		if d.filled < block {
			break
		}
		if digit := d.step(d.look()); digit != 0 {
			dst = append(dst, digit)
		}
		d.filled = copy(d.heard[:], d.heard[hop:])
	}
	return dst
}

// Pressed is the digit that is held at present, 0 for none: while it is, a
// recording may be silenced.
func (d *Detector) Pressed() byte { return d.pressed }

// step follows the digits of the blocks and returns one that began.
func (d *Detector) step(digit byte) byte {
	if digit == d.last {
		d.same++
	} else {
		d.last, d.same = digit, 1
	}
	if digit == d.pressed {
		d.missing = 0
		return 0
	}
	if d.missing++; d.missing >= gone {
		d.pressed = 0
	}
	if digit != 0 && d.same >= agree {
		d.pressed, d.missing = digit, 0
		return digit
	}
	return 0
}

// look is the digit in the block, 0 for none: Goertzel's filter at the eight
// frequencies side by side.
func (d *Detector) look() byte {
	var a, b [8]float32
	var energy float32
	c := d.coefficients
	for _, x := range d.heard {
		energy += x * x
		for i := range a {
			a[i], b[i] = x+c[i]*a[i]-b[i], a[i]
		}
	}
	if energy < quietest*block {
		return 0
	}
	var power [8]float32
	for i := range power {
		// A sine alone in the block has a power of its energy.
		power[i] = (a[i]*a[i] + b[i]*b[i] - c[i]*a[i]*b[i]) * 2 / block
	}
	row, ok := loudest(power[:4])
	column, ok2 := loudest(power[4:])
	if !ok || !ok2 {
		return 0
	}
	low, high := power[row], power[4+column]
	if high > low*twistUp || high < low*twistDown || low+high < share*energy {
		return 0
	}
	return keys[4*row+column]
}

// loudest is the strongest of a group; ok says that the others are well below.
func loudest(p []float32) (at int, ok bool) {
	for i, v := range p {
		if v > p[at] {
			at = i
		}
	}
	for i, v := range p {
		if i != at && v > p[at]*apart {
			return at, false
		}
	}
	return at, true
}
