package eventgrid

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"guichet/internal/platform/clock"
)

// BenchmarkDeliver prints sustained deliveries a second, durably recorded, and at
// 200 events a second the time from publishing to the webhook.
func BenchmarkDeliver(b *testing.B) {
	var delivered atomic.Int64
	latencies := make(chan time.Duration, 4096)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var list []struct {
			Data map[string]any
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &list)
		if r.Header.Get("aeg-event-type") == "SubscriptionValidation" {
			_ = json.NewEncoder(w).Encode(map[string]any{"validationResponse": list[0].Data["validationCode"]})
			return
		}
		delivered.Add(1)
		if at, ok := list[0].Data["at"].(string); ok {
			sent, _ := time.Parse(time.RFC3339Nano, at)
			latencies <- time.Since(sent)
		}
	}))
	defer hook.Close()
	g := newGrid(b, func(o *Options) { o.Clock = clock.System })
	g.subscribe(properties(hook.URL))

	b.ResetTimer()
	for from := 0; from < b.N; from += 100 {
		var events []Event
		for i := from; i < min(from+100, b.N); i++ {
			events = append(events, sms(fmt.Sprint(i)))
		}
		g.publish(events...)
	}
	g.eventually("all are delivered", func() bool { return delivered.Load() >= int64(b.N) })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.StopTimer()

	var list []time.Duration
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for range 400 {
		<-ticker.C
		e := sms("x")
		e.Data = json.RawMessage(fmt.Sprintf(`{"at":%q}`, time.Now().Format(time.RFC3339Nano)))
		err := g.db.Tx(g.ctx, func(tx *sql.Tx) error { return g.Publish(g.ctx, tx, source, e) })
		if err != nil {
			b.Fatal(err)
		}
		g.Wake()
		for len(latencies) > 0 {
			list = append(list, <-latencies)
		}
	}
	for len(list) < 400 {
		list = append(list, <-latencies)
	}
	slices.Sort(list)
	b.ReportMetric(float64(list[200].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(list[396].Microseconds())/1000, "p99-ms")
}
