package stream

import (
	"encoding/base64"
	"encoding/binary"
)

// What surrounds audio, as @azure/communication-call-automation 1.6.0 writes it.
const (
	beforeAudio = `{"kind":"audioData","audioData":{"data":"`
	afterAudio  = `","isSilent":false},"stopAudio":{}}`
	stopAudio   = `{"kind":"stopAudio","stopAudio":{}}`
)

// MessageBytes is the length of the message for so many bytes of audio.
func MessageBytes(audio int) int {
	return len(beforeAudio) + base64.StdEncoding.EncodedLen(audio) + len(afterAudio)
}

// AppendAudio appends the message that plays audio into a call that was set up with bidirectional streaming: signed
// 16-bit little-endian PCM in the format of the call's [AudioMetadata]. The service plays what it gets in order; send one
// piece of 20 milliseconds at a time. Nothing is allocated if the slice has room for [MessageBytes].
func AppendAudio(to, audio []byte) []byte {
	to = append(to, beforeAudio...)
	to = base64.StdEncoding.AppendEncode(to, audio)
	return append(to, afterAudio...)
}

// AppendSamples is AppendAudio with samples.
func AppendSamples(to []byte, samples []int16) []byte {
	to = append(to, beforeAudio...)
	// Pieces of a multiple of three bytes may be encoded one by one.
	var piece [384 * 2]byte
	for len(samples) > 0 {
		n := min(len(samples), len(piece)/2)
		for i, s := range samples[:n] {
			binary.LittleEndian.PutUint16(piece[2*i:], uint16(s))
		}
		to = base64.StdEncoding.AppendEncode(to, piece[:2*n])
		samples = samples[n:]
	}
	return append(to, afterAudio...)
}

// AppendStopAudio appends the message that clears audio which was sent and not played yet.
func AppendStopAudio(to []byte) []byte { return append(to, stopAudio...) }
