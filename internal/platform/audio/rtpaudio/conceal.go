package rtpaudio

const (
	pastSamples = 640
	// Voices have a pitch of 50 to 400 Hz.
	shortest, longest = 40, 320
	template          = 160
	// A lost sound is held for 10 ms, then fades out until 60 ms.
	held, faded = 160, 960
	// blend is over how many samples, 5 ms, it gives way to what comes.
	blend = 80
)

// concealer fills gaps with the last period of the voice, repeated and fading.
type concealer struct {
	past [pastSamples]int16
	lag  int
	lost int // samples made in this gap
}

// heard takes real sound, in place: its beginning is blended after a gap.
func (c *concealer) heard(s []int16) {
	if c.lost > 0 {
		n := min(blend, len(s))
		for i := range n {
			s[i] = int16((int(s[i])*(i+1) + int(c.sample())*(n-i-1)) / n)
		}
		c.lost = 0
	}
	if len(s) >= pastSamples {
		copy(c.past[:], s[len(s)-pastSamples:])
		return
	}
	copy(c.past[:], c.past[len(s):])
	copy(c.past[pastSamples-len(s):], s)
}

// fill makes up sound.
func (c *concealer) fill(s []int16) {
	if c.lost == 0 {
		c.lag = c.period()
	}
	for i := range s {
		s[i] = c.sample()
	}
}

func (c *concealer) sample() int16 {
	if c.lost >= faded {
		return 0
	}
	v := int(c.past[pastSamples-c.lag+c.lost%c.lag])
	if c.lost > held {
		v = v * (faded - c.lost) / (faded - held)
	}
	c.lost++
	return int16(v)
}

// period is the lag at which the recent past resembles itself most.
func (c *concealer) period() int {
	recent := c.past[pastSamples-template:]
	best, at := 0.0, longest
	for lag := shortest; lag <= longest; lag++ {
		before := c.past[pastSamples-template-lag:][:template]
		var dot, energy int64
		for i, v := range recent {
			dot += int64(v) * int64(before[i])
			energy += int64(before[i]) * int64(before[i])
		}
		if dot <= 0 {
			continue
		}
		if score := float64(dot) * float64(dot) / float64(energy); score > best*1.02 {
			best, at = score, lag
		}
	}
	return at
}
