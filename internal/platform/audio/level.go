package audio

import "math"

// Silence is the level in dBFS that Level returns for digital silence: below
// the smallest step of 16 bits, so that a meter never meets minus infinity.
const Silence = -100.0

// RMS is the root mean square of the samples, 0 to 1, where 1 is a square wave
// at full scale (a sine at full scale is 0.707).
func RMS(samples []int16) float64 {
	if len(samples) == 0 {
		return 0
	}
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum/float64(len(samples))) / 32768
}

// Level is the RMS in dBFS, never below Silence.
func Level(samples []int16) float64 {
	r := RMS(samples)
	if r == 0 {
		return Silence
	}
	return max(Silence, 20*math.Log10(r))
}

// Peak is the largest absolute value of the samples, 0 to 1: the height of a
// column in a waveform.
func Peak(samples []int16) float64 {
	top := 0
	for _, s := range samples {
		top = max(top, int(s), -int(s))
	}
	return float64(top) / 32768
}

// Correlation says where in sound the pattern is found: the normalised
// cross-correlation, -1 to 1, at its largest absolute value, and the offset in samples at which
// it occurs. A constant offset or gain between the two makes no difference; 1
// is the same shape, 0 is nothing in common, -1 the same shape upside down. It
// returns 0, 0 when sound is shorter than pattern or either is silent. The cost
// is the product of the lengths: narrow both to what is needed.
func Correlation(sound, pattern []int16) (best float64, offset int) {
	n := len(pattern)
	if n == 0 || len(sound) < n {
		return 0, 0
	}
	p := make([]float64, n)
	var mean, energy float64
	for _, s := range pattern {
		mean += float64(s)
	}
	mean /= float64(n)
	for i, s := range pattern {
		p[i] = float64(s) - mean
		energy += p[i] * p[i]
	}
	// The sums of the window are integers and therefore exact however far it
	// has slid.
	var sum, squares int64
	for _, s := range sound[:n] {
		sum += int64(s)
		squares += int64(s) * int64(s)
	}
	for at := 0; ; at++ {
		window := sound[at : at+n]
		variance := float64(squares) - float64(sum)*float64(sum)/float64(n)
		if variance > 0 && energy > 0 {
			// The pattern has no mean, so the window's own falls out.
			var dot float64
			for i, s := range window {
				dot += float64(s) * p[i]
			}
			if c := dot / math.Sqrt(variance*energy); math.Abs(c) > math.Abs(best) {
				best, offset = c, at
			}
		}
		if at+n == len(sound) {
			return best, offset
		}
		out, in := int64(window[0]), int64(sound[at+n])
		sum += in - out
		squares += in*in - out*out
	}
}
