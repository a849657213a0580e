package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"guichet/internal/platform/audio"
)

const (
	headerBytes = 44
	// MaxBytes is the most sound one file holds, for its sizes are 32 bits: at
	// 16 kHz in two channels more than 18 hours.
	MaxBytes = math.MaxUint32 - headerBytes - 1
	// buffered is how much sound is kept before it is written: a second of
	// two channels at 16 kHz.
	buffered = 64000
)

// ErrFull is the error of a write beyond MaxBytes; nothing of it is written.
var ErrFull = errors.New("wav: the file is full")

// Writer writes a WAVE file of 16-bit PCM as sound comes in. Until Close the
// header says that the sizes are unknown; a file left like that by a crash is
// read by NewReader up to its end and put right by Repair.
type Writer struct {
	file     io.WriteSeeker
	out      *bufio.Writer
	channels int
	start    int64
	size     int64
	scratch  [4096]byte
	err      error
}

// NewWriter writes the header at the current place of the file. With two
// channels the samples are to come interleaved (audio.Interleave).
func NewWriter(file io.WriteSeeker, rate, channels int) (*Writer, error) {
	if rate < 1 || rate > maxRate || channels < 1 || channels > maxChannels {
		return nil, fmt.Errorf("wav: cannot write %d channels at %d Hz", channels, rate)
	}
	start, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, fmt.Errorf("write wav: %w", err)
	}
	w := &Writer{file: file, out: bufio.NewWriterSize(file, buffered), channels: channels, start: start}
	if _, err := w.out.Write(header(rate, channels)); err != nil {
		return nil, fmt.Errorf("write wav: %w", err)
	}
	if err := w.out.Flush(); err != nil {
		return nil, fmt.Errorf("write wav: %w", err)
	}
	return w, nil
}

// header has sizes of zero: unknown.
func header(rate, channels int) []byte {
	moment := 2 * channels
	b := append(make([]byte, 0, headerBytes), "RIFF\x00\x00\x00\x00WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, encodingPCM)
	b = binary.LittleEndian.AppendUint16(b, uint16(channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*moment))
	b = binary.LittleEndian.AppendUint16(b, uint16(moment))
	b = binary.LittleEndian.AppendUint16(b, 16)
	return append(b, "data\x00\x00\x00\x00"...)
}

// Write appends samples; their number must be a multiple of the channels. About
// a second is buffered. After an error every further call returns it again.
func (w *Writer) Write(samples []int16) error {
	if w.err != nil {
		return w.err
	}
	if len(samples)%w.channels != 0 {
		return fmt.Errorf("wav: %d samples do not fill %d channels", len(samples), w.channels)
	}
	if w.size+2*int64(len(samples)) > MaxBytes {
		return ErrFull
	}
	for len(samples) > 0 {
		n := audio.PutBytes(w.scratch[:], samples)
		if _, err := w.out.Write(w.scratch[:n]); err != nil {
			w.err = fmt.Errorf("write wav: %w", err)
			return w.err
		}
		w.size += int64(n)
		samples = samples[n/2:]
	}
	return nil
}

// Samples is how many samples of each channel were written.
func (w *Writer) Samples() int64 { return w.size / int64(2*w.channels) }

// Flush brings what is buffered to the file.
func (w *Writer) Flush() error {
	if w.err == nil {
		if err := w.out.Flush(); err != nil {
			w.err = fmt.Errorf("write wav: %w", err)
		}
	}
	return w.err
}

// Close writes what is buffered and fills in the header's sizes. The file stays
// open, at the end of the sound; it is the caller's.
func (w *Writer) Close() error {
	if err := w.Flush(); err != nil {
		return err
	}
	if err := patch(w.file, w.start, w.size); err != nil {
		return err
	}
	if _, err := w.file.Seek(w.start+headerBytes+w.size, io.SeekStart); err != nil {
		return fmt.Errorf("write wav: %w", err)
	}
	return nil
}

// patch fills in the sizes, the sound's first: a reader asks the other whether to
// believe a sound of zero bytes.
func patch(file io.WriteSeeker, start, size int64) error {
	for _, p := range []struct{ at, value int64 }{{headerBytes - 4, size}, {4, headerBytes - 8 + size}} {
		if _, err := file.Seek(start+p.at, io.SeekStart); err != nil {
			return fmt.Errorf("write wav: %w", err)
		}
		if _, err := file.Write(binary.LittleEndian.AppendUint32(nil, uint32(p.value))); err != nil {
			return fmt.Errorf("write wav: %w", err)
		}
	}
	return nil
}

// Repair finishes a file of Writer that was never closed: it fills in the
// sizes by the file's length and returns the samples of each channel that were
// saved. A last moment that is not whole stays outside the sound. A file that is finished is left as it is; one
// that Writer did not write is an error of kind ErrFormat.
func Repair(file io.ReadWriteSeeker) (samples int64, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("repair wav: %w", err)
	}
	var head [headerBytes]byte
	if n, err := io.ReadFull(file, head[:]); err != nil && n < headerBytes {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, fmt.Errorf("%w: it ends in its header", ErrFormat)
		}
		return 0, fmt.Errorf("repair wav: %w", err)
	}
	channels := int(binary.LittleEndian.Uint16(head[22:]))
	rate := binary.LittleEndian.Uint32(head[24:])
	if channels < 1 || channels > maxChannels || rate > maxRate {
		return 0, fmt.Errorf("%w: its header is not of a recording", ErrFormat)
	}
	riff, data := binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[40:])
	plain := header(int(rate), channels)
	copy(plain[4:], head[4:8])
	copy(plain[40:], head[40:])
	if [headerBytes]byte(plain) != head {
		return 0, fmt.Errorf("%w: its header is not of a recording", ErrFormat)
	}
	moment := int64(2 * channels)
	if riff != 0 && data != 0 {
		return int64(data) / moment, nil
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, fmt.Errorf("repair wav: %w", err)
	}
	size := min(end-headerBytes, MaxBytes)
	size -= size % moment
	if err := patch(file, 0, size); err != nil {
		return 0, err
	}
	return size / moment, nil
}
