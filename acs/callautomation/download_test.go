package callautomation_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"guichet/acs"
	"guichet/acs/callautomation"
)

// The credential must go to the service's own hosts only, and to those that the options name.
func TestLocations(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	reached := errors.New("reached")
	for location, good := range map[string]bool{
		"https://us-storage.asm.skype.com/v1/objects/x":                          true,
		"https://US.ASM.SKYPE.COM:8443/v1/objects/x":                             true,
		"https://eu.asyncgw.teams.microsoft.com/v1":                              true,
		"https://x.ams.gov.teams.microsoft.us/v1":                                true,
		"https://recordings.contoso.test/v1":                                     true,
		"https://recordings.contoso.test:443/v1":                                 true,
		"http://127.0.0.1:8090/v1/objects/x":                                     true,
		"http://us-storage.asm.skype.com/v1/objects/x":                           false,
		"https://asm.skype.com/v1/objects/x":                                     false,
		"https://us-storage.asm.skype.com.evil.test/v1":                          false,
		"https://evil.test/x.asm.skype.com":                                      false,
		"https://evilasm.skype.com/v1":                                           false,
		"https://us-storage.asm.skype.com@evil.test/v1":                          false,
		"https://user@us-storage.asm.skype.com/v1":                               false,
		"https://us-storage.asm.skype.com./v1":                                   false,
		"https://127.0.0.1/v1":                                                   false,
		"http://127.0.0.1:8091/v1":                                               false,
		"http://recordings.contoso.test:8443/v1":                                 false,
		"ftp://us-storage.asm.skype.com/v1":                                      false,
		"//us-storage.asm.skype.com/v1":                                          false,
		"/v1/objects/x":                                                          false,
		"https://us-storage.asm.skype.com/v1#x":                                  false,
		"https://us-storage.asm.skype.com/%zz":                                   false,
		"":                                                                       false,
		"https://contoso.communication.azure.com/x?y=https://x.asm.skype.com/":   false,
		"https://contoso.communication.azure.com\\@us-storage.asm.skype.com/v1/": false,
	} {
		c, _ := newClient(t, unused(t), func(o *callautomation.ClientOptions) {
			o.RecordingHosts = []string{"recordings.contoso.test", "127.0.0.1:8090"}
			o.Retry.MaxRetries = -1
			o.Transport = transport(func(r *http.Request) (*http.Response, error) { return nil, reached })
		})
		_, err := c.DownloadRecording(ctx, location, nil)
		if good && !errors.Is(err, reached) || !good && !errors.Is(err, callautomation.ErrLocation) {
			t.Errorf("%s: %v", location, err)
		}
		if err := c.DeleteRecording(ctx, location); good != errors.Is(err, reached) {
			t.Errorf("delete %s: %v", location, err)
		}
		if _, err := c.DownloadRecordingMetadata(ctx, location); good != errors.Is(err, reached) {
			t.Errorf("metadata %s: %v", location, err)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) Do(r *http.Request) (*http.Response, error) { return f(r) }

// Without the option that allows credentials over http, a host of one's own is no excuse for it.
func TestInsecureLocation(t *testing.T) {
	t.Parallel()
	credential, err := acs.NewKeyCredential(accessKey)
	if err != nil {
		t.Fatal(err)
	}
	c, err := callautomation.NewClient("https://contoso.communication.azure.com", credential, &callautomation.ClientOptions{
		RecordingHosts: []string{"127.0.0.1:8090"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.DownloadRecording(context.Background(), "http://127.0.0.1:8090/x", nil); !errors.Is(err, callautomation.ErrLocation) {
		t.Errorf("%v", err)
	}
}

// serveFile is storage that knows ranges, and a service that fails once in a while.
func TestDownloadParts(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tries := 0
	c, address := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if tries++; tries%2 == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.RawQuery != "sig=a%2Fb" || r.Header.Get("OriginalUrl") == "" {
			t.Errorf("request for %s", r.URL)
		}
		http.ServeContent(w, r, "x.wav", time.Time{}, strings.NewReader("0123456789"))
	})
	for _, test := range []struct {
		offset, length int64
		want           string
	}{{0, 0, "0123456789"}, {0, 3, "012"}, {4, 0, "456789"}, {4, 2, "45"}, {8, 100, "89"}} {
		part, err := c.DownloadRecording(ctx, address+"/v1/x?sig=a%2Fb", &callautomation.DownloadOptions{Offset: test.offset, Length: test.length})
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(part.Body)
		part.Body.Close()
		if err != nil || string(b) != test.want || part.Length != int64(len(test.want)) || part.Offset != test.offset {
			t.Errorf("%+v: %q, %+v, %v", test, b, part, err)
		}
		if ranged := test.offset+test.length > 0; ranged && part.Size != 10 || !ranged && part.Size != -1 {
			t.Errorf("%+v: size %d", test, part.Size)
		}
	}
	_, err := c.DownloadRecording(ctx, address+"/v1/x?sig=a%2Fb", &callautomation.DownloadOptions{Offset: 11})
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %v", err)
	}
	for _, o := range []callautomation.DownloadOptions{{Offset: -1}, {Length: -1}, {Offset: 1 << 62, Length: 1 << 62}} {
		if _, err := c.DownloadRecording(ctx, address+"/x", &o); !errors.Is(err, callautomation.ErrRange) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// A part must not be taken for another, nor a whole file for a part.
func TestDownloadOtherPart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		header string
		offset int64
		good   bool
	}{
		{200, "", 3, false},
		{206, "bytes 0-9/10", 3, false},
		{206, "bytes 3-9/10", 3, true},
		{206, "bytes 3-9/*", 3, true},
		{206, "", 3, true},
		{200, "bytes 0-9/10", 0, true},
		{206, "bytes 9-3/10", 9, false},
		{206, "bytes 3-10/10", 3, false},
		{206, "bytes x", 3, false},
	} {
		c, address := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			if test.header != "" {
				w.Header().Set("Content-Range", test.header)
			}
			w.WriteHeader(test.status)
			io.WriteString(w, "xxxxxxx")
		})
		part, err := c.DownloadRecording(context.Background(), address+"/x", &callautomation.DownloadOptions{Offset: test.offset})
		if test.good != (err == nil) || !test.good && !errors.Is(err, callautomation.ErrRange) {
			t.Errorf("%+v: %v", test, err)
		}
		if err == nil {
			part.Body.Close()
		}
	}
}

// metadata is of the form of a document of the real service, with two members in each other's place.
const metadata = `{"resourceId":"ac500000-0000-4000-8000-000000000001","callId":"ca110000-0000-4000-8000-000000000001",
	"chunkDocumentId":"0-eus-d12-00","chunkIndex":1,"chunkStartTime":"2025-01-02T03:04:05.1234567Z","chunkDuration":1234.5,
	"pauseResumeIntervals":[{"startTime":"2025-01-02T03:04:06.0000000Z","duration":500}],
	"recordingInfo":{"contentType":"mixed","channelType":"audioVideo","format":"mp4",
		"audioConfiguration":{"sampleRate":16000,"bitRate":128000,"channels":1},
		"videoConfiguration":{"longerSideLength":1920,"shorterSideLength":1080,"framerate":8,"bitRate":1000000}},
	"participants":[{"participantId":"4:+14255550123"},{"participantId":"8:acs:a_b","channel":1}]}`

func TestMetadata(t *testing.T) {
	t.Parallel()
	c, address := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Range", "bytes 0-1054/1055")
		io.WriteString(w, metadata)
	})
	m, err := c.DownloadRecordingMetadata(context.Background(), address+"/v1/objects/x/content/acsmetadata")
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case m.ChunkIndex != 1, m.ChunkDuration != 1234500*time.Microsecond, m.ChunkStart.Nanosecond() != 123456700,
		m.Content != callautomation.RecordAudioVideo, m.Channel != callautomation.RecordMixed, m.Format != callautomation.RecordMP4,
		m.SampleRate != 16000, m.Channels != 1, m.Video == nil, m.Video.LongerSide != 1920, len(m.Pauses) != 1,
		m.Pauses[0].Duration != 500*time.Millisecond, len(m.Participants) != 2, m.Participants[0].Identifier != customer,
		m.Participants[0].Channel != -1, m.Participants[1].Channel != 1:
		t.Errorf("%+v", m)
	}
	m, err = callautomation.ParseRecordingMetadata([]byte(`{"chunkStartTime":"?","recordingInfo":{"contentType":"Audio","channelType":"Unmixed","format":"Wav"}}`))
	if err != nil || m.Content != callautomation.RecordAudio || m.Channel != callautomation.RecordUnmixed || m.Format != callautomation.RecordWAV || !m.ChunkStart.IsZero() {
		t.Errorf("as documented: %+v, %v", m, err)
	}
}

func TestMetadataTooLong(t *testing.T) {
	t.Parallel()
	c, address := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"x":"`+strings.Repeat("a", 1<<20)+`"}`)
	})
	if _, err := c.DownloadRecordingMetadata(context.Background(), address+"/x"); err == nil || !strings.Contains(err.Error(), "longer") {
		t.Errorf("%v", err)
	}
}

func FuzzRecordingMetadata(f *testing.F) {
	f.Add([]byte(metadata))
	f.Add([]byte(`{"chunkDuration":1e300,"participants":[{"channel":null}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		m, err := callautomation.ParseRecordingMetadata(document)
		if err == nil && m.Channel == "" && m.Content == callautomation.RecordingContent(callautomation.RecordMixed) {
			t.Errorf("channel type taken for content type: %+v", m)
		}
	})
}
