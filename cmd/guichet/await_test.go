package main

import (
	"encoding/json"
	"net/http"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// await polls for a file, as the file system has no other way to say it.
func await(ts *testscript.TestScript, path string) {
	until(ts, path+" is there", func() bool {
		info, err := os.Stat(path)
		return err == nil && info.Size() > 0
	})
}

// answering waits for the desk at the address that the JSON names.
func answering(ts *testscript.TestScript, text string) {
	var desk struct {
		PublicURL string `json:"publicUrl"`
	}
	ts.Check(json.Unmarshal([]byte(text), &desk))
	until(ts, desk.PublicURL+" answers", func() bool {
		resp, err := http.Get(desk.PublicURL + "/readyz")
		if err != nil {
			return false
		}
		return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
	})
}

func until(ts *testscript.TestScript, what string, condition func() bool) {
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if condition() {
			return
		}
		select {
		case <-deadline:
			ts.Fatalf("did not come true: %s", what)
		case <-tick.C:
		}
	}
}
