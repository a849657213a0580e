package bus_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"guichet/internal/platform/bus"
)

func TestComingBackGetsWhatWasMissed(t *testing.T) {
	t.Parallel()
	h := bus.New(10)
	for i := range 5 {
		h.Publish("a", fmt.Appendf(nil, "%d", i+1))
	}
	s := h.Subscribe(h.ID(2), nil)
	defer s.Close()
	if s.Missed || s.Start != 2 {
		t.Fatalf("start %d, missed %v", s.Start, s.Missed)
	}
	h.Publish("a", []byte("6"))
	for want := uint64(3); want <= 6; want++ {
		if n := <-s.C; n.N != want || string(n.Data) != fmt.Sprint(want) {
			t.Errorf("got %d %s, want %d", n.N, n.Data, want)
		}
	}
}

func TestTooLongAwayMeansReadAgain(t *testing.T) {
	t.Parallel()
	h := bus.New(3)
	for range 20 {
		h.Publish("a", nil)
	}
	for _, last := range []string{h.ID(1), "other-19", "nonsense", h.ID(99)} {
		if s := h.Subscribe(last, nil); !s.Missed {
			t.Errorf("%s was not told to read again", last)
		}
	}
	if s := h.Subscribe(h.ID(20), nil); s.Missed {
		t.Error("a reader that missed nothing was told to read again")
	}
}

func TestSlowReaderIsCutOffNotSkipped(t *testing.T) {
	t.Parallel()
	h := bus.New(10_000)
	s := h.Subscribe("", nil)
	for range 5000 {
		h.Publish("a", nil)
	}
	last := s.Start
	for n := range s.C {
		if n.N != last+1 {
			t.Fatalf("%d after %d", n.N, last)
		}
		last = n.N
	}
	again := h.Subscribe(h.ID(last), nil)
	if n := <-again.C; n.N != last+1 {
		t.Errorf("resumed at %d, not %d", n.N, last+1)
	}
}

func TestStreamIsNumberedFilteredAndEnds(t *testing.T) {
	t.Parallel()
	h := bus.New(100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeSSE(w, r, func(topic string) bool { return topic == "mine" })
	}))
	defer server.Close()
	frames, ended := read(t, server.URL, "")
	if f := <-frames; f.event != "hello" {
		t.Fatalf("first frame %+v", f)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 50 {
			h.Publish([]string{"mine", "other"}[i%2], fmt.Appendf(nil, `{"i":%d}`, i))
		}
	})
	wg.Wait()
	var id string
	for i := 0; i < 50; i += 2 {
		f := <-frames
		if want := fmt.Sprintf(`{"i":%d}`, i); f.data != want || f.event != "notice" {
			t.Fatalf("got %+v, want %s", f, want)
		}
		if i == 40 {
			id = f.id
		}
	}
	// The connection may break right after hello, so its id must not be beyond what
	// is still to come.
	for range 2 {
		back, _ := read(t, server.URL+"?last="+id, "")
		f := <-back
		if f.event != "hello" {
			t.Errorf("first frame of a reader that comes back is %+v", f)
		}
		id = f.id
		if f := <-back; f.data != `{"i":42}` {
			t.Errorf("came back to %+v", f)
		}
	}
	stale, _ := read(t, server.URL, "zzz-1")
	if f := <-stale; f.event != "reset" {
		t.Errorf("stale reader got %+v", f)
	}
	h.Close()
	<-ended
}

type frame struct{ id, event, data string }

func read(t *testing.T, url, last string) (<-chan frame, <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	frames, ended := make(chan frame, 100), make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = resp.Body.Close() }()
		var f frame
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "id":
				f.id = value
			case "event":
				f.event = value
			case "data":
				f.data = value
			case "":
				if f.event != "" {
					frames <- f
				}
				f = frame{}
			}
		}
	}()
	return frames, ended
}
