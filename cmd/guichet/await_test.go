package main

import (
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// await polls for a file, as the file system has no other way to say it.
func await(ts *testscript.TestScript, path string) {
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return
		}
		select {
		case <-deadline:
			ts.Fatalf("%s did not appear", path)
		case <-tick.C:
		}
	}
}
