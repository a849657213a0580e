package g722

// Decoder decodes one stream. It serves one goroutine. The predictors of both
// ends find each other again within some milliseconds after a loss.
type Decoder struct {
	low, high band
	x         [24]int32 // the filter's last values, oldest first: difference, sum
}

// NewDecoder returns a decoder at the start of a stream.
func NewDecoder() *Decoder {
	return &Decoder{low: band{det: 32}, high: band{det: 8}}
}

// Decode writes two samples for each byte of b into dst and returns how many.
// It stops when dst is full. It does not allocate.
func (d *Decoder) Decode(dst []int16, b []byte) int {
	n := min(len(b), len(dst)/2)
	for i, c := range b[:n] {
		low, high := d.decodeLow(c&0x3f), d.decodeHigh(c>>6)
		dst[2*i], dst[2*i+1] = d.join(low, high)
	}
	return 2 * n
}

func limit(v int32) int32 { return max(-16384, min(v, 16383)) }

func (d *Decoder) decodeLow(code byte) int32 {
	b := &d.low
	r := limit(b.s + (b.det*lowValues6[code])>>15)
	short := code >> 2
	diff := (b.det * lowValues4[short]) >> 15
	b.adaptLow(short)
	b.predict(diff)
	return r
}

func (d *Decoder) decodeHigh(code byte) int32 {
	b := &d.high
	diff := (b.det * highValues[code]) >> 15
	r := limit(b.s + diff)
	b.adaptHigh(code)
	b.predict(diff)
	return r
}

// join is the receive filter: one value of each band in, two samples out.
func (d *Decoder) join(low, high int32) (first, second int16) {
	copy(d.x[:], d.x[2:])
	d.x[22], d.x[23] = low+high, low-high
	var odd, even int32
	for i, c := range qmf {
		even += d.x[2*i] * c
		odd += d.x[2*i+1] * qmf[11-i]
	}
	return int16(saturate(odd >> 11)), int16(saturate(even >> 11))
}
