// Package wav reads and writes sound files: RIFF WAVE, as telephone systems and
// sound editors exchange them.
//
// There is no MP3 encoder here: recordings are WAV, and who needs MP3 converts
// the file outside. LAME and Shine, and the ports of both, are LGPL, and the Go
// port of Shine is broken for one channel besides. The one encoder in Go under
// a permissive licence, github.com/tphakala/go-mp3 (MIT, 2026), could not be
// obtained as a module and so was not judged.
package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"guichet/internal/platform/audio"
	"guichet/internal/platform/audio/g711"
)

// The encodings, as the format chunk numbers them (RFC 2361).
const (
	encodingPCM        = 1
	encodingFloat      = 3
	encodingALaw       = 6
	encodingMuLaw      = 7
	encodingExtensible = 0xfffe
)

// Limits of what is read.
const (
	maxChannels = 8
	maxRate     = 192000
	// maxSkipped bounds the chunks before the sound (titles, pictures).
	maxSkipped = 16 << 20
	unknown    = math.MaxUint32 // size in a header written before its end was known
)

// ErrFormat is the error, wrapped with what is wrong, of a file that is no WAVE
// file or of an encoding that is not read.
var ErrFormat = errors.New("not a readable WAVE file")

// Format is what a file says of its sound.
type Format struct {
	// Rate is in samples a second of each channel.
	Rate int
	// Channels is from 1 to 8.
	Channels int
	// Bits is the size of a stored sample: 8, 16, 24, 32 or 64.
	Bits int
	// Float says that samples are floating point, Law that they are G.711.
	// With neither they are PCM.
	Float bool
	Law   *g711.Law
}

// Reader reads the samples of a WAVE file as 16 bits.
type Reader struct {
	// Format is what the file's header said.
	Format Format

	in      *bufio.Reader
	left    int64 // bytes of sound, -1 up to the end of the file
	scratch []byte
}

// NewReader reads a file's header. It accepts PCM of 8, 16, 24 and 32 bits,
// floating point, µ-law and A-law with up to 8 channels, with chunks of other
// purposes in between, and a header whose sizes were never filled in; then the
// sound is all that follows. Errors are ErrFormat or the reader's own.
func NewReader(r io.Reader) (*Reader, error) {
	w := &Reader{in: bufio.NewReaderSize(r, 8<<10)}
	var head [12]byte
	if err := w.full(head[:], "header"); err != nil {
		return nil, err
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, fmt.Errorf("%w: it does not begin with RIFF and WAVE", ErrFormat)
	}
	riff := binary.LittleEndian.Uint32(head[4:])
	open := riff == 0 || riff == unknown
	known := false
	for skipped := int64(0); ; {
		var chunk [8]byte
		if err := w.full(chunk[:], "list of chunks: there is no sound"); err != nil {
			return nil, err
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			if err := w.format(size); err != nil {
				return nil, err
			}
			known = true
			continue
		case "data":
			if !known {
				return nil, fmt.Errorf("%w: the sound comes before its format", ErrFormat)
			}
			w.left = size
			if size == unknown || size == 0 && open {
				w.left = -1
			}
			return w, nil
		}
		size += size & 1
		if skipped += size + int64(len(chunk)); skipped > maxSkipped {
			return nil, fmt.Errorf("%w: there is no sound in its first %d MB", ErrFormat, maxSkipped>>20)
		}
		if err := w.skip(size); err != nil {
			return nil, err
		}
	}
}

func (w *Reader) full(b []byte, what string) error {
	switch _, err := io.ReadFull(w.in, b); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends in its %s", ErrFormat, what)
	case err != nil:
		return fmt.Errorf("read wav: %w", err)
	}
	return nil
}

func (w *Reader) skip(n int64) error {
	switch _, err := io.CopyN(io.Discard, w.in, n); {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it ends before its sound", ErrFormat)
	case err != nil:
		return fmt.Errorf("read wav: %w", err)
	}
	return nil
}

func (w *Reader) format(size int64) error {
	if size < 16 || size > 1024 {
		return fmt.Errorf("%w: its format has %d bytes", ErrFormat, size)
	}
	b := make([]byte, size+size&1)
	if err := w.full(b, "format"); err != nil {
		return err
	}
	encoding := binary.LittleEndian.Uint16(b)
	// The extensible form has the encoding at the front of a GUID.
	if encoding == encodingExtensible && size >= 26 {
		encoding = binary.LittleEndian.Uint16(b[24:])
	}
	f := Format{
		Channels: int(binary.LittleEndian.Uint16(b[2:])),
		Rate:     int(min(binary.LittleEndian.Uint32(b[4:]), math.MaxInt32)),
		Bits:     int(binary.LittleEndian.Uint16(b[14:])),
	}
	readable := false
	switch encoding {
	case encodingPCM:
		readable = f.Bits == 8 || f.Bits == 16 || f.Bits == 24 || f.Bits == 32
	case encodingFloat:
		f.Float = true
		readable = f.Bits == 32 || f.Bits == 64
	case encodingMuLaw:
		f.Law, readable = g711.Mu, f.Bits == 8
	case encodingALaw:
		f.Law, readable = g711.A, f.Bits == 8
	}
	switch {
	case !readable:
		return fmt.Errorf("%w: encoding %d with %d bits is not read; PCM, floating point, µ-law and A-law are", ErrFormat, encoding, f.Bits)
	case f.Channels < 1 || f.Channels > maxChannels:
		return fmt.Errorf("%w: it has %d channels, 1 to %d are read", ErrFormat, f.Channels, maxChannels)
	case f.Rate < 1 || f.Rate > maxRate:
		return fmt.Errorf("%w: it has %d samples a second, up to %d are read", ErrFormat, f.Rate, maxRate)
	}
	w.Format = f
	return nil
}

// Read reads samples of 16 bits into dst, channels interleaved, whole moments of
// all channels only, and returns how many samples. At the end, also that of a
// file cut short, it returns 0 and io.EOF. The slice must have room for one
// sample of each channel, else the error is io.ErrShortBuffer.
func (w *Reader) Read(dst []int16) (int, error) {
	width := w.Format.Bits / 8
	moment := width * w.Format.Channels
	moments := min(len(dst)/w.Format.Channels, max(1, 4096/moment))
	if moments == 0 {
		return 0, io.ErrShortBuffer
	}
	if w.left >= 0 {
		moments = int(min(int64(moments), w.left/int64(moment)))
	}
	if moments == 0 {
		return 0, io.EOF
	}
	if w.scratch == nil {
		w.scratch = make([]byte, max(4096, moment))
	}
	b := w.scratch[:moments*moment]
	n, err := io.ReadFull(w.in, b)
	n -= n % moment
	if w.left >= 0 {
		w.left -= int64(n)
	}
	if n == 0 {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return 0, io.EOF
		}
		return 0, fmt.Errorf("read wav: %w", err)
	}
	// An error after samples is met again by the next Read.
	return w.Format.samples(dst, b[:n]), nil
}

// samples converts stored samples and returns how many.
func (f Format) samples(dst []int16, b []byte) int {
	width := f.Bits / 8
	n := len(b) / width
	switch {
	case f.Law != nil:
		return f.Law.Decode(dst[:n], b)
	case f.Float:
		for i := range n {
			dst[i] = f.float(b[i*width:])
		}
	case f.Bits == 8: // the only unsigned one
		for i := range n {
			dst[i] = int16(int(b[i])-128) << 8
		}
	default: // little-endian, so the two upper bytes are the last
		for i := range n {
			dst[i] = int16(binary.LittleEndian.Uint16(b[i*width+width-2:]))
		}
	}
	return n
}

func (f Format) float(b []byte) int16 {
	var v float64
	if f.Bits == 64 {
		v = math.Float64frombits(binary.LittleEndian.Uint64(b))
	} else {
		v = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	if v != v { // not a number
		return 0
	}
	return int16(math.Round(max(-1, min(v, 1)) * math.MaxInt16))
}

// Load reads a whole file as mono sound at the house's rate of 16 kHz, as a
// prompt is played: channels are averaged and other rates, of 4 kHz at least,
// resampled. A file longer than limit is an error of kind ErrFormat.
func Load(r io.Reader, limit time.Duration) ([]int16, error) {
	w, err := NewReader(r)
	if err != nil {
		return nil, err
	}
	rs, err := audio.NewResampler(w.Format.Rate, audio.SampleRate)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	channels := w.Format.Channels
	most := int(limit * audio.SampleRate / time.Second)
	buf := make([]int16, 1024*channels)
	var sound []int16
	for {
		n, err := w.Read(buf)
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		sound = rs.Append(sound, mono(buf[:n], channels))
		if len(sound) > most {
			return nil, fmt.Errorf("%w: it is longer than %v", ErrFormat, limit)
		}
	}
	sound = rs.Flush(sound)
	return sound[:min(len(sound), most)], nil
}

// mono averages the channels in place.
func mono(s []int16, channels int) []int16 {
	if channels == 1 {
		return s
	}
	n := len(s) / channels
	for i := range n {
		sum := 0
		for _, v := range s[i*channels : (i+1)*channels] {
			sum += int(v)
		}
		s[i] = int16(sum / channels)
	}
	return s[:n]
}
