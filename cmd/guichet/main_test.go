package main

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The stories in testdata start the real program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"guichet": main})
}

func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			// An address that somebody else has.
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			e.Defer(func() { _ = ln.Close() })
			e.Setenv("TAKEN", fmt.Sprintf("localhost:%d", ln.Addr().(*net.TCPAddr).Port))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// newer FILE marks a database as one that a later version has migrated.
			"newer": func(ts *testscript.TestScript, _ bool, args []string) {
				db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
				ts.Check(err)
				_, err = db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (990001, 1)`)
				ts.Check(err)
				ts.Check(db.Close())
			},
			// oneline FILE wants a file of exactly one line.
			"oneline": func(ts *testscript.TestScript, _ bool, args []string) {
				text := ts.ReadFile(args[0])
				n := 0
				for _, c := range text {
					if c == '\n' {
						n++
					}
				}
				if n != 1 {
					ts.Fatalf("%s has %d lines:\n%s", args[0], n, text)
				}
			},
			"interrupt": func(ts *testscript.TestScript, _ bool, args []string) {
				for _, cmd := range ts.BackgroundCmds() {
					ts.Check(cmd.Process.Signal(os.Interrupt))
				}
			},
			// answering FILE waits until the desk whose address FILE holds answers.
			"answering": func(ts *testscript.TestScript, _ bool, args []string) { answering(ts, ts.ReadFile(args[0])) },
			// await FILE waits until a file that a background command makes is there.
			"await": func(ts *testscript.TestScript, _ bool, args []string) { await(ts, ts.MkAbs(args[0])) },
		},
	})
}
