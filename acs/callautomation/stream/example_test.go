package stream_test

import (
	"fmt"
	"log"

	"guichet/acs/callautomation/stream"
)

// An echo: what is heard in a call is played back to it.
func Example() {
	var reader stream.Reader
	var buffer []byte
	for _, message := range []string{
		`{"kind":"AudioMetadata","audioMetadata":{"subscriptionId":"s","encoding":"PCM","sampleRate":16000,"channels":1,"length":640}}`,
		`{"kind":"AudioData","audioData":{"timestamp":"2026-01-01T00:00:00.020Z","data":"AAECAw==","silent":false}}`,
		`{"kind":"DtmfData","dtmfData":{"data":"#"}}`,
	} {
		m, err := reader.Read([]byte(message))
		if err != nil {
			log.Fatal(err)
		}
		switch m.Kind {
		case stream.KindAudioMetadata:
			fmt.Println(m.AudioMetadata.SampleRate, "Hz,", m.AudioMetadata.PieceBytes(), "bytes at a time")
		case stream.KindAudioData:
			buffer = stream.AppendAudio(buffer[:0], m.Audio.Data)
			fmt.Println(string(buffer)) // goes out on the same WebSocket
		case stream.KindDTMFData:
			buffer = stream.AppendStopAudio(buffer[:0])
			fmt.Println(string(buffer))
		}
	}
	// Output:
	// 16000 Hz, 640 bytes at a time
	// {"kind":"audioData","audioData":{"data":"AAECAw==","isSilent":false},"stopAudio":{}}
	// {"kind":"stopAudio","stopAudio":{}}
}
