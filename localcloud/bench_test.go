package localcloud_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guichet/localcloud"
)

// Every figure is the median of this many turns, and a bare loop of posts to a
// handler that does nothing takes a turn after each, so that what else the
// machine does hits both.
const turns = 5

// connections is how many clients send at once.
const connections = 64

func median[T int64 | float64 | time.Duration](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func benchClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
}

// flood posts from every connection for d and answers how many were taken.
func flood(b *testing.B, d time.Duration, send func() error) int64 {
	b.Helper()
	var n atomic.Int64
	var wg sync.WaitGroup
	until := time.Now().Add(d)
	for range connections {
		wg.Go(func() {
			for time.Now().Before(until) {
				if err := send(); err != nil {
					b.Error(err)
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return n.Load()
}

// poster makes requests to target; header is asked for each.
func poster(client *http.Client, base, target string, header func(body string) http.Header, body func() string) func() error {
	a := &azure{base: base, client: client}
	return func() error {
		text := body()
		status, answer, err := a.call(http.MethodPost, target, header(text), text)
		if err == nil && status/100 != 2 {
			err = fmt.Errorf("%s: %d %s", target, status, answer)
		}
		return err
	}
}

func nothing(string) http.Header { return http.Header{} }

// BenchmarkEventGrid publishes to a custom topic by HTTP, one event a request,
// and takes the events at a webhook; every event and every outcome is committed
// to the disk. Aims: at 200 events a second 5 ms to the webhook (p50), and 2,000
// deliveries a second.
func BenchmarkEventGrid(b *testing.B) {
	dir := b.TempDir()
	cloud := localcloud.Start(b, func(o *localcloud.Options) { o.DataDir = dir })
	client := benchClient()
	defer client.CloseIdleConnections()
	var got atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	hook := newHook(b, func(e delivered) int {
		got.Add(1)
		if sent, err := time.Parse(time.RFC3339Nano, e.Data.At); err == nil {
			mu.Lock()
			took = append(took, time.Since(sent))
			mu.Unlock()
		}
		return http.StatusOK
	})
	a := newAzure(b, cloud.HTTPURL(), client)
	id, path, key := a.topic("bench-topic")
	if state := a.subscribe(id, "bench", hook.URL); state != "Succeeded" {
		b.Fatal(state)
	}
	var n atomic.Int64
	plain := func() string { return event(strconv.FormatInt(n.Add(1), 10), `{"n":1}`) }
	timed := func() string {
		return event(strconv.FormatInt(n.Add(1), 10), fmt.Sprintf(`{"at":%q}`, time.Now().Format(time.RFC3339Nano)))
	}
	withKey := func(string) http.Header { return http.Header{"Aeg-Sas-Key": {key}} }

	// paced sends 300 events at 200 a second and answers p50 and p99 of the time to
	// the webhook.
	paced := func(send func() error) (p50, p99 time.Duration) {
		const events = 300
		mu.Lock()
		took = nil
		mu.Unlock()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		var wg sync.WaitGroup
		for range events {
			<-tick.C
			wg.Go(func() {
				if err := send(); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		eventually(b, "every event arrives", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(took) == events
		})
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(took)
		return took[events/2], took[events*99/100]
	}
	// sustained floods for a second and answers the rate until the last arrived.
	sustained := func(send func() error) float64 {
		before, start := got.Load(), time.Now()
		sent := flood(b, time.Second, send)
		eventually(b, "every event arrives", func() bool { return got.Load()-before >= sent })
		return float64(sent) / time.Since(start).Seconds()
	}
	for b.Loop() {
		var p50, p99, bare50, bare99 []time.Duration
		var rate, bareRate []float64
		for range turns {
			x, y := paced(poster(client, cloud.HTTPURL(), path, withKey, timed))
			p50, p99 = append(p50, x), append(p99, y)
			x, y = paced(poster(client, hook.URL, "", nothing, timed))
			bare50, bare99 = append(bare50, x), append(bare99, y)
			rate = append(rate, sustained(poster(client, cloud.HTTPURL(), path, withKey, plain)))
			bareRate = append(bareRate, sustained(poster(client, hook.URL, "", nothing, plain)))
		}
		b.ReportMetric(milliseconds(median(p50)), "p50-ms")
		b.ReportMetric(milliseconds(median(p99)), "p99-ms")
		b.ReportMetric(milliseconds(median(bare50)), "bare-p50-ms")
		b.ReportMetric(milliseconds(median(bare99)), "bare-p99-ms")
		b.ReportMetric(median(rate), "deliveries/s")
		b.ReportMetric(median(bareRate), "bare-posts/s")
		b.ReportMetric(median(rate)/median(bareRate), "of-bare")
		b.ReportMetric(0, "ns/op")
	}
}

// process is a `guichet cloud --ephemeral`.
type process struct {
	cmd  *exec.Cmd
	http string
	// took is the time from its start to its first answer.
	took time.Duration
}

// run starts the built binary and asks until it answers.
func run(b *testing.B, client *http.Client, name string, args ...string) *process {
	b.Helper()
	start := time.Now()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), bareAddress+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	p := &process{cmd: cmd}
	b.Cleanup(p.stop)
	var ready struct{ Pages string }
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	response, err := client.Get(ready.Pages + "/" + localcloud.TenantID + "/v2.0/.well-known/openid-configuration")
	if err != nil {
		b.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	p.http, p.took = ready.Pages, time.Since(start)
	return p
}

// stop ends the process; a second call does nothing.
func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// resident is the memory of the process in MiB.
func (p *process) resident(b *testing.B) float64 {
	b.Helper()
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kilobytes, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			if err != nil {
				b.Fatal(err)
			}
			return kilobytes / 1024
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

// bareAddress is set for the process that BenchmarkProcess compares with: this
// test binary as a server that does nothing.
const bareAddress = "GUICHET_BENCH_BARE"

func TestMain(m *testing.M) {
	if os.Getenv(bareAddress) != "" {
		server := httptest.NewServer(http.HandlerFunc(takeAndForget))
		fmt.Printf("{\"pages\":%q}\n", server.URL)
		select {}
	}
	os.Exit(m.Run())
}

func takeAndForget(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusAccepted)
}

// BenchmarkProcess measures the built `guichet cloud --ephemeral` (bin/guichet):
// from start to first answer (aim 0.1 s), memory at rest (aim 40 MB), and signed
// sends of texts a second (aim 5,000), beside a process that only reads what it
// is sent.
func BenchmarkProcess(b *testing.B) {
	binary, err := filepath.Abs("../bin/guichet")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(binary); err != nil {
		b.Fatal("build the binary first: make build")
	}
	args := []string{"cloud", "--ephemeral", "--json", "--cloud-https", "localhost:0", "--cloud-http", "localhost:0"}
	client := benchClient()
	defer client.CloseIdleConnections()
	for b.Loop() {
		var start, bareStart []time.Duration
		var memory, rate, bareRate []float64
		for range turns {
			p := run(b, client, binary, args...)
			start = append(start, p.took)
			atRest(b, p)
			memory = append(memory, p.resident(b))
			var n atomic.Int64
			body := func() string { return smsBody(localcloud.HandsetNumber, "text "+strconv.FormatInt(n.Add(1), 10)) }
			sign := func(text string) http.Header { return signed(http.MethodPost, p.http, smsTarget, text) }
			rate = append(rate, float64(flood(b, time.Second, poster(client, p.http, smsTarget, sign, body))))
			p.stop()

			p = run(b, client, os.Args[0])
			bareStart = append(bareStart, p.took)
			bareRate = append(bareRate, float64(flood(b, time.Second, poster(client, p.http, smsTarget, sign, body))))
			p.stop()
		}
		b.ReportMetric(milliseconds(median(start)), "start-ms")
		b.ReportMetric(milliseconds(median(bareStart)), "bare-start-ms")
		b.ReportMetric(median(memory), "MiB-at-rest")
		b.ReportMetric(median(rate), "sends/s")
		b.ReportMetric(median(bareRate), "bare-posts/s")
		b.ReportMetric(median(rate)/median(bareRate), "of-bare")
		b.ReportMetric(0, "ns/op")
	}
}

// atRest waits until the process has used no processor time for half a second.
func atRest(b *testing.B, p *process) {
	b.Helper()
	used := func() string {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		if err != nil {
			b.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		return fields[11] + " " + fields[12] // utime and stime
	}
	last, since := used(), time.Now()
	eventually(b, "the process rests", func() bool {
		if now := used(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > 500*time.Millisecond
	})
}
