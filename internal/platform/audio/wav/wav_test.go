package wav_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/wav"
)

// file builds a WAVE file of chunks.
func file(chunks ...[]byte) []byte {
	body := append([]byte("WAVE"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func chunk(id string, b []byte) []byte {
	c := append(binary.LittleEndian.AppendUint32([]byte(id), uint32(len(b))), b...)
	if len(b)%2 == 1 {
		c = append(c, 0)
	}
	return c
}

func format(encoding, channels, rate, bits int) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(encoding))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*channels*bits/8))
	b = binary.LittleEndian.AppendUint16(b, uint16(channels*bits/8))
	return chunk("fmt ", binary.LittleEndian.AppendUint16(b, uint16(bits)))
}

func all(t *testing.T, b []byte) (wav.Format, []int16) {
	t.Helper()
	r, err := wav.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var s []int16
	buf := make([]int16, 7*r.Format.Channels)
	for {
		n, err := r.Read(buf)
		if errors.Is(err, io.EOF) {
			return r.Format, s
		} else if err != nil {
			t.Fatal(err)
		}
		s = append(s, buf[:n]...)
	}
}

func TestEveryEncodingIsRead(t *testing.T) {
	t.Parallel()
	float32s := func(v ...float32) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
		return b
	}
	extensible := func(encoding byte) []byte {
		b := format(0xfffe, 1, 16000, 16)[8:]
		b = append(b, 22, 0, 16, 0, 4, 0, 0, 0, encoding, 0)
		return chunk("fmt ", append(b, make([]byte, 14)...))
	}
	for name, c := range map[string]struct {
		format, data []byte
		want         []int16
	}{
		"8 bits":        {format(1, 1, 8000, 8), []byte{0, 128, 255}, []int16{-32768, 0, 32512}},
		"16 bits":       {format(1, 1, 8000, 16), []byte{1, 0, 0xff, 0xff}, []int16{1, -1}},
		"24 bits":       {format(1, 1, 8000, 24), []byte{9, 1, 0, 9, 0, 0x80}, []int16{1, -32768}},
		"32 bits":       {format(1, 1, 8000, 32), []byte{9, 9, 2, 1}, []int16{0x102}},
		"float":         {format(3, 1, 8000, 32), float32s(0.5, -2, float32(math.NaN())), []int16{16384, -32767, 0}},
		"double":        {format(3, 1, 8000, 64), binary.LittleEndian.AppendUint64(nil, math.Float64bits(-0.5)), []int16{-16384}},
		"µ-law":         {format(7, 1, 8000, 8), []byte{0xff, 0x00, 0x80}, []int16{0, -32124, 32124}},
		"A-law":         {format(6, 1, 8000, 8), []byte{0xd5, 0x2a}, []int16{8, -32256}},
		"stereo":        {format(1, 2, 8000, 16), []byte{1, 0, 2, 0, 3, 0, 4, 0}, []int16{1, 2, 3, 4}},
		"extensible":    {extensible(1), []byte{5, 0}, []int16{5}},
		"a broken tail": {format(1, 2, 8000, 16), []byte{1, 0, 2, 0, 3}, []int16{1, 2}},
	} {
		// Chunks of other purposes, one of odd length, stand in between.
		_, got := all(t, file(chunk("JUNK", make([]byte, 27)), c.format, chunk("LIST", []byte("INFO")), chunk("data", c.data), chunk("id3 ", []byte{1, 2, 3, 4})))
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

func TestWhatIsNoSoundFileIsRefused(t *testing.T) {
	t.Parallel()
	good := format(1, 1, 8000, 16)
	for name, b := range map[string][]byte{
		"nothing":           {},
		"a picture":         []byte("\x89PNG\r\n\x1a\n0000000000000000000000"),
		"no chunks":         file(),
		"no sound":          file(good),
		"sound first":       file(chunk("data", []byte{1, 2}), good),
		"short format":      file(chunk("fmt ", []byte{1, 0}), chunk("data", nil)),
		"no channels":       file(format(1, 0, 8000, 16), chunk("data", nil)),
		"too many channels": file(format(1, 9, 8000, 16), chunk("data", nil)),
		"12 bits":           file(format(1, 1, 8000, 12), chunk("data", nil)),
		"MP3 inside":        file(format(0x55, 1, 8000, 0), chunk("data", nil)),
		"no rate":           file(format(1, 1, 0, 16), chunk("data", nil)),
		"a huge chunk":      file(append([]byte("JUNK"), 0, 0, 0, 0x7f), good),
		"cut format":        file(good)[:30],
	} {
		if _, err := wav.NewReader(bytes.NewReader(b)); !errors.Is(err, wav.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("disk")
	if _, err := wav.NewReader(io.MultiReader(bytes.NewReader(file(good)[:20]), failing{broken})); !errors.Is(err, broken) || errors.Is(err, wav.ErrFormat) {
		t.Errorf("a failing disk: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func create(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "call.wav"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func read(t *testing.T, f *os.File) []byte {
	t.Helper()
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestARecordingIsReadBack(t *testing.T) {
	t.Parallel()
	f := create(t)
	w, err := wav.NewWriter(f, audio.SampleRate, 2)
	if err != nil {
		t.Fatal(err)
	}
	var left, right audio.Frame
	var both [2 * audio.FrameSamples]int16
	for n := range 300 { // six seconds, more than is buffered
		for i := range left {
			left[i], right[i] = int16(n*100+i), int16(-n)
		}
		audio.Interleave(both[:], left[:], right[:])
		if err := w.Write(both[:]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b := read(t, f)
	if len(b) != 44+300*1280 || binary.LittleEndian.Uint32(b[4:]) != uint32(len(b)-8) || binary.LittleEndian.Uint32(b[40:]) != 300*1280 || w.Samples() != 300*320 {
		t.Errorf("%d bytes, header % x", len(b), b[:44])
	}
	format, got := all(t, b)
	if format != (wav.Format{Rate: 16000, Channels: 2, Bits: 16}) || len(got) != 300*640 || got[640*7] != 700 || got[640*7+1] != -7 {
		t.Errorf("%+v, %d samples", format, len(got))
	}
	if n, err := wav.Repair(f); err != nil || n != 300*320 || !bytes.Equal(read(t, f), b) {
		t.Errorf("repairing a finished file: %d %v", n, err)
	}
	if err := w.Write([]int16{1}); err == nil {
		t.Error("half a moment is accepted")
	}
}

func TestAnUnfinishedRecordingIsReadAndRepaired(t *testing.T) {
	t.Parallel()
	f := create(t)
	w, err := wav.NewWriter(f, audio.SampleRate, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write([]int16{1, 2, 3, 4}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	// The crash came in the middle of a sample.
	if _, err := f.Write([]byte{5, 0, 6}); err != nil {
		t.Fatal(err)
	}
	if _, got := all(t, read(t, f)); len(got) != 4 || got[3] != 4 {
		t.Errorf("before the repair: %v", got)
	}
	if n, err := wav.Repair(f); err != nil || n != 2 {
		t.Fatalf("%d samples, %v", n, err)
	}
	b := read(t, f)
	if _, got := all(t, b); len(got) != 4 || binary.LittleEndian.Uint32(b[40:]) != 8 {
		t.Errorf("after the repair: %v, header % x", got, b[:44])
	}
	other := create(t)
	if _, err := other.Write(file(format(1, 1, 8000, 8), chunk("data", make([]byte, 50)))); err != nil {
		t.Fatal(err)
	}
	before := read(t, other)
	if _, err := wav.Repair(other); !errors.Is(err, wav.ErrFormat) || !bytes.Equal(before, read(t, other)) {
		t.Errorf("a foreign file: %v", err)
	}
	if _, err := wav.Repair(create(t)); !errors.Is(err, wav.ErrFormat) {
		t.Errorf("an empty file: %v", err)
	}
}

func TestAPromptIsLoadedAtTheHousesRate(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{8000, 16000, 22050, 24000, 44100, 48000} {
		var data []byte
		for i := range rate {
			s := 16000 * math.Sin(2*math.Pi*500*float64(i)/float64(rate))
			data = audio.AppendBytes(data, []int16{int16(s), int16(s / 2)})
		}
		b := file(format(1, 2, rate, 16), chunk("data", data))
		got, err := wav.Load(bytes.NewReader(b), 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if d := len(got) - audio.SampleRate; d < 0 || d > 40 {
			t.Errorf("%d Hz: a second is %d samples", rate, len(got))
		}
		if level := audio.Level(got[100:15900]); math.Abs(level+11.7) > 0.2 { // 12,000 of 32,768, as a sine
			t.Errorf("%d Hz: %.2f dBFS", rate, level)
		}
		if _, err := wav.Load(bytes.NewReader(b), time.Second/2); !errors.Is(err, wav.ErrFormat) {
			t.Errorf("longer than allowed: %v", err)
		}
	}
}

func TestWritingDoesNotAllocate(t *testing.T) {
	w, err := wav.NewWriter(create(t), audio.SampleRate, 2)
	if err != nil {
		t.Fatal(err)
	}
	frame := make([]int16, 640)
	if n := testing.AllocsPerRun(200, func() { _ = w.Write(frame) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(file(format(1, 2, 8000, 16), chunk("data", []byte{1, 0, 2, 0})))
	f.Add(file(format(3, 1, 48000, 32), chunk("LIST", []byte{1}), chunk("data", make([]byte, 9))))
	f.Add(file(format(7, 1, 8000, 8), []byte("data\xff\xff\xff\xff123")))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := wav.NewReader(bytes.NewReader(b))
		if err != nil {
			if !errors.Is(err, wav.ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		buf := make([]int16, 64)
		for total := 0; ; {
			n, err := r.Read(buf)
			total += n
			if err != nil {
				break
			}
			if n == 0 || n%r.Format.Channels != 0 || total > len(b) {
				t.Fatalf("%d samples, %d in all, of %d bytes", n, total, len(b))
			}
		}
		_, _ = wav.Load(bytes.NewReader(b), time.Minute)
	})
}

func BenchmarkWriteStereo(b *testing.B) {
	w, err := wav.NewWriter(nowhere{}, audio.SampleRate, 2)
	if err != nil {
		b.Fatal(err)
	}
	frame := make([]int16, 640)
	for b.Loop() {
		_ = w.Write(frame)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20e6*100, "%core")
}

type nowhere struct{}

func (nowhere) Write(b []byte) (int, error)    { return len(b), nil }
func (nowhere) Seek(int64, int) (int64, error) { return 0, nil }
