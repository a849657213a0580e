// Package audio is telephone sound as both halves handle it: frames of 20 ms,
// resampling between the rates of telephony, mixing, levels and the beat that
// frames are sent by. Codecs, files, tones and the receiving side of RTP are in
// the packages below it. Everything is pure Go and works offline.
//
// Sound inside the process is PCM of 16 bits, mono, 16 kHz, in frames of 20 ms.
// A narrowband codec (G.711) is resampled where it enters and leaves; G.722 is
// 16 kHz already.
package audio

import (
	"encoding/binary"
	"time"
)

// The frame convention.
const (
	// SampleRate is in samples a second.
	SampleRate = 16000
	// FrameDuration is the time one frame lasts.
	FrameDuration = 20 * time.Millisecond
	// FrameSamples is how many samples a frame has.
	FrameSamples = int(SampleRate * FrameDuration / time.Second)
	// FrameBytes is a frame's length as little-endian bytes, as media streaming
	// and WAV files carry it.
	FrameBytes = 2 * FrameSamples
)

// Frame is 20 ms of mono sound at 16 kHz. Its zero value is silence.
type Frame [FrameSamples]int16

// PutBytes writes samples as little-endian 16-bit words into dst and returns
// how many bytes it wrote. It stops at the end of the shorter one.
func PutBytes(dst []byte, samples []int16) int {
	n := min(len(samples), len(dst)/2)
	dst = dst[:2*n]
	for i, s := range samples[:n] {
		binary.LittleEndian.PutUint16(dst[2*i:], uint16(s))
	}
	return 2 * n
}

// FromBytes reads little-endian 16-bit words into dst and returns how many
// samples it read. It stops at the end of the shorter one; an odd last byte is
// left out.
func FromBytes(dst []int16, b []byte) int {
	n := min(len(dst), len(b)/2)
	for i := range dst[:n] {
		dst[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return n
}

// AppendBytes appends samples to b as little-endian 16-bit words.
func AppendBytes(b []byte, samples []int16) []byte {
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

// Interleave writes left and right alternately into dst, as two channels in
// one stream are kept, and returns how many samples it wrote. It stops at the
// end of the shortest.
func Interleave(dst, left, right []int16) int {
	n := min(len(left), len(right), len(dst)/2)
	for i := range n {
		dst[2*i], dst[2*i+1] = left[i], right[i]
	}
	return 2 * n
}

// Deinterleave is the reverse of Interleave. It returns how many samples each
// channel received.
func Deinterleave(left, right, src []int16) int {
	n := min(len(left), len(right), len(src)/2)
	for i := range n {
		left[i], right[i] = src[2*i], src[2*i+1]
	}
	return n
}
