package desk

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guichet/eventgrid"
	"guichet/internal/desk/people"
)

// The load of BenchmarkIngest: this many connections at once.
const connections = 64

// BenchmarkIngest prints how many events a second the webhook takes in, token
// check and durable commit included and while it applies them, as a ratio to a
// bare handler that only reads and decodes the same requests.
// Aim: at least 0.40.
func BenchmarkIngest(b *testing.B) {
	bench := newBench(b, "")
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = eventgrid.DecodeEvents(body)
		}
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	defer bare.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
	token := bench.azure.token()
	var n atomic.Int64
	rate := func(url string) float64 {
		const lasts = time.Second
		var done atomic.Int64
		start := time.Now()
		var wg sync.WaitGroup
		for range connections {
			wg.Go(func() {
				for time.Since(start) < lasts {
					body := batch(received(fmt.Sprint("bench-", n.Add(1)), "hello from the benchmark"))
					req, _ := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
					req.Header.Set("Content-Type", "application/json")
					req.Header.Set("aeg-event-type", "Notification")
					req.Header.Set("Authorization", "Bearer "+token)
					resp, err := client.Do(req)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
					if resp.StatusCode == http.StatusOK {
						done.Add(1)
					}
				}
			})
		}
		wg.Wait()
		return float64(done.Load()) / time.Since(start).Seconds()
	}
	for b.Loop() {
		// The two take turns, so that what else the machine does hits both.
		var limits, ours []float64
		for range 5 {
			limits = append(limits, rate(bare.URL))
			ours = append(ours, rate(bench.URL()+bench.hook))
		}
		slices.Sort(limits)
		slices.Sort(ours)
		b.ReportMetric(ours[2], "events/s")
		b.ReportMetric(limits[2], "decode-only/s")
		b.ReportMetric(ours[2]/limits[2], "ratio")
	}
}

// BenchmarkEventToPage prints how long it takes from Event Grid's request to an
// agent's open page, at 50 events a second. Aim: 3 ms at the median, 10 ms at the
// 99th percentile.
func BenchmarkEventToPage(b *testing.B) {
	bench := newBench(b, "")
	notices := bench.as("alice", people.Agent).live()
	token := bench.azure.token()
	for b.Loop() {
		const perSecond, events = 50, 250
		took := make([]time.Duration, 0, events)
		tick := time.NewTicker(time.Second / perSecond)
		for i := range events {
			<-tick.C
			text := fmt.Sprintf("%d at %d", i, time.Now().UnixNano())
			start := time.Now()
			go func() { _, _ = bench.tryDeliver(token, batch(received(text, text))) }()
			for notice := range notices {
				if m, _ := notice["message"].(fields); m["text"] == text {
					break
				}
			}
			took = append(took, time.Since(start))
		}
		tick.Stop()
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	}
}
