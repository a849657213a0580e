// Package g711 is the codec of the telephone network: ITU-T G.711, µ-law (PCMU,
// RTP payload type 0) and A-law (PCMA, payload type 8), one byte a sample at
// 8 kHz. Its RTP clock is 8000, so 20 ms are 160 bytes and 160 units of time.
package g711

import (
	"cmp"
	"slices"
)

// Law is one of the two characteristics.
type Law struct {
	name   string
	encode []byte // by the sample's upper bits
	shift  int
	decode [256]int16
}

// The two laws. They are safe for concurrent use.
var (
	// Mu is µ-law, of North America and Japan.
	Mu = newLaw("PCMU", 2, muDecode, 0xff)
	// A is A-law, of the rest of the world.
	A = newLaw("PCMA", 3, aDecode, 0xd5)
)

// Name is the encoding's name in SDP: PCMU or PCMA.
func (l *Law) Name() string { return l.name }

// Silence is the byte of a sample of zero (A-law has no zero; it is the
// smallest positive step).
func (l *Law) Silence() byte { return l.encode[0] }

// Encode writes one byte for each sample into dst and returns how many. It
// stops at the end of the shorter one.
func (l *Law) Encode(dst []byte, samples []int16) int {
	n := min(len(dst), len(samples))
	dst = dst[:n]
	for i, s := range samples[:n] {
		dst[i] = l.encode[uint16(s)>>l.shift]
	}
	return n
}

// Decode writes one sample for each byte of b into dst and returns how many.
// It stops at the end of the shorter one.
func (l *Law) Decode(dst []int16, b []byte) int {
	n := min(len(dst), len(b))
	dst = dst[:n]
	for i, c := range b[:n] {
		dst[i] = l.decode[c]
	}
	return n
}

// muDecode expands a byte as table 2a of G.711 has it: sign, three bits of
// exponent and four of mantissa, all inverted, with a bias of 33 on 14 bits.
func muDecode(c byte) int16 {
	c = ^c
	v := ((int(c&0x0f)<<1+33)<<(c>>4&7) - 33) << 2
	if c&0x80 != 0 {
		return int16(-v)
	}
	return int16(v)
}

// aDecode expands a byte as table 1a of G.711 has it: even bits inverted, a
// linear first segment, 13 bits.
func aDecode(c byte) int16 {
	c ^= 0x55
	v := int(c&0x0f)<<1 + 1
	if e := c >> 4 & 7; e > 0 {
		v = (v + 32) << (e - 1)
	}
	v <<= 3
	if c&0x80 == 0 {
		return int16(-v)
	}
	return int16(v)
}

// newLaw makes the tables. A sample gets the code whose value is nearest, which
// is what the decision values of the Recommendation, midway between the
// outputs, say; zero is the byte given, the positive one of two.
func newLaw(name string, shift int, expand func(byte) int16, zero byte) *Law {
	l := &Law{name: name, shift: shift, encode: make([]byte, 1<<(16-shift))}
	// The codes in the order of their values: from the most negative up.
	var order [256]byte
	for c := range 256 {
		l.decode[c] = expand(byte(c))
		order[c] = byte(c)
	}
	slices.SortStableFunc(order[:], func(a, b byte) int { return cmp.Compare(l.decode[a], l.decode[b]) })
	at := 0
	for step := range len(l.encode) {
		// From the most negative sample upwards; the middle of the step stands
		// for its samples.
		s := step<<shift - 32768 + 1<<(shift-1)
		for at < 255 && distance(l.decode[order[at+1]], s) <= distance(l.decode[order[at]], s) {
			at++
		}
		l.encode[uint16(int16(step<<shift-32768))>>shift] = order[at]
	}
	l.encode[0] = zero
	return l
}

func distance(v int16, s int) int {
	d := int(v) - s
	return max(d, -d)
}
