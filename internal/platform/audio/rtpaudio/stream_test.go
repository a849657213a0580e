package rtpaudio_test

import (
	"errors"
	"math"
	"os"
	"testing"
	"time"

	"github.com/pion/rtp"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/rtpaudio"
)

func codec(t testing.TB, name string) *rtpaudio.Codec {
	t.Helper()
	c, err := rtpaudio.NewCodec(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func speech(t testing.TB) []audio.Frame {
	t.Helper()
	b, err := os.ReadFile("../g722/testdata/speech.s16")
	if err != nil {
		t.Fatal(err)
	}
	frames := make([]audio.Frame, len(b)/audio.FrameBytes)
	for i := range frames {
		audio.FromBytes(frames[i][:], b[i*audio.FrameBytes:])
	}
	return frames
}

// call sends frames through the network, which gets each packet and says which
// packets arrive in its place, and returns what is heard.
func call(t testing.TB, name string, frames []audio.Frame, network func(n int, b []byte) [][]byte) (heard []int16, r *rtpaudio.Receiver) {
	t.Helper()
	s := rtpaudio.NewSender(codec(t, name), rtpaudio.DefaultEventType, 7, 65500, 0xfffffff0)
	r = rtpaudio.NewReceiver(codec(t, name), rtpaudio.DefaultEventType, 2)
	for n := range frames {
		b, err := s.Append(nil, &frames[n])
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range network(n, b) {
			if _, err := r.Packet(p); err != nil {
				t.Fatal(err)
			}
		}
		var f audio.Frame
		r.Frame(&f)
		heard = append(heard, f[:]...)
	}
	return heard, r
}

func direct(_ int, b []byte) [][]byte { return [][]byte{b} }

func join(frames []audio.Frame) (s []int16) {
	for _, f := range frames {
		s = append(s, f[:]...)
	}
	return s
}

func TestSpeechArrivesInEveryCodec(t *testing.T) {
	t.Parallel()
	said := join(speech(t))
	for _, name := range []string{"pcmu", "PCMA", "G722"} {
		heard, r := call(t, name, speech(t), direct)
		c, at := audio.Correlation(heard[:16000], said[3200:9600])
		delay := at - 3200
		t.Logf("%s: %.3f after %d samples", name, c, delay)
		// One frame until two are there, and the filters.
		if c < 0.97 || delay < 320 || delay > 420 {
			t.Errorf("%s: alike by %.3f after %d samples", name, c, delay)
		}
		if s := r.Stats(); s.Lost != 0 || s.Resyncs != 0 || s.Received != 70 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if _, err := rtpaudio.NewCodec("opus"); !errors.Is(err, rtpaudio.ErrCodec) {
		t.Error(err)
	}
}

func TestLossIsConcealed(t *testing.T) {
	t.Parallel()
	// A steady tone with every tenth packet lost: the level must hold, and no gap be heard.
	frames := make([]audio.Frame, 200)
	for n := range frames {
		for i := range frames[n] {
			frames[n][i] = int16(8000 * math.Sin(2*math.Pi*200*float64(n*320+i)/16000))
		}
	}
	heard, r := call(t, "PCMU", frames, func(n int, b []byte) [][]byte {
		if n%10 == 5 {
			return nil
		}
		return [][]byte{b}
	})
	if s := r.Stats(); s.Lost < 19 {
		t.Errorf("%+v", s)
	}
	for at := 3200; at+320 <= len(heard); at += 320 {
		if level := audio.Level(heard[at : at+320]); math.Abs(level+15.3) > 1.5 {
			t.Errorf("frame %d has %.1f dBFS", at/320, level)
		}
	}
	for i := 3200; i < len(heard); i++ {
		if d := int(heard[i]) - int(heard[i-1]); d > 2000 || d < -2000 {
			t.Fatalf("it clicks at %d by %d", i, d)
		}
	}
}

func TestSoundThatEndsFadesToSilence(t *testing.T) {
	t.Parallel()
	frames := make([]audio.Frame, 30)
	for n := range frames {
		for i := range frames[n] {
			frames[n][i] = int16(8000 * math.Sin(2*math.Pi*200*float64(n*320+i)/16000))
		}
	}
	heard, _ := call(t, "G722", frames, func(n int, b []byte) [][]byte {
		if n >= 15 {
			return nil
		}
		return [][]byte{b}
	})
	// The last packet is played in frame 15.
	for n, want := range map[int][2]float64{15: {-17, -14}, 16: {-19, -14}, 18: {-40, -18}, 20: {audio.Silence, audio.Silence}} {
		if level := audio.Level(heard[n*320 : (n+1)*320]); level < want[0] || level > want[1] {
			t.Errorf("frame %d: %.1f dBFS, want %v", n, level, want)
		}
	}
}

func TestPacketsOfOtherLengthsAndDisorder(t *testing.T) {
	t.Parallel()
	said := join(speech(t))
	var held [][]byte
	// Pairs arrive swapped and doubled, in a call of PCMU.
	heard, r := call(t, "PCMU", speech(t), func(_ int, b []byte) [][]byte {
		if held = append(held, b); len(held) < 2 {
			return nil
		}
		out := [][]byte{held[1], held[0], held[1]}
		held = nil
		return out
	})
	if c, _ := audio.Correlation(heard[:16000], said[3200:9600]); c < 0.97 || r.Stats().Lost != 0 {
		t.Errorf("swapped: alike by %.3f, %+v", c, r.Stats())
	}
	// Packets of 60 ms.
	var joined rtp.Packet
	heard, r = call(t, "PCMU", speech(t), func(n int, b []byte) [][]byte {
		var p rtp.Packet
		if err := p.Unmarshal(b); err != nil {
			t.Fatal(err)
		}
		if n%3 == 0 {
			joined = p
			joined.SequenceNumber = uint16(n / 3)
			return nil
		}
		joined.Payload = append(joined.Payload[:len(joined.Payload):len(joined.Payload)], p.Payload...)
		if n%3 == 1 {
			return nil
		}
		out, err := joined.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return [][]byte{out}
	})
	if c, _ := audio.Correlation(heard[:16000], said[3200:6400]); c < 0.97 || r.Stats().Lost != 0 {
		t.Errorf("60 ms: alike by %.3f, %+v", c, r.Stats())
	}
}

// TestAStallOfTheNetworkDelaysForAWhileOnly holds packets back for 120 ms and lets
// them go together: the delay that this leaves is gone after half a minute.
func TestAStallOfTheNetworkDelaysForAWhileOnly(t *testing.T) {
	t.Parallel()
	const seconds = 40
	// Noise, by which the place in the sound is told.
	frames := make([]audio.Frame, seconds*50)
	seed := uint32(1)
	for n := range frames {
		for i := range frames[n] {
			seed = seed*1664525 + 1013904223
			frames[n][i] = int16(seed>>16) / 4
		}
	}
	var held [][]byte
	heard, r := call(t, "G722", frames, func(n int, b []byte) [][]byte {
		if held = append(held, b); n >= 50 && n < 56 {
			return nil
		}
		out := held
		held = nil
		return out
	})
	said := join(frames)
	delay := func(second int) int {
		at := second * audio.SampleRate
		c, offset := audio.Correlation(heard[at:at+6000], said[at:at+2000])
		if c < 0.7 {
			t.Errorf("second %d: alike by %.3f only", second, c)
		}
		return offset / audio.FrameSamples
	}
	if before, after, end := delay(0), delay(3), delay(seconds-1); before != 1 || after < 4 || end > 2 {
		t.Errorf("delays of %d frames before, %d after and %d long after; %+v", before, after, end, r.Stats())
	}
}

func TestKeysGoInstead(t *testing.T) {
	t.Parallel()
	s := rtpaudio.NewSender(codec(t, "G722"), 96, 7, 65530, 1000)
	r := rtpaudio.NewReceiver(codec(t, "G722"), 96, 2)
	for _, digit := range []byte("12#") {
		if err := s.Press(digit, 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Press('x', time.Second); err == nil {
		t.Error("x is a key")
	}
	frame := speech(t)[20]
	var pressed, released string
	events := map[uint32]int{}
	for n := range 60 {
		b, err := s.Append(nil, &frame)
		if err != nil {
			t.Fatal(err)
		}
		var p rtp.Packet
		if err := p.Unmarshal(b); err != nil {
			t.Fatal(err)
		}
		if p.SequenceNumber != uint16(65530+n) {
			t.Fatalf("packet %d has number %d", n, p.SequenceNumber)
		}
		if p.PayloadType == 96 {
			events[p.Timestamp]++
		} else if p.Timestamp != uint32(1000+n*160) {
			t.Fatalf("packet %d has the time %d", n, p.Timestamp)
		}
		k, err := r.Packet(b)
		if err != nil {
			t.Fatal(err)
		}
		if k.Pressed {
			pressed += string(k.Digit)
		}
		if k.Released {
			released += string(k.Digit)
			if k.Held != 100*time.Millisecond {
				t.Errorf("held for %v", k.Held)
			}
		}
		var f audio.Frame
		r.Frame(&f)
	}
	if pressed != "12#" || released != "12#" || len(events) != 3 || events[1000] != 7 || r.Stats().Lost != 0 {
		t.Errorf("pressed %s, released %s, events %v, %+v", pressed, released, events, r.Stats())
	}
	for range 100 {
		_ = s.Press('1', time.Second)
	}
	if err := s.Press('1', time.Second); err == nil {
		t.Error("keys without end are accepted")
	}
}

func TestWhatIsNotRTPIsRefused(t *testing.T) {
	t.Parallel()
	r := rtpaudio.NewReceiver(codec(t, "PCMA"), 101, 2)
	for name, b := range map[string][]byte{
		"nothing":        {},
		"STUN":           append([]byte{0, 1, 0, 0}, make([]byte, 16)...),
		"half a header":  {0x80, 8, 0, 1},
		"a broken event": {0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 1},
	} {
		if _, err := r.Packet(b); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 1, 2, 3})
	f.Add([]byte{0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 1, 0x8a, 0, 160})
	f.Add([]byte{0xb1, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 1, 0xbe, 0xde, 0, 1, 0x10, 1, 0, 0, 9, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := rtpaudio.NewReceiver(codec(t, "PCMU"), 101, 1)
		var frame audio.Frame
		for range 2 {
			_, _ = r.Packet(b)
			r.Frame(&frame)
			r.Frame(&frame)
		}
	})
}

func TestStreamsDoNotAllocate(t *testing.T) {
	for _, name := range []string{"PCMU", "G722"} {
		s := rtpaudio.NewSender(codec(t, name), 101, 7, 1, 1)
		r := rtpaudio.NewReceiver(codec(t, name), 101, 2)
		frame, packet, n := speech(t)[20], make([]byte, 0, 200), 0
		round := func() {
			b, _ := s.Append(packet, &frame)
			if n++; n%7 != 0 {
				_, _ = r.Packet(b)
			}
			var f audio.Frame
			r.Frame(&f)
		}
		// The slots of the buffer get their memory with their first packets.
		for range 200 {
			round()
		}
		if n := testing.AllocsPerRun(100, round); n != 0 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
	}
}

// BenchmarkStream is one direction of a call: a frame into a packet, and the
// packet into a frame.
func BenchmarkStream(b *testing.B) {
	for _, name := range []string{"PCMU", "G722"} {
		b.Run(name, func(b *testing.B) {
			s := rtpaudio.NewSender(codec(b, name), 101, 7, 1, 1)
			r := rtpaudio.NewReceiver(codec(b, name), 101, 2)
			frame, packet := speech(b)[20], make([]byte, 0, 200)
			var f audio.Frame
			for b.Loop() {
				p, _ := s.Append(packet, &frame)
				_, _ = r.Packet(p)
				r.Frame(&f)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20e6*100, "%core")
		})
	}
}
