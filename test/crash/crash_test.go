// Package crash kills the desk and the local cloud under load and proves that no
// text is lost, none is shown twice and no answer is sent twice. It starts the
// built binary and speaks to it over HTTP only.
package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// The story: this many customers write, and this often each half is killed.
const (
	customers    = 4
	killsOfEach  = 10
	pauseAtMost  = 900 * time.Millisecond
	business     = "+18335550100"
	settleWithin = 8 * time.Minute
)

// half is a process that is killed and started again on the same address and
// folder.
type half struct {
	t    *testing.T
	name string
	args []string
	mu   sync.Mutex
	cmd  *exec.Cmd
}

func binary(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../bin/guichet")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatal("build the binary first: make build")
	}
	return path
}

// start starts the half and waits until it says that it is ready.
func (h *half) start() map[string]string {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cmd = exec.Command(binary(h.t), h.args...)
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var log bytes.Buffer
	h.cmd.Stderr = &log
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	ready := map[string]string{}
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		_ = h.cmd.Wait()
		h.t.Fatalf("%s did not start: %v: %s", h.name, err, &log)
	}
	return ready
}

func (h *half) kill(signal syscall.Signal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	_ = h.cmd.Process.Signal(signal)
	_ = h.cmd.Wait()
}

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return fmt.Sprintf("localhost:%d", ln.Addr().(*net.TCPAddr).Port)
}

func TestNothingIsLostAndNothingComesTwice(t *testing.T) {
	dir := t.TempDir()
	deskAt, httpsAt, httpAt := freePort(t), freePort(t), freePort(t)
	// Provision as a user does, then run the two halves as processes of their own.
	up := &half{t: t, name: "up", args: []string{
		"up", "--json", "--data", dir, "--desk-listen", deskAt, "--cloud-https", httpsAt, "--cloud-http", httpAt,
		"--admin-password", "a long password",
	}}
	ready := up.start()
	up.kill(syscall.SIGTERM)
	cloud := &half{t: t, name: "cloud", args: []string{
		"cloud", "--json", "--data", dir, "--cloud-https", httpsAt, "--cloud-http", httpAt,
		// Azure's gaps grow to minutes; these prove the same sooner.
		"--cloud-retry-schedule", "1s,1s,2s,2s,3s,3s,5s,5s,5s,10s,10s,30s",
	}}
	desk := &half{t: t, name: "desk", args: []string{
		"serve", "--json", "--data", dir, "--desk-listen", deskAt,
		"--azure-authority", ready["cloud"] + "/", "--azure-arm", ready["cloud"], "--azure-ca", ready["ca"],
	}}
	cloud.start()
	desk.start()
	t.Cleanup(func() { cloud.kill(syscall.SIGKILL); desk.kill(syscall.SIGKILL) })

	load, stopLoad := context.WithCancel(t.Context())
	defer stopLoad()
	var wg sync.WaitGroup
	var sent atomic.Int64
	for i := range customers {
		wg.Go(func() { write(t, load, ready["pages"], customer(i), &sent) })
	}
	agent := newAgent(t, ready["desk"])
	var answered atomic.Int64
	wg.Go(func() { agent.answer(load, &answered) })

	seed := rand.Uint64()
	t.Logf("seed of the kills: %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range 2 * killsOfEach {
		wait(t, time.Duration(random.Int64N(int64(pauseAtMost))))
		victim := []*half{desk, cloud}[i%2]
		victim.kill(syscall.SIGKILL)
		victim.start()
	}
	stopLoad()
	wg.Wait()
	t.Logf("%d texts written, %d answered, %d kills", sent.Load(), answered.Load(), 2*killsOfEach)
	if sent.Load() < 50 || answered.Load() < 5 {
		t.Errorf("too little load to prove anything")
	}
	for i := range customers {
		compare(t, ready["pages"], agent, customer(i))
	}
}

func customer(i int) string { return fmt.Sprintf("+1425555%04d", 200+i) }

// wait lets real time pass: a kill comes at a moment, not at a condition.
func wait(t *testing.T, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

// write sends texts as one customer until ctx ends; each is tried, under one id,
// until the cloud accepted it.
func write(t *testing.T, ctx context.Context, pages, from string, sent *atomic.Int64) {
	base := pages + "/_guichet/handset/customers"
	retry(func() error { return post(http.DefaultClient, base, map[string]string{"number": from}, nil) })
	path := base + "/" + url.PathEscape(from) + "/threads/" + url.PathEscape(business) + "/messages"
	for n := 0; ctx.Err() == nil; n++ {
		text := map[string]string{"id": uuid.NewString(), "text": fmt.Sprintf("%s says %d", from, n)}
		retry(func() error { return post(http.DefaultClient, path, text, nil) })
		sent.Add(1)
		wait(t, 20*time.Millisecond)
	}
}

// retry repeats what a killed process did not answer.
func retry(try func() error) {
	for try() != nil {
		timer := time.NewTimer(20 * time.Millisecond)
		<-timer.C
	}
}

// agent is a user of the desk.
type agent struct {
	t      *testing.T
	base   string
	client *http.Client
}

func newAgent(t *testing.T, base string) *agent {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &agent{t: t, base: base, client: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
	retry(func() error {
		return post(a.client, base+"/api/session", map[string]string{"email": "admin@contoso.example", "password": "a long password"}, nil)
	})
	return a
}

type conversation struct {
	ID       string
	State    string
	Unread   int
	Customer struct{ Phone string }
}

type message struct {
	ID, Direction, Text, Delivery string
}

// answer takes every conversation and answers whenever the customer wrote.
func (a *agent) answer(ctx context.Context, answered *atomic.Int64) {
	for n := 0; ctx.Err() == nil; {
		var list struct{ Items []conversation }
		retry(func() error { return get(a.client, a.base+"/api/conversations?view=all", &list) })
		for _, c := range list.Items {
			if c.State == "open" {
				retry(func() error { return post(a.client, a.base+"/api/conversations/"+c.ID+"/assign", nil, nil) })
			}
			if c.Unread == 0 {
				continue
			}
			key, text := uuid.NewString(), map[string]string{"text": fmt.Sprintf("answer %d", n)}
			retry(func() error {
				return post(a.client, a.base+"/api/conversations/"+c.ID+"/messages", text, http.Header{"Idempotency-Key": {key}})
			})
			n++
			answered.Add(1)
		}
		wait(a.t, 30*time.Millisecond)
	}
}

// messages are all of a customer's, oldest first.
func (a *agent) messages(phone string) []message {
	var list struct{ Items []conversation }
	retry(func() error { return get(a.client, a.base+"/api/conversations?view=all", &list) })
	var all []message
	for _, c := range list.Items {
		if c.Customer.Phone != phone {
			continue
		}
		for before := ""; ; {
			var page struct {
				Items []message
				Next  string
			}
			retry(func() error {
				return get(a.client, a.base+"/api/conversations/"+c.ID+"/messages?limit=100&before="+before, &page)
			})
			all = append(page.Items, all...)
			if before = page.Next; before == "" {
				break
			}
		}
	}
	return all
}

type handsetMessage struct {
	Direction, Text, Status string
}

// compare waits until both ends of one customer's thread say the same, each text
// once, and every answer delivered.
func compare(t *testing.T, pages string, a *agent, phone string) {
	t.Helper()
	deadline := time.Now().Add(settleWithin)
	said := ""
	for {
		difference := differ(handsetMessages(pages, phone), a.messages(phone))
		if difference == "" {
			return
		}
		if strings.HasPrefix(difference, "twice") || time.Now().After(deadline) {
			t.Errorf("%s: %s", phone, difference)
			return
		}
		if difference != said {
			t.Logf("%s waits: %s", phone, difference)
			said = difference
		}
		wait(t, 200*time.Millisecond)
	}
}

// handsetMessages are all of a customer's thread, oldest first.
func handsetMessages(pages, phone string) []handsetMessage {
	path := pages + "/_guichet/handset/customers/" + url.PathEscape(phone) + "/threads/" + url.PathEscape(business) + "/messages"
	var all []handsetMessage
	for before := ""; ; {
		var page struct {
			Items []handsetMessage
			Next  string
		}
		retry(func() error { return get(http.DefaultClient, path+"?before="+before, &page) })
		all = append(page.Items, all...)
		if before = page.Next; before == "" {
			return all
		}
	}
}

func differ(handset []handsetMessage, desk []message) string {
	atHandset, atDesk := map[string]int{}, map[string]int{}
	for _, m := range handset {
		atHandset[m.Text]++
		if atHandset[m.Text] > 1 {
			return "twice at the handset: " + m.Text
		}
	}
	for _, m := range desk {
		atDesk[m.Text]++
		if atDesk[m.Text] > 1 {
			return "twice at the desk: " + m.Text
		}
		if m.Direction == "outbound" && m.Delivery != "delivered" {
			return fmt.Sprintf("%q is %s", m.Text, m.Delivery)
		}
	}
	for text := range atHandset {
		if atDesk[text] == 0 {
			return "missing at the desk: " + text
		}
	}
	for text := range atDesk {
		if atHandset[text] == 0 {
			return "missing at the handset: " + text
		}
	}
	return ""
}

func post(client *http.Client, to string, body any, header http.Header) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if body == nil {
		text = nil
	}
	req, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(text))
	if err != nil {
		return err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	return do(client, req, nil)
}

func get(client *http.Client, from string, out any) error {
	req, err := http.NewRequest(http.MethodGet, from, nil)
	if err != nil {
		return err
	}
	return do(client, req, out)
}

func do(client *http.Client, req *http.Request, out any) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %d: %s", req.URL, resp.StatusCode, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
