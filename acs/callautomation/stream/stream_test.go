package stream_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"guichet/acs"
	"guichet/acs/callautomation/stream"
)

// piece is 20 milliseconds of audio at 16 kHz.
func piece() []byte {
	b := make([]byte, 640)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func audio(participant string) []byte {
	if participant != "" {
		participant = `"participantRawID":"` + participant + `",`
	}
	return []byte(`{"kind":"AudioData","audioData":{"timestamp":"2026-01-01T00:00:00.020Z",` + participant + `"data":"` +
		base64.StdEncoding.EncodeToString(piece()) + `","silent":false}}`)
}

func TestReadAudio(t *testing.T) {
	t.Parallel()
	want := stream.Message{Kind: stream.KindAudioData, Audio: stream.Audio{
		Data: []byte{0, 1, 2, 3}, Timestamp: time.Date(2026, 1, 1, 0, 0, 0, 20e6, time.UTC),
		Participant: acs.PhoneNumber("+15551230000"), Silent: true,
	}}
	for name, text := range map[string]string{
		"documented":      `{"kind":"AudioData","audioData":{"timestamp":"2026-01-01T00:00:00.020Z","participantRawID":"4:+15551230000","data":"AAECAw==","silent":true}}`,
		"other order":     `{"kind":"AudioData","audioData":{"silent":true,"data":"AAECAw==","participantRawID":"4:+15551230000","timestamp":"2026-01-01T00:00:00.02Z"}}`,
		"spaces":          ` { "kind" : "AudioData" , "audioData" : {"timestamp":"2026-01-01T00:00:00.020Z","participantRawID":"4:+15551230000","data":"AAECAw==","silent":true}}`,
		"kind last":       `{"audioData":{"timestamp":"2026-01-01T00:00:00.020Z","participantRawID":"4:+15551230000","data":"AAECAw==","silent":true},"kind":"AudioData"}`,
		"camel case":      `{"kind":"audioData","audioData":{"timestamp":"2026-01-01T00:00:00.020Z","participantRawID":"4:+15551230000","data":"AAECAw==","isSilent":true},"stopAudio":{}}`,
		"Pascal case":     `{"Kind":"AudioData","AudioData":{"Timestamp":"2026-01-01T00:00:00.020+00:00","ParticipantRawId":"4:+15551230000","Data":"AAECAw==","IsSilent":true},"StopAudio":null}`,
		"escapes":         `{"kind":"AudioData","audioData":{"timestamp":"2026-01-01T00:00:00.020Z","participantRawID":"4:\u002b15551230000","data":"AAECAw=\u003d","silent":true}}`,
		"unknown members": `{"kind":"AudioData","audioData":{"x":1,"timestamp":"2026-01-01T00:00:00.020Z","participantRawID":"4:+15551230000","data":"AAECAw==","silent":true},"y":[]}`,
		"twice":           `{"kind":"AudioData","audioData":{"data":"AA==","timestamp":"2026-01-01T00:00:00.020Z","participantRawID":"4:+15551230000","data":"AAECAw==","silent":true}}`,
	} {
		var r stream.Reader
		for range 2 {
			got, err := r.Read([]byte(text))
			got.Audio.Timestamp = got.Audio.Timestamp.UTC()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	}
	var r stream.Reader
	got, err := r.Read([]byte(`{"kind":"AudioData","audioData":{"data":"AAECAw==","participantRawID":null,"timestamp":"?"}}`))
	if err != nil || len(got.Audio.Data) != 4 || !got.Audio.Participant.IsZero() || !got.Audio.Timestamp.IsZero() {
		t.Errorf("null: %+v, %v", got, err)
	}
	if got := got.Audio.AppendSamples([]int16{9}); !reflect.DeepEqual(got, []int16{9, 0x100, 0x302}) {
		t.Errorf("samples %v", got)
	}
}

// Speakers take turns; each must stay who they are, also when there are more than are remembered.
func TestSpeakers(t *testing.T) {
	t.Parallel()
	var r stream.Reader
	for i := range 40 {
		id := "8:acs:a_" + string(rune('a'+i%11))
		got, err := r.Read(audio(id))
		if err != nil || got.Audio.Participant.RawID() != id || !bytes.Equal(got.Audio.Data, piece()) {
			t.Fatalf("%v, %v", got.Audio.Participant, err)
		}
	}
}

func TestReadOthers(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]stream.Message{
		`{"kind":"AudioMetadata","audioMetadata":{"subscriptionId":"s","encoding":"PCM","sampleRate":24000,"channels":1,"length":960}}`: {
			Kind:          stream.KindAudioMetadata,
			AudioMetadata: &stream.AudioMetadata{SubscriptionID: "s", Encoding: "PCM", SampleRate: 24000, Channels: 1, Length: 960},
		},
		`{"kind":"DtmfData","dtmfData":{"data":"3"}}`: {Kind: stream.KindDTMFData, DTMF: &stream.DTMF{Key: "3"}},
		`{"Kind":"dtmfdata","DtmfData":{"Data":"#","Timestamp":"2026-01-01T00:00:00Z","ParticipantRawID":"4:+1"},"AudioData":null}`: {
			Kind: stream.KindDTMFData, DTMF: &stream.DTMF{Key: "#", Timestamp: at, Participant: acs.PhoneNumber("+1")},
		},
		`{"kind":"MarkData","markData":{"id":"m","status":"completed"}}`: {Kind: stream.KindMarkData, Mark: &stream.Mark{ID: "m", Status: "completed"}},
		`{"kind":"ServerAudioData","x":1}`:                               {Kind: "ServerAudioData"},
		`{"kind":"TranscriptionMetadata","transcriptionMetadata":{"subscriptionId":"s","locale":"en-us","callConnectionId":"c","correlationId":"r","speechRecognitionModelEndpointId":"e"}}`: {
			Kind: stream.KindTranscriptionMetadata,
			TranscriptionMetadata: &stream.TranscriptionMetadata{
				SubscriptionID: "s", Locale: "en-us", CallConnectionID: "c", CorrelationID: "r", SpeechModelEndpointID: "e",
			},
		},
		`{"kind":"TranscriptionData","transcriptionData":{"text":"Hello.","format":"display","confidence":0.75,"offset":2516998782481234400,
			"duration":7600000,"words":[{"text":"hello","offset":2516998782481234401,"duration":7600000}],"participantRawID":"8:acs:a_b","resultStatus":"Final"}}`: {
			Kind: stream.KindTranscriptionData,
			Transcription: &stream.Transcription{
				Text: "Hello.", Format: "display", Confidence: 0.75, OffsetTicks: 2516998782481234400, Duration: 760 * time.Millisecond,
				Words:       []stream.Word{{Text: "hello", OffsetTicks: 2516998782481234401, Duration: 760 * time.Millisecond}},
				Participant: acs.ParseRawID("8:acs:a_b"), Final: true,
			},
		},
		`{"kind":"TranscriptionData","transcriptionData":{"text":"Hel","duration":18446744073709551615,"resultStatus":"Intermediate"}}`: {
			Kind: stream.KindTranscriptionData, Transcription: &stream.Transcription{Text: "Hel", Duration: math.MaxInt64},
		},
	} {
		var r stream.Reader
		if got, err := r.Read([]byte(text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestPieceBytes(t *testing.T) {
	t.Parallel()
	for rate, want := range map[int]int{16000: 640, 24000: 960} {
		if got := (stream.AudioMetadata{SampleRate: rate, Channels: 1}).PieceBytes(); got != want {
			t.Errorf("%d bytes at %d Hz", got, rate)
		}
	}
}

var malformed = []string{"", "x", "null", "[]", "{}", `{"kind":null}`, `{"kind":1}`, `{"kind":"AudioData"}`, `{"kind":"DtmfData"}`,
	`{"kind":"AudioMetadata","audioMetadata":null}`, `{"kind":"TranscriptionData","transcriptionData":{"offset":-1}}`,
	`{"kind":"TranscriptionMetadata"}`, `{"kind":"MarkData"}`,
	`{"kind":"AudioData","audioData":{"data":"AAECAw="}}`, `{"kind":"AudioData","audioData":{"data":"AAEC` + "\n" + `Aw=="}}`,
	`{"kind":"AudioData","audioData":{"data":"` + strings.Repeat("AAEC", 100) + "\n\n\n\n" + `Aw=="}}`,
	`{"kind":"AudioData","audioData":{"data":"AAEC","participantRawID":"` + "\t" + `"}}`,
	`{"kind":"AudioData","audioData":{"data":"AAECAw=="}} x`, `{"kind":"AudioData","audioData":{"data":"AAECAw=="}`,
	`{"kind":"AudioData","audioData":{"data":"AAECAw==",}}`, `{"kind":"AudioData","audioData":{"silent":maybe}}`}

func TestMalformed(t *testing.T) {
	t.Parallel()
	var r stream.Reader
	for _, text := range malformed {
		if got, err := r.Read([]byte(text)); !errors.Is(err, stream.ErrMalformed) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	long := `{"kind":"X","x":"` + strings.Repeat("x", stream.MaxMessage) + `"}`
	if _, err := r.Read([]byte(long)); !errors.Is(err, stream.ErrMalformed) {
		t.Errorf("long: %v", err)
	}
}

// The texts are what createOutboundAudioData and createOutboundStopAudioData of
// @azure/communication-call-automation 1.6.0 make.
func TestWrite(t *testing.T) {
	t.Parallel()
	const text = `{"kind":"audioData","audioData":{"data":"AAEC","isSilent":false},"stopAudio":{}}`
	if got := stream.AppendAudio([]byte("x"), []byte{0, 1, 2}); string(got) != "x"+text || len(text) != stream.MessageBytes(3) {
		t.Errorf("%s", got)
	}
	if got := stream.AppendStopAudio(nil); string(got) != `{"kind":"stopAudio","stopAudio":{}}` {
		t.Errorf("%s", got)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	message, samples := audio("4:+15551230000"), make([]int16, 480)
	var r stream.Reader
	buffer := make([]byte, 0, stream.MessageBytes(960))
	decoded := make([]int16, 0, 480)
	for name, f := range map[string]func(){
		"read":          func() { m, _ := r.Read(message); decoded = m.Audio.AppendSamples(decoded[:0]) },
		"write":         func() { buffer = stream.AppendAudio(buffer[:0], message[:640]) },
		"write samples": func() { buffer = stream.AppendSamples(buffer[:0], samples) },
		"write stop":    func() { buffer = stream.AppendStopAudio(buffer[:0]) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Both readers must agree: a space at the beginning has the common one read what the other may.
func FuzzRead(f *testing.F) {
	for _, text := range malformed {
		f.Add([]byte(text))
	}
	f.Add(audio(""))
	f.Add(audio("4:+15551230000"))
	f.Add([]byte(`{"kind":"AudioData","audioData":{"timestamp":"2026-02-30T00:00:00Z","data":"AAECAw==","silent":true}}`))
	f.Add([]byte(`{"kind":"AudioData","audioData":{"timestamp":"2026-02-28T23:59:59.123456789Z","participantRawID":"\u00e9","data":""}}`))
	f.Add([]byte(`{"kind":"TranscriptionData","transcriptionData":{"text":"x","words":[{"offset":1}],"resultStatus":"Final"}}`))
	f.Add([]byte(`{"kind":"DtmfData","dtmfData":{"data":"3"}}`))
	f.Fuzz(func(t *testing.T, message []byte) {
		var r stream.Reader
		got, err := r.Read(message)
		if err != nil && !errors.Is(err, stream.ErrMalformed) {
			t.Fatal(err)
		}
		other, otherErr := r.Read(append([]byte(" "), message...))
		if (err == nil) != (otherErr == nil) {
			t.Fatalf("%v, %v", err, otherErr)
		}
		if !bytes.Equal(got.Audio.Data, other.Audio.Data) || !got.Audio.Timestamp.Equal(other.Audio.Timestamp) {
			t.Fatalf("%+v, %+v", got.Audio, other.Audio)
		}
		got.Audio.Data, other.Audio.Data, got.Audio.Timestamp, other.Audio.Timestamp = nil, nil, time.Time{}, time.Time{}
		if !reflect.DeepEqual(got, other) {
			t.Fatalf("%+v, %+v", got, other)
		}
	})
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte{})
	f.Add(piece())
	f.Add(bytes.Repeat([]byte{1, 2, 3}, 1001))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data)%2 == 1 {
			data = data[1:]
		}
		message := stream.AppendAudio(nil, data)
		samples := stream.Audio{Data: data}.AppendSamples(nil)
		if other := stream.AppendSamples(nil, samples); !bytes.Equal(message, other) || len(message) != stream.MessageBytes(len(data)) {
			t.Fatalf("%s\n%s", message, other)
		}
		var back struct {
			Kind      string
			AudioData struct{ Data []byte }
		}
		if err := json.Unmarshal(message, &back); err != nil || back.Kind != "audioData" || !bytes.Equal(back.AudioData.Data, data) {
			t.Fatalf("%s: %v", message, err)
		}
	})
}

// BenchmarkAudio tells how much longer encoding/json takes for the same, in the same run.
func BenchmarkAudio(b *testing.B) {
	message, data := audio("4:+15551230000"), piece()
	type outgoing struct {
		Kind      string `json:"kind"`
		AudioData struct {
			Data     []byte `json:"data"`
			IsSilent bool   `json:"isSilent"`
		} `json:"audioData"`
		StopAudio struct{} `json:"stopAudio"`
	}
	type incoming struct {
		Kind      string `json:"kind"`
		AudioData struct {
			Timestamp     time.Time `json:"timestamp"`
			ParticipantID string    `json:"participantRawID"`
			Data          []byte    `json:"data"`
			Silent        bool      `json:"silent"`
		} `json:"audioData"`
	}
	var r stream.Reader
	buffer := make([]byte, 0, stream.MessageBytes(len(data)))
	compare := func(name string, own, common func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := own(); err != nil {
					b.Fatal(err)
				}
			}
			each := b.Elapsed() / time.Duration(b.N)
			n := max(b.N/10, 1)
			start := time.Now()
			for range n {
				if err := common(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(time.Since(start))/float64(n)/float64(max(each, 1)), "times-faster")
		})
	}
	compare("read", func() error { _, err := r.Read(message); return err },
		func() error { var m incoming; return json.Unmarshal(message, &m) })
	compare("write", func() error { buffer = stream.AppendAudio(buffer[:0], data); return nil }, func() error {
		m := outgoing{Kind: "audioData"}
		m.AudioData.Data = data
		_, err := json.Marshal(m)
		return err
	})
}
