package g722

// Encoder encodes one stream. It serves one goroutine.
type Encoder struct {
	low, high band
	x         [24]int32 // the filter's last samples, oldest first
}

// NewEncoder returns an encoder at the start of a stream.
func NewEncoder() *Encoder {
	return &Encoder{low: band{det: 32}, high: band{det: 8}}
}

// Encode writes one byte for each two samples into dst and returns how many. A
// last odd sample is left out; it stops when dst is full. It does not allocate.
func (e *Encoder) Encode(dst []byte, samples []int16) int {
	n := min(len(dst), len(samples)/2)
	for i := range n {
		low, high := e.split(int32(samples[2*i]), int32(samples[2*i+1]))
		dst[i] = e.encodeHigh(high)<<6 | e.encodeLow(low)
	}
	return n
}

// split is the transmit filter: two samples in, one of each band out.
func (e *Encoder) split(first, second int32) (low, high int32) {
	copy(e.x[:], e.x[2:])
	e.x[22], e.x[23] = first, second
	var odd, even int32
	for i, c := range qmf {
		odd += e.x[2*i] * c
		even += e.x[2*i+1] * qmf[11-i]
	}
	return (even + odd) >> 14, (even - odd) >> 14
}

func (e *Encoder) encodeLow(x int32) byte {
	b := &e.low
	diff := saturate(x - b.s)
	size := diff
	if diff < 0 {
		size = -(diff + 1)
	}
	// The first level above the difference, by halves.
	from, to := 1, 30
	for from < to {
		if i := (from + to) / 2; size < (lowLevels[i]*b.det)>>12 {
			to = i
		} else {
			from = i + 1
		}
	}
	code := lowPositive[from]
	if diff < 0 {
		code = lowNegative[from]
	}
	short := code >> 2
	d := (b.det * lowValues4[short]) >> 15
	b.adaptLow(short)
	b.predict(d)
	return code
}

func (e *Encoder) encodeHigh(x int32) byte {
	b := &e.high
	diff := saturate(x - b.s)
	size := diff
	code := byte(2)
	if diff < 0 {
		size = -(diff + 1)
		code = 0
	}
	if size < (564*b.det)>>12 {
		code++
	}
	d := (b.det * highValues[code]) >> 15
	b.adaptHigh(code)
	b.predict(d)
	return code
}
