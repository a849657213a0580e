package crash

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"guichet/localcloud"
)

// Ticks of processor time are hundredths of a second on Linux.
const (
	idleFor     = 3 * time.Second
	idleTicks   = 3 // 1 % of one processor
	restsWithin = 20 * time.Second
)

// TestIdleCloud: a local cloud that nobody uses, with state, a subscription and
// connections of its past, uses no processor time.
func TestIdleCloud(t *testing.T) {
	cloud := &half{t: t, name: "cloud", args: []string{
		"cloud", "--json", "--data", t.TempDir(), "--cloud-https", freePort(t), "--cloud-http", freePort(t),
	}}
	ready := cloud.start()
	t.Cleanup(func() { cloud.kill(syscall.SIGKILL) })
	hook := newReceiver(t, 1)
	newAzure(t, ready).subscribe(localcloud.ResourceID, "texts", hook.URL)
	path := ready["pages"] + "/_guichet/handset/customers/" + url.PathEscape(customer(0)) + "/threads/" + url.PathEscape(business) + "/messages"
	if err := post(http.DefaultClient, path, map[string]string{"id": uuid.NewString(), "text": "hello"}, nil); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(restsWithin)
	for {
		before := ticks(t, cloud)
		wait(t, idleFor)
		used := ticks(t, cloud) - before
		if used <= idleTicks && hook.taken() == 1 {
			t.Logf("%d ticks in %s", used, idleFor)
			return
		}
		// What the start left to do may still be under way.
		if time.Now().After(deadline) {
			t.Fatalf("%d ticks in %s, %d texts taken", used, idleFor, hook.taken())
		}
	}
}

// ticks is the processor time that a process has used.
func ticks(t *testing.T, h *half) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", h.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	sum := 0
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}
