// Package g722 is the wideband codec of telephony, ITU-T G.722 at 64 kbit/s
// (mode 1): speech of 50 to 7,000 Hz at 16 kHz, one byte for two samples, so a
// frame of 20 ms is 160 bytes.
//
// RTP clock: payload type 9 is declared with a clock of 8000 although the
// sampling rate is 16,000, a mistake of RFC 1890 that RFC 3551, section 4.5.2,
// keeps. A frame of 20 ms advances the timestamp by 160.
package g722

// Names and numbers of the format in SDP.
const (
	// SampleRate is that of the sound.
	SampleRate = 16000
	// ClockRate is that of RTP timestamps.
	ClockRate = 8000
	// PayloadType is the static one of RFC 3551.
	PayloadType = 9
)

// band is the adaptive predictor of one sub-band, which encoder and decoder
// keep alike: blocks 3 and 4 of clause 6. Names are the Recommendation's.
type band struct {
	s, sp, sz int32    // the estimate and its two parts: by poles, by zeros
	r         [3]int32 // reconstructed signal, newest first
	a         [3]int32 // pole coefficients, from 1
	p         [3]int32 // partially reconstructed signal
	d         [7]int32 // quantised differences
	b         [7]int32 // zero coefficients, from 1
	nb, det   int32    // logarithm of the scale, and the scale
}

func saturate(v int32) int32 { return max(-32768, min(v, 32767)) }

// adapt moves the scale on after a code that steps it by step (blocks LOGSCL
// and SCALEL, LOGSCH and SCALEH).
func (b *band) adapt(step, most, shift int32) {
	b.nb = max(0, min((b.nb*127)>>7+step, most))
	wd := shift - b.nb>>11
	v := antilog[b.nb>>6&31]
	if wd < 0 {
		v <<= -wd
	} else {
		v >>= wd
	}
	b.det = v << 2
}

// adaptLow and adaptHigh have the limits of the two bands.
func (b *band) adaptLow(code byte)  { b.adapt(lowSteps[code], 18432, 8) }
func (b *band) adaptHigh(code byte) { b.adapt(highSteps[code], 22528, 10) }

// predict takes the quantised difference and makes the next estimate.
func (b *band) predict(d int32) {
	b.d[0] = d
	b.r[0] = saturate(b.s + d)
	b.p[0] = saturate(b.sz + d)
	b.poles()
	b.zeros()
	for i := 6; i > 0; i-- {
		b.d[i] = b.d[i-1]
	}
	b.r[2], b.r[1] = b.r[1], b.r[0]
	b.p[2], b.p[1] = b.p[1], b.p[0]
	b.sp = saturate((b.a[1]*saturate(2*b.r[1]))>>15 + (b.a[2]*saturate(2*b.r[2]))>>15)
	b.sz = 0
	for i := 1; i <= 6; i++ {
		b.sz += (b.b[i] * saturate(2*b.d[i])) >> 15
	}
	b.sz = saturate(b.sz)
	b.s = saturate(b.sp + b.sz)
}

// poles are the blocks UPPOL2 and UPPOL1.
func (b *band) poles() {
	same1 := b.p[0]>>15 == b.p[1]>>15
	same2 := b.p[0]>>15 == b.p[2]>>15
	v := saturate(b.a[1] << 2)
	if same1 {
		v = min(-v, 32767)
	}
	v >>= 7
	if same2 {
		v += 128
	} else {
		v -= 128
	}
	a2 := max(-12288, min(v+(b.a[2]*32512)>>15, 12288))
	v = -192
	if same1 {
		v = 192
	}
	limit := saturate(15360 - a2)
	a1 := max(-limit, min(saturate(v+(b.a[1]*32640)>>15), limit))
	b.a[1], b.a[2] = a1, a2
}

// zeros is the block UPZERO.
func (b *band) zeros() {
	step := int32(128)
	if b.d[0] == 0 {
		step = 0
	}
	for i := 1; i <= 6; i++ {
		v := -step
		if b.d[i]>>15 == b.d[0]>>15 {
			v = step
		}
		b.b[i] = saturate(v + (b.b[i]*32640)>>15)
	}
}
